/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The counters of a whole policy.
 */
#ifndef NETLINK_REPORT_H
#define NETLINK_REPORT_H

#include "netlink/counters.h"
#include "netlink/view.h"

/**
 * struct report_request - the counters to be read
 * @node: name of one node, or NULL for all
 * @zone: one zone, or -1 for all
 * @reset: whether the module counts on from zero
 * @parts: parts of the policy to read beside its rows and nodes, for view_read()
 */
struct report_request {
	const char *node;
	int zone;
	bool reset;
	unsigned int parts;
};

/**
 * struct report - counters of a policy
 * @view: the policy in force, with its rows and nodes
 * @nodes: the counters of each requested node; NULL while only the policy was
 *	read
 * @node_count: number of nodes
 * @drops: drops by reason
 * @has_drops: whether @drops was read: for all nodes and zones only
 */
struct report {
	struct view view;
	struct node_counts *nodes;
	size_t node_count;
	struct drop_counts drops[REASON_COUNT];
	bool has_drops;
};

int report_read(struct client *client,
		const struct report_request *request,
		struct report *report);
void report_free(struct report *report);

#endif /* NETLINK_REPORT_H */
