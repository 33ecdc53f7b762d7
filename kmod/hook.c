// SPDX-License-Identifier: GPL-2.0-only
/*
 * Fast path: two hooks that judge packets.
 *
 * The deciding hook runs after conntrack and destination NAT.  This hook judges
 * every packet by the original tuple of its connection, and sees the address
 * that NAT sends the packet to.
 *
 * The first hook runs before conntrack, and only saves work: the deciding hook
 * would drop the same packets for the same reason, but a scan would cost a
 * conntrack entry for each SYN or UDP packet.
 *
 * Both hooks decide nearly all packets here, and leave the others to the slow
 * path in slowpath.c.  Each stage ends in a tail call, so no function spills
 * registers that only a later stage uses.
 *
 * At PRE_ROUTING both hooks take the interface from the packet, because SRv6
 * leaves the interface in the hook's state empty.
 */

#include <linux/netdevice.h>
#include <linux/netfilter_ipv4.h>
#include <linux/netfilter_ipv6.h>
#include <linux/tcp.h>
#include <linux/udp.h>
#include <net/ip.h>
#include <net/netfilter/nf_conntrack.h>

#include "addr_index.h"
#include "counters.h"
#include "drops.h"
#include "hook.h"
#include "judge.h"
#include "netns.h"
#include "skb.h"
#include "slowpath.h"
#include "snapshot.h"

/* Priorities of our own: equal ones would run in order of registration. */
#define PRIORITY_FIRST	(NF_IP_PRI_CONNTRACK - 5)	/* after raw */
#define PRIORITY_DECIDE	(NF_IP_PRI_NAT_DST + 5)		/* after NAT */

static_assert((int)NF_IP_PRI_CONNTRACK == (int)NF_IP6_PRI_CONNTRACK);
static_assert((int)NF_IP_PRI_NAT_DST == (int)NF_IP6_PRI_NAT_DST);

/* Connections whose original tuple is not enough for a verdict. */
#define NOT_PLAIN	(IPS_NAT_MASK | IPS_TEMPLATE | IPS_OFFLOAD)

#define ORIGINAL(ct)	((ct)->tuplehash[IP_CT_DIR_ORIGINAL].tuple)

/* Find sides and guards of a device.  EXEMPT may stand for "slow path". */
static __always_inline struct nf_edge_arrival
arrival_fast(const struct nf_edge_snapshot *snapshot,
	     const struct net_device *dev)
{
	return nf_edge_ifmap_arrival_fast(rcu_dereference(snapshot->ifmap),
					  dev->ifindex);
}

/*
 * Check whether a TCP segment opens no connection, as "! --syn" does.  Headers
 * after options, and fragments, may be misread: the result only decides which
 * hook judges the packet.
 */
static __always_inline bool is_tcp_non_syn(const struct sk_buff *skb, bool ipv4)
{
	unsigned int size = ipv4 ? sizeof(struct iphdr) :
				   sizeof(struct ipv6hdr);
	const void *ip = skb->data;
	u8 l4proto = ipv4 ? ((const struct iphdr *)ip)->protocol :
			    ((const struct ipv6hdr *)ip)->nexthdr;

	return l4proto == IPPROTO_TCP &&
	       skb_headlen(skb) >= size + sizeof(struct tcphdr) &&
	       (tcp_flag_word(ip + size) & (TCP_FLAG_SYN | TCP_FLAG_ACK)) !=
	       TCP_FLAG_SYN;
}

enum port_match {
	PORTS_LISTED,		/* a row lists the ports */
	PORTS_UNLISTED,
	PORTS_UNREADABLE,	/* fragment, options, or no TCP or UDP */
};

