// SPDX-License-Identifier: GPL-2.0-only
/* Address index: each address has the class of all prefixes around it. */

#include <kunit/test.h>

#include "words.h"

#define ALL_SETS	((u32)(BIT_ULL(NF_EDGE_TABLE_SETS) - 1))
#define SETS		NF_EDGE_TABLE_SETS

static struct nf_edge_prefix prefix[1 << 16];
static u32 n_prefix;
static struct nf_edge_address address[64 * 4 * 16];
static u32 n_address;

static int start(struct kunit *test)
{
	n_prefix = 0;
	n_address = 0;
	set_allocations_left(-1);
	roll(7);
	return 0;
}

static void add_prefix(const char *text, u8 set)
{
	prefix[n_prefix++] = read_prefix(text, set);
}

static const struct nf_edge_sets all_sets = {
	.bound = ALL_SETS, .ping = BIT(NF_EDGE_PEER_SET_CRL),
};

/* Too large for the stack of a kernel. */
static struct nf_edge_addr_index built;

static int build(struct nf_edge_addr_index *index)
{
	memset(index, 0, sizeof(*index));
	sort(prefix, n_prefix, sizeof(*prefix), nf_edge_prefix_cmp, NULL);
	sort_edge_addresses(address, n_address);
	return nf_edge_addr_index_build(index, &flow_table, address,
					n_address, prefix, n_prefix, &all_sets);
}

static bool contains(const struct nf_edge_prefix *p, const struct address *a)
{
	int bit;

	if (p->ipv6 != a->ipv6)
		return false;
	for (bit = 0; bit < p->len; bit++) {
		u64 half = bit < 64 ? p->hi ^ address_hi(a) :
				      p->lo ^ address_lo(a);

		if (half >> (63 - bit % 64) & 1)
			return false;
	}
	return true;
}

static u8 flags_of(const struct address *a)
{
	static const char * const never[] = {
		"0.0.0.0", "127.0.0.0/8", "::", "::1", "::ffff:0:0/96",
	};
	static const char * const never_source[] = {
		"224.0.0.0/4", "255.255.255.255", "ff00::/8",
	};
	u8 flags = 0;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(never); i++) {
		struct nf_edge_prefix p = read_prefix(never[i], 0);

		if (contains(&p, a))
			flags |= NF_EDGE_MARTIAN;
	}
	for (i = 0; i < ARRAY_SIZE(never_source); i++) {
		struct nf_edge_prefix p = read_prefix(never_source[i], 0);

		if (contains(&p, a))
			flags |= NF_EDGE_MARTIAN_SOURCE;
	}
	return flags;
}

/* What the hooks ask first never says otherwise than the class. */
static void check_short_ways(struct kunit *test, const struct nf_edge_addr_index *index,
			     const struct address *a,
			     const struct nf_edge_class *class)
{
	const struct nf_edge_class *near = nf_edge_class_near(index, !a->ipv6, a->octets);
	u32 bucket = nf_edge_bucket(index, !a->ipv6, a->octets);
	const struct nf_edge_class *edge = NULL;

	KUNIT_ASSERT_EQ(test, nf_edge_find_edge(index, !a->ipv6, a->octets, &edge),
			!!class->services);
	if (class->services)
		KUNIT_ASSERT_PTR_EQ(test, edge, class);
	if (class->services || class->flags & ~NF_EDGE_PING_PEER)
		KUNIT_ASSERT_TRUE(test, nf_edge_maybe_guarded(index, !a->ipv6, a->octets));
	if (near)
		KUNIT_ASSERT_PTR_EQ(test, near, class);
	if (nf_edge_ranges_is_value(bucket)) {
		KUNIT_ASSERT_PTR_EQ(test, nf_edge_bucket_class(index, bucket), class);
		KUNIT_ASSERT_PTR_EQ(test, near, class);
		KUNIT_ASSERT_EQ(test, class->services, 0);
	}
}

