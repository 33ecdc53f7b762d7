/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Connections in the table of connection tracking.
 */
#ifndef POLICY_TRACKED_H
#define POLICY_TRACKED_H

#include <stddef.h>
#include <stdint.h>

#include "policy/address.h"

/**
 * struct tracked - a connection
 * @protocol: IPPROTO_TCP, _UDP, _ICMP, _ICMPV6 or another
 * @icmp_type: of ICMP and ICMPv6, type of the first packet
 * @source: of the original tuple, before NAT
 * @destination: of the original tuple
 * @reply_source: of the reply tuple
 * @reply_destination: of the reply tuple
 * @source_port: of the original tuple, host order; 0 without ports
 * @destination_port: of the original tuple
 */
struct tracked {
	uint8_t protocol;
	uint8_t icmp_type;
	struct ip source;
	struct ip destination;
	struct ip reply_source;
	struct ip reply_destination;
	uint16_t source_port;
	uint16_t destination_port;
};

/**
 * struct tracked_list - the connections of a namespace
 * @items: the connections
 * @count: how many
 * @capacity: how many there is room for
 */
struct tracked_list {
	struct tracked *items;
	size_t count;
	size_t capacity;
};

#endif /* POLICY_TRACKED_H */
