// SPDX-License-Identifier: GPL-2.0-only
/*
 * A screen that is written from top to bottom.  What does not fit is cut.
 */
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "screen/canvas.h"
#include "screen/fit.h"

/**
 * canvas_begin - begin with an empty screen
 * @canvas: filled in
 */
void canvas_begin(struct canvas *canvas)
{
	*canvas = (struct canvas){ 0 };
	terminal_begin(&canvas->lines, &canvas->columns);
}

/**
 * canvas_put - write a piece of the next line
 * @canvas: the screen
 * @column: first column of the piece
 * @width: columns of the piece, at most
 * @style: the look
 * @text: the text
 */
void canvas_put(const struct canvas *canvas, int column, int width,
		enum style style, const char *text)
{
	int room = canvas->columns - column;
	char *fit;

	if (room > width)
		room = width;
	if (room <= 0 || canvas->next >= canvas->lines)
		return;
	fit = fit_text(text, (size_t)room, terminal_is_unicode());
	terminal_put(canvas->next, column, style, fit);
	free(fit);
}

/**
 * canvas_say - write a line
 * @canvas: the screen
 * @style: the look
 * @format: the text
 */
void canvas_say(struct canvas *canvas, enum style style,
		const char *format, ...)
{
	va_list args;
	char *text;

	va_start(args, format);
	text = xvformat(format, args);
	va_end(args);
	canvas_put(canvas, 0, canvas->columns, style, text);
	canvas->next++;
	free(text);
}

/**
 * canvas_wrap - write a sentence over several lines
 * @canvas: the screen
 * @style: the look
 * @lines: lines, at most
 * @text: the sentence
 */
void canvas_wrap(struct canvas *canvas, enum style style, int lines,
		 const char *text)
{
	while (*text && lines-- > 1) {
		size_t fit = fit_words(text, (size_t)canvas->columns);

		canvas_say(canvas, style, "%.*s", (int)fit, text);
		text += fit;
		text += strspn(text, " ");
	}
	if (*text)
		canvas_say(canvas, style, "%s", text);
}
