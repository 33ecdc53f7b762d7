/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _NF_EDGE_PARSE_SWITCHES_H
#define _NF_EDGE_PARSE_SWITCHES_H

#include <net/genetlink.h>

struct nf_edge_switches;
struct nf_edge_table;

int nf_edge_parse_switches(struct genl_info *info,
			   struct nf_edge_switches *switches);
int nf_edge_check_switches(const struct nlattr *zones,
			   const struct nlattr *features,
			   const struct nf_edge_table *table,
			   struct netlink_ext_ack *extack);
int nf_edge_find_row(const struct nf_edge_table *table,
		     const struct nlattr *id);
int nf_edge_parse_row_ids(struct genl_info *info, int type,
			  const struct nf_edge_table *table, u64 *rows);
int nf_edge_parse_loaded(struct genl_info *info,
			 const struct nf_edge_table *table,
			 const struct nf_edge_switches *switches,
			 struct nf_edge_switches *loaded);

#endif
