// SPDX-License-Identifier: GPL-2.0-only
/* Random sites, read from the input. */
#include <linux/in.h>
#include <linux/slab.h>

#include "../../kmod/addr_index.h"
#include "../unit/words.h"
#include "site.h"

#define SETS		(NF_EDGE_PEER_SET_LIVE_MESSENGER_CLIENTS + 1)

static const uint8_t odd[][17] = {
	{ 0, 0, 0, 0, 0 }, { 0, 127, 0, 0, 1 }, { 0, 127, 255, 255, 255 },
	{ 0, 126, 255, 255, 255 }, { 0, 128 }, { 0, 224 },
	{ 0, 239, 255, 255, 255 }, { 0, 240 }, { 0, 223, 255, 255, 255 },
	{ 0, 255, 255, 255, 255 }, { 0, 255, 255, 255, 254 },
	{ 0, 0, 0, 0, 1 }, { 1 }, { 1, [16] = 1 }, { 1, [16] = 2 },
	{ 1, [11] = 0xff, 0xff, 192, 0, 2, 1 }, { 1, [11] = 0xff, 0xff },
	{ 1, [10] = 1 }, { 1, 0xff, 0x02, [16] = 1 }, { 1, 0xfe, 0xff },
	{ 1, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
	  0xff, 0xff, 0xff, 0xff, 0xff },
};

/* Adds a number, which may be negative, to the last octets. */
static void step(struct ref_address *a, int by)
{
	int i;

	for (i = a->ipv6 ? 15 : 3; by && i >= 0; i--) {
		int sum = a->octet[i] + by;

		a->octet[i] = (uint8_t)sum;
		by = sum >> 8;
	}
}

/* The first address of a prefix, or its last one. */
static struct ref_address border(const struct ref_prefix *p, bool last)
{
	struct ref_address a = p->first;
	int bit;

	for (bit = p->length; last && bit < (a.ipv6 ? 128 : 32); bit++)
		a.octet[bit / 8] |= 0x80 >> bit % 8;
	return a;
}

struct ref_address site_address(const struct ref_site *site, struct input *in)
{
	struct ref_address a = { 0 };
	unsigned int how = read_u8(in), i;
	uint16_t value;

	switch (how % 8) {
	case 0:
		a.ipv6 = how & 8;
		for (i = 0; i < (a.ipv6 ? 16 : 4); i++)
			a.octet[i] = read_u8(in);
		return a;
	case 1:
		i = pick(in, ARRAY_SIZE(odd));
		a.ipv6 = odd[i][0];
		memcpy(a.octet, odd[i] + 1, 16);
		return a;
	case 2:
	case 3:
		if (site->n_bindings) {
			i = pick(in, site->n_bindings);
			a = site->binding[i].address;
			step(&a, (int)(how >> 3) % 3 - 1);
			return a;
		}
		break;
	case 4:
	case 5:
		if (site->n_prefixes) {
			i = read_u16(in) % site->n_prefixes;
			a = border(&site->prefix[i], how & 8);
			step(&a, (int)(how >> 4) % 3 - 1);
			return a;
		}
		break;
	default:
		break;
	}
	/* Where much stands close together. */
	value = read_u16(in);
	a.ipv6 = how & 8;
	memcpy(a.octet, a.ipv6 ? "\x20\x01\x0d\xb8" : "\x0a", a.ipv6 ? 4 : 1);
	i = !a.ipv6 ? 2 : how & 16 ? 4 : 14;
	a.octet[i] = value >> 8;
	a.octet[i + 1] = value & 0xff;
	return a;
}

/* What a policy may not name. */
static bool is_no_host(const struct ref_address *a, int length)
{
	static const struct ref_prefix refused[] = {
		{ { false, { 0 } }, 32, 0 },
		{ { false, { 127 } }, 8, 0 },
		{ { false, { 169, 254 } }, 16, 0 },
		{ { false, { 224 } }, 4, 0 },
		{ { false, { 255, 255, 255, 255 } }, 32, 0 },
		{ { true, { 0 } }, 127, 0 },
		{ { true, { [10] = 0xff, 0xff } }, 96, 0 },
		{ { true, { 0xfe, 0x80 } }, 10, 0 },
		{ { true, { 0xff } }, 8, 0 },
	};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(refused); i++)
		if (length >= refused[i].length && ref_contains(&refused[i], a))
			return true;
	return false;
}

