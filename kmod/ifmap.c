// SPDX-License-Identifier: GPL-2.0-only
/*
 * From an interface to its sides and guards.
 *
 * Interfaces are bound by name, and the name decides at any moment: a device
 * that takes a bound name takes its sides, one that loses it loses them.
 *
 * Packets of a member of a bond, team or bridge arrive on that, its master.  So
 * a master has the guards of all members that are bound, and holds only sides
 * that all members hold: no packet is judged more laxly than on the member.
 */

#include <linux/netdevice.h>
#include <linux/rtnetlink.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "ifmap.h"
#include "site.h"

/* Interfaces with an ifindex from here on are rare, and looked for one by one. */
#define IFINDEX_DIRECT	65536

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

/* The place of an ifindex in a map, NULL if it has none. */
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
 * nf_edge_ifmap_arrival - how packets arrive on an interface
 * @map: the map
 * @ifindex: the interface
 *
 * Context: under rcu_read_lock() or RTNL.
 */
struct nf_edge_arrival nf_edge_ifmap_arrival(const struct nf_edge_ifmap *map,
					     u32 ifindex)
{
	const struct nf_edge_arrival *place =
		find_place((struct nf_edge_ifmap *)map, ifindex);

	return place ? *place : map->unbound;
}

/**
 * nf_edge_ifmap_absent - how packets would arrive on a device that is not there
 * @site: the configuration
 * @name: the name that the device would have
 */
struct nf_edge_arrival
nf_edge_ifmap_absent(const struct nf_edge_site *site, const char *name)
{
	const struct nf_edge_interface *interface = find_by_name(site, name);

	return interface ? bound_arrival(interface->sides) :
			   unbound_arrival(site);
}

/*
 * Whether a device is a member of a VRF, and a bridge or above a bridge.  With
 * br_netfilter such packets run PRE_ROUTING for the bridge, and once more when
 * the host routes them.
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
 * nf_edge_ifmap_is_special - whether a device is bound, never governed or a
 *	VRF's bridge
 * @site: the configuration
 * @dev: the device
 * @arrival: how packets arrive on a special device
 *
 * Context: under RTNL.
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
 * nf_edge_ifmap_has_member - whether a bound interface is a member of a device,
 *	at any depth
 * @net: the namespace
 * @site: the configuration
 * @dev: the device
 *
 * Context: under RTNL.
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

/* A map with room for special devices and their masters, and none in it. */
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
	/* The far ones stand behind the others, and ask for more alignment. */
	size = struct_size(map, at, n);
	size = ALIGN(size, __alignof__(*map->overflow));
	map = kvzalloc(size + n_overflow * sizeof(*map->overflow), gfp);
	if (map) {
		map->n = n;
		map->overflow = (void *)map + size;
	}
	return map;
}

/* The place of an ifindex in a map that is being made, and has room for it. */
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
 * Adds the masters of bound members to a map that has all special devices.  An
 * unbound master begins with every side, and keeps what all members hold.  A
 * bound master speaks for its unbound members, and keeps what it shares with
 * the bound ones.
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
 * nf_edge_ifmap_build - look up the devices that have the bound names
 * @net: in this namespace
 * @site: the configuration
 * @gfp: for the map
 *
 * Context: under RTNL.
 * Return: the map, to be freed by kvfree_rcu(), or NULL without memory.
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
 * nf_edge_ifmap_fail_closed - go on without memory for a new map
 * @map: the map
 * @ifindex: a device that has changed
 * @guards: the guards that the device must have now
 *
 * Whatever name the device has or had, it now holds no side, and neither does
 * any interface that is not bound.  The guards stand on the device; if the map
 * has no place for it, on all others that have none.
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
	/* EXEMPT is a property of this device: spread to all unbound ones it
	 * would exempt them too.
	 */
	if (place || guards == NF_EDGE_GUARD_EXEMPT)
		guards = 0;
	WRITE_ONCE(map->unbound.sides, 0);
	WRITE_ONCE(map->unbound.guards, map->unbound.guards | guards);
	WRITE_ONCE(map->past_end.sides, 0);
	WRITE_ONCE(map->past_end.guards, map->past_end.guards | guards);
	map->stale = true;
}
