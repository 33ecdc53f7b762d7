// SPDX-License-Identifier: GPL-2.0-only
/*
 * Explain: judge the first packet of a connection as the packet path would, or
 * the next packets of a connection that conntrack has.
 */

#include <linux/bitops.h>
#include <linux/netdevice.h>

#include "connection.h"
#include "judge.h"
#include "netdev.h"
#include "netlink/explain.h"
#include "netlink/family.h"
#include "netlink/netlink-gen.h"
#include "netlink/query.h"
#include "netlink/transaction.h"
#include "netns.h"
#include "node.h"
#include "snapshot.h"

/* Loopback and VRF devices are never governed, whatever their names. */
static bool never_governed(struct net *net, const char *name)
{
	const struct net_device *dev;
	bool never;

	rcu_read_lock();
	dev = dev_get_by_name_rcu(net, name);
	never = !strcmp(name, "lo") || (dev && nf_edge_never_governed(dev));
	rcu_read_unlock();
	return never;
}

static const struct nf_edge_class *
class_of(const struct nf_edge_addr_index *index, const struct nlattr *ipv4,
	 const struct nlattr *ipv6)
{
	return nf_edge_class_of(index, ipv4, nla_data(ipv4 ?: ipv6));
}

/* Find the classes of the addresses that a query names. */
static void read_classes(const struct nf_edge_snapshot *snapshot,
			 struct nlattr **tb, struct nf_edge_packet *p)
{
	p->source = class_of(&snapshot->index, tb[NF_EDGE_A_QUERY_SOURCE_IPV4],
			     tb[NF_EDGE_A_QUERY_SOURCE_IPV6]);
	p->destination = class_of(&snapshot->index,
				  tb[NF_EDGE_A_QUERY_DESTINATION_IPV4],
				  tb[NF_EDGE_A_QUERY_DESTINATION_IPV6]);
}

static void judge_query(struct net *net,
			const struct nf_edge_snapshot *snapshot,
			struct nlattr **tb, struct nf_edge_packet *p,
			struct nf_edge_judgement *j)
{
	read_classes(snapshot, tb, p);
	p->header_source = p->source;
	p->header_destination = p->destination;
	p->first_direction = true;
	p->l4proto = nla_get_u8(tb[NF_EDGE_A_QUERY_PROTOCOL]);
	p->kind = NF_EDGE_KIND_ECHO;
	if (tb[NF_EDGE_A_QUERY_DESTINATION_PORT]) {
		p->kind = NF_EDGE_KIND_ROWS;
		p->dport = nla_get_u16(tb[NF_EDGE_A_QUERY_DESTINATION_PORT]);
	}
	if (tb[NF_EDGE_A_QUERY_LOCAL]) {
		p->arrival = NF_EDGE_LOCAL_HOST;
	} else {
		struct nf_edge_arrival arrival =
			nf_edge_interface_arrival(net, snapshot,
						  nla_data(tb[NF_EDGE_A_QUERY_IN]));

		p->arrival = arrival.sides;
		p->guards = arrival.guards;
	}
	nf_edge_judge(&snapshot->masks, p, j);
}

static int put_rows(struct sk_buff *reply, int attribute,
		    const struct nf_edge_snapshot *snapshot, u64 rows)
{
	const struct nf_edge_row *row = snapshot->site->table->row;

	for (; rows; rows &= rows - 1)
		if (nla_put_string(reply, attribute, row[__ffs64(rows)].id))
			return -EMSGSIZE;
	return 0;
}

static int put_node(struct sk_buff *reply, int attribute,
		    const struct nf_edge_snapshot *snapshot,
		    const struct nf_edge_class *class)
{
	if (!class || !class->services)
		return 0;
	return nla_put_string(reply, attribute,
			      snapshot->nodes[class->node]->name);
}

/* Judge a query about a connection, in both directions. */
static int judge_connection(struct net *net,
			    const struct nf_edge_snapshot *snapshot,
			    struct nlattr **tb, struct nf_edge_packet *p,
			    struct nf_edge_judgement *j)
{
	struct nf_edge_connection connection;

