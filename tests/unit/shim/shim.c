// SPDX-License-Identifier: GPL-2.0-only
#include <linux/module.h>
#include <linux/percpu.h>
#include <linux/slab.h>
#include <net/net_namespace.h>

#include "../../../kmod/interfaces.h"

long shim_allocations_left = -1;
unsigned int shim_cpu;
unsigned int shim_module_refs;
struct net init_net;

/* There are no devices here. */
struct nf_edge_ifmap *nf_edge_ifmap_build(struct net *net,
					  const struct nf_edge_site *site)
{
	return kvzalloc(sizeof(struct nf_edge_ifmap), GFP_KERNEL);
}
