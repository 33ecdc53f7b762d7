// SPDX-License-Identifier: GPL-2.0-only
/*
 * Count packets on the rows of a node, for each CPU.
 */

#include <linux/bitops.h>

#include "counters.h"
#include "drops.h"
#include "node.h"
#include "snapshot.h"

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
 * @snapshot: the policy
 * @packet: the packet
 * @rows: the rows that permit the packet
 * @new: the packet opens a connection
 * @len: length of the packet in octets, from the IP header on
 *
 * Context: a hook, under rcu_read_lock(), preemptible or not.
 */
void nf_edge_count_permitted(const struct nf_edge_snapshot *snapshot,
			     const struct nf_edge_packet *packet, u64 rows,
			     bool new, unsigned int len)
{
	const struct nf_edge_masks *masks = &snapshot->masks;
	struct nf_edge_node *const *nodes = snapshot->nodes;
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
 * nf_edge_count_refused - count a packet that the policy refuses
 * @snapshot: the policy
 * @packet: the packet
 * @judgement: reason of the drop, and near rows
 * @would_be: the mode is audit, and the packet passes
 * @len: length of the packet in octets, from the IP header on
 *
 * Context: a hook, under rcu_read_lock(), preemptible or not.
 */
void nf_edge_count_refused(const struct nf_edge_snapshot *snapshot,
			   const struct nf_edge_packet *packet,
			   const struct nf_edge_judgement *judgement,
			   bool would_be, unsigned int len)
{
	nf_edge_count_drop(snapshot->drops, judgement->reason, would_be, len);
	if ((BIT(judgement->reason) & NF_EDGE_REASONS_DENYING) &&
	    !packet->error)
		count_ends(snapshot->masks.table, snapshot->nodes,
			   packet->source, packet->destination,
			   judgement->near, true);
}
