/* SPDX-License-Identifier: GPL-2.0-only */
/* Counters of rows and services, by node. */
#ifndef _NF_EDGE_COUNTERS_H
#define _NF_EDGE_COUNTERS_H

#include <linux/bitops.h>
#include <linux/cache.h>
#include <linux/irqflags.h>	/* this_cpu_add() of some machines */
#include <linux/jiffies.h>
#include <linux/percpu.h>

#include "hits.h"
#include "judge.h"
#include "table.h"

struct nf_edge_snapshot;

static __always_inline void
__nf_edge_hit(struct nf_edge_hits __percpu *hits, enum nf_edge_toward toward,
	      unsigned int len, bool new)
{
	this_cpu_inc(hits->packets[toward]);
	this_cpu_add(hits->bytes[toward], len);
	this_cpu_write(hits->last[toward], jiffies);
	if (new)
		this_cpu_inc(hits->connections);
}

/**
 * nf_edge_hit - count a packet on the rows of one edge end
 * @masks: masks of the policy
 * @hits: counters of the node of that end
 * @rows: the rows that permit the packet, at least one
 * @toward: direction of the packet
 * @len: length of the packet in octets, from the IP header on
 * @new: the packet opens a connection, and no row of the other end counts that
 *
 * Context: a hook, under rcu_read_lock(), preemptible or not.
 */
static __always_inline void
nf_edge_hit(const struct nf_edge_masks *masks,
	    struct nf_edge_node_hits __percpu *hits, u64 rows,
	    enum nf_edge_toward toward, unsigned int len, const bool new)
{
	u64 left;

	__nf_edge_hit(&hits->row[__ffs64(rows)][0], toward, len, new);
	for (left = rows & (rows - 1); left; left &= left - 1) {
		unsigned long i = __ffs64(left);
		bool again = rows & nf_edge_table_of(masks)->before[i];

		__nf_edge_hit(&hits->row[i][again], toward, len, new);
	}
}

void nf_edge_count_permitted(const struct nf_edge_snapshot *snapshot,
			     const struct nf_edge_packet *packet, u64 rows,
			     bool new, unsigned int len);
void nf_edge_count_refused(const struct nf_edge_snapshot *snapshot,
			   const struct nf_edge_packet *packet,
			   const struct nf_edge_judgement *judgement,
			   bool would_be, unsigned int len);

#endif
