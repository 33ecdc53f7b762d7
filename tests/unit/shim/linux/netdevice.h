/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef SHIM_LINUX_NETDEVICE_H
#define SHIM_LINUX_NETDEVICE_H

#include <ctype.h>
#include <linux/minmax.h>
#include <linux/printk.h>
#include <linux/types.h>
#include <net/net_namespace.h>
#include <stdio.h>
#include <string.h>

#define IFNAMSIZ		16
#define IFF_LOOPBACK		0x8

#define NETDEV_UP		1
#define NETDEV_REGISTER		5
#define NETDEV_UNREGISTER	6
#define NETDEV_CHANGENAME	10
#define NETDEV_CHANGEUPPER	21

#define NOTIFY_DONE		0

struct notifier_block {
	int (*notifier_call)(struct notifier_block *nb, unsigned long event,
			     void *ptr);
};

struct net_device {
	struct net_device *next;
	struct net *net;
	char name[IFNAMSIZ];
	int ifindex;
	unsigned int flags;
	bool vrf;
	u8 dev_addr[6];
	bool bridge;
	struct net_device *master;
	struct net_device *lower;
};

struct netdev_notifier_info {
	struct net_device *dev;
};

struct netdev_notifier_changeupper_info {
	struct netdev_notifier_info info;
	struct net_device *upper_dev;
	bool master;
	bool linking;
};

#define netif_is_l3_master(dev)			((dev)->vrf)
#define netif_is_bridge_master(dev)		((dev)->bridge)
#define netdev_master_upper_dev_get(dev)	((dev)->master)
#define netdev_master_upper_dev_get_rcu(dev)	((dev)->master)
#define __dev_get_by_name(net, name)		dev_get_by_name_rcu(net, name)
#define dev_net(dev)				((dev)->net)
#define netdev_notifier_info_to_dev(ptr)	(((struct netdev_notifier_info *)(ptr))->dev)
#define for_each_netdev(net, dev)					\
	for ((dev) = (net)->devices; (dev); (dev) = (dev)->next)

/* A device here has at most one below it. */
#define netdev_for_each_lower_dev(dev, below, iter)			\
	for ((below) = (dev)->lower, (iter) = NULL; (below) && !(iter);	\
	     (below) = NULL)

extern struct notifier_block *shim_netdev_notifier;

#define register_netdevice_notifier(nb)					\
	((shim_netdev_notifier = (nb)) ? 0 : -1)
#define unregister_netdevice_notifier(nb)				\
	((void)(shim_netdev_notifier = NULL))

struct net_device *dev_get_by_name_rcu(struct net *net, const char *name);
struct net_device *dev_get_by_index_rcu(struct net *net, int ifindex);

/* As the kernel has it. */
static inline bool dev_valid_name(const char *name)
{
	if (!*name || strnlen(name, IFNAMSIZ) == IFNAMSIZ ||
	    !strcmp(name, ".") || !strcmp(name, ".."))
		return false;
	for (; *name; name++)
		if (*name == '/' || *name == ':' || isspace((u8)*name))
			return false;
	return true;
}

#endif
