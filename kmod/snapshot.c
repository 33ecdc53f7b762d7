// SPDX-License-Identifier: GPL-2.0-only
/*
 * Snapshots: immutable policies, which packets and readers share.
 */

#include <linux/cache.h>
#include <linux/mm.h>
#include <linux/rcupdate.h>
#include <linux/slab.h>

#include "netns.h"
#include "snapshot.h"

static struct workqueue_struct *free_wq __ro_after_init;

/**
 * nf_edge_snapshot_create - create a snapshot that can be published
 * @site: site of the snapshot, which takes a reference
 * @switches: zones, features and mode
 * @loaded: zones, features and mode in the configuration
 *
 * Context: may sleep.
 * Return: the snapshot with one reference, or NULL without memory.
 */
struct nf_edge_snapshot *
nf_edge_snapshot_create(struct nf_edge_site *site,
			const struct nf_edge_switches *switches,
			const struct nf_edge_switches *loaded)
{
	struct nf_edge_snapshot *snapshot;

	snapshot = kvzalloc(sizeof(*snapshot), GFP_KERNEL_ACCOUNT);
	if (!snapshot)
		return NULL;
	nf_edge_make_masks(&snapshot->masks, site->table, switches, site->ping,
			   site->expose_cls_ports);
	refcount_inc(&site->refs);
	snapshot->site = site;
	snapshot->index = site->index;
	snapshot->nodes = site->node;
	snapshot->switches = *switches;
	snapshot->loaded = *loaded;
	snapshot->slow = NF_EDGE_SLOW_NEW;
	refcount_set(&snapshot->refs, 1);
	return snapshot;
}

/**
 * nf_edge_snapshot_get - pin the policy in force
 * @en: the namespace
 *
 * Context: any; takes rcu_read_lock().
 * Return: the snapshot, for nf_edge_snapshot_put(), or NULL while no policy is
 * in force.
 */
struct nf_edge_snapshot *nf_edge_snapshot_get(struct nf_edge_net *en)
{
	struct nf_edge_snapshot *snapshot;

	rcu_read_lock();
	do {
		snapshot = rcu_dereference(en->snapshot);
		if (snapshot && READ_ONCE(snapshot->starting))
			snapshot = NULL;
	} while (snapshot && !refcount_inc_not_zero(&snapshot->refs));
	rcu_read_unlock();
	return snapshot;
}

static void free_snapshot(struct work_struct *work)
{
	struct nf_edge_snapshot *snapshot =
		container_of(to_rcu_work(work), struct nf_edge_snapshot, rwork);

	kvfree(rcu_dereference_protected(snapshot->ifmap, true));
	nf_edge_site_put(snapshot->site);
	kvfree(snapshot);
}

/**
 * nf_edge_snapshot_put - give a reference back
 * @snapshot: the snapshot, freed after a grace period with its last reference
 *
 * Context: any.
 */
void nf_edge_snapshot_put(struct nf_edge_snapshot *snapshot)
{
	if (!refcount_dec_and_test(&snapshot->refs))
		return;
	INIT_RCU_WORK(&snapshot->rwork, free_snapshot);
	queue_rcu_work(free_wq, &snapshot->rwork);
}

/**
 * nf_edge_snapshots_init - create the workqueue that frees snapshots
 *
 * Context: process context; may sleep.
 * Return: 0 or -ENOMEM.
 */
int nf_edge_snapshots_init(void)
{
	free_wq = alloc_workqueue("nf_edge", WQ_UNBOUND, 0);
	return free_wq ? 0 : -ENOMEM;
}

/**
 * nf_edge_snapshots_exit - wait until the last snapshot is freed
 *
 * Context: process context; may sleep.
 */
void nf_edge_snapshots_exit(void)
{
	rcu_barrier();
	destroy_workqueue(free_wq);
}
