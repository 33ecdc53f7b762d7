/* SPDX-License-Identifier: GPL-2.0-only */
/* Verdict of a packet. */
#ifndef _NF_EDGE_JUDGE_H
#define _NF_EDGE_JUDGE_H

#include <asm/byteorder.h>

#include "class.h"
#include "table.h"

/**
 * enum nf_edge_kind - kind of connection that a packet belongs to
 * @NF_EDGE_KIND_ROWS: TCP or UDP, which rows permit
 * @NF_EDGE_KIND_ECHO: ICMP echo
 * @NF_EDGE_KIND_OTHER: another protocol
 * @NF_EDGE_KIND_UNTRACKED: no connection, because a rule said NOTRACK
 * @NF_EDGE_KIND_NONE: no connection, for any other cause
 */
enum nf_edge_kind {
	NF_EDGE_KIND_ROWS,
	NF_EDGE_KIND_ECHO,
	NF_EDGE_KIND_OTHER,
	NF_EDGE_KIND_UNTRACKED,
	NF_EDGE_KIND_NONE,
};

/**
 * struct nf_edge_packet - properties of a packet that decide its verdict
 * @header_source: class of the source in the packet's own header
 * @header_destination: class of the destination in the packet's own header,
 *	before destination NAT
 * @source: class of the source in the connection's original tuple, or in the
 *	header without a connection
 * @destination: class of the destination in the original tuple, or in the
 *	header without a connection
 * @dport: destination port of the original tuple, host order
 * @header_sport: source port in the header, host order; set with @unverified
 * @header_dport: destination port in the header, host order; set with
 *	@unverified
 * @kind: enum nf_edge_kind
 * @l4proto: protocol of the original tuple, or of the header without one
 * @arrival: set of sides of the interface, or NF_EDGE_LOCAL_HOST
 * @guards: mask of enum nf_edge_guard
 * @first_direction: in original direction, or without a connection
 * @error: an ICMP error, which cites the connection
 * @redirect: an ICMP redirect
 * @unverified: TCP or UDP without a connection: the packet's own ports must be
 *	checked against the table
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
 * @rows: with NF_EDGE_VERDICT_ACCEPT, the rows that permit the packet: inbound
 *	rows of the destination's node, outbound rows of the source's node
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

/* Reasons whose near rows count the packet as denied. */
#define NF_EDGE_REASONS_DENYING	(BIT(NF_EDGE_REASON_CLS_GUARD) |	\
				 BIT(NF_EDGE_REASON_INTERFACE) |	\
				 BIT(NF_EDGE_REASON_PEER) |		\
				 BIT(NF_EDGE_REASON_DISABLED))

/*
 * Check whether a packet is spoofed: its source is wrong for the interface, or
 * an address is martian.  Packets of no edge address may be spoofed too.
 */
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

/* Check whether the isolation guard covers packets to @destination. */
static inline bool nf_edge_isolated(const struct nf_edge_class *destination,
				    u8 guards)
{
	return (guards & NF_EDGE_GUARD_EXTERNAL) &&
	       (destination->services & NF_EDGE_INTERNAL_SERVICE);
}

/**
 * nf_edge_ports_listed - check whether a row lists the ports of a header
 * @table: the table
 * @source: class of the source
 * @destination: class of the destination
 * @l4proto: IPPROTO_TCP or IPPROTO_UDP
 * @sport: source port, host order
 * @dport: destination port, host order
 *
 * Service, protocol and port of a row must fit an edge end.  The packet may be
 * a request or a reply: one of its two ports is the row's port.
 *
 * Context: any.
 * Return: true if a row, live or dead, lists the ports.
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
 * nf_edge_permitting - find the rows that permit a TCP or UDP connection
 * @masks: masks of the policy
 * @by_port: the rows that list protocol and destination port of the original
 *	tuple
 * @source: class of the source in the original tuple
 * @destination: class of the destination in the original tuple
 * @arrival: set of sides, NF_EDGE_LOCAL_HOST or NF_EDGE_ANYWHERE
 * @from_edge: the source is an edge address
 *
 * Two checks are left to the caller: nf_edge_logging_port() and
 * nf_edge_unsatisfied().
 *
 * Context: any.
 * Return: a mask of rows.
 */
static __always_inline u64
nf_edge_permitting(const struct nf_edge_masks *masks, u64 by_port,
		   const struct nf_edge_class *source,
		   const struct nf_edge_class *destination,
		   u8 arrival, bool from_edge)
{
	return by_port & source->as_source & destination->as_destination &
	       masks->permitting[from_edge][arrival];
}

/*
 * Check whether @port is a logging port that a row of @rows may not open.  Of
 * another protocol than the guard's, a row may open the port all the same.
 */
static __always_inline bool
nf_edge_logging_port(const struct nf_edge_masks *masks, u64 rows, __be16 port)
{
	const struct nf_edge_table *table;
	u16 dport;

	if (likely(!(rows & masks->guarded)))
		return false;
	table = nf_edge_table_of(masks);
	dport = be16_to_cpu(port);
	return dport >= table->guard.low && dport <= table->guard.high;
}

/* Check whether an edge end of a connection has no row in @rows. */
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