/* The number of edge addresses in the fullest slot. */
static int fullest_slot(const struct nf_edge_addr_index *index)
{
	int fullest = 0;
	u32 i, number;

	for (i = 0; i < 2 * ARRAY_SIZE(index->edge_ipv4); i++) {
		int n = 0;

		number = i % 2 ? index->edge_ipv6[i / 2] : index->edge_ipv4[i / 2];
		for (; number; number = index->class[number].next)
			n++;
		if (n > fullest)
			fullest = n;
	}
	return fullest;
}

/* Looks one address up, and says by going through everything what it is. */
static void check(struct kunit *test, const struct nf_edge_addr_index *index,
		  const struct address *a)
{
	const struct nf_edge_class *got = look_up(index, a);
	struct nf_edge_class wanted;
	u32 i, sets = 0;
	u8 services = 0, node = 0;

	for (i = 0; i < n_prefix; i++)
		if (contains(&prefix[i], a))
			sets |= BIT(prefix[i].set);
	for (i = 0; i < n_address; i++)
		if (address[i].ipv6 == a->ipv6 &&
		    address[i].hi == address_hi(a) &&
		    address[i].lo == address_lo(a)) {
			services |= BIT(address[i].service);
			node = address[i].node;
		}
	nf_edge_make_class(&wanted, &flow_table, &all_sets, sets,
			   services, node, services ? 0 : flags_of(a));

	KUNIT_ASSERT_EQ(test, got->as_source, wanted.as_source);
	KUNIT_ASSERT_EQ(test, got->as_destination, wanted.as_destination);
	KUNIT_ASSERT_EQ(test, got->own_in, wanted.own_in);
	KUNIT_ASSERT_EQ(test, got->own_out, wanted.own_out);
	KUNIT_ASSERT_EQ(test, got->services, wanted.services);
	KUNIT_ASSERT_EQ(test, got->node, wanted.node);
	KUNIT_ASSERT_EQ(test, got->flags, wanted.flags);
	KUNIT_ASSERT_EQ(test, got->spoofed_on, wanted.spoofed_on);
	check_short_ways(test, index, a, got);
	cond_resched();
}

static void check_text(struct kunit *test,
		       const struct nf_edge_addr_index *index, const char *text)
{
	struct address a = read_address(text);

	check(test, index, &a);
}

/* The address @step away from a prefix's first or last one. */
static struct address border(const struct nf_edge_prefix *p, bool last, int step)
{
	struct address a = { .ipv6 = p->ipv6 };
	int i, bit;

	for (i = 0; i < 8; i++) {
		a.octets[i] = p->hi >> (56 - 8 * i);
		a.octets[8 + i] = p->lo >> (56 - 8 * i);
	}
	for (bit = p->len; last && bit < (p->ipv6 ? 128 : 32); bit++)
		a.octets[bit / 8] |= 0x80 >> bit % 8;
	for (i = p->ipv6 ? 15 : 3; step && i >= 0; i--) {
		int sum = a.octets[i] + step;

		a.octets[i] = sum;
		step = sum > 255 ? 1 : sum < 0 ? -1 : 0;
	}
	return a;
}

static void check_borders(struct kunit *test, const struct nf_edge_addr_index *index,
			  const struct nf_edge_prefix *p)
{
	int last, step;

	for (last = 0; last < 2; last++)
		for (step = -1; step <= 1; step++) {
			struct address a = border(p, last, step);

			check(test, index, &a);
		}
}

static const char * const odd[] = {
	"0.0.0.0", "0.0.0.1", "126.255.255.255", "127.0.0.0", "127.255.255.255",
	"128.0.0.0", "223.255.255.255", "224.0.0.0", "239.255.255.255",
	"240.0.0.0", "255.255.255.254", "255.255.255.255",
	"::", "::1", "::2", "::fffe:ffff:ffff", "::ffff:0.0.0.0",
	"::ffff:255.255.255.255", "::1:0:0:0", "feff:ffff:ffff:ffff::", "ff00::",
	"ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff",
};

static void without_peers_only_odd_addresses_are_special(struct kunit *test)
{
	unsigned int i;

	KUNIT_ASSERT_EQ(test, build(&built), 0);
	KUNIT_ASSERT_EQ(test, built.n_edge, 0);
	for (i = 0; i < ARRAY_SIZE(odd); i++)
		check_text(test, &built, odd[i]);
	nf_edge_addr_index_free(&built);
}