static void add_binding(struct ref_site *site,
			const struct ref_address *address, int service,
			int node)
{
	struct ref_binding new = { *address, service, node };
	int i;

	if (site->n_bindings == REF_BINDINGS ||
	    is_no_host(address, address->ipv6 ? 128 : 32))
		return;
	for (i = 0; i < site->n_bindings; i++) {
		const struct ref_binding *b = &site->binding[i];

		if (ref_same(&b->address, address) &&
		    (b->node != node || b->service == service ||
		     b->service == NF_EDGE_SERVICE_INTERNAL ||
		     service == NF_EDGE_SERVICE_INTERNAL))
			return;
	}
	site->binding[site->n_bindings++] = new;
}

static void add_prefix(struct ref_site *site, const struct ref_address *address,
		       int length, int set)
{
	struct ref_prefix p = { *address, length, set };
	int bit;

	for (bit = length; bit < (address->ipv6 ? 128 : 32); bit++)
		p.first.octet[bit / 8] &= ~(0x80 >> bit % 8);
	if (site->n_prefixes < REF_PREFIXES && !is_no_host(&p.first, length))
		site->prefix[site->n_prefixes++] = p;
}

static struct ref_range draw_range(struct input *in)
{
	struct ref_range range = { .protocol = pick(in, 2) };
	unsigned int wide = read_u8(in);

	range.low = site_port(in) ?: 1;
	range.high = range.low + (wide & 3 ? 0 : wide * wide / 4);
	if (range.high > 65535)
		range.high = 65535;
	return range;
}

/* Move the ports of the rows that are like one that is drawn. */
static void move_some(struct ref_site *site, struct input *in)
{
	const struct ref_row *row = &site->row[pick(in, site->n_rows)];
	struct ref_range documented = row->documented;
	struct ref_range to = draw_range(in);

	if (documented.low == documented.high)
		to.high = to.low;
	if (row->direction == NF_EDGE_DIRECTION_IN)
		ref_move(site, row->service, &documented, to.low, to.high);
}

static void add_own_row(struct ref_site *site, struct input *in)
{
	unsigned int what = read_u8(in);
	struct ref_row row = {
		.zone = NF_EDGE_ZONE_SITE, .service = what & 3,
		.direction = what >> 2 & 1, .feature = REF_NO_FEATURE,
		.nodes = what & 8 ? read_u8(in) : REF_ALL_NODES,
	};

	if (what & 16)
		row.any_when_unbound = true;
	else
		row.sets = 1U << pick(in, 32) | 1U << pick(in, 32);
	do {
		row.range[row.n_ranges++] = draw_range(in);
	} while (row.n_ranges < REF_RANGES && read_u8(in) & 1);
	if (row.nodes)
		ref_add_row(site, &row);
}

/* Another profile, moved ports, rows of the site's own, and rows off. */
static void read_own(struct ref_site *site, struct input *in)
{
	unsigned int n, what = read_u8(in);

	ref_use_profile(site, pick(in, 6));
	site->bound |= (uint32_t)(read_u16(in) | (what & 7) << 16) << SETS;
	if (what & 8)
		site->zones |= 1U << NF_EDGE_ZONE_SITE;
	for (n = what >> 4 & 3; n; n--)
		move_some(site, in);
	for (n = pick(in, 28); n; n--)
		add_own_row(site, in);
	for (n = what >> 6; n; n--)
		site->rows_off |= 1ULL << pick(in, site->n_rows);
	site->narrow_ping = read_u8(in) & 1;
	if (site->narrow_ping)
		site->ping_peers = 1U << pick(in, 32) | 1U << pick(in, 32);
}

struct nf_edge_table *site_table(const struct ref_site *site)
{
	static const u8 protocols[] = { IPPROTO_TCP, IPPROTO_UDP };
	struct nf_edge_table *table = kvmalloc(sizeof(*table), GFP_KERNEL);
	int i, j;

	nf_edge_table_start(table, site->profile);
	for (i = 0; i < site->n_rows; i++) {
		const struct ref_row *from = &site->row[i];
		struct nf_edge_row *row = &table->row[i];

		if (i >= (int)table->n_document)
			*row = (struct nf_edge_row){
				.id = "site/row", .note = "",
				.zone = from->zone, .service = from->service,
				.direction = from->direction,
				.side = from->service ==
					NF_EDGE_SERVICE_INTERNAL ?
					NF_EDGE_SIDE_INTERNAL :
					NF_EDGE_SIDE_EXTERNAL,
				.peer_sets = from->sets,
				.any_when_unbound = from->any_when_unbound,
				.feature = NF_EDGE_FEATURE_NONE,
				.nodes = from->nodes == REF_ALL_NODES ?
					 NF_EDGE_ALL_NODES : from->nodes,
			};
		row->n_ports = from->n_ranges;
		for (j = 0; j < from->n_ranges; j++)
			row->ports[j] = (struct nf_edge_ports){
				.low = from->range[j].low,
				.high = from->range[j].high,
				.l4proto = protocols[from->range[j].protocol],
			};
	}
	table->n = site->n_rows;
	EXPECT(!nf_edge_table_lay_out(table));
	return table;
}

