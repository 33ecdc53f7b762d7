// SPDX-License-Identifier: GPL-2.0-only
/*
 * Carry counters over from a module before this one, which an exchange of the
 * module has ended.
 */

#include <linux/slab.h>

#include "drops.h"
#include "netlink/family.h"
#include "netlink/netlink-gen.h"
#include "netlink/parse_switches.h"
#include "netns.h"
#include "node.h"
#include "snapshot.h"

static u64 count_of(struct nlattr **tb, int type)
{
	return tb[type] ? nla_get_u64(tb[type]) : 0;
}

static void parse_counts(struct nlattr **tb, struct nf_edge_counts *counts)
{
	*counts = (struct nf_edge_counts){
		.packets = {
			count_of(tb, NF_EDGE_A_COUNTS_PACKETS_TO_EDGE),
			count_of(tb, NF_EDGE_A_COUNTS_PACKETS_FROM_EDGE),
		},
		.bytes = {
			count_of(tb, NF_EDGE_A_COUNTS_BYTES_TO_EDGE),
			count_of(tb, NF_EDGE_A_COUNTS_BYTES_FROM_EDGE),
		},
		.connections = count_of(tb, NF_EDGE_A_COUNTS_CONNECTIONS),
		.denied = count_of(tb, NF_EDGE_A_COUNTS_DENIED),
		.last_hit = count_of(tb, NF_EDGE_A_COUNTS_LAST_HIT),
	};
}

static int parse_row(const struct nlattr *attr,
		     const struct nf_edge_table *table,
		     struct nf_edge_counters *counters,
		     struct netlink_ext_ack *extack)
{
	struct nlattr *tb[NF_EDGE_A_COUNTS_MAX + 1];
	int err, row;

	err = nla_parse_nested(tb, NF_EDGE_A_COUNTS_MAX, attr,
			       nf_edge_counts_nl_policy, extack);
	if (err)
		return err;
	row = tb[NF_EDGE_A_COUNTS_ROW] ?
	      nf_edge_find_row(table, tb[NF_EDGE_A_COUNTS_ROW]) : -ENOENT;
	if (row < 0) {
		NL_SET_ERR_MSG_ATTR(extack, tb[NF_EDGE_A_COUNTS_ROW] ?: attr,
				    "the policy has no row of this id");
		return -EINVAL;
	}
	parse_counts(tb, &counters->row[row]);
	return 0;
}

static int parse_service(const struct nlattr *attr,
			 struct nf_edge_counters *counters,
			 struct netlink_ext_ack *extack)
{
	struct nlattr *tb[NF_EDGE_A_COUNTS_MAX + 1];
	u32 service;
	int err;

	err = nla_parse_nested(tb, NF_EDGE_A_COUNTS_MAX, attr,
			       nf_edge_counts_nl_policy, extack);
	if (err)
		return err;
	if (!tb[NF_EDGE_A_COUNTS_SERVICE]) {
		NL_SET_ERR_MSG_ATTR(extack, attr, "a service is required");
		return -EINVAL;
	}
	service = nla_get_u32(tb[NF_EDGE_A_COUNTS_SERVICE]);
	parse_counts(tb, &counters->service[service]);
	return 0;
}

static int parse_counters(struct genl_info *info,
			  const struct nf_edge_table *table,
			  struct nf_edge_counters *counters)
{
	const struct nlattr *attr;
	int rem, err = 0;

	nf_edge_for_each_attr(attr, info, NF_EDGE_A_COUNTERS_ROW, rem) {
		err = parse_row(attr, table, counters, info->extack);
		if (err)
			return err;
	}
	nf_edge_for_each_attr(attr, info, NF_EDGE_A_COUNTERS_SERVICE, rem) {
		err = parse_service(attr, counters, info->extack);
		if (err)
			return err;
	}
	return 0;
}

/* Under nf_edge_nodes_lock(), which keeps the policy in force. */
static int carry(struct genl_info *info,
		 const struct nf_edge_snapshot *snapshot,
		 struct nf_edge_counters *counters)
{
	const struct nlattr *name = info->attrs[NF_EDGE_A_COUNTERS_NODE];
	struct nf_edge_node *node = nf_edge_site_node(snapshot->site,
						      nla_data(name));
	int err;

