// SPDX-License-Identifier: GPL-2.0-only
/*
 * The whole terminal, by ncurses.
 *
 * The library is loaded when the terminal is taken: loading takes a quarter of
 * the time that other verbs need to start.
 */
#define NCURSES_NOMACROS
#include <assert.h>
#include <dlfcn.h>
#include <langinfo.h>
#include <ncurses.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "base/macros.h"
#include "base/memory.h"
#include "screen/terminal.h"

#define LIBRARY		"libncursesw.so.6"

#define UNKNOWN \
	"TERM=%s is no terminal that ncurses knows; set TERM, or write --batch"

/* Time for the rest of the sequence of a key, in milliseconds. */
#define SEQUENCE_MS	50

#define MEMBER(name)	__typeof__(name) *(name)
#define ENTRY(name)	{ #name, (void **)(void *)&curses.name }

static struct {
	MEMBER(cbreak);
	MEMBER(curs_set);
	MEMBER(doupdate);
	MEMBER(endwin);
	MEMBER(getmaxx);
	MEMBER(getmaxy);
	MEMBER(has_colors);
	MEMBER(init_pair);
	MEMBER(keypad);
	MEMBER(newterm);
	MEMBER(nodelay);
	MEMBER(noecho);
	MEMBER(resizeterm);
	MEMBER(set_escdelay);
	MEMBER(start_color);
	MEMBER(tigetstr);
	MEMBER(use_default_colors);
	MEMBER(waddstr);
	MEMBER(wattr_set);
	MEMBER(werase);
	MEMBER(wgetch);
	MEMBER(wmove);
	MEMBER(wnoutrefresh);
} curses;

static const struct {
	const char *name;
	void **place;
} entries[] = {
	ENTRY(cbreak),
	ENTRY(curs_set),
	ENTRY(doupdate),
	ENTRY(endwin),
	ENTRY(getmaxx),
	ENTRY(getmaxy),
	ENTRY(has_colors),
	ENTRY(init_pair),
	ENTRY(keypad),
	ENTRY(newterm),
	ENTRY(nodelay),
	ENTRY(noecho),
	ENTRY(resizeterm),
	ENTRY(set_escdelay),
	ENTRY(start_color),
	ENTRY(tigetstr),
	ENTRY(use_default_colors),
	ENTRY(waddstr),
	ENTRY(wattr_set),
	ENTRY(werase),
	ENTRY(wgetch),
	ENTRY(wmove),
	ENTRY(wnoutrefresh),
};

static_assert(ARRAY_SIZE(entries) == sizeof(curses) / sizeof(void *),
	      "each function is looked up");

/* Numbers of pairs of colours. */
enum { PAIR_GREEN = 1, PAIR_YELLOW, PAIR_RED };

static WINDOW **whole;	/* the window of the whole terminal */
static bool taken, has_colours;

/* Find all functions; a new string says what is missing, or NULL. */
static char *load(void)
{
	void *library = dlopen(LIBRARY, RTLD_NOW);
	size_t i;

	if (!library)
		return xformat("%s cannot be loaded: install it, or write --batch",
			       LIBRARY);
	whole = dlsym(library, "stdscr");
	for (i = 0; i < ARRAY_SIZE(entries); i++) {
		*entries[i].place = dlsym(library, entries[i].name);
		if (!*entries[i].place || !whole)
			return xformat("%s lacks %s: install a newer one, or write --batch",
				       LIBRARY, entries[i].name);
	}
	return NULL;
}

static void take_colours(void)
{
	const char *no = getenv("NO_COLOR");

	has_colours = !(no && *no) && curses.has_colors() &&
		      curses.start_color() == OK &&
		      curses.use_default_colors() == OK &&
		      curses.init_pair(PAIR_GREEN, COLOR_GREEN, -1) == OK &&
		      curses.init_pair(PAIR_YELLOW, COLOR_YELLOW, -1) == OK &&
		      curses.init_pair(PAIR_RED, COLOR_RED, -1) == OK;
}

/**
 * terminal_open - take the terminal of standard input and output
 *
 * exit() gives the terminal back, too.
 *
 * Return: NULL, or a new string that says why the terminal cannot be taken.
 */
