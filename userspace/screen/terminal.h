/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The whole terminal, by ncurses.
 */
#ifndef SCREEN_TERMINAL_H
#define SCREEN_TERMINAL_H

#include <stdbool.h>

/**
 * enum press - keys that are no character
 * @PRESS_NONE: no key waits
 * @PRESS_UP: arrow up
 * @PRESS_DOWN: arrow down
 * @PRESS_PAGE_UP: a page up
 * @PRESS_PAGE_DOWN: a page down
 * @PRESS_HOME: to the first line
 * @PRESS_END: to the last line
 * @PRESS_ENTER: enter
 * @PRESS_BACKSPACE: backspace
 * @PRESS_ESCAPE: escape
 * @PRESS_OTHER: any other key
 *
 * Keys of ASCII are their characters.
 */
enum press {
	PRESS_NONE = -1,
	PRESS_UP = 256,
	PRESS_DOWN,
	PRESS_PAGE_UP,
	PRESS_PAGE_DOWN,
	PRESS_HOME,
	PRESS_END,
	PRESS_ENTER,
	PRESS_BACKSPACE,
	PRESS_ESCAPE,
	PRESS_OTHER,
};

/**
 * enum style - how text looks
 * @STYLE_PLAIN: as usual
 * @STYLE_BOLD: bold
 * @STYLE_HEADING: light and dark exchanged, for headings and the chosen line
 * @STYLE_GOOD: green, where there are colours
 * @STYLE_WARNING: bold, and yellow where there are colours
 * @STYLE_ALARM: bold, and red where there are colours
 */
enum style {
	STYLE_PLAIN,
	STYLE_BOLD,
	STYLE_HEADING,
	STYLE_GOOD,
	STYLE_WARNING,
	STYLE_ALARM,
};

char *terminal_open(void);
void terminal_close(void);
int terminal_key(void);
void terminal_begin(int *lines, int *columns);
void terminal_put(int line, int column, enum style style, const char *text);
void terminal_show(void);
bool terminal_is_unicode(void);
bool terminal_has_blocks(void);

#endif /* SCREEN_TERMINAL_H */
