/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A screen that is written from top to bottom.
 */
#ifndef SCREEN_CANVAS_H
#define SCREEN_CANVAS_H

#include "base/macros.h"
#include "screen/terminal.h"

/**
 * struct canvas - a screen that is being written
 * @lines: lines of the screen
 * @columns: columns of the screen
 * @next: the line to write next
 */
struct canvas {
	int lines;
	int columns;
	int next;
};

void canvas_begin(struct canvas *canvas);
void canvas_put(const struct canvas *canvas, int column, int width,
		enum style style, const char *text);
void canvas_say(struct canvas *canvas, enum style style,
		const char *format, ...)
	__printf(3, 4);
void canvas_wrap(struct canvas *canvas, enum style style, int lines,
		 const char *text);

#endif /* SCREEN_CANVAS_H */
