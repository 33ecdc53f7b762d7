/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Rows of a site's own.
 */
#ifndef POLICY_SITE_ROW_H
#define POLICY_SITE_ROW_H

#include <linux/nf_edge.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* How the id of each such row begins. */
#define SITE_PREFIX	"site/"

/**
 * struct port_range - a port, or a range
 * @protocol: IPPROTO_TCP or IPPROTO_UDP
 * @low: first port
 * @high: last port
 */
struct port_range {
	uint8_t protocol;
	uint16_t low;
	uint16_t high;
};

/**
 * struct site_row - a row of the site's own
 * @id: its id, site/ and its name
 * @service: enum nf_edge_service
 * @direction: enum nf_edge_direction
 * @ports: its destination ports
 * @port_count: number of ports and ranges
 * @sets: its peer sets, a bit a number of a set
 * @any: its peers are External Any or Internal Any
 * @nodes: names of the nodes that have it, NULL for all nodes
 * @node_count: number of these nodes
 * @node_capacity: number of nodes that there is room for
 * @exposed: it lets much of the Internet in, and its author knows
 * @note: may be empty
 * @line: of a configuration: its first line, like all lines 0 when it has none
 * @ports_line: line of its ports
 * @peers_line: line of its peers
 * @nodes_line: line of its nodes
 * @exposed_line: line of exposed
 */
struct site_row {
	char id[NF_EDGE_ROW_ID_MAX + 1];
	uint8_t service;
	uint8_t direction;
	struct port_range ports[NF_EDGE_MAX_PORTS];
	size_t port_count;
	uint32_t sets;
	bool any;
	char (*nodes)[NF_EDGE_NODE_NAME_MAX + 1];
	size_t node_count;
	size_t node_capacity;
	bool exposed;
	char note[NF_EDGE_NOTE_MAX + 1];
	unsigned int line;
	unsigned int ports_line;
	unsigned int peers_line;
	unsigned int nodes_line;
	unsigned int exposed_line;
};

const char *site_row_name(const struct site_row *row);
void site_row_add_node(struct site_row *row, const char *node);
bool site_row_of_node(const struct site_row *row, const char *node);
bool site_row_outside(const struct site_row *row);
char *port_range_text(const struct port_range *range);
char *site_row_ports(const struct site_row *row, const char *separator);

#endif /* POLICY_SITE_ROW_H */
