// SPDX-License-Identifier: GPL-2.0-only
/*
 * Paragraphs of text for people, in lines of at most 80 columns.
 */
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/foreign.h"
#include "output/paragraph.h"
#include "output/stdout.h"

#define LINE	80U

/* Columns of a text: octets that continue a character of UTF-8 take none. */
static size_t columns(const char *text, size_t length)
{
	size_t count = 0, i;

	for (i = 0; i < length; i++)
		count += ((unsigned char)text[i] & 0xc0U) != 0x80U;
	return count;
}

/**
 * paragraph_print - print a text, cut at spaces
 * @begin: what the first line begins with; the others are indented as far
 * @text: the text, from whomever; a word that is too long for a line stands out
 */
void paragraph_print(const char *begin, const char *text)
{
	size_t indent = columns(begin, strlen(begin)), at = indent;
	char *shown = foreign_shown(text);
	const char *word = shown;
	bool first = true;

	fputs(begin, out);
	while (*word) {
		size_t length = strcspn(word, " ");
		size_t width = columns(word, length);

		if (!first && at + 1 + width > LINE) {
			fprintf(out, "\n%*s", (int)indent, "");
			at = indent;
			first = true;
		}
		fprintf(out, "%s%.*s", first ? "" : " ", (int)length, word);
		at += width + !first;
		first = false;
		word += length + strspn(word + length, " ");
	}
	fputc('\n', out);
	free(shown);
}
