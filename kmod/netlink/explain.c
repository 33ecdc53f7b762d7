// SPDX-License-Identifier: GPL-2.0-only
/*
 * Explain: judge the first packet of a connection as the packet path would.
 */

#include <linux/netdevice.h>

#include "judge.h"
#include "netdev.h"
#include "netlink/explain.h"
#include "netlink/family.h"
#include "netlink/netlink-gen.h"
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

/* Refuse a query whose attributes are incomplete or exclude each other. */
static int check_query(struct nlattr *query, struct nlattr **tb,
		       struct netlink_ext_ack *extack)
{
	bool ipv6 = tb[NF_EDGE_A_QUERY_SOURCE_IPV6];
	u8 protocol;

	if (!tb[NF_EDGE_A_QUERY_IN] == !tb[NF_EDGE_A_QUERY_LOCAL]) {
		NL_SET_ERR_MSG_ATTR(extack, query,
				    "either an interface or the local host is required");
		return -EINVAL;
	}
	if (tb[NF_EDGE_A_QUERY_IN] && !*(char *)nla_data(tb[NF_EDGE_A_QUERY_IN])) {
		NL_SET_ERR_MSG_ATTR(extack, tb[NF_EDGE_A_QUERY_IN],
				    "an interface needs a name");
		return -EINVAL;
	}
	if (!tb[NF_EDGE_A_QUERY_SOURCE_IPV4] == !ipv6 ||
	    !tb[NF_EDGE_A_QUERY_DESTINATION_IPV4] !=
	    !tb[NF_EDGE_A_QUERY_SOURCE_IPV4] ||
	    !tb[NF_EDGE_A_QUERY_DESTINATION_IPV6] != !ipv6) {
		NL_SET_ERR_MSG_ATTR(extack, query,
				    "a source and a destination of one family are required");
		return -EINVAL;
	}
	if (!tb[NF_EDGE_A_QUERY_PROTOCOL]) {
		NL_SET_ERR_MSG_ATTR(extack, query, "a protocol is required");
		return -EINVAL;
	}
	protocol = nla_get_u8(tb[NF_EDGE_A_QUERY_PROTOCOL]);
	if (protocol == IPPROTO_TCP || protocol == IPPROTO_UDP) {
		if (tb[NF_EDGE_A_QUERY_DESTINATION_PORT])
			return 0;
		NL_SET_ERR_MSG_ATTR(extack, query,
				    "a destination port is required with TCP and UDP");
		return -EINVAL;
	}
	if (protocol != (ipv6 ? IPPROTO_ICMPV6 : IPPROTO_ICMP)) {
		NL_SET_ERR_MSG_ATTR(extack, tb[NF_EDGE_A_QUERY_PROTOCOL],
				    "the protocol must be TCP, UDP or the family's ICMP");
		return -EINVAL;
	}
	if (tb[NF_EDGE_A_QUERY_DESTINATION_PORT]) {
		NL_SET_ERR_MSG_ATTR(extack,
				    tb[NF_EDGE_A_QUERY_DESTINATION_PORT],
				    "an echo request has no port");
		return -EINVAL;
	}
	return 0;
}

static void judge_query(struct net *net,
			const struct nf_edge_snapshot *snapshot,
			struct nlattr **tb, struct nf_edge_packet *p,
			struct nf_edge_judgement *j)
{
	p->source = class_of(&snapshot->index, tb[NF_EDGE_A_QUERY_SOURCE_IPV4],
			     tb[NF_EDGE_A_QUERY_SOURCE_IPV6]);
	p->destination = class_of(&snapshot->index,
				  tb[NF_EDGE_A_QUERY_DESTINATION_IPV4],
				  tb[NF_EDGE_A_QUERY_DESTINATION_IPV6]);
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

/**
 * nf_edge_explain - answer one query
 * @net: the namespace
 * @snapshot: the policy to ask, published or not; NULL without a policy
 * @query: a query attribute
 * @reply: takes a query attribute with the answer; has NF_EDGE_ANSWER_SIZE
 *	octets of room
 * @extack: takes the reason of a refusal
 *
 * Context: may sleep; @snapshot is pinned.
 * Return: 0 or a negative error.
 */
int nf_edge_explain(struct net *net, const struct nf_edge_snapshot *snapshot,
		    struct nlattr *query, struct sk_buff *reply,
		    struct netlink_ext_ack *extack)
{
	struct nf_edge_judgement j = { .verdict = NF_EDGE_VERDICT_NOT_GOVERNED };
	struct nlattr *tb[NF_EDGE_A_QUERY_MAX + 1];
	struct nf_edge_packet p = {};
	struct nlattr *nest;
	int err;

