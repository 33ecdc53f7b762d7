/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Flows that two policies permit differently.
 */
#ifndef POLICY_FLOWS_H
#define POLICY_FLOWS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "policy/flow_peers.h"
#include "policy/policy.h"
#include "policy/rows.h"
#include "policy/spans.h"

/**
 * struct flow_end - an Edge address that both policies bind
 * @ip: the address
 * @node: its node, of each policy
 * @services: its services, of each policy, a bit an enum nf_edge_service
 */
struct flow_end {
	struct ip ip;
	const struct node *node[POLICY_COUNT];
	uint32_t services[POLICY_COUNT];
};

/**
 * struct flow_group - Edge addresses that have the same rows
 * @family: IPV4 or IPV6
 * @rows: of each policy and enum nf_edge_direction: live rows, a bit a place
 * @ping: of each policy: whether the side of the addresses may ping
 * @ends: the addresses
 * @count: number of addresses
 * @capacity: number of addresses that there is room for
 */
struct flow_group {
	unsigned int family;
	uint64_t rows[POLICY_COUNT][DIRECTION_COUNT];
	bool ping[POLICY_COUNT];
	struct flow_end *ends;
	size_t count;
	size_t capacity;
};

/**
 * struct flow - connections that open or close
 * @opens: whether they open; else they close
 * @direction: enum nf_edge_direction
 * @protocol: IPPROTO_TCP, IPPROTO_UDP, or IPPROTO_ICMP of echo requests, also
 *	those of ICMPv6
 * @low: first destination port; 0 of echo requests
 * @high: last destination port
 * @rows: rows of the policy that permits them, a bit a place
 * @group: place of the Edge addresses among the groups
 * @peers: their peers, shared with other flows
 */
struct flow {
	bool opens;
	uint8_t direction;
	uint8_t protocol;
	uint16_t low;
	uint16_t high;
	uint64_t rows;
	size_t group;
	const struct spans *peers;
};

/**
 * struct arrival_change - an interface that takes other flows
 * @name: name of the interface, NULL of all that neither policy binds
 * @sides: sides that it holds, of each policy
 * @guard: of each policy: the one side that it is bound to, as a bit, when
 *	this makes it refuse spoofed sources, else 0
 */
struct arrival_change {
	const char *name;
	uint32_t sides[POLICY_COUNT];
	uint32_t guard[POLICY_COUNT];
};

/**
 * struct flow_diff - the difference of two policies
 * @policy: the policies; have to outlive the difference
 * @tables: their rows
 * @groups: Edge addresses of both
 * @group_count: number of groups
 * @group_capacity: number of groups that there is room for
 * @flows: flows that open or close
 * @flow_count: number of flows
 * @flow_capacity: number of flows that there is room for
 * @arrivals: interfaces that take other flows
 * @arrival_count: number of interfaces
 * @arrival_capacity: number of interfaces that there is room for
 * @bound: Edge addresses of one policy only, BEFORE for those that left
 * @guarded: addresses of internal-networks that left, and that came, while an
 *	interface has a guard against them; by family
 * @cache: peers
 */
struct flow_diff {
	const struct policy *policy[POLICY_COUNT];
	struct row_table tables[POLICY_COUNT];
	struct flow_group *groups;
	size_t group_count;
	size_t group_capacity;
	struct flow *flows;
	size_t flow_count;
	size_t flow_capacity;
	struct arrival_change *arrivals;
	size_t arrival_count;
	size_t arrival_capacity;
	struct spans bound[POLICY_COUNT][FAMILY_COUNT];
	struct spans guarded[POLICY_COUNT][FAMILY_COUNT];
	struct peer_cache *cache;
};

void flows_compare(struct flow_diff *diff, const struct policy *before,
		   const struct policy *after);
bool flows_same(const struct flow_diff *diff);
void flows_free(struct flow_diff *diff);

#endif /* POLICY_FLOWS_H */
