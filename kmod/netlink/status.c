// SPDX-License-Identifier: GPL-2.0-only
/*
 * The status of a namespace: the policy in force, its switches and interfaces,
 * and what conntrack holds.
 */

#include <linux/bitops.h>
#include <linux/slab.h>
#include <net/netfilter/nf_conntrack.h>

#include "drops.h"
#include "ifmap.h"
#include "netlink/family.h"
#include "netlink/listen.h"
#include "netlink/netlink-gen.h"
#include "netlink/put_pending.h"
#include "netns.h"
#include "snapshot.h"
#include "table.h"

static int put_u64(struct sk_buff *msg, int attribute, u64 value, int pad)
{
	return nla_put_u64_64bit(msg, attribute, value, pad);
}

static int put_interface(struct sk_buff *msg, struct net *net,
			 const struct nf_edge_interface *interface)
{
	const struct net_device *dev;
	struct nlattr *nest;
	int ifindex = 0;

	rcu_read_lock();
	dev = dev_get_by_name_rcu(net, interface->name);
	if (dev && !strcmp(dev->name, interface->name))
		ifindex = dev->ifindex;
	rcu_read_unlock();

	nest = nla_nest_start(msg, NF_EDGE_A_POLICY_INTERFACE);
	if (!nest ||
	    nla_put_string(msg, NF_EDGE_A_INTERFACE_NAME, interface->name) ||
	    nla_put_u32(msg, NF_EDGE_A_INTERFACE_SIDES, interface->sides) ||
	    (ifindex &&
	     nla_put_u32(msg, NF_EDGE_A_INTERFACE_IFINDEX, ifindex)))
		return -EMSGSIZE;
	nla_nest_end(msg, nest);
	return 0;
}

static int put_conntrack(struct sk_buff *msg, struct net *net)
{
	u64 drop = 0, early_drop = 0, insert_failed = 0;
	int cpu;

	for_each_possible_cpu(cpu) {
		const struct ip_conntrack_stat *stat =
			per_cpu_ptr(net->ct.stat, cpu);

		drop += stat->drop;
		early_drop += stat->early_drop;
		insert_failed += stat->insert_failed;
	}
	if (nla_put_u32(msg, NF_EDGE_A_POLICY_CONNTRACK_COUNT,
			nf_conntrack_count(net)) ||
	    nla_put_u32(msg, NF_EDGE_A_POLICY_CONNTRACK_MAX,
			nf_edge_conntrack_max(net)) ||
	    put_u64(msg, NF_EDGE_A_POLICY_CONNTRACK_DROP, drop,
		    NF_EDGE_A_POLICY_PAD) ||
	    put_u64(msg, NF_EDGE_A_POLICY_CONNTRACK_EARLY_DROP, early_drop,
		    NF_EDGE_A_POLICY_PAD) ||
	    put_u64(msg, NF_EDGE_A_POLICY_CONNTRACK_INSERT_FAILED,
		    insert_failed, NF_EDGE_A_POLICY_PAD))
		return -EMSGSIZE;
	return 0;
}

static int put_listeners(struct sk_buff *msg, struct nf_edge_net *en)
{
	struct nf_edge_lost lost;
	u32 n = nf_edge_listeners_lost(en, &lost);

	return nla_put_u32(msg, NF_EDGE_A_POLICY_LISTENERS, n) ?:
	       put_u64(msg, NF_EDGE_A_POLICY_EVENTS_SUPPRESSED,
		       lost.suppressed, NF_EDGE_A_POLICY_PAD) ?:
	       put_u64(msg, NF_EDGE_A_POLICY_EVENTS_RING_FULL, lost.ring_full,
		       NF_EDGE_A_POLICY_PAD) ?:
	       put_u64(msg, NF_EDGE_A_POLICY_EVENTS_SOCKET_FULL,
		       lost.socket_full, NF_EDGE_A_POLICY_PAD);
}

static int put_row_ids(struct sk_buff *msg, int attribute,
		       const struct nf_edge_table *table, u64 rows)
{
	for (; rows; rows &= rows - 1)
		if (nla_put_string(msg, attribute,
				   table->row[__ffs64(rows)].id))
			return -EMSGSIZE;
	return 0;
}

