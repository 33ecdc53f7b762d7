/* SPDX-License-Identifier: ((GPL-2.0 WITH Linux-syscall-note) OR BSD-3-Clause) */
/* Do not edit directly, auto-generated from: */
/*	Documentation/netlink/specs/nf-edge.yaml */
/* YNL-GEN kernel header */

#ifndef _LINUX_NF_EDGE_GEN_H
#define _LINUX_NF_EDGE_GEN_H

#include <net/netlink.h>
#include <net/genetlink.h>

#include <uapi/linux/nf_edge.h>

/* Common nested types */
extern const struct nla_policy nf_edge_address_nl_policy[NF_EDGE_A_ADDRESS_IPV6 + 1];
extern const struct nla_policy nf_edge_counts_nl_policy[NF_EDGE_A_COUNTS_PAD + 1];
extern const struct nla_policy nf_edge_drop_nl_policy[NF_EDGE_A_DROP_PAD + 1];
extern const struct nla_policy nf_edge_interface_nl_policy[NF_EDGE_A_INTERFACE_IFINDEX + 1];
extern const struct nla_policy nf_edge_node_nl_policy[NF_EDGE_A_NODE_ADDRESS + 1];
extern const struct nla_policy nf_edge_own_set_nl_policy[NF_EDGE_A_OWN_SET_NAME + 1];
extern const struct nla_policy nf_edge_peers_nl_policy[NF_EDGE_A_PEERS_NAME + 1];
extern const struct nla_policy nf_edge_port_nl_policy[NF_EDGE_A_PORT_HIGH + 1];
extern const struct nla_policy nf_edge_ports_nl_policy[NF_EDGE_A_PORTS_HIGH + 1];
extern const struct nla_policy nf_edge_query_nl_policy[NF_EDGE_A_QUERY_REPLY_NEAR + 1];
extern const struct nla_policy nf_edge_site_row_nl_policy[NF_EDGE_A_SITE_ROW_NOTE + 1];

int nf_edge_nl_pin(struct netlink_callback *cb);
int nf_edge_nl_unpin(struct netlink_callback *cb);

int nf_edge_nl_status_get_doit(struct sk_buff *skb, struct genl_info *info);
int nf_edge_nl_begin_doit(struct sk_buff *skb, struct genl_info *info);
int nf_edge_nl_peers_add_doit(struct sk_buff *skb, struct genl_info *info);
int nf_edge_nl_load_doit(struct sk_buff *skb, struct genl_info *info);
int nf_edge_nl_switch_doit(struct sk_buff *skb, struct genl_info *info);
int nf_edge_nl_flush_doit(struct sk_buff *skb, struct genl_info *info);
int nf_edge_nl_row_get_dumpit(struct sk_buff *skb, struct netlink_callback *cb);
int nf_edge_nl_node_get_dumpit(struct sk_buff *skb,
			       struct netlink_callback *cb);
int nf_edge_nl_peers_get_dumpit(struct sk_buff *skb,
				struct netlink_callback *cb);
int nf_edge_nl_prefix_get_dumpit(struct sk_buff *skb,
				 struct netlink_callback *cb);
int nf_edge_nl_counters_get_doit(struct sk_buff *skb, struct genl_info *info);
int nf_edge_nl_drops_get_doit(struct sk_buff *skb, struct genl_info *info);
int nf_edge_nl_explain_doit(struct sk_buff *skb, struct genl_info *info);
int nf_edge_nl_confirm_doit(struct sk_buff *skb, struct genl_info *info);
int nf_edge_nl_rollback_doit(struct sk_buff *skb, struct genl_info *info);
int nf_edge_nl_listen_doit(struct sk_buff *skb, struct genl_info *info);
int nf_edge_nl_counters_add_doit(struct sk_buff *skb, struct genl_info *info);
int nf_edge_nl_drops_add_doit(struct sk_buff *skb, struct genl_info *info);
int nf_edge_nl_counters_dump_dumpit(struct sk_buff *skb,
				    struct netlink_callback *cb);

enum {
	NF_EDGE_NLGRP_POLICY,
};

extern struct genl_family nf_edge_nl_family;

#endif /* _LINUX_NF_EDGE_GEN_H */