char *terminal_open(void)
{
	const char *type = getenv("TERM"), *move;
	char *missing = load();

	if (missing)
		return missing;
	if (!type || !curses.newterm(NULL, stdout, stdin))
		return xformat(UNKNOWN, type ? type : "");
	taken = true;
	move = curses.tigetstr("cup");
	if (!move || (intptr_t)move == -1) {
		terminal_close();
		return xformat("TERM=%s is a terminal without places; set TERM, or write --batch",
			       type);
	}
	atexit(terminal_close);
	curses.set_escdelay(SEQUENCE_MS);
	curses.cbreak();
	curses.noecho();
	curses.curs_set(0);
	curses.keypad(*whole, TRUE);
	curses.nodelay(*whole, TRUE);
	take_colours();
	return NULL;
}

/**
 * terminal_close - give the terminal back as it was
 */
void terminal_close(void)
{
	if (taken)
		curses.endwin();
	taken = false;
}

/**
 * terminal_key - take the next key
 *
 * Return: a character of ASCII or enum press; PRESS_NONE when no key waits.
 */
int terminal_key(void)
{
	int key = curses.wgetch(*whole);

	switch (key) {
	case ERR:
		return PRESS_NONE;
	case KEY_UP:
		return PRESS_UP;
	case KEY_DOWN:
		return PRESS_DOWN;
	case KEY_PPAGE:
		return PRESS_PAGE_UP;
	case KEY_NPAGE:
		return PRESS_PAGE_DOWN;
	case KEY_HOME:
		return PRESS_HOME;
	case KEY_END:
		return PRESS_END;
	case KEY_ENTER:
	case '\n':
	case '\r':
		return PRESS_ENTER;
	case KEY_BACKSPACE:
	case '\b':
	case '\x7f':
		return PRESS_BACKSPACE;
	case '\x1b':
		return PRESS_ESCAPE;
	default:
		return key > 0 && key < 128 ? key : PRESS_OTHER;
	}
}

/**
 * terminal_begin - begin to draw on an empty screen
 * @lines: set to the lines of the terminal, which may have changed
 * @columns: set to its columns
 */
void terminal_begin(int *lines, int *columns)
{
	struct winsize size = { 0 };

	if (!ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) && size.ws_row &&
	    size.ws_col && (size.ws_row != curses.getmaxy(*whole) ||
			    size.ws_col != curses.getmaxx(*whole)))
		curses.resizeterm(size.ws_row, size.ws_col);
	*lines = curses.getmaxy(*whole);
	*columns = curses.getmaxx(*whole);
	curses.werase(*whole);
}

static const struct {
	attr_t attributes;
	short pair;
} looks[] = {
	[STYLE_PLAIN] = { A_NORMAL, 0 },
	[STYLE_BOLD] = { A_BOLD, 0 },
	[STYLE_HEADING] = { A_REVERSE, 0 },
	[STYLE_GOOD] = { A_NORMAL, PAIR_GREEN },
	[STYLE_WARNING] = { A_BOLD, PAIR_YELLOW },
	[STYLE_ALARM] = { A_BOLD, PAIR_RED },
};

/**
 * terminal_put - write text
 * @line: the line, from 0
 * @column: the column, from 0
 * @style: the look
 * @text: text that ends on this line, see fit_text()
 */
void terminal_put(int line, int column, enum style style, const char *text)
{
	if (curses.wmove(*whole, line, column) == ERR)
		return;
	curses.wattr_set(*whole, looks[style].attributes,
			 has_colours ? looks[style].pair : 0, NULL);
	curses.waddstr(*whole, text);
	curses.wattr_set(*whole, A_NORMAL, 0, NULL);
}

/**
 * terminal_show - show the screen that was drawn
 */
void terminal_show(void)
{
	curses.wnoutrefresh(*whole);
	curses.doupdate();
}

/**
 * terminal_is_unicode - tell whether the locale has all characters
 *
 * Return: true for UTF-8.
 */
bool terminal_is_unicode(void)
{
	return !strcmp(nl_langinfo(CODESET), "UTF-8");
}

/**
 * terminal_has_blocks - tell whether bars can be blocks of Unicode
 *
 * The kernel's own console has few of them in its fonts.
 *
 * Return: true if they can.
 */
bool terminal_has_blocks(void)
{
	const char *type = getenv("TERM");

	return terminal_is_unicode() && type && strncmp(type, "linux", 5) != 0;
}
