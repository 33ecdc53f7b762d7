// SPDX-License-Identifier: GPL-2.0-only
/*
 * Read and reset counters.  A reset follows its reply: a reader without room for
 * the reply resets nothing.  A dump, which may end half way, resets nothing.
 */

#include <linux/bitops.h>
#include <linux/slab.h>
#include <net/sock.h>

#include "drops.h"
#include "netlink/dump.h"
#include "netlink/family.h"
#include "netlink/netlink-gen.h"
#include "netns.h"
#include "node.h"
#include "snapshot.h"

#define COUNTS_SIZE	(nla_total_size(0) +				\
			 nla_total_size(NF_EDGE_ROW_ID_MAX + 1) +	\
			 7 * nla_total_size_64bit(sizeof(u64)))
#define COUNTERS_SIZE	(256 + (NF_EDGE_TABLE_ROWS + NF_EDGE_SERVICES) * \
			 COUNTS_SIZE)

static int put_counts(struct sk_buff *msg, const struct nf_edge_counts *c)
{
	const struct {
		int attribute;
		u64 value;
	} counts[] = {
		{ NF_EDGE_A_COUNTS_CONNECTIONS, c->connections },
		{ NF_EDGE_A_COUNTS_PACKETS_TO_EDGE,
		  c->packets[NF_EDGE_TO_EDGE] },
		{ NF_EDGE_A_COUNTS_BYTES_TO_EDGE, c->bytes[NF_EDGE_TO_EDGE] },
		{ NF_EDGE_A_COUNTS_PACKETS_FROM_EDGE,
		  c->packets[NF_EDGE_FROM_EDGE] },
		{ NF_EDGE_A_COUNTS_BYTES_FROM_EDGE,
		  c->bytes[NF_EDGE_FROM_EDGE] },
		{ NF_EDGE_A_COUNTS_DENIED, c->denied },
	};
	int i;

	for (i = 0; i < ARRAY_SIZE(counts); i++)
		if (nla_put_u64_64bit(msg, counts[i].attribute, counts[i].value,
				      NF_EDGE_A_COUNTS_PAD))
			return -EMSGSIZE;
	if (!c->last_hit)
		return 0;
	return nla_put_u64_64bit(msg, NF_EDGE_A_COUNTS_LAST_HIT, c->last_hit,
				 NF_EDGE_A_COUNTS_PAD);
}

/* Put the counts since the last reset: of @rows, and of services if asked. */
static int put_counters(struct sk_buff *msg, const struct nf_edge_table *table,
			const struct nf_edge_counters *sum,
			const struct nf_edge_counters *base, u64 rows,
			bool services)
{
	struct nf_edge_counts counts;
	struct nlattr *nest;
	int i;

	for (; rows; rows &= rows - 1) {
		i = __ffs64(rows);
		counts = sum->row[i];
		nf_edge_counts_sub(&counts, &base->row[i]);
		nest = nla_nest_start(msg, NF_EDGE_A_COUNTERS_ROW);
		if (!nest ||
		    nla_put_string(msg, NF_EDGE_A_COUNTS_ROW,
				   table->row[i].id) ||
		    put_counts(msg, &counts))
			return -EMSGSIZE;
		nla_nest_end(msg, nest);
	}
	for (i = 0; services && i < NF_EDGE_SERVICES; i++) {
		counts = sum->service[i];
		nf_edge_counts_sub(&counts, &base->service[i]);
		nest = nla_nest_start(msg, NF_EDGE_A_COUNTERS_SERVICE);
		if (!nest || nla_put_u32(msg, NF_EDGE_A_COUNTS_SERVICE, i) ||
		    put_counts(msg, &counts))
			return -EMSGSIZE;
		nla_nest_end(msg, nest);
	}
	return 0;
}

static void rebase(struct nf_edge_counters *base,
		   const struct nf_edge_counters *sum, u64 rows, bool services)
{
	for (; rows; rows &= rows - 1)
		base->row[__ffs64(rows)] = sum->row[__ffs64(rows)];
	if (services)
		memcpy(base->service, sum->service, sizeof(base->service));
}

static u64 rows_of_zone(const struct nf_edge_table *table,
			const struct nlattr *zone)
{
	u64 rows = 0;
	u32 i;

	for (i = 0; i < table->n; i++)
		if (!zone || nla_get_u32(zone) == table->row[i].zone)
			rows |= BIT_ULL(i);
	return rows;
}

