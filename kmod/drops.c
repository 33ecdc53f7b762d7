// SPDX-License-Identifier: GPL-2.0-only
/*
 * Packets that a policy refuses, or would refuse in audit, are counted here.
 */

#include <linux/cpumask.h>
#include <linux/string.h>

#include "counters.h"
#include "drops.h"
#include "judge.h"

/**
 * nf_edge_count_refused - count a packet that the policy refuses
 * @drops: the namespace's
 * @table: the policy's rows
 * @nodes: the policy's nodes by number
 * @packet: the packet
 * @judgement: why
 * @would_be: it goes on, since the mode is audit
 * @len: octets from the IP header on
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
