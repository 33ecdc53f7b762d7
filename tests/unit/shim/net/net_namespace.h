/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef SHIM_NET_NET_NAMESPACE_H
#define SHIM_NET_NET_NAMESPACE_H

struct net_device;

extern struct net {
	struct net_device *devices;
	void *generic;
} init_net;

#define for_each_net(net)	for ((net) = &init_net; (net); (net) = NULL)

#endif
