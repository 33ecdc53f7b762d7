/* SPDX-License-Identifier: GPL-2.0-only */
/* Nodes and their counters, which outlive the policies that name a node. */
#ifndef _NF_EDGE_NODE_H
#define _NF_EDGE_NODE_H

#include <linux/list.h>
#include <linux/percpu.h>
#include <linux/refcount.h>

#include "hits.h"

/**
 * struct nf_edge_ledger - the counters of a node, from one policy to the next
 * @nodes: nodes that count here: that of the policy in force, and those of
 *	policies before, while packets or readers still have them
 * @kept: counts of nodes that are gone; the last hit is in jiffies
 * @base: counts at the last reset
 *
 * By place in the table in force.  All of it is under nf_edge_nodes_lock().
 */
struct nf_edge_ledger {
	struct list_head nodes;
	struct nf_edge_counters kept;
	struct nf_edge_counters base;
};

/**
 * struct nf_edge_node - a node of policies that have the same rows at the same
 *	places
 * @refs: one a site that lists the node
 * @cpu: hits of each CPU, by place in the node's own table
 * @ledger: where the hits are added; under nf_edge_nodes_lock()
 * @list: entry of the ledger's nodes
 * @used: it was in force once; under nf_edge_nodes_lock()
 * @rows: rows of the node's own table that the node has; all unless set
 * @n: rows of the node's own table
 * @service: by place in the node's own table, enum nf_edge_service of the row
 * @place: by place in the node's own table, the place in the table in force, or
 *	NF_EDGE_NO_PLACE; under nf_edge_nodes_lock()
 * @name: its name
 */
struct nf_edge_node {
	refcount_t refs;
	struct nf_edge_node_hits __percpu *cpu;
	struct nf_edge_ledger *ledger;
	struct list_head list;
	bool used;
	u64 rows;
	u32 n;
	u8 service[NF_EDGE_TABLE_ROWS];
	u8 place[NF_EDGE_TABLE_ROWS];
	char name[NF_EDGE_NODE_NAME_MAX + 1];
};

/**
 * struct nf_edge_rest - counts of a node's rows beside the node's own hits
 * @row: counts since the last reset, by place in the node's own table; the last
 *	hit is in jiffies
 */
struct nf_edge_rest {
	struct nf_edge_counts row[NF_EDGE_TABLE_ROWS];
};

struct nf_edge_node *nf_edge_node_create(const char *name,
					 const struct nf_edge_table *table);
void nf_edge_node_put(struct nf_edge_node *node);

void nf_edge_nodes_lock(void);
void nf_edge_nodes_unlock(void);

void nf_edge_node_carry(struct nf_edge_node *node,
			const struct nf_edge_counters *counts);
void nf_edge_node_restart(struct nf_edge_node *node);
void nf_edge_node_inherit(struct nf_edge_node *node, struct nf_edge_node *from,
			  const u8 *place);
void nf_edge_node_keep(const struct nf_edge_node *node,
		       struct nf_edge_rest *rest);
void nf_edge_node_return(struct nf_edge_node *node, struct nf_edge_node *from,
			 const u8 *place, const struct nf_edge_rest *rest);
void nf_edge_counts_sub(struct nf_edge_counts *a,
			const struct nf_edge_counts *b);
void nf_edge_node_sum(const struct nf_edge_node *node,
		      struct nf_edge_counters *sum);

#endif
