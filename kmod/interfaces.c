// SPDX-License-Identifier: GPL-2.0-only
/*
 * Interfaces are bound by name, and the name decides at any moment: a device
 * that takes a bound name takes its sides, one that loses it loses them.
 */

#include <linux/netdevice.h>
#include <linux/rtnetlink.h>
#include <linux/slab.h>

#include "snapshot.h"

static struct nf_edge_arrival bound_arrival(u8 sides)
{
	struct nf_edge_arrival arrival = { .sides = sides };

	if (sides == BIT(NF_EDGE_SIDE_EXTERNAL))
		arrival.guards = NF_EDGE_GUARD_EXTERNAL;
	else if (sides == BIT(NF_EDGE_SIDE_INTERNAL))
		arrival.guards = NF_EDGE_GUARD_INTERNAL;
	return arrival;
}

/* A side that no interface is bound to is held by all that are bound to none. */
static struct nf_edge_arrival unbound_arrival(const struct nf_edge_site *site)
{
	struct nf_edge_arrival arrival = { .sides = NF_EDGE_SIDE_SETS - 1 };
	u32 i;

	for (i = 0; i < site->n_interfaces; i++)
		arrival.sides &= ~site->interface[i].sides;
	return arrival;
}

static const struct nf_edge_interface *
find_by_name(const struct nf_edge_site *site, const char *name)
{
	u32 i;

	for (i = 0; i < site->n_interfaces; i++)
		if (!strcmp(site->interface[i].name, name))
			return &site->interface[i];
	return NULL;
}

/**
 * nf_edge_interface_arrival - how packets arrive on an interface
 * @site: the configuration
 * @name: the interface's name; a device need not have it
 */
struct nf_edge_arrival
nf_edge_interface_arrival(const struct nf_edge_site *site, const char *name)
{
	const struct nf_edge_interface *interface = find_by_name(site, name);

	return interface ? bound_arrival(interface->sides) :
			   unbound_arrival(site);
}

/**
 * nf_edge_ifmap_build - look up the devices that have the bound names
 * @net: in this namespace
 * @site: the configuration
 *
 * Context: under RTNL.
 * Return: the map, to be freed by kfree_rcu(), or NULL without memory.
 */
struct nf_edge_ifmap *nf_edge_ifmap_build(struct net *net,
					  const struct nf_edge_site *site)
{
	u32 slots = roundup_pow_of_two(2 * site->n_interfaces + 2);
	struct nf_edge_ifmap *map;
	u32 i, at;

	ASSERT_RTNL();
	map = kzalloc(struct_size(map, slot, slots), GFP_KERNEL_ACCOUNT);
	if (!map)
		return NULL;
	map->mask = slots - 1;
	map->unbound = unbound_arrival(site);
	for (i = 0; i < site->n_interfaces; i++) {
		const struct nf_edge_interface *interface = &site->interface[i];
		struct net_device *dev = __dev_get_by_name(net, interface->name);

		/* An alternative name is not the name. */
		if (!dev || strcmp(dev->name, interface->name))
			continue;
		for (at = dev->ifindex & map->mask; map->slot[at].ifindex;)
			at = (at + 1) & map->mask;
		map->slot[at].ifindex = dev->ifindex;
		map->slot[at].arrival = bound_arrival(interface->sides);
	}
	return map;
}

/*
 * Without memory for a new map: whatever name the device has or had, it now
 * holds no side, and neither does any interface that is not bound.
 */
static void blank(struct nf_edge_ifmap *map, int ifindex)
{
	u32 i;

	pr_warn_once("nf_edge: no memory to follow interface %d: it holds no side until the next change\n",
		     ifindex);
	for (i = 0; i <= map->mask; i++)
		if (map->slot[i].ifindex == ifindex)
			WRITE_ONCE(map->slot[i].arrival.sides, 0);
	WRITE_ONCE(map->unbound.sides, 0);
}

static int netdev_event(struct notifier_block *nb, unsigned long event,
			void *ptr)
{
	struct net_device *dev = netdev_notifier_info_to_dev(ptr);
	struct nf_edge_net *en = nf_edge_net(dev_net(dev));
	struct nf_edge_snapshot *snapshot;
	struct nf_edge_ifmap *map, *old;

	if (event != NETDEV_REGISTER && event != NETDEV_UNREGISTER &&
	    event != NETDEV_CHANGENAME)
		return NOTIFY_DONE;

	snapshot = rtnl_dereference(en->snapshot);
	if (!snapshot)
		return NOTIFY_DONE;
	old = rtnl_dereference(snapshot->ifmap);
	if (nf_edge_ifmap_find(old, dev->ifindex) == &old->unbound &&
	    !find_by_name(snapshot->site, dev->name))
		return NOTIFY_DONE;

	map = nf_edge_ifmap_build(dev_net(dev), snapshot->site);
	if (!map) {
		blank(old, dev->ifindex);
		return NOTIFY_DONE;
	}
	rcu_assign_pointer(snapshot->ifmap, map);
	kfree_rcu(old, rcu);
	return NOTIFY_DONE;
}

static struct notifier_block netdev_notifier = {
	.notifier_call = netdev_event,
};

/**
 * nf_edge_interfaces_init - follow devices from now on
 *
 * Return: 0 or a negative error.
 */
int nf_edge_interfaces_init(void)
{
	return register_netdevice_notifier(&netdev_notifier);
}

/**
 * nf_edge_interfaces_exit - follow devices no more
 */
void nf_edge_interfaces_exit(void)
{
	unregister_netdevice_notifier(&netdev_notifier);
}