/* Look for a row of @edge that lists the ports of a packet to that address. */
static __always_inline enum port_match
match_ports(const struct nf_edge_masks *masks, const struct sk_buff *skb,
	    bool ipv4, const struct nf_edge_class *edge)
{
	unsigned int size = ipv4 ? sizeof(struct iphdr) :
				   sizeof(struct ipv6hdr);
	const void *header = skb->data + size;
	const __be16 *port = header;
	u8 protocol, l4proto;

	if (ipv4) {
		const struct iphdr *ip = (const void *)skb->data;

		if (unlikely(*(u8 *)ip != 0x45 || ip_is_fragment(ip)))
			return PORTS_UNREADABLE;
		l4proto = ip->protocol;
	} else {
		l4proto = ((const struct ipv6hdr *)skb->data)->nexthdr;
	}
	if (l4proto == IPPROTO_UDP) {
		if (unlikely(skb_headlen(skb) < size + sizeof(struct udphdr)))
			return PORTS_UNREADABLE;
		protocol = NF_EDGE_PORTS_UDP;
	} else if (likely(l4proto == IPPROTO_TCP)) {
		if (unlikely(skb_headlen(skb) < size + sizeof(struct tcphdr)))
			return PORTS_UNREADABLE;
		protocol = NF_EDGE_PORTS_TCP;
	} else {
		return PORTS_UNREADABLE;
	}
	return (__nf_edge_rows_by_port(&nf_edge_table_of(masks)->port_map,
				       protocol, ntohs(port[1])) &
		edge->own_in) ||
	       (__nf_edge_rows_by_port(&nf_edge_table_of(masks)->port_map,
				       protocol, ntohs(port[0])) &
		edge->own_out) ?
	       PORTS_LISTED : PORTS_UNLISTED;
}

/*
 * Drop a packet to an edge address whose ports no row lists, from a source that
 * no guard covers.  Leave the packet to the slow path while a socket listens, and
 * before the first policy of the namespace stands.
 */
static noinline unsigned int
refuse_unlisted(const struct nf_edge_snapshot *snapshot,
		struct sk_buff *skb, const struct nf_hook_state *state)
{
	/* A packet may see the word before or after a listener comes. */
	if (unlikely(data_race(snapshot->slow) != NF_EDGE_SLOW_RARE))
		return nf_edge_slowpath_first(snapshot, skb, state);
	if (nf_edge_exempt(skb, skb->dev) ||
	    nf_edge_may_be_translated(skb, state))
		return NF_ACCEPT;
	nf_edge_count_drop(snapshot->drops, NF_EDGE_REASON_NO_ROW, false,
			   skb->len);
	return NF_DROP;
}

/* Judge a packet whose source may be spoofed. */
static __always_inline unsigned int
first_guarded(const struct nf_edge_snapshot *snapshot, struct sk_buff *skb,
	      const struct nf_hook_state *state, int destination,
	      const struct nf_edge_class *source, bool ipv4)
{
	const struct nf_edge_class *class;

	if (source->flags & (NF_EDGE_MARTIAN | NF_EDGE_MARTIAN_SOURCE) ||
	    source->spoofed_on & arrival_fast(snapshot, skb->dev).guards)
		goto slow_path;
	/* Trust edge servers not to scan: spare the look at the ports. */
	if (destination < 0 || source->services)
		return NF_ACCEPT;
	class = &snapshot->index.class[destination];
	if (likely(match_ports(&snapshot->masks, skb, ipv4, class) ==
		   PORTS_LISTED))
		return NF_ACCEPT;
slow_path:
	return nf_edge_slowpath_first(snapshot, skb, state);
}

#define FIRST_PARAMETERS						\
	const struct nf_edge_snapshot *snapshot, struct sk_buff *skb,	\
	const struct nf_hook_state *state, int destination

/*
 * Define first_guarded() for a family.  As with PASS() below, the function NAME
 * handles sources whose bucket holds the class, and NAME_deep all others.
 */
#define FIRST_GUARDED(name, ipv4)					\
static noinline unsigned int name##_deep(FIRST_PARAMETERS)		\
{									\
	return first_guarded(snapshot, skb, state, destination,		\
			     nf_edge_class_of(&snapshot->index, ipv4,	\
					      nf_edge_source(skb, ipv4)), \
			     ipv4);					\
}									\
									\
static noinline unsigned int name(FIRST_PARAMETERS)			\
{									\
	const void *address = nf_edge_source(skb, ipv4);		\
	int source = nf_edge_edge_number(&snapshot->index, ipv4, address); \
	u32 bucket;							\
									\
	if (source >= 0)						\
		return first_guarded(snapshot, skb, state, destination,	\
				     &snapshot->index.class[source], ipv4); \
	bucket = nf_edge_bucket(&snapshot->index, ipv4, address);	\
	if (unlikely(!nf_edge_ranges_is_value(bucket)))			\
		return name##_deep(snapshot, skb, state, destination);	\
	return first_guarded(snapshot, skb, state, destination,		\
			     nf_edge_bucket_class(&snapshot->index, bucket), \
			     ipv4);					\
}

FIRST_GUARDED(first_guarded_ipv4, true)
FIRST_GUARDED(first_guarded_ipv6, false)

