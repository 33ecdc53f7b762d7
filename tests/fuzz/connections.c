// SPDX-License-Identifier: GPL-2.0-only
/*
 * Comparison of a packet's verdict with the verdict of its connection: explain
 * says of a connection what the deciding hook makes of its next packet.
 */
#include <linux/icmpv6.h>

#include "../../kmod/connection.h"
#include "../../kmod/judge.h"
#include "../../kmod/route.h"
#include "hooks.h"

/* The way that the packet came, by which its source is found. */
static const void *source;
static struct nf_edge_route came;

/* Stand-in for routes: all other addresses are behind one device. */
int nf_edge_route(struct net *net, bool ipv4, const void *to,
		  struct nf_edge_route *route)
{
	*route = came;
	if (to != source)
		*route = (struct nf_edge_route){
			.way = NF_EDGE_WAY_DEVICE, .ifindex = 3,
		};
	return 0;
}

/* Where neighbour discovery passes despite its verdict, and what no kernel makes. */
static bool is_plain(const struct flow *flow, const struct nf_conn *ct,
		     enum ip_conntrack_info info, bool ipv4)
{
	u8 protonum = ct->tuplehash[IP_CT_DIR_ORIGINAL].tuple.dst.protonum;

	return flow->real && info != IP_CT_RELATED &&
	       info != IP_CT_RELATED_REPLY &&
	       (ipv4 || protonum != IPPROTO_ICMPV6);
}

/* Find the way of a packet that the hook judges.  Return false for others. */
static bool find_way(const struct flow *flow)
{
	const struct net_device *dev = flow->state.hook == NF_INET_LOCAL_OUT ?
				       flow->state.out : flow->skb.dev;

	if (nf_edge_never_governed(dev) ||
	    flow->skb.pkt_type == PACKET_LOOPBACK || flow->skb.dst)
		return false;
	if (flow->state.hook == NF_INET_LOCAL_OUT) {
		came = (struct nf_edge_route){ .way = NF_EDGE_WAY_LOCAL };
		/* A VRF may forward the packet. */
		return !flow->skb.skb_iif;
	}
	came = (struct nf_edge_route){
		.way = NF_EDGE_WAY_DEVICE, .ifindex = dev->ifindex,
	};
	return true;
}

static void read_tuple(const struct nf_conn *ct, enum ip_conntrack_dir direction,
		       struct nf_edge_tuple *tuple)
{
	const struct nf_conntrack_tuple *from = &ct->tuplehash[direction].tuple;

	tuple->source = &from->src.u3;
	tuple->destination = &from->dst.u3;
}

/**
 * connections_check - compare the verdict of a packet with its connection's
 * @flow: the packet, and the connection that conntrack has
 * @snapshot: the policy
 * @reason: why the hook refuses the packet, enforced or not; -1 if it does not
 *
 * Return: true if the packet has a connection to compare with.
 */
bool connections_check(const struct flow *flow,
		       const struct nf_edge_snapshot *snapshot, int reason)
{
	const struct nf_conn *ct = (const void *)(flow->after & ~7UL);
	enum ip_conntrack_info info = flow->after & 7;
	const struct nf_conntrack_tuple *original;
	struct nf_edge_judgement j[IP_CT_DIR_MAX];
	bool ipv4 = flow->state.pf == NFPROTO_IPV4;
	struct nf_edge_connection c = { .ipv4 = ipv4 };
	int wanted;

	if (!ct || nf_ct_is_template(ct) || snapshot->starting ||
	    !is_plain(flow, ct, info, ipv4) || !find_way(flow))
		return false;
	original = &ct->tuplehash[IP_CT_DIR_ORIGINAL].tuple;
	read_tuple(ct, IP_CT_DIR_ORIGINAL, &c.tuple[IP_CT_DIR_ORIGINAL]);
	read_tuple(ct, IP_CT_DIR_REPLY, &c.tuple[IP_CT_DIR_REPLY]);
	c.l4proto = original->dst.protonum;
	c.icmp_type = original->dst.u.icmp.type;
	c.dport = ntohs(original->dst.u.all);
	source = c.tuple[CTINFO2DIR(info)].source;
	EXPECT(!nf_edge_judge_connection(&init_net, snapshot, &c, j));
	wanted = j[CTINFO2DIR(info)].verdict == NF_EDGE_VERDICT_DROP ?
		 j[CTINFO2DIR(info)].reason : -1;
	if (reason == wanted)
		return true;
	flow_print(flow);
	WRONG("the packet is refused for %d, its connection for %d", reason,
	      wanted);
}