	nf_edge_read_connection(tb, &connection);
	read_classes(snapshot, tb, p);
	return nf_edge_judge_connection(net, snapshot, &connection, j);
}

/* Refuse to ask about a connection where interfaces are not resolved. */
static int check_resolved(struct nlattr *query,
			  const struct nf_edge_snapshot *snapshot,
			  struct netlink_ext_ack *extack)
{
	if (!snapshot || rcu_access_pointer(snapshot->ifmap))
		return 0;
	NL_SET_ERR_MSG_ATTR(extack, query,
			    "explain answers queries about connections: try the policy, then ask");
	return -EINVAL;
}

static int put_reply(struct sk_buff *msg,
		     const struct nf_edge_snapshot *snapshot,
		     const struct nf_edge_judgement *j)
{
	const struct nf_edge_judgement *reply = &j[IP_CT_DIR_REPLY];

	if (nla_put_u32(msg, NF_EDGE_A_QUERY_REPLY_VERDICT, reply->verdict))
		return -EMSGSIZE;
	if (reply->verdict != NF_EDGE_VERDICT_DROP)
		return 0;
	if (nla_put_u32(msg, NF_EDGE_A_QUERY_REPLY_REASON, reply->reason))
		return -EMSGSIZE;
	if (j->verdict == NF_EDGE_VERDICT_DROP && reply->near == j->near)
		return 0;
	return put_rows(msg, NF_EDGE_A_QUERY_REPLY_NEAR, snapshot, reply->near);
}

static int put_answer(struct sk_buff *msg,
		      const struct nf_edge_snapshot *snapshot,
		      const struct nf_edge_packet *p,
		      const struct nf_edge_judgement *j, bool is_connection)
{
	struct nlattr *nest = nla_nest_start(msg, NF_EDGE_A_POLICY_QUERY);

	if (!nest ||
	    nla_put_u32(msg, NF_EDGE_A_QUERY_VERDICT, j->verdict) ||
	    (snapshot && nla_put_u32(msg, NF_EDGE_A_QUERY_MODE,
				     snapshot->switches.mode)) ||
	    put_node(msg, NF_EDGE_A_QUERY_SOURCE_NODE, snapshot, p->source) ||
	    put_node(msg, NF_EDGE_A_QUERY_DESTINATION_NODE, snapshot,
		     p->destination))
		return -EMSGSIZE;
	if (j->verdict == NF_EDGE_VERDICT_ACCEPT &&
	    put_rows(msg, NF_EDGE_A_QUERY_ROW, snapshot, j->rows))
		return -EMSGSIZE;
	if (j->verdict == NF_EDGE_VERDICT_DROP &&
	    (nla_put_u32(msg, NF_EDGE_A_QUERY_REASON, j->reason) ||
	     put_rows(msg, NF_EDGE_A_QUERY_NEAR, snapshot, j->near)))
		return -EMSGSIZE;
	if (is_connection && put_reply(msg, snapshot, j))
		return -EMSGSIZE;
	nla_nest_end(msg, nest);
	return 0;
}

/* Answer one query. */
static int explain(struct net *net, const struct nf_edge_snapshot *snapshot,
		   struct nlattr *query, struct sk_buff *msg,
		   struct netlink_ext_ack *extack)
{
	struct nf_edge_judgement j[IP_CT_DIR_MAX] = {
		{ .verdict = NF_EDGE_VERDICT_NOT_GOVERNED },
		{ .verdict = NF_EDGE_VERDICT_NOT_GOVERNED },
	};
	struct nlattr *tb[NF_EDGE_A_QUERY_MAX + 1];
	struct nf_edge_packet p = {};
	bool is_connection;
	int err;

	err = nf_edge_parse_query(query, tb, extack);
	if (err)
		return err;
	is_connection = nf_edge_query_is_connection(tb);
	if (is_connection) {
		err = check_resolved(query, snapshot, extack);
		if (!err && snapshot)
			err = judge_connection(net, snapshot, tb, &p, j);
		if (err)
			return err;
	} else if (snapshot &&
		   !(tb[NF_EDGE_A_QUERY_IN] &&
		     never_governed(net, nla_data(tb[NF_EDGE_A_QUERY_IN])))) {
		judge_query(net, snapshot, tb, &p, j);
	}
	return put_answer(msg, snapshot, &p, j, is_connection);
}

