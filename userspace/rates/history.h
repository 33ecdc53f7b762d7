/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Short histories of the rates of lines.
 */
#ifndef RATES_HISTORY_H
#define RATES_HISTORY_H

#include "rates/lines.h"

/* Samples of a history, at most. */
#define HISTORY_SAMPLES	30U

/**
 * struct rate_history - the rates of a line in the last readings
 * @name: name of the line
 * @samples: rates a second, the oldest first
 * @count: number of samples
 * @seen: whether the last reading has the line
 */
struct rate_history {
	char name[RATES_NAME_MAX + 1];
	double samples[HISTORY_SAMPLES][MEASURES];
	size_t count;
	bool seen;
};

/**
 * struct rate_histories - the histories of some lines
 * @line: the histories
 * @count: number of lines
 * @capacity: number of lines that there is room for
 */
struct rate_histories {
	struct rate_history *line;
	size_t count;
	size_t capacity;
};

void rate_histories_add(struct rate_histories *histories,
			struct rate_lines *lines, double seconds);
const struct rate_history *rate_history_of(const struct rate_histories *histories,
					   const char *name);
char *rate_history_bars(const struct rate_history *history,
			enum measure measure, size_t width, bool blocks);
void rate_histories_free(struct rate_histories *histories);

#endif /* RATES_HISTORY_H */
