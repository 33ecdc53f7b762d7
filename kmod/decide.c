// SPDX-License-Identifier: GPL-2.0-only
/*
 * Any packet, judged from the beginning.  The hooks come here with what they do
 * not let by at once.
 */

#include <linux/icmp.h>
#include <net/ip.h>
#include <net/ipv6.h>
#include <net/ndisc.h>

#include "hook.h"

/*
 * Finds the transport header of a whole packet: its protocol, or -1 when it is
 * a fragment or cannot be parsed.
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

/* Reads protocol and ports of a TCP or UDP packet; false if it is none. */
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

/* The type of an ICMP packet of the family, or -1 when it is none. */
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

/* Neighbour discovery passes before any guard; asked only of what would not. */
static bool is_neighbour_discovery(const struct sk_buff *skb, bool ipv4)
{
	int type;

	if (ipv4 || ipv6_hdr(skb)->hop_limit != 255)
		return false;
	type = icmp_type(skb, ipv4);
	return type >= NDISC_ROUTER_SOLICITATION && type <= NDISC_REDIRECT;
}

/* @packet may be NULL when the reason has no near rows. */
static unsigned int refuse(struct nf_edge_net *en,
			   const struct nf_edge_snapshot *snapshot,
			   const struct sk_buff *skb, bool ipv4,
			   const struct nf_edge_packet *packet,
			   const struct nf_edge_judgement *judgement)
{
	bool audit = snapshot->switches.mode == NF_EDGE_MODE_AUDIT;

	if (is_neighbour_discovery(skb, ipv4))
		return NF_ACCEPT;
	nf_edge_count_refused(en->drops, snapshot->nodes, packet, judgement,
			      audit, skb->len);
	return audit ? NF_ACCEPT : NF_DROP;
}

static unsigned int refuse_early(struct nf_edge_net *en,
				 const struct nf_edge_snapshot *snapshot,
				 const struct sk_buff *skb, bool ipv4,
				 enum nf_edge_reason reason)
{
	const struct nf_edge_judgement judgement = {
		.verdict = NF_EDGE_VERDICT_DROP,
		.reason = reason,
	};

	return refuse(en, snapshot, skb, ipv4, NULL, &judgement);
}

/*
 * A packet of the local host that its VRF's own queue sends comes again, on the
 * real interface.  ip6_xmit() names that one both times.
 */
static bool comes_again(const struct sk_buff *skb)
{
	const struct dst_entry *dst = skb_dst(skb);

	return dst && netif_is_l3_master(dst->dev);
}

static struct nf_edge_arrival
arrival_on(const struct nf_edge_snapshot *snapshot,
	   const struct net_device *dev)
{
	return nf_edge_ifmap_arrival(rcu_dereference(snapshot->ifmap),
				     dev->ifindex);
}

static __always_inline unsigned int
judge_first(const struct nf_edge_snapshot *snapshot, struct sk_buff *skb,
	    const struct nf_hook_state *state, bool ipv4)
{
	struct nf_edge_net *en = nf_edge_net(state->net);
	const struct nf_edge_class *source, *destination;
	struct nf_edge_packet ports;
	u8 guards;

	if (nf_edge_exempt(skb, skb->dev) || READ_ONCE(snapshot->starting))
		return NF_ACCEPT;

	source = nf_edge_class_of(&snapshot->index, ipv4,
				  nf_edge_source(skb, ipv4));
	destination = nf_edge_class_of(&snapshot->index, ipv4,
				       nf_edge_destination(skb, ipv4));
	guards = arrival_on(snapshot, skb->dev).guards;

	if (nf_edge_spoofed(source, destination, guards))
		return refuse_early(en, snapshot, skb, ipv4,
				    NF_EDGE_REASON_SPOOFED);
	if ((!source->services && !destination->services) ||
	    nf_edge_isolated(destination, guards) ||
	    !read_ports(skb, ipv4, &ports) ||
	    nf_edge_named(source, destination, ports.l4proto,
			  ports.header_sport, ports.header_dport))
		return NF_ACCEPT;
	return refuse_early(en, snapshot, skb, ipv4, NF_EDGE_REASON_NO_ROW);
}

/**
 * nf_edge_decide_first - what can be said before conntrack
 * @snapshot: the policy, which is enforced
 * @skb: the packet
 * @state: where it is
 *
 * Spoofed sources, and headers that no row of the table names.  What may be
 * isolation is left to the deciding hook, as is what is no whole TCP or UDP
 * packet.  A policy that may yet be taken back refuses nothing.
 *
 * Context: the first hook.
 * Return: NF_ACCEPT or NF_DROP.
 */
unsigned int nf_edge_decide_first(const struct nf_edge_snapshot *snapshot,
				  struct sk_buff *skb,
				  const struct nf_hook_state *state)
{
	return state->pf == NFPROTO_IPV4 ?
	       judge_first(snapshot, skb, state, true) :
	       judge_first(snapshot, skb, state, false);
}