/* Put the counters of a node in force, under nf_edge_nodes_lock(). */
static int put_node(struct sk_buff *msg,
		    const struct nf_edge_snapshot *snapshot,
		    const struct nf_edge_node *node,
		    const struct nf_edge_counters *sum,
		    const struct nlattr *zone)
{
	const struct nf_edge_table *table = snapshot->site->table;

	if (nla_put_string(msg, NF_EDGE_A_COUNTERS_NODE, node->name) ||
	    nla_put_u32(msg, NF_EDGE_A_COUNTERS_GENERATION,
			snapshot->generation) ||
	    nla_put_u32(msg, NF_EDGE_A_COUNTERS_PROFILE, table->profile))
		return -EMSGSIZE;
	return put_counters(msg, table, sum, &node->ledger->base,
			    rows_of_zone(table, zone), !zone);
}

/*
 * Read and reset a node of the policy in force, which stays in force as long as
 * nf_edge_nodes_lock() is held.  @msg is consumed.
 */
static int reply_counters(struct genl_info *info,
			  const struct nf_edge_snapshot *snapshot,
			  struct nf_edge_counters *sum, struct sk_buff *msg)
{
	const struct nlattr *zone = info->attrs[NF_EDGE_A_COUNTERS_ZONE];
	const struct nlattr *name = info->attrs[NF_EDGE_A_COUNTERS_NODE];
	struct nf_edge_node *node = nf_edge_site_node(snapshot->site,
						      nla_data(name));
	int err;

	if (!node) {
		NL_SET_ERR_MSG_ATTR(info->extack, name,
				    "the policy has no node of this name");
		return nf_edge_nl_send(info, msg, -ENOENT);
	}
	nf_edge_node_sum(node, sum);
	err = nf_edge_nl_send(info, msg, put_node(msg, snapshot, node, sum,
						  zone));
	if (!err && info->attrs[NF_EDGE_A_COUNTERS_RESET])
		rebase(&node->ledger->base, sum,
		       rows_of_zone(snapshot->site->table, zone), !zone);
	return err;
}

/**
 * nf_edge_nl_counters_get_doit - read counters of a node, and reset them
 * @skb: the request
 * @info: attributes of the request
 *
 * Context: process context; takes the namespace's reset_mutex.
 * Return: 0 or a negative error, with the extack set for a wrong attribute.
 */
int nf_edge_nl_counters_get_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct nf_edge_net *en = nf_edge_net(genl_info_net(info));
	struct nf_edge_snapshot *snapshot;
	struct nf_edge_counters *sum;
	struct sk_buff *msg;
	int err;

	if (!info->attrs[NF_EDGE_A_COUNTERS_NODE]) {
		NL_SET_ERR_MSG(info->extack, "a node is required");
		return -EINVAL;
	}
	sum = kmalloc(sizeof(*sum), GFP_KERNEL);
	msg = nf_edge_nl_reply(info, COUNTERS_SIZE);
	if (!sum || !msg) {
		nlmsg_free(msg);
		kfree(sum);
		return -ENOMEM;
	}

	nf_edge_nodes_lock();
	snapshot = nf_edge_snapshot_get(en);
	if (snapshot) {
		err = reply_counters(info, snapshot, sum, msg);
	} else {
		NL_SET_ERR_MSG(info->extack, "no policy is loaded");
		err = nf_edge_nl_send(info, msg, -ENOENT);
	}
	nf_edge_nodes_unlock();
	if (snapshot)
		nf_edge_snapshot_put(snapshot);
	kfree(sum);
	return err;
}

/*
 * Put nodes from dump->at on, as many as fit a message.  The policy is in force
 * as long as nf_edge_nodes_lock() is held.
 */
static int dump_nodes(struct sk_buff *skb, struct netlink_callback *cb,
		      struct nf_edge_counters *sum)
{
	const struct nlattr *zone = nlmsg_find_attr(cb->nlh, GENL_HDRLEN,
						    NF_EDGE_A_COUNTERS_ZONE);
	struct nf_edge_dump *dump = nf_edge_dump_of(cb);
	const struct nf_edge_site *site = dump->snapshot->site;

	BUILD_BUG_ON(NLMSG_HDRLEN + GENL_HDRLEN + COUNTERS_SIZE >
		     NF_EDGE_DUMP_ROOM);
	for (; dump->at < site->n_nodes; dump->at++) {
		const struct nf_edge_node *node = site->node[dump->at];
		void *header = nf_edge_dump_put(skb, cb,
						NF_EDGE_CMD_COUNTERS_DUMP);

		if (!header)
			break;
		nf_edge_node_sum(node, sum);
		if (put_node(skb, dump->snapshot, node, sum, zone)) {
			genlmsg_cancel(skb, header);
			break;
		}
		genlmsg_end(skb, header);
	}
	return skb->len;
}

