/* SPDX-License-Identifier: GPL-2.0-only */
/* Devices of a namespace, and their changes. */
#ifndef _NF_EDGE_NETDEV_H
#define _NF_EDGE_NETDEV_H

#include "ifmap.h"

struct net;
struct net_device;
struct nf_edge_snapshot;

struct net_device *nf_edge_arrival_dev(struct net_device *dev);
struct nf_edge_arrival
nf_edge_interface_arrival(struct net *net,
			  const struct nf_edge_snapshot *snapshot,
			  const char *name);

int nf_edge_netdev_init(void);
void nf_edge_netdev_exit(void);

#endif
