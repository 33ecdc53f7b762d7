/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The policy in force, as the module tells it.
 */
#ifndef NETLINK_VIEW_H
#define NETLINK_VIEW_H

#include <stdbool.h>
#include <stdint.h>

#include "netlink/client.h"
#include "policy/event.h"
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
 * struct waiting - a change that waits for its confirmation
 * @waits: whether one does
 * @generation: generation of the policy in force, which the change made
 * @left: seconds until it is taken back
 * @loaded: whether a policy comes back then; without one, nothing is governed
 * @back: generation that the policy had which comes back
 * @back_mode: mode of that policy
 */
struct waiting {
	bool waits;
	uint32_t generation;
	uint32_t left;
	bool loaded;
	uint32_t back;
	uint32_t back_mode;
};

/**
 * struct view - one policy in force, whole
 * @generation: generation of the policy
 * @loaded: whether a policy is loaded
 * @parts: VIEW_ROWS, ..., the parts that were read
 * @policy: the policy; nodes and prefixes if they were asked for
 * @loaded_mode: the mode before any switch
 * @loaded_zones: the zones before any switch
 * @loaded_features: the features before any switch
 * @loaded_off: the rows that were off before any switch
 * @loaded_off_count: number of rows that were off
 * @governed: Edge addresses
 * @waiting: the change that waits for its confirmation
 * @conntrack_count: entries of the connection tracking table
 * @conntrack_max: room for entries in that table
 * @conntrack_drop: packets that connection tracking dropped, whatever the cause
 * @conntrack_early_drop: entries given up for new ones, the table being full
 * @conntrack_insert_failed: entries that could not be inserted
 * @offloaded: governed packets of connections marked offloaded
 * @listeners: sockets that listen to events
 * @lost: events that all listeners have lost; verdict and reason are unset
 * @table: the module's rows, if they were asked for
 * @texts: of each row
 * @states: of each row
 * @fault: why profile or rows cannot be taken, or NULL
 * @set_counts: prefixes a peer set, if they were asked for
 */
struct view {
	uint32_t generation;
	bool loaded;
	unsigned int parts;
	struct policy policy;
	uint32_t loaded_mode;
	uint32_t loaded_zones;
	uint32_t loaded_features;
	struct row_off loaded_off[ROWS_MAX];
	size_t loaded_off_count;
	uint32_t governed;
	struct waiting waiting;
	uint32_t conntrack_count;
	uint32_t conntrack_max;
	uint64_t conntrack_drop;
	uint64_t conntrack_early_drop;
	uint64_t conntrack_insert_failed;
	uint64_t offloaded;
	uint32_t listeners;
	struct loss lost;
	struct row_table table;
	struct row_texts texts[ROWS_MAX];
	struct row_state states[ROWS_MAX];
	const char *fault;
	uint32_t set_counts[SETS_MAX];
};

int view_read(struct client *client, struct view *view, unsigned int parts);
void view_as_loaded(struct view *view);
void view_drop_row(struct view *view, size_t i);
bool view_row_permits(const struct view *view, size_t i);
char *view_switch(const struct view *view, size_t i);
char *view_switches(const struct view *view, const char *separator);
void view_free(struct view *view);

#endif /* NETLINK_VIEW_H */
