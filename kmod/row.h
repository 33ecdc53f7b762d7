/* SPDX-License-Identifier: GPL-2.0-only */
/* One row of a table of permitted flows. */
#ifndef _NF_EDGE_ROW_H
#define _NF_EDGE_ROW_H

#include <linux/types.h>

#define NF_EDGE_FEATURE_NONE	0xff

/* Rows of a table, at most: bit n of a u64 mask is row n. */
#define NF_EDGE_TABLE_ROWS	64

/* Peer sets, at most: bit n of a u32 mask is set n. */
#define NF_EDGE_TABLE_SETS	32

/**
 * struct nf_edge_row - one line of the table
 * @id: zone and number, the name shown to people
 * @role: the document's role column
 * @application: the document's application column
 * @note: what the row is for
 * @peer_sets: mask of enum nf_edge_peer_set that may narrow its peers
 * @port_low: first destination port, host order
 * @port_high: last destination port, host order
 * @l4proto: IPPROTO_TCP or IPPROTO_UDP
 * @zone: enum nf_edge_zone
 * @service: enum nf_edge_service, the Edge end
 * @direction: enum nf_edge_direction
 * @side: enum nf_edge_side, internal or external
 * @feature: enum nf_edge_feature or NF_EDGE_FEATURE_NONE
 * @any_when_unbound: with no set bound: true for Any, false for nobody
 */
struct nf_edge_row {
	const char *id;
	const char *role;
	const char *application;
	const char *note;
	u32 peer_sets;
	u16 port_low;
	u16 port_high;
	u8 l4proto;
	u8 zone;
	u8 service;
	u8 direction;
	u8 side;
	u8 feature;
	bool any_when_unbound;
};

#endif
