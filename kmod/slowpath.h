/* SPDX-License-Identifier: GPL-2.0-only */
/* Entries of the slow path, for the fast path of both hooks. */
#ifndef _NF_EDGE_SLOWPATH_H
#define _NF_EDGE_SLOWPATH_H

#include <linux/netfilter.h>
#include <linux/skbuff.h>

struct nf_edge_snapshot;

bool __nf_edge_may_be_translated(const struct sk_buff *skb,
				 const struct nf_hook_state *state);

/**
 * nf_edge_may_be_translated - check whether NAT may translate a packet
 * @skb: a packet that conntrack has not seen
 * @state: state of the hook
 *
 * The first hook may not drop a packet of a translated connection: the deciding
 * hook judges that packet by the original tuple, which only conntrack has.
 *
 * Context: the first hook, under rcu_read_lock(), before a drop.
 * Return: false if the packet opens a connection or belongs to none.
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
