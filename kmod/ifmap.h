/* SPDX-License-Identifier: GPL-2.0-only */
/* Map of interfaces: from an ifindex to sides and guards. */
#ifndef _NF_EDGE_IFMAP_H
#define _NF_EDGE_IFMAP_H

#include <linux/compiler.h>
#include <linux/netdevice.h>
#include <linux/rcupdate.h>
#include <linux/types.h>

#include "class.h"

struct net;
struct nf_edge_site;

/*
 * Check for a device whose packets are not judged: loopback, or a VRF.  Packets
 * of a VRF are judged on its interfaces.
 */
static inline bool nf_edge_never_governed(const struct net_device *dev)
{
	return (dev->flags & IFF_LOOPBACK) || netif_is_l3_master(dev);
}

/*
 * Find the master on which the packets of a device arrive, or NULL.  A VRF is
 * no such master.  The caller holds RTNL.
 */
static inline struct net_device *nf_edge_master_of(struct net_device *dev)
{
	struct net_device *master = netdev_master_upper_dev_get(dev);

	return master && !netif_is_l3_master(master) ? master : NULL;
}

/**
 * struct nf_edge_arrival - sides and guards of an interface
 * @sides: mask of enum nf_edge_side
 * @guards: mask of enum nf_edge_guard
 */
struct nf_edge_arrival {
	u8 sides;
	u8 guards;
};

/**
 * struct nf_edge_ifmap - map of the interfaces of a namespace
 * @rcu: frees the map
 * @n: number of entries in @at
 * @n_overflow: number of entries in @overflow
 * @stale: a change of devices is missing, for want of memory; under RTNL
 * @overflow: devices with an ifindex too large for @at
 * @unbound: sides and guards of interfaces without an entry
 * @past_end: sides and guards of an ifindex past the end of @at; while
 *	@overflow has a device, the guard EXEMPT leads packets to the slow path
 * @at: sides and guards by ifindex
 *
 * Entries are bound devices, their masters and devices that are never governed.
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

/*
 * Find sides and guards of an interface on the fast path.  The guard EXEMPT
 * stands for "ask nf_edge_ifmap_arrival()" too.
 */
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
