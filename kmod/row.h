/* SPDX-License-Identifier: GPL-2.0-only */
/* One row of a table of permitted flows. */
#ifndef _NF_EDGE_ROW_H
#define _NF_EDGE_ROW_H

#include <linux/types.h>
#include <uapi/linux/nf_edge.h>

#define NF_EDGE_FEATURE_NONE	0xff

/* Rows of a table, at most: bit n of a u64 mask is row n. */
#define NF_EDGE_TABLE_ROWS	NF_EDGE_MAX_ROWS

/* Peer sets, at most: bit n of a u32 mask is set n. */
#define NF_EDGE_TABLE_SETS	32

/* Mask of nodes of a row that every node has. */
#define NF_EDGE_ALL_NODES	(~0ULL)

/**
 * struct nf_edge_ports - a port or a range of ports
 * @low: first port, host order
 * @high: last port, host order
 * @l4proto: IPPROTO_TCP or IPPROTO_UDP
 */
struct nf_edge_ports {
	u16 low;
	u16 high;
	u8 l4proto;
};

/**
 * struct nf_edge_port_guard - ports that wide rows reach by accident
 * @low: first port, host order
 * @high: last port, host order
 * @l4proto: IPPROTO_TCP or IPPROTO_UDP, or 0 for no guard
 *
 * The guard concerns inbound rows of the external side.
 */
struct nf_edge_port_guard {
	u16 low;
	u16 high;
	u8 l4proto;
};

/**
 * struct nf_edge_row - one line of the table
 * @id: zone and number, or site and name: the name shown to people
 * @role: the document's role column
 * @application: the document's application column
 * @note: purpose of the row
 * @nodes: mask of the numbers of the nodes that have the row
 * @peer_sets: mask of enum nf_edge_peer_set that may narrow its peers
 * @ports: destination ports in force
 * @documented: destination ports of the document; all zero in a row of the
 *	site's own
 * @n_ports: number of @ports, one at least
 * @zone: enum nf_edge_zone
 * @service: enum nf_edge_service, the Edge end
 * @direction: enum nf_edge_direction
 * @side: enum nf_edge_side, internal or external
 * @feature: enum nf_edge_feature or NF_EDGE_FEATURE_NONE
 * @any_when_unbound: with no set bound: true for Any, false for nobody
 * @exposed: as configured, in a row of the site's own
 */
struct nf_edge_row {
	const char *id;
	const char *role;
	const char *application;
	const char *note;
	u64 nodes;
	u32 peer_sets;
	struct nf_edge_ports ports[NF_EDGE_MAX_PORTS];
	struct nf_edge_ports documented;
	u8 n_ports;
	u8 zone;
	u8 service;
	u8 direction;
	u8 side;
	u8 feature;
	bool any_when_unbound;
	bool exposed;
};

#endif
