// SPDX-License-Identifier: GPL-2.0-only
/*
 * Differences of two readings of counters.
 */
#include "netlink/difference.h"

/**
 * counts_counters - list the counters of a row or service
 * @counts: the counters
 * @counters: set to each counter, in the order of the keys of JSON
 */
void counts_counters(struct counts *counts,
		     uint64_t *counters[COUNTERS_OF_COUNTS])
{
	counters[0] = &counts->connections;
	counters[1] = &counts->packets_to_edge;
	counters[2] = &counts->bytes_to_edge;
	counters[3] = &counts->packets_from_edge;
	counters[4] = &counts->bytes_from_edge;
	counters[5] = &counts->denied;
}

/**
 * drop_counters - list the counters of a reason
 * @drop: the counters
 * @counters: set to each counter, in the order of the keys of JSON
 */
void drop_counters(struct drop_counts *drop,
		   uint64_t *counters[COUNTERS_OF_DROPS])
{
	counters[0] = &drop->packets;
	counters[1] = &drop->bytes;
	counters[2] = &drop->would_be_packets;
	counters[3] = &drop->would_be_bytes;
}

/**
 * difference_take - turn the counters of one row, service or reason into
 *	differences
 * @counters: the counters of now
 * @before: those of the reading before, in the same order
 * @count: number of counters
 *
 * A reset puts all of them back, so that one that went back tells of the
 * others.  Counters that began at zero stay as they are.
 *
 * Return: whether the counters began at zero in between.
 */
bool difference_take(uint64_t *const *counters, const uint64_t *before,
		     size_t count)
{
	size_t i;

	for (i = 0; i < count; i++)
		if (*counters[i] < before[i])
			return true;
	for (i = 0; i < count; i++)
		*counters[i] -= before[i];
	return false;
}

/**
 * difference_restart - find the counters that a load has put back
 * @same_profile: whether the profile is that of the reading before
 * @before: generation of the reading before
 * @now: generation of now
 *
 * Return: the counters that began at zero.
 */
enum restart difference_restart(bool same_profile, uint32_t before,
				uint32_t now)
{
	if (now < before)
		return RESTART_ALL;
	return same_profile ? RESTART_NONE : RESTART_NODES;
}

/**
 * difference_why - say why counters began at zero
 * @restart: the counters
 *
 * Return: half a sentence, or NULL where none did.
 */
const char *difference_why(enum restart restart)
{
	switch (restart) {
	case RESTART_NODES:
		return "the profile changed";
	case RESTART_ALL:
		return "the module was loaded anew";
	default:
		return NULL;
	}
}
