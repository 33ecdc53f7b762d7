/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _NF_EDGE_NETLINK_H
#define _NF_EDGE_NETLINK_H

#include <net/genetlink.h>

#include "snapshot.h"

/* netlink.c */
struct sk_buff *nf_edge_nl_reply(struct genl_info *info, size_t size,
				 void **header);
int nf_edge_nl_send(struct sk_buff *msg, void *header, struct genl_info *info);
void nf_edge_nl_announce(struct nf_edge_net *en,
			 const struct nf_edge_switches *switches,
			 enum nf_edge_change change);
int nf_edge_netlink_init(void);
void nf_edge_netlink_exit(void);

/* load.c */
void nf_edge_transactions_end(struct nf_edge_net *en);
int nf_edge_transactions_init(void);
void nf_edge_transactions_exit(void);

/* explain.c */
int nf_edge_explain(struct net *net, const struct nf_edge_snapshot *snapshot,
		    struct nlattr *query, struct sk_buff *reply,
		    struct netlink_ext_ack *extack);

/* Room for the answer to one query: fixed attributes, names, and all rows. */
#define NF_EDGE_ANSWER_SIZE	(256 + 2 * NF_EDGE_ROWS * nla_total_size(16))

#endif
