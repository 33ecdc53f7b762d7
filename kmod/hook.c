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

/* Check that @size octets behind a plain IP header can be read in place. */
static __always_inline bool has_octets(const struct sk_buff *skb, bool ipv4,
				       unsigned int size)
{
	return likely(skb_headlen(skb) >= size +
		      (ipv4 ? sizeof(struct iphdr) : sizeof(struct ipv6hdr)));
}

static __always_inline u8 l4proto_of(const struct sk_buff *skb, bool ipv4)
{
	return ipv4 ? ((const struct iphdr *)skb->data)->protocol :
		      ((const struct ipv6hdr *)skb->data)->nexthdr;
}

static __always_inline const void *l4_header(const struct sk_buff *skb,
					     bool ipv4)
{
	return skb->data + (ipv4 ? sizeof(struct iphdr) :
				   sizeof(struct ipv6hdr));
}

/*
 * Check whether a TCP segment acknowledges, so that it opens no connection.
 * Headers after options, and fragments, may be misread: the result only decides
 * which hook judges the packet.
 */
static __always_inline bool is_ack(const struct sk_buff *skb, bool ipv4)
{
	return tcp_flag_word(l4_header(skb, ipv4)) & TCP_FLAG_ACK;
}

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
 * Check whether the first hook leaves a packet to the deciding hook, whatever
 * the addresses are.
 */
static __always_inline bool
first_is_idle(const struct nf_edge_snapshot *snapshot,
	      const struct sk_buff *skb)
{
	return unlikely(snapshot->switches.mode != NF_EDGE_MODE_ENFORCE ||
			(skb_get_nfct(skb) && ct_done(skb)));
}

static noinline unsigned int
first_slow(const struct nf_edge_snapshot *snapshot, struct sk_buff *skb,
	   const struct nf_hook_state *state)
{
	return first_is_idle(snapshot, skb) ?
	       NF_ACCEPT : nf_edge_slowpath_first(snapshot, skb, state);
}

/*
 * Drop a packet to an edge address whose ports no row lists, from a source that
 * is not spoofed.  Leave the packet to the slow path while a socket listens, and
 * before the first policy of the namespace stands.
 */
static noinline unsigned int
refuse_unlisted(const struct nf_edge_snapshot *snapshot,
		struct sk_buff *skb, const struct nf_hook_state *state)
{
	if (first_is_idle(snapshot, skb))
		return NF_ACCEPT;
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

/* Judge a packet of a protocol with ports to an edge address. */
static __always_inline unsigned int
first_ports(const struct nf_edge_snapshot *snapshot, struct sk_buff *skb,
	    const struct nf_hook_state *state,
	    const struct nf_edge_class *edge, bool ipv4,
	    enum nf_edge_port_protocol protocol)
{
	const struct nf_edge_table *table = nf_edge_table_of(&snapshot->masks);
	const u64 *const *page = table->port_map.page[protocol];
	const struct iphdr *ip = (const void *)skb->data;
	const __be16 *port = l4_header(skb, ipv4);

