// SPDX-License-Identifier: GPL-2.0-only
/*
 * Slow path: judge any packet from the beginning.  The fast path of hook.c ends
 * in a tail call of a function here for each packet that it cannot decide.
 */

#include <linux/etherdevice.h>
#include <linux/icmp.h>
#include <linux/netfilter_bridge.h>
#include <linux/netfilter_ipv6.h>
#include <net/ip.h>
#include <net/ipv6.h>
#include <net/ndisc.h>
#include <net/netfilter/nf_conntrack_core.h>
#include <net/netfilter/nf_conntrack_zones.h>

#include "counters.h"
#include "drops.h"
#include "events.h"
#include "judge.h"
#include "skb.h"
#include "slowpath.h"
#include "snapshot.h"

/*
 * Find the transport header of a whole packet.  Return its protocol, or -1 for
 * a fragment or a packet that cannot be parsed.
 */
static int transport(const struct sk_buff *skb, bool ipv4, int *offset)
{
	__be16 frag_off;
	u8 protocol;

	if (ipv4) {
		if (ip_is_fragment(ip_hdr(skb)))
			return -1;
		*offset = skb_network_offset(skb) + ip_hdrlen(skb);
		return ip_hdr(skb)->protocol;
	}
	protocol = ipv6_hdr(skb)->nexthdr;
	*offset = ipv6_skip_exthdr(skb, skb_network_offset(skb) +
				   sizeof(struct ipv6hdr), &protocol, &frag_off);
	if (*offset < 0 || frag_off)
		return -1;
	return protocol;
}

/* Read protocol and ports of TCP and UDP.  Return false for other packets. */
static bool read_ports(const struct sk_buff *skb, bool ipv4,
		       struct nf_edge_packet *p)
{
	__be16 buffer[2], *ports;
	int protocol, offset;

	protocol = transport(skb, ipv4, &offset);
	if (protocol != IPPROTO_TCP && protocol != IPPROTO_UDP)
		return false;
	ports = skb_header_pointer(skb, offset, sizeof(buffer), buffer);
	if (!ports)
		return false;
	p->l4proto = protocol;
	p->header_sport = ntohs(ports[0]);
	p->header_dport = ntohs(ports[1]);
	return true;
}

/* Return the type of an ICMP packet of the family, or -1 for other packets. */
static int icmp_type(const struct sk_buff *skb, bool ipv4)
{
	u8 buffer, *type;
	int offset;

	if (transport(skb, ipv4, &offset) !=
	    (ipv4 ? IPPROTO_ICMP : IPPROTO_ICMPV6))
		return -1;
	type = skb_header_pointer(skb, offset, sizeof(buffer), &buffer);
	return type ? *type : -1;
}

static bool is_neighbour_discovery(const struct sk_buff *skb, bool ipv4)
{
	int type;

	if (ipv4 || ipv6_hdr(skb)->hop_limit != 255)
		return false;
	type = icmp_type(skb, ipv4);
	return type >= NDISC_ROUTER_SOLICITATION && type <= NDISC_REDIRECT;
}

/*
 * Check whether a packet at LOCAL_OUT arrived on an interface: the host
 * forwards the packet through a VRF device.  The local host's own packets have
 * no skb_iif, and their skb->dev may be garbage.
 */
static bool is_forwarded_by_vrf(const struct sk_buff *skb,
				const struct nf_hook_state *state)
{
	return state->hook == NF_INET_LOCAL_OUT && skb->skb_iif && skb->dev &&
	       netif_is_l3_master(skb->dev);
}

static bool has_address(struct net_device *dev, const u8 *address)
{
	struct net_device *lower;
	struct list_head *iter;

	if (ether_addr_equal(dev->dev_addr, address))
		return true;
	netdev_for_each_lower_dev(dev, lower, iter)
		if (ether_addr_equal(lower->dev_addr, address))
			return true;
	return false;
}

/* Check whether a bridge forwards the frame and does not deliver it locally. */
static bool is_bridged(const struct sk_buff *skb)
{
	return nf_bridge_info_exists(skb) && skb_mac_header_was_set(skb) &&
	       !has_address(skb->dev, eth_hdr(skb)->h_dest);
}

