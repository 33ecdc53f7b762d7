// SPDX-License-Identifier: GPL-2.0-only
/*
 * Ranges of ports for rules.  A rule a range counts each packet once only when
 * no two ranges meet, and nftables takes no sets with overlaps.
 */
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "nft/ports.h"

static void add_range(struct nft_ports *ports, uint8_t protocol,
		      unsigned int low, unsigned int high)
{
	if (low > high)
		return;
	ports->range[ports->count++] = (struct port_range){
		protocol, (uint16_t)low, (uint16_t)high,
	};
}

/**
 * nft_ports_add - add the ports of a row
 * @ports: some ports, not cut yet
 * @row: the row
 */
void nft_ports_add(struct nft_ports *ports, const struct row *row)
{
	memcpy(ports->range + ports->count, row->ports,
	       row->port_count * sizeof(*row->ports));
	ports->count += row->port_count;
}

static int compare_ranges(const void *a, const void *b)
{
	const struct port_range *x = a, *y = b;

	return x->protocol == y->protocol ? x->low - y->low :
					    x->protocol - y->protocol;
}

/**
 * nft_ports_merge - sort ports, and make one range of those that meet or touch
 * @ports: the ports
 */
void nft_ports_merge(struct nft_ports *ports)
{
	size_t i, count = 0;

	qsort(ports->range, ports->count, sizeof(*ports->range),
	      compare_ranges);
	for (i = 0; i < ports->count; i++) {
		struct port_range range = ports->range[i];
		struct port_range *last = ports->range + count - 1;

		if (!count || last->protocol != range.protocol ||
		    range.low > last->high + 1)
			ports->range[count++] = range;
		else if (range.high > last->high)
			last->high = range.high;
	}
	ports->count = count;
}

/**
 * nft_ports_cut - take guarded ports out
 * @ports: merged ports
 * @guard: the guarded ports
 */
void nft_ports_cut(struct nft_ports *ports, const struct port_guard *guard)
{
	const struct nft_ports whole = *ports;
	const struct port_range *range = whole.range;
	size_t i;

	ports->count = 0;
	for (i = 0; i < whole.count; i++, range++) {
		if (range->protocol != guard->protocol ||
		    range->high < guard->port_low ||
		    range->low > guard->port_high) {
			ports->range[ports->count++] = *range;
			continue;
		}
		add_range(ports, range->protocol, range->low,
			  guard->port_low - 1U);
		add_range(ports, range->protocol, guard->port_high + 1U,
			  range->high);
	}
}

/**
 * nft_ports_equal - compare merged ports
 * @a: some ports
 * @b: others
 *
 * Return: true when both are the same.
 */
bool nft_ports_equal(const struct nft_ports *a, const struct nft_ports *b)
{
	size_t i;

	for (i = 0; i < a->count && i < b->count; i++)
		if (a->range[i].protocol != b->range[i].protocol ||
		    a->range[i].low != b->range[i].low ||
		    a->range[i].high != b->range[i].high)
			return false;
	return a->count == b->count;
}

/**
 * nft_protocol - the protocol of a range
 * @range: the range
 *
 * Return: "tcp" or "udp".
 */
const char *nft_protocol(const struct port_range *range)
{
	return range->protocol == IPPROTO_TCP ? "tcp" : "udp";
}

/**
 * nft_range - the ports of a range
 * @range: the range
 *
 * Return: a new string, "443" or "50000-59999".
 */
char *nft_range(const struct port_range *range)
{
	return range->low == range->high ?
		xformat("%u", range->low) :
		xformat("%u-%u", range->low, range->high);
}
