// SPDX-License-Identifier: GPL-2.0-only
/*
 * Counters are per CPU and only ever grow: a reader adds them up, and a reset
 * remembers the sum.  So no hit is lost, whoever reads and resets meanwhile.
 */

#include <linux/cpumask.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/timekeeping.h>

#include "counters.h"

/**
 * nf_edge_node_create - a node with all counters at zero
 * @name: its name
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
	node->cpu = alloc_percpu_gfp(struct nf_edge_counters,
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
 * @node: the node; no packet may count on it any more when this is the last
 */
void nf_edge_node_put(struct nf_edge_node *node)
{
	if (!refcount_dec_and_test(&node->refs))
		return;
	free_percpu(node->cpu);
	kfree(node);
}

static void hit(struct nf_edge_counts __percpu *counts, int toward, bool new,
		unsigned int len, u64 now)
{
	this_cpu_inc(counts->packets[toward]);
	this_cpu_add(counts->bytes[toward], len);
	if (new)
		this_cpu_inc(counts->connections);
	if (this_cpu_read(counts->last_hit) != now)
		this_cpu_write(counts->last_hit, now);
}

/*
 * Counts a permitted packet on the rows and services of one edge end.  Services
 * in @begun have counted the connection at the other end already.  Returns the
 * services that counted.
 */
static unsigned long hit_end(struct nf_edge_counters __percpu *cpu, u64 rows,
			     int toward, bool new, unsigned long begun,
			     unsigned int len, u64 now)
{
	unsigned long services = 0;
	int i;

	for (; rows; rows &= rows - 1) {
		i = __ffs64(rows);
		hit(&cpu->row[i], toward, new, len, now);
		services |= BIT(nf_edge_rows[i].service);
	}
	for_each_set_bit(i, &services, NF_EDGE_SERVICES)
		hit(&cpu->service[i], toward, new && !(begun & BIT(i)), len,
		    now);
	return services;
}

/**
 * nf_edge_count_permitted - count a packet that rows permit
 * @nodes: the policy's nodes by number
 * @packet: the packet
 * @rows: the rows
 * @new: it begins a connection
 * @len: octets from the IP header on
 *
 * Context: a hook, under rcu_read_lock(), preemptible or not.
 */
void nf_edge_count_permitted(struct nf_edge_node *const *nodes,
			     const struct nf_edge_packet *packet, u64 rows,
			     bool new, unsigned int len)
{
	bool one_node = packet->source->node == packet->destination->node;
	bool first = packet->first_direction;
	u64 now = ktime_get_real_seconds();
	unsigned long begun = 0;

	if (rows & NF_EDGE_ROWS_IN)
		begun = hit_end(nodes[packet->destination->node]->cpu,
				rows & NF_EDGE_ROWS_IN,
				first ? NF_EDGE_TO_EDGE : NF_EDGE_FROM_EDGE,
				new, 0, len, now);
	if (rows & NF_EDGE_ROWS_OUT)
		hit_end(nodes[packet->source->node]->cpu,
			rows & NF_EDGE_ROWS_OUT,
			first ? NF_EDGE_FROM_EDGE : NF_EDGE_TO_EDGE,
			new, one_node ? begun : 0, len, now);
}

/* The same for a refused packet. */
static unsigned long deny_end(struct nf_edge_counters __percpu *cpu, u64 rows,
			      unsigned long denied)
{
	unsigned long services = 0;
	int i;

	for (; rows; rows &= rows - 1) {
		i = __ffs64(rows);
		this_cpu_inc(cpu->row[i].denied);
		services |= BIT(nf_edge_rows[i].service);
	}
	for_each_set_bit(i, &services, NF_EDGE_SERVICES)
		if (!(denied & BIT(i)))
			this_cpu_inc(cpu->service[i].denied);
	return services;
}

/**
 * nf_edge_count_refused - count a packet that the policy refuses
 * @drops: the namespace's
 * @nodes: the policy's nodes by number
 * @packet: the packet
 * @judgement: why
 * @would_be: it goes on, since the mode is audit
 * @len: octets from the IP header on
 *
 * Context: a hook, under rcu_read_lock(), preemptible or not.
 */
void nf_edge_count_refused(struct nf_edge_drops __percpu *drops,
			   struct nf_edge_node *const *nodes,
			   const struct nf_edge_packet *packet,
			   const struct nf_edge_judgement *judgement,
			   bool would_be, unsigned int len)
{
	u64 near = judgement->near;
	unsigned long denied = 0;

	this_cpu_inc(drops->reason[judgement->reason].packets[would_be]);
	this_cpu_add(drops->reason[judgement->reason].bytes[would_be], len);

	if (!(BIT(judgement->reason) & NF_EDGE_REASONS_DENYING) ||
	    packet->error)
		return;
	if (near & NF_EDGE_ROWS_IN)
		denied = deny_end(nodes[packet->destination->node]->cpu,
				  near & NF_EDGE_ROWS_IN, 0);
	if (near & NF_EDGE_ROWS_OUT)
		deny_end(nodes[packet->source->node]->cpu,
			 near & NF_EDGE_ROWS_OUT,
			 packet->source->node == packet->destination->node ?
			 denied : 0);
}

static void counts_add(struct nf_edge_counts *sum,
		       const struct nf_edge_counts *cpu)
{
	int i;

	for (i = 0; i < 2; i++) {
		sum->packets[i] += READ_ONCE(cpu->packets[i]);
		sum->bytes[i] += READ_ONCE(cpu->bytes[i]);
	}
	sum->connections += READ_ONCE(cpu->connections);
	sum->denied += READ_ONCE(cpu->denied);
	sum->last_hit = max(sum->last_hit, READ_ONCE(cpu->last_hit));
}

/**
 * nf_edge_counts_sub - what was counted since
 * @a: counts, reduced by
 * @b: earlier ones; the last hit stays
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
 * nf_edge_node_sum - all that a node counted since it came
 * @node: the node
 * @sum: where the sums over all CPUs go
 */
void nf_edge_node_sum(const struct nf_edge_node *node,
		      struct nf_edge_counters *sum)
{
	int cpu, i;

	memset(sum, 0, sizeof(*sum));
	for_each_possible_cpu(cpu) {
		const struct nf_edge_counters *c = per_cpu_ptr(node->cpu, cpu);

		for (i = 0; i < NF_EDGE_ROWS; i++)
			counts_add(&sum->row[i], &c->row[i]);
		for (i = 0; i < NF_EDGE_SERVICES; i++)
			counts_add(&sum->service[i], &c->service[i]);
	}
}

/**
 * nf_edge_drops_sum - all that a namespace refused since the module came
 * @drops: the namespace's
 * @sum: where the sums over all CPUs go
 */
void nf_edge_drops_sum(const struct nf_edge_drops __percpu *drops,
		       struct nf_edge_drops *sum)
{
	int cpu, i, j;

	memset(sum, 0, sizeof(*sum));
	for_each_possible_cpu(cpu) {
		const struct nf_edge_drops *d = per_cpu_ptr(drops, cpu);

		for (i = 0; i < NF_EDGE_REASONS; i++) {
			for (j = 0; j < 2; j++) {
				sum->reason[i].packets[j] +=
					READ_ONCE(d->reason[i].packets[j]);
				sum->reason[i].bytes[j] +=
					READ_ONCE(d->reason[i].bytes[j]);
			}
		}
		sum->offloaded += READ_ONCE(d->offloaded);
	}
}