/*
 * Check whether conntrack is done with a packet: the packet is untracked, or
 * has a connection.  Packets with a template are still to be tracked.
 */
static bool ct_done(const struct sk_buff *skb)
{
	enum ip_conntrack_info ctinfo;
	const struct nf_conn *ct = nf_ct_get(skb, &ctinfo);

	return !ct || !nf_ct_is_template(ct);
}

/*
 * Judge a packet by checks that need no conntrack entry: drop spoofed sources,
 * and packets to an edge address whose ports no row lists.
 *
 * Four kinds of packets are the deciding hook's: packets that the isolation
 * guard may drop, packets that conntrack will not track, and, unless spoofed,
 * TCP segments that open no connection and packets of edge addresses.
 */
static __always_inline unsigned int
first_hook(void *priv, struct sk_buff *skb, const struct nf_hook_state *state,
	   bool ipv4)
{
	const struct nf_edge_snapshot *snapshot;
	const struct nf_edge_addr_index *index;
	const struct nf_edge_class *class;
	struct nf_edge_net *en = priv;
	int destination;

	snapshot = rcu_dereference(en->snapshot);
	if (unlikely(!snapshot))
		return NF_ACCEPT;
	index = &snapshot->index;
	/* Catch spoofed segments here: conntrack would obey a spoofed reset. */
	if (is_tcp_non_syn(skb, ipv4) &&
	    (!nf_edge_maybe_guarded(index, ipv4, nf_edge_source(skb, ipv4)) ||
	     !arrival_fast(snapshot, skb->dev).guards))
		return NF_ACCEPT;
	if (unlikely(snapshot->switches.mode != NF_EDGE_MODE_ENFORCE ||
		     (skb_get_nfct(skb) && ct_done(skb))))
		return NF_ACCEPT;

	destination = nf_edge_edge_number(index, ipv4,
					  nf_edge_destination(skb, ipv4));
	if (nf_edge_maybe_guarded(index, ipv4, nf_edge_source(skb, ipv4)))
		return ipv4 ? first_guarded_ipv4(snapshot, skb, state,
						 destination) :
			      first_guarded_ipv6(snapshot, skb, state,
						 destination);
	if (destination < 0)
		return NF_ACCEPT;
	class = &index->class[destination];
	switch (match_ports(&snapshot->masks, skb, ipv4, class)) {
	case PORTS_LISTED:
		return NF_ACCEPT;
	case PORTS_UNLISTED:
		/* Isolation may be the reason for an internal address. */
		if (likely(class->services & NF_EDGE_EXTERNAL_SERVICES))
			return refuse_unlisted(snapshot, skb, state);
		break;
	case PORTS_UNREADABLE:
		break;
	}
	return nf_edge_slowpath_first(snapshot, skb, state);
}

/*
 * Accept and count a packet of a permitted connection without NAT, between an
 * edge address and a peer that is no edge address.  Leave all other packets to
 * the slow path.  @inbound: the edge address is the connection's destination;
 * @first: the packet is in original direction.
 */
static __always_inline unsigned int
pass_plain(const struct nf_edge_snapshot *snapshot, struct sk_buff *skb,
	   const struct nf_hook_state *state, const struct nf_conn *ct,
	   const struct nf_edge_class *edge, const struct nf_edge_class *peer,
	   bool inbound, bool first)
{
	const struct nf_conntrack_tuple *tuple = &ORIGINAL(ct);
	struct nf_edge_arrival arrival = { .sides = NF_EDGE_LOCAL_HOST };
	enum nf_edge_toward toward = inbound == first ? NF_EDGE_TO_EDGE :
							NF_EDGE_FROM_EDGE;
	u16 dport = ntohs(tuple->dst.u.all);
	u64 rows;

	if (likely(state->hook == NF_INET_PRE_ROUTING)) {
		arrival = arrival_fast(snapshot, skb->dev);
		if (unlikely((inbound == first ? peer : edge)->spoofed_on &
			     arrival.guards))
			goto slow_path;
	}
	/* Peers are the source of replies: never multicast or broadcast. */
	if (!inbound && !first &&
	    unlikely(peer->flags & NF_EDGE_MARTIAN_SOURCE))
		goto slow_path;
	rows = nf_edge_permitting(&snapshot->masks, inbound ? peer : edge,
				  inbound ? edge : peer, tuple->dst.protonum,
				  dport,
				  first ? arrival.sides : NF_EDGE_ANYWHERE,
				  !inbound);
	if (unlikely(!rows || peer->services ||
		     nf_edge_logging_port(&snapshot->masks, rows, dport)))
		goto slow_path;

	if (first && unlikely(!(ct->status & IPS_CONFIRMED)))
		nf_edge_hit(&snapshot->masks, edge->hits, rows, toward,
			    skb->len, true);
	else
		nf_edge_hit(&snapshot->masks, edge->hits, rows, toward,
			    skb->len, false);
	return NF_ACCEPT;
slow_path:
	return nf_edge_slowpath(snapshot, skb, state);
}

