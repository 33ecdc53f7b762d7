/* SPDX-License-Identifier: GPL-2.0-only */
/* Answers to queries. */
#ifndef _NF_EDGE_EXPLAIN_H
#define _NF_EDGE_EXPLAIN_H

#include <net/netlink.h>

#include "table.h"

struct nf_edge_snapshot;

/* Octets of the answer to one query: fixed attributes, names and all rows. */
#define NF_EDGE_ANSWER_SIZE	(256 + NF_EDGE_TABLE_ROWS *		\
				 nla_total_size(NF_EDGE_ROW_ID_MAX + 1))

int nf_edge_explain(struct net *net, const struct nf_edge_snapshot *snapshot,
		    struct nlattr *query, struct sk_buff *reply,
		    struct netlink_ext_ack *extack);

#endif
