// SPDX-License-Identifier: GPL-2.0-only
/*
 * State of the screen, and the keys that change the state.
 */
#include <stdio.h>
#include <string.h>

#include "screen/state.h"
#include "screen/terminal.h"

/**
 * state_begin - begin with the lines of a view
 * @state: filled in
 * @by: the view
 */
void state_begin(struct state *state, enum rates_by by)
{
	enum rates_by each;

	*state = (struct state){ .by = by };
	for (each = 0; each < BY_COUNT; each++)
		state->order[each].sorted = measures_of(each)->chief;
}

/**
 * state_place - find the chosen line
 * @state: the state
 * @shown: the lines of the view
 *
 * Return: its place; 0 where the line is gone or none was chosen.
 */
size_t state_place(const struct state *state, const struct shown *shown)
{
	size_t i;

	for (i = 0; i < shown->count; i++)
		if (!strcmp(shown->line[i]->name, state->chosen))
			return i;
	return 0;
}

/**
 * state_scroll - bring the chosen line onto the screen
 * @state: the state
 * @shown: the lines of the view
 */
void state_scroll(struct state *state, const struct shown *shown)
{
	size_t place = state_place(state, shown);

	if (place < state->top)
		state->top = place;
	if (shown->room && place >= state->top + shown->room)
		state->top = place + 1 - shown->room;
	if (state->top + shown->room > shown->count)
		state->top = shown->count > shown->room ?
			     shown->count - shown->room : 0;
}

static void choose(struct state *state, const struct shown *shown, size_t place)
{
	if (!shown->count)
		return;
	if (place >= shown->count)
		place = shown->count - 1;
	snprintf(state->chosen, sizeof(state->chosen), "%s",
		 place ? shown->line[place]->name : "");
}

static void move(struct state *state, const struct shown *shown, int key)
{
	size_t place = state_place(state, shown);
	size_t page = shown->room ? shown->room : 1;

	switch (key) {
	case PRESS_UP:
	case 'k':
		choose(state, shown, place ? place - 1 : 0);
		break;
	case PRESS_DOWN:
	case 'j':
		choose(state, shown, place + 1);
		break;
	case PRESS_PAGE_UP:
		choose(state, shown, place > page ? place - page : 0);
		break;
	case PRESS_PAGE_DOWN:
		choose(state, shown, place + page);
		break;
	case PRESS_HOME:
		choose(state, shown, 0);
		break;
	case PRESS_END:
		choose(state, shown, shown->count);
		break;
	default:
		break;
	}
}

static void look_at(struct state *state, enum rates_by by)
{
	state->by = by;
	state->top = 0;
	*state->chosen = '\0';
}

/* The columns in turn, then the order of the policy. */
static void sort_by_next(struct state *state)
{
	const struct measures *measures = measures_of(state->by);
	enum measure *sorted = &state->order[state->by].sorted;
	size_t i;

	for (i = 0; i < measures->count; i++)
		if (measures->of[i] == *sorted)
			break;
	if (i == measures->count)
		*sorted = measures->of[0];
	else
		*sorted = i + 1 < measures->count ? measures->of[i + 1] :
						    MEASURES;
}

static void open_details(struct state *state, const struct shown *shown)
{
	size_t place = state_place(state, shown);

	if (state->by != BY_ROWS) {
		state->hint = "Enter shows the details of a row: 1 shows the rows";
	} else if (shown->count) {
		snprintf(state->chosen, sizeof(state->chosen), "%s",
			 shown->line[place]->name);
		state->page = PAGE_DETAILS;
	}
}

static void type(struct state *state, int key)
{
	size_t length = strlen(state->filter);

	if (key == PRESS_ENTER) {
		state->typing = false;
	} else if (key == PRESS_ESCAPE) {
		state->typing = false;
		*state->filter = '\0';
	} else if (key == PRESS_BACKSPACE) {
		if (length)
			state->filter[length - 1] = '\0';
	} else if (key >= ' ' && key < 127 && length < FILTER_LENGTH) {
		state->filter[length] = (char)key;
		state->filter[length + 1] = '\0';
	}
}

static void press(struct state *state, const struct shown *shown, int key)
{
	switch (key) {
	case '1':
	case '2':
	case '3':
	case '4':
		look_at(state, (enum rates_by)(key - '1'));
		break;
	case 'v':
	case '\t':
		look_at(state, (state->by + 1) % BY_COUNT);
		break;
	case 's':
		sort_by_next(state);
		break;
	case 'r':
		state->order[state->by].reverse = !state->order[state->by].reverse;
		break;
	case '/':
		state->typing = true;
		break;
	case PRESS_ESCAPE:
		*state->filter = '\0';
		break;
	case PRESS_ENTER:
		open_details(state, shown);
		break;
	default:
		move(state, shown, key);
		break;
	}
}

/**
 * state_key - do as a key says
 * @state: the state
 * @shown: the lines of the view, as the screen has them
 * @key: a character or enum press
 */
void state_key(struct state *state, const struct shown *shown, int key)
{
	state->hint = NULL;
	if (state->typing) {
		type(state, key);
		return;
	}
	if (key == 'q') {
		state->done = true;
	} else if (key == 'p' || key == ' ') {
		state->paused = !state->paused;
	} else if (key == '?' || key == 'h') {
		state->page = state->page == PAGE_HELP ? PAGE_LINES : PAGE_HELP;
	} else if (state->page != PAGE_LINES) {
		/* Any key leads back from help; details have keys of their own. */
		if (state->page == PAGE_HELP || key == PRESS_ESCAPE ||
		    key == PRESS_ENTER || key == PRESS_BACKSPACE)
			state->page = PAGE_LINES;
	} else {
		press(state, shown, key);
	}
}
