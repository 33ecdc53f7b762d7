/* SPDX-License-Identifier: GPL-2.0-only */
/* From a protocol and a port to the rows that name both. */
#ifndef _NF_EDGE_PORT_MAP_H
#define _NF_EDGE_PORT_MAP_H

#include <linux/types.h>

#include "row.h"

/* First index of a map: the protocol of a port. */
enum nf_edge_port_protocol {
	NF_EDGE_PORTS_OTHER,
	NF_EDGE_PORTS_TCP,
	NF_EDGE_PORTS_UDP,
	NF_EDGE_PORT_PROTOCOLS
};

/**
 * struct nf_edge_port_map - from a protocol and a port to the rows that name both
 * @page: by enum nf_edge_port_protocol and the upper octet of a port, a page: by
 *	the lower octet, a mask of rows.  Neighbours that are alike share a page.
 */
struct nf_edge_port_map {
	const u64 *page[NF_EDGE_PORT_PROTOCOLS][256];
};

/* From an IP protocol to enum nf_edge_port_protocol. */
extern const u8 nf_edge_port_protocol[256];

int nf_edge_port_map_build(struct nf_edge_port_map *map,
			   const struct nf_edge_row *row, u32 n);
void nf_edge_port_map_free(struct nf_edge_port_map *map);

static __always_inline u64
__nf_edge_rows_by_port(const struct nf_edge_port_map *map, u8 protocol,
		       u16 port)
{
	return map->page[protocol][port >> 8][port & 0xff];
}

/**
 * nf_edge_rows_by_port - the rows, dead or alive, that name a port
 * @map: the map
 * @l4proto: protocol of the connection; other than TCP and UDP names no row
 * @port: destination port, host order
 */
static __always_inline u64
nf_edge_rows_by_port(const struct nf_edge_port_map *map, u8 l4proto, u16 port)
{
	return __nf_edge_rows_by_port(map, nf_edge_port_protocol[l4proto],
				      port);
}

#endif
