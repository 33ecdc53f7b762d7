/* SPDX-License-Identifier: GPL-2.0-only */
/* Hits of a CPU, and counts over all of them. */
#ifndef _NF_EDGE_HITS_H
#define _NF_EDGE_HITS_H

#include <linux/build_bug.h>
#include <linux/cache.h>
#include <linux/types.h>

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

#endif
