/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Refused packets of an address, each kind once, and a conclusion.
 */
#ifndef PRINT_WHY_H
#define PRINT_WHY_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "print/tally.h"

/**
 * struct kind - packets with the same ends, verdict and grounds
 * @event: the first of them
 * @remedy: what would permit them, or an empty text
 * @times: how many there were
 * @last: time of the last one, nanoseconds since 1970
 * @first: index of the first kind that is the same but for the destination port
 * @ports: of a first kind: number of kinds like this, with itself
 */
struct kind {
	struct event event;
	char *remedy;
	uint64_t times;
	uint64_t last;
	size_t first;
	size_t ports;
};

/**
 * struct why - events of an address
 * @whom: the address, as it was written
 * @file: file of the events, NULL for those that came
 * @kinds: the kinds, in the order of their first packets
 * @count: number of kinds
 * @capacity: number of kinds that there is room for
 * @others: packets of further kinds
 * @audit: packets that were refused in mode audit, and passed
 * @tally: numbers of events
 * @tracked: connections of the address in the table of connection tracking, -1
 *	when nobody asked, or knows
 */
struct why {
	const char *whom;
	const char *file;
	struct kind *kinds;
	size_t count;
	size_t capacity;
	uint64_t others;
	uint64_t audit;
	struct tally tally;
	int64_t tracked;
};

void why_begin(struct why *why, const char *whom, const char *file);
bool why_add(struct why *why, const struct event *event, char *remedy);
void why_print_kind(const struct why *why, size_t at, bool utc);
void why_print(const struct why *why, uint64_t seconds);
json_t *why_json(const struct why *why, uint64_t seconds);
void why_end(struct why *why);

#endif /* PRINT_WHY_H */
