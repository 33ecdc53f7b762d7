/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Comparison of fast path and slow path, on packets and connections from an
 * input.
 */
#ifndef HOOKS_H
#define HOOKS_H

#include <linux/netfilter_bridge.h>

#include "../../kmod/counters.h"
#include "../../kmod/events.h"
#include "../../kmod/hook.h"
#include "../../kmod/netdev.h"
#include "../../kmod/netns.h"
#include "../../kmod/node.h"
#include "../../kmod/publish.h"
#include "../../kmod/skb.h"
#include "../../kmod/slowpath.h"
#include "../../kmod/snapshot.h"
#include "../../kmod/table.h"
#include "site.h"

#define HOOKS_CPUS	3
#define HOOKS_NODES	8

/**
 * struct flow - a packet, and the connection that conntrack finds for it
 * @skb: the packet
 * @behind: the packet once destination NAT has translated the packet
 * @linear: the linear parts of both, of exactly that length
 * @paged: the rest of both
 * @ct: the connection
 * @template: set by a rule, for conntrack alone
 * @state: where the packet is
 * @before: _nfct before conntrack
 * @after: _nfct behind it
 * @dst: a route
 * @bridge: set by br_netfilter
 * @real: conntrack could have found the connection for the packet
 */
struct flow {
	struct sk_buff skb;
	struct sk_buff behind;
	uint8_t *linear[2];
	uint8_t *paged;
	struct nf_conn ct;
	struct nf_conn template;
	struct nf_hook_state state;
	unsigned long before;
	unsigned long after;
	struct dst_entry dst;
	struct nf_bridge_info bridge;
	bool real;
};

/**
 * struct hooks_tally - packets by outcome, so that a test sees what it tested
 * @packets: given to a deciding hook
 * @fast: decided without nf_edge_slowpath()
 * @counted: of those, counted on rows; replies apart
 * @accepted: by any way
 * @dropped: by reason, enforced and would-be
 * @connections: whose connection was asked, and had the same verdict
 * @told: events
 * @errors: ICMP errors that were accepted
 * @shown: by a bridge before
 * @first: dropped by the first hook, by reason
 * @first_fast: without nf_edge_slowpath_first()
 */
struct hooks_tally {
	uint32_t packets;
	uint32_t fast;
	uint32_t counted[2];
	uint32_t accepted;
	uint32_t dropped[NF_EDGE_REASONS][2];
	uint32_t connections;
	uint32_t told;
	uint32_t errors;
	uint32_t shown;
	uint32_t first[NF_EDGE_REASONS];
	uint32_t first_fast;
};

int hooks_init(void);
/* Ends the program with a line that begins with WRONG when the ways differ. */
void hooks_run(struct input *in, struct hooks_tally *tally);

bool connections_check(const struct flow *flow,
		       const struct nf_edge_snapshot *snapshot, int reason);

void flow_read(struct flow *flow, const struct ref_site *site, struct input *in,
	       struct net_device *const *devices, unsigned int n_devices);
void flow_free(struct flow *flow);
void flow_print(const struct flow *flow);

#endif
