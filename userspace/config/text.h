/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The text of a configuration file, checked for what libConfuse would not
 * notice, and made fit for it.
 */
#ifndef TEXT_H
#define TEXT_H

#include <confuse.h>
#include <stdbool.h>
#include <stddef.h>

#include "config/findings.h"

#define KEYS_MAX	8

/* Name of standard input. */
#define STANDARD_INPUT	"-"

/**
 * struct section - the top of a file, or one section of it
 * @option: what the schema says of it; NULL for the top
 * @title: its title; NULL for the top
 * @line: where it begins
 * @key_lines: where its keys stand, by place in the schema; 0 when they do not
 * @broken: it holds an error that makes what is missing from it meaningless
 */
struct section {
	const cfg_opt_t *option;
	char *title;
	unsigned int line;
	unsigned int key_lines[KEYS_MAX];
	bool broken;
};

/**
 * struct text - a file
 * @file: its name, for messages
 * @buffer: what is left for libConfuse: comments and what is broken are
 *	blanked out, lines stay where they are
 * @length: octets there
 * @is_stream: it stands in no folder: standard input, a pipe, a device
 * @sections: the top, then each section in order
 */
struct text {
	const char *file;
	char *buffer;
	size_t length;
	bool is_stream;
	struct section *sections;
	size_t section_count;
	size_t section_capacity;
};

bool nf_edge_text_read(struct text *text, const char *file, unsigned int *line,
		       char **why);
void nf_edge_text_scan(struct text *text, const cfg_opt_t *schema,
		       struct findings *errors);
void nf_edge_text_free(struct text *text);

#endif /* TEXT_H */
