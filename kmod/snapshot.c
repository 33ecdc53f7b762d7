// SPDX-License-Identifier: GPL-2.0-only
/*
 * A policy is built off-line, checked, and published by one pointer.  Nothing
 * can fail after that.
 */

#include <linux/cache.h>
#include <linux/module.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <linux/slab.h>
#include <net/netfilter/nf_conntrack.h>

#include "nat.h"
#include "snapshot.h"

static struct workqueue_struct *free_wq __ro_after_init;

/**
 * nf_edge_site_put - give a reference back
 * @site: a site; it may be half built
 */
void nf_edge_site_put(struct nf_edge_site *site)
{
	u32 i;

	if (!refcount_dec_and_test(&site->refs))
		return;
	nf_edge_addr_index_free(&site->index);
	for (i = 0; i < site->n_nodes; i++)
		if (site->node[i])
			nf_edge_node_put(site->node[i]);
	kvfree(site->address);
	kvfree(site->interface);
	kvfree(site->prefix);
	kfree(site);
}

/**
 * nf_edge_site_equal - whether two sites say the same
 * @a: a site
 * @b: another; nodes of the same name count as the same
 */
bool nf_edge_site_equal(const struct nf_edge_site *a,
			const struct nf_edge_site *b)
{
	u32 i;

	if (a->n_nodes != b->n_nodes || a->n_addresses != b->n_addresses ||
	    a->n_interfaces != b->n_interfaces ||
	    a->n_prefixes != b->n_prefixes || a->bound_sets != b->bound_sets ||
	    a->ping != b->ping || a->expose_cls_ports != b->expose_cls_ports)
		return false;
	for (i = 0; i < a->n_nodes; i++)
		if (strcmp(a->node[i]->name, b->node[i]->name))
			return false;
	for (i = 0; i < a->n_addresses; i++) {
		const struct nf_edge_address *x = &a->address[i];
		const struct nf_edge_address *y = &b->address[i];

		if (x->hi != y->hi || x->lo != y->lo || x->ipv6 != y->ipv6 ||
		    x->service != y->service || x->node != y->node)
			return false;
	}
	for (i = 0; i < a->n_interfaces; i++)
		if (a->interface[i].sides != b->interface[i].sides ||
		    strcmp(a->interface[i].name, b->interface[i].name))
			return false;
	for (i = 0; i < a->n_prefixes; i++)
		if (nf_edge_prefix_cmp(&a->prefix[i], &b->prefix[i]))
			return false;
	return true;
}

/**
 * nf_edge_snapshot_create - a snapshot that can be published
 * @site: its site; a reference is taken
 * @switches: zones, features and mode
 * @loaded: what the configuration said of them
 *
 * Return: the snapshot with one reference, or NULL without memory.
 */
struct nf_edge_snapshot *
nf_edge_snapshot_create(struct nf_edge_site *site,
			const struct nf_edge_switches *switches,
			const struct nf_edge_switches *loaded)
{
	struct nf_edge_snapshot *snapshot;

	snapshot = kzalloc(sizeof(*snapshot), GFP_KERNEL_ACCOUNT);
	if (!snapshot)
		return NULL;
	nf_edge_make_words(&snapshot->words, switches, site->ping,
			   site->expose_cls_ports);
	refcount_inc(&site->refs);
	snapshot->site = site;
	snapshot->index = site->index;
	snapshot->nodes = site->node;
	snapshot->switches = *switches;
	snapshot->loaded = *loaded;
	refcount_set(&snapshot->refs, 1);
	return snapshot;
}

/**
 * nf_edge_snapshot_get - pin the policy in force
 * @en: the namespace
 *
 * Return: the snapshot, to be given back by nf_edge_snapshot_put(), or NULL
 * while no policy is in force.
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
	kfree(snapshot);
}

/**
 * nf_edge_snapshot_put - give a reference back
 * @snapshot: the snapshot; it is freed after a grace period when this was the
 *	last
 */
void nf_edge_snapshot_put(struct nf_edge_snapshot *snapshot)
{
	if (!refcount_dec_and_test(&snapshot->refs))
		return;
	INIT_RCU_WORK(&snapshot->rwork, free_snapshot);
	queue_rcu_work(free_wq, &snapshot->rwork);
}

/*
 * What the first policy of a namespace needs: all of it, or nothing.  The hooks
 * come before conntrack: an older connection that conntrack sees first by a
 * reply would stand in its table the wrong way round for good, if no hook
 * refused it.
 */
