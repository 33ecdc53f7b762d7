/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _NF_EDGE_SNAPSHOT_H
#define _NF_EDGE_SNAPSHOT_H

#include <linux/percpu.h>
#include <linux/refcount.h>
#include <linux/workqueue.h>

#include "addr_index.h"
#include "class.h"
#include "drops.h"
#include "ifmap.h"
#include "site.h"

struct nf_edge_net;
struct nf_edge_node;

/**
 * struct nf_edge_snapshot - one policy, as packets see it
 * @masks: rows by live, arrival and guard
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
	struct nf_edge_masks masks;
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

struct nf_edge_snapshot *
nf_edge_snapshot_create(struct nf_edge_site *site,
			const struct nf_edge_switches *switches,
			const struct nf_edge_switches *loaded);
struct nf_edge_snapshot *nf_edge_snapshot_get(struct nf_edge_net *en);
void nf_edge_snapshot_put(struct nf_edge_snapshot *snapshot);

int nf_edge_snapshots_init(void);
void nf_edge_snapshots_exit(void);

#endif
