/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The policy, read slowly and plainly: rows one by one, prefixes one by one,
 * in the order of the specification.  Nothing of it is shared with the module
 * but the table itself and the numbers of the netlink family.
 */
#ifndef REFERENCE_H
#define REFERENCE_H

#include <stdbool.h>
#include <stdint.h>

#define REF_PREFIXES	2048
#define REF_BINDINGS	64

struct ref_address {
	bool ipv6;
	uint8_t octet[16];
};

struct ref_prefix {
	struct ref_address first;
	int length;
	int set;
};

struct ref_binding {
	struct ref_address address;
	int service;
	int node;
};

struct ref_site {
	uint32_t zones;
	uint32_t features;
	uint32_t bound;
	uint32_t ping;
	bool expose_cls_ports;
	struct ref_prefix prefix[REF_PREFIXES];
	int n_prefixes;
	struct ref_binding binding[REF_BINDINGS];
	int n_bindings;
};

enum ref_state { REF_CONNECTION, REF_UNTRACKED, REF_INVALID };

enum ref_protocol { REF_TCP, REF_UDP, REF_ECHO, REF_OTHER };

/**
 * struct ref_packet - a packet as the specification sees it
 * @source: of its header
 * @destination: of its header
 * @has_ports: it is TCP or UDP, and no ICMP error about it
 * @sport: of its header
 * @dport: of its header
 * @state: what conntrack says
 * @protocol: of its connection, or its own without one
 * @from: source of the connection's original tuple
 * @to: destination of it
 * @port: destination port of it
 * @translated: NAT has a part in its connection
 * @nat: an address that NAT writes into packets of the connection
 * @first: of the connection's first direction, or of none
 * @error: an ICMP error
 * @redirect: a redirect
 * @local: the local host sends it
 * @held: sides that the interface holds
 * @bound_to: the one side that the interface is bound to, or -1
 */
struct ref_packet {
	struct ref_address source;
	struct ref_address destination;
	bool has_ports;
	uint16_t sport;
	uint16_t dport;
	enum ref_state state;
	enum ref_protocol protocol;
	struct ref_address from;
	struct ref_address to;
	uint16_t port;
	bool translated;
	struct ref_address nat;
	bool first;
	bool error;
	bool redirect;
	bool local;
	uint32_t held;
	int bound_to;
};

struct ref_verdict {
	int verdict;
	int reason;
	uint64_t rows;
	uint64_t near;
};

bool ref_same(const struct ref_address *a, const struct ref_address *b);
bool ref_contains(const struct ref_prefix *prefix,
		  const struct ref_address *address);
uint32_t ref_services(const struct ref_site *site,
		      const struct ref_address *address);
bool ref_unusable(const struct ref_address *address);
bool ref_unusable_source(const struct ref_address *address);
struct ref_verdict ref_judge(const struct ref_site *site,
			     const struct ref_packet *packet);

#endif
