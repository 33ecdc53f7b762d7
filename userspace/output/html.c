// SPDX-License-Identifier: GPL-2.0-only
/*
 * HTML and SVG: elements that are closed in their order, and texts that are
 * escaped.
 */
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "base/foreign.h"
#include "base/memory.h"
#include "output/html.h"

/**
 * html_begin - begin a page
 * @html: filled in
 * @stream: the stream to write to
 */
void html_begin(struct html *html, FILE *stream)
{
	*html = (struct html){ .stream = stream };
	fputs("<!DOCTYPE html>", stream);
}

static void end_tag(struct html *html)
{
	if (html->in_tag)
		fputc('>', html->stream);
	html->in_tag = false;
}

/**
 * html_open - open an element
 * @html: the page
 * @element: name of the element, a constant
 *
 * Attributes follow by html_set(), then texts and elements, then html_close().
 */
void html_open(struct html *html, const char *element)
{
	end_tag(html);
	/* A blank more or less changes no sentence that way. */
	if (!html->depth || !html->has_text[html->depth - 1])
		fputc('\n', html->stream);
	if (html->depth == HTML_DEPTH)
		abort();
	html->open[html->depth] = element;
	html->has_text[html->depth++] = false;
	html->in_tag = true;
	fprintf(html->stream, "<%s", element);
}

static void put_escaped(FILE *stream, const char *text)
{
	for (; *text; text++) {
		switch (*text) {
		case '&':
			fputs("&amp;", stream);
			break;
		case '<':
			fputs("&lt;", stream);
			break;
		case '>':
			fputs("&gt;", stream);
			break;
		case '"':
			fputs("&quot;", stream);
			break;
		default:
			fputc(*text, stream);
		}
	}
}

/* Text of others: what no reader sees is shown as \n, \xff or \u200b. */
static void put_foreign(FILE *stream, const char *text)
{
	char *shown = foreign_shown(text);

	put_escaped(stream, shown);
	free(shown);
}

static void __printf(2, 0)
put_formatted(FILE *stream, const char *format, va_list args)
{
	char *text = xvformat(format, args);

	put_foreign(stream, text);
	free(text);
}

/**
 * html_set - give the element that was opened last an attribute
 * @html: the page
 * @attribute: name of the attribute, a constant
 * @format: its value, as for printf; may hold any octets
 */
void html_set(struct html *html, const char *attribute,
	      const char *format, ...)
{
	va_list args;

	fprintf(html->stream, " %s=\"", attribute);
	va_start(args, format);
	put_formatted(html->stream, format, args);
	va_end(args);
	fputc('"', html->stream);
}

static void begin_text(struct html *html)
{
	end_tag(html);
	html->has_text[html->depth - 1] = true;
}

/**
 * html_text - write a text
 * @html: the page
 * @format: the text, as for printf; may hold any octets
 */
void html_text(struct html *html, const char *format, ...)
{
	va_list args;

	begin_text(html);
	va_start(args, format);
	put_formatted(html->stream, format, args);
	va_end(args);
}

/**
 * html_lines - write a text of several lines
 * @html: the page
 * @text: the text
 */
void html_lines(struct html *html, const char *text)
{
	char *copy = xstrdup(text), *rest = copy, *line;

	begin_text(html);
	while ((line = strsep(&rest, "\n"))) {
		put_foreign(html->stream, line);
		if (rest)
			fputc('\n', html->stream);
	}
	free(copy);
}

/**
 * html_raw - write a text as it is
 * @html: the page
 * @text: a constant: a style sheet
 */
void html_raw(struct html *html, const char *text)
{
	begin_text(html);
	fputs(text, html->stream);
}

/**
 * html_close - close the element that was opened last
 * @html: the page
 */
void html_close(struct html *html)
{
	end_tag(html);
	html->depth--;
	if (!html->depth || !strcmp(html->open[html->depth], "svg"))
		fputc('\n', html->stream);
	fprintf(html->stream, "</%s>", html->open[html->depth]);
}

/**
 * html_void - end an element that has no end tag, such as meta
 * @html: the page
 */
void html_void(struct html *html)
{
	end_tag(html);
	html->depth--;
}

/**
 * html_leaf - write an element that holds nothing but a text
 * @html: the page
 * @element: name of the element, a constant
 * @format: the text, as for printf; may hold any octets
 */
void html_leaf(struct html *html, const char *element,
	       const char *format, ...)
{
	va_list args;

	html_open(html, element);
	begin_text(html);
	va_start(args, format);
	put_formatted(html->stream, format, args);
	va_end(args);
	html_close(html);
}
