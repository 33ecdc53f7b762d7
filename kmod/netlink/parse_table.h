/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _NF_EDGE_PARSE_TABLE_H
#define _NF_EDGE_PARSE_TABLE_H

#include <net/genetlink.h>

struct nf_edge_row_facts;
struct nf_edge_table;

struct nf_edge_table *
nf_edge_parse_table(struct genl_info *info,
		    const struct nf_edge_row_facts *facts);

#endif
