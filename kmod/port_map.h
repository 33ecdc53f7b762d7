/* SPDX-License-Identifier: GPL-2.0-only */
/* From a protocol and a port to the rows that name both. */
#ifndef _NF_EDGE_PORT_MAP_H
#define _NF_EDGE_PORT_MAP_H

#include <linux/types.h>

#include "row.h"

/* Upper octets of a port that name different rows, and sets of rows. */
#define NF_EDGE_PORT_PAGES	32
#define NF_EDGE_PORT_SETS	32

/**
 * struct nf_edge_port_map - from a protocol and a port to the rows that name it
 * @protocol: by the protocol: 0 is for those that no row names
 * @page: by that and the port's upper octet: where a page begins in @set; the
 *	first names no row
 * @set: by the page and the port's lower octet; set 0 is empty
 * @rows: by the set
 */
struct nf_edge_port_map {
	u8 protocol[256];
	u16 page[3][256];
	u8 set[NF_EDGE_PORT_PAGES * 256];
	u64 rows[NF_EDGE_PORT_SETS];
};

#define NF_EDGE_PORTS_TCP	1
#define NF_EDGE_PORTS_UDP	2

/* Written by nf_edge_flow_table_init() alone. */
extern struct nf_edge_port_map nf_edge_port_map;

int nf_edge_port_map_build(struct nf_edge_port_map *map,
			   const struct nf_edge_row *row, int n);

static __always_inline u64 __nf_edge_rows_by_port(u8 protocol, u16 port)
{
	const struct nf_edge_port_map *map = &nf_edge_port_map;
	u32 page = map->page[protocol][port >> 8];

	return map->rows[map->set[page + (port & 0xff)]];
}

/**
 * nf_edge_rows_by_port - the rows, dead or alive, that name a port
 * @l4proto: protocol of the connection; other than TCP and UDP names no row
 * @port: destination port, host order
 */
static __always_inline u64 nf_edge_rows_by_port(u8 l4proto, u16 port)
{
	return __nf_edge_rows_by_port(nf_edge_port_map.protocol[l4proto], port);
}

#endif
