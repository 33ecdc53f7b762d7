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

/* Also looped-back copies, whatever device they come back on. */
static bool never_governed(const struct sk_buff *skb,
			   const struct net_device *dev)
{
	return nf_edge_never_governed(dev) || skb->pkt_type == PACKET_LOOPBACK;
}

static __always_inline const void *source_address(const struct sk_buff *skb,
						  bool ipv4)
{
	return ipv4 ? (const void *)&ip_hdr(skb)->saddr :
					(const void *)&ipv6_hdr(skb)->saddr;
}

static __always_inline const void *
destination_address(const struct sk_buff *skb, bool ipv4)
{
	return ipv4 ? (const void *)&ip_hdr(skb)->daddr :
					(const void *)&ipv6_hdr(skb)->daddr;
}

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

/* The type of an ICMP packet of the ipv4, or -1 when it is none. */
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

static const struct nf_edge_arrival *
arrival_on(const struct nf_edge_snapshot *snapshot,
	   const struct net_device *dev)
{
	return nf_edge_ifmap_find(rcu_dereference(snapshot->ifmap),
				  dev->ifindex);
}

/* Of what names no edge address, the guards ask where it comes from. */
static __always_inline unsigned int
guard_ungoverned(struct nf_edge_net *en,
		 const struct nf_edge_snapshot *snapshot,
		 const struct sk_buff *skb, const struct net_device *in,
		 bool ipv4)
{
	const struct nf_edge_class *source;

	if (!in || !(arrival_on(snapshot, in)->guards & NF_EDGE_GUARD_EXTERNAL))
		return NF_ACCEPT;
	source = nf_edge_peer_class(snapshot->index, ipv4,
				    source_address(skb, ipv4));
	if (!(source->flags & NF_EDGE_INSIDE))
		return NF_ACCEPT;
	return refuse_early(en, snapshot, skb, ipv4, NF_EDGE_REASON_SPOOFED);
}

/*
 * What of an edge address' packet does not depend on its connection: spoofed
 * sources, and headers that no row of the table names.  What may be isolation
 * is left to the deciding hook, as is what is no whole TCP or UDP packet, and
 * what the raw table marked.
 */
static __always_inline unsigned int
first_hook(void *priv, struct sk_buff *skb, const struct nf_hook_state *state,
	   bool ipv4)
{
	const struct nf_edge_class *source, *destination;
	const struct nf_edge_snapshot *snapshot;
	struct nf_edge_net *en = priv;
	struct nf_edge_packet ports;
	u8 guards;

	snapshot = rcu_dereference(en->snapshot);
	if (!snapshot || snapshot->switches.mode != NF_EDGE_MODE_ENFORCE ||
	    never_governed(skb, state->in) || skb_get_nfct(skb))
		return NF_ACCEPT;

	source = nf_edge_edge_class(snapshot->index, ipv4,
				    source_address(skb, ipv4));
	destination = nf_edge_edge_class(snapshot->index, ipv4,
					 destination_address(skb, ipv4));
	if (!source && !destination)
		return guard_ungoverned(en, snapshot, skb, state->in, ipv4);

	if (!source)
		source = nf_edge_peer_class(snapshot->index, ipv4,
					    source_address(skb, ipv4));
	if (!destination)
		destination = nf_edge_peer_class(snapshot->index, ipv4,
						 destination_address(skb, ipv4));
	guards = arrival_on(snapshot, state->in)->guards;

	if (nf_edge_spoofed(source, destination, guards))
		return refuse_early(en, snapshot, skb, ipv4,
				    NF_EDGE_REASON_SPOOFED);
	if (nf_edge_isolated(destination, guards) ||
	    !read_ports(skb, ipv4, &ports) ||
	    nf_edge_named(source, destination, ports.l4proto,
			  ports.header_sport, ports.header_dport))
		return NF_ACCEPT;
	return refuse_early(en, snapshot, skb, ipv4, NF_EDGE_REASON_NO_ROW);
}

/*
 * Whether a packet's own addresses are those of its connection's original
 * tuple.  They are not behind a translation, and in an ICMP error.
 */
