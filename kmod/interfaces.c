// SPDX-License-Identifier: GPL-2.0-only
/*
 * Interfaces are bound by name, and the name decides at any moment: a device
 * that takes a bound name takes its sides, one that loses it loses them.
 */

#include <linux/netdevice.h>
#include <linux/rtnetlink.h>
#include <linux/slab.h>

#include "snapshot.h"

/* Interfaces with an ifindex from here on are rare, and looked for one by one. */
#define NEAR	65536

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
 * nf_edge_ifmap_arrival - how packets arrive on an interface
 * @map: the map
 * @ifindex: the interface
 *
 * Context: under rcu_read_lock() or RTNL.
 */
struct nf_edge_arrival nf_edge_ifmap_arrival(const struct nf_edge_ifmap *map,
					     u32 ifindex)
{
	u32 i;

	if (ifindex < map->n)
		return map->at[ifindex];
	for (i = 0; i < map->n_far; i++)
		if (map->far[i].ifindex == ifindex)
			return map->far[i].arrival;
	return map->unbound;
}

/* How it arrives on a device that is bound or never governed; else false. */
static bool is_special(const struct nf_edge_site *site,
		       const struct net_device *dev,
		       struct nf_edge_arrival *arrival)
{
	const struct nf_edge_interface *interface;

	if (nf_edge_never_governed(dev)) {
		*arrival = (struct nf_edge_arrival){
			.guards = NF_EDGE_GUARD_EXEMPT
		};
		return true;
	}
	interface = find_by_name(site, dev->name);
	if (!interface)
		return false;
	*arrival = bound_arrival(interface->sides);
	return true;
}

/* A map with room for every special device that is there, and none in it. */
static struct nf_edge_ifmap *make_room(struct net *net,
				       const struct nf_edge_site *site)
{
	struct nf_edge_arrival arrival;
	struct nf_edge_ifmap *map;
	struct net_device *dev;
	u32 n = 0, n_far = 0;
	size_t size;

	for_each_netdev(net, dev) {
		if (!is_special(site, dev, &arrival))
			continue;
		if (dev->ifindex < NEAR)
			n = max_t(u32, n, dev->ifindex + 1);
		else
			n_far++;
	}
	/* The far ones stand behind the others, and ask for more alignment. */
	size = struct_size(map, at, n);
	size = ALIGN(size, __alignof__(*map->far));
	map = kvzalloc(size + n_far * sizeof(*map->far), GFP_KERNEL_ACCOUNT);
	if (map) {
		map->n = n;
		map->far = (void *)map + size;
	}
	return map;
}

/**
 * nf_edge_ifmap_build - look up the devices that have the bound names
 * @net: in this namespace
 * @site: the configuration
 *
 * Context: under RTNL.
 * Return: the map, to be freed by kvfree_rcu(), or NULL without memory.
 */
struct nf_edge_ifmap *nf_edge_ifmap_build(struct net *net,
					  const struct nf_edge_site *site)
{
	struct nf_edge_arrival arrival;
	struct nf_edge_ifmap *map;
	struct net_device *dev;
	u32 i;

	ASSERT_RTNL();
	map = make_room(net, site);
	if (!map)
		return NULL;
	map->unbound = unbound_arrival(site);
	for (i = 0; i < map->n; i++)
		map->at[i] = map->unbound;
	for_each_netdev(net, dev) {
		if (!is_special(site, dev, &arrival))
			continue;
		if (dev->ifindex < NEAR)
			map->at[dev->ifindex] = arrival;
		else
			map->far[map->n_far++] = (struct nf_edge_far){
				dev->ifindex, arrival
			};
	}
	map->beyond = map->unbound;
	if (map->n_far)
		map->beyond.guards = NF_EDGE_GUARD_EXEMPT;
	return map;
}

/*
 * Without memory for a new map: whatever name the device has or had, it now
 * holds no side, and neither does any interface that is not bound.  The guards
 * of the name that it has now stand; if the map has no place for it, on all
 * others that have none.
 */
static void blank(struct nf_edge_ifmap *map, u32 ifindex, u8 guards)
{
	bool found = false;
	u32 i;

	pr_warn_once("nf_edge: no memory to follow interface %u: it holds no side until the next change\n",
		     ifindex);
	for (i = 0; i < map->n; i++)
		if (!memcmp(&map->at[i], &map->unbound, sizeof(map->unbound)))
			WRITE_ONCE(map->at[i].sides, 0);
	if (ifindex < map->n) {
		WRITE_ONCE(map->at[ifindex].sides, 0);
		WRITE_ONCE(map->at[ifindex].guards, guards);
		found = true;
	}
	for (i = 0; i < map->n_far; i++)
		if (map->far[i].ifindex == ifindex) {
			WRITE_ONCE(map->far[i].arrival.sides, 0);
			WRITE_ONCE(map->far[i].arrival.guards, guards);
			found = true;
		}
	/* What is never governed is so by itself: this would be for all. */
	if (found || guards == NF_EDGE_GUARD_EXEMPT)
		guards = 0;
	WRITE_ONCE(map->unbound.sides, 0);
	WRITE_ONCE(map->unbound.guards, map->unbound.guards | guards);
	WRITE_ONCE(map->beyond.sides, 0);
	WRITE_ONCE(map->beyond.guards, map->beyond.guards | guards);
	map->blanked = true;
}

static int netdev_event(struct notifier_block *nb, unsigned long event,
			void *ptr)
{
	struct net_device *dev = netdev_notifier_info_to_dev(ptr);
	struct nf_edge_net *en = nf_edge_net(dev_net(dev));
	struct nf_edge_snapshot *snapshot;
	struct nf_edge_arrival was, is = {};
	struct nf_edge_ifmap *map, *old;

	if (event != NETDEV_REGISTER && event != NETDEV_UNREGISTER &&
	    event != NETDEV_CHANGENAME)
		return NOTIFY_DONE;

	snapshot = rtnl_dereference(en->snapshot);
	if (!snapshot)
		return NOTIFY_DONE;
	old = rtnl_dereference(snapshot->ifmap);
	was = nf_edge_ifmap_arrival(old, dev->ifindex);
	if (!is_special(snapshot->site, dev, &is) && !old->blanked &&
	    !memcmp(&was, &old->unbound, sizeof(was)))
		return NOTIFY_DONE;

	map = nf_edge_ifmap_build(dev_net(dev), snapshot->site);
	if (!map) {
		blank(old, dev->ifindex, is.guards);
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