static void nested_prefixes_are_all_held(struct kunit *test)
{
	u32 i;

	add_prefix("10.0.0.0/8", NF_EDGE_PEER_SET_CRL);
	add_prefix("10.1.0.0/16", NF_EDGE_PEER_SET_DNS);
	add_prefix("10.1.2.3", NF_EDGE_PEER_SET_CMS);
	add_prefix("10.1.2.3", NF_EDGE_PEER_SET_SBA);
	add_prefix("10.1.2.0/24", NF_EDGE_PEER_SET_CRL);
	add_prefix("2001:db8::/32", NF_EDGE_PEER_SET_INTERNAL_NETWORKS);
	add_prefix("2001:db8::/64", NF_EDGE_PEER_SET_CRL);
	add_prefix("2001:db8::/65", NF_EDGE_PEER_SET_DNS);
	add_prefix("2001:db8::8000:0:0:0/65", NF_EDGE_PEER_SET_SBA);
	KUNIT_ASSERT_EQ(test, build(&built), 0);
	for (i = 0; i < n_prefix; i++)
		check_borders(test, &built, &prefix[i]);
	nf_edge_addr_index_free(&built);
}

static void the_ends_of_the_number_space_are_held(struct kunit *test)
{
	unsigned int i;

	add_prefix("0.0.0.0/0", NF_EDGE_PEER_SET_CRL);
	add_prefix("0.0.0.0", NF_EDGE_PEER_SET_DNS);
	add_prefix("128.0.0.0/1", NF_EDGE_PEER_SET_SBA);
	add_prefix("255.255.255.255", NF_EDGE_PEER_SET_CMS);
	add_prefix("::/0", NF_EDGE_PEER_SET_CRL);
	add_prefix("::", NF_EDGE_PEER_SET_DNS);
	add_prefix("8000::/1", NF_EDGE_PEER_SET_SBA);
	add_prefix("ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff",
		   NF_EDGE_PEER_SET_CMS);
	KUNIT_ASSERT_EQ(test, build(&built), 0);
	for (i = 0; i < ARRAY_SIZE(odd); i++)
		check_text(test, &built, odd[i]);
	nf_edge_addr_index_free(&built);
}

static void prefixes_nest_as_deep_as_they_can(struct kunit *test)
{
	u32 i;
	int len;

	for (len = 0; len <= 32; len++)
		prefix[n_prefix++] = (struct nf_edge_prefix){
			.hi = len ? (0x0a0a0a0aULL >> (32 - len) <<
				     (32 - len)) << 32 : 0,
			.len = len, .set = len % SETS,
		};
	for (len = 0; len <= 128; len++)
		prefix[n_prefix++] = (struct nf_edge_prefix){
			.hi = 0x2aaaaaaaaaaaaaaaULL & ~nf_edge_host_bits_hi(len),
			.lo = 0xaaaaaaaaaaaaaaaaULL & ~nf_edge_host_bits_lo(len),
			.ipv6 = true, .len = len, .set = len % SETS,
		};
	KUNIT_ASSERT_EQ(test, build(&built), 0);
	for (i = 0; i < n_prefix; i++)
		check_borders(test, &built, &prefix[i]);
	nf_edge_addr_index_free(&built);
}