static __always_inline bool header_is_tuple(const struct sk_buff *skb,
					    bool ipv4,
					    const struct nf_conntrack_tuple *t,
					    bool original)
{
	const void *from = source_address(skb, ipv4);
	const void *to = destination_address(skb, ipv4);
	size_t size = ipv4 ? sizeof(struct in_addr) :
					       sizeof(struct in6_addr);

	if (!original)
		swap(from, to);
	return !memcmp(from, &t->src.u3, size) && !memcmp(to, &t->dst.u3, size);
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
			  (ipv4 ? ICMP_ECHO :
						    ICMPV6_ECHO_REQUEST) ?
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
		p->redirect = type == (ipv4 ?
				       ICMP_REDIRECT : NDISC_REDIRECT);
	}
}

static __always_inline unsigned int
deciding_hook(void *priv, struct sk_buff *skb,
	      const struct nf_hook_state *state, bool ipv4)
{
	const struct nf_edge_class *source, *destination;
	const struct nf_conntrack_tuple *tuple = NULL;
	const struct nf_edge_snapshot *snapshot;
	const struct nf_edge_addr_index *index;
	struct nf_edge_judgement judgement;
	struct nf_edge_net *en = priv;
	enum ip_conntrack_info ctinfo;
	struct nf_edge_packet packet;
	const struct nf_conn *ct;
	bool own_tuple = false;

	snapshot = rcu_dereference(en->snapshot);
	if (!snapshot ||
	    never_governed(skb, state->in ? state->in : state->out))
		return NF_ACCEPT;

	ct = nf_ct_get(skb, &ctinfo);
	if (ct && unlikely(nf_ct_is_template(ct)))
		ct = NULL;
	if (likely(ct)) {
		tuple = &ct->tuplehash[IP_CT_DIR_ORIGINAL].tuple;
		own_tuple = !header_is_tuple(skb, ipv4, tuple,
					     CTINFO2DIR(ctinfo) ==
					     IP_CT_DIR_ORIGINAL);
	}

	index = snapshot->index;
	source = nf_edge_edge_class(index, ipv4, source_address(skb, ipv4));
	destination = nf_edge_edge_class(index, ipv4,
					 destination_address(skb, ipv4));
	if (!source && !destination && likely(!own_tuple))
		return guard_ungoverned(en, snapshot, skb, state->in, ipv4);

	if (!source)
		source = nf_edge_peer_class(index, ipv4,
					    source_address(skb, ipv4));
	if (!destination)
		destination = nf_edge_peer_class(index, ipv4,
						 destination_address(skb, ipv4));

	memset(&packet, 0, sizeof(packet));
	packet.header_source = source;
	packet.header_destination = destination;
	packet.arrival = NF_EDGE_LOCAL_HOST;
	if (state->in) {
		const struct nf_edge_arrival *arrival =
			arrival_on(snapshot, state->in);

		packet.arrival = arrival->sides;
		packet.guards = arrival->guards;
	}

	if (likely(ct)) {
		read_connection(skb, ipv4, tuple, ctinfo, &packet);
		if (unlikely(own_tuple)) {
			source = nf_edge_class_of(index, ipv4,
						  &tuple->src.u3);
			destination = nf_edge_class_of(index, ipv4,
						       &tuple->dst.u3);
		} else if (!packet.first_direction) {
			swap(source, destination);
		}
		if (unlikely(own_tuple || (ct->status & IPS_NAT_MASK)) &&
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
	return first_hook(priv, skb, state, true);
}

static unsigned int first_ipv6(void *priv, struct sk_buff *skb,
			       const struct nf_hook_state *state)
{
	return first_hook(priv, skb, state, false);
}

static unsigned int decide_ipv4(void *priv, struct sk_buff *skb,
				const struct nf_hook_state *state)
{
	return deciding_hook(priv, skb, state, true);
}

static unsigned int decide_ipv6(void *priv, struct sk_buff *skb,
				const struct nf_hook_state *state)
{
	return deciding_hook(priv, skb, state, false);
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
