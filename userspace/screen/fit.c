// SPDX-License-Identifier: GPL-2.0-only
/*
 * Text of a given width: columns of a terminal, not octets.
 */
#include <stdlib.h>
#include <string.h>
#include <wchar.h>

#include "base/memory.h"
#include "screen/fit.h"

/* Read a character: its octets, at least 1, and its columns. */
static size_t step(const char *text, size_t *columns)
{
	mbstate_t state = { 0 };
	wchar_t character;
	size_t size;
	int width;

	size = mbrtowc(&character, text, strlen(text), &state);
	*columns = 1;
	if (!size || size > strlen(text))
		return 1;
	width = wcwidth(character);
	if (width >= 0)
		*columns = (size_t)width;
	return size;
}

/**
 * fit_width - columns of a text
 * @text: the text
 *
 * Return: columns in the present locale.
 */
size_t fit_width(const char *text)
{
	size_t width = 0, columns;

	while (*text) {
		text += step(text, &columns);
		width += columns;
	}
	return width;
}

/**
 * fit_text - cut a text to a width
 * @text: the text
 * @width: columns, at most
 * @unicode: whether the terminal has all characters; each other octet becomes a
 *	question mark
 *
 * Return: a new string, which ends with a tilde when it was cut.
 */
char *fit_text(const char *text, size_t width, bool unicode)
{
	char *copy = xstrdup(text), *p;
	size_t columns, used = 0;

	for (p = copy; *p && !unicode; p++)
		if (*p & 0x80)
			*p = '?';
	if (fit_width(copy) <= width)
		return copy;
	for (p = copy; *p; used += columns) {
		size_t size = step(p, &columns);

		if (used + columns + 1 > width)
			break;
		p += size;
	}
	if (width)
		*p++ = '~';
	*p = '\0';
	return copy;
}

/**
 * fit_words - find the words that fit into a line
 * @text: words
 * @width: columns of the line
 *
 * Return: octets of these words; of a longer word, all that fits.
 */
size_t fit_words(const char *text, size_t width)
{
	size_t used = 0, columns, end = 0, size;
	const char *p = text;

	while (*p) {
		size = step(p, &columns);
		if (*p == ' ')
			end = (size_t)(p - text);
		if (used + columns > width)
			return end ? end : (size_t)(p - text);
		used += columns;
		p += size;
	}
	return (size_t)(p - text);
}
