/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Rates: what was counted between two readings, and in which time.
 */
#ifndef RATES_RATES_H
#define RATES_RATES_H

#include "netlink/difference.h"
#include "rates/reading.h"

/* Octets of the name of a counter: node and row, a blank and a zero. */
#define RATES_NAME_MAX	(NF_EDGE_NODE_NAME_MAX + ROW_ID_MAX + 2)

/**
 * struct rates - what was counted between two readings
 * @seconds: the time between them, above 0
 * @restart: counters that a load has put back in between
 * @nodes: of each node what was counted; tables of rows are those of the later
 *	reading
 * @node_count: number of nodes
 * @drops: what was refused, by reason
 * @anew: names of counters that began at zero in between all the same
 * @anew_count: number of such names
 * @anew_capacity: number of names that there is room for
 */
struct rates {
	double seconds;
	enum restart restart;
	struct node_counts *nodes;
	size_t node_count;
	struct drop_counts drops[REASON_COUNT];
	char (*anew)[RATES_NAME_MAX + 1];
	size_t anew_count;
	size_t anew_capacity;
};

void rates_between(struct rates *rates, const struct reading *before,
		   const struct reading *now);
void rates_add(struct counts *sum, const struct counts *counts);
void rates_permitted(const struct rates *rates, struct counts *sum);
void rates_refused(const struct rates *rates, struct drop_counts *sum);
void rates_free(struct rates *rates);

#endif /* RATES_RATES_H */