/*
 * Check whether the hooks have judged a packet that the host routes now:
 * br_netfilter runs PRE_ROUTING before the bridge.
 */
static bool was_judged_on_bridge(const struct sk_buff *skb)
{
#if IS_ENABLED(CONFIG_BRIDGE_NETFILTER)
	const struct nf_bridge_info *info = nf_bridge_info_get(skb);

	return info && !info->in_prerouting;
#else
	return false;
#endif
}

/*
 * Check whether an IPv6 packet stays on its link: the host does not forward the
 * packet from one interface to another.
 */
static bool stays_on_link(const struct sk_buff *skb,
			  const struct nf_hook_state *state)
{
	const struct in6_addr *to = &ipv6_hdr(skb)->daddr;

	if (state->hook == NF_INET_LOCAL_OUT)
		return !is_forwarded_by_vrf(skb, state);
	return ipv6_addr_type(to) & (IPV6_ADDR_LINKLOCAL | IPV6_ADDR_LOOPBACK) ||
	       nf_ipv6_chk_addr(state->net, to, NULL, 0) || is_bridged(skb);
}

/*
 * Check whether neighbour discovery passes.  Neighbour discovery on its link
 * passes despite every guard.  No host accepts forwarded neighbour discovery: a
 * forwarded packet from or to an edge address gets the reason no-row.
 */
static noinline bool
discovery_passes(const struct sk_buff *skb, const struct nf_hook_state *state,
		 const struct nf_edge_packet *packet,
		 struct nf_edge_judgement *judgement)
{
	if (stays_on_link(skb, state))
		return true;
	if (packet->header_source->services ||
	    packet->header_destination->services) {
		judgement->reason = NF_EDGE_REASON_NO_ROW;
		judgement->near = 0;
	}
	return false;
}

/*
 * Drop a packet, or in audit accept the packet and count a would-be drop.  The
 * check for neighbour discovery is here to keep it off the way of accepted
 * packets.
 */
static unsigned int refuse(const struct nf_edge_snapshot *snapshot,
			   const struct sk_buff *skb,
			   const struct nf_hook_state *state, bool ipv4,
			   const struct nf_edge_packet *packet,
			   struct nf_edge_judgement *judgement)
{
	bool audit = snapshot->switches.mode == NF_EDGE_MODE_AUDIT;

	if (unlikely(is_neighbour_discovery(skb, ipv4)) &&
	    discovery_passes(skb, state, packet, judgement))
		return NF_ACCEPT;
	if (static_branch_unlikely(&nf_edge_events_key))
		nf_edge_tell_refused(snapshot, skb, state, packet, judgement,
				     audit);
	nf_edge_count_refused(snapshot, packet, judgement, audit, skb->len);
	return audit ? NF_ACCEPT : NF_DROP;
}

/**
 * __nf_edge_may_be_translated - look a packet's connection up in conntrack
 * @skb: a packet that conntrack has not seen
 * @state: state of the hook
 *
 * Context: the first hook, under rcu_read_lock(), with nf_nat loaded.
 * Return: false if the packet opens a connection or belongs to none.
 */
bool __nf_edge_may_be_translated(const struct sk_buff *skb,
				 const struct nf_hook_state *state)
{
	struct nf_conntrack_tuple_hash *hash;
	struct nf_conntrack_tuple tuple;

	/* Templates may select another conntrack zone: assume a translation. */
	if (skb_get_nfct(skb) ||
	    !nf_ct_get_tuplepr(skb, skb_network_offset(skb), state->pf,
			       state->net, &tuple))
		return true;
	hash = nf_conntrack_find_get(state->net, &nf_ct_zone_dflt, &tuple);
	if (!hash)
		return false;
	nf_ct_put(nf_ct_tuplehash_to_ctrack(hash));
	return true;
}

/*
 * Check whether a packet of the local host never leaves the host, or passes
 * LOCAL_OUT a second time.  The route decides, because NAT may have changed the
 * output device.  A packet that leaves by a VRF device passes a second time on
 * the real interface, and ip6_xmit() gives the real interface both times.
 */
