// SPDX-License-Identifier: GPL-2.0-only
/*
 * Port map: look up the rows that list a port of a protocol.  The upper octet of
 * the port selects a page, the lower octet a mask of rows.
 */

#include <linux/bitops.h>
#include <linux/errno.h>
#include <linux/in.h>
#include <linux/minmax.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "port_map.h"

#define PAGES		256
#define PAGE_PORTS	256

static const u64 no_rows[PAGE_PORTS];

static enum nf_edge_port_protocol ports_of(u8 l4proto)
{
	switch (l4proto) {
	case IPPROTO_TCP:
		return NF_EDGE_PORTS_TCP;
	case IPPROTO_UDP:
		return NF_EDGE_PORTS_UDP;
	default:
		return NF_EDGE_PORTS_OTHER;
	}
}

/**
 * struct draft - the rows of one protocol, by the page that their ports are on
 * @row: rows of the table
 * @protocol: enum nf_edge_port_protocol
 * @whole: by page, mask of the rows that have all of its ports
 * @part: by page, mask of the rows that have some of its ports
 */
struct draft {
	const struct nf_edge_row *row;
	u32 protocol;
	u64 whole[PAGES];
	u64 part[PAGES];
};

static void draft_range(struct draft *d, const struct nf_edge_ports *ports,
			u64 row)
{
	u32 page;

	for (page = ports->low / PAGE_PORTS; page <= ports->high / PAGE_PORTS;
	     page++) {
		if (ports->low <= page * PAGE_PORTS &&
		    ports->high >= page * PAGE_PORTS + PAGE_PORTS - 1)
			d->whole[page] |= row;
		else
			d->part[page] |= row;
	}
}

static void draft_rows(struct draft *d, u32 n)
{
	u32 i, j;

	memset(d->whole, 0, sizeof(d->whole));
	memset(d->part, 0, sizeof(d->part));
	for (i = 0; i < n; i++)
		for (j = 0; j < d->row[i].n_ports; j++)
			if (ports_of(d->row[i].ports[j].l4proto) == d->protocol)
				draft_range(d, &d->row[i].ports[j],
					    BIT_ULL(i));
}

/* Set the bit of a row at each of its ports on a page. */
static void add_row(u64 *page, u32 first, const struct nf_edge_row *row,
		    u32 protocol, u64 bit)
{
	u32 i, port;

	for (i = 0; i < row->n_ports; i++) {
		const struct nf_edge_ports *ports = &row->ports[i];

		if (ports_of(ports->l4proto) != protocol)
			continue;
		for (port = max_t(u32, ports->low, first);
		     port <= ports->high && port < first + PAGE_PORTS; port++)
			page[port - first] |= bit;
	}
}

/* Page @number, which may be @before of its neighbour; NULL without memory. */
static const u64 *make_page(const struct draft *d, u32 number,
			    const u64 *before)
{
	u64 *page, left;
	u32 i;

	if (!d->whole[number] && !d->part[number])
		return no_rows;
	if (number && !d->part[number] && !d->part[number - 1] &&
	    d->whole[number] == d->whole[number - 1])
		return before;
	page = kmalloc_array(PAGE_PORTS, sizeof(*page), GFP_KERNEL_ACCOUNT);
	if (!page)
		return NULL;
	for (i = 0; i < PAGE_PORTS; i++)
		page[i] = d->whole[number];
	for (left = d->part[number]; left; left &= left - 1) {
		i = __ffs64(left);
		add_row(page, number * PAGE_PORTS, &d->row[i], d->protocol,
			BIT_ULL(i));
	}
	return page;
}

static int make_pages(struct nf_edge_port_map *map, const struct draft *d)
{
	const u64 *page = no_rows;
	u32 number;

	for (number = 0; number < PAGES; number++) {
		page = make_page(d, number, page);
		if (!page)
			return -ENOMEM;
		map->page[d->protocol][number] = page;
	}
	return 0;
}

/**
 * nf_edge_port_map_build - map the ports of rows
 * @map: where the map goes; zeroed before
 * @row: the rows, of TCP and UDP
 * @n: number of rows, at most NF_EDGE_TABLE_ROWS
 *
 * Context: may sleep.
 * Return: 0, or -ENOMEM; nf_edge_port_map_free() frees what was built either way.
 */
int nf_edge_port_map_build(struct nf_edge_port_map *map,
			   const struct nf_edge_row *row, u32 n)
{
	struct draft *draft = kmalloc(sizeof(*draft), GFP_KERNEL);
	u32 l4proto;
	int err = 0;

	if (!draft)
		return -ENOMEM;
	for (l4proto = 0; l4proto < ARRAY_SIZE(map->of); l4proto++)
		map->of[l4proto] = map->page[ports_of(l4proto)];
	draft->row = row;
	for (draft->protocol = 0;
	     !err && draft->protocol < NF_EDGE_PORT_PROTOCOLS;
	     draft->protocol++) {
		draft_rows(draft, n);
		err = make_pages(map, draft);
	}
	kfree(draft);
	return err;
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
