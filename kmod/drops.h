/* SPDX-License-Identifier: GPL-2.0-only */
/* Drop counters of a namespace, by reason. */
#ifndef _NF_EDGE_DROPS_H
#define _NF_EDGE_DROPS_H

#include <linux/irqflags.h>	/* this_cpu_add() of some machines */
#include <linux/percpu.h>
#include <linux/types.h>
#include <uapi/linux/nf_edge.h>

#define NF_EDGE_REASONS		(NF_EDGE_REASON_MAX + 1)

/* Drop counters of one reason.  Index 1 is for would-be drops. */
struct nf_edge_drop {
	u64 packets[2];
	u64 bytes[2];
};

/**
 * struct nf_edge_drops - drop counters of a namespace on one CPU
 * @reason: by enum nf_edge_reason
 * @offloaded: governed packets of connections marked offloaded
 */
struct nf_edge_drops {
	struct nf_edge_drop reason[NF_EDGE_REASONS];
	u64 offloaded;
};

/* Count a drop, or a would-be drop in audit. */
static inline void nf_edge_count_drop(struct nf_edge_drops __percpu *drops,
				      enum nf_edge_reason reason, bool would_be,
				      unsigned int len)
{
	this_cpu_inc(drops->reason[reason].packets[would_be]);
	this_cpu_add(drops->reason[reason].bytes[would_be], len);
}

void nf_edge_drops_sum(const struct nf_edge_drops __percpu *drops,
		       struct nf_edge_drops *sum);

#endif
