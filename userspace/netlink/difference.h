/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Differences of two readings of counters.
 */
#ifndef NETLINK_DIFFERENCE_H
#define NETLINK_DIFFERENCE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "netlink/counters.h"

/* Counters of struct counts, and of struct drop_counts. */
#define COUNTERS_OF_COUNTS	6U
#define COUNTERS_OF_DROPS	4U

/**
 * enum restart - counters that began at zero between two readings
 * @RESTART_NONE: none, as far as the policies tell
 * @RESTART_NODES: those of rows and services, for another profile
 * @RESTART_ALL: all of the module, which was loaded anew
 */
enum restart {
	RESTART_NONE,
	RESTART_NODES,
	RESTART_ALL,
};

void counts_counters(struct counts *counts,
		     uint64_t *counters[COUNTERS_OF_COUNTS]);
void drop_counters(struct drop_counts *drop,
		   uint64_t *counters[COUNTERS_OF_DROPS]);
bool difference_take(uint64_t *const *counters, const uint64_t *before,
		     size_t count);
enum restart difference_restart(bool same_profile, uint32_t before,
				uint32_t now);
const char *difference_why(enum restart restart);

#endif /* NETLINK_DIFFERENCE_H */