	if (!node) {
		NL_SET_ERR_MSG_ATTR(info->extack, name,
				    "the policy has no node of this name");
		return -ENOENT;
	}
	err = parse_counters(info, snapshot->site->table, counters);
	if (!err)
		nf_edge_node_carry(node, counters);
	return err;
}

/**
 * nf_edge_nl_counters_add_doit - add to the counters of a node
 * @skb: the request
 * @info: attributes of the request
 *
 * Context: process context; takes nf_edge_nodes_lock().
 * Return: 0 or a negative error, with the extack set; then nothing is added.
 */
int nf_edge_nl_counters_add_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct nf_edge_net *en = nf_edge_net(genl_info_net(info));
	struct nf_edge_counters *counters;
	struct nf_edge_snapshot *snapshot;
	int err = -ENOENT;

	if (!info->attrs[NF_EDGE_A_COUNTERS_NODE]) {
		NL_SET_ERR_MSG(info->extack, "a node is required");
		return -EINVAL;
	}
	counters = kzalloc(sizeof(*counters), GFP_KERNEL);
	if (!counters)
		return -ENOMEM;

	nf_edge_nodes_lock();
	snapshot = nf_edge_snapshot_get(en);
	if (snapshot)
		err = carry(info, snapshot, counters);
	else
		NL_SET_ERR_MSG(info->extack, "no policy is loaded");
	nf_edge_nodes_unlock();
	if (snapshot)
		nf_edge_snapshot_put(snapshot);
	kfree(counters);
	return err;
}

static int parse_drop(const struct nlattr *attr, struct nf_edge_drops *drops,
		      struct netlink_ext_ack *extack)
{
	struct nlattr *tb[NF_EDGE_A_DROP_MAX + 1];
	int err;

	err = nla_parse_nested(tb, NF_EDGE_A_DROP_MAX, attr,
			       nf_edge_drop_nl_policy, extack);
	if (err)
		return err;
	if (!tb[NF_EDGE_A_DROP_REASON]) {
		NL_SET_ERR_MSG_ATTR(extack, attr, "a reason is required");
		return -EINVAL;
	}
	drops->reason[nla_get_u32(tb[NF_EDGE_A_DROP_REASON])] =
		(struct nf_edge_drop){
			.packets = {
				count_of(tb, NF_EDGE_A_DROP_PACKETS),
				count_of(tb, NF_EDGE_A_DROP_WOULD_BE_PACKETS),
			},
			.bytes = {
				count_of(tb, NF_EDGE_A_DROP_BYTES),
				count_of(tb, NF_EDGE_A_DROP_WOULD_BE_BYTES),
			},
		};
	return 0;
}

/**
 * nf_edge_nl_drops_add_doit - add to the drop counters of a namespace
 * @skb: the request
 * @info: attributes of the request
 *
 * Context: process context; takes the namespace's reset_mutex.
 * Return: 0 or a negative error, with the extack set; then nothing is added.
 */
int nf_edge_nl_drops_add_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct nf_edge_net *en = nf_edge_net(genl_info_net(info));
	struct nf_edge_drops drops = {};
	const struct nlattr *attr;
	int rem, err, i, j;

	nf_edge_for_each_attr(attr, info, NF_EDGE_A_DROPS_DROP, rem) {
		err = parse_drop(attr, &drops, info->extack);
		if (err)
			return err;
	}
	/* Readers subtract the base; both wrap where it falls below zero. */
	mutex_lock(&en->reset_mutex);
	for (i = 0; i < NF_EDGE_REASONS; i++) {
		struct nf_edge_drop *base = &en->drops_base.reason[i];

		for (j = 0; j < 2; j++) {
			base->packets[j] -= drops.reason[i].packets[j];
			base->bytes[j] -= drops.reason[i].bytes[j];
		}
	}
	mutex_unlock(&en->reset_mutex);
	return 0;
}
