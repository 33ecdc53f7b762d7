// SPDX-License-Identifier: GPL-2.0-only
/*
 * Drop counters: packets that a policy refuses, or would refuse in audit.
 */

#include <linux/cpumask.h>
#include <linux/string.h>

#include "drops.h"

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
