/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Errors or warnings about a configuration.
 */
#ifndef CONFIG_FINDINGS_H
#define CONFIG_FINDINGS_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/macros.h"

/**
 * struct finding - an error or a warning
 * @file: the file that it is about
 * @line: its line, 0 of the file as a whole
 * @word: the word that is at fault
 * @message: one sentence
 */
struct finding {
	char *file;
	unsigned int line;
	char *word;
	char *message;
};

/**
 * struct finding_file - a file that something was found in
 * @name: its name
 * @count: findings in it, kept or not
 * @lines: lines of those that are kept
 * @capacity: how many lines there is room for
 */
struct finding_file {
	char *name;
	size_t count;
	unsigned int *lines;
	size_t capacity;
};

/**
 * struct findings - errors or warnings
 * @items: those that are kept
 * @count: how many
 * @capacity: how many there is room for
 * @files: the files that they are in
 * @file_count: how many
 * @file_capacity: how many there is room for
 * @last: the file of the last finding, or NULL
 * @total: findings, kept or not
 */
struct findings {
	struct finding *items;
	size_t count;
	size_t capacity;
	struct finding_file **files;
	size_t file_count;
	size_t file_capacity;
	struct finding_file *last;
	size_t total;
};

/**
 * struct findings_walk - a walk over sorted findings, one by one
 * @file: file of the last finding, NULL at the begin
 * @of_file: findings of @file that were shown
 * @in_all: findings that were shown
 */
struct findings_walk {
	const char *file;
	size_t of_file;
	size_t in_all;
};

void findings_add(struct findings *findings, const char *file,
		  unsigned int line, const char *word, const char *format, ...)
	__printf(5, 6);
void findings_add_file(struct findings *findings, const char *file,
		       unsigned int line, const char *why);
bool findings_within(const struct findings *findings, const char *file,
		     unsigned int first, unsigned int end);
void findings_sort(struct findings *findings, const char *first_file);
bool findings_is_shown(struct findings_walk *walk,
		       const struct finding *finding);
size_t findings_left_out(const struct findings *findings);
void findings_print(const struct findings *findings);
void findings_warn(const struct findings *findings, bool verbose);
void findings_free(struct findings *findings);

#endif /* CONFIG_FINDINGS_H */
