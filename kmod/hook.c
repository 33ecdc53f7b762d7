// SPDX-License-Identifier: GPL-2.0-only
/*
 * A packet's way in, and its verdict out.
 *
 * The deciding hook runs behind conntrack and before NAT.  It judges every
 * packet by its connection's original tuple.  The first hook runs before
 * conntrack and only saves work: what it drops the deciding hook would drop for
 * the same reason, but a scan then costs no conntrack entry.
 */

#include <linux/icmp.h>
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/netdevice.h>
#include <linux/netfilter_ipv4.h>
#include <linux/netfilter_ipv6.h>
#include <net/ipv6.h>
#include <net/ndisc.h>
#include <net/netfilter/nf_conntrack.h>

#include "hook.h"
#include "snapshot.h"

/* Equal priorities run in the order of registration: these are ours alone. */
#define PRIORITY_FIRST	(NF_IP_PRI_CONNTRACK - 5)	/* behind raw */
#define PRIORITY_DECIDE	(NF_IP_PRI_CONNTRACK + 5)	/* before NAT */

static_assert((int)NF_IP_PRI_CONNTRACK == (int)NF_IP6_PRI_CONNTRACK);

/* Loopback, looped-back copies, and passes through a VRF device. */
static bool never_governed(const struct sk_buff *skb,
			   const struct net_device *dev)
{
	return (dev->flags & IFF_LOOPBACK) || netif_is_l3_master(dev) ||
	       skb->pkt_type == PACKET_LOOPBACK;
}

static __always_inline const struct nf_edge_class *
edge_class(const struct nf_edge_addr_index *index, u8 family, const void *addr)
{
	return family == NFPROTO_IPV4 ?
	       nf_edge_edge_ipv4(index, *(const __be32 *)addr) :
	       nf_edge_edge_ipv6(index, addr);
}

static __always_inline const struct nf_edge_class *
peer_class(const struct nf_edge_addr_index *index, u8 family, const void *addr)
{
	return family == NFPROTO_IPV4 ?
	       nf_edge_peer_ipv4(index, *(const __be32 *)addr) :
	       nf_edge_peer_ipv6(index, addr);
}

static __always_inline const void *source_address(const struct sk_buff *skb,
						  u8 family)
{
	return family == NFPROTO_IPV4 ? (const void *)&ip_hdr(skb)->saddr :
					(const void *)&ipv6_hdr(skb)->saddr;
}

static __always_inline const void *
destination_address(const struct sk_buff *skb, u8 family)
{
	return family == NFPROTO_IPV4 ? (const void *)&ip_hdr(skb)->daddr :
					(const void *)&ipv6_hdr(skb)->daddr;
}

/*
 * Finds the transport header of a whole packet: its protocol, or -1 when it is
 * a fragment or cannot be parsed.
 */
