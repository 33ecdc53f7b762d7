// SPDX-License-Identifier: GPL-2.0-only
/*
 * From a protocol and a port to the rows that name both, in two steps: pages of
 * 256 ports, of which equal ones are kept once, lead to sets of rows.
 */

#include <linux/bits.h>
#include <linux/errno.h>
#include <linux/in.h>
#include <linux/string.h>

#include "port_map.h"

/**
 * struct draft - a map that is being made
 * @map: the map
 * @row: the rows
 * @n: number of rows
 * @pages: number of pages in @map
 */
struct draft {
	struct nf_edge_port_map *map;
	const struct nf_edge_row *row;
	int n;
	int pages;
};

static u64 rows_within(const struct draft *d, u8 l4proto, int low, int high)
{
	u64 rows = 0;
	int i;

	for (i = 0; i < d->n; i++)
		if (d->row[i].l4proto == l4proto &&
		    d->row[i].port_low <= high && d->row[i].port_high >= low)
			rows |= BIT_ULL(i);
	return rows;
}

/* The number of a set of rows, or a negative error when the map is full. */
static int number_set(struct nf_edge_port_map *map, u64 rows)
{
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
static int page_of(struct draft *d, u8 l4proto, int octet)
{
	u8 *all = d->map->set, *set = all + d->pages * 256;
	int first = octet << 8, low, i;

	if (!rows_within(d, l4proto, first, first + 255))
		return 0;
	if (d->pages == NF_EDGE_PORT_PAGES)
		return -ENOSPC;
	for (low = 0; low < 256; low++) {
		i = number_set(d->map, rows_within(d, l4proto, first + low,
						   first + low));
		if (i < 0)
			return i;
		set[low] = i;
	}
	for (i = 0; memcmp(all + i * 256, set, 256);)
		i++;
	if (i == d->pages)
		d->pages++;
	return i * 256;
}

static int map_ports(struct draft *d, int at, u8 l4proto)
{
	int octet, page;

	d->map->protocol[l4proto] = at;
	for (octet = 0; octet < 256; octet++) {
		page = page_of(d, l4proto, octet);
		if (page < 0)
			return page;
		d->map->page[at][octet] = page;
	}
	return 0;
}

/**
 * nf_edge_port_map_build - map the ports of rows
 * @map: a zeroed map
 * @row: the rows
 * @n: number of rows, at most 64
 *
 * Return: 0, or -ENOSPC when the rows name more ports than a map holds.
 */
int nf_edge_port_map_build(struct nf_edge_port_map *map,
			   const struct nf_edge_row *row, int n)
{
	struct draft draft = { .map = map, .row = row, .n = n, .pages = 1 };

	return map_ports(&draft, NF_EDGE_PORTS_TCP, IPPROTO_TCP) ?:
	       map_ports(&draft, NF_EDGE_PORTS_UDP, IPPROTO_UDP);
}
