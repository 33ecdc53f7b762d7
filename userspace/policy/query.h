/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A question to the classifier, and its answer.
 */
#ifndef POLICY_QUERY_H
#define POLICY_QUERY_H

#include <linux/nf_edge.h>
#include <stdbool.h>
#include <stdint.h>

#include "policy/address.h"
#include "policy/peer_set.h"
#include "policy/rows.h"

/**
 * struct query - the first packet of a connection
 * @in: interface of arrival, empty when the local host sends the packet
 * @protocol: IPPROTO_TCP, _UDP, _ICMP or _ICMPV6; the latter two mean an echo
 *	request
 * @source: source address
 * @destination: destination address
 * @port: destination port; 0 for an echo request
 * @set: a peer set of the policy that an end stands for, whose address is then
 *	any of the set; else NULL
 * @set_is_source: the source is this end
 * @has_set: an end is the name of a peer set, looked up or not
 * @has_words: an end or a port is a word
 */
struct query {
	char in[NF_EDGE_INTERFACE_NAME_MAX + 1];
	uint8_t protocol;
	struct ip source;
	struct ip destination;
	uint16_t port;
	const struct peer_set *set;
	bool set_is_source;
	bool has_set;
	bool has_words;
};

/**
 * struct verdict - answer of the classifier
 * @verdict: enum nf_edge_verdict
 * @reason: enum nf_edge_reason, or -1
 * @rows: names of the rows that permit the packet; the answer may be of a policy
 *	that is not in force
 * @near: the rows that nearly do
 * @source_node: node of the source, or empty
 * @destination_node: node of the destination, or empty
 * @mode: enum nf_edge_mode, or -1 without a policy
 * @profile: enum nf_edge_profile that the rows are of, or -1 without a policy
 * @generation: of the policy that was asked
 */
struct verdict {
	uint32_t verdict;
	int reason;
	struct row_ids rows;
	struct row_ids near;
	char source_node[NF_EDGE_NODE_NAME_MAX + 1];
	char destination_node[NF_EDGE_NODE_NAME_MAX + 1];
	int mode;
	int profile;
	uint32_t generation;
};

#endif /* POLICY_QUERY_H */