static int put_policy(struct sk_buff *msg, struct nf_edge_net *en,
		      const struct nf_edge_snapshot *snapshot)
{
	const struct nf_edge_switches *loaded = &snapshot->loaded;
	const struct nf_edge_switches *now = &snapshot->switches;
	const struct nf_edge_site *site = snapshot->site;
	u32 i;

	if (nla_put_u32(msg, NF_EDGE_A_POLICY_MODE, now->mode) ||
	    nla_put_u32(msg, NF_EDGE_A_POLICY_ZONES, now->zones) ||
	    nla_put_u32(msg, NF_EDGE_A_POLICY_FEATURES, now->features) ||
	    nla_put_u32(msg, NF_EDGE_A_POLICY_PING, site->ping) ||
	    (site->expose_cls_ports &&
	     nla_put_flag(msg, NF_EDGE_A_POLICY_EXPOSE_CLS_PORTS)) ||
	    nla_put_u32(msg, NF_EDGE_A_POLICY_LOADED_MODE, loaded->mode) ||
	    nla_put_u32(msg, NF_EDGE_A_POLICY_LOADED_ZONES, loaded->zones) ||
	    nla_put_u32(msg, NF_EDGE_A_POLICY_LOADED_FEATURES,
			loaded->features) ||
	    nla_put_u32(msg, NF_EDGE_A_POLICY_PROFILE, site->table->profile) ||
	    (!site->sets.ping_any &&
	     nla_put_u32(msg, NF_EDGE_A_POLICY_PING_PEERS, site->sets.ping)) ||
	    nla_put_u32(msg, NF_EDGE_A_POLICY_GOVERNED, site->index.n_edge))
		return -EMSGSIZE;
	if (put_row_ids(msg, NF_EDGE_A_POLICY_ROW_OFF, site->table,
			now->rows_off) ||
	    put_row_ids(msg, NF_EDGE_A_POLICY_LOADED_ROW_OFF, site->table,
			loaded->rows_off))
		return -EMSGSIZE;
	for (i = 0; i < site->n_interfaces; i++)
		if (put_interface(msg, en->net, &site->interface[i]))
			return -EMSGSIZE;
	return 0;
}

/**
 * nf_edge_nl_status_get_doit - read the status of a namespace
 * @skb: the request
 * @info: attributes of the request
 *
 * Context: process context; takes rcu_read_lock() and the namespace's events_mutex.
 * Return: 0 or a negative error.
 */
int nf_edge_nl_status_get_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct nf_edge_net *en = nf_edge_net(genl_info_net(info));
	struct nf_edge_snapshot *snapshot;
	struct nf_edge_drops *drops;
	struct sk_buff *msg = NULL;
	size_t size = 512;
	int err;

	snapshot = nf_edge_snapshot_get(en);
	if (snapshot)
		size += snapshot->site->n_interfaces *
			(4 * nla_total_size(4) + nla_total_size(IFNAMSIZ)) +
			2 * NF_EDGE_TABLE_ROWS *
			nla_total_size(NF_EDGE_ROW_ID_MAX + 1);
	drops = kmalloc(sizeof(*drops), GFP_KERNEL);
	if (drops)
		msg = nf_edge_nl_reply(info, size);
	err = -ENOMEM;
	if (!msg)
		goto out;
	nf_edge_drops_sum(en->drops, drops);
	err = 0;
	if (nf_edge_nl_put_pending(en, msg) ||
	    nla_put_string(msg, NF_EDGE_A_POLICY_VERSION, NF_EDGE_VERSION) ||
	    nla_put_u32(msg, NF_EDGE_A_POLICY_GENERATION,
			snapshot ? snapshot->generation :
				   READ_ONCE(en->generation)) ||
	    (snapshot && put_policy(msg, en, snapshot)) ||
	    put_conntrack(msg, en->net) ||
	    put_u64(msg, NF_EDGE_A_POLICY_OFFLOADED, drops->offloaded,
		    NF_EDGE_A_POLICY_PAD) ||
	    put_listeners(msg, en))
		err = -EMSGSIZE;
out:
	kfree(drops);
	if (snapshot)
		nf_edge_snapshot_put(snapshot);
	return nf_edge_nl_send(info, msg, err);
}
