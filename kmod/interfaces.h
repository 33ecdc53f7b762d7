/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _NF_EDGE_INTERFACES_H
#define _NF_EDGE_INTERFACES_H

#include <linux/compiler.h>
#include <linux/if.h>
#include <linux/netdevice.h>
#include <linux/rcupdate.h>

#include "classify.h"

struct net;
struct nf_edge_site;

/**
 * struct nf_edge_interface - an interface that a configuration binds
 * @name: by which it is known; the device need not exist
 * @sides: mask of enum nf_edge_side
 */
struct nf_edge_interface {
	char name[IFNAMSIZ];
	u8 sides;
};

/* Packets on loopback are never judged, those of a VRF on its interfaces. */
static inline bool nf_edge_never_governed(const struct net_device *dev)
{
	return (dev->flags & IFF_LOOPBACK) || netif_is_l3_master(dev);
}

/**
 * struct nf_edge_arrival - what the packet path needs of an interface
 * @sides: mask of enum nf_edge_side
 * @guards: enum nf_edge_guard
 */
struct nf_edge_arrival {
	u8 sides;
	u8 guards;
};

/**
 * struct nf_edge_ifmap - from ifindex to sides, for the devices that have the
 *	bound names now
 * @rcu: to free it
 * @mask: slots less one; open addressing, at most half full
 * @unbound: for every other interface
 * @slot: by ifindex; 0 marks an empty one
 */
struct nf_edge_ifmap {
	struct rcu_head rcu;
	u32 mask;
	struct nf_edge_arrival unbound;
	struct {
		int ifindex;
		struct nf_edge_arrival arrival;
	} slot[];
};

/**
 * nf_edge_ifmap_find - how packets arrive on an interface
 * @map: the map
 * @ifindex: the interface
 *
 * Context: under rcu_read_lock().
 */
static inline const struct nf_edge_arrival *
nf_edge_ifmap_find(const struct nf_edge_ifmap *map, int ifindex)
{
	u32 i = ifindex & map->mask;

	while (map->slot[i].ifindex) {
		if (map->slot[i].ifindex == ifindex)
			return &map->slot[i].arrival;
		i = (i + 1) & map->mask;
	}
	return &map->unbound;
}

struct nf_edge_arrival
nf_edge_interface_arrival(const struct nf_edge_site *site, const char *name);
struct nf_edge_ifmap *nf_edge_ifmap_build(struct net *net,
					  const struct nf_edge_site *site);

int nf_edge_interfaces_init(void);
void nf_edge_interfaces_exit(void);

#endif
