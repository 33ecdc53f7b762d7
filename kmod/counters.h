/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _NF_EDGE_COUNTERS_H
#define _NF_EDGE_COUNTERS_H

#include <linux/percpu.h>
#include <linux/refcount.h>

#include "classify.h"

/* Counters are read and written by one instruction each. */
static_assert(sizeof(long) == sizeof(u64));

#define NF_EDGE_SERVICES	(NF_EDGE_SERVICE_INTERNAL + 1)
#define NF_EDGE_REASONS		(NF_EDGE_REASON_SEVERAL + 1)

/* Which way a packet went, seen from the Edge end. */
enum nf_edge_toward {
	NF_EDGE_TO_EDGE,
	NF_EDGE_FROM_EDGE,
};

/**
 * struct nf_edge_counts - hits of a row or a service at one node
 * @packets: permitted packets, by enum nf_edge_toward
 * @bytes: their lengths from the IP header on, likewise
 * @connections: permitted packets that began a connection
 * @denied: packets refused that had this as a near row
 * @last_hit: seconds since 1970 of the last permitted packet, or 0
 */
struct nf_edge_counts {
	u64 packets[2];
	u64 bytes[2];
	u64 connections;
	u64 denied;
	u64 last_hit;
};

/**
 * struct nf_edge_counters - all counts of one node, on one CPU or summed up
 * @row: by place in the table
 * @service: by enum nf_edge_service
 */
struct nf_edge_counters {
	struct nf_edge_counts row[NF_EDGE_ROWS];
	struct nf_edge_counts service[NF_EDGE_SERVICES];
};

/**
 * struct nf_edge_node - a node, which outlives the policies that name it
 * @refs: one a site that lists the node
 * @cpu: what each CPU counted since the node came
 * @base: what was counted at the last reset; under reset_mutex
 * @name: its name
 */
struct nf_edge_node {
	refcount_t refs;
	struct nf_edge_counters __percpu *cpu;
	struct nf_edge_counters base;
	char name[NF_EDGE_NODE_NAME_MAX + 1];
};

/* Refused packets of one reason; index 1 is for would-be drops. */
struct nf_edge_drop {
	u64 packets[2];
	u64 bytes[2];
};

/**
 * struct nf_edge_drops - what a namespace refused
 * @reason: by enum nf_edge_reason
 * @offloaded: governed packets of connections marked offloaded
 */
struct nf_edge_drops {
	struct nf_edge_drop reason[NF_EDGE_REASONS];
	u64 offloaded;
};

struct nf_edge_node *nf_edge_node_create(const char *name);
void nf_edge_node_put(struct nf_edge_node *node);

void nf_edge_count_permitted(struct nf_edge_node *const *nodes,
			     const struct nf_edge_packet *packet, u64 rows,
			     bool new, unsigned int len);
void nf_edge_count_refused(struct nf_edge_drops __percpu *drops,
			   struct nf_edge_node *const *nodes,
			   const struct nf_edge_packet *packet,
			   const struct nf_edge_judgement *judgement,
			   bool would_be, unsigned int len);

void nf_edge_node_sum(const struct nf_edge_node *node,
		      struct nf_edge_counters *sum);
void nf_edge_counts_sub(struct nf_edge_counts *a,
			const struct nf_edge_counts *b);
void nf_edge_drops_sum(const struct nf_edge_drops __percpu *drops,
		       struct nf_edge_drops *sum);

#endif
