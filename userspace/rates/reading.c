// SPDX-License-Identifier: GPL-2.0-only
/*
 * Readings of all counters, with their time.
 */
#include <stdlib.h>
#include <time.h>

#include "base/memory.h"
#include "rates/reading.h"

#define NANOSECONDS	1000000000U

/**
 * reading_take - read all counters
 * @client: the socket
 * @reading: set to a new reading, for reading_free(); NULL after a failure
 *
 * Return: as report_read().
 */
int reading_take(struct client *client, struct reading **reading)
{
	static const struct report_request all = { .zone = -1 };
	struct reading *new = xalloc(sizeof(*new));
	struct timespec now;
	int error;

	error = report_read(client, &all, &new->report);
	clock_gettime(CLOCK_MONOTONIC, &now);
	new->at = (uint64_t)now.tv_sec * NANOSECONDS + (uint64_t)now.tv_nsec;
	new->time = (uint64_t)time(NULL);
	if (error) {
		reading_free(new);
		new = NULL;
	}
	*reading = new;
	return error;
}

/**
 * reading_free - forget a reading
 * @reading: the reading, or NULL
 */
void reading_free(struct reading *reading)
{
	if (reading)
		report_free(&reading->report);
	free(reading);
}
