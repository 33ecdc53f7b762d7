// SPDX-License-Identifier: GPL-2.0-only
/*
 * The page of lines: a table of rates, with a short history of each line.
 */
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/words.h"
#include "print/rates.h"
#include "screen/draw.h"
#include "screen/fit.h"

/* Below these numbers of lines, less is said around the table. */
#define LINES_FOR_SENTENCE	20
#define LINES_FOR_ABOUT		11
#define LINES_FOR_KEYS		8

/* Columns of a name, at least, and of a description beside the history. */
#define NAME_LEAST		12
#define ABOUT_LEAST		20

static const char *const headings[BY_COUNT] = {
	[BY_ROWS] = "ROW",
	[BY_NODES] = "NODE",
	[BY_SERVICES] = "SERVICE",
	[BY_REASONS] = "REASON",
};

static const char *const measure_headings[MEASURES] = {
	[MEASURE_CONNECTIONS] = "CONNS/s",
	[MEASURE_PACKETS] = "PACKETS/s",
	[MEASURE_BYTES] = "BYTES/s",
	[MEASURE_DENIED] = "DENIED/s",
	[MEASURE_REFUSED] = "REFUSED/s",
	[MEASURE_DROPPED] = "DROPPED/s",
	[MEASURE_REFUSED_BYTES] = "BYTES/s",
};

/* The history is that of the measure that sorts the lines. */
static enum measure history_measure(const struct state *state)
{
	enum measure sorted = state->order[state->by].sorted;

	return sorted == MEASURES ? measures_of(state->by)->chief : sorted;
}

static int name_width(const struct shown *shown)
{
	size_t width = NAME_LEAST, i;

	for (i = 0; i < shown->count; i++)
		if (strlen(shown->line[i]->name) > width)
			width = strlen(shown->line[i]->name);
	return (int)width;
}

static void put_right(const struct canvas *canvas, int end, enum style style,
		      const char *text)
{
	int width = (int)fit_width(text);

	canvas_put(canvas, end - width, width, style, text);
}

static void draw_caption(struct canvas *canvas, const struct state *state,
			 const struct shown *shown, size_t all)
{
	const struct rate_order *order = &state->order[state->by];
	char *text;

	if (order->sorted == MEASURES)
		text = xformat("%zu %s in the order of the policy%s", all,
			       names_word(&rates_by_words, state->by),
			       order->reverse ? ", the last first" : "");
	else
		text = xformat("%zu %s by %s, the %s first", all,
			       names_word(&rates_by_words, state->by),
			       measure_headings[order->sorted],
			       order->reverse ? "smallest" : "greatest");
	if (state->typing)
		canvas_say(canvas, STYLE_BOLD,
			   "show only lines with: %s_  (Enter keeps it, Esc shows all)",
			   state->filter);
	else if (*state->filter)
		canvas_say(canvas, STYLE_BOLD,
			   "%s; %zu with \"%s\" (Esc shows all)", text,
			   shown->count, state->filter);
	else
		canvas_say(canvas, STYLE_PLAIN, "%s", text);
	free(text);
}

/* A heading goes from end to end. */
static void blank(const struct canvas *canvas, enum style style)
{
	char *blanks = xformat("%*s", canvas->columns, "");

	canvas_put(canvas, 0, canvas->columns, style, blanks);
	free(blanks);
}

static void draw_heading(struct canvas *canvas, const struct state *state,
			 int name)
{
	const struct measures *measures = measures_of(state->by);
	char *history;
	int end = name;
	size_t i;

	blank(canvas, STYLE_HEADING);
	canvas_put(canvas, 0, name, STYLE_HEADING, headings[state->by]);
	for (i = 0; i < measures->count; i++) {
		const char *heading = measure_headings[measures->of[i]];

		end += 1 + (int)strlen(heading);
		if (end <= canvas->columns)
			put_right(canvas, end, STYLE_HEADING, heading);
	}
	history = xformat("%s, LAST %u", measure_headings[history_measure(state)],
			  HISTORY_SAMPLES);
	canvas_put(canvas, end + 1, HISTORY_SAMPLES, STYLE_HEADING, history);
	free(history);
	canvas->next++;
}

