// SPDX-License-Identifier: GPL-2.0-only
/*
 * Put policies in force and out of force.  A namespace has one pointer to its
 * policy, and nothing can fail once the pointer is replaced.
 */

#include <linux/module.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <net/netfilter/nf_conntrack.h>

#include "ifmap.h"
#include "nat.h"
#include "netns.h"
#include "node.h"
#include "publish.h"
#include "rings.h"
#include "snapshot.h"

/*
 * Take the hooks and conntrack for the first policy of a namespace, or nothing.
 *
 * Register the hooks before conntrack is enabled.  Otherwise conntrack may see
 * an older connection first by a reply, and keep its tuples the wrong way round
 * because no hook drops that reply.
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
		goto unfollow_nat;
	}
	/* Wait for packets that passed before conntrack was enabled. */
	synchronize_net();
	return 0;

unfollow_nat:
	nf_edge_nat_unfollow(en);
unregister_hooks:
	nf_unregister_net_hooks(en->net, en->hooks, NF_EDGE_HOOKS);
put_module:
	module_put(THIS_MODULE);
	return err;
}

/*
 * Give back all that go_live() took.  Wait for packets in the hooks, which take
 * it for granted that the namespace has a policy.
 */
static void go_down(struct nf_edge_net *en)
{
	nf_edge_nat_unfollow(en);
	nf_unregister_net_hooks(en->net, en->hooks, NF_EDGE_HOOKS);
	synchronize_net();
	nf_ct_netns_put(en->net, NFPROTO_INET);
	module_put(THIS_MODULE);
}

/* Take a first policy back that did not go live.  No reader has pinned it. */
static void unwind_first_publish(struct nf_edge_net *en,
				 struct nf_edge_snapshot *snapshot)
{
	/* Wait for packets in the hooks, which were registered for a moment. */
	synchronize_net();
	rtnl_lock();
	RCU_INIT_POINTER(en->snapshot, NULL);
	rtnl_unlock();
	synchronize_net();
	nf_edge_events_follow(en, snapshot);
	kvfree(rcu_replace_pointer(snapshot->ifmap, NULL, true));
}

/**
 * nf_edge_resolve - resolve the interfaces of a policy that is not published
 * @en: the namespace
 * @snapshot: the policy; no one else sees it
 *
 * Context: may sleep; @en->mutex is held; takes RTNL.
 * Return: 0 or -ENOMEM.
 */
int nf_edge_resolve(struct nf_edge_net *en, struct nf_edge_snapshot *snapshot)
{
	struct nf_edge_ifmap *map;

	rtnl_lock();
	map = nf_edge_ifmap_build(en->net, snapshot->site, GFP_KERNEL_ACCOUNT);
	rtnl_unlock();
	if (!map)
		return -ENOMEM;
	rcu_assign_pointer(snapshot->ifmap, map);
	snapshot->generation = en->generation;
	return 0;
}

/* Put a policy in force: @keep and @back are NULL, or one of them is. */
static int put_in_force(struct nf_edge_net *en,
			struct nf_edge_snapshot *snapshot,
			struct nf_edge_rest *keep,
			const struct nf_edge_rest *back,
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
	nf_edge_nodes_lock();
	old = rcu_replace_pointer(en->snapshot, snapshot,
				  lockdep_is_held(&en->mutex));
	if (keep)
		nf_edge_site_keep(old->site, keep);
	if (back)
		nf_edge_site_return(snapshot->site, old->site, back);
	else if (!old || old->site != snapshot->site)
		nf_edge_site_inherit(snapshot->site, old ? old->site : NULL);
	nf_edge_nodes_unlock();
	rtnl_unlock();

	if (!old) {
		err = go_live(en, extack);
		if (err) {
			unwind_first_publish(en, snapshot);
			return err;
		}
		WRITE_ONCE(snapshot->starting, false);
	}
	en->generation++;
	nf_edge_events_follow(en, old);
	if (old)
		nf_edge_snapshot_put(old);
	return 0;
}

/**
 * nf_edge_publish - put a policy in force
 * @en: the namespace
 * @snapshot: the policy; its reference goes to the namespace on success
 * @keep: NULL, or receives counts of the policy until then, one element a
 *	node, for nf_edge_publish_back()
 * @extack: receives the reason of an error
 *
 * Context: may sleep; @en->mutex is held; takes RTNL.
 * Return: 0, or a negative error with the previous policy still in force.
 */
int nf_edge_publish(struct nf_edge_net *en, struct nf_edge_snapshot *snapshot,
		    struct nf_edge_rest *keep, struct netlink_ext_ack *extack)
{
	return put_in_force(en, snapshot, keep, NULL, extack);
}

/**
 * nf_edge_publish_back - put a policy in force whose site was in force before
 * @en: the namespace, with a policy in force that came after
 * @snapshot: the policy; its reference goes to the namespace on success
 * @rest: NULL for the same site, or what nf_edge_publish() kept
 *
 * Context: may sleep; @en->mutex is held; takes RTNL.
 * Return: 0, or -ENOMEM with the policy that came after still in force.
 */
int nf_edge_publish_back(struct nf_edge_net *en,
			 struct nf_edge_snapshot *snapshot,
			 const struct nf_edge_rest *rest)
{
	return put_in_force(en, snapshot, NULL, rest, NULL);
}

/**
 * nf_edge_unpublish - take the policy of a namespace out of force
 * @en: the namespace
 *
 * Context: may sleep; @en->mutex is held; takes RTNL.
 * Return: true if a policy was in force.
 */
bool nf_edge_unpublish(struct nf_edge_net *en)
{
	struct nf_edge_snapshot *old;

	if (!rcu_access_pointer(en->snapshot))
		return false;
	go_down(en);
	rtnl_lock();
	old = rcu_replace_pointer(en->snapshot, NULL,
				  lockdep_is_held(&en->mutex));
	rtnl_unlock();
	en->generation++;
	nf_edge_events_follow(en, old);
	nf_edge_snapshot_put(old);
	return true;
}
