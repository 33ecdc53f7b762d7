/* SPDX-License-Identifier: GPL-2.0-only */
/* A network namespace. */
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
 * struct nf_edge_net - a network namespace
 * @snapshot: the policy in force; replaced under @mutex and RTNL
 * @drops: packets refused, which outlive every policy
 * @net: the namespace
 * @hooks: registered while a policy is published
 * @nat_hooks: registered as well, once NAT is there
 * @nat_hooked: whether they are; under the mutex of nat.c
 * @followed: in the list of nat.c while a policy is published
 * @mutex: one change at a time; taken before RTNL
 * @generation: of the last change; under @mutex
 * @transactions: open ones; under @mutex
 * @reset_mutex: one read-and-reset at a time
 * @drops_base: what was refused at the last reset; under @reset_mutex
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
	struct mutex reset_mutex;	/* the bases of all counters */
	struct nf_edge_drops drops_base;
};

extern unsigned int nf_edge_net_id;

static inline struct nf_edge_net *nf_edge_net(const struct net *net)
{
	return net_generic(net, nf_edge_net_id);
}

#endif
