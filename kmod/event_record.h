/* SPDX-License-Identifier: GPL-2.0-only */
/* An event: a refused packet or a permitted connection, as a record. */
#ifndef _NF_EDGE_EVENT_RECORD_H
#define _NF_EDGE_EVENT_RECORD_H

#include <linux/bits.h>
#include <linux/netfilter.h>
#include <linux/types.h>
#include <uapi/linux/nf_edge.h>

#include "drops.h"

/* Kinds of events: by enum nf_edge_reason, then permitted connections. */
#define NF_EDGE_KIND_PERMITTED	NF_EDGE_REASONS
#define NF_EDGE_KINDS		(NF_EDGE_REASONS + 1)

/**
 * enum nf_edge_event_flags - properties of an event
 * @NF_EDGE_EVENT_IPV4: the addresses are of IPv4
 * @NF_EDGE_EVENT_WOULD_BE: the packet was refused in audit, and passed
 * @NF_EDGE_EVENT_REPLY: the packet is in reply direction
 * @NF_EDGE_EVENT_ERROR: the packet is an ICMP error
 * @NF_EDGE_EVENT_PORTS: the ports could be read
 * @NF_EDGE_EVENT_ICMP: type and code could be read
 * @NF_EDGE_EVENT_TCP: the flags could be read
 */
enum nf_edge_event_flags {
	NF_EDGE_EVENT_IPV4	= BIT(0),
	NF_EDGE_EVENT_WOULD_BE	= BIT(1),
	NF_EDGE_EVENT_REPLY	= BIT(2),
	NF_EDGE_EVENT_ERROR	= BIT(3),
	NF_EDGE_EVENT_PORTS	= BIT(4),
	NF_EDGE_EVENT_ICMP	= BIT(5),
	NF_EDGE_EVENT_TCP	= BIT(6),
};

/**
 * struct nf_edge_event - a refused packet, or the first of a connection
 * @time: nanoseconds since 1970
 * @rows: near rows, or the rows that permit the connection
 * @source: address before any NAT
 * @destination: address before any NAT
 * @ifindex: the interface of arrival, or 0 for the local host
 * @len: length in octets, from the IP header on
 * @generation: the policy, by whose table and nodes the numbers are
 * @sport: source port, host order
 * @dport: destination port, host order
 * @kind: enum nf_edge_reason, or NF_EDGE_KIND_PERMITTED
 * @flags: mask of enum nf_edge_event_flags
 * @l4proto: protocol
 * @icmp_type: type of an ICMP packet
 * @icmp_code: code of an ICMP packet
 * @tcp_flags: octet 13 of a TCP header
 * @source_services: mask of enum nf_edge_service; 0 unless an edge address
 * @source_node: number of the node, with @source_services
 * @destination_services: as @source_services
 * @destination_node: number of the node, with @destination_services
 */
struct nf_edge_event {
	u64 time;
	u64 rows;
	union nf_inet_addr source;
	union nf_inet_addr destination;
	u32 ifindex;
	u32 len;
	u32 generation;
	u16 sport;
	u16 dport;
	u8 kind;
	u8 flags;
	u8 l4proto;
	u8 icmp_type;
	u8 icmp_code;
	u8 tcp_flags;
	u8 source_services;
	u8 source_node;
	u8 destination_services;
	u8 destination_node;
};

/**
 * struct nf_edge_lost - events that were not sent
 * @suppressed: events beyond the rate
 * @ring_full: events for which a ring had no place
 * @socket_full: events for which the socket had no room
 */
struct nf_edge_lost {
	u64 suppressed;
	u64 ring_full;
	u64 socket_full;
};

#endif