static void an_edge_address_has_its_services_and_its_sets(struct kunit *test)
{
	u32 i;

	address[n_address++] = edge_address("131.107.155.10",
					    NF_EDGE_SERVICE_ACCESS, 5);
	address[n_address++] = edge_address("131.107.155.10",
					    NF_EDGE_SERVICE_AV, 5);
	address[n_address++] = edge_address("172.25.33.10",
					    NF_EDGE_SERVICE_INTERNAL, 5);
	address[n_address++] = edge_address("2001:db8:155::10",
					    NF_EDGE_SERVICE_WEBCONF, 6);
	/* the IPv4 address of another, in the form that IPv6 has for it */
	address[n_address++] = edge_address("836b:9b0a::",
					    NF_EDGE_SERVICE_WEBCONF, 7);
	add_prefix("131.107.155.0/24", NF_EDGE_PEER_SET_INTERNAL_NETWORKS);
	add_prefix("131.107.155.10", NF_EDGE_PEER_SET_CRL);
	add_prefix("172.25.33.10", NF_EDGE_PEER_SET_INTERNAL_NETWORKS);
	add_prefix("2001:db8::/32", NF_EDGE_PEER_SET_PIC_PARTNERS);
	KUNIT_ASSERT_EQ(test, build(&built), 0);
	KUNIT_ASSERT_EQ(test, built.n_edge, 4);
	for (i = 0; i < n_prefix; i++)
		check_borders(test, &built, &prefix[i]);
	for (i = 0; i < n_address; i++) {
		struct nf_edge_prefix alone = {
			.hi = address[i].hi, .lo = address[i].lo,
			.ipv6 = address[i].ipv6,
			.len = address[i].ipv6 ? 128 : 32,
		};

		check_borders(test, &built, &alone);
	}
	nf_edge_addr_index_free(&built);
}

static void as_many_edge_addresses_as_there_may_be_are_found(struct kunit *test)
{
	u32 i;

	for (i = 0; i < ARRAY_SIZE(address); i++) {
		bool ipv6 = i % 3 == 0;

		address[n_address++] = (struct nf_edge_address){
			.hi = ipv6 ? 0x20010db800000000ULL + i / 64 :
				     (0x836b0000ULL + i) << 32,
			.lo = ipv6 ? i : 0,
			.ipv6 = ipv6, .service = i % 4, .node = i / 64,
		};
	}
	KUNIT_ASSERT_EQ(test, build(&built), 0);
	KUNIT_ASSERT_EQ(test, built.n_edge, n_address);
	for (i = 0; i < n_address; i++) {
		struct nf_edge_prefix alone = {
			.hi = address[i].hi, .lo = address[i].lo,
			.ipv6 = address[i].ipv6,
			.len = address[i].ipv6 ? 128 : 32,
		};

		check_borders(test, &built, &alone);
	}
	nf_edge_addr_index_free(&built);
}

static struct nf_edge_prefix random_prefix(void)
{
	struct nf_edge_prefix p = { .ipv6 = dice() % 2 };
	u64 random = (u64)dice() << 33 ^ (u64)dice() << 11 ^ dice();

	if (n_prefix && dice() % 2) {
		/* inside, around or beside an earlier one */
		p = prefix[dice() % n_prefix];
		if (p.ipv6)
			p.lo ^= random & nf_edge_host_bits_lo(p.len);
		else
			p.hi ^= random & nf_edge_host_bits_hi(p.len);
	} else {
		p.hi = random;
		p.lo = p.ipv6 ? random * 31 : 0;
	}
	p.len = dice() % (p.ipv6 ? 129 : 33);
	if (!p.ipv6)
		p.hi &= ~0xffffffffULL;
	p.hi &= ~nf_edge_host_bits_hi(p.len);
	p.lo &= p.ipv6 ? ~nf_edge_host_bits_lo(p.len) : 0;
	p.set = dice() % SETS;
	return p;
}

static void random_prefixes_are_held_at_every_border(struct kunit *test)
{
	int round;

	for (round = 0; round < 150; round++) {
		u32 i, n = dice() % 80;

		n_prefix = 0;
		n_address = 0;
		while (n_prefix < n) {
			struct nf_edge_prefix p = random_prefix();

			prefix[n_prefix++] = p;
			if (dice() % 8 == 0) {
				address[n_address] = (struct nf_edge_address){
					.hi = p.hi, .lo = p.lo, .ipv6 = p.ipv6,
					.service = dice() % 3,
				};
				n_address++;
			}
		}
		KUNIT_ASSERT_EQ(test, build(&built), 0);
		for (i = 0; i < n_prefix; i++)
			check_borders(test, &built, &prefix[i]);
		for (i = 0; i < ARRAY_SIZE(odd); i++)
			check_text(test, &built, odd[i]);
		nf_edge_addr_index_free(&built);
	}
}