static bool is_exempt_leaving(const struct sk_buff *skb,
			      const struct net_device *out)
{
	const struct dst_entry *dst = skb_dst(skb);

	if (skb->pkt_type == PACKET_LOOPBACK)
		return true;
	if (!dst)
		return nf_edge_never_governed(out);
	return netif_is_l3_master(out) || netif_is_l3_master(dst->dev) ||
	       (out->flags & dst->dev->flags & IFF_LOOPBACK);
}

static struct nf_edge_arrival
arrival_on(const struct nf_edge_snapshot *snapshot,
	   const struct net_device *dev)
{
	return nf_edge_ifmap_arrival(rcu_dereference(snapshot->ifmap),
				     dev->ifindex);
}

static noinline const struct nf_edge_class *
class_of_ipv4(const struct nf_edge_addr_index *index, const void *addr)
{
	const struct nf_edge_class *edge;

	return nf_edge_find_edge(index, true, addr, &edge) ?
	       edge : nf_edge_class_of(index, true, addr);
}

static noinline const struct nf_edge_class *
class_of_ipv6(const struct nf_edge_addr_index *index, const void *addr)
{
	const struct nf_edge_class *edge;

	return nf_edge_find_edge(index, false, addr, &edge) ?
	       edge : nf_edge_class_of(index, false, addr);
}

/*
 * Look up the class of any address.  Most packets of the slow path have an edge
 * address, which is found sooner by its hash.
 */
static const struct nf_edge_class *
class_of(const struct nf_edge_addr_index *index, bool ipv4, const void *addr)
{
	return ipv4 ? class_of_ipv4(index, addr) : class_of_ipv6(index, addr);
}

static __always_inline unsigned int
judge_first(const struct nf_edge_snapshot *snapshot, struct sk_buff *skb,
	    const struct nf_hook_state *state, bool ipv4)
{
	struct nf_edge_judgement judgement = {
		.verdict = NF_EDGE_VERDICT_DROP,
		.reason = NF_EDGE_REASON_SPOOFED,
	};
	const struct nf_edge_class *source, *destination;
	struct nf_edge_packet packet;
	u8 guards;

	if (nf_edge_exempt(skb, skb->dev) || READ_ONCE(snapshot->starting))
		return NF_ACCEPT;

	source = class_of(&snapshot->index, ipv4, nf_edge_source(skb, ipv4));
	destination = class_of(&snapshot->index, ipv4,
			       nf_edge_destination(skb, ipv4));
	guards = arrival_on(snapshot, skb->dev).guards;
	packet.header_source = source;
	packet.header_destination = destination;

	if (nf_edge_spoofed(source, destination, guards))
		return refuse(snapshot, skb, state, ipv4, &packet, &judgement);
	if ((!source->services && !destination->services) ||
	    nf_edge_isolated(destination, guards) ||
	    !read_ports(skb, ipv4, &packet) ||
	    nf_edge_ports_listed(snapshot->masks.table, source, destination,
				 packet.l4proto, packet.header_sport,
				 packet.header_dport) ||
	    nf_edge_may_be_translated(skb, state))
		return NF_ACCEPT;
	judgement.reason = NF_EDGE_REASON_NO_ROW;
	return refuse(snapshot, skb, state, ipv4, &packet, &judgement);
}

/**
 * nf_edge_slowpath_first - judge a packet before conntrack
 * @snapshot: the policy, in mode enforce
 * @skb: the packet
 * @state: state of the hook
 *
 * Drop spoofed sources, and ports that no row of the table lists.  Leave three
 * kinds of packets to the deciding hook: those that the isolation guard may
 * drop, fragments, and protocols other than TCP and UDP.  Drop nothing before
 * the first policy of the namespace stands: its publication may still fail.
 *
 * Context: the first hook, under rcu_read_lock().
 * Return: NF_ACCEPT or NF_DROP.
 */
unsigned int nf_edge_slowpath_first(const struct nf_edge_snapshot *snapshot,
				    struct sk_buff *skb,
				    const struct nf_hook_state *state)
{
	return state->pf == NFPROTO_IPV4 ?
	       judge_first(snapshot, skb, state, true) :
	       judge_first(snapshot, skb, state, false);
}

