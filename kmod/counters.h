/* SPDX-License-Identifier: GPL-2.0-only */
/* Counters of rows and services, by node. */
#ifndef _NF_EDGE_COUNTERS_H
#define _NF_EDGE_COUNTERS_H

#include <linux/bitops.h>
#include <linux/cache.h>
#include <linux/irqflags.h>	/* this_cpu_add() of some machines */
#include <linux/jiffies.h>
#include <linux/percpu.h>
#include <linux/refcount.h>

#include "judge.h"
#include "table.h"

/* Counters are read and written by one instruction: readers take no lock. */
static_assert(sizeof(long) == sizeof(u64));

/* Direction of a packet, seen from the edge end. */
enum nf_edge_toward {
	NF_EDGE_TO_EDGE,
	NF_EDGE_FROM_EDGE,
};

/**
 * struct nf_edge_counts - hits of a row or a service at one node
 * @packets: permitted packets, by enum nf_edge_toward
 * @bytes: octets of permitted packets from the IP header on, by enum
 *	nf_edge_toward
 * @connections: permitted packets that opened a connection
 * @denied: refused packets with this near row
 * @last_hit: time of the last permitted packet, in seconds since 1970, or 0;
 *	exact to about a second, and late by the time of a suspend since
 */
struct nf_edge_counts {
	u64 packets[2];
	u64 bytes[2];
	u64 connections;
	u64 denied;
	u64 last_hit;
};

/**
 * struct nf_edge_counters - all counts of one node
 * @row: counts by index of the row in the table
 * @service: counts by enum nf_edge_service
 */
struct nf_edge_counters {
	struct nf_edge_counts row[NF_EDGE_TABLE_ROWS];
	struct nf_edge_counts service[NF_EDGE_SERVICES];
};

/**
 * struct nf_edge_hits - counts of a row on one CPU
 * @packets: as in struct nf_edge_counts
 * @bytes: as in struct nf_edge_counts
 * @last: jiffies of the last permitted packet, or 0, by enum nf_edge_toward
 * @connections: as in struct nf_edge_counts
 * @denied: as in struct nf_edge_counts
 */
struct nf_edge_hits {
	u64 packets[2];
	u64 bytes[2];
	u64 last[2];
	u64 connections;
	u64 denied;
} __aligned(64);	/* one cache line */

/**
 * struct nf_edge_node_hits - counts of a node on one CPU
 * @row: counts by index of the row in the table, in two parts.  Part 1 has the
 *	packets that a row of the same service with a smaller index counts too.
 *	Part 0 has all other packets: the parts 0 of a service's rows add up to
 *	the service's counts, and each packet counts once.
 */
struct nf_edge_node_hits {
	struct nf_edge_hits row[NF_EDGE_TABLE_ROWS][2];
};

/**
 * struct nf_edge_node - a node, shared by the policies that have its name
 * @refs: references, one for each site with the node
 * @cpu: counts of each CPU since the node was created
 * @base: counts at the last reset; under nf_edge_net.reset_mutex
 * @name: name of the node
 */
struct nf_edge_node {
	refcount_t refs;
	struct nf_edge_node_hits __percpu *cpu;
	struct nf_edge_counters base;
	char name[NF_EDGE_NODE_NAME_MAX + 1];
};

struct nf_edge_node *nf_edge_node_create(const char *name);
void nf_edge_node_put(struct nf_edge_node *node);

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

void nf_edge_count_permitted(const struct nf_edge_masks *masks,
			     struct nf_edge_node *const *nodes,
			     const struct nf_edge_packet *packet, u64 rows,
			     bool new, unsigned int len);
void nf_edge_count_denied(const struct nf_edge_table *table,
			  struct nf_edge_node *const *nodes,
			  const struct nf_edge_packet *packet, u64 near);

void nf_edge_node_sum(const struct nf_edge_node *node,
		      const struct nf_edge_table *table,
		      struct nf_edge_counters *sum);
void nf_edge_counts_sub(struct nf_edge_counts *a,
			const struct nf_edge_counts *b);

#endif
