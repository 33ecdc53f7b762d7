/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Tables.
 */
#ifndef OUTPUT_TABLE_H
#define OUTPUT_TABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/**
 * struct column - a column of a table
 * @name: the heading, and the word for -o
 * @help: meaning of the column
 * @hidden: shown only on request
 * @number: aligned to the right
 * @wraps: cut at commas and blanks on a terminal that is too narrow
 * @spare: of a column that is left out where cutting does not do: 1 goes first
 * @shortens: texts are shortened, with a mark, where nothing else does
 */
struct column {
	const char *name;
	const char *help;
	bool hidden;
	bool number;
	bool wraps;
	unsigned int spare;
	bool shortens;
};

/* The columns that a table can have. */
struct columns {
	const struct column *items;
	size_t count;
};

struct table;

struct table *table_new(const struct columns *columns,
			const char *verb, const char *wanted);
void table_line(struct table *table);
void table_put(struct table *table, size_t column, const char *text);
void table_take(struct table *table, size_t column, char *text);
void table_number(struct table *table, size_t column, uintmax_t number);
bool table_shows(const struct table *table, size_t column);
bool table_empty(const struct table *table);
void table_fit(struct table *table, size_t width);
void table_print(struct table *table);
void table_free(struct table *table);
void table_help(const struct columns *columns);

#endif /* OUTPUT_TABLE_H */
