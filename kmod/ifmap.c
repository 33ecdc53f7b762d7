// SPDX-License-Identifier: GPL-2.0-only
/*
 * Map of interfaces: from an ifindex to sides and guards.
 *
 * The configuration binds interfaces by name.  A device that is renamed to a
 * bound name takes the sides of that name, and loses them with the name.
 *
 * Packets of a member of a bond, team or bridge arrive on the master.  A master
 * therefore has the guards of all bound members, and only the sides that all
 * members hold: no packet is judged more laxly than on the member.
 */

#include <linux/netdevice.h>
#include <linux/rtnetlink.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "ifmap.h"
#include "site.h"

/* Limit of direct entries.  A larger ifindex is rare, and searched in a list. */
#define IFINDEX_DIRECT	65536

/* Make the entry of an interface that is bound to @sides. */
static struct nf_edge_arrival bound_arrival(u8 sides)
{
	struct nf_edge_arrival arrival = { .sides = sides };

	if (sides == BIT(NF_EDGE_SIDE_EXTERNAL))
		arrival.guards = NF_EDGE_GUARD_EXTERNAL;
	else if (sides == BIT(NF_EDGE_SIDE_INTERNAL))
		arrival.guards = NF_EDGE_GUARD_INTERNAL;
	return arrival;
}

/* Make the entry of unbound interfaces: they hold the sides that none binds. */
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

/* Find the entry of an ifindex.  Return NULL for an unbound interface. */
static struct nf_edge_arrival *find_place(struct nf_edge_ifmap *map,
					  u32 ifindex)
{
	u32 i;

	if (ifindex < map->n)
		return &map->at[ifindex];
	for (i = 0; i < map->n_overflow; i++)
		if (map->overflow[i].ifindex == ifindex)
			return &map->overflow[i].arrival;
	return NULL;
}

/**
 * nf_edge_ifmap_arrival - find sides and guards of an interface
 * @map: the map
 * @ifindex: the interface
 *
 * Context: under rcu_read_lock() or RTNL.
 * Return: sides and guards for packets that arrive on the interface.
 */
struct nf_edge_arrival nf_edge_ifmap_arrival(const struct nf_edge_ifmap *map,
					     u32 ifindex)
{
	const struct nf_edge_arrival *place =
		find_place((struct nf_edge_ifmap *)map, ifindex);

	return place ? *place : map->unbound;
}

/**
 * nf_edge_ifmap_absent - find sides and guards of a device that is not there
 * @site: the configuration
 * @name: name of the absent device
 *
 * Context: any; @site is pinned by the caller.
 * Return: sides and guards that a device of this name would have.
 */
struct nf_edge_arrival
nf_edge_ifmap_absent(const struct nf_edge_site *site, const char *name)
{
	const struct nf_edge_interface *interface = find_by_name(site, name);

	return interface ? bound_arrival(interface->sides) :
			   unbound_arrival(site);
}

/*
 * Check whether a device is a member of a VRF, and a bridge or above a bridge.
 * With br_netfilter, packets of such a device run PRE_ROUTING for the bridge,
 * and again when the host routes them.
 */
static bool is_vrf_bridge(struct net_device *dev)
{
	struct net_device *up = netdev_master_upper_dev_get(dev), *lower;
	struct list_head *iter;

	if (!up || !netif_is_l3_master(up))
		return false;
	if (netif_is_bridge_master(dev))
		return true;
	netdev_for_each_lower_dev(dev, lower, iter)
		if (netif_is_bridge_master(lower))
			return true;
	return false;
}

/**
 * nf_edge_ifmap_is_special - check whether a device is bound, never governed
 *	or a VRF's bridge
 * @site: the configuration
 * @dev: the device
 * @arrival: receives sides and guards of a special device
 *
 * Context: under RTNL.
 * Return: false for a device that is like all unbound devices.
 */
bool nf_edge_ifmap_is_special(const struct nf_edge_site *site,
			      struct net_device *dev,
			      struct nf_edge_arrival *arrival)
{
	const struct nf_edge_interface *interface;
	bool bridge;

	if (nf_edge_never_governed(dev)) {
		*arrival = (struct nf_edge_arrival){
			.guards = NF_EDGE_GUARD_EXEMPT
		};
		return true;
	}
	bridge = is_vrf_bridge(dev);
	interface = find_by_name(site, dev->name);
	if (!interface && !bridge)
		return false;
	*arrival = interface ? bound_arrival(interface->sides) :
			       unbound_arrival(site);
	if (bridge)
		arrival->guards |= NF_EDGE_GUARD_BRIDGE;
	return true;
}

/**
 * nf_edge_ifmap_has_member - check whether a bound interface is a member of a
 *	device, at any depth
 * @net: the namespace
 * @site: the configuration
 * @dev: the device
 *
 * Context: under RTNL.
 * Return: true if @dev is a master of a bound interface.
 */
bool nf_edge_ifmap_has_member(struct net *net, const struct nf_edge_site *site,
			      const struct net_device *dev)
{
	struct net_device *up;
	u32 i;

	for (i = 0; i < site->n_interfaces; i++) {
		up = __dev_get_by_name(net, site->interface[i].name);
		if (!up || strcmp(up->name, site->interface[i].name))
			continue;
		while ((up = nf_edge_master_of(up)))
			if (up == dev)
				return true;
	}
	return false;
}