/* Read kind, port, direction and error from a packet's conntrack entry. */
static void read_connection(const struct sk_buff *skb, bool ipv4,
			    const struct nf_conntrack_tuple *tuple,
			    enum ip_conntrack_info ctinfo,
			    struct nf_edge_packet *p)
{
	p->l4proto = tuple->dst.protonum;
	p->first_direction = CTINFO2DIR(ctinfo) == IP_CT_DIR_ORIGINAL;

	switch (p->l4proto) {
	case IPPROTO_TCP:
	case IPPROTO_UDP:
		p->kind = NF_EDGE_KIND_ROWS;
		p->dport = ntohs(tuple->dst.u.all);
		break;
	case IPPROTO_ICMP:
	case IPPROTO_ICMPV6:
		p->kind = tuple->dst.u.icmp.type ==
			  (ipv4 ? ICMP_ECHO : ICMPV6_ECHO_REQUEST) ?
			  NF_EDGE_KIND_ECHO : NF_EDGE_KIND_OTHER;
		break;
	default:
		p->kind = NF_EDGE_KIND_OTHER;
	}

	/*
	 * RELATED packets are not only ICMP errors: a helper's expected
	 * connection begins with one, and so do some resets of the local host.
	 */
	if (unlikely(ctinfo == IP_CT_RELATED ||
		     ctinfo == IP_CT_RELATED_REPLY)) {
		int type = icmp_type(skb, ipv4);

		p->error = type >= 0;
		p->redirect = type == (ipv4 ? ICMP_REDIRECT : NDISC_REDIRECT);
	}
}

/* Check whether NAT writes an edge address into packets of a connection. */
static bool nat_leads_to_edge(const struct nf_edge_addr_index *index, bool ipv4,
			      const struct nf_conn *ct)
{
	const struct nf_conntrack_tuple *reply =
		&ct->tuplehash[IP_CT_DIR_REPLY].tuple;

	return class_of(index, ipv4, &reply->src.u3)->services ||
	       class_of(index, ipv4, &reply->dst.u3)->services;
}

/*
 * Read the classes of a packet with a conntrack entry.  Destination NAT has
 * rewritten the header already: the tuple of the packet's direction still has
 * the destination that the packet arrived with.
 */
static void read_tuples(const struct nf_edge_addr_index *index,
			const struct sk_buff *skb, bool ipv4,
			const struct nf_conn *ct,
			enum ip_conntrack_info ctinfo,
			struct nf_edge_packet *p)
{
	enum ip_conntrack_dir direction = CTINFO2DIR(ctinfo);
	const struct nf_conntrack_tuple *tuple =
		&ct->tuplehash[IP_CT_DIR_ORIGINAL].tuple;
	bool nat = ct->status & IPS_NAT_MASK;

	read_connection(skb, ipv4, tuple, ctinfo, p);
	if (unlikely(nat)) {
		const void *came_to = &ct->tuplehash[direction].tuple.dst.u3;

		p->header_destination = class_of(index, ipv4, came_to);
	}
	if (unlikely(nat ||
		     !nf_edge_header_is_tuple(skb, ipv4, tuple,
					      p->first_direction))) {
		p->source = class_of(index, ipv4, &tuple->src.u3);
		p->destination = class_of(index, ipv4, &tuple->dst.u3);
		p->nat_to_edge = nat && nat_leads_to_edge(index, ipv4, ct);
	} else if (!p->first_direction) {
		swap(p->source, p->destination);
	}
}