/**
 * nf_edge_nl_counters_dump_dumpit - dump counters of all nodes
 * @skb: message to fill
 * @cb: state of the dump
 *
 * Counters are of the policy in force.  The dump is interrupted when that is
 * no longer the pinned one.
 *
 * Context: process context; the policy is pinned; takes nf_edge_nodes_lock().
 * Return: length of the message; 0 at the end of the dump; or a negative error.
 */
int nf_edge_nl_counters_dump_dumpit(struct sk_buff *skb,
				    struct netlink_callback *cb)
{
	struct nf_edge_net *en = nf_edge_net(sock_net(cb->skb->sk));
	const struct nf_edge_dump *dump = nf_edge_dump_of(cb);
	struct nf_edge_counters *sum;
	int len = 0;

	if (!dump->snapshot) {
		NL_SET_ERR_MSG(cb->extack, "no policy is loaded");
		return -ENOENT;
	}
	sum = kmalloc(sizeof(*sum), GFP_KERNEL);
	if (!sum)
		return -ENOMEM;
	nf_edge_nodes_lock();
	if (rcu_access_pointer(en->snapshot) == dump->snapshot)
		len = dump_nodes(skb, cb, sum);
	else
		cb->seq = dump->generation + 1;
	nf_edge_nodes_unlock();
	kfree(sum);
	return len;
}

static int put_drop(struct sk_buff *msg, enum nf_edge_reason reason,
		    const struct nf_edge_drop *sum,
		    const struct nf_edge_drop *base)
{
	struct nlattr *nest = nla_nest_start(msg, NF_EDGE_A_DROPS_DROP);

	if (!nest || nla_put_u32(msg, NF_EDGE_A_DROP_REASON, reason) ||
	    nla_put_u64_64bit(msg, NF_EDGE_A_DROP_PACKETS,
			      sum->packets[0] - base->packets[0],
			      NF_EDGE_A_DROP_PAD) ||
	    nla_put_u64_64bit(msg, NF_EDGE_A_DROP_BYTES,
			      sum->bytes[0] - base->bytes[0],
			      NF_EDGE_A_DROP_PAD) ||
	    nla_put_u64_64bit(msg, NF_EDGE_A_DROP_WOULD_BE_PACKETS,
			      sum->packets[1] - base->packets[1],
			      NF_EDGE_A_DROP_PAD) ||
	    nla_put_u64_64bit(msg, NF_EDGE_A_DROP_WOULD_BE_BYTES,
			      sum->bytes[1] - base->bytes[1],
			      NF_EDGE_A_DROP_PAD))
		return -EMSGSIZE;
	nla_nest_end(msg, nest);
	return 0;
}

/**
 * nf_edge_nl_drops_get_doit - read drop counters, and reset them
 * @skb: the request
 * @info: attributes of the request
 *
 * Context: process context; takes the namespace's reset_mutex.
 * Return: 0 or a negative error.
 */
int nf_edge_nl_drops_get_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct nf_edge_net *en = nf_edge_net(genl_info_net(info));
	struct nf_edge_snapshot *snapshot = nf_edge_snapshot_get(en);
	struct nf_edge_drops *sum;
	struct sk_buff *msg;
	int i, err;

	sum = kmalloc(sizeof(*sum), GFP_KERNEL);
	msg = nf_edge_nl_reply(info, NLMSG_GOODSIZE);
	if (!sum || !msg) {
		nlmsg_free(msg);
		err = -ENOMEM;
		goto free;
	}

	mutex_lock(&en->reset_mutex);
	nf_edge_drops_sum(en->drops, sum);
	err = snapshot ? nla_put_u32(msg, NF_EDGE_A_DROPS_PROFILE,
				     snapshot->site->table->profile) : 0;
	for (i = 0; !err && i < NF_EDGE_REASONS; i++)
		err = put_drop(msg, i, &sum->reason[i],
			       &en->drops_base.reason[i]);
	err = nf_edge_nl_send(info, msg, err);
	if (!err && info->attrs[NF_EDGE_A_DROPS_RESET])
		en->drops_base = *sum;
	mutex_unlock(&en->reset_mutex);
free:
	if (snapshot)
		nf_edge_snapshot_put(snapshot);
	kfree(sum);
	return err;
}
