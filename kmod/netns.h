/* SPDX-License-Identifier: GPL-2.0-only */
/* State of the module in a network namespace. */
#ifndef _NF_EDGE_NETNS_H
#define _NF_EDGE_NETNS_H

#include <linux/hrtimer.h>
#include <linux/list.h>
#include <linux/mutex.h>
#include <linux/netfilter.h>
#include <linux/spinlock.h>
#include <linux/workqueue.h>
#include <net/netns/generic.h>

#include "drops.h"
#include "event_record.h"

struct nf_edge_events;
struct nf_edge_net;
struct nf_edge_pending;
struct nf_edge_snapshot;

/* Send what is in the rings; the second is a policy that is out of force. */
typedef void (*nf_edge_drain_fn)(struct nf_edge_net *en,
				 const struct nf_edge_snapshot *old);

#define NF_EDGE_HOOKS		6
#define NF_EDGE_NAT_HOOKS	2

/**
 * struct nf_edge_net - state of the module in a network namespace
 * @snapshot: the policy in force, never NULL while @hooks are registered;
 *	replaced under @mutex and RTNL
 * @drops: drop counters, which outlive every policy
 * @net: the namespace
 * @hooks: hooks that judge packets; registered while a policy is published
 * @nat_hooks: hooks after source NAT; registered with nf_nat loaded too
 * @nat_hooked: @nat_hooks are registered; under the mutex of nat.c
 * @followed: entry in the list of nat.c while a policy is published
 * @mutex: lets one change run at a time; taken before RTNL
 * @generation: number of the last change; under @mutex
 * @transactions: open transactions; under @mutex
 * @pending: the change that waits for its confirmation, or NULL; replaced under
 *	@mutex and @pending_lock
 * @pending_lock: lets readers of @pending not wait for a change
 * @confirm_timer: queues @confirm_work when the change is to be taken back
 * @confirm_work: takes the change back
 * @reset_mutex: lets one read-and-reset of @drops run at a time
 * @drops_base: drop counters at the last reset; under @reset_mutex
 * @events: rings of events, or NULL while no socket listens; replaced under
 *	@events_mutex
 * @events_mutex: lets one send events at a time; taken after @mutex
 * @events_drain: sends events; called with @events_mutex held
 * @events_work: sends events, again and again while a socket listens
 * @listeners: the sockets that listen; under @events_mutex
 * @lost: events that sockets and rings of before have lost; under @events_mutex
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
	struct nf_edge_pending *pending;
	spinlock_t pending_lock;	/* the pointer, and what it points to */
	struct hrtimer confirm_timer;
	struct work_struct confirm_work;
	struct mutex reset_mutex;	/* the base of the drops */
	struct nf_edge_drops drops_base;
	struct nf_edge_events __rcu *events;
	struct mutex events_mutex;	/* the listeners, and the rings' tails */
	nf_edge_drain_fn events_drain;
	struct delayed_work events_work;
	struct list_head listeners;
	struct nf_edge_lost lost;
};

extern unsigned int nf_edge_net_id;

/* Return the state of the module in a namespace. */
static inline struct nf_edge_net *nf_edge_net(const struct net *net)
{
	return net_generic(net, nf_edge_net_id);
}

#endif
