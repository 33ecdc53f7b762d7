// SPDX-License-Identifier: GPL-2.0-only
/*
 * Nodes and their counters.  Counters are per CPU and only ever grow: a reader
 * adds them up, and a reset remembers the sum.  A policy with other rows has
 * nodes of its own, and packets may count on nodes of the policy before for a
 * while: both kinds of nodes are in one ledger, and are added up.  So no hit is
 * lost, whoever reads, resets and loads meanwhile.
 */

#include <linux/bits.h>
#include <linux/cpumask.h>
#include <linux/jiffies.h>
#include <linux/math64.h>
#include <linux/minmax.h>
#include <linux/mm.h>
#include <linux/mutex.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/timekeeping.h>

#include "node.h"

/* Ledgers, and which nodes are in them, of all namespaces. */
static DEFINE_MUTEX(nodes_mutex);

/**
 * nf_edge_nodes_lock - keep all ledgers as they are
 *
 * Context: may sleep.
 */
void nf_edge_nodes_lock(void)
{
	mutex_lock(&nodes_mutex);
}

/**
 * nf_edge_nodes_unlock - let ledgers change
 */
void nf_edge_nodes_unlock(void)
{
	mutex_unlock(&nodes_mutex);
}

/**
 * nf_edge_node_create - a node with all counters at zero
 * @name: its name
 * @table: the rows that its packets are counted on
 *
 * Context: may sleep.
 * Return: the node with one reference, or NULL without memory.
 */