	if (ipv4 && unlikely(*(u8 *)ip != 0x45 || ip_is_fragment(ip)))
		return first_slow(snapshot, skb, state);
	if (likely(__nf_edge_rows_by_port(page, &port[1]) & edge->own_in) ||
	    likely(__nf_edge_rows_by_port(page, &port[0]) & edge->own_out))
		return NF_ACCEPT;
	/* Isolation may be the reason for an internal address. */
	if (likely(edge->services & NF_EDGE_EXTERNAL_SERVICES))
		return refuse_unlisted(snapshot, skb, state);
	return first_slow(snapshot, skb, state);
}

/* Judge a packet that is not spoofed by its destination and its ports. */
static __always_inline unsigned int
first_destination(const struct nf_edge_snapshot *snapshot, struct sk_buff *skb,
		  const struct nf_hook_state *state, bool ipv4)
{
	const struct nf_edge_addr_index *index = &snapshot->index;
	const void *destination = nf_edge_destination(skb, ipv4);
	const struct nf_edge_class *edge;

	if (l4proto_of(skb, ipv4) == IPPROTO_TCP &&
	    likely(has_octets(skb, ipv4, sizeof(struct tcphdr)))) {
		if (is_ack(skb, ipv4) ||
		    !nf_edge_find_edge(index, ipv4, destination, &edge))
			return NF_ACCEPT;
		return first_ports(snapshot, skb, state, edge, ipv4,
				   NF_EDGE_PORTS_TCP);
	}
	if (!nf_edge_find_edge(index, ipv4, destination, &edge))
		return NF_ACCEPT;
	if (likely(l4proto_of(skb, ipv4) == IPPROTO_UDP &&
		   has_octets(skb, ipv4, sizeof(struct udphdr))))
		return first_ports(snapshot, skb, state, edge, ipv4,
				   NF_EDGE_PORTS_UDP);
	return first_slow(snapshot, skb, state);
}

/*
 * Judge a packet whose source no guard covers, and is one of so many addresses
 * of peers that the deciding hook would wait for memory.  Connection tracking
 * comes first, and gives the line time to arrive.
 */
static noinline notrace unsigned int
first_of_many_ipv4(const struct nf_edge_snapshot *snapshot, struct sk_buff *skb,
		   const struct nf_hook_state *state)
{
	nf_edge_prefetch(&snapshot->index, true, nf_edge_source(skb, true));
	return first_destination(snapshot, skb, state, true);
}

static noinline notrace unsigned int
first_of_many_ipv6(const struct nf_edge_snapshot *snapshot, struct sk_buff *skb,
		   const struct nf_hook_state *state)
{
	nf_edge_prefetch(&snapshot->index, false, nf_edge_source(skb, false));
	return first_destination(snapshot, skb, state, false);
}

/* Judge a packet whose source a guard may cover, and is no edge address. */
static __always_inline unsigned int
first_guarded(const struct nf_edge_snapshot *snapshot, struct sk_buff *skb,
	      const struct nf_hook_state *state,
	      const struct nf_edge_class *source, bool ipv4)
{
	if (source->flags & (NF_EDGE_MARTIAN | NF_EDGE_MARTIAN_SOURCE) ||
	    source->spoofed_on & arrival_fast(snapshot, skb->dev).guards)
		return first_slow(snapshot, skb, state);
	return first_destination(snapshot, skb, state, ipv4);
}

#define FIRST_PARAMETERS						\
	const struct nf_edge_snapshot *snapshot, struct sk_buff *skb,	\
	const struct nf_hook_state *state

/*
 * Judge a packet whose source a guard may cover, in a family: the functions
 * NAME, NAME_near and NAME_deep are as with PASS() below.  Edge servers are
 * trusted not to scan: their packets are spared the look at the ports.
 */
#define FIRST_GUARDED(name, ipv4)					\
static noinline notrace unsigned int name##_deep(FIRST_PARAMETERS)	\
{									\
	return first_guarded(snapshot, skb, state,			\
			     nf_edge_class_of(&snapshot->index, ipv4,	\
					      nf_edge_source(skb, ipv4)), \
			     ipv4);					\
}									\
									\
static noinline notrace unsigned int name##_near(FIRST_PARAMETERS)	\
{									\
	const struct nf_edge_class *source =				\
		nf_edge_class_near(&snapshot->index, ipv4,		\
				   nf_edge_source(skb, ipv4));		\
									\
	if (unlikely(!source))						\
		return name##_deep(snapshot, skb, state);		\
	return first_guarded(snapshot, skb, state, source, ipv4);	\
}									\
									\
static noinline notrace unsigned int name(FIRST_PARAMETERS)		\
{									\
	const struct nf_edge_class *edge;				\
	u32 bucket;							\
									\
	if (nf_edge_find_edge(&snapshot->index, ipv4,			\
			      nf_edge_source(skb, ipv4), &edge)) {	\
		if (likely(!(edge->spoofed_on &				\
			     arrival_fast(snapshot, skb->dev).guards)))	\
			return NF_ACCEPT;				\
		return first_slow(snapshot, skb, state);		\
	}								\
	bucket = nf_edge_bucket(&snapshot->index, ipv4,			\
				nf_edge_source(skb, ipv4));		\
	if (unlikely(!nf_edge_ranges_is_value(bucket)))			\
		return name##_near(snapshot, skb, state);		\
	return first_guarded(snapshot, skb, state,			\
			     nf_edge_bucket_class(&snapshot->index, bucket), \
			     ipv4);					\
}

FIRST_GUARDED(first_guarded_ipv4, true)
FIRST_GUARDED(first_guarded_ipv6, false)

/*
 * Judge a packet by checks that need no conntrack entry: drop spoofed sources,
 * and packets to an edge address whose ports no row lists.
 *
 * Four kinds of packets are the deciding hook's: packets that the isolation
 * guard may drop, packets that conntrack will not track, and, unless spoofed,
 * TCP segments that acknowledge and packets of edge addresses.
 */
static __always_inline unsigned int
first_hook(void *priv, struct sk_buff *skb, const struct nf_hook_state *state,
	   bool ipv4)
{
	const struct nf_edge_snapshot *snapshot;
	struct nf_edge_net *en = priv;
	s8 marks;

	snapshot = rcu_dereference(en->snapshot);
	marks = nf_edge_cell_marks(&snapshot->index, ipv4,
				   nf_edge_source(skb, ipv4));
	if (!marks)
		return first_destination(snapshot, skb, state, ipv4);
	if (unlikely(marks > 0))
		return ipv4 ? first_of_many_ipv4(snapshot, skb, state) :
			      first_of_many_ipv6(snapshot, skb, state);
	/* Spoofed segments stop here too: conntrack would obey a reset. */
	if (l4proto_of(skb, ipv4) == IPPROTO_TCP &&
	    likely(has_octets(skb, ipv4, sizeof(struct tcphdr))) &&
	    is_ack(skb, ipv4) && !arrival_fast(snapshot, skb->dev).guards)
		return NF_ACCEPT;
	return ipv4 ? first_guarded_ipv4(snapshot, skb, state) :
		      first_guarded_ipv6(snapshot, skb, state);
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
	   struct nf_edge_arrival arrival, bool inbound, bool first)
{
	const struct nf_conntrack_tuple *tuple = &ORIGINAL(ct);
	const struct nf_edge_masks *masks = &snapshot->masks;
	enum nf_edge_toward toward = inbound == first ? NF_EDGE_TO_EDGE :
							NF_EDGE_FROM_EDGE;
	const u64 *const *page;
	u64 rows;