static void many_prefixes_are_held(struct kunit *test)
{
	u32 i;

	while (n_prefix < 20000)
		prefix[n_prefix] = random_prefix(), n_prefix++;
	KUNIT_ASSERT_EQ(test, build(&built), 0);
	for (i = 0; i < n_prefix; i += n_prefix / 100)
		check_borders(test, &built, &prefix[i]);
	nf_edge_addr_index_free(&built);
}

/* Add @n prefixes of @len bits, @step addresses or upper halves apart. */
static void add_apart(bool ipv6, u64 first, u64 step, u32 n, u8 len)
{
	u32 i;

	for (i = 0; i < n; i++)
		prefix[n_prefix++] = (struct nf_edge_prefix){
			.hi = (first + i * step) << (ipv6 ? 0 : 32),
			.ipv6 = ipv6, .len = len,
			.set = i % 2 ? NF_EDGE_PEER_SET_CRL :
				       NF_EDGE_PEER_SET_DNS,
		};
}

static s8 marks_of(const struct nf_edge_addr_index *index, const char *text)
{
	struct address a = read_address(text);

	nf_edge_prefetch(index, !a.ipv6, a.octets);
	return nf_edge_cell_marks(index, !a.ipv6, a.octets);
}

/* Many prefixes of peers are in lines; the cells of the peers, and no others, say so. */
static void peers_in_lines_are_marked(struct kunit *test)
{
	static const char * const lines[] = {
		"64.0.0.1", "64.15.0.0", "2600::1", "260f::",
	};
	static const char * const others[] = {
		"63.255.0.1", "65.0.0.1", "25ff::1", "2700::1", "3000::1",
	};
	unsigned int i;

	add_apart(false, 0x40000000, 256, 4080, 25);
	add_apart(true, 0x2600ULL << 48, 1 << 17, 4000, 48);
	KUNIT_ASSERT_EQ(test, build(&built), 0);
	for (i = 0; i < ARRAY_SIZE(lines); i++)
		KUNIT_ASSERT_EQ(test, marks_of(&built, lines[i]), NF_EDGE_CELL_LINES);
	for (i = 0; i < ARRAY_SIZE(others); i++)
		KUNIT_ASSERT_EQ(test, marks_of(&built, others[i]), 0);
	KUNIT_ASSERT_TRUE(test, marks_of(&built, "127.0.0.1") < 0);
	for (i = 0; i < n_prefix; i += n_prefix / 100)
		check_borders(test, &built, &prefix[i]);
	nf_edge_addr_index_free(&built);

	/* A guard's mark stands beside the other. */
	add_prefix("64.1.0.0/16", NF_EDGE_PEER_SET_INTERNAL_NETWORKS);
	add_prefix("2600:1::/32", NF_EDGE_PEER_SET_INTERNAL_NETWORKS);
	KUNIT_ASSERT_EQ(test, build(&built), 0);
	KUNIT_ASSERT_TRUE(test, marks_of(&built, "64.1.0.1") < 0);
	KUNIT_ASSERT_TRUE(test, marks_of(&built, "2600:1::1") < 0);
	KUNIT_ASSERT_EQ(test, marks_of(&built, "64.2.0.1"), NF_EDGE_CELL_LINES);
	nf_edge_addr_index_free(&built);
}

/* Few prefixes stay in a processor's caches. */
static void few_peers_are_not_marked(struct kunit *test)
{
	add_apart(false, 0x40000000, 512, 100, 24);
	add_apart(true, 0x2600ULL << 48, 1 << 17, 100, 48);
	KUNIT_ASSERT_EQ(test, build(&built), 0);
	KUNIT_ASSERT_EQ(test, marks_of(&built, "64.0.0.1"), 0);
	KUNIT_ASSERT_EQ(test, marks_of(&built, "2600::1"), 0);
	nf_edge_addr_index_free(&built);
}

