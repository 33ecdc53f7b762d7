/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The compiled-in policy, as words of rows: bit n of a word is row n of the
 * table.  What is computed here from constants is a constant.
 */
#ifndef _NF_EDGE_FLOW_TABLE_H
#define _NF_EDGE_FLOW_TABLE_H

#include <linux/bits.h>
#include <linux/build_bug.h>
#include <linux/in.h>
#include <linux/types.h>
#include <uapi/linux/nf_edge.h>

/*
 * Each row stands on a line of its own, so the line names its enumerator, and
 * the enumerator's value is its place in the table.
 */
#define __NF_EDGE_ROW_AT(line)	NF_EDGE_ROW_AT_##line
#define _NF_EDGE_ROW_AT(line)	__NF_EDGE_ROW_AT(line)
#define NF_EDGE_ROW_HERE	_NF_EDGE_ROW_AT(__LINE__)

enum {
#define ROW(...)	NF_EDGE_ROW_HERE,
#include <nf_edge/flow_table.def>
#undef ROW
	NF_EDGE_ROWS
};

static_assert(NF_EDGE_ROWS <= 64);

#define NF_EDGE_FEATURE_NONE	0xff

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

extern const struct nf_edge_row nf_edge_rows[NF_EDGE_ROWS];

static __always_inline u64 nf_edge_rows_of_direction(int wanted)
{
	return
#define ROW(id, zone, service, direction, ...)				\
		(NF_EDGE_DIRECTION_##direction == wanted ?		\
		 BIT_ULL(NF_EDGE_ROW_HERE) : 0) |
#include <nf_edge/flow_table.def>
#undef ROW
		0;
}

#define NF_EDGE_ROWS_IN		nf_edge_rows_of_direction(NF_EDGE_DIRECTION_IN)
#define NF_EDGE_ROWS_OUT	nf_edge_rows_of_direction(NF_EDGE_DIRECTION_OUT)

static __always_inline u64 nf_edge_rows_of_service(int wanted)
{
	return
#define ROW(id, zone, service, ...)					\
		(NF_EDGE_SERVICE_##service == wanted ?			\
		 BIT_ULL(NF_EDGE_ROW_HERE) : 0) |
#include <nf_edge/flow_table.def>
#undef ROW
		0;
}

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

/* By row: those before it with the same service; likewise. */
extern u64 nf_edge_rows_before[NF_EDGE_ROWS];

int nf_edge_flow_table_init(void);

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
