/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _NF_EDGE_IFMAP_H
#define _NF_EDGE_IFMAP_H

#include <linux/compiler.h>
#include <linux/netdevice.h>
#include <linux/rcupdate.h>
#include <linux/types.h>

#include "class.h"

struct net;
struct nf_edge_site;

/* Packets on loopback are never judged, those of a VRF on its interfaces. */
static inline bool nf_edge_never_governed(const struct net_device *dev)
{
	return (dev->flags & IFF_LOOPBACK) || netif_is_l3_master(dev);
}

/* The master of a device, on which its packets arrive; NULL if it has none. */
static inline struct net_device *nf_edge_master_of(struct net_device *dev)
{
	struct net_device *master = netdev_master_upper_dev_get(dev);

	return master && !netif_is_l3_master(master) ? master : NULL;
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
 * struct nf_edge_ifmap - from ifindex to sides, for the devices that are bound
 *	or never governed now, and the masters of those that are bound
 * @rcu: to free it
 * @n: entries in @at
 * @n_overflow: entries in @overflow
 * @stale: it is behind the devices; under RTNL
 * @overflow: devices with an ifindex beyond
 * @unbound: for all others
 * @past_end: for each ifindex past the end of @at; the guard EXEMPT in this
 *	arrival leads packets to the slow path while @overflow has a device
 * @at: by ifindex
 */
struct nf_edge_ifmap {
	struct rcu_head rcu;
	u32 n;
	u32 n_overflow;
	bool stale;
	struct nf_edge_ifmap_overflow {
		u32 ifindex;
		struct nf_edge_arrival arrival;
	} *overflow;
	struct nf_edge_arrival unbound;
	struct nf_edge_arrival past_end;
	struct nf_edge_arrival at[];
};

/* How packets arrive on an interface, or that this has to be asked. */
static __always_inline struct nf_edge_arrival
nf_edge_ifmap_arrival_fast(const struct nf_edge_ifmap *map, u32 ifindex)
{
	return likely(ifindex < map->n) ? map->at[ifindex] : map->past_end;
}

struct nf_edge_arrival nf_edge_ifmap_arrival(const struct nf_edge_ifmap *map,
					     u32 ifindex);
struct nf_edge_arrival
nf_edge_ifmap_absent(const struct nf_edge_site *site, const char *name);
bool nf_edge_ifmap_is_special(const struct nf_edge_site *site,
			      struct net_device *dev,
			      struct nf_edge_arrival *arrival);
bool nf_edge_ifmap_has_member(struct net *net, const struct nf_edge_site *site,
			      const struct net_device *dev);
struct nf_edge_ifmap *nf_edge_ifmap_build(struct net *net,
					  const struct nf_edge_site *site,
					  gfp_t gfp);
void nf_edge_ifmap_fail_closed(struct nf_edge_ifmap *map, u32 ifindex,
			       u8 guards);

#endif
