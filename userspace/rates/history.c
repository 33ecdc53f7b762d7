// SPDX-License-Identifier: GPL-2.0-only
/*
 * Short histories of the rates of lines.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/macros.h"
#include "base/memory.h"
#include "rates/history.h"

/* The bar of a rate above 0, from low to high. */
#define LEVELS	8U

static const char *const blocks_of[LEVELS] = {
	"\u2581", "\u2582", "\u2583", "\u2584", "\u2585", "\u2586", "\u2587",
	"\u2588",
};

static const char *const letters_of[LEVELS] = {
	":", "-", "=", "+", "*", "%", "#", "@",
};

/* Octets of a bar, at most. */
#define BAR_MAX	3U

static struct rate_history *find(const struct rate_histories *histories,
				 const char *name)
{
	size_t i;

	for (i = 0; i < histories->count; i++)
		if (!strcmp(histories->line[i].name, name))
			return &histories->line[i];
	return NULL;
}

static struct rate_history *begin(struct rate_histories *histories,
				  const char *name)
{
	struct rate_history *history;

	histories->line = xgrow(histories->line, &histories->capacity,
				histories->count, sizeof(*histories->line));
	history = &histories->line[histories->count++];
	*history = (struct rate_history){ 0 };
	snprintf(history->name, sizeof(history->name), "%s", name);
	return history;
}

static void add_sample(struct rate_history *history,
		       const struct rate_line *line, double seconds)
{
	enum measure measure;
	double *sample;

	if (history->count == HISTORY_SAMPLES)
		memmove(history->samples[0], history->samples[1],
			--history->count * sizeof(history->samples[0]));
	sample = history->samples[history->count++];
	for (measure = 0; measure < MEASURES; measure++)
		sample[measure] = (double)rate_line_count(line, measure) /
				  seconds;
	history->seen = true;
}

static void add_up(const struct rate_history *history, double sums[MEASURES])
{
	enum measure measure;
	size_t i;

	for (measure = 0; measure < MEASURES; measure++) {
		sums[measure] = 0;
		for (i = 0; i < history->count; i++)
			sums[measure] += history->samples[i][measure];
	}
}

/* A line that comes back begins its history anew. */
static void drop_unseen(struct rate_histories *histories)
{
	size_t i = 0;

	while (i < histories->count) {
		struct rate_history *history = &histories->line[i];

		if (history->seen) {
			history->seen = false;
			i++;
		} else {
			*history = histories->line[--histories->count];
		}
	}
}

/**
 * rate_histories_add - add a sample to the history of each line
 * @histories: the histories of such lines
 * @lines: the lines, whose recent rates are set; histories of others end
 * @seconds: the time that the lines counted for
 */
void rate_histories_add(struct rate_histories *histories,
			struct rate_lines *lines, double seconds)
{
	size_t i;

	for (i = 0; i < lines->count; i++) {
		struct rate_history *history = find(histories,
						    lines->line[i].name);

		if (!history)
			history = begin(histories, lines->line[i].name);
		add_sample(history, &lines->line[i], seconds);
		add_up(history, lines->line[i].recent);
	}
	drop_unseen(histories);
}

/**
 * rate_history_of - find the history of a line
 * @histories: the histories
 * @name: name of the line
 *
 * Return: the history, or NULL.
 */
const struct rate_history *rate_history_of(const struct rate_histories *histories,
					   const char *name)
{
	return find(histories, name);
}

static const char *bar(double sample, double highest, bool blocks)
{
	size_t level;

	if (sample <= 0)
		return ".";
	level = (size_t)(sample / highest * LEVELS);
	if (level >= LEVELS)
		level = LEVELS - 1;
	return blocks ? blocks_of[level] : letters_of[level];
}

/**
 * rate_history_bars - draw a history as a row of bars
 * @history: the history, or NULL
 * @measure: the rate to draw
 * @width: number of bars, at most; the newest is the last
 * @blocks: draw with blocks of Unicode, else with letters of ASCII
 *
 * Return: a new string of one character for each sample: a dot for 0, else a bar
 * whose height is relative to the highest.  Of nothing but zeros, it is empty.
 */
char *rate_history_bars(const struct rate_history *history,
			enum measure measure, size_t width, bool blocks)
{
	size_t count = history ? history->count : 0, begins, i;
	char *text, *end;
	double highest = 0;

	begins = count > width ? count - width : 0;
	text = xalloc((count - begins) * BAR_MAX + 1);
	for (i = begins; i < count; i++)
		if (history->samples[i][measure] > highest)
			highest = history->samples[i][measure];
	end = text;
	for (i = begins; i < count && highest > 0; i++)
		end = stpcpy(end, bar(history->samples[i][measure], highest,
				      blocks));
	return text;
}

/**
 * rate_histories_free - forget histories
 * @histories: the histories
 */
void rate_histories_free(struct rate_histories *histories)
{
	free(histories->line);
	*histories = (struct rate_histories){ 0 };
}
