/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Readings of all counters, with their time.
 */
#ifndef RATES_READING_H
#define RATES_READING_H

#include <stdint.h>

#include "netlink/report.h"

/**
 * struct reading - all counters at one time
 * @report: the policy in force and its counters, which point into the reading:
 *	a reading is not copied
 * @at: time of the reading, in nanoseconds of the monotonic clock
 * @time: the same, in seconds since 1970
 */
struct reading {
	struct report report;
	uint64_t at;
	uint64_t time;
};

int reading_take(struct client *client, struct reading **reading);
void reading_free(struct reading *reading);

#endif /* RATES_READING_H */