/* Prefixes at each distance: lines with no start, with as many as fit, and with more. */
static void lines_hold_as_many_starts_as_fit(struct kunit *test)
{
	int round;
	u32 i;

	for (round = 1; round < 40; round++) {
		n_prefix = 0;
		add_apart(false, 0x40000000, 4096, 20, 24);
		add_apart(false, 0x40100000, 64, round, 27);
		add_apart(true, 0x2600ULL << 48, 1 << 20, 20, 48);
		add_apart(true, 0x2600000010ULL << 24, 64, round, 59);
		/* addresses whose keys are the same */
		add_apart(true, 0x2600000020ULL << 24, 0, round % 12, 64);
		for (i = n_prefix - round % 12; i < n_prefix; i++) {
			prefix[i].lo = i << 4;
			prefix[i].len = 126;
		}
		KUNIT_ASSERT_EQ(test, build(&built), 0);
		for (i = 0; i < n_prefix; i++)
			check_borders(test, &built, &prefix[i]);
		nf_edge_addr_index_free(&built);
	}
}

/* Memory is bounded, however prefixes lie: evenly, at random, or crowded at every scale. */
static void lines_take_little_memory(struct kunit *test)
{
	const struct nf_edge_ranges *ranges;
	u32 i, scale;
	int how;

	for (how = 0; how < 6; how++) {
		bool ipv6 = how % 2;

		n_prefix = 0;
		for (i = 0; how / 2 == 0 && i < 20; i++)
			add_apart(ipv6, ipv6 ? 0x2600000000000000ULL + ((u64)i << 40) :
				  0x40000000 + (i << 20), ipv6 ? 1 << (8 + i) : 256,
				  1000, ipv6 ? 64 : 28);
		for (i = 0; how / 2 == 1 && i < 20000; i++) {
			u64 at = (u64)dice() << 33 ^ (u64)dice() << 11 ^ dice();

			add_apart(ipv6, ipv6 ? at : (u32)at, 0, 1, ipv6 ? 64 : 32);
		}
		for (scale = 0; how / 2 == 2 && scale < 20; scale++)
			add_apart(ipv6, (ipv6 ? 0x2600000000000000ULL : 0x40000000) +
				  (1ULL << (ipv6 ? 50 - 2 * scale : 24 - scale)), 2,
				  ipv6 ? 400 : 12, ipv6 ? 64 : 32);
		KUNIT_ASSERT_EQ(test, build(&built), 0);
		ranges = ipv6 ? &built.all_ipv6 : &built.all_ipv4;
		KUNIT_ASSERT_TRUE(test, ranges->n_lines <= 1024 + n_prefix + 10);
		for (i = 0; i < n_prefix; i += n_prefix / 100)
			check_borders(test, &built, &prefix[i]);
		nf_edge_addr_index_free(&built);
	}
}

/*
 * Each prefix is halved, down to @depth, and the lower half is in one set more:
 * as many different unions of sets as there are parts.
 */
static void halve(int depth)
{
	int len;
	u32 i;

	for (len = 1; len <= depth; len++)
		for (i = 0; i < 1U << (len - 1); i++)
			prefix[n_prefix++] = (struct nf_edge_prefix){
				.hi = 0x2000000000000000ULL |
				      (u64)i << (61 - len + 1),
				.ipv6 = true, .len = 3 + len, .set = 31 - len,
			};
}

static void sets_overlap_in_as_many_ways_as_there_are_classes(struct kunit *test)
{
	u32 i;

	halve(15);
	KUNIT_ASSERT_EQ(test, build(&built), 0);
	for (i = 0; i < n_prefix; i += n_prefix / 50)
		check_borders(test, &built, &prefix[i]);
	nf_edge_addr_index_free(&built);

	n_prefix = 0;
	halve(16);
	KUNIT_ASSERT_EQ(test, build(&built), -ENOSPC);
	nf_edge_addr_index_free(&built);
}

