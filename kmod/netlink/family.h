/* SPDX-License-Identifier: GPL-2.0-only */
/* Generic netlink family, and helpers of its handlers. */
#ifndef _NF_EDGE_FAMILY_H
#define _NF_EDGE_FAMILY_H

#include <net/genetlink.h>
#include <uapi/linux/nf_edge.h>

struct nf_edge_net;
struct nf_edge_snapshot;

/* Loop over the attributes of one type in a request. */
#define nf_edge_for_each_attr(attr, info, type, rem)			\
	nla_for_each_attr(attr, genlmsg_data((info)->genlhdr),		\
			  genlmsg_len((info)->genlhdr), rem)		\
		if (nla_type(attr) == (type))

typedef int (*nf_edge_nl_change_fn)(struct nf_edge_net *en,
				    struct genl_info *info,
				    struct sk_buff *msg);

int nf_edge_count_attrs(struct genl_info *info, int type, int max);
struct sk_buff *nf_edge_nl_reply(struct genl_info *info, size_t size);
int nf_edge_nl_send(struct genl_info *info, struct sk_buff *msg, int err);
int nf_edge_nl_change(struct genl_info *info, nf_edge_nl_change_fn change);
void nf_edge_nl_announce(struct nf_edge_net *en,
			 const struct nf_edge_snapshot *snapshot,
			 enum nf_edge_change change);

int nf_edge_family_init(void);
void nf_edge_family_exit(void);

#endif