#define PASS_PARAMETERS							\
	const struct nf_edge_snapshot *snapshot, struct sk_buff *skb,	\
	const struct nf_hook_state *state, const struct nf_conn *ct,	\
	const struct nf_edge_class *edge

/*
 * Define pass_plain() for a family and direction, with constant arguments.  The
 * function NAME handles peers whose bucket holds the class.  For other peers
 * NAME ends in a tail call of NAME_deep, which searches the ranges.
 */
#define PASS(name, ipv4, inbound, first, peer)				\
static noinline unsigned int name##_deep(PASS_PARAMETERS)		\
{									\
	return pass_plain(snapshot, skb, state, ct, edge,		\
			  nf_edge_class_of(&snapshot->index, ipv4,	\
					   &ORIGINAL(ct).peer.u3),	\
			  inbound, first);				\
}									\
									\
static noinline unsigned int name(PASS_PARAMETERS)			\
{									\
	u32 bucket = nf_edge_bucket(&snapshot->index, ipv4,		\
				    &ORIGINAL(ct).peer.u3);		\
									\
	if (unlikely(!nf_edge_ranges_is_value(bucket)))			\
		return name##_deep(snapshot, skb, state, ct, edge);	\
	return pass_plain(snapshot, skb, state, ct, edge,		\
			  nf_edge_bucket_class(&snapshot->index, bucket), \
			  inbound, first);				\
}

PASS(pass_in_ipv4, true, true, true, src)
PASS(pass_in_ipv6, false, true, true, src)
PASS(pass_in_reply_ipv4, true, true, false, src)
PASS(pass_in_reply_ipv6, false, true, false, src)
PASS(pass_out_ipv4, true, false, true, dst)
PASS(pass_out_ipv6, false, false, true, dst)
PASS(pass_out_reply_ipv4, true, false, false, dst)
PASS(pass_out_reply_ipv6, false, false, false, dst)

/* Find the edge end of a connection, and end in the pass function for it. */
static __always_inline unsigned int
fast_path(const struct nf_edge_snapshot *snapshot, struct sk_buff *skb,
	  const struct nf_hook_state *state, const struct nf_conn *ct,
	  bool ipv4, bool first)
{
	const struct nf_conntrack_tuple *tuple = &ORIGINAL(ct);
	const struct nf_edge_addr_index *index = &snapshot->index;
	int number;

	if (unlikely(!nf_edge_header_is_tuple(skb, ipv4, tuple, first)))
		goto slow_path;

	number = nf_edge_edge_number(index, ipv4, &tuple->dst.u3);
	if (number >= 0) {
		const struct nf_edge_class *edge = &index->class[number];

		if (first)
			return ipv4 ? pass_in_ipv4(snapshot, skb, state, ct,
						   edge) :
				      pass_in_ipv6(snapshot, skb, state, ct,
						   edge);
		return ipv4 ? pass_in_reply_ipv4(snapshot, skb, state, ct,
						 edge) :
			      pass_in_reply_ipv6(snapshot, skb, state, ct,
						 edge);
	}
	/* Load values again: cheaper than a callee-saved register for each. */
	barrier();
	/* Accept packets without an edge end: edge addresses are guarded. */
	if (first &&
	    !nf_edge_maybe_guarded(index, ipv4, nf_edge_source(skb, ipv4)))
		return NF_ACCEPT;
	number = nf_edge_edge_number(index, ipv4, &tuple->src.u3);
	if (number >= 0) {
		const struct nf_edge_class *edge = &index->class[number];

		if (first && unlikely(skb->pkt_type == PACKET_LOOPBACK))
			goto slow_path;
		if (first)
			return ipv4 ? pass_out_ipv4(snapshot, skb, state, ct,
						    edge) :
				      pass_out_ipv6(snapshot, skb, state, ct,
						    edge);
		return ipv4 ? pass_out_reply_ipv4(snapshot, skb, state, ct,
						  edge) :
			      pass_out_reply_ipv6(snapshot, skb, state, ct,
						  edge);
	}
	if (!first &&
	    !nf_edge_maybe_guarded(index, ipv4, nf_edge_source(skb, ipv4)))
		return NF_ACCEPT;
slow_path:
	return nf_edge_slowpath(snapshot, skb, state);
}

