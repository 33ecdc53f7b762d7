/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * State of the screen, and the keys that change the state.
 */
#ifndef SCREEN_STATE_H
#define SCREEN_STATE_H

#include <stdbool.h>

#include "rates/lines.h"

/* Octets of a filter, at most. */
#define FILTER_LENGTH	40U

/**
 * enum page - pages of the screen
 * @PAGE_LINES: the lines of a view
 * @PAGE_DETAILS: one row
 * @PAGE_HELP: keys and columns
 */
enum page {
	PAGE_LINES,
	PAGE_DETAILS,
	PAGE_HELP,
};

/**
 * struct state - what the screen shows
 * @page: the page
 * @by: the view
 * @order: order of the lines, by view
 * @filter: text that lines have; empty for all
 * @typing: whether keys go into the filter
 * @paused: whether the screen stands still
 * @done: whether to end
 * @chosen: name of the chosen line; empty for the first
 * @top: number of lines above the first one on the screen
 * @hint: a sentence until the next key, or NULL
 */
struct state {
	enum page page;
	enum rates_by by;
	struct rate_order order[BY_COUNT];
	char filter[FILTER_LENGTH + 1];
	bool typing;
	bool paused;
	bool done;
	char chosen[RATES_NAME_MAX + 1];
	size_t top;
	const char *hint;
};

/**
 * struct shown - the lines of the view, in order
 * @line: the lines
 * @count: number of lines
 * @room: lines that the screen has room for
 */
struct shown {
	const struct rate_line **line;
	size_t count;
	size_t room;
};

void state_begin(struct state *state, enum rates_by by);
void state_key(struct state *state, const struct shown *shown, int key);
size_t state_place(const struct state *state, const struct shown *shown);
void state_scroll(struct state *state, const struct shown *shown);

#endif /* SCREEN_STATE_H */
