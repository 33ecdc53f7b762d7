// SPDX-License-Identifier: GPL-2.0-only
/*
 * Rings of events: made when the first socket of a namespace listens, gone with
 * the last one.
 *
 * Numbers of rows and nodes in an event are those of the policy that judged.
 * A policy stays until its events are sent: see nf_edge_events_follow().
 */

#include <linux/jiffies.h>
#include <linux/mm.h>
#include <linux/mutex.h>
#include <linux/rtnetlink.h>
#include <linux/rcupdate.h>
#include <linux/slab.h>
#include <linux/rwsem.h>
#include <linux/smp.h>
#include <net/net_namespace.h>

#include "netns.h"
#include "rings.h"
#include "snapshot.h"

DEFINE_STATIC_KEY_FALSE(nf_edge_events_key);

/**
 * nf_edge_events_init - begin without a listener
 * @en: the namespace
 * @drain: sends what is in the rings
 *
 * Context: process context.
 */
void nf_edge_events_init(struct nf_edge_net *en, nf_edge_drain_fn drain)
{
	mutex_init(&en->events_mutex);
	en->events_drain = drain;
}

/* Tracepoints that are on, and whether namespaces may be visited. */
static DEFINE_MUTEX(tracing_mutex);
static unsigned int tracing;
static bool tracing_ready;

/*
 * Leave to the fast path of the policy in force what it may take.  The caller
 * holds events_mutex.
 */
static void set_fast_path(struct nf_edge_net *en)
{
	bool told = rcu_access_pointer(en->events) || READ_ONCE(tracing);
	struct nf_edge_snapshot *snapshot;

	rcu_read_lock();
	snapshot = rcu_dereference(en->snapshot);
	if (snapshot && !READ_ONCE(snapshot->starting))
		WRITE_ONCE(snapshot->slow, told ? NF_EDGE_SLOW_NEW :
						  NF_EDGE_SLOW_RARE);
	rcu_read_unlock();
}

/* The generation from which on policies tell what they judge. */
static u32 first_generation(struct nf_edge_net *en)
{
	const struct nf_edge_snapshot *snapshot;
	u32 generation;

	rcu_read_lock();
	snapshot = rcu_dereference(en->snapshot);
	generation = snapshot ? snapshot->generation :
				READ_ONCE(en->generation) + 1;
	rcu_read_unlock();
	return generation;
}

/**
 * nf_edge_events_free - free the rings of a namespace
 * @events: the rings, which no packet sees; or NULL
 *
 * Context: may sleep.
 */
void nf_edge_events_free(struct nf_edge_events *events)
{
	int cpu;

	if (!events)
		return;
	for_each_possible_cpu(cpu)
		kvfree(events->ring[cpu]);
	kfree(events);
}

/* Make an empty ring, whose buckets are full. */
static struct nf_edge_ring *create_ring(int cpu)
{
	struct nf_edge_ring *ring = kvzalloc_node(sizeof(*ring),
						  GFP_KERNEL_ACCOUNT,
						  cpu_to_node(cpu));
	u32 i;

	if (!ring)
		return NULL;
	for (i = 0; i < NF_EDGE_KINDS; i++)
		ring->bucket[i].since = jiffies - HZ;
	return ring;
}

static struct nf_edge_events *create_events(void)
{
	struct nf_edge_events *events;
	int cpu;

	events = kzalloc(struct_size(events, ring, nr_cpu_ids),
			 GFP_KERNEL_ACCOUNT);
	if (!events)
		return NULL;
	for_each_possible_cpu(cpu) {
		events->ring[cpu] = create_ring(cpu);
		if (!events->ring[cpu]) {
			nf_edge_events_free(events);
			return NULL;
		}
	}
	return events;
}

/**
 * nf_edge_events_start - write events from now on, of no kind yet
 * @en: the namespace, in which no socket listens
 *
 * Context: may sleep; @en->events_mutex is held.
 * Return: 0 or -ENOMEM.
 */
int nf_edge_events_start(struct nf_edge_net *en)
{
	struct nf_edge_events *events = create_events();

	if (!events)
		return -ENOMEM;
	events->since = first_generation(en);
	rcu_assign_pointer(en->events, events);
	static_branch_inc(&nf_edge_events_key);
	set_fast_path(en);
	return 0;
}

/**
 * nf_edge_events_stop - write no events any more
 * @en: the namespace, in which no socket listens any more
 *
 * Context: may sleep; @en->events_mutex is held.
 * Return: the rings, which packets may see for a grace period.
 */
struct nf_edge_events *nf_edge_events_stop(struct nf_edge_net *en)
{
	struct nf_edge_events *events;

	events = rcu_dereference_protected(en->events,
					   lockdep_is_held(&en->events_mutex));
	RCU_INIT_POINTER(en->events, NULL);
	set_fast_path(en);
	static_branch_dec(&nf_edge_events_key);
	return events;
}

/**
 * nf_edge_events_follow - let events follow a change of policy
 * @en: the namespace, whose policy was replaced just now
 * @old: the policy that was in force, or NULL; pinned by the caller
 *
 * Send the events of @old, while its rows and nodes still have their names.
 * Leave to the fast path of the new policy what it may take.
 *
 * Context: may sleep; @en->mutex is held.
 */
void nf_edge_events_follow(struct nf_edge_net *en,
			   const struct nf_edge_snapshot *old)
{
	mutex_lock(&en->events_mutex);
	set_fast_path(en);
	if (rcu_access_pointer(en->events) && old) {
		/* Packets that @old judges may still be in a hook. */
		synchronize_rcu();
		en->events_drain(en, old);
	}
	mutex_unlock(&en->events_mutex);
}

/* Let the fast paths of all namespaces follow @tracing. */
static void set_fast_paths(void)
{
	struct nf_edge_net *en;
	struct net *net;

	if (!tracing_ready)
		return;
	down_read(&net_rwsem);
	for_each_net(net) {
		en = nf_edge_net(net);
		mutex_lock(&en->events_mutex);
		set_fast_path(en);
		mutex_unlock(&en->events_mutex);
	}
	up_read(&net_rwsem);
}

/**
 * nf_edge_tracing_start - tell a tracepoint what happens from now on
 *
 * Context: may sleep; a tracepoint has got its first reader.
 * Return: 0.
 */
int nf_edge_tracing_start(void)
{
	mutex_lock(&tracing_mutex);
	WRITE_ONCE(tracing, tracing + 1);
	static_branch_inc(&nf_edge_events_key);
	set_fast_paths();
	mutex_unlock(&tracing_mutex);
	return 0;
}

/**
 * nf_edge_tracing_stop - tell a tracepoint nothing any more
 *
 * Context: may sleep; a tracepoint has lost its last reader.
 */
void nf_edge_tracing_stop(void)
{
	mutex_lock(&tracing_mutex);
	WRITE_ONCE(tracing, tracing - 1);
	set_fast_paths();
	static_branch_dec(&nf_edge_events_key);
	mutex_unlock(&tracing_mutex);
}

/**
 * nf_edge_tracing_ready - let tracepoints visit namespaces, or not any more
 * @ready: all namespaces have their state
 *
 * A tracepoint may get a reader before the module is ready and lose its last
 * one after: no policy is in force then.
 *
 * Context: may sleep.
 */
void nf_edge_tracing_ready(bool ready)
{
	mutex_lock(&tracing_mutex);
	tracing_ready = ready;
	mutex_unlock(&tracing_mutex);
}
