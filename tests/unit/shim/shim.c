// SPDX-License-Identifier: GPL-2.0-only
#include <linux/ktime.h>
#include <linux/module.h>
#include <linux/netdevice.h>
#include <linux/netfilter.h>
#include <linux/percpu.h>
#include <linux/rcupdate.h>
#include <linux/slab.h>
#include <linux/timekeeping.h>
#include <linux/workqueue.h>
#include <net/net_namespace.h>

#include "../../../kmod/nat.h"

long shim_allocations_left = -1;
void (*shim_grace)(void);
int shim_kvzalloc_gfp;
unsigned int shim_cpu;
unsigned int shim_module_refs;
unsigned int shim_hooks;
u64 shim_stopped_clock;
s64 shim_boottime;
struct net init_net;
struct notifier_block *shim_netdev_notifier;

struct net_device *dev_get_by_name_rcu(struct net *net, const char *name)
{
	struct net_device *dev;

	for_each_netdev(net, dev)
		if (!strcmp(dev->name, name))
			return dev;
	return NULL;
}

struct net_device *dev_get_by_index_rcu(struct net *net, int ifindex)
{
	struct net_device *dev;

	for_each_netdev(net, dev)
		if (dev->ifindex == ifindex)
			return dev;
	return NULL;
}

static unsigned int readers;
static struct rcu_work *waiting;

void rcu_read_lock(void)
{
	readers++;
}

void rcu_read_unlock(void)
{
	struct rcu_work *rwork;

	if (--readers)
		return;
	while ((rwork = waiting)) {
		waiting = rwork->next;
		rwork->work.run(&rwork->work);
	}
}

void shim_queue(struct rcu_work *rwork)
{
	rcu_read_lock();
	rwork->next = waiting;
	waiting = rwork;
	rcu_read_unlock();
}

/* There is no NAT here. */
int nf_edge_nat_follow(struct nf_edge_net *en)
{
	return 0;
}

void nf_edge_nat_unfollow(struct nf_edge_net *en)
{
}
