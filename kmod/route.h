/* SPDX-License-Identifier: GPL-2.0-only */
/* Routes: the device that packets of an address arrive on. */
#ifndef _NF_EDGE_ROUTE_H
#define _NF_EDGE_ROUTE_H

#include <linux/types.h>

struct net;

/**
 * enum nf_edge_way - where packets of an address come from
 * @NF_EDGE_WAY_UNKNOWN: no route leads to the address, or only one into a VRF
 * @NF_EDGE_WAY_LOCAL: the local host has the address
 * @NF_EDGE_WAY_DEVICE: packets arrive on a device
 */
enum nf_edge_way {
	NF_EDGE_WAY_UNKNOWN,
	NF_EDGE_WAY_LOCAL,
	NF_EDGE_WAY_DEVICE,
};

/**
 * struct nf_edge_route - the way that leads to an address
 * @way: enum nf_edge_way
 * @ifindex: with NF_EDGE_WAY_DEVICE, the device
 */
struct nf_edge_route {
	u8 way;
	int ifindex;
};

int nf_edge_route(struct net *net, bool ipv4, const void *to,
		  struct nf_edge_route *route);

#endif