void site_read(struct ref_site *site, struct input *in)
{
	unsigned int n, i, flags;

	memset(site, 0, offsetof(struct ref_site, row));
	ref_use_profile(site, 0);
	site->n_prefixes = 0;
	site->n_bindings = 0;
	site->zones = read_u8(in) & 0x1f;
	site->features = read_u16(in) & 0x3ff;
	flags = read_u8(in);
	site->ping = flags & 3;
	site->expose_cls_ports = flags & 4;
	site->bound = read_u16(in) & (BIT(SETS) - 1);
	if (flags & 8)
		read_own(site, in);

	for (n = pick(in, 24); n; n--) {
		struct ref_address a = site_address(site, in);
		unsigned int what = read_u8(in);

		add_binding(site, &a, what & 3, what >> 2 & 7);
	}
	for (n = pick(in, 48); n; n--) {
		struct ref_address a = site_address(site, in);
		int bits = a.ipv6 ? 128 : 32;
		int length = pick(in, bits + 1);
		unsigned int what = read_u8(in), count, by;
		int set = flags & 8 ? what % 32 : what % 16 % SETS;

		if (!(site->bound & BIT(set)))
			continue;
		/* One, or many at equal distances. */
		count = what & 0x80 ? read_u8(in) : 1;
		by = what & 0x80 ? read_u8(in) : 0;
		for (i = 0; i < count; i++) {
			add_prefix(site, &a, length, set);
			step(&a, by);
		}
	}
}

static u64 half(const struct ref_address *a, int at)
{
	return get_unaligned_be64(a->octet + at);
}

void site_index(const struct ref_site *site, const struct nf_edge_table *table,
		unsigned int chunk, struct nf_edge_addr_index *index)
{
	static struct nf_edge_address address[REF_BINDINGS];
	const struct nf_edge_sets sets = {
		.bound = site->bound, .ping = site->ping_peers,
		.ping_any = !site->narrow_ping,
	};
	struct nf_edge_prefixes prefixes = { 0 };
	int i, j;

	for (i = 0; i < site->n_bindings; i++) {
		const struct ref_binding *b = &site->binding[i];

		address[i] = (struct nf_edge_address){
			.hi = half(&b->address, 0), .lo = half(&b->address, 8),
			.ipv6 = b->address.ipv6, .service = b->service,
			.node = b->node,
		};
	}
	sort_edge_addresses(address, site->n_bindings);

	for (i = 0; i < site->n_prefixes; i = j) {
		struct nf_edge_prefix *p = kvmalloc_array(chunk, sizeof(*p), 0);

		for (j = i; j < site->n_prefixes && j < i + (int)chunk; j++) {
			const struct ref_prefix *r = &site->prefix[j];

			p[j - i] = (struct nf_edge_prefix){
				.hi = half(&r->first, 0),
				.lo = half(&r->first, 8),
				.ipv6 = r->first.ipv6, .len = r->length,
				.set = r->set,
			};
		}
		EXPECT(!nf_edge_prefixes_add(&prefixes, p, j - i));
	}
	EXPECT(!nf_edge_prefixes_finish(&prefixes));
	memset(index, 0, sizeof(*index));
	EXPECT(!nf_edge_addr_index_build(index, table, address,
					 site->n_bindings,
					 prefixes.run[0].at,
					 prefixes.n_runs ? prefixes.run[0].n : 0,
					 &sets));
	nf_edge_prefixes_free(&prefixes);
}

uint16_t site_port(struct input *in)
{
	static const uint16_t ports[] = {
		53, 80, 443, 3478, 4443, 5061, 5062, 5269, 8057, 23456,
		50000, 50001, 50002, 50003, 50004, 59999,
	};
	unsigned int how = read_u8(in);

	if (how & 0x80)
		return read_u16(in);
	return ports[how % 16] + (int)(how >> 4 & 3) % 3 - (how & 0x40 ? 1 : 0);
}

struct ref_address site_other(const struct ref_site *site, struct input *in,
			      bool ipv6)
{
	struct ref_address b = site_address(site, in);

	if (b.ipv6 != ipv6) {
		b.ipv6 = ipv6;
		memset(b.octet + 4, 0, 12);
		if (b.ipv6)
			memcpy(b.octet, "\x20\x01\x0d\xb8", 4);
	}
	return b;
}