/**
 * nf_edge_count_queries - count the queries of a request
 * @info: the request
 *
 * Context: process context.
 * Return: the number, or -E2BIG with the extack set.
 */
int nf_edge_count_queries(struct genl_info *info)
{
	const struct nlattr *attr;
	int rem, n = 0;

	nf_edge_for_each_attr(attr, info, NF_EDGE_A_POLICY_QUERY, rem)
		n++;
	if (n <= NF_EDGE_MAX_QUERIES)
		return n;
	NL_SET_ERR_MSG_ATTR(info->extack, info->attrs[NF_EDGE_A_POLICY_QUERY],
			    "more than 16 queries");
	return -E2BIG;
}

/**
 * nf_edge_put_answers - answer the queries of a request
 * @info: the request
 * @snapshot: the policy to ask, published or not; NULL without a policy
 * @msg: takes a query attribute for each, in order; of a query that is not
 *	about a connection NF_EDGE_ANSWER_SIZE octets at most
 *
 * Context: may sleep; @snapshot is pinned.
 * Return: 0 or a negative error, with the extack set for a wrong attribute.
 */
int nf_edge_put_answers(struct genl_info *info,
			const struct nf_edge_snapshot *snapshot,
			struct sk_buff *msg)
{
	struct nlattr *attr;
	int rem, err;

	nf_edge_for_each_attr(attr, info, NF_EDGE_A_POLICY_QUERY, rem) {
		err = explain(genl_info_net(info), snapshot, attr, msg,
			      info->extack);
		if (err)
			return err;
	}
	return 0;
}

/* The most octets of an answer: fixed attributes, and all rows twice. */
static size_t answer_size(const struct nf_edge_snapshot *snapshot)
{
	size_t size = NF_EDGE_ANSWER_FIXED;
	u32 i;

	if (!snapshot)
		return size;
	for (i = 0; i < snapshot->site->table->n; i++)
		size += 2 * nla_total_size(strlen(snapshot->site->table->row[i].id) + 1);
	return size;
}

/* Put the answers of a policy, and the facts that belong to them. */
static int answer(struct genl_info *info, struct nf_edge_net *en,
		  const struct nf_edge_snapshot *snapshot, struct sk_buff *msg)
{
	return nf_edge_put_answers(info, snapshot, msg) ?:
	       nla_put_u32(msg, NF_EDGE_A_POLICY_GENERATION,
			   snapshot ? snapshot->generation :
				      READ_ONCE(en->generation)) ?:
	       (snapshot ? nla_put_u32(msg, NF_EDGE_A_POLICY_PROFILE,
				       snapshot->site->table->profile) : 0);
}

/**
 * nf_edge_nl_explain_doit - ask the policy in force, or the tried one
 * @skb: the request
 * @info: attributes of the request
 *
 * Count nothing.  Without a policy no packet is governed.
 *
 * Context: process context; takes the namespace's mutex to find a tried policy.
 * Return: 0 or a negative error, with the extack set for a wrong attribute.
 */
int nf_edge_nl_explain_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct nf_edge_net *en = nf_edge_net(genl_info_net(info));
	struct nf_edge_snapshot *snapshot;
	struct sk_buff *msg;
	int n, err;

	n = nf_edge_count_queries(info);
	if (n < 0)
		return n;
	if (!n) {
		NL_SET_ERR_MSG(info->extack, "a query is required");
		return -EINVAL;
	}
	snapshot = info->attrs[NF_EDGE_A_POLICY_TRIED] ?
		   nf_edge_tried_get(en, info->snd_portid, info->extack) :
		   nf_edge_snapshot_get(en);
	if (IS_ERR(snapshot))
		return PTR_ERR(snapshot);
	msg = nf_edge_nl_reply(info, 64 + n * answer_size(snapshot));
	err = msg ? answer(info, en, snapshot, msg) : -ENOMEM;
	if (snapshot)
		nf_edge_snapshot_put(snapshot);
	return nf_edge_nl_send(info, msg, err);
}