/* Allocate an empty map with room for special devices and their masters. */
static struct nf_edge_ifmap *
make_room(struct net *net, const struct nf_edge_site *site, gfp_t gfp)
{
	struct nf_edge_arrival arrival;
	struct nf_edge_ifmap *map;
	struct net_device *dev, *up;
	u32 n = 0, n_overflow = 0;
	size_t size;

	for_each_netdev(net, dev) {
		if (!nf_edge_ifmap_is_special(site, dev, &arrival))
			continue;
		for (up = dev; up; up = nf_edge_master_of(up))
			if (up->ifindex < IFINDEX_DIRECT)
				n = max_t(u32, n, up->ifindex + 1);
			else
				n_overflow++;
	}
	/* The overflow list follows the array, and needs more alignment. */
	size = struct_size(map, at, n);
	size = ALIGN(size, __alignof__(*map->overflow));
	map = kvzalloc(size + n_overflow * sizeof(*map->overflow), gfp);
	if (map) {
		map->n = n;
		map->overflow = (void *)map + size;
	}
	return map;
}

/* Find or add the entry of an ifindex, in a map with room for the entry. */
static struct nf_edge_arrival *make_place(struct nf_edge_ifmap *map,
					  u32 ifindex)
{
	struct nf_edge_arrival *place = find_place(map, ifindex);

	if (place)
		return place;
	map->overflow[map->n_overflow] = (struct nf_edge_ifmap_overflow){
		ifindex, map->unbound
	};
	return &map->overflow[map->n_overflow++].arrival;
}

/*
 * Add the masters of bound members to a map that has all special devices.  An
 * unbound master starts with every side, and keeps the sides that all members
 * hold.  The sides of a bound master stand for its unbound members too; the
 * master keeps the sides that its bound members also hold.
 */
static void add_masters(struct net *net, const struct nf_edge_site *site,
			struct nf_edge_ifmap *map)
{
	const struct nf_edge_interface *interface;
	struct nf_edge_arrival *place, own;
	struct net_device *dev, *up;

	for_each_netdev(net, dev)
		if (find_by_name(site, dev->name))
			for (up = nf_edge_master_of(dev); up; up = nf_edge_master_of(up))
				if (!find_by_name(site, up->name))
					make_place(map, up->ifindex)->sides =
						NF_EDGE_SIDE_SETS - 1;
	for_each_netdev(net, dev) {
		interface = find_by_name(site, dev->name);
		if (!interface)
			continue;
		own = bound_arrival(interface->sides);
		for (up = nf_edge_master_of(dev); up; up = nf_edge_master_of(up)) {
			place = make_place(map, up->ifindex);
			place->sides &= own.sides;
			place->guards |= own.guards;
		}
	}
	for_each_netdev(net, dev) {
		place = find_place(map, dev->ifindex);
		if (!nf_edge_master_of(dev) || find_by_name(site, dev->name) ||
		    (place && memcmp(place, &map->unbound, sizeof(*place))))
			continue;
		for (up = nf_edge_master_of(dev); up && !find_by_name(site, up->name);
		     up = nf_edge_master_of(up)) {
			place = find_place(map, up->ifindex);
			if (place)
				place->sides &= map->unbound.sides;
		}
	}
}

/**
 * nf_edge_ifmap_build - build the map of a namespace's devices
 * @net: the namespace
 * @site: the configuration
 * @gfp: flags to allocate the map with
 *
 * Context: under RTNL.
 * Return: the map, for kvfree_rcu(), or NULL without memory.
 */
struct nf_edge_ifmap *nf_edge_ifmap_build(struct net *net,
					  const struct nf_edge_site *site,
					  gfp_t gfp)
{
	struct nf_edge_arrival arrival;
	struct nf_edge_ifmap *map;
	struct net_device *dev;
	u32 i;

	ASSERT_RTNL();
	map = make_room(net, site, gfp);
	if (!map)
		return NULL;
	map->unbound = unbound_arrival(site);
	for (i = 0; i < map->n; i++)
		map->at[i] = map->unbound;
	for_each_netdev(net, dev)
		if (nf_edge_ifmap_is_special(site, dev, &arrival))
			*make_place(map, dev->ifindex) = arrival;
	add_masters(net, site, map);
	map->past_end = map->unbound;
	if (map->n_overflow)
		map->past_end.guards = NF_EDGE_GUARD_EXEMPT;
	return map;
}

/**
 * nf_edge_ifmap_fail_closed - change a map without memory for a new one
 * @map: the map
 * @ifindex: a device that has changed
 * @guards: the guards that the device must have now
 *
 * Take all sides from the device and from each unbound interface.  Set @guards
 * on the device, or on all interfaces without an entry if the device has none.
 *
 * Context: under RTNL.
 */
void nf_edge_ifmap_fail_closed(struct nf_edge_ifmap *map, u32 ifindex,
			       u8 guards)
{
	struct nf_edge_arrival *place = find_place(map, ifindex);
	u32 i;

	pr_warn_once("nf_edge: no memory to follow interface %u: it holds no side until the next change\n",
		     ifindex);
	for (i = 0; i < map->n; i++)
		if (!memcmp(&map->at[i], &map->unbound, sizeof(map->unbound)))
			WRITE_ONCE(map->at[i].sides, 0);
	if (place) {
		WRITE_ONCE(place->sides, 0);
		WRITE_ONCE(place->guards, guards);
	}
	/*
	 * EXEMPT is a property of this device.  Spread to all unbound devices,
	 * EXEMPT would exempt them too.
	 */
	if (place || guards == NF_EDGE_GUARD_EXEMPT)
		guards = 0;
	WRITE_ONCE(map->unbound.sides, 0);
	WRITE_ONCE(map->unbound.guards, map->unbound.guards | guards);
	WRITE_ONCE(map->past_end.sides, 0);
	WRITE_ONCE(map->past_end.guards, map->past_end.guards | guards);
	map->stale = true;
}
