/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _NF_EDGE_JUDGE_H
#define _NF_EDGE_JUDGE_H

#include "class.h"
#include "table.h"

/**
 * enum nf_edge_kind - how a packet belongs to its connection
 * @NF_EDGE_KIND_ROWS: TCP or UDP
 * @NF_EDGE_KIND_ECHO: ICMP echo
 * @NF_EDGE_KIND_OTHER: of another protocol
 * @NF_EDGE_KIND_UNTRACKED: marked untracked, so of none
 * @NF_EDGE_KIND_NONE: of none
 */
enum nf_edge_kind {
	NF_EDGE_KIND_ROWS,
	NF_EDGE_KIND_ECHO,
	NF_EDGE_KIND_OTHER,
	NF_EDGE_KIND_UNTRACKED,
	NF_EDGE_KIND_NONE,
};

/**
 * struct nf_edge_packet - all that a verdict depends on
 * @header_source: class of the source in the packet's own header
 * @header_destination: class of the destination there, before NAT
 * @source: class of the source in the connection's original tuple; the header's
 *	when there is no connection
 * @destination: class of the destination in the original tuple; the header's
 *	when there is no connection
 * @dport: destination port of the original tuple, host order
 * @header_sport: the packet's own, for @unverified
 * @header_dport: the packet's own, for @unverified
 * @kind: enum nf_edge_kind
 * @l4proto: protocol of the original tuple, or of the header without one
 * @arrival: set of sides of the interface, or NF_EDGE_LOCAL_HOST
 * @guards: enum nf_edge_guard
 * @first_direction: in its connection's first direction, or of none
 * @error: an ICMP error, which cites the connection
 * @redirect: the error is a redirect
 * @unverified: TCP or UDP of no connection, so that only the packet's own
 *	header says what it is
 * @nat_to_edge: NAT writes an edge address into packets of the connection
 */
struct nf_edge_packet {
	const struct nf_edge_class *header_source;
	const struct nf_edge_class *header_destination;
	const struct nf_edge_class *source;
	const struct nf_edge_class *destination;
	u16 dport;
	u16 header_sport;
	u16 header_dport;
	u8 kind;
	u8 l4proto;
	u8 arrival;
	u8 guards;
	bool first_direction;
	bool error;
	bool redirect;
	bool unverified;
	bool nat_to_edge;
};

/**
 * struct nf_edge_judgement - a verdict and its grounds
 * @rows: with NF_EDGE_VERDICT_ACCEPT, the rows that permit the packet; those
 *	inbound are the destination node's, those outbound the source node's
 * @near: with NF_EDGE_VERDICT_DROP, the near rows of the reason
 * @verdict: enum nf_edge_verdict
 * @reason: with NF_EDGE_VERDICT_DROP, enum nf_edge_reason
 */
struct nf_edge_judgement {
	u64 rows;
	u64 near;
	u8 verdict;
	u8 reason;
};

/* Near rows of these reasons count the packet as denied. */
#define NF_EDGE_REASONS_DENYING	(BIT(NF_EDGE_REASON_CLS_GUARD) |	\
				 BIT(NF_EDGE_REASON_INTERFACE) |	\
				 BIT(NF_EDGE_REASON_PEER) |		\
				 BIT(NF_EDGE_REASON_DISABLED))

/* Whether a guard calls the packet spoofed; holds for ungoverned ones too. */
static inline bool nf_edge_spoofed(const struct nf_edge_class *source,
				   const struct nf_edge_class *destination,
				   u8 guards)
{
	if (source->spoofed_on & guards &
	    (NF_EDGE_GUARD_EXTERNAL | NF_EDGE_GUARD_INTERNAL))
		return true;
	return (destination->services &&
		(source->flags & (NF_EDGE_MARTIAN | NF_EDGE_MARTIAN_SOURCE))) ||
	       (source->services && (destination->flags & NF_EDGE_MARTIAN));
}

/* Whether the isolation guard looks at packets to @destination. */
static inline bool nf_edge_isolated(const struct nf_edge_class *destination,
				    u8 guards)
{
	return (guards & NF_EDGE_GUARD_EXTERNAL) &&
	       (destination->services & NF_EDGE_INTERNAL_SERVICE);
}

/**
 * nf_edge_ports_listed - whether some row of the table names a header
 * @table: the table
 * @source: class of its source
 * @destination: class of its destination
 * @l4proto: IPPROTO_TCP or IPPROTO_UDP
 * @sport: source port, host order
 * @dport: destination port, host order
 *
 * Looks at service, protocol and ports alone, in either direction, at each
 * edge end: the packet may be a request or a reply.
 */
static inline bool
nf_edge_ports_listed(const struct nf_edge_table *table,
		     const struct nf_edge_class *source,
		     const struct nf_edge_class *destination,
		     u8 l4proto, u16 sport, u16 dport)
{
	const struct nf_edge_port_map *map = &table->port_map;
	u64 requests = destination->own_in | source->own_out;
	u64 replies = destination->own_out | source->own_in;

	return (nf_edge_rows_by_port(map, l4proto, dport) & requests) ||
	       (nf_edge_rows_by_port(map, l4proto, sport) & replies);
}

/**
 * nf_edge_permitting - the rows that permit a TCP or UDP connection
 * @masks: the policy's masks
 * @source: class of the source of its original tuple
 * @destination: class of the destination of its original tuple
 * @l4proto: IPPROTO_TCP or IPPROTO_UDP
 * @dport: its destination port, host order
 * @arrival: set of sides, NF_EDGE_LOCAL_HOST or NF_EDGE_ANYWHERE
 * @from_edge: the source is an edge address
 *
 * The logging-port guard comes on top, and each edge end needs a row of its
 * own.
 */
static __always_inline u64
nf_edge_permitting(const struct nf_edge_masks *masks,
		   const struct nf_edge_class *source,
		   const struct nf_edge_class *destination,
		   u8 l4proto, u16 dport, u8 arrival, bool from_edge)
{
	return nf_edge_rows_by_port(&masks->table->port_map, l4proto, dport) &
	       source->as_source & destination->as_destination &
	       masks->permitting[arrival][from_edge];
}

/* Whether the logging-port guard takes some of @rows back. */
static __always_inline bool
nf_edge_logging_port(const struct nf_edge_masks *masks, u64 rows, u16 dport)
{
	const struct nf_edge_table *table;

	if (likely(!(rows & masks->guarded)))
		return false;
	table = nf_edge_table_of(masks);
	return dport >= table->guard.port_low &&
	       dport <= table->guard.port_high;
}

/* Whether an edge end of a connection has no row among @rows. */
static inline bool
nf_edge_unsatisfied(const struct nf_edge_table *table,
		    const struct nf_edge_class *source,
		    const struct nf_edge_class *destination, u64 rows)
{
	return (destination->services && !(rows & table->in)) ||
	       (source->services && !(rows & table->out));
}

void nf_edge_judge(const struct nf_edge_masks *masks,
		   const struct nf_edge_packet *packet,
		   struct nf_edge_judgement *judgement);

#endif
