// SPDX-License-Identifier: GPL-2.0-only
/*
 * Device notifier: build a new map of interfaces when names or masters change.
 */

#include <linux/netdevice.h>
#include <linux/rtnetlink.h>
#include <linux/slab.h>

#include "ifmap.h"
#include "netdev.h"
#include "netns.h"
#include "site.h"
#include "snapshot.h"

/**
 * nf_edge_arrival_dev - find the device that packets of a device arrive on
 * @dev: the device
 *
 * Context: under rcu_read_lock() or RTNL.
 * Return: the outermost master, or @dev without a master.  A VRF does not count
 * as a master: packets arrive on its members first.
 */
struct net_device *nf_edge_arrival_dev(struct net_device *dev)
{
	struct net_device *master;

	while ((master = netdev_master_upper_dev_get_rcu(dev)) &&
	       !netif_is_l3_master(master))
		dev = master;
	return dev;
}

/**
 * nf_edge_interface_arrival - find sides and guards of an interface by name
 * @net: the namespace
 * @snapshot: the policy, in force or not; pinned by the caller
 * @name: name of the interface; the device need not exist
 *
 * Context: process context; takes rcu_read_lock().
 * Return: sides and guards for packets that arrive on the interface.
 */
struct nf_edge_arrival
nf_edge_interface_arrival(struct net *net,
			  const struct nf_edge_snapshot *snapshot,
			  const char *name)
{
	const struct nf_edge_ifmap *map;
	struct nf_edge_arrival arrival;
	struct net_device *dev;

	rcu_read_lock();
	dev = dev_get_by_name_rcu(net, name);
	if (dev && !strcmp(dev->name, name))
		dev = nf_edge_arrival_dev(dev);
	else
		dev = NULL;
	map = rcu_dereference(snapshot->ifmap);
	if (dev && map)
		arrival = nf_edge_ifmap_arrival(map, dev->ifindex);
	else
		arrival = nf_edge_ifmap_absent(snapshot->site,
					       dev ? dev->name : name);
	rcu_read_unlock();
	return arrival;
}

/* Fail closed on a device and on its masters, which take its guards. */
static void fail_closed(struct nf_edge_ifmap *map, struct net_device *dev,
			u8 guards)
{
	struct nf_edge_arrival was;
	struct net_device *up;

	nf_edge_ifmap_fail_closed(map, dev->ifindex, guards);
	for (up = nf_edge_master_of(dev); up; up = nf_edge_master_of(up)) {
		was = nf_edge_ifmap_arrival(map, up->ifindex);
		nf_edge_ifmap_fail_closed(map, up->ifindex,
					  was.guards | guards);
	}
}

/*
 * Check whether an event calls for a new map.  @is receives sides and guards of
 * the device by its name, and the guards of its bound members.
 */
static bool is_concerned(unsigned long event, void *ptr, struct net *net,
			 const struct nf_edge_snapshot *snapshot,
			 const struct nf_edge_ifmap *map,
			 struct nf_edge_arrival *is)
{
	const struct netdev_notifier_changeupper_info *info = ptr;
	struct net_device *dev = netdev_notifier_info_to_dev(ptr);
	const struct nf_edge_site *site = snapshot->site;
	struct nf_edge_arrival was = nf_edge_ifmap_arrival(map, dev->ifindex);
	bool special = nf_edge_ifmap_is_special(site, dev, is) || map->stale;

	if (nf_edge_ifmap_has_member(net, site, dev)) {
		is->guards |= was.guards;
		special = true;
	}
	if (event == NETDEV_CHANGEUPPER)
		return info->master &&
		       (special || (was.guards & NF_EDGE_GUARD_BRIDGE) ||
			nf_edge_ifmap_has_member(net, site, info->upper_dev));
	return special || memcmp(&was, &map->unbound, sizeof(was));
}

static int netdev_event(struct notifier_block *nb, unsigned long event,
			void *ptr)
{
	struct net_device *dev = netdev_notifier_info_to_dev(ptr);
	struct nf_edge_net *en = nf_edge_net(dev_net(dev));
	struct nf_edge_snapshot *snapshot;
	struct nf_edge_arrival is = {};
	struct nf_edge_ifmap *map, *old;

	if (event != NETDEV_REGISTER && event != NETDEV_UNREGISTER &&
	    event != NETDEV_CHANGENAME && event != NETDEV_CHANGEUPPER)
		return NOTIFY_DONE;

	snapshot = rtnl_dereference(en->snapshot);
	if (!snapshot)
		return NOTIFY_DONE;
	old = rtnl_dereference(snapshot->ifmap);
	if (!is_concerned(event, ptr, dev_net(dev), snapshot, old, &is))
		return NOTIFY_DONE;

	/* No memcg pays for the map: any process may cause the event. */
	map = nf_edge_ifmap_build(dev_net(dev), snapshot->site, GFP_KERNEL);
	if (!map) {
		fail_closed(old, dev, is.guards);
		return NOTIFY_DONE;
	}
	rcu_assign_pointer(snapshot->ifmap, map);
	kvfree_rcu(old, rcu);
	return NOTIFY_DONE;
}

static struct notifier_block netdev_notifier = {
	.notifier_call = netdev_event,
};

/**
 * nf_edge_netdev_init - register the device notifier
 *
 * Context: process context; takes RTNL.
 * Return: 0 or a negative error.
 */
int nf_edge_netdev_init(void)
{
	return register_netdevice_notifier(&netdev_notifier);
}

/**
 * nf_edge_netdev_exit - unregister the device notifier
 *
 * Context: process context; takes RTNL.
 */
void nf_edge_netdev_exit(void)
{
	unregister_netdevice_notifier(&netdev_notifier);
}
