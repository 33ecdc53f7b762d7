/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Rates that are followed: the last two readings, and histories.
 */
#ifndef RATES_LIVE_H
#define RATES_LIVE_H

#include "rates/history.h"

/**
 * struct live - rates that are followed
 * @before: the reading before the last, or NULL
 * @now: the last reading, or NULL
 * @rates: what was counted between the two, while there are two
 * @lines: the same as lines, by enum rates_by
 * @histories: of these lines
 */
struct live {
	struct reading *before;
	struct reading *now;
	struct rates rates;
	struct rate_lines lines[BY_COUNT];
	struct rate_histories histories[BY_COUNT];
};

void live_add(struct live *live, struct reading *reading);
void live_forget(struct live *live);

#endif /* RATES_LIVE_H */
