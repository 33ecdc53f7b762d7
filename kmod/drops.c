// SPDX-License-Identifier: GPL-2.0-only
/*
 * Drop counters: packets that a policy refuses, or would refuse in audit.
 */

#include <linux/cpumask.h>
#include <linux/string.h>

#include "counters.h"
#include "drops.h"
#include "judge.h"

/**
 * nf_edge_count_refused - count a packet that the policy refuses
 * @drops: drop counters of the namespace
 * @table: rows of the policy
 * @nodes: nodes of the policy, by number
 * @packet: the packet
 * @judgement: reason of the drop, and near rows
 * @would_be: the mode is audit, and the packet passes
 * @len: length of the packet in octets, from the IP header on
 *
 * Context: a hook, under rcu_read_lock(), preemptible or not.
 */
void nf_edge_count_refused(struct nf_edge_drops __percpu *drops,
			   const struct nf_edge_table *table,
			   struct nf_edge_node *const *nodes,
			   const struct nf_edge_packet *packet,
			   const struct nf_edge_judgement *judgement,
			   bool would_be, unsigned int len)
{
	nf_edge_count_drop(drops, judgement->reason, would_be, len);
	if ((BIT(judgement->reason) & NF_EDGE_REASONS_DENYING) &&
	    !packet->error)
		nf_edge_count_denied(table, nodes, packet, judgement->near);
}

/**
 * nf_edge_drops_sum - add up drop counters of all CPUs
 * @drops: drop counters of the namespace
 * @sum: receives the counts since the namespace began
 *
 * Context: any.
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
