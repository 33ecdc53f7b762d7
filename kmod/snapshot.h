/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _NF_EDGE_SNAPSHOT_H
#define _NF_EDGE_SNAPSHOT_H

#include <linux/list.h>
#include <linux/mutex.h>
#include <linux/netfilter.h>
#include <linux/workqueue.h>
#include <net/netns/generic.h>

#include "addr_index.h"
#include "counters.h"
#include "drops.h"
#include "interfaces.h"

#define NF_EDGE_HOOKS		6
#define NF_EDGE_NAT_HOOKS	2
#define NF_EDGE_PEER_SETS	(NF_EDGE_PEER_SET_LIVE_MESSENGER_CLIENTS + 1)

/**
 * struct nf_edge_site - a configuration short of what can be switched
 * @refs: one a snapshot
 * @index: from an address to its class
 * @node: the nodes by number, ascending by name
 * @n_nodes: how many
 * @address: the edge addresses, ascending, by family, address and service
 * @n_addresses: how many
 * @interface: the bound interfaces, ascending by name
 * @n_interfaces: how many
 * @prefix: the peer prefixes, sorted by nf_edge_prefix_cmp()
 * @n_prefixes: how many
 * @n_of_set: how many of each set
 * @bound_sets: mask of enum nf_edge_peer_set
 * @ping: mask of enum nf_edge_side
 * @expose_cls_ports: as configured
 *
 * Immutable once built.  Zone, feature and mode switches share it.
 */
struct nf_edge_site {
	refcount_t refs;
	struct nf_edge_addr_index index;
	struct nf_edge_node *node[NF_EDGE_MAX_NODES];
	u32 n_nodes;
	struct nf_edge_address *address;
	u32 n_addresses;
	struct nf_edge_interface *interface;
	u32 n_interfaces;
	struct nf_edge_prefix *prefix;
	u32 n_prefixes;
	u32 n_of_set[NF_EDGE_PEER_SETS];
	u32 bound_sets;
	u8 ping;
	bool expose_cls_ports;
};

/**
 * struct nf_edge_snapshot - one policy, as packets see it
 * @words: rows by live, arrival and guard
 * @index: from an address to its class; what it points to is in @site
 * @ifmap: from an interface to its sides; replaced under RTNL
 * @nodes: by number, in @site
 * @drops: the namespace's
 * @switches: as they stand
 * @loaded: as the configuration set them
 * @generation: number of the policy
 * @starting: conntrack is not on yet for the first policy: no reader sees it
 * @site: everything else
 * @refs: one while it is published, and one a reader that pins it
 * @rwork: frees it
 *
 * Immutable but for @ifmap and @starting.
 */
struct nf_edge_snapshot {
	struct nf_edge_words words;
	struct nf_edge_addr_index index;
	struct nf_edge_ifmap __rcu *ifmap;
	struct nf_edge_node *const *nodes;
	struct nf_edge_drops __percpu *drops;
	struct nf_edge_switches switches;
	struct nf_edge_switches loaded;
	u32 generation;
	bool starting;
	struct nf_edge_site *site;
	refcount_t refs;
	struct rcu_work rwork;
};

/**
 * struct nf_edge_net - a network namespace
 * @snapshot: the policy in force; replaced under @mutex and RTNL
 * @drops: packets refused, which outlive every policy
 * @net: the namespace
 * @hooks: registered while a policy is published
 * @nat_hooks: registered as well, once NAT is there
 * @nat_hooked: whether they are; under the mutex of nat.c
 * @followed: in the list of nat.c while a policy is published
 * @mutex: one change at a time; taken before RTNL
 * @generation: of the last change; under @mutex
 * @transactions: open ones; under @mutex
 * @reset_mutex: one read-and-reset at a time
 * @drops_base: what was refused at the last reset; under @reset_mutex
 */
struct nf_edge_net {
	struct nf_edge_snapshot __rcu *snapshot;
	struct nf_edge_drops __percpu *drops;
	struct net *net;
	struct nf_hook_ops hooks[NF_EDGE_HOOKS];
	struct nf_hook_ops nat_hooks[NF_EDGE_NAT_HOOKS];
	bool nat_hooked;
	struct list_head followed;
	struct mutex mutex;	/* the policy, generation and transactions */
	u32 generation;
	struct list_head transactions;
	struct mutex reset_mutex;	/* the bases of all counters */
	struct nf_edge_drops drops_base;
};

extern unsigned int nf_edge_net_id;

static inline struct nf_edge_net *nf_edge_net(const struct net *net)
{
	return net_generic(net, nf_edge_net_id);
}

void nf_edge_site_put(struct nf_edge_site *site);
bool nf_edge_site_equal(const struct nf_edge_site *a,
			const struct nf_edge_site *b);

struct nf_edge_snapshot *
nf_edge_snapshot_create(struct nf_edge_site *site,
			const struct nf_edge_switches *switches,
			const struct nf_edge_switches *loaded);
struct nf_edge_snapshot *nf_edge_snapshot_get(struct nf_edge_net *en);
void nf_edge_snapshot_put(struct nf_edge_snapshot *snapshot);

int nf_edge_publish(struct nf_edge_net *en, struct nf_edge_snapshot *snapshot,
		    struct netlink_ext_ack *extack);
bool nf_edge_unpublish(struct nf_edge_net *en);

int nf_edge_snapshots_init(void);
void nf_edge_snapshots_exit(void);

#endif
