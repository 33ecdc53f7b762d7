/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _NF_EDGE_SLOWPATH_H
#define _NF_EDGE_SLOWPATH_H

#include <linux/netfilter.h>
#include <linux/skbuff.h>

struct nf_edge_snapshot;

bool __nf_edge_may_be_translated(const struct sk_buff *skb,
				 const struct nf_hook_state *state);

/**
 * nf_edge_may_be_translated - whether a header may be NAT's work
 * @skb: a packet that conntrack has not seen
 * @state: where the packet is
 *
 * A packet of a connection that the host's NAT translates is judged by the
 * original tuple, which only conntrack knows.
 *
 * Context: the first hook, for packets that would be dropped there.
 * Return: false if the packet begins a connection, or belongs to none.
 */
static inline bool nf_edge_may_be_translated(const struct sk_buff *skb,
					     const struct nf_hook_state *state)
{
	return unlikely(rcu_access_pointer(nf_nat_hook)) &&
	       __nf_edge_may_be_translated(skb, state);
}

unsigned int nf_edge_slowpath_first(const struct nf_edge_snapshot *snapshot,
				    struct sk_buff *skb,
				    const struct nf_hook_state *state);
unsigned int nf_edge_slowpath(const struct nf_edge_snapshot *snapshot,
			      struct sk_buff *skb,
			      const struct nf_hook_state *state);

#endif
