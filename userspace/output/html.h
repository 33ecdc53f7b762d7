/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * HTML and SVG: elements that are closed in their order, and texts that are
 * escaped.
 */
#ifndef OUTPUT_HTML_H
#define OUTPUT_HTML_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "base/macros.h"

/* Elements that may be open at once. */
#define HTML_DEPTH	16

/**
 * struct html - a page that is being written
 * @stream: the stream that the page is written to
 * @open: names of the open elements, the outermost first
 * @has_text: by place in @open, whether the element holds a text
 * @depth: number of open elements
 * @in_tag: whether the last one may get attributes still
 */
struct html {
	FILE *stream;
	const char *open[HTML_DEPTH];
	bool has_text[HTML_DEPTH];
	size_t depth;
	bool in_tag;
};

void html_begin(struct html *html, FILE *stream);
void html_open(struct html *html, const char *element);
void html_set(struct html *html, const char *attribute,
	      const char *format, ...)
	__printf(3, 4);
void html_text(struct html *html, const char *format, ...)
	__printf(2, 3);
void html_lines(struct html *html, const char *text);
void html_raw(struct html *html, const char *text);
void html_close(struct html *html);
void html_void(struct html *html);
void html_leaf(struct html *html, const char *element,
	       const char *format, ...)
	__printf(3, 4);

#endif /* OUTPUT_HTML_H */
