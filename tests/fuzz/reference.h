/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Reference of the policy, slow and plain: rows one by one, prefixes one by one,
 * in the order of the specification.  Reference and module share only the tables
 * of rows and the numbers of the netlink family.
 */
#ifndef REFERENCE_H
#define REFERENCE_H

#include <stdbool.h>
#include <stdint.h>

#define REF_PREFIXES	2048
#define REF_BINDINGS	64
#define REF_ROWS	64
#define REF_RANGES	16
#define REF_ALL_NODES	~0U
#define REF_NO_FEATURE	-1

enum ref_protocol { REF_TCP, REF_UDP, REF_ECHO, REF_OTHER };

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

struct ref_range {
	enum ref_protocol protocol;
	int low;
	int high;
};

/**
 * struct ref_row - a row of a profile or of the site's own
 * @zone: enum nf_edge_zone
 * @service: its Edge end
 * @direction: enum nf_edge_direction
 * @range: the ports in force
 * @n_ranges: number of these
 * @documented: the ports that the profile has; of no site row
 * @sets: a bit a peer set
 * @any_when_unbound: whether it has Any while none of these is bound
 * @feature: enum nf_edge_feature, or REF_NO_FEATURE
 * @nodes: a bit a node that it is of
 */
struct ref_row {
	int zone;
	int service;
	int direction;
	struct ref_range range[REF_RANGES];
	int n_ranges;
	struct ref_range documented;
	uint32_t sets;
	bool any_when_unbound;
	int feature;
	uint32_t nodes;
};

/**
 * struct ref_site - a policy
 * @profile: enum nf_edge_profile, as ref_use_profile() was told
 * @rows_off: a bit a row, in the order of the table
 * @narrow_ping: whether only addresses of @ping_peers may be pinged or ping
 * @row: the table in force: ref_use_profile() begins one
 */
struct ref_site {
	uint32_t zones;
	uint32_t features;
	uint32_t bound;
	uint32_t ping;
	bool narrow_ping;
	uint32_t ping_peers;
	int profile;
	uint64_t rows_off;
	bool expose_cls_ports;
	struct ref_row row[REF_ROWS];
	int n_rows;
	struct ref_prefix prefix[REF_PREFIXES];
	int n_prefixes;
	struct ref_binding binding[REF_BINDINGS];
	int n_bindings;
};

enum ref_state { REF_CONNECTION, REF_UNTRACKED, REF_INVALID };

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

/* Begin the table of a site with the rows of a profile, in the document's order. */
void ref_use_profile(struct ref_site *site, int profile);
/* Move the inward rows of a service that have these documented ports. */
void ref_move(struct ref_site *site, int service,
	      const struct ref_range *documented, int low, int high);
/* Add a row of the site's own; false when there is no room. */
bool ref_add_row(struct ref_site *site, const struct ref_row *row);

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
