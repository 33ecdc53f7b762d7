// SPDX-License-Identifier: GPL-2.0-only
/*
 * The compiled-in policy: row by row, and by port.
 */

#include <linux/cache.h>
#include <linux/errno.h>
#include <linux/string.h>

#include "flow_table.h"

#define PEER(set)	BIT(NF_EDGE_PEER_SET_##set)
#define UNBOUND_ANY	true
#define UNBOUND_NOBODY	false

#define ROW(_id, _zone, _service, _direction, _role, _application, _protocol, \
	    _low, _high, _sets, _unbound, _feature, _note)		\
	{								\
		.id = (_id),						\
		.role = (_role),					\
		.application = (_application),				\
		.note = (_note),					\
		.peer_sets = (_sets),					\
		.port_low = (_low),					\
		.port_high = (_high),					\
		.l4proto = IPPROTO_##_protocol,				\
		.zone = NF_EDGE_ZONE_##_zone,				\
		.service = NF_EDGE_SERVICE_##_service,			\
		.direction = NF_EDGE_DIRECTION_##_direction,		\
		.side = NF_EDGE_SERVICE_##_service ==			\
			NF_EDGE_SERVICE_INTERNAL ?			\
			NF_EDGE_SIDE_INTERNAL : NF_EDGE_SIDE_EXTERNAL,	\
		.feature = NF_EDGE_FEATURE_##_feature,			\
		.any_when_unbound = UNBOUND_##_unbound,			\
	},

const struct nf_edge_row nf_edge_rows[NF_EDGE_ROWS] = {
#include <nf_edge/flow_table.def>
};

struct nf_edge_port_map nf_edge_port_map __ro_after_init;
u64 nf_edge_rows_before[NF_EDGE_ROWS] __ro_after_init;

static u64 rows_within(u8 l4proto, int low, int high)
{
	u64 rows = 0;
	int i;

	for (i = 0; i < NF_EDGE_ROWS; i++)
		if (nf_edge_rows[i].l4proto == l4proto &&
		    nf_edge_rows[i].port_low <= high &&
		    nf_edge_rows[i].port_high >= low)
			rows |= BIT_ULL(i);
	return rows;
}

/* The number of a set of rows, or a negative error when the map is full. */
static int number_set(u64 rows)
{
	struct nf_edge_port_map *map = &nf_edge_port_map;
	int i;

	for (i = 0; i < NF_EDGE_PORT_SETS; i++) {
		/* The empty set is number 0, and only that. */
		if (map->rows[i] == rows)
			return i;
		if (i && !map->rows[i]) {
			map->rows[i] = rows;
			return i;
		}
	}
	return -ENOSPC;
}

/* Where the page of an upper octet begins, or a negative error. */
static int page_of(u8 l4proto, int octet)
{
	static int pages = 1;
	struct nf_edge_port_map *map = &nf_edge_port_map;
	int first = octet << 8, low, i;
	u8 *set = map->set + pages * 256;

	if (!rows_within(l4proto, first, first + 255))
		return 0;
	if (pages == NF_EDGE_PORT_PAGES)
		return -ENOSPC;
	for (low = 0; low < 256; low++) {
		i = number_set(rows_within(l4proto, first + low, first + low));
		if (i < 0)
			return i;
		set[low] = i;
	}
	for (i = 0; memcmp(map->set + i * 256, set, 256);)
		i++;
	if (i == pages)
		pages++;
	return i * 256;
}

static int map_ports(int at, u8 l4proto)
{
	int octet, page;

	nf_edge_port_map.protocol[l4proto] = at;
	for (octet = 0; octet < 256; octet++) {
		page = page_of(l4proto, octet);
		if (page < 0)
			return page;
		nf_edge_port_map.page[at][octet] = page;
	}
	return 0;
}

/**
 * nf_edge_flow_table_init - lay the table out for the packet path
 *
 * Return: 0, or -ENOSPC when the table names more ports than the maps hold.
 */
int nf_edge_flow_table_init(void)
{
	int i, j;

	for (i = 0; i < NF_EDGE_ROWS; i++)
		for (j = 0; j < i; j++)
			if (nf_edge_rows[j].service == nf_edge_rows[i].service)
				nf_edge_rows_before[i] |= BIT_ULL(j);

	return map_ports(NF_EDGE_PORTS_TCP, IPPROTO_TCP) ?:
	       map_ports(NF_EDGE_PORTS_UDP, IPPROTO_UDP);
}
