/* SPDX-License-Identifier: GPL-2.0-only */
/* Answers to queries. */
#ifndef _NF_EDGE_EXPLAIN_H
#define _NF_EDGE_EXPLAIN_H

#include <net/netlink.h>

#include "table.h"

struct genl_info;
struct nf_edge_snapshot;

/* Octets of the answer to one query: fixed attributes, names and all rows. */
#define NF_EDGE_ANSWER_FIXED	256
#define NF_EDGE_ANSWER_SIZE	(NF_EDGE_ANSWER_FIXED + NF_EDGE_TABLE_ROWS * \
				 nla_total_size(NF_EDGE_ROW_ID_MAX + 1))

int nf_edge_count_queries(struct genl_info *info);
int nf_edge_put_answers(struct genl_info *info,
			const struct nf_edge_snapshot *snapshot,
			struct sk_buff *msg);

#endif
