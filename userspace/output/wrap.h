/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Text in lines of a width: words stay whole.
 */
#ifndef OUTPUT_WRAP_H
#define OUTPUT_WRAP_H

#include <stddef.h>
#include <stdio.h>

/**
 * struct wrap - lines that are collected before they are printed
 * @before: the stream that they go to in the end
 * @text: the lines
 * @size: octets of the lines
 */
struct wrap {
	FILE *before;
	char *text;
	size_t size;
};

size_t wrap_cells(const char *text, size_t octets);
size_t wrap_line(const char *text, size_t limit);
const char *wrap_next(const char *text, size_t line);
size_t wrap_longest(const char *text, size_t limit);
char *wrap_text(const char *text, size_t limit, size_t most);
size_t wrap_width(void);
void wrap_begin(struct wrap *wrap);
void wrap_end(struct wrap *wrap, size_t width, size_t indent);

#endif /* OUTPUT_WRAP_H */