static int transport(const struct sk_buff *skb, u8 family, int *offset)
{
	__be16 frag_off;
	u8 protocol;

	if (family == NFPROTO_IPV4) {
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
static bool read_ports(const struct sk_buff *skb, u8 family,
		       struct nf_edge_packet *p)
{
	__be16 buffer[2], *ports;
	int protocol, offset;

	protocol = transport(skb, family, &offset);
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

/* Neighbour discovery passes before any guard; asked only of what would not. */
static bool is_neighbour_discovery(const struct sk_buff *skb, u8 family)
{
	u8 buffer, *type;
	int offset;

	if (family != NFPROTO_IPV6 || ipv6_hdr(skb)->hop_limit != 255 ||
	    transport(skb, family, &offset) != IPPROTO_ICMPV6)
		return false;
	type = skb_header_pointer(skb, offset, sizeof(buffer), &buffer);
	return type && *type >= NDISC_ROUTER_SOLICITATION &&
	       *type <= NDISC_REDIRECT;
}

static bool is_redirect(const struct sk_buff *skb, u8 family)
{
	u8 buffer, *type;
	int offset;

	if (transport(skb, family, &offset) < 0)
		return false;
	type = skb_header_pointer(skb, offset, sizeof(buffer), &buffer);
	return type && *type == (family == NFPROTO_IPV4 ? ICMP_REDIRECT :
							 NDISC_REDIRECT);
}

static unsigned int refuse(struct nf_edge_net *en,
			   const struct nf_edge_snapshot *snapshot,
			   const struct sk_buff *skb, u8 family,
			   const struct nf_edge_packet *packet,
			   const struct nf_edge_judgement *judgement)
{
	bool audit = snapshot->switches.mode == NF_EDGE_MODE_AUDIT;

	if (is_neighbour_discovery(skb, family))
		return NF_ACCEPT;
	nf_edge_count_refused(en->drops, snapshot->nodes, packet, judgement,
			      audit, skb->len);
	return audit ? NF_ACCEPT : NF_DROP;
}

/*
 * What of an edge address' packet does not depend on its connection: spoofed
 * sources, and headers that no row of the table names.  What may be isolation
 * is left to the deciding hook, as is what is no whole TCP or UDP packet, and
 * what the raw table marked.
 */
static __always_inline unsigned int
first_hook(void *priv, struct sk_buff *skb, const struct nf_hook_state *state,
	   u8 family)
{
	struct nf_edge_judgement judgement = {
		.verdict = NF_EDGE_VERDICT_DROP,
	};
	struct nf_edge_packet packet = { .first_direction = true };
	const struct nf_edge_class *source, *destination;
	const struct nf_edge_snapshot *snapshot;
	const struct nf_edge_arrival *arrival;
	struct nf_edge_net *en = priv;
	bool governed;

	snapshot = rcu_dereference(en->snapshot);
	if (!snapshot || snapshot->switches.mode != NF_EDGE_MODE_ENFORCE ||
	    never_governed(skb, state->in) || skb_get_nfct(skb))
		return NF_ACCEPT;

	arrival = nf_edge_ifmap_find(rcu_dereference(snapshot->ifmap),
				     state->in->ifindex);
	source = edge_class(snapshot->index, family,
			    source_address(skb, family));
	destination = edge_class(snapshot->index, family,
				 destination_address(skb, family));
	governed = source || destination;
	if (!governed && !arrival->guards)
		return NF_ACCEPT;

	if (!source)
		source = peer_class(snapshot->index, family,
				    source_address(skb, family));
	if (!destination)
		destination = peer_class(snapshot->index, family,
					 destination_address(skb, family));
	packet.header_source = source;
	packet.header_destination = destination;

	if (nf_edge_spoofed(source, destination, arrival->guards)) {
		judgement.reason = NF_EDGE_REASON_SPOOFED;
		return refuse(en, snapshot, skb, family, &packet, &judgement);
	}
	if (!governed || nf_edge_isolated(destination, arrival->guards) ||
	    !read_ports(skb, family, &packet) ||
	    nf_edge_named(source, destination, packet.l4proto,
			  packet.header_sport, packet.header_dport))
		return NF_ACCEPT;

	judgement.reason = NF_EDGE_REASON_NO_ROW;
	return refuse(en, snapshot, skb, family, &packet, &judgement);
}

/* RELATED is also what conntrack calls a connection that a helper expected. */
static bool begins_expected(const struct sk_buff *skb, u8 family,
			    const struct nf_conn *ct)
{
	int offset;

	return test_bit(IPS_EXPECTED_BIT, &ct->status) &&
	       transport(skb, family, &offset) == nf_ct_protonum(ct);
}

/* The connection that a packet belongs to, into @p: kind, ports, direction. */
static void read_connection(const struct sk_buff *skb, u8 family,
			    const struct nf_conn *ct,
			    enum ip_conntrack_info ctinfo,
			    struct nf_edge_packet *p)
{
	const struct nf_conntrack_tuple *tuple =
		&ct->tuplehash[IP_CT_DIR_ORIGINAL].tuple;

	p->l4proto = tuple->dst.protonum;
	p->first_direction = CTINFO2DIR(ctinfo) == IP_CT_DIR_ORIGINAL;
	p->error = (ctinfo == IP_CT_RELATED ||
		    ctinfo == IP_CT_RELATED_REPLY) &&
		   !begins_expected(skb, family, ct);

	switch (p->l4proto) {
	case IPPROTO_TCP:
	case IPPROTO_UDP:
		p->kind = NF_EDGE_KIND_ROWS;
		p->dport = ntohs(tuple->dst.u.all);
		break;
	case IPPROTO_ICMP:
	case IPPROTO_ICMPV6:
		p->kind = tuple->dst.u.icmp.type ==
			  (family == NFPROTO_IPV4 ? ICMP_ECHO :
						    ICMPV6_ECHO_REQUEST) ?
			  NF_EDGE_KIND_ECHO : NF_EDGE_KIND_OTHER;
		break;
	default:
		p->kind = NF_EDGE_KIND_OTHER;
	}
}

static __always_inline unsigned int
deciding_hook(void *priv, struct sk_buff *skb,
	      const struct nf_hook_state *state, u8 family)
{
	const struct nf_edge_class *source, *destination;
	const struct nf_edge_snapshot *snapshot;
	const struct nf_edge_addr_index *index;
	struct nf_edge_packet packet = {};
	struct nf_edge_judgement judgement;
	enum ip_conntrack_info ctinfo;
	struct nf_edge_net *en = priv;
	const struct nf_conn *ct;
	bool own_tuple;

	snapshot = rcu_dereference(en->snapshot);
	if (!snapshot ||
	    never_governed(skb, state->in ? state->in : state->out))
		return NF_ACCEPT;

	if (state->hook == NF_INET_LOCAL_OUT) {
		packet.arrival = NF_EDGE_LOCAL_HOST;
	} else {
		const struct nf_edge_arrival *arrival =
			nf_edge_ifmap_find(rcu_dereference(snapshot->ifmap),
					   state->in->ifindex);

		packet.arrival = arrival->sides;
		packet.guards = arrival->guards;
	}

	index = snapshot->index;
	source = edge_class(index, family, source_address(skb, family));
	destination = edge_class(index, family,
				 destination_address(skb, family));

	ct = nf_ct_get(skb, &ctinfo);
	if (ct && unlikely(nf_ct_is_template(ct)))
		ct = NULL;
	/* A connection with addresses of its own: translated, or cited. */
	own_tuple = ct && ((ct->status & IPS_NAT_MASK) ||
			   ctinfo == IP_CT_RELATED ||
			   ctinfo == IP_CT_RELATED_REPLY);
	if (!source && !destination && !own_tuple && !packet.guards)
		return NF_ACCEPT;

	if (!source)
		source = peer_class(index, family, source_address(skb, family));
	if (!destination)
		destination = peer_class(index, family,
					 destination_address(skb, family));
	packet.header_source = source;
	packet.header_destination = destination;

	if (likely(ct)) {
		read_connection(skb, family, ct, ctinfo, &packet);
		if (unlikely(own_tuple)) {
			const struct nf_conntrack_tuple *tuple =
				&ct->tuplehash[IP_CT_DIR_ORIGINAL].tuple;

			source = edge_class(index, family, &tuple->src.u3) ?:
				 peer_class(index, family, &tuple->src.u3);
			destination =
				edge_class(index, family, &tuple->dst.u3) ?:
				peer_class(index, family, &tuple->dst.u3);
		} else if (!packet.first_direction) {
			swap(source, destination);
		}
		if (packet.error)
			packet.redirect = is_redirect(skb, family);
		else if (ct->status & IPS_NAT_MASK &&
			 packet.kind == NF_EDGE_KIND_ROWS)
			packet.unverified = read_ports(skb, family, &packet);
	} else {
		packet.kind = ctinfo == IP_CT_UNTRACKED ?
			      NF_EDGE_KIND_UNTRACKED : NF_EDGE_KIND_NONE;
		packet.first_direction = true;
		packet.unverified = read_ports(skb, family, &packet);
	}
	packet.source = source;
	packet.destination = destination;

	nf_edge_judge(&snapshot->words, &packet, &judgement);

	if (unlikely(judgement.verdict == NF_EDGE_VERDICT_DROP))
		return refuse(en, snapshot, skb, family, &packet, &judgement);
	if (judgement.verdict == NF_EDGE_VERDICT_NOT_GOVERNED)
		return NF_ACCEPT;

	if (unlikely(ct && test_bit(IPS_OFFLOAD_BIT, &ct->status)))
		this_cpu_inc(en->drops->offloaded);
	if (packet.kind == NF_EDGE_KIND_ROWS && !packet.error)
		nf_edge_count_permitted(snapshot->nodes, &packet,
					judgement.rows,
					packet.first_direction &&
					!nf_ct_is_confirmed(ct), skb->len);
	return NF_ACCEPT;
}

static unsigned int first_ipv4(void *priv, struct sk_buff *skb,
			       const struct nf_hook_state *state)
{
	return first_hook(priv, skb, state, NFPROTO_IPV4);
}

static unsigned int first_ipv6(void *priv, struct sk_buff *skb,
			       const struct nf_hook_state *state)
{
	return first_hook(priv, skb, state, NFPROTO_IPV6);
}

static unsigned int decide_ipv4(void *priv, struct sk_buff *skb,
				const struct nf_hook_state *state)
{
	return deciding_hook(priv, skb, state, NFPROTO_IPV4);
}

static unsigned int decide_ipv6(void *priv, struct sk_buff *skb,
				const struct nf_hook_state *state)
{
	return deciding_hook(priv, skb, state, NFPROTO_IPV6);
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
		.hook		= decide_ipv4,
		.pf		= NFPROTO_IPV4,
		.hooknum	= NF_INET_PRE_ROUTING,
		.priority	= PRIORITY_DECIDE,
	},
	{
		.hook		= decide_ipv6,
		.pf		= NFPROTO_IPV6,
		.hooknum	= NF_INET_PRE_ROUTING,
		.priority	= PRIORITY_DECIDE,
	},
	{
		.hook		= decide_ipv4,
		.pf		= NFPROTO_IPV4,
		.hooknum	= NF_INET_LOCAL_OUT,
		.priority	= PRIORITY_DECIDE,
	},
	{
		.hook		= decide_ipv6,
		.pf		= NFPROTO_IPV6,
		.hooknum	= NF_INET_LOCAL_OUT,
		.priority	= PRIORITY_DECIDE,
	},
};

/**
 * nf_edge_hooks_init - a namespace's own copy of the hooks
 * @en: the namespace, which each hook is handed
 */
void nf_edge_hooks_init(struct nf_edge_net *en)
{
	int i;

	memcpy(en->hooks, hooks, sizeof(hooks));
	for (i = 0; i < NF_EDGE_HOOKS; i++)
		en->hooks[i].priv = en;
}
