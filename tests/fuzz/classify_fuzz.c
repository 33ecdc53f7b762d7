// SPDX-License-Identifier: GPL-2.0-only
/*
 * Random sites and packets, read from the input: the module's index and words
 * judge as the reference does.
 */
#include <linux/slab.h>

#include "../../kmod/addr_index.h"
#include "../unit/words.h"
#include "fuzz.h"
#include "reference.h"

#define SETS		(NF_EDGE_PEER_SET_LIVE_MESSENGER_CLIENTS + 1)
#define QUERIES_MAX	64

static struct ref_site site;
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

static struct ref_address draw_address(struct input *in)
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
		if (site.n_bindings) {
			i = pick(in, site.n_bindings);
			a = site.binding[i].address;
			step(&a, (int)(how >> 3) % 3 - 1);
			return a;
		}
		break;
	case 4:
	case 5:
		if (site.n_prefixes) {
			i = read_u16(in) % site.n_prefixes;
			a = border(&site.prefix[i], how & 8);
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

static void add_binding(const struct ref_address *address, int service,
			int node)
{
	struct ref_binding new = { *address, service, node };
	int i;

	if (site.n_bindings == REF_BINDINGS ||
	    is_no_host(address, address->ipv6 ? 128 : 32))
		return;
	for (i = 0; i < site.n_bindings; i++) {
		const struct ref_binding *b = &site.binding[i];

		if (ref_same(&b->address, address) &&
		    (b->node != node || b->service == service ||
		     b->service == NF_EDGE_SERVICE_INTERNAL ||
		     service == NF_EDGE_SERVICE_INTERNAL))
			return;
	}
	site.binding[site.n_bindings++] = new;
}

static void add_prefix(const struct ref_address *address, int length, int set)
{
	struct ref_prefix p = { *address, length, set };
	int bit;

	for (bit = length; bit < (address->ipv6 ? 128 : 32); bit++)
		p.first.octet[bit / 8] &= ~(0x80 >> bit % 8);
	if (site.n_prefixes < REF_PREFIXES && !is_no_host(&p.first, length))
		site.prefix[site.n_prefixes++] = p;
}

static void read_site(struct input *in)
{
	unsigned int n, i, flags;

	memset(&site, 0, offsetof(struct ref_site, prefix));
	site.n_prefixes = 0;
	site.n_bindings = 0;
	site.zones = read_u8(in) & 0x1f;
	site.features = read_u16(in) & 0x3ff;
	flags = read_u8(in);
	site.ping = flags & 3;
	site.expose_cls_ports = flags & 4;
	site.bound = read_u16(in) & (BIT(SETS) - 1);

	for (n = pick(in, 24); n; n--) {
		struct ref_address a = draw_address(in);
		unsigned int what = read_u8(in);

		add_binding(&a, what & 3, what >> 2 & 7);
	}
	for (n = pick(in, 48); n; n--) {
		struct ref_address a = draw_address(in);
		int bits = a.ipv6 ? 128 : 32;
		int length = pick(in, bits + 1);
		unsigned int what = read_u8(in), count, by;
		int set = what % 16 % SETS;

		if (!(site.bound & BIT(set)))
			continue;
		/* One, or many at equal distances. */
		count = what & 0x80 ? read_u8(in) : 1;
		by = what & 0x80 ? read_u8(in) : 0;
		for (i = 0; i < count; i++) {
			add_prefix(&a, length, set);
			step(&a, by);
		}
	}
}

static u64 half(const struct ref_address *a, int at)
{
	return get_unaligned_be64(a->octet + at);
}

/* The module's own: in chunks, as the messages of a transaction are. */
static void build(struct nf_edge_addr_index *index, unsigned int chunk)
{
	static struct nf_edge_address address[REF_BINDINGS];
	struct nf_edge_prefixes prefixes = { 0 };
	int i, j;

	for (i = 0; i < site.n_bindings; i++) {
		const struct ref_binding *b = &site.binding[i];

		address[i] = (struct nf_edge_address){
			.hi = half(&b->address, 0), .lo = half(&b->address, 8),
			.ipv6 = b->address.ipv6, .service = b->service,
			.node = b->node,
		};
	}
	sort_edge_addresses(address, site.n_bindings);

	for (i = 0; i < site.n_prefixes; i = j) {
		struct nf_edge_prefix *p = kvmalloc_array(chunk, sizeof(*p), 0);

		for (j = i; j < site.n_prefixes && j < i + (int)chunk; j++) {
			const struct ref_prefix *r = &site.prefix[j];

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
	EXPECT(!nf_edge_addr_index_build(index, address, site.n_bindings,
					 prefixes.run[0].at,
					 prefixes.n_runs ? prefixes.run[0].n : 0,
					 site.bound));
	nf_edge_prefixes_free(&prefixes);
}

/* The class of an address; what the hooks ask first says the same. */
static const struct nf_edge_class *
class_of(const struct nf_edge_addr_index *index, const struct ref_address *a)
{
	u8 octets[16] __aligned(8);
	const struct nf_edge_class *class;
	bool ipv4 = !a->ipv6;
	u16 number;
	u32 bucket;

	memcpy(octets, a->octet, sizeof(octets));
	class = nf_edge_class_of(index, ipv4, octets);
	number = nf_edge_edge_number(index, ipv4, octets);
	bucket = nf_edge_bucket(index, ipv4, octets);

	EXPECT(class->services == ref_services(&site, a));
	EXPECT(!number == !class->services);
	EXPECT(!number || &index->class[number] == class);
	EXPECT(!nf_edge_ranges_settled(bucket) ||
	       nf_edge_bucket_class(index, bucket) == class);
	EXPECT(nf_edge_marked(index, ipv4, octets) ||
	       !(class->services || class->flags));
	return class;
}

static uint16_t read_port(struct input *in)
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

/* The same family, as everything in a packet is of one. */
static struct ref_address read_other(struct input *in,
				     const struct ref_address *a)
{
	struct ref_address b = draw_address(in);

	if (b.ipv6 != a->ipv6) {
		b.ipv6 = a->ipv6;
		memset(b.octet + 4, 0, 12);
		if (b.ipv6)
			memcpy(b.octet, "\x20\x01\x0d\xb8", 4);
	}
	return b;
}

static struct ref_packet read_packet(struct input *in)
{
	struct ref_packet p = { .bound_to = -1 };
	unsigned int how = read_u8(in), arrival = read_u8(in);

	p.protocol = how & 3 ? how & 1 ? REF_TCP : REF_UDP : how & 4 ? REF_ECHO :
		     REF_OTHER;
	p.first = how & 8;
	if ((how & 0xf0) == 0x70)
		p.state = how & 8 ? REF_UNTRACKED : REF_INVALID;
	p.translated = (how & 0xe0) == 0xe0 && p.state == REF_CONNECTION;
	if (p.state == REF_CONNECTION) {
		p.error = (how & 0xf0) == 0xd0;
		p.redirect = p.error && (arrival & 0x80);
	} else {
		p.first = true;
	}
	p.local = arrival % 16 == 15;
	p.held = arrival & 7;
	if (!p.local && (arrival & 8)) {
		if (p.held == BIT(NF_EDGE_SIDE_EXTERNAL))
			p.bound_to = NF_EDGE_SIDE_EXTERNAL;
		if (p.held == BIT(NF_EDGE_SIDE_INTERNAL))
			p.bound_to = NF_EDGE_SIDE_INTERNAL;
	}

	p.from = draw_address(in);
	p.to = read_other(in, &p.from);
	p.port = read_port(in);
	p.dport = p.port;
	p.sport = read_port(in);
	p.source = p.first ? p.from : p.to;
	p.destination = p.first ? p.to : p.from;
	if (!p.first) {
		p.dport = p.sport;
		p.sport = p.port;
	}
	p.has_ports = (p.protocol == REF_TCP || p.protocol == REF_UDP) &&
		      !p.error;
	/* An error may come from anywhere, and NAT may write anything. */
	if (p.state == REF_CONNECTION && (p.error || p.translated)) {
		p.source = read_other(in, &p.from);
		if (p.translated)
			p.destination = read_other(in, &p.from);
		p.sport = read_port(in);
		p.dport = read_port(in);
	}
	return p;
}

static void check(const struct nf_edge_addr_index *index,
		  const struct nf_edge_words *words,
		  const struct ref_packet *r)
{
	static const u8 protocols[] = {
		[REF_TCP] = IPPROTO_TCP, [REF_UDP] = IPPROTO_UDP,
		[REF_ECHO] = IPPROTO_ICMP, [REF_OTHER] = IPPROTO_ESP,
	};
	bool own = ref_same(&r->source, r->first ? &r->from : &r->to) &&
		   ref_same(&r->destination, r->first ? &r->to : &r->from);
	struct nf_edge_packet p = {
		.header_source = class_of(index, &r->source),
		.header_destination = class_of(index, &r->destination),
		.source = class_of(index, &r->from),
		.destination = class_of(index, &r->to),
		.dport = r->port,
		.header_sport = r->sport,
		.header_dport = r->dport,
		.l4proto = protocols[r->protocol],
		.arrival = r->local ? NF_EDGE_LOCAL_HOST : r->held,
		.first_direction = r->first,
		.error = r->error,
		.redirect = r->redirect,
	};
	struct nf_edge_judgement got = { 0 };
	struct ref_verdict wanted;

	p.kind = r->state == REF_UNTRACKED ? NF_EDGE_KIND_UNTRACKED :
		 r->state == REF_INVALID ? NF_EDGE_KIND_NONE :
		 r->protocol == REF_ECHO ? NF_EDGE_KIND_ECHO :
		 r->protocol == REF_OTHER ? NF_EDGE_KIND_OTHER :
		 NF_EDGE_KIND_ROWS;
	if (r->bound_to >= 0)
		p.guards = r->bound_to == NF_EDGE_SIDE_EXTERNAL ?
			   NF_EDGE_GUARD_EXTERNAL : NF_EDGE_GUARD_INTERNAL;
	p.unverified = r->has_ports &&
		       (r->state != REF_CONNECTION || r->translated);
	/* Such a connection does not come about: its rows are nobody's. */
	if (!own && (ref_unusable_source(&r->from) || ref_unusable(&r->to)))
		return;
	if (!r->first && ref_unusable_source(&r->from))
		return;

	nf_edge_judge(words, &p, &got);
	wanted = ref_judge(&site, r);
	if (got.verdict == wanted.verdict &&
	    (got.verdict != NF_EDGE_VERDICT_ACCEPT || got.rows == wanted.rows) &&
	    (got.verdict != NF_EDGE_VERDICT_DROP ||
	     (got.reason == wanted.reason && got.near == wanted.near)))
		return;
	WRONG("protocol %d port %u arrival %u first %d: module %u reason %u rows %#lx near %#lx, reference %d reason %d rows %#lx near %#lx",
	      r->protocol, r->port, p.arrival, r->first, got.verdict,
	      got.reason, got.rows, got.near, wanted.verdict, wanted.reason,
	      wanted.rows, wanted.near);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct input in = { data, size };
	struct nf_edge_switches switches;
	struct nf_edge_addr_index index;
	struct nf_edge_words words;
	int n;

	read_site(&in);
	build(&index, 1 + read_u8(&in));
	switches = (struct nf_edge_switches){
		.zones = site.zones, .features = site.features,
	};
	nf_edge_make_words(&words, &switches, site.ping, site.expose_cls_ports);
	for (n = 0; in.left && n < QUERIES_MAX; n++) {
		struct ref_packet packet = read_packet(&in);

		check(&index, &words, &packet);
	}
	nf_edge_addr_index_free(&index);
	return 0;
}

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	return nf_edge_flow_table_init();
}