static int go_live(struct nf_edge_net *en, struct netlink_ext_ack *extack)
{
	int err;

	if (!try_module_get(THIS_MODULE)) {
		NL_SET_ERR_MSG(extack, "nf_edge is being unloaded");
		return -EBUSY;
	}
	err = nf_register_net_hooks(en->net, en->hooks, NF_EDGE_HOOKS);
	if (err) {
		NL_SET_ERR_MSG(extack,
			       "the namespace's netfilter hooks are full, or memory is: nothing was changed");
		goto put_module;
	}
	err = nf_edge_nat_follow(en);
	if (err) {
		NL_SET_ERR_MSG(extack,
			       "the namespace's netfilter hooks are full, or memory is: nothing was changed");
		goto unregister_hooks;
	}
	err = nf_ct_netns_get(en->net, NFPROTO_INET);
	if (err) {
		NL_SET_ERR_MSG(extack,
			       "connection tracking cannot be had in this namespace");
		goto leave_nat;
	}
	/* Packets that conntrack did not see are under way no more. */
	synchronize_net();
	return 0;

leave_nat:
	nf_edge_nat_leave(en);
unregister_hooks:
	nf_unregister_net_hooks(en->net, en->hooks, NF_EDGE_HOOKS);
put_module:
	module_put(THIS_MODULE);
	return err;
}

static void go_down(struct nf_edge_net *en)
{
	nf_edge_nat_leave(en);
	nf_unregister_net_hooks(en->net, en->hooks, NF_EDGE_HOOKS);
	nf_ct_netns_put(en->net, NFPROTO_INET);
	module_put(THIS_MODULE);
}

/* A first policy that did not go live: no reader has pinned it. */
static void take_back(struct nf_edge_net *en, struct nf_edge_snapshot *snapshot)
{
	rtnl_lock();
	RCU_INIT_POINTER(en->snapshot, NULL);
	rtnl_unlock();
	synchronize_net();
	kvfree(rcu_replace_pointer(snapshot->ifmap, NULL, true));
}

/**
 * nf_edge_publish - put a policy in force
 * @en: the namespace, whose mutex is held
 * @snapshot: the policy; its reference goes to the namespace on success
 * @extack: where a refusal says why
 *
 * Context: may sleep; takes RTNL.
 * Return: 0, or a negative error with the policy before still in force.
 */
int nf_edge_publish(struct nf_edge_net *en, struct nf_edge_snapshot *snapshot,
		    struct netlink_ext_ack *extack)
{
	struct nf_edge_snapshot *old;
	struct nf_edge_ifmap *map;
	int err;

	rtnl_lock();
	map = nf_edge_ifmap_build(en->net, snapshot->site,
				  GFP_KERNEL_ACCOUNT);
	if (!map) {
		rtnl_unlock();
		return -ENOMEM;
	}
	rcu_assign_pointer(snapshot->ifmap, map);
	snapshot->drops = en->drops;
	snapshot->generation = en->generation + 1;
	snapshot->starting = !rcu_access_pointer(en->snapshot);
	old = rcu_replace_pointer(en->snapshot, snapshot,
				  lockdep_is_held(&en->mutex));
	rtnl_unlock();

	if (old) {
		nf_edge_snapshot_put(old);
	} else {
		err = go_live(en, extack);
		if (err) {
			take_back(en, snapshot);
			return err;
		}
		WRITE_ONCE(snapshot->starting, false);
	}
	en->generation++;
	return 0;
}

/**
 * nf_edge_unpublish - back to no policy
 * @en: the namespace, whose mutex is held
 *
 * Context: may sleep; takes RTNL.
 * Return: whether a policy was in force.
 */
bool nf_edge_unpublish(struct nf_edge_net *en)
{
	struct nf_edge_snapshot *old;

	rtnl_lock();
	old = rcu_replace_pointer(en->snapshot, NULL,
				  lockdep_is_held(&en->mutex));
	rtnl_unlock();
	if (!old)
		return false;
	en->generation++;
	go_down(en);
	nf_edge_snapshot_put(old);
	return true;
}

/**
 * nf_edge_snapshots_init - make the workqueue that frees snapshots
 *
 * Return: 0 or -ENOMEM.
 */
int nf_edge_snapshots_init(void)
{
	free_wq = alloc_workqueue("nf_edge", WQ_UNBOUND, 0);
	return free_wq ? 0 : -ENOMEM;
}

/**
 * nf_edge_snapshots_exit - wait until the last snapshot is freed
 */
void nf_edge_snapshots_exit(void)
{
	rcu_barrier();
	destroy_workqueue(free_wq);
}
