// SPDX-License-Identifier: GPL-2.0-only
/*
 * Events: write a record for each refused packet and each permitted connection
 * into a ring of the CPU, while a socket of the namespace listens.  While a
 * tracepoint is on, give the tracepoint a record too.
 *
 * The packet path allocates nothing and takes no lock.  Each ring has one
 * writer, the CPU with its interrupts off, and one reader, who holds
 * events_mutex.  A token bucket stands before the ring.  Each event that is not
 * written is counted.
 */

#include <asm/barrier.h>
#include <linux/in.h>
#include <linux/irqflags.h>
#include <linux/jiffies.h>
#include <linux/ktime.h>	/* timekeeping.h of some kernels lacks it */
#include <linux/rcupdate.h>
#include <linux/smp.h>
#include <linux/timekeeping.h>
#include <net/ip.h>
#include <net/ipv6.h>
#include <net/netfilter/nf_conntrack.h>

#include "class.h"
#include "events.h"
#include "netns.h"
#include "skb.h"
#include "trace.h"

/* Take a token.  Tokens come at @rate a second, and add up for one second. */
static bool take_token(struct nf_edge_bucket *bucket, u32 rate)
{
	unsigned long now = jiffies;
	u32 past = min_t(unsigned long, now - bucket->since, HZ);

	bucket->since = now;
	bucket->credit = min(bucket->credit + past * rate, rate * HZ);
	if (bucket->credit < HZ)
		return false;
	bucket->credit -= HZ;
	return true;
}

/*
 * Read what conntrack knows: the direction, and what NAT has rewritten in the
 * header.  Source NAT rewrites at POST_ROUTING, destination NAT before.  An
 * ICMP error keeps its sender, which no tuple has.
 */
static void read_connection(struct nf_edge_event *e, const struct nf_conn *ct,
			    enum ip_conntrack_info ctinfo, bool leaves,
			    bool error)
{
	enum ip_conntrack_dir direction = CTINFO2DIR(ctinfo);
	const struct nf_conntrack_tuple *tuple =
		&ct->tuplehash[direction].tuple;

	if (error)
		e->flags |= NF_EDGE_EVENT_ERROR;
	else if (direction == IP_CT_DIR_REPLY)
		e->flags |= NF_EDGE_EVENT_REPLY;
	if (!(ct->status & IPS_NAT_MASK))
		return;
	e->destination = tuple->dst.u3;
	if (e->flags & NF_EDGE_EVENT_PORTS)
		e->dport = ntohs(tuple->dst.u.all);
	if (!leaves || error)
		return;
	e->source = tuple->src.u3;
	if (e->flags & NF_EDGE_EVENT_PORTS)
		e->sport = ntohs(tuple->src.u.all);
}

/* Find the transport header.  Return its offset, or -1 in a later fragment. */
static int find_transport(const struct sk_buff *skb, bool ipv4, u8 *l4proto)
{
	int network = skb_network_offset(skb), offset;
	__be16 frag_off;

	if (ipv4) {
		*l4proto = ip_hdr(skb)->protocol;
		if (ip_hdr(skb)->frag_off & htons(IP_OFFSET))
			return -1;
		return network + ip_hdrlen(skb);
	}
	*l4proto = ipv6_hdr(skb)->nexthdr;
	offset = ipv6_skip_exthdr(skb, network + sizeof(struct ipv6hdr),
				  l4proto, &frag_off);
	return frag_off & htons(~0x7) ? -1 : offset;
}

/* Read what the packet itself shows. */
static void read_packet(struct nf_edge_event *e, const struct sk_buff *skb,
			bool ipv4)
{
	int offset = find_transport(skb, ipv4, &e->l4proto);
	u8 buffer[14], *header;

	memcpy(&e->source, nf_edge_source(skb, ipv4), ipv4 ? 4 : 16);
	memcpy(&e->destination, nf_edge_destination(skb, ipv4), ipv4 ? 4 : 16);
	if (offset < 0)
		return;
	header = skb_header_pointer(skb, offset, 4, buffer);
	if (!header)
		return;
	switch (e->l4proto) {
	case IPPROTO_TCP:
	case IPPROTO_UDP:
		e->sport = header[0] << 8 | header[1];
		e->dport = header[2] << 8 | header[3];
		e->flags |= NF_EDGE_EVENT_PORTS;
		break;
	case IPPROTO_ICMP:
	case IPPROTO_ICMPV6:
		e->icmp_type = header[0];
		e->icmp_code = header[1];
		e->flags |= NF_EDGE_EVENT_ICMP;
		break;
	}
	if (e->l4proto != IPPROTO_TCP)
		return;
	header = skb_header_pointer(skb, offset, sizeof(buffer), buffer);
	if (!header)
		return;
	e->tcp_flags = header[13];
	e->flags |= NF_EDGE_EVENT_TCP;
}

/* Write the edge ends of the addresses before NAT. */
static void write_ends(struct nf_edge_event *e,
		       const struct nf_edge_packet *packet)
{
	e->source_services = packet->header_source->services;
	e->source_node = packet->header_source->node;
	e->destination_services = packet->header_destination->services;
	e->destination_node = packet->header_destination->node;
}