static __always_inline unsigned int
judge_packet(const struct nf_edge_snapshot *snapshot, struct sk_buff *skb,
	     const struct nf_hook_state *state, bool ipv4)
{
	const struct nf_edge_addr_index *index;
	struct nf_edge_judgement judgement;
	enum ip_conntrack_info ctinfo;
	struct nf_edge_packet packet;
	const struct nf_conn *ct;
	bool arrives = state->hook == NF_INET_PRE_ROUTING;
	bool by_vrf, opens;

	if (arrives ? nf_edge_exempt(skb, skb->dev) :
		      is_exempt_leaving(skb, state->out))
		return NF_ACCEPT;

	ct = nf_ct_get(skb, &ctinfo);
	if (ct && unlikely(nf_ct_is_template(ct)))
		ct = NULL;
	/*
	 * Conntrack is being enabled for the first policy, and has not seen
	 * this packet: accept.
	 */
	if (!ct && unlikely(READ_ONCE(snapshot->starting)))
		return NF_ACCEPT;

	memset(&packet, 0, sizeof(packet));
	packet.arrival = NF_EDGE_LOCAL_HOST;
	by_vrf = is_forwarded_by_vrf(skb, state);
	if (arrives || by_vrf) {
		struct nf_edge_arrival arrival =
			nf_edge_ifmap_arrival(rcu_dereference(snapshot->ifmap),
					      arrives ? skb->dev->ifindex :
							skb->skb_iif);

		/* PRE_ROUTING on the VRF's member has judged the packet. */
		if (unlikely(arrival.guards & NF_EDGE_GUARD_EXEMPT))
			return NF_ACCEPT;
		if (unlikely(arrival.guards & NF_EDGE_GUARD_BRIDGE) &&
		    was_judged_on_bridge(skb))
			return NF_ACCEPT;
		packet.arrival = arrival.sides;
		packet.guards = arrival.guards;
	}

	index = &snapshot->index;
	packet.header_source =
		class_of(index, ipv4, nf_edge_source(skb, ipv4));
	packet.header_destination =
		class_of(index, ipv4, nf_edge_destination(skb, ipv4));
	packet.source = packet.header_source;
	packet.destination = packet.header_destination;
	if (likely(ct)) {
		read_tuples(index, skb, ipv4, ct, ctinfo, &packet);
	} else {
		packet.kind = ctinfo == IP_CT_UNTRACKED ?
			      NF_EDGE_KIND_UNTRACKED : NF_EDGE_KIND_NONE;
		packet.first_direction = true;
		packet.unverified = read_ports(skb, ipv4, &packet);
	}

	nf_edge_judge(&snapshot->masks, &packet, &judgement);

	if (judgement.verdict == NF_EDGE_VERDICT_NOT_GOVERNED)
		return NF_ACCEPT;
	/* PRE_ROUTING has counted the packet, or its would-be drop in audit. */
	if (unlikely(by_vrf) && (judgement.verdict == NF_EDGE_VERDICT_ACCEPT ||
				 snapshot->switches.mode == NF_EDGE_MODE_AUDIT))
		return NF_ACCEPT;
	if (unlikely(ct && test_bit(IPS_OFFLOAD_BIT, &ct->status)))
		this_cpu_inc(snapshot->drops->offloaded);
	if (unlikely(judgement.verdict == NF_EDGE_VERDICT_DROP))
		return refuse(snapshot, skb, state, ipv4, &packet, &judgement);

	if (packet.kind != NF_EDGE_KIND_ROWS || packet.error)
		return NF_ACCEPT;
	opens = packet.first_direction && !nf_ct_is_confirmed(ct);
	if (static_branch_unlikely(&nf_edge_events_key) && opens)
		nf_edge_tell_permitted(snapshot, skb, state, &packet,
				       judgement.rows);
	nf_edge_count_permitted(snapshot, &packet, judgement.rows, opens,
				skb->len);
	return NF_ACCEPT;
}

/**
 * nf_edge_slowpath - judge a packet behind conntrack
 * @snapshot: the policy
 * @skb: the packet
 * @state: state of the hook
 *
 * Context: the deciding hook, under rcu_read_lock().
 * Return: NF_ACCEPT or NF_DROP.
 */
unsigned int nf_edge_slowpath(const struct nf_edge_snapshot *snapshot,
			      struct sk_buff *skb,
			      const struct nf_hook_state *state)
{
	return state->pf == NFPROTO_IPV4 ?
	       judge_packet(snapshot, skb, state, true) :
	       judge_packet(snapshot, skb, state, false);
}