	err = nla_parse_nested(tb, NF_EDGE_A_QUERY_MAX, query,
			       nf_edge_query_nl_policy, extack) ?:
	      check_query(query, tb, extack);
	if (err)
		return err;

	if (snapshot && !(tb[NF_EDGE_A_QUERY_IN] &&
			  never_governed(net, nla_data(tb[NF_EDGE_A_QUERY_IN]))))
		judge_query(net, snapshot, tb, &p, &j);

	nest = nla_nest_start(reply, NF_EDGE_A_POLICY_QUERY);
	if (!nest ||
	    nla_put_u32(reply, NF_EDGE_A_QUERY_VERDICT, j.verdict) ||
	    (snapshot && nla_put_u32(reply, NF_EDGE_A_QUERY_MODE,
				     snapshot->switches.mode)) ||
	    put_node(reply, NF_EDGE_A_QUERY_SOURCE_NODE, snapshot, p.source) ||
	    put_node(reply, NF_EDGE_A_QUERY_DESTINATION_NODE, snapshot,
		     p.destination))
		return -EMSGSIZE;
	if (j.verdict == NF_EDGE_VERDICT_ACCEPT &&
	    put_rows(reply, NF_EDGE_A_QUERY_ROW, snapshot, j.rows))
		return -EMSGSIZE;
	if (j.verdict == NF_EDGE_VERDICT_DROP &&
	    (nla_put_u32(reply, NF_EDGE_A_QUERY_REASON, j.reason) ||
	     put_rows(reply, NF_EDGE_A_QUERY_NEAR, snapshot, j.near)))
		return -EMSGSIZE;
	nla_nest_end(reply, nest);
	return 0;
}

/**
 * nf_edge_nl_explain_doit - judge a packet by the policy in force
 * @skb: the request
 * @info: attributes of the request
 *
 * Count nothing.  Without a policy no packet is governed.
 *
 * Context: process context.
 * Return: 0 or a negative error, with the extack set for a wrong attribute.
 */
int nf_edge_nl_explain_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct nf_edge_net *en = nf_edge_net(genl_info_net(info));
	struct nf_edge_snapshot *snapshot;
	struct sk_buff *msg;
	int err;

	if (!info->attrs[NF_EDGE_A_POLICY_QUERY]) {
		NL_SET_ERR_MSG(info->extack, "a query is required");
		return -EINVAL;
	}
	msg = nf_edge_nl_reply(info, NF_EDGE_ANSWER_SIZE);
	if (!msg)
		return -ENOMEM;
	snapshot = nf_edge_snapshot_get(en);
	err = nf_edge_explain(en->net, snapshot,
			      info->attrs[NF_EDGE_A_POLICY_QUERY], msg,
			      info->extack);
	if (!err)
		err = nla_put_u32(msg, NF_EDGE_A_POLICY_GENERATION,
				  snapshot ? snapshot->generation :
					     READ_ONCE(en->generation));
	if (!err && snapshot)
		err = nla_put_u32(msg, NF_EDGE_A_POLICY_PROFILE,
				  snapshot->site->table->profile);
	if (snapshot)
		nf_edge_snapshot_put(snapshot);
	return nf_edge_nl_send(info, msg, err);
}