static void write_event(struct nf_edge_event *e,
			const struct nf_edge_snapshot *snapshot,
			const struct sk_buff *skb,
			const struct nf_hook_state *state,
			const struct nf_edge_packet *packet, u8 kind, u64 rows,
			bool would_be)
{
	bool ipv4 = state->pf == NFPROTO_IPV4;
	enum ip_conntrack_info ctinfo;
	const struct nf_conn *ct = nf_ct_get(skb, &ctinfo);

	memset(e, 0, sizeof(*e));
	e->time = ktime_get_real_ns();
	e->ifindex = state->hook == NF_INET_PRE_ROUTING ? skb->dev->ifindex :
							  skb->skb_iif;
	e->len = skb->len;
	e->generation = snapshot->generation;
	e->kind = kind;
	e->rows = rows;
	e->flags = (ipv4 ? NF_EDGE_EVENT_IPV4 : 0) |
		   (would_be ? NF_EDGE_EVENT_WOULD_BE : 0);
	write_ends(e, packet);
	read_packet(e, skb, ipv4);
	if (ct && !nf_ct_is_template(ct))
		read_connection(e, ct, ctinfo,
				state->hook == NF_INET_POST_ROUTING,
				packet->error);
}

static bool is_full(const struct nf_edge_ring *ring)
{
	/* The reader is done with the place: pairs with drain_ring(). */
	u32 tail = smp_load_acquire(&ring->tail);

	return ring->head - tail == NF_EDGE_RING_SIZE;
}

static void add(u64 *count)
{
	WRITE_ONCE(*count, *count + 1);
}

/* Write an event into the ring of this CPU, or count the event as lost. */
static void tell(const struct nf_edge_snapshot *snapshot,
		 const struct sk_buff *skb, const struct nf_hook_state *state,
		 const struct nf_edge_packet *packet, u8 kind, u64 rows,
		 bool would_be)
{
	struct nf_edge_events *events;
	struct nf_edge_event *event;
	struct nf_edge_ring *ring;
	unsigned long flags;

	events = rcu_dereference(nf_edge_net(state->net)->events);
	if (!events || !(READ_ONCE(events->wanted) & BIT(kind)))
		return;
	/* At LOCAL_OUT the packet path is preemptible. */
	local_irq_save(flags);
	ring = events->ring[smp_processor_id()];
	if (!take_token(&ring->bucket[kind], READ_ONCE(events->rate))) {
		add(&ring->suppressed[kind]);
	} else if (is_full(ring)) {
		add(&ring->full[kind]);
	} else {
		event = &ring->event[ring->head % NF_EDGE_RING_SIZE];
		write_event(event, snapshot, skb, state, packet, kind, rows,
			    would_be);
		/* The reader sees the event whole: pairs with drain_ring(). */
		smp_store_release(&ring->head, ring->head + 1);
	}
	local_irq_restore(flags);
}

/**
 * nf_edge_tell_refused - tell listeners and tracers of a refused packet
 * @snapshot: the policy
 * @skb: the packet
 * @state: state of the hook
 * @packet: properties of the packet; header_source and header_destination, and
 *	with a conntrack entry error
 * @judgement: reason, and near rows
 * @would_be: the mode is audit, and the packet passes
 *
 * Context: a hook, under rcu_read_lock(), preemptible or not.
 */
void nf_edge_tell_refused(const struct nf_edge_snapshot *snapshot,
			  const struct sk_buff *skb,
			  const struct nf_hook_state *state,
			  const struct nf_edge_packet *packet,
			  const struct nf_edge_judgement *judgement,
			  bool would_be)
{
	struct nf_edge_event event;

	if (trace_nf_edge_refused_enabled()) {
		write_event(&event, snapshot, skb, state, packet,
			    judgement->reason, judgement->near, would_be);
		trace_nf_edge_refused(state->net, snapshot, &event);
	}
	tell(snapshot, skb, state, packet, judgement->reason, judgement->near,
	     would_be);
}

/**
 * nf_edge_tell_permitted - tell listeners and tracers of a new connection
 * @snapshot: the policy
 * @skb: the packet
 * @state: state of the hook
 * @packet: properties of the packet
 * @rows: the rows that permit the connection
 *
 * Context: a hook, under rcu_read_lock(), preemptible or not.
 */
void nf_edge_tell_permitted(const struct nf_edge_snapshot *snapshot,
			    const struct sk_buff *skb,
			    const struct nf_hook_state *state,
			    const struct nf_edge_packet *packet, u64 rows)
{
	struct nf_edge_event event;

	if (trace_nf_edge_permitted_enabled()) {
		write_event(&event, snapshot, skb, state, packet,
			    NF_EDGE_KIND_PERMITTED, rows, false);
		trace_nf_edge_permitted(state->net, snapshot, &event);
	}
	tell(snapshot, skb, state, packet, NF_EDGE_KIND_PERMITTED, rows, false);
}