	if (unlikely((inbound == first ? peer : edge)->spoofed_on &
		     arrival.guards))
		goto slow_path;
	/* Peers are the source of replies: never multicast or broadcast. */
	if (!inbound && !first &&
	    unlikely(peer->flags & NF_EDGE_MARTIAN_SOURCE))
		goto slow_path;
	page = nf_edge_table_of(masks)->port_map.of[tuple->dst.protonum];
	rows = __nf_edge_rows_by_port(page, &tuple->dst.u.all);
	rows = nf_edge_permitting(masks, rows, inbound ? peer : edge,
				  inbound ? edge : peer,
				  first ? arrival.sides : NF_EDGE_ANYWHERE,
				  !inbound);
	if (unlikely(!rows || nf_edge_logging_port(masks, rows,
						   tuple->dst.u.all)))
		goto slow_path;

	if (first && unlikely(!(ct->status & IPS_CONFIRMED)))
		nf_edge_hit(masks, edge->hits, rows, toward, skb->len, true);
	else
		nf_edge_hit(masks, edge->hits, rows, toward, skb->len, false);
	return NF_ACCEPT;
slow_path:
	return nf_edge_slowpath(snapshot, skb, state);
}

#define PASS_PARAMETERS							\
	const struct nf_edge_snapshot *snapshot, struct sk_buff *skb,	\
	const struct nf_hook_state *state, const struct nf_conn *ct,	\
	const struct nf_edge_class *edge, struct nf_edge_arrival arrival

/*
 * Define pass_plain() for a family and direction, with constant arguments.  The
 * function NAME handles peers whose bucket holds the class.  For other peers
 * NAME ends in a tail call of NAME_near, and that in one of NAME_deep for peers
 * that take a longer search.  Both may find an edge address.  In one function,
 * peers of the first kind would save registers for the others.
 */
#define PASS(name, ipv4, inbound, first, peer)				\
static noinline notrace unsigned int name##_deep(PASS_PARAMETERS)	\
{									\
	const struct nf_edge_class *class =				\
		nf_edge_class_of(&snapshot->index, ipv4,		\
				 &ORIGINAL(ct).peer.u3);		\
									\
	if (unlikely(class->services))					\
		return nf_edge_slowpath(snapshot, skb, state);		\
	return pass_plain(snapshot, skb, state, ct, edge, class, arrival, \
			  inbound, first);				\
}									\
									\
static noinline notrace unsigned int name##_near(PASS_PARAMETERS)	\
{									\
	const struct nf_edge_class *class =				\
		nf_edge_class_near(&snapshot->index, ipv4,		\
				   &ORIGINAL(ct).peer.u3);		\
									\
	if (unlikely(!class))						\
		return name##_deep(snapshot, skb, state, ct, edge,	\
				   arrival);				\
	if (unlikely(class->services))					\
		return nf_edge_slowpath(snapshot, skb, state);		\
	return pass_plain(snapshot, skb, state, ct, edge, class, arrival, \
			  inbound, first);				\
}									\
									\