/* The connection that a packet belongs to: kind, port, direction, error. */
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
	 * RELATED is also the first packet of a connection that a helper
	 * expected, and a reset that the local host sends for another.
	 */
	if (unlikely(ctinfo == IP_CT_RELATED ||
		     ctinfo == IP_CT_RELATED_REPLY)) {
		int type = icmp_type(skb, ipv4);

		p->error = type >= 0;
		p->redirect = type == (ipv4 ? ICMP_REDIRECT : NDISC_REDIRECT);
	}
}

static __always_inline unsigned int
judge_packet(const struct nf_edge_snapshot *snapshot, struct sk_buff *skb,
	     const struct nf_hook_state *state, bool ipv4)
{
	const struct nf_edge_class *source, *destination;
	const struct nf_conntrack_tuple *tuple = NULL;
	const struct nf_edge_addr_index *index;
	struct nf_edge_net *en = nf_edge_net(state->net);
	struct nf_edge_judgement judgement;
	enum ip_conntrack_info ctinfo;
	struct nf_edge_packet packet;
	const struct nf_conn *ct;
	bool translated = false;

	if (!snapshot ||
	    nf_edge_exempt(skb, state->in ? state->in : state->out) ||
	    (!state->in && unlikely(comes_again(skb))))
		return NF_ACCEPT;

	ct = nf_ct_get(skb, &ctinfo);
	if (ct && unlikely(nf_ct_is_template(ct)))
		ct = NULL;
	if (likely(ct)) {
		tuple = &ct->tuplehash[IP_CT_DIR_ORIGINAL].tuple;
		translated = !nf_edge_header_is_tuple(skb, ipv4, tuple,
					     CTINFO2DIR(ctinfo) ==
					     IP_CT_DIR_ORIGINAL);
	} else if (unlikely(READ_ONCE(snapshot->starting))) {
		/* What conntrack could not see yet: nothing can be said. */
		return NF_ACCEPT;
	}

	index = &snapshot->index;
	source = nf_edge_class_of(index, ipv4, nf_edge_source(skb, ipv4));
	destination = nf_edge_class_of(index, ipv4,
				       nf_edge_destination(skb, ipv4));

	memset(&packet, 0, sizeof(packet));
	packet.header_source = source;
	packet.header_destination = destination;
	packet.arrival = NF_EDGE_LOCAL_HOST;
	if (state->in) {
		struct nf_edge_arrival arrival = arrival_on(snapshot,
							    state->in);

		packet.arrival = arrival.sides;
		packet.guards = arrival.guards;
	}

	if (likely(ct)) {
		read_connection(skb, ipv4, tuple, ctinfo, &packet);
		if (unlikely(translated)) {
			source = nf_edge_class_of(index, ipv4,
						  &tuple->src.u3);
			destination = nf_edge_class_of(index, ipv4,
						       &tuple->dst.u3);
		} else if (!packet.first_direction) {
			swap(source, destination);
		}
		if (unlikely(translated || (ct->status & IPS_NAT_MASK)) &&
		    packet.kind == NF_EDGE_KIND_ROWS && !packet.error)
			packet.unverified = read_ports(skb, ipv4, &packet);
	} else {
		packet.kind = ctinfo == IP_CT_UNTRACKED ?
			      NF_EDGE_KIND_UNTRACKED : NF_EDGE_KIND_NONE;
		packet.first_direction = true;
		packet.unverified = read_ports(skb, ipv4, &packet);
	}
	packet.source = source;
	packet.destination = destination;

	nf_edge_judge(&snapshot->words, &packet, &judgement);

	if (judgement.verdict == NF_EDGE_VERDICT_NOT_GOVERNED)
		return NF_ACCEPT;
	if (unlikely(ct && test_bit(IPS_OFFLOAD_BIT, &ct->status)))
		this_cpu_inc(en->drops->offloaded);
	if (unlikely(judgement.verdict == NF_EDGE_VERDICT_DROP))
		return refuse(en, snapshot, skb, ipv4, &packet, &judgement);

	if (packet.kind != NF_EDGE_KIND_ROWS || packet.error)
		return NF_ACCEPT;
	nf_edge_count_permitted(snapshot->nodes, &packet, judgement.rows,
				packet.first_direction &&
				!nf_ct_is_confirmed(ct), skb->len);
	return NF_ACCEPT;
}

/**
 * nf_edge_decide - judge a packet
 * @snapshot: the policy, or NULL
 * @skb: the packet
 * @state: where it is
 *
 * Context: the deciding hook.
 * Return: NF_ACCEPT or NF_DROP.
 */
unsigned int nf_edge_decide(const struct nf_edge_snapshot *snapshot,
			    struct sk_buff *skb,
			    const struct nf_hook_state *state)
{
	return state->pf == NFPROTO_IPV4 ?
	       judge_packet(snapshot, skb, state, true) :
	       judge_packet(snapshot, skb, state, false);
}
