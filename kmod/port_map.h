/* SPDX-License-Identifier: GPL-2.0-only */
/* Port map: look up the rows that list a port of a protocol. */
#ifndef _NF_EDGE_PORT_MAP_H
#define _NF_EDGE_PORT_MAP_H

#include <linux/types.h>

#include "row.h"

/* Protocols of ports, the first index of a map. */
enum nf_edge_port_protocol {
	NF_EDGE_PORTS_OTHER,
	NF_EDGE_PORTS_TCP,
	NF_EDGE_PORTS_UDP,
	NF_EDGE_PORT_PROTOCOLS
};

/**
 * struct nf_edge_port_map - masks of rows by protocol and port
 * @of: the pages of an IP protocol, in @page
 * @page: pages by enum nf_edge_port_protocol and the upper octet of a port.  A
 *	page has a mask of rows for each lower octet.  Neighbours share a page if
 *	their masks are equal.
 */
struct nf_edge_port_map {
	const u64 **of[256];
	const u64 *page[NF_EDGE_PORT_PROTOCOLS][256];
};

int nf_edge_port_map_build(struct nf_edge_port_map *map,
			   const struct nf_edge_row *row, u32 n);
void nf_edge_port_map_free(struct nf_edge_port_map *map);

/* Look up the rows that list a port, given in network order, in pages. */
static __always_inline u64 __nf_edge_rows_by_port(const u64 *const *page,
						  const __be16 *port)
{
	const u8 *octet = (const u8 *)port;

	return page[octet[0]][octet[1]];
}

/**
 * nf_edge_rows_by_port - look up the rows that list a port
 * @map: the map
 * @l4proto: protocol of the connection; no row has any but TCP and UDP
 * @port: destination port, host order
 *
 * Context: any; @map is pinned by the caller.
 * Return: a mask of rows, live or dead.
 */
static __always_inline u64
nf_edge_rows_by_port(const struct nf_edge_port_map *map, u8 l4proto, u16 port)
{
	return map->of[l4proto][port >> 8][port & 0xff];
}

#endif
