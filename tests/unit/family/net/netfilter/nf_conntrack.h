/* SPDX-License-Identifier: GPL-2.0-only */
#include <net/net_namespace.h>

#define nf_conntrack_count(net)		((net)->ct.count)
#define nf_edge_conntrack_max(net)	65536U
#define nf_ct_netns_get(net, family)	shim_ct_netns_get()
#define nf_ct_netns_put(net, family)	shim_ct_netns_put()

/* Conntrack of the kernel in user space: a test may read before it is enabled. */
int shim_ct_netns_get(void);
void shim_ct_netns_put(void);
