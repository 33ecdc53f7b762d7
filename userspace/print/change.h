/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Answer of zone, feature and mode, as text and as JSON.
 */
#ifndef PRINT_CHANGE_H
#define PRINT_CHANGE_H

#include "netlink/change.h"
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

/**
 * struct change - a switch, and its effect
 * @verb: "zone", "feature" or "mode"
 * @state: "on" or "off"; for a mode the word of the mode
 * @word: the zone or feature; NULL for a mode
 * @switched: the answer of the module
 * @view: the policy after the switch, with its rows and nodes if it may have
 *	ended connections
 * @pairs: rows that are off, and whose flow another row still permits
 * @pair_count: number of pairs
 * @pair_capacity: number of pairs that there is room for
 * @offload: connections that no switch reaches
 */
struct change {
	const char *verb;
	const char *state;
	const char *word;
	struct switched switched;
	struct view view;
	struct pair *pairs;
	size_t pair_count;
	size_t pair_capacity;
	struct offload offload;
};

void change_print(const struct change *change);
void change_json(const struct change *change);
void change_free(struct change *change);

#endif /* PRINT_CHANGE_H */