static __always_inline unsigned int
deciding_hook(void *priv, struct sk_buff *skb,
	      const struct nf_hook_state *state, bool ipv4, bool local)
{
	const struct nf_edge_snapshot *snapshot;
	enum ip_conntrack_info ctinfo;
	struct nf_edge_net *en = priv;
	const struct nf_conn *ct;

	snapshot = rcu_dereference(en->snapshot);
	ct = nf_ct_get(skb, &ctinfo);
	if (unlikely(!snapshot || !ct || (ct->status & NOT_PLAIN) ||
		     (local && (skb->skb_iif ||
				nf_edge_never_governed(state->out)))))
		goto slow_path;

	if (ctinfo == IP_CT_ESTABLISHED_REPLY)
		return fast_path(snapshot, skb, state, ct, ipv4, false);
	/* A packet may see the word before or after a listener comes. */
	if (likely(!(ctinfo & data_race(snapshot->slow))))
		return fast_path(snapshot, skb, state, ct, ipv4, true);
slow_path:
	return nf_edge_slowpath(snapshot, skb, state);
}

static unsigned int first_ipv4(void *priv, struct sk_buff *skb,
			       const struct nf_hook_state *state)
{
	return first_hook(priv, skb, state, true);
}

static unsigned int first_ipv6(void *priv, struct sk_buff *skb,
			       const struct nf_hook_state *state)
{
	return first_hook(priv, skb, state, false);
}

static unsigned int in_ipv4(void *priv, struct sk_buff *skb,
			    const struct nf_hook_state *state)
{
	return deciding_hook(priv, skb, state, true, false);
}

static unsigned int in_ipv6(void *priv, struct sk_buff *skb,
			    const struct nf_hook_state *state)
{
	return deciding_hook(priv, skb, state, false, false);
}

static unsigned int out_ipv4(void *priv, struct sk_buff *skb,
			     const struct nf_hook_state *state)
{
	return deciding_hook(priv, skb, state, true, true);
}

static unsigned int out_ipv6(void *priv, struct sk_buff *skb,
			     const struct nf_hook_state *state)
{
	return deciding_hook(priv, skb, state, false, true);
}

static const struct nf_hook_ops hooks[NF_EDGE_HOOKS] = {
	{
		.hook		= first_ipv4,
		.pf		= NFPROTO_IPV4,
		.hooknum	= NF_INET_PRE_ROUTING,
		.priority	= PRIORITY_FIRST,
	},
	{
		.hook		= first_ipv6,
		.pf		= NFPROTO_IPV6,
		.hooknum	= NF_INET_PRE_ROUTING,
		.priority	= PRIORITY_FIRST,
	},
	{
		.hook		= in_ipv4,
		.pf		= NFPROTO_IPV4,
		.hooknum	= NF_INET_PRE_ROUTING,
		.priority	= PRIORITY_DECIDE,
	},
	{
		.hook		= in_ipv6,
		.pf		= NFPROTO_IPV6,
		.hooknum	= NF_INET_PRE_ROUTING,
		.priority	= PRIORITY_DECIDE,
	},
	{
		.hook		= out_ipv4,
		.pf		= NFPROTO_IPV4,
		.hooknum	= NF_INET_LOCAL_OUT,
		.priority	= PRIORITY_DECIDE,
	},
	{
		.hook		= out_ipv6,
		.pf		= NFPROTO_IPV6,
		.hooknum	= NF_INET_LOCAL_OUT,
		.priority	= PRIORITY_DECIDE,
	},
};

/**
 * nf_edge_hooks_init - copy the hooks into a namespace
 * @en: the namespace; each hook receives it as priv
 *
 * Context: any, before the hooks are registered.
 */
void nf_edge_hooks_init(struct nf_edge_net *en)
{
	int i;

	memcpy(en->hooks, hooks, sizeof(hooks));
	for (i = 0; i < NF_EDGE_HOOKS; i++)
		en->hooks[i].priv = en;
}
