/* SPDX-License-Identifier: GPL-2.0-only */
/* Filters of listeners. */
#ifndef _NF_EDGE_FILTER_H
#define _NF_EDGE_FILTER_H

#include <net/genetlink.h>
#include <uapi/linux/nf_edge.h>

#include "prefixes.h"

struct nf_edge_event;
struct nf_edge_snapshot;

/**
 * struct nf_edge_filter - the events that a listener asked for
 * @kinds: mask of kinds, see NF_EDGE_KINDS
 * @zones: mask of enum nf_edge_zone, or 0 for all rows and none
 * @n_rows: number of ids, or 0 for all rows and none
 * @n_prefixes: number of prefixes, or 0 for all addresses
 * @node: name of a node, or empty
 * @row: ids of rows
 * @prefix: prefixes of source or destination
 * @generation: the policy of @rows and @nodes
 * @resolved: the filter was resolved by a policy
 * @rows: rows of that policy that suit @zones and @row
 * @nodes: mask of the number of @node in that policy
 */
struct nf_edge_filter {
	u32 kinds;
	u32 zones;
	u32 n_rows;
	u32 n_prefixes;
	char node[NF_EDGE_NODE_NAME_MAX + 1];
	char row[NF_EDGE_MAX_FILTERS][NF_EDGE_ROW_ID_MAX + 1];
	struct nf_edge_prefix prefix[NF_EDGE_MAX_FILTERS];
	u32 generation;
	bool resolved;
	u64 rows;
	u64 nodes;
};

int nf_edge_parse_filter(struct genl_info *info,
			 const struct nf_edge_snapshot *snapshot,
			 struct nf_edge_filter *filter);
bool nf_edge_filter_takes(struct nf_edge_filter *filter,
			  const struct nf_edge_snapshot *snapshot,
			  const struct nf_edge_event *event);

#endif
