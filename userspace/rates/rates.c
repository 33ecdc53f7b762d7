// SPDX-License-Identifier: GPL-2.0-only
/*
 * Rates: what was counted between two readings, and in which time.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "rates/rates.h"

/* Two readings within one tick of the clock have a time between them. */
#define SHORTEST	0.000001

#define NANOSECONDS	1e9

static void add_name(struct rates *rates, const char *first, const char *second)
{
	char *name;

	rates->anew = xgrow(rates->anew, &rates->anew_capacity,
			    rates->anew_count, sizeof(*rates->anew));
	name = rates->anew[rates->anew_count++];
	snprintf(name, sizeof(*rates->anew), "%s%s%s", first,
		 *second ? " " : "", second);
}

/* Counters without a reading before have begun at zero, and stay. */
static void subtract(struct rates *rates, struct counts *now,
		     const struct counts *before, const char *node,
		     const char *name)
{
	uint64_t *counters[COUNTERS_OF_COUNTS], *old[COUNTERS_OF_COUNTS];
	struct counts copy = *before;
	uint64_t values[COUNTERS_OF_COUNTS];
	size_t i;

	if (!now->known || !before->known)
		return;
	counts_counters(now, counters);
	counts_counters(&copy, old);
	for (i = 0; i < COUNTERS_OF_COUNTS; i++)
		values[i] = *old[i];
	if (difference_take(counters, values, COUNTERS_OF_COUNTS))
		add_name(rates, node, name);
}

static void subtract_node(struct rates *rates, struct node_counts *node,
			  const struct node_counts *before)
{
	size_t i;
	int row;

	for (i = 0; i < node->table->count; i++) {
		const char *id = node->table->row[i].id;

		row = rows_find(before->table, id);
		if (row >= 0)
			subtract(rates, &node->rows[i], &before->rows[row],
				 node->node, id);
	}
	for (i = 0; i < SERVICE_COUNT; i++)
		subtract(rates, &node->services[i], &before->services[i],
			 node->node, service_words[i]);
}

static void subtract_nodes(struct rates *rates, const struct report *before)
{
	size_t n, b;

	for (n = 0; n < rates->node_count; n++)
		for (b = 0; b < before->node_count; b++)
			if (!strcmp(rates->nodes[n].node,
				    before->nodes[b].node))
				subtract_node(rates, &rates->nodes[n],
					      &before->nodes[b]);
}

static void subtract_drops(struct rates *rates, const struct report *before)
{
	uint64_t *counters[COUNTERS_OF_DROPS], *old[COUNTERS_OF_DROPS];
	uint64_t values[COUNTERS_OF_DROPS];
	unsigned int reason;
	size_t i;

	for (reason = 0; reason < REASON_COUNT; reason++) {
		struct drop_counts copy = before->drops[reason];

		drop_counters(&rates->drops[reason], counters);
		drop_counters(&copy, old);
		for (i = 0; i < COUNTERS_OF_DROPS; i++)
			values[i] = *old[i];
		if (difference_take(counters, values, COUNTERS_OF_DROPS))
			add_name(rates, reason_words[reason], "");
	}
}

/**
 * rates_between - subtract a reading from a later one
 * @rates: filled in; rates_free() it before @now is freed
 * @before: the earlier reading
 * @now: the later reading
 *
 * No difference is negative: counters that began at zero in between count from
 * there.
 */
void rates_between(struct rates *rates, const struct reading *before,
		   const struct reading *now)
{
	const struct report *old = &before->report, *new = &now->report;
	bool same = old->view.policy.profile == new->view.policy.profile;

	*rates = (struct rates){
		.seconds = (double)(now->at - before->at) / NANOSECONDS,
		.restart = difference_restart(same, old->view.generation,
					      new->view.generation),
		.node_count = new->node_count,
	};
	if (now->at <= before->at || rates->seconds < SHORTEST)
		rates->seconds = SHORTEST;
	rates->nodes = xalloc((new->node_count + 1) * sizeof(*rates->nodes));
	if (new->node_count)
		memcpy(rates->nodes, new->nodes,
		       new->node_count * sizeof(*rates->nodes));
	memcpy(rates->drops, new->drops, sizeof(rates->drops));
	if (rates->restart == RESTART_NONE)
		subtract_nodes(rates, old);
	if (rates->restart != RESTART_ALL)
		subtract_drops(rates, old);
}

/**
 * rates_add - add counters of a row or service to others
 * @sum: the sum, whose last hit is the latest of all
 * @counts: the counters to add; none where the module sent none
 */
void rates_add(struct counts *sum, const struct counts *counts)
{
	if (!counts->known)
		return;
	sum->known = true;
	sum->connections += counts->connections;
	sum->packets_to_edge += counts->packets_to_edge;
	sum->bytes_to_edge += counts->bytes_to_edge;
	sum->packets_from_edge += counts->packets_from_edge;
	sum->bytes_from_edge += counts->bytes_from_edge;
	sum->denied += counts->denied;
	if (counts->last_hit > sum->last_hit)
		sum->last_hit = counts->last_hit;
}

/**
 * rates_permitted - add up the services of all nodes
 * @rates: what was counted
 * @sum: set to the sum; a packet from one node to another counts twice
 */
void rates_permitted(const struct rates *rates, struct counts *sum)
{
	unsigned int i;
	size_t n;

	*sum = (struct counts){ 0 };
	for (n = 0; n < rates->node_count; n++)
		for (i = 0; i < SERVICE_COUNT; i++)
			rates_add(sum, &rates->nodes[n].services[i]);
}

/**
 * rates_refused - add up all reasons
 * @rates: what was counted
 * @sum: set to the sum
 */
void rates_refused(const struct rates *rates, struct drop_counts *sum)
{
	unsigned int i;

	*sum = (struct drop_counts){ 0 };
	for (i = 0; i < REASON_COUNT; i++) {
		sum->packets += rates->drops[i].packets;
		sum->bytes += rates->drops[i].bytes;
		sum->would_be_packets += rates->drops[i].would_be_packets;
		sum->would_be_bytes += rates->drops[i].would_be_bytes;
	}
}

/**
 * rates_free - forget rates
 * @rates: the rates
 */
void rates_free(struct rates *rates)
{
	free(rates->nodes);
	free(rates->anew);
	*rates = (struct rates){ 0 };
}
