/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The policy in force, as the module tells it.
 */
#ifndef NETLINK_VIEW_H
#define NETLINK_VIEW_H

#include <stdbool.h>
#include <stdint.h>

#include "netlink/client.h"
#include "policy/policy.h"
#include "policy/rows.h"

/* Attempts to read a policy that keeps changing. */
#define VIEW_ATTEMPTS	100

/* Parts to read beyond the status. */
#define VIEW_ROWS	1U
#define VIEW_NODES	2U
#define VIEW_COUNTS	4U
#define VIEW_PREFIXES	8U

/**
 * struct row_state - state of a row
 * @live: whether zone and feature of the row are on
 * @dead: why the row is not live, a bit an enum nf_edge_dead
 * @bound: bound peer sets of the row
 */
struct row_state {
	bool live;
	uint32_t dead;
	uint32_t bound;
};

/**
 * struct row_texts - the texts that a row points to
 * @id: its name
 * @role: the document's role
 * @application: the document's application
 * @note: the purpose of the row
 */
struct row_texts {
	char *id;
	char *role;
	char *application;
	char *note;
};

/**
 * struct view - one policy in force, whole
 * @generation: generation of the policy
 * @loaded: whether a policy is loaded
 * @policy: the policy; nodes and prefixes if they were asked for
 * @loaded_mode: the mode before any switch
 * @loaded_zones: the zones before any switch
 * @loaded_features: the features before any switch
 * @loaded_off: the rows that were off before any switch
 * @loaded_off_count: number of rows that were off
 * @governed: Edge addresses
 * @conntrack_count: entries of the connection tracking table
 * @conntrack_max: room for entries in that table
 * @conntrack_drop: packets that connection tracking dropped, whatever the cause
 * @conntrack_early_drop: entries given up for new ones, the table being full
 * @conntrack_insert_failed: entries that could not be inserted
 * @offloaded: governed packets of connections marked offloaded
 * @table: the module's rows, if they were asked for
 * @texts: of each row
 * @states: of each row
 * @fault: why profile or rows cannot be taken, or NULL
 * @set_counts: prefixes a peer set, if they were asked for
 */
struct view {
	uint32_t generation;
	bool loaded;
	struct policy policy;
	uint32_t loaded_mode;
	uint32_t loaded_zones;
	uint32_t loaded_features;
	struct row_off loaded_off[ROWS_MAX];
	size_t loaded_off_count;
	uint32_t governed;
	uint32_t conntrack_count;
	uint32_t conntrack_max;
	uint64_t conntrack_drop;
	uint64_t conntrack_early_drop;
	uint64_t conntrack_insert_failed;
	uint64_t offloaded;
	struct row_table table;
	struct row_texts texts[ROWS_MAX];
	struct row_state states[ROWS_MAX];
	const char *fault;
	uint32_t set_counts[SETS_MAX];
};

int view_read(struct client *client, struct view *view, unsigned int parts);
char *view_switch(const struct view *view, size_t i);
char *view_switches(const struct view *view, const char *separator);
void view_free(struct view *view);

#endif /* NETLINK_VIEW_H */
