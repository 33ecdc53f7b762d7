// SPDX-License-Identifier: GPL-2.0-only
/*
 * Counters of rows and services.  Counters are per CPU and never decrease: a
 * reader adds them up, and a reset stores the sum as a base.  No hit is lost
 * when packets, readers and resets run at the same time.
 */

#include <linux/cpumask.h>
#include <linux/jiffies.h>
#include <linux/math64.h>
#include <linux/minmax.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/timekeeping.h>

#include "counters.h"

/**
 * nf_edge_node_create - create a node with all counters at zero
 * @name: name of the node
 *
 * Context: may sleep.
 * Return: the node with one reference, or NULL without memory.
 */
struct nf_edge_node *nf_edge_node_create(const char *name)
{
	struct nf_edge_node *node;

	node = kzalloc(sizeof(*node), GFP_KERNEL_ACCOUNT);
	if (!node)
		return NULL;
	node->cpu = alloc_percpu_gfp(struct nf_edge_node_hits,
				     GFP_KERNEL_ACCOUNT);
	if (!node->cpu) {
		kfree(node);
		return NULL;
	}
	strscpy(node->name, name, sizeof(node->name));
	refcount_set(&node->refs, 1);
	return node;
}

/**
 * nf_edge_node_put - give a reference back
 * @node: the node, freed with its last reference
 *
 * Context: may sleep.  A grace period has passed since the last packet of a
 * policy with @node.
 */
void nf_edge_node_put(struct nf_edge_node *node)
{
	if (!refcount_dec_and_test(&node->refs))
		return;
	free_percpu(node->cpu);
	kfree(node);
}

/*
 * Count a connection, or a denied packet, on rows of one edge end.  The
 * services of the rows in @counted have counted it already.
 */
static void count_end(const struct nf_edge_table *table,
		      struct nf_edge_node_hits __percpu *cpu, u64 rows,
		      u64 counted, bool denied)
{
	u64 left;

	for (left = rows; left; left &= left - 1) {
		int i = __ffs64(left);
		bool again = (rows & table->before[i]) ||
			     (counted &
			      table->of_service[table->row[i].service]);

		if (denied)
			this_cpu_inc(cpu->row[i][again].denied);
		else
			this_cpu_inc(cpu->row[i][again].connections);
	}
}

/* Count a connection, or a denied packet, on rows of both edge ends. */
static void count_ends(const struct nf_edge_table *table,
		       struct nf_edge_node *const *nodes,
		       const struct nf_edge_class *source,
		       const struct nf_edge_class *destination, u64 rows,
		       bool denied)
{
	u64 in = rows & table->in, out = rows & table->out;

	if (in)
		count_end(table, nodes[destination->node]->cpu, in, 0, denied);
	if (out)
		count_end(table, nodes[source->node]->cpu, out,
			  source->node == destination->node ? in : 0, denied);
}

/**
 * nf_edge_count_permitted - count a packet that rows permit
 * @masks: masks of the policy
 * @nodes: nodes of the policy, by number
 * @packet: the packet
 * @rows: the rows that permit the packet
 * @new: the packet opens a connection
 * @len: length of the packet in octets, from the IP header on
 *
 * Context: a hook, under rcu_read_lock(), preemptible or not.
 */
void nf_edge_count_permitted(const struct nf_edge_masks *masks,
			     struct nf_edge_node *const *nodes,
			     const struct nf_edge_packet *packet, u64 rows,
			     bool new, unsigned int len)
{
	const struct nf_edge_table *table = masks->table;
	bool first = packet->first_direction;

	if (rows & table->in)
		nf_edge_hit(masks, nodes[packet->destination->node]->cpu,
			    rows & table->in,
			    first ? NF_EDGE_TO_EDGE : NF_EDGE_FROM_EDGE, len,
			    false);
	if (rows & table->out)
		nf_edge_hit(masks, nodes[packet->source->node]->cpu,
			    rows & table->out,
			    first ? NF_EDGE_FROM_EDGE : NF_EDGE_TO_EDGE, len,
			    false);
	if (new)
		count_ends(table, nodes, packet->source, packet->destination,
			   rows, false);
}

/**
 * nf_edge_count_denied - count a refused packet on its near rows
 * @table: rows of the policy
 * @nodes: nodes of the policy, by number
 * @packet: the packet
 * @near: the near rows
 *
 * Context: a hook, under rcu_read_lock(), preemptible or not.
 */
void nf_edge_count_denied(const struct nf_edge_table *table,
			  struct nf_edge_node *const *nodes,
			  const struct nf_edge_packet *packet, u64 near)
{
	count_ends(table, nodes, packet->source, packet->destination, near,
		   true);
}

/* Add the counts of a CPU.  @sum has the last hit in jiffies until the end. */
static void counts_add(struct nf_edge_counts *sum,
		       const struct nf_edge_hits *hits)
{
	int i;

	for (i = 0; i < 2; i++) {
		sum->packets[i] += READ_ONCE(hits->packets[i]);
		sum->bytes[i] += READ_ONCE(hits->bytes[i]);
		sum->last_hit = max(sum->last_hit, READ_ONCE(hits->last[i]));
	}
	sum->connections += READ_ONCE(hits->connections);
	sum->denied += READ_ONCE(hits->denied);
}

/* Convert the last hit from jiffies to seconds since 1970.  0 stays 0. */
static void finish_last_hit(struct nf_edge_counts *sum, u64 now_jiffies,
			    u64 now)
{
	if (sum->last_hit)
		sum->last_hit = div_u64(now - jiffies64_to_nsecs(now_jiffies -
								 sum->last_hit),
					NSEC_PER_SEC);
}

/**
 * nf_edge_counts_sub - subtract earlier counts
 * @a: counts, reduced by @b but for the last hit
 * @b: earlier counts of the same row or service
 *
 * Context: any.
 */
void nf_edge_counts_sub(struct nf_edge_counts *a,
			const struct nf_edge_counts *b)
{
	int i;

	for (i = 0; i < 2; i++) {
		a->packets[i] -= b->packets[i];
		a->bytes[i] -= b->bytes[i];
	}
	a->connections -= b->connections;
	a->denied -= b->denied;
}

/**
 * nf_edge_node_sum - add up the counters of a node over all CPUs
 * @node: the node
 * @table: rows that the packets of the node are counted on
 * @sum: receives the counts since the node was created
 *
 * Context: any.
 */
void nf_edge_node_sum(const struct nf_edge_node *node,
		      const struct nf_edge_table *table,
		      struct nf_edge_counters *sum)
{
	u64 now, now_jiffies;
	int cpu;
	u32 i;

	memset(sum, 0, sizeof(*sum));
	for_each_possible_cpu(cpu) {
		const struct nf_edge_node_hits *hits =
			per_cpu_ptr(node->cpu, cpu);

		for (i = 0; i < table->n; i++) {
			counts_add(&sum->row[i], &hits->row[i][0]);
			counts_add(&sum->row[i], &hits->row[i][1]);
			counts_add(&sum->service[table->row[i].service],
				   &hits->row[i][0]);
		}
	}

	/* Read the clocks last, so that no hit is later than now. */
	now_jiffies = get_jiffies_64();
	now = ktime_get_real_ns();
	for (i = 0; i < table->n; i++)
		finish_last_hit(&sum->row[i], now_jiffies, now);
	for (i = 0; i < NF_EDGE_SERVICES; i++)
		finish_last_hit(&sum->service[i], now_jiffies, now);
}