static void a_failed_allocation_fails_the_build_and_leaks_nothing(struct kunit *test)
{
	bool failed = true;
	int left, err;

	add_prefix("10.0.0.0/8", NF_EDGE_PEER_SET_CRL);
	add_prefix("2001:db8::/32", NF_EDGE_PEER_SET_DNS);
	address[n_address++] = edge_address("131.107.155.10",
					    NF_EDGE_SERVICE_ACCESS, 0);
	for (left = 0; failed; left++) {
		KUNIT_ASSERT_TRUE(test, left < 200);
		set_allocations_left(left);
		err = build(&built);
		failed = allocations_left() < 0;
		set_allocations_left(-1);
		/* the kernel's kvmalloc() has a second way */
		KUNIT_ASSERT_TRUE(test, !err || (failed && err == -ENOMEM));
		nf_edge_addr_index_free(&built);
	}
	/* it cannot be built from nothing */
	KUNIT_ASSERT_TRUE(test, left > 5);
}

/* Sixty-four nodes in one network, and in a network each, want no long way. */
static void the_edge_addresses_of_large_sites_share_few_slots(struct kunit *test)
{
	static const char * const sites[][4] = {
		{ "131.107.155.%d", "131.107.156.%d", "131.107.157.%d",
		  "172.25.33.%d" },
		{ "131.107.%d.10", "131.107.%d.20", "131.107.%d.30",
		  "172.25.%d.10" },
		{ "2001:db8:155::1%x", "2001:db8:155::2%x", "2001:db8:155::3%x",
		  "2001:db8:33::%x" },
		{ "2001:db8:155:%x::10", "2001:db8:155:%x::20",
		  "2001:db8:155:%x::30", "2001:db8:33:%x::10" },
	};
	char text[64];
	unsigned int i;
	int service, node;

	for (i = 0; i < ARRAY_SIZE(sites); i++) {
		n_address = 0;
		for (node = 0; node < 64; node++)
			for (service = 0; service < 4; service++) {
				snprintf(text, sizeof(text), sites[i][service],
					 node + 16);
				address[n_address++] =
					edge_address(text, service, node);
			}
		KUNIT_ASSERT_EQ(test, build(&built), 0);
		KUNIT_ASSERT_TRUE(test, fullest_slot(&built) <= 2);
		for (node = 0; node < 64; node++) {
			snprintf(text, sizeof(text), sites[i][0], node + 16);
			check_text(test, &built, text);
		}
		nf_edge_addr_index_free(&built);
	}
}

/* Pairs that differ in a bit or more of both halves, as by a VLAN's number. */
static void two_edge_addresses_are_found_whatever_they_are(struct kunit *test)
{
	static const char * const pairs[][2] = {
		{ "2001:db8:155:100:1::10", "2001:db8:155:200:2::10" },
		{ "2001:db8:155:1::", "2001:db8:155:3:2::" },
		{ "2001:db8:155:80::80", "2001:db8:155::" },
		{ "2001:db8:155:80::", "2001:db8:155::80" },
		{ "2001:db8:155:80:8000::", "2001:db8:155::" },
		{ "a001:db8:155::80", "2001:db8:155::" },
		{ "131.107.155.128", "3.107.155.0" },
		{ "131.107.155.10", "131.107.156.11" },
	};
	unsigned int i, j;

	for (i = 0; i < ARRAY_SIZE(pairs); i++) {
		n_address = 0;
		for (j = 0; j < 2; j++)
			address[n_address++] = edge_address(pairs[i][j],
							    NF_EDGE_SERVICE_AV, j);
		KUNIT_ASSERT_EQ(test, build(&built), 0);
		for (j = 0; j < 2; j++)
			check_text(test, &built, pairs[i][j]);
		nf_edge_addr_index_free(&built);
	}
}

static void add_octets(const struct address *a)
{
	address[n_address++] = (struct nf_edge_address){
		.hi = a->ipv6 ? address_hi(a) : address_hi(a) >> 32 << 32,
		.lo = a->ipv6 ? address_lo(a) : 0,
		.ipv6 = a->ipv6, .service = NF_EDGE_SERVICE_AV,
	};
}