static enum style style_of(const struct rate_line *line, enum measure measure)
{
	if (!rate_line_count(line, measure))
		return STYLE_PLAIN;
	switch (measure) {
	case MEASURE_DENIED:
	case MEASURE_REFUSED:
	case MEASURE_DROPPED:
		return STYLE_WARNING;
	default:
		return STYLE_PLAIN;
	}
}

static void draw_history(const struct canvas *canvas, const struct scene *scene,
			 const struct state *state,
			 const struct rate_line *line, int begins)
{
	int room = canvas->columns - begins;
	const struct rate_history *history;
	char *bars;

	if (room <= 0)
		return;
	if (room > (int)HISTORY_SAMPLES)
		room = HISTORY_SAMPLES;
	history = rate_history_of(&scene->live->histories[state->by],
				  line->name);
	bars = rate_history_bars(history, history_measure(state), (size_t)room,
				 terminal_has_blocks());
	canvas_put(canvas, begins, room, STYLE_GOOD, bars);
	free(bars);
	begins += room + 1;
	if (canvas->columns - begins >= ABOUT_LEAST)
		canvas_put(canvas, begins, canvas->columns, STYLE_PLAIN,
			   line->about);
}

static void draw_line(struct canvas *canvas, const struct scene *scene,
		      const struct state *state, const struct rate_line *line,
		      int name, bool chosen)
{
	const struct measures *measures = measures_of(state->by);
	int end = name;
	size_t i;

	if (chosen)
		canvas_put(canvas, 0, name, STYLE_HEADING, line->name);
	else
		canvas_put(canvas, 0, name, STYLE_PLAIN, line->name);
	for (i = 0; i < measures->count; i++) {
		enum measure of = measures->of[i];
		char *rate = rates_short((double)rate_line_count(line, of) /
					 scene->live->rates.seconds);

		end += 1 + (int)strlen(measure_headings[of]);
		if (end <= canvas->columns)
			put_right(canvas, end, style_of(line, of), rate);
		free(rate);
	}
	draw_history(canvas, scene, state, line, end + 1);
	canvas->next++;
}

static void draw_table(struct canvas *canvas, const struct scene *scene,
		       const struct state *state, const struct shown *shown)
{
	size_t chosen = state_place(state, shown), i;
	int name = name_width(shown);

	if (name > canvas->columns)
		name = canvas->columns;
	draw_heading(canvas, state, name);
	for (i = state->top; i < shown->count &&
	     i < state->top + shown->room; i++)
		draw_line(canvas, scene, state, shown->line[i], name,
			  i == chosen);
}

static void draw_about(struct canvas *canvas, const struct state *state,
		       const struct shown *shown, int lines)
{
	const struct rate_line *line;
	char *text;

	if (!shown->count)
		return;
	line = shown->line[state_place(state, shown)];
	text = xformat("%s%s%s", line->name, *line->about ? ": " : "",
		       line->about);
	canvas_wrap(canvas, STYLE_BOLD, lines, text);
	free(text);
}

/**
 * draw_lines - draw the lines of a view
 * @canvas: the screen, below its head
 * @scene: the facts
 * @state: the view; the scrolling is set right
 * @shown: the lines; room is set
 */
void draw_lines(struct canvas *canvas, const struct scene *scene,
		struct state *state, struct shown *shown)
{
	int about = (canvas->lines >= LINES_FOR_ABOUT) +
		    (canvas->lines >= LINES_FOR_SENTENCE);
	bool keys = canvas->lines >= LINES_FOR_KEYS;
	int room;

	if (scene->live->before) {
		if (keys || state->typing)
			draw_caption(canvas, state, shown,
				     scene->live->lines[state->by].count);
		room = canvas->lines - canvas->next - 1 - about - keys;
		shown->room = room > 0 ? (size_t)room : 0;
		state_scroll(state, shown);
		draw_table(canvas, scene, state, shown);
		canvas->next = canvas->lines - about - keys;
		if (about)
			draw_about(canvas, state, shown, about);
	}
	canvas->next = canvas->lines - 1;
	if (keys)
		canvas_say(canvas, STYLE_PLAIN,
			   "q quit  ? help  1-4 rows nodes services reasons  s sort  / filter  Enter details");
}
