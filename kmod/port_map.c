// SPDX-License-Identifier: GPL-2.0-only
/*
 * Port map: look up the rows that list a port of a protocol.  The upper octet of
 * the port selects a page, the lower octet a mask of rows.
 */

#include <linux/bits.h>
#include <linux/errno.h>
#include <linux/in.h>
#include <linux/slab.h>

#include "port_map.h"

#define PAGE_PORTS	256

const u8 nf_edge_port_protocol[256] = {
	[IPPROTO_TCP] = NF_EDGE_PORTS_TCP,
	[IPPROTO_UDP] = NF_EDGE_PORTS_UDP,
};

static const u64 no_rows[PAGE_PORTS];

/**
 * struct draft - rows that a map is made from
 * @row: the rows
 * @n: number of rows
 */
struct draft {
	const struct nf_edge_row *row;
	u32 n;
};

static u64 rows_within(const struct draft *d, u8 protocol, u32 low, u32 high)
{
	u64 rows = 0;
	u32 i;

	for (i = 0; i < d->n; i++)
		if (nf_edge_port_protocol[d->row[i].l4proto] == protocol &&
		    d->row[i].port_low <= high && d->row[i].port_high >= low)
			rows |= BIT_ULL(i);
	return rows;
}

static u64 rows_at(const struct draft *d, u8 protocol, u32 port)
{
	return rows_within(d, protocol, port, port);
}

/* Whether a page is right from port @first on. */
static bool suits(const struct draft *d, u8 protocol, u32 first,
		  const u64 *page)
{
	u32 low;

	for (low = 0; low < PAGE_PORTS; low++)
		if (page[low] != rows_at(d, protocol, first + low))
			return false;
	return true;
}

/* A page from port @first on, which may be @before; NULL without memory. */
static const u64 *make_page(const struct draft *d, u8 protocol, u32 first,
			    const u64 *before)
{
	u64 *page;
	u32 low;

	if (!rows_within(d, protocol, first, first + PAGE_PORTS - 1))
		return no_rows;
	if (suits(d, protocol, first, before))
		return before;
	page = kmalloc_array(PAGE_PORTS, sizeof(*page), GFP_KERNEL);
	if (!page)
		return NULL;
	for (low = 0; low < PAGE_PORTS; low++)
		page[low] = rows_at(d, protocol, first + low);
	return page;
}

/**
 * nf_edge_port_map_build - map the ports of rows
 * @map: where the map goes
 * @row: the rows, of TCP and UDP
 * @n: number of rows, at most NF_EDGE_TABLE_ROWS
 *
 * Context: may sleep.
 * Return: 0, or -ENOMEM; nf_edge_port_map_free() frees what was built either way.
 */
int nf_edge_port_map_build(struct nf_edge_port_map *map,
			   const struct nf_edge_row *row, u32 n)
{
	const struct draft draft = { .row = row, .n = n };
	u32 protocol, octet;

	for (protocol = 0; protocol < NF_EDGE_PORT_PROTOCOLS; protocol++) {
		const u64 *page = no_rows;

		for (octet = 0; octet < 256; octet++) {
			page = make_page(&draft, protocol, octet * PAGE_PORTS,
					 page);
			if (!page)
				return -ENOMEM;
			map->page[protocol][octet] = page;
		}
	}
	return 0;
}

/**
 * nf_edge_port_map_free - free the pages of a map
 * @map: a map, built or half built or zeroed
 */
void nf_edge_port_map_free(struct nf_edge_port_map *map)
{
	u32 protocol, octet;

	for (protocol = 0; protocol < NF_EDGE_PORT_PROTOCOLS; protocol++) {
		const u64 *before = no_rows;

		for (octet = 0; octet < 256; octet++) {
			const u64 *page = map->page[protocol][octet];

			if (page != before && page != no_rows)
				kfree(page);
			before = page;
		}
	}
}