struct nf_edge_node *nf_edge_node_create(const char *name,
					 const struct nf_edge_table *table)
{
	struct nf_edge_node *node;
	u32 i;

	node = kzalloc(sizeof(*node), GFP_KERNEL_ACCOUNT);
	if (!node)
		return NULL;
	node->ledger = kvzalloc(sizeof(*node->ledger), GFP_KERNEL_ACCOUNT);
	node->cpu = alloc_percpu_gfp(struct nf_edge_node_hits,
				     GFP_KERNEL_ACCOUNT);
	if (!node->ledger || !node->cpu) {
		free_percpu(node->cpu);
		kvfree(node->ledger);
		kfree(node);
		return NULL;
	}
	strscpy(node->name, name, sizeof(node->name));
	refcount_set(&node->refs, 1);
	INIT_LIST_HEAD(&node->ledger->nodes);
	list_add(&node->list, &node->ledger->nodes);
	node->rows = ~0ULL;
	node->n = table->n;
	for (i = 0; i < table->n; i++) {
		node->service[i] = table->row[i].service;
		node->place[i] = i;
	}
	return node;
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

/* Adds all hits of a node, by place in the table in force. */
static void node_add(struct nf_edge_counters *sum,
		     const struct nf_edge_node *node)
{
	int cpu;
	u32 i;

	for_each_possible_cpu(cpu) {
		const struct nf_edge_node_hits *hits =
			per_cpu_ptr(node->cpu, cpu);

		for (i = 0; i < node->n; i++) {
			counts_add(&sum->service[node->service[i]],
				   &hits->row[i][0]);
			if (node->place[i] == NF_EDGE_NO_PLACE)
				continue;
			counts_add(&sum->row[node->place[i]],
				   &hits->row[i][0]);
			counts_add(&sum->row[node->place[i]],
				   &hits->row[i][1]);
		}
	}
}

/**
 * nf_edge_node_put - give a reference back
 * @node: the node; no packet may count on it any more when this is the last
 *
 * Context: may sleep; takes nf_edge_nodes_lock().
 */
void nf_edge_node_put(struct nf_edge_node *node)
{
	struct nf_edge_ledger *ledger;

	if (!refcount_dec_and_test(&node->refs))
		return;
	mutex_lock(&nodes_mutex);
	ledger = node->ledger;
	node_add(&ledger->kept, node);
	list_del(&node->list);
	if (list_empty(&ledger->nodes))
		kvfree(ledger);
	mutex_unlock(&nodes_mutex);
	free_percpu(node->cpu);
	kfree(node);
}

/*
 * Take back what a node has counted on a row: of its own hits only, or of those
 * beside a row before it as well.
 */
static void take_back(struct nf_edge_counts *from,
		      const struct nf_edge_node *node, u32 row, bool again)
{
	struct nf_edge_counts sum = {};
	int cpu;

	for_each_possible_cpu(cpu) {
		const struct nf_edge_node_hits *hits =
			per_cpu_ptr(node->cpu, cpu);

		counts_add(&sum, &hits->row[row][0]);
		if (again)
			counts_add(&sum, &hits->row[row][1]);
	}
	nf_edge_counts_sub(from, &sum);
}

/* Jiffies at a time in seconds since 1970; not 0, and not later than now. */
static u64 jiffies_of_hit(u64 seconds)
{
	u64 now = ktime_get_real_ns(), jiffies_now = get_jiffies_64(), ago = 0;

	/* The middle of the second: a reader finds the same one. */
	if (seconds < div_u64(now, NSEC_PER_SEC))
		ago = now - seconds * NSEC_PER_SEC - NSEC_PER_SEC / 2;
	ago = nsecs_to_jiffies(ago);
	return jiffies_now - min(ago, jiffies_now - 1);
}

static void counts_carry(struct nf_edge_counts *kept,
			 const struct nf_edge_counts *more)
{
	int i;

	for (i = 0; i < 2; i++) {
		kept->packets[i] += more->packets[i];
		kept->bytes[i] += more->bytes[i];
	}
	kept->connections += more->connections;
	kept->denied += more->denied;
	if (more->last_hit)
		kept->last_hit = max(kept->last_hit,
				     jiffies_of_hit(more->last_hit));
}

/**
 * nf_edge_node_carry - add what a module before this one has counted
 * @node: a node in force
 * @counts: the counts, by place in the table in force
 *
 * Context: nf_edge_nodes_lock().
 */
void nf_edge_node_carry(struct nf_edge_node *node,
			const struct nf_edge_counters *counts)
{
	u32 i;

	for (i = 0; i < node->n; i++)
		counts_carry(&node->ledger->kept.row[i], &counts->row[i]);
	for (i = 0; i < NF_EDGE_SERVICES; i++)
		counts_carry(&node->ledger->kept.service[i],
			     &counts->service[i]);
}

static void forget_last_hits(struct nf_edge_node *node)
{
	int cpu, i, j;
	u32 row;

	for_each_possible_cpu(cpu) {
		struct nf_edge_node_hits *hits = per_cpu_ptr(node->cpu, cpu);

		for (row = 0; row < node->n; row++)
			for (i = 0; i < 2; i++)
				for (j = 0; j < 2; j++)
					WRITE_ONCE(hits->row[row][i].last[j],
						   0);
	}
}

/* Let nothing of what a node has counted show in its ledger. */
static void hide_node(struct nf_edge_node *node)
{
	u32 i;

	for (i = 0; i < node->n; i++) {
		take_back(&node->ledger->kept.service[node->service[i]], node,
			  i, false);
		node->place[i] = NF_EDGE_NO_PLACE;
	}
	forget_last_hits(node);
}

/*
 * Let a node count on its own places.  Where it has none, count from zero, or
 * from the node's own hits and @rest.
 */
static void take_places(struct nf_edge_node *node,
			const struct nf_edge_rest *rest)
{
	struct nf_edge_counts *kept = node->ledger->kept.row;
	u32 i;

	for (i = 0; i < node->n; i++) {
		if (node->place[i] != NF_EDGE_NO_PLACE)
			continue;
		if (rest)
			kept[i] = rest->row[i];
		else
			take_back(&kept[i], node, i, true);
		node->place[i] = i;
	}
	node->used = true;
}

/**
 * nf_edge_node_restart - let a node count from zero
 * @node: the node; no packet counts on it yet, unless it was in force before
 *
 * Context: nf_edge_nodes_lock().
 */
void nf_edge_node_restart(struct nf_edge_node *node)
{
	struct nf_edge_ledger *ledger = node->ledger;
	struct nf_edge_node *old;

	if (node->used) {
		memset(&ledger->kept, 0, sizeof(ledger->kept));
		memset(&ledger->base, 0, sizeof(ledger->base));
		list_for_each_entry(old, &ledger->nodes, list)
			hide_node(old);
	}
	take_places(node, NULL);
}

/* Move counts of rows to other places; those of rows without one are gone. */
static void move_counters(struct nf_edge_counters *counters, const u8 *place,
			  u32 n)
{
	static struct nf_edge_counts was[NF_EDGE_TABLE_ROWS];
	u32 i;

	memcpy(was, counters->row, sizeof(was));
	memset(counters->row, 0, sizeof(counters->row));
	for (i = 0; i < n; i++)
		if (place[i] != NF_EDGE_NO_PLACE)
			counters->row[place[i]] = was[i];
}

static void move_places(struct nf_edge_node *node, const u8 *place)
{
	u32 i;

	for (i = 0; i < node->n; i++)
		if (node->place[i] != NF_EDGE_NO_PLACE)
			node->place[i] = place[node->place[i]];
}

/* All nodes of a ledger go to another; what they have counted is not seen. */
static void join_ledgers(struct nf_edge_ledger *ledger,
			 struct nf_edge_ledger *other)
{
	struct nf_edge_node *node, *next;

	list_for_each_entry_safe(node, next, &other->nodes, list) {
		list_move(&node->list, &ledger->nodes);
		node->ledger = ledger;
		if (node->used)
			hide_node(node);
	}
	kvfree(other);
}

/* Whether a row of one node and that of a place of another count as one. */
static bool has_both(const struct nf_edge_node *from, u32 row,
		     const struct nf_edge_node *node, u8 place)
{
	return place != NF_EDGE_NO_PLACE && (from->rows & BIT_ULL(row)) &&
	       (node->rows & BIT_ULL(place));
}

static void count_on(struct nf_edge_node *node, struct nf_edge_node *from,
		     const u8 *place, const struct nf_edge_rest *rest)
{
	struct nf_edge_ledger *ledger = from->ledger;
	u8 to[NF_EDGE_TABLE_ROWS];
	struct nf_edge_node *old;
	u32 i;

	for (i = 0; i < from->n; i++)
		to[i] = has_both(from, i, node, place[i]) ? place[i] :
							    NF_EDGE_NO_PLACE;
	move_counters(&ledger->kept, to, from->n);
	move_counters(&ledger->base, to, from->n);
	list_for_each_entry(old, &ledger->nodes, list)
		move_places(old, to);
	if (node->ledger != ledger)
		join_ledgers(ledger, node->ledger);
	take_places(node, rest);
}

/**
 * nf_edge_node_inherit - let a node count on where another is
 * @node: the node, which is about to be in force
 * @from: the node of the same name in force until then; packets may still count
 *	on it, and are counted
 * @place: by place in the table of @from, the place in the table of @node, or
 *	NF_EDGE_NO_PLACE
 *
 * A row that only one of the two has starts at zero, and leaves the totals of
 * its service alone.  The node may have been in force before @from.
 *
 * Context: nf_edge_nodes_lock().
 */
void nf_edge_node_inherit(struct nf_edge_node *node, struct nf_edge_node *from,
			  const u8 *place)
{
	count_on(node, from, place, NULL);
}

/**
 * nf_edge_node_keep - keep the counts of rows that another policy may not have
 * @node: a node in force
 * @rest: receives the counts, for nf_edge_node_return()
 *
 * Context: nf_edge_nodes_lock().
 */
void nf_edge_node_keep(const struct nf_edge_node *node,
		       struct nf_edge_rest *rest)
{
	const struct nf_edge_ledger *ledger = node->ledger;
	const struct nf_edge_node *one;
	static struct nf_edge_counters sum;
	u32 i;

	sum = ledger->kept;
	list_for_each_entry(one, &ledger->nodes, list)
		if (one != node)
			node_add(&sum, one);
	for (i = 0; i < node->n; i++)
		nf_edge_counts_sub(&sum.row[i], &ledger->base.row[i]);
	memcpy(rest->row, sum.row, sizeof(rest->row));
}

/**
 * nf_edge_node_return - let a node that was in force before count on
 * @node: the node, which is about to be in force again
 * @from: the node of the same name that was in force since; not @node
 * @place: as for nf_edge_node_inherit()
 * @rest: what nf_edge_node_keep() kept when @from came
 *
 * A row that @from lacks counts on from where it was when @from came.
 *
 * Context: nf_edge_nodes_lock().
 */
void nf_edge_node_return(struct nf_edge_node *node, struct nf_edge_node *from,
			 const u8 *place, const struct nf_edge_rest *rest)
{
	count_on(node, from, place, rest);
}

/*
 * The real time of jiffy 0.  Jiffies come in steps, so each reading of both
 * clocks gives another one.  Keep the first until they are far apart, so that a
 * last hit reads the same each time.
 */
static u64 time_of_jiffy_0(u64 now_jiffies, u64 now)
{
	const u64 slack = NSEC_PER_SEC / 4;
	u64 found = now - jiffies64_to_nsecs(now_jiffies);
	static u64 kept;

	if (found - kept + slack > 2 * slack)
		kept = found;
	return kept;
}

/* Convert the last hit from jiffies to seconds since 1970.  0 stays 0. */
static void finish_last_hit(struct nf_edge_counts *sum, u64 jiffy_0, u64 now)
{
	if (sum->last_hit)
		sum->last_hit = div_u64(min(now, jiffy_0 +
					    jiffies64_to_nsecs(sum->last_hit)),
					NSEC_PER_SEC);
}

/**
 * nf_edge_node_sum - all that a node in force counted since it came
 * @node: the node
 * @sum: where the sums over all CPUs go, those of policies before included
 *
 * Context: nf_edge_nodes_lock().
 */
void nf_edge_node_sum(const struct nf_edge_node *node,
		      struct nf_edge_counters *sum)
{
	const struct nf_edge_node *one;
	u64 now, jiffy_0;
	u32 i;

	*sum = node->ledger->kept;
	list_for_each_entry(one, &node->ledger->nodes, list)
		node_add(sum, one);

	/* Read the clocks last, so that no hit is later than now. */
	jiffy_0 = get_jiffies_64();
	now = ktime_get_real_ns();
	jiffy_0 = time_of_jiffy_0(jiffy_0, now);
	for (i = 0; i < node->n; i++)
		finish_last_hit(&sum->row[i], jiffy_0, now);
	for (i = 0; i < NF_EDGE_SERVICES; i++)
		finish_last_hit(&sum->service[i], jiffy_0, now);
}
