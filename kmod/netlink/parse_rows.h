/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _NF_EDGE_PARSE_ROWS_H
#define _NF_EDGE_PARSE_ROWS_H

#include <net/genetlink.h>
#include <uapi/linux/nf_edge.h>

struct nf_edge_table;

/**
 * struct nf_edge_row_facts - what a load says beside its rows, for their checks
 * @node: names of the nodes by number, in the request
 * @n_nodes: number of nodes
 * @bound_sets: mask of the sets that are bound
 * @wide_sets: mask of the sets that hold a prefix shorter than /8 (IPv4) or /16
 *	(IPv6)
 */
struct nf_edge_row_facts {
	const char *node[NF_EDGE_MAX_NODES];
	u32 n_nodes;
	u32 bound_sets;
	u32 wide_sets;
};

bool nf_edge_good_name(const char *name);
int nf_edge_check_ports(const struct nlattr *low, const struct nlattr *high,
			struct netlink_ext_ack *extack);
int nf_edge_parse_site_rows(struct genl_info *info,
			    struct nf_edge_table *table,
			    const struct nf_edge_row_facts *facts);

#endif