static noinline notrace unsigned int name(PASS_PARAMETERS)		\
{									\
	u32 bucket = nf_edge_bucket(&snapshot->index, ipv4,		\
				    &ORIGINAL(ct).peer.u3);		\
									\
	if (unlikely(!nf_edge_ranges_is_value(bucket)))			\
		return name##_near(snapshot, skb, state, ct, edge,	\
				   arrival);				\
	return pass_plain(snapshot, skb, state, ct, edge,		\
			  nf_edge_bucket_class(&snapshot->index, bucket), \
			  arrival, inbound, first);			\
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
	  bool ipv4, bool local, bool first)
{
	const struct nf_conntrack_tuple *tuple = &ORIGINAL(ct);
	struct nf_edge_arrival arrival = { .sides = NF_EDGE_LOCAL_HOST };
	const struct nf_edge_addr_index *index = &snapshot->index;
	const struct nf_edge_class *edge;

	if (unlikely(ct->status & NOT_PLAIN ||
		     !nf_edge_header_is_tuple(skb, ipv4, tuple, first)))
		goto slow_path;

	if (nf_edge_find_edge(index, ipv4, &tuple->dst.u3, &edge)) {
		if (!local)
			arrival = arrival_fast(snapshot, skb->dev);
		if (first)
			return ipv4 ? pass_in_ipv4(snapshot, skb, state, ct,
						   edge, arrival) :
				      pass_in_ipv6(snapshot, skb, state, ct,
						   edge, arrival);
		return ipv4 ? pass_in_reply_ipv4(snapshot, skb, state, ct,
						 edge, arrival) :
			      pass_in_reply_ipv6(snapshot, skb, state, ct,
						 edge, arrival);
	}
	/* Accept packets without an edge end: edge addresses are guarded. */
	if (first && !nf_edge_maybe_guarded(index, ipv4, &tuple->src.u3))
		return NF_ACCEPT;
	/* Load the address again: cheaper than a second register. */
	barrier();
	if (nf_edge_find_edge(index, ipv4, &tuple->src.u3, &edge)) {
		if (first && unlikely(skb->pkt_type == PACKET_LOOPBACK))
			goto slow_path;
		if (!local)
			arrival = arrival_fast(snapshot, skb->dev);
		if (first)
			return ipv4 ? pass_out_ipv4(snapshot, skb, state, ct,
						    edge, arrival) :
				      pass_out_ipv6(snapshot, skb, state, ct,
						    edge, arrival);
		return ipv4 ? pass_out_reply_ipv4(snapshot, skb, state, ct,
						  edge, arrival) :
			      pass_out_reply_ipv6(snapshot, skb, state, ct,
						  edge, arrival);
	}
	if (!first && !nf_edge_maybe_guarded(index, ipv4, &tuple->dst.u3))
		return NF_ACCEPT;
slow_path:
	return nf_edge_slowpath(snapshot, skb, state);
}

static __always_inline unsigned int
deciding_hook(void *priv, struct sk_buff *skb,
	      const struct nf_hook_state *state, bool ipv4, bool local)
{
	unsigned long nfct = skb_get_nfct(skb);
	const struct nf_edge_snapshot *snapshot;
	struct nf_edge_net *en = priv;
	const struct nf_conn *ct;

	snapshot = rcu_dereference(en->snapshot);
	if (local && unlikely(skb->skb_iif ||
			      nf_edge_never_governed(state->out)))
		goto slow_path;

	/* A packet may see the word before or after a listener comes. */
	if (likely(!((u32)nfct & data_race(snapshot->slow)))) {
		ct = (const void *)(nfct & NFCT_PTRMASK);
		/* Test the pointer, and do not compare the word once more. */
		OPTIMIZER_HIDE_VAR(ct);
		if (likely(ct))
			return fast_path(snapshot, skb, state, ct, ipv4, local,
					 true);
		goto slow_path;
	}
	/* Load the word again: cheaper than a second register. */
	barrier();
	nfct = skb_get_nfct(skb);
	if ((nfct & NFCT_INFOMASK) == IP_CT_ESTABLISHED_REPLY) {
		ct = (const void *)(nfct & NFCT_PTRMASK);
		return fast_path(snapshot, skb, state, ct, ipv4, local, false);
	}
slow_path:
	return nf_edge_slowpath(snapshot, skb, state);
}

/*
 * Functions that every packet runs are marked notrace: the place for a tracer is
 * an instruction of its own.
 */
static notrace unsigned int first_ipv4(void *priv, struct sk_buff *skb,
				       const struct nf_hook_state *state)
{
	return first_hook(priv, skb, state, true);
}

static notrace unsigned int first_ipv6(void *priv, struct sk_buff *skb,
				       const struct nf_hook_state *state)
{
	return first_hook(priv, skb, state, false);
}

static notrace unsigned int in_ipv4(void *priv, struct sk_buff *skb,
				    const struct nf_hook_state *state)
{
	return deciding_hook(priv, skb, state, true, false);
}

static notrace unsigned int in_ipv6(void *priv, struct sk_buff *skb,
				    const struct nf_hook_state *state)
{
	return deciding_hook(priv, skb, state, false, false);
}

static notrace unsigned int out_ipv4(void *priv, struct sk_buff *skb,
				     const struct nf_hook_state *state)
{
	return deciding_hook(priv, skb, state, true, true);
}

static notrace unsigned int out_ipv6(void *priv, struct sk_buff *skb,
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
