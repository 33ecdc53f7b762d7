// SPDX-License-Identifier: GPL-2.0-only
/*
 * Rates that are followed: the last two readings, and histories.
 */
#include "rates/live.h"

static void forget_rates(struct live *live)
{
	enum rates_by by;

	for (by = 0; by < BY_COUNT; by++)
		rate_lines_free(&live->lines[by]);
	rates_free(&live->rates);
}

/**
 * live_add - follow on with a new reading
 * @live: the rates
 * @reading: the reading, which is taken over
 */
void live_add(struct live *live, struct reading *reading)
{
	enum rates_by by;

	forget_rates(live);
	reading_free(live->before);
	live->before = live->now;
	live->now = reading;
	if (!live->before)
		return;
	rates_between(&live->rates, live->before, live->now);
	for (by = 0; by < BY_COUNT; by++) {
		rate_lines_make(&live->lines[by], by, &live->rates, live->now);
		rate_histories_add(&live->histories[by], &live->lines[by],
				   live->rates.seconds);
	}
}

/**
 * live_forget - begin anew with the next reading
 * @live: the rates, which may be used again
 */
void live_forget(struct live *live)
{
	enum rates_by by;

	forget_rates(live);
	for (by = 0; by < BY_COUNT; by++)
		rate_histories_free(&live->histories[by]);
	reading_free(live->before);
	reading_free(live->now);
	*live = (struct live){ 0 };
}
