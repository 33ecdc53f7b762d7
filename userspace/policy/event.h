/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * An event: a refused packet, or the first packet of a permitted connection.
 */
#ifndef POLICY_EVENT_H
#define POLICY_EVENT_H

#include <linux/nf_edge.h>
#include <stdbool.h>
#include <stdint.h>

#include "policy/address.h"
#include "policy/rows.h"

/* Rows and prefixes of a filter, at most. */
#define FILTER_MAX	NF_EDGE_MAX_FILTERS

/**
 * struct event - a packet
 * @time: nanoseconds since 1970
 * @verdict: NF_EDGE_VERDICT_ACCEPT or _DROP
 * @reason: enum nf_edge_reason, or -1
 * @mode: enum nf_edge_mode of a refusal, or -1
 * @rows: rows that permit the connection
 * @near: near rows of the refusal
 * @source_node: node of the source, or empty
 * @destination_node: node of the destination, or empty
 * @source_services: services bound to the source, a bit an enum
 *	nf_edge_service
 * @destination_services: as @source_services
 * @in: interface of arrival; empty when the local host sent the packet, or
 *	when the interface is gone
 * @ifindex: its number, or 0
 * @protocol: IPPROTO_TCP, ...
 * @source: address before any NAT
 * @destination: address before any NAT
 * @has_ports: the ports could be read
 * @source_port: in host order
 * @destination_port: in host order
 * @icmp_type: type of an ICMP packet, or -1
 * @icmp_code: code of an ICMP packet, or -1
 * @tcp_flags: octet 13 of the TCP header, or -1
 * @length: octets from the IP header on
 * @reply: the packet is in reply direction
 * @error: the packet is an ICMP error
 * @generation: of the policy that judged
 */
struct event {
	uint64_t time;
	uint32_t verdict;
	int reason;
	int mode;
	struct row_ids rows;
	struct row_ids near;
	char source_node[NF_EDGE_NODE_NAME_MAX + 1];
	char destination_node[NF_EDGE_NODE_NAME_MAX + 1];
	uint32_t source_services;
	uint32_t destination_services;
	char in[NF_EDGE_INTERFACE_NAME_MAX + 1];
	uint32_t ifindex;
	uint8_t protocol;
	struct ip source;
	struct ip destination;
	bool has_ports;
	uint16_t source_port;
	uint16_t destination_port;
	int icmp_type;
	int icmp_code;
	int tcp_flags;
	uint32_t length;
	bool reply;
	bool error;
	uint32_t generation;
};

/**
 * struct loss - events of one kind that were not sent since the listener began
 * @verdict: NF_EDGE_VERDICT_ACCEPT or _DROP
 * @reason: enum nf_edge_reason, or -1
 * @suppressed: events beyond the rate
 * @ring_full: events for which the module had no room
 * @socket_full: events for which the socket had no room
 */
struct loss {
	uint32_t verdict;
	int reason;
	uint64_t suppressed;
	uint64_t ring_full;
	uint64_t socket_full;
};

/**
 * struct event_filter - the events that a listener wants
 * @verdicts: a bit an enum nf_edge_verdict, 0 for all
 * @reasons: a bit an enum nf_edge_reason, 0 for all
 * @zones: a bit an enum nf_edge_zone, 0 for all
 * @node: name of a node, or NULL
 * @rows: ids of rows; none for all
 * @row_count: number of rows
 * @prefixes: prefixes of source or destination; none for all
 * @lengths: their lengths
 * @prefix_count: number of prefixes
 * @rate: events a second of a processor and a reason; 0 for the usual
 */
struct event_filter {
	uint32_t verdicts;
	uint32_t reasons;
	uint32_t zones;
	const char *node;
	const char *rows[FILTER_MAX];
	size_t row_count;
	struct ip prefixes[FILTER_MAX];
	unsigned int lengths[FILTER_MAX];
	size_t prefix_count;
	uint32_t rate;
};

#endif /* POLICY_EVENT_H */
