/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Answer of zone, feature, row and mode, as text and as JSON.
 */
#ifndef PRINT_CHANGE_H
#define PRINT_CHANGE_H

#include "netlink/change.h"
#include "netlink/impact.h"
#include "netlink/view.h"
#include "system/flowtables.h"

/**
 * struct pair - a row that is off now, and a row that permits the same flow
 * @killed: place in the table of the row that is off
 * @by: place of the row that still permits its flow
 */
struct pair {
	size_t killed;
	size_t by;
};

/* Causes that a row permits nothing though it is not off itself, from bit 0. */
#define IDLE_ZONE	1U
#define IDLE_FEATURE	2U
#define IDLE_NODE	4U
#define IDLE_PEERS	8U

/**
 * struct idle - a row that was switched on and permits nothing all the same
 * @row: place in the table
 * @causes: one or several IDLE_*
 */
struct idle {
	size_t row;
	unsigned int causes;
};

/**
 * struct change - a switch, and its effect
 * @verb: "zone", "feature", "row" or "mode"
 * @state: "on" or "off"; for a mode the word of the mode
 * @word: the zone, the feature or the first row; NULL for a mode
 * @ids: of single rows: all of them
 * @switched: the answer of the module
 * @view: the policy after the switch, with its rows and nodes if it may have
 *	ended connections
 * @pairs: rows that are off, and whose flow another row still permits
 * @pair_count: number of pairs
 * @pair_capacity: number of pairs that there is room for
 * @idle: of single rows that are switched on: those that permit nothing yet
 * @idle_count: number of these
 * @offload: connections that no switch reaches
 * @impact: connections that the switch cut
 * @list_cuts: list these connections
 */
struct change {
	const char *verb;
	const char *state;
	const char *word;
	struct row_ids ids;
	struct switched switched;
	struct view view;
	struct pair *pairs;
	size_t pair_count;
	size_t pair_capacity;
	struct idle idle[ROWS_MAX];
	size_t idle_count;
	struct offload offload;
	struct impact impact;
	bool list_cuts;
};

void change_print(const struct change *change);
void change_json(const struct change *change);
void change_free(struct change *change);

#endif /* PRINT_CHANGE_H */
