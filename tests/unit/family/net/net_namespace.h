/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef FAMILY_NET_NET_NAMESPACE_H
#define FAMILY_NET_NET_NAMESPACE_H

#include <linux/netdevice.h>
#include <linux/percpu.h>

struct ip_conntrack_stat {
	unsigned int drop;
	unsigned int early_drop;
	unsigned int insert_failed;
};

/* Network namespace: state of the module, devices and conntrack. */
extern struct net {
	void *generic;
	struct net_device *devices;
	struct {
		struct ip_conntrack_stat *stat;
		unsigned int count;
	} ct;
} init_net;

#define for_each_net(net)	for ((net) = &init_net; (net); (net) = NULL)

#endif
