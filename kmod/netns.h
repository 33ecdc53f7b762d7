/* SPDX-License-Identifier: GPL-2.0-only */
/* State of the module in a network namespace. */
#ifndef _NF_EDGE_NETNS_H
#define _NF_EDGE_NETNS_H

#include <linux/list.h>
#include <linux/mutex.h>
#include <linux/netfilter.h>
#include <net/netns/generic.h>

#include "drops.h"

struct nf_edge_snapshot;

#define NF_EDGE_HOOKS		6
#define NF_EDGE_NAT_HOOKS	2

/**
 * struct nf_edge_net - state of the module in a network namespace
 * @snapshot: the policy in force; replaced under @mutex and RTNL
 * @drops: drop counters, which outlive every policy
 * @net: the namespace
 * @hooks: hooks that judge packets; registered while a policy is published
 * @nat_hooks: hooks after source NAT; registered with nf_nat loaded too
 * @nat_hooked: @nat_hooks are registered; under the mutex of nat.c
 * @followed: entry in the list of nat.c while a policy is published
 * @mutex: lets one change run at a time; taken before RTNL
 * @generation: number of the last change; under @mutex
 * @transactions: open transactions; under @mutex
 * @reset_mutex: lets one read-and-reset of @drops run at a time
 * @drops_base: drop counters at the last reset; under @reset_mutex
 */
struct nf_edge_net {
	struct nf_edge_snapshot __rcu *snapshot;
	struct nf_edge_drops __percpu *drops;
	struct net *net;
	struct nf_hook_ops hooks[NF_EDGE_HOOKS];
	struct nf_hook_ops nat_hooks[NF_EDGE_NAT_HOOKS];
	bool nat_hooked;
	struct list_head followed;
	struct mutex mutex;	/* the policy, generation and transactions */
	u32 generation;
	struct list_head transactions;
	struct mutex reset_mutex;	/* the base of the drops */
	struct nf_edge_drops drops_base;
};

extern unsigned int nf_edge_net_id;

/* Return the state of the module in a namespace. */
static inline struct nf_edge_net *nf_edge_net(const struct net *net)
{
	return net_generic(net, nf_edge_net_id);
}

#endif
