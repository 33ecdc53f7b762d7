/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Counters, as the module keeps them.
 */
#ifndef NETLINK_COUNTERS_H
#define NETLINK_COUNTERS_H

#include <stdbool.h>
#include <stdint.h>

#include "netlink/client.h"
#include "netlink/view.h"
#include "policy/names.h"
#include "policy/rows.h"

/**
 * struct counts - the counters of a row, or the totals of a service
 * @known: the module sent them
 * @connections: connections permitted
 * @packets_to_edge: packets permitted toward the Edge
 * @bytes_to_edge: bytes of these packets
 * @packets_from_edge: packets permitted from the Edge
 * @bytes_from_edge: bytes of these packets
 * @denied: packets that the row nearly permitted
 * @last_hit: time of the last permitted packet, in seconds since 1970, or 0
 */
struct counts {
	bool known;
	uint64_t connections;
	uint64_t packets_to_edge;
	uint64_t bytes_to_edge;
	uint64_t packets_from_edge;
	uint64_t bytes_from_edge;
	uint64_t denied;
	uint64_t last_hit;
};

/**
 * struct node_counts - the counters of a node
 * @node: its name
 * @table: the rows that @rows is of
 * @rows: by place in @table
 * @services: totals of each service
 * @generation: of the policy that the module answered for
 */
struct node_counts {
	char node[NF_EDGE_NODE_NAME_MAX + 1];
	const struct row_table *table;
	struct counts rows[ROWS_MAX];
	struct counts services[SERVICE_COUNT];
	uint32_t generation;
};

struct drop_counts {
	uint64_t packets;
	uint64_t bytes;
	uint64_t would_be_packets;
	uint64_t would_be_bytes;
};

int counters_read(struct client *client, const struct row_table *table,
		  const char *node, int zone, bool reset,
		  struct node_counts *counts);
int counters_read_all(struct client *client, const struct view *view, int zone,
		      struct node_counts *nodes);
int counters_read_drops(struct client *client, bool reset,
			struct drop_counts drops[REASON_COUNT]);
int counters_add(struct client *client, const struct row_table *table,
		 const struct node_counts *counts);
int counters_add_drops(struct client *client,
		       const struct drop_counts drops[REASON_COUNT]);

#endif /* NETLINK_COUNTERS_H */