/* Two octets number the addresses: together, or each for itself. */
static void make_two_field_site(bool ipv6)
{
	struct address base = { .ipv6 = ipv6, .octets = { 0x20, 0x01 } };
	int size = ipv6 ? 16 : 4;
	int x = 2 + dice() % (size - 3), y = x + 1 + dice() % (size - 1 - x);
	int rows = 2 + dice() % 7, step_x = 1 << dice() % 6;
	int columns = 2 + dice() % 7, step_y = 1 << dice() % 6;
	bool together = dice() % 2;
	int i, j;

	for (i = 2; i < size; i++)
		base.octets[i] = dice() % 3 ? 0 : dice();
	n_address = 0;
	for (i = 0; i < rows; i++)
		for (j = 0; j < (together ? 1 : columns); j++) {
			struct address a = base;

			a.octets[x] += i * step_x;
			a.octets[y] += (together ? i : j) * step_y;
			add_octets(&a);
		}
}

static void sites_numbered_by_two_octets_are_found(struct kunit *test)
{
	struct address last;
	int round, i;

	for (round = 0; round < 600; round++) {
		make_two_field_site(round % 4);
		KUNIT_ASSERT_EQ(test, build(&built), 0);
		last.ipv6 = address[n_address - 1].ipv6;
		for (i = 0; i < 8; i++) {
			last.octets[i] = address[n_address - 1].hi >> (56 - 8 * i);
			last.octets[8 + i] = address[n_address - 1].lo >> (56 - 8 * i);
		}
		check(test, &built, &last);
		nf_edge_addr_index_free(&built);
	}
}

/* Thousands without a pattern share slots. */
static void addresses_that_share_slots_are_found(struct kunit *test)
{
	struct address a = {};
	int ipv6, i;

	for (ipv6 = 0; ipv6 < 2; ipv6++) {
		n_address = 0;
		while (n_address < ARRAY_SIZE(address)) {
			a.ipv6 = ipv6;
			for (i = 0; i < (ipv6 ? 16 : 4); i++)
				a.octets[i] = dice() >> 5;
			a.octets[0] = 0x20;
			add_octets(&a);
		}
		add_prefix(ipv6 ? "::/0" : "0.0.0.0/0", NF_EDGE_PEER_SET_CRL);
		KUNIT_ASSERT_EQ(test, build(&built), 0);
		KUNIT_ASSERT_TRUE(test, fullest_slot(&built) >= 3);
		KUNIT_ASSERT_TRUE(test, fullest_slot(&built) <= 10);
		for (i = 0; i < 64; i++) {
			struct nf_edge_prefix alone = {
				.hi = address[i * 64].hi, .lo = address[i * 64].lo,
				.ipv6 = ipv6, .len = ipv6 ? 128 : 32,
			};

			check_borders(test, &built, &alone);
		}
		for (i = 0; i < (int)ARRAY_SIZE(odd); i++)
			check_text(test, &built, odd[i]);
		nf_edge_addr_index_free(&built);
	}
}

static struct kunit_case cases[] = {
	KUNIT_CASE(without_peers_only_odd_addresses_are_special),
	KUNIT_CASE(nested_prefixes_are_all_held),
	KUNIT_CASE(the_ends_of_the_number_space_are_held),
	KUNIT_CASE(prefixes_nest_as_deep_as_they_can),
	KUNIT_CASE(an_edge_address_has_its_services_and_its_sets),
	KUNIT_CASE(as_many_edge_addresses_as_there_may_be_are_found),
	KUNIT_CASE(the_edge_addresses_of_large_sites_share_few_slots),
	KUNIT_CASE(two_edge_addresses_are_found_whatever_they_are),
	KUNIT_CASE(sites_numbered_by_two_octets_are_found),
	KUNIT_CASE(addresses_that_share_slots_are_found),
	KUNIT_CASE(random_prefixes_are_held_at_every_border),
	KUNIT_CASE(many_prefixes_are_held),
	KUNIT_CASE(peers_in_lines_are_marked),
	KUNIT_CASE(few_peers_are_not_marked),
	KUNIT_CASE(lines_hold_as_many_starts_as_fit),
	KUNIT_CASE(lines_take_little_memory),
	KUNIT_CASE(sets_overlap_in_as_many_ways_as_there_are_classes),
	KUNIT_CASE(a_failed_allocation_fails_the_build_and_leaks_nothing),
	{}
};

static struct kunit_suite suite = {
	.name = "nf_edge_addr_index",
	.init = start,
	.test_cases = cases,
};

kunit_test_suite(suite);
