/* SPDX-License-Identifier: GPL-2.0-only */
/* Snapshots: immutable policies. */
#ifndef _NF_EDGE_SNAPSHOT_H
#define _NF_EDGE_SNAPSHOT_H

#include <linux/percpu.h>
#include <linux/refcount.h>
#include <linux/workqueue.h>
#include <linux/netfilter/nf_conntrack_common.h>

#include "addr_index.h"
#include "class.h"
#include "ifmap.h"
#include "site.h"

/*
 * States of conntrack whose packets in original direction the fast path leaves
 * to the slow path, as bits of enum ip_conntrack_info.  The fast path takes
 * ESTABLISHED and NEW.  With a listener or a tracer, NEW packets take the slow
 * path, which tells new connections.
 */
#define NF_EDGE_SLOW_RARE	((u32)NFCT_INFOMASK & ~IP_CT_NEW)
#define NF_EDGE_SLOW_NEW	((u32)NFCT_INFOMASK)

struct nf_edge_drops;
struct nf_edge_net;
struct nf_edge_node;

/**
 * struct nf_edge_snapshot - a policy as packets see it
 * @masks: masks of rows by arrival and switches
 * @ifmap: map of interfaces; replaced under RTNL
 * @nodes: nodes by number, in @site
 * @drops: drop counters of the namespace
 * @switches: switches in force
 * @loaded: switches in the configuration
 * @generation: number of the policy
 * @slow: NF_EDGE_SLOW_NEW while events are told, and at first; otherwise
 *	NF_EDGE_SLOW_RARE
 * @starting: first policy of the namespace, before conntrack is enabled; hidden
 *	from readers
 * @site: configuration, shared by snapshots
 * @refs: references: one while published, and one for each reader
 * @rwork: frees the snapshot
 * @index: copy of the address index of @site, which owns classes and ranges
 *
 * Only @ifmap, @slow and @starting change after publication.
 */
struct nf_edge_snapshot {
	struct nf_edge_masks masks;
	struct nf_edge_ifmap __rcu *ifmap;
	struct nf_edge_node *const *nodes;
	struct nf_edge_drops __percpu *drops;
	struct nf_edge_switches switches;
	struct nf_edge_switches loaded;
	u32 generation;
	u32 slow;
	bool starting;
	struct nf_edge_site *site;
	refcount_t refs;
	struct rcu_work rwork;
	struct nf_edge_addr_index index;
};

struct nf_edge_snapshot *
nf_edge_snapshot_create(struct nf_edge_site *site,
			const struct nf_edge_switches *switches,
			const struct nf_edge_switches *loaded);
struct nf_edge_snapshot *nf_edge_snapshot_get(struct nf_edge_net *en);
void nf_edge_snapshot_put(struct nf_edge_snapshot *snapshot);

int nf_edge_snapshots_init(void);
void nf_edge_snapshots_exit(void);

#endif
