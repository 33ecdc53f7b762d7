/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Standard output: kept back until a verb is done, so that a failure prints
 * nothing there; tables, JSON, colours.
 */
#ifndef OUTPUT_H
#define OUTPUT_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "base/macros.h"
#include "base/outcome.h"
#include "policy/names.h"

/* How each JSON object begins, for json_pack(). */
#define SCHEMA		"schema_version", 1

extern FILE *nf_edge_out;

void nf_edge_output_begin(void);
enum outcome nf_edge_output_flush(enum outcome outcome);
void nf_edge_output_end(void);

#define RED	"\033[31m"
#define GREEN	"\033[32m"
#define YELLOW	"\033[33m"
#define BOLD	"\033[1m"
#define PLAIN	"\033[0m"

const char *nf_edge_colour(const char *sequence);
void nf_edge_put(const char *text);
char *nf_edge_written(const char *name);
void nf_edge_warn(const char *format, ...)
	__printf(1, 2);

/**
 * struct column - a column of a table
 * @name: its heading, and its name for -o
 * @help: what it shows
 * @hidden: shown only when it is asked for
 * @number: aligned to the right
 */
struct column {
	const char *name;
	const char *help;
	bool hidden;
	bool number;
};

/* The columns that a table can have. */
struct columns {
	const struct column *items;
	size_t count;
};

struct table;

struct table *nf_edge_table_new(const struct columns *columns,
				const char *verb, const char *wanted);
char **nf_edge_table_line(struct table *table);
bool nf_edge_table_empty(const struct table *table);
void nf_edge_table_print(struct table *table);
void nf_edge_table_free(struct table *table);
void nf_edge_table_help(const struct columns *columns);

char *nf_edge_json_name(const char *name);
json_t *nf_edge_json_text(const char *text);
json_t *nf_edge_json_word(const struct vocabulary *vocabulary, uint32_t value);
json_t *nf_edge_json_words(const struct vocabulary *vocabulary, uint32_t mask);
json_t *nf_edge_json_rows(uint64_t rows);
void nf_edge_json_print(json_t *object, size_t flags);

#endif /* OUTPUT_H */
