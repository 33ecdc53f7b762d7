// SPDX-License-Identifier: GPL-2.0-only
/*
 * Edge addresses are few and asked for on every packet: a hash table.  Peer
 * prefixes nest and overlap, and an address is in every set with a prefix that
 * contains it: they are laid flat into ranges, each with the union of the sets
 * of all prefixes that contain it.
 */

#include <linux/errno.h>
#include <linux/log2.h>
#include <linux/mm.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "addr_index.h"

/* Addresses with a flag of their own are prefixes of two more sets. */
#define SET_NEVER		(NF_EDGE_PEER_SET_LIVE_MESSENGER_CLIENTS + 1)
#define SET_NEVER_SOURCE	(SET_NEVER + 1)
#define SET_MASKS		BIT(SET_NEVER_SOURCE + 1)

static const struct nf_edge_prefix builtin[] = {
	{ 0, 0, false, 32, SET_NEVER },				/* 0.0.0.0 */
	{ 0x7fULL << 56, 0, false, 8, SET_NEVER },		/* 127.0.0.0/8 */
	{ 0xe0ULL << 56, 0, false, 4, SET_NEVER_SOURCE },	/* 224.0.0.0/4 */
	{ 0xffffffffULL << 32, 0, false, 32, SET_NEVER_SOURCE },
	{ 0, 0, true, 128, SET_NEVER },				/* :: */
	{ 0, 1, true, 128, SET_NEVER },				/* ::1 */
	{ 0, 0xffffULL << 32, true, 96, SET_NEVER },		/* IPv4-mapped */
	{ 0xffULL << 56, 0, true, 8, SET_NEVER_SOURCE },	/* ff00::/8 */
};

/*
 * State of laying out the prefixes of one family: those that contain the place
 * that was reached, outermost first, and where the ranges go.  While start is
 * NULL they are only counted.
 */
struct layout {
	struct {
		const struct nf_edge_prefix *prefix;
		struct nf_edge_u128 end;
		u16 sets;
	} open[129];
	int n_open;
	bool ipv6;
	u32 n;
	struct nf_edge_u128 last_start;
	u16 last_sets;
	u32 *start_ipv4;
	struct nf_edge_u128 *start_ipv6;
	u16 *sets;
};

static void emit(struct layout *l, u64 hi, u64 lo, u16 sets)
{
	bool same = l->n && l->last_start.hi == hi && l->last_start.lo == lo;

	if (l->n && !same && l->last_sets == sets)
		return;
	if (!same)
		l->n++;
	l->last_start.hi = hi;
	l->last_start.lo = lo;
	l->last_sets = sets;
	if (!l->sets)
		return;
	l->sets[l->n - 1] = sets;
	if (l->ipv6)
		l->start_ipv6[l->n - 1] = l->last_start;
	else
		l->start_ipv4[l->n - 1] = hi >> 32;
}

static u16 open_sets(const struct layout *l)
{
	return l->n_open ? l->open[l->n_open - 1].sets : 0;
}

static bool ends_before(const struct nf_edge_u128 *end,
			const struct nf_edge_prefix *p)
{
	return end->hi < p->hi || (end->hi == p->hi && end->lo < p->lo);
}

/* In another set, perhaps: then it takes no place of its own. */
static bool same_prefix(const struct nf_edge_prefix *a,
			const struct nf_edge_prefix *b)
{
	return a->hi == b->hi && a->lo == b->lo && a->len == b->len;
}

/* Closes the innermost prefix: behind its end begins what contains it. */
static void close_one(struct layout *l)
{
	struct nf_edge_u128 next = l->open[--l->n_open].end;

	next.lo++;
	if (!next.lo)
		next.hi++;
	if (next.hi || next.lo)
		emit(l, next.hi, next.lo, open_sets(l));
}

static void open_one(struct layout *l, const struct nf_edge_prefix *p)
{
	struct nf_edge_u128 end = {
		p->hi | nf_edge_host_bits_hi(p->len),
		p->lo | nf_edge_host_bits_lo(p->len),
	};
	u16 sets;

	while (l->n_open && ends_before(&l->open[l->n_open - 1].end, p))
		close_one(l);

	sets = open_sets(l) | BIT(p->set);
	if (!l->n_open || !same_prefix(l->open[l->n_open - 1].prefix, p))
		l->n_open++;
	l->open[l->n_open - 1].prefix = p;
	l->open[l->n_open - 1].end = end;
	l->open[l->n_open - 1].sets = sets;
	emit(l, p->hi, p->lo, sets);
}

/* Lays out the prefixes of l->ipv6, of @prefix and the built-in ones. */
static void lay_out(struct layout *l, const struct nf_edge_prefix *prefix,
		    u32 n)
{
	u32 i = 0, j = 0;

	l->n = 0;
	l->n_open = 0;
	emit(l, 0, 0, 0);
	while (i < n || j < ARRAY_SIZE(builtin)) {
		const struct nf_edge_prefix *p;

		if (i == n || (j < ARRAY_SIZE(builtin) &&
			       nf_edge_prefix_cmp(&builtin[j], &prefix[i]) < 0))
			p = &builtin[j++];
		else
			p = &prefix[i++];
		if (p->ipv6 == l->ipv6)
			open_one(l, p);
		if (!(i % 4096))
			cond_resched();
	}
	while (l->n_open)
		close_one(l);
}

static int lay_out_family(struct nf_edge_addr_index *index, struct layout *l,
			  bool ipv6, const struct nf_edge_prefix *prefix, u32 n)
{
	void *start;
	u16 *sets;

	memset(l, 0, sizeof(*l));
	l->ipv6 = ipv6;
	lay_out(l, prefix, n);

	start = kvmalloc_array(l->n, ipv6 ? sizeof(struct nf_edge_u128) :
			       sizeof(u32), GFP_KERNEL_ACCOUNT);
	sets = kvmalloc_array(l->n, sizeof(u16), GFP_KERNEL_ACCOUNT);
	if (ipv6) {
		index->peer_ipv6.start = start;
		index->peer_ipv6.class = sets;
		index->peer_ipv6.n = l->n;
	} else {
		index->peer_ipv4.start = start;
		index->peer_ipv4.class = sets;
		index->peer_ipv4.n = l->n;
	}
	if (!start || !sets)
		return -ENOMEM;

	l->start_ipv4 = start;
	l->start_ipv6 = start;
	l->sets = sets;
	lay_out(l, prefix, n);
	return 0;
}

/* From the sets of a range to the number of its class. */
static void number_ranges(u16 *at, u32 n, u16 *class_of_sets, u16 *next)
{
	u32 i;

	for (i = 0; i < n; i++) {
		if (!class_of_sets[at[i]])
			class_of_sets[at[i]] = (*next)++;
		at[i] = class_of_sets[at[i]];
	}
}

static u8 flags_of_sets(u32 sets)
{
	return (sets & BIT(SET_NEVER) ? NF_EDGE_NEVER : 0) |
	       (sets & BIT(SET_NEVER_SOURCE) ? NF_EDGE_NEVER_SOURCE : 0);
}

static u16 sets_of_address(const struct nf_edge_addr_index *index,
			   const struct nf_edge_address *a)
{
	u32 i;

	if (a->ipv6) {
		i = nf_edge_range_ipv6(&index->peer_ipv6, a->hi, a->lo);
		return index->peer_ipv6.class[i];
	}
	i = nf_edge_range_ipv4(&index->peer_ipv4, a->hi >> 32);
	return index->peer_ipv4.class[i];
}

/* The slots of an edge address, taken or free: where its class number stands. */
static u16 *edge_slot_ipv4(struct nf_edge_addr_index *index, __be32 addr)
{
	u32 i = nf_edge_hash_ipv4(addr, index->bits_ipv4);
	struct nf_edge_slot_ipv4 *slot = index->edge_ipv4;

	while (slot[i].class && slot[i].addr != addr)
		i = (i + 1) & ((1U << index->bits_ipv4) - 1);
	slot[i].addr = addr;
	return &slot[i].class;
}

static u16 *edge_slot_ipv6(struct nf_edge_addr_index *index, u64 hi, u64 lo)
{
	u32 i = nf_edge_hash_ipv6(hi, lo, index->bits_ipv6);
	struct nf_edge_slot_ipv6 *slot = index->edge_ipv6;

	while (slot[i].class && (slot[i].hi != hi || slot[i].lo != lo))
		i = (i + 1) & ((1U << index->bits_ipv6) - 1);
	slot[i].hi = hi;
	slot[i].lo = lo;
	return &slot[i].class;
}

static u16 *edge_slot(struct nf_edge_addr_index *index,
		      const struct nf_edge_address *a)
{
	if (a->ipv6)
		return edge_slot_ipv6(index, a->hi, a->lo);
	return edge_slot_ipv4(index, cpu_to_be32(a->hi >> 32));
}

static int make_edge_tables(struct nf_edge_addr_index *index,
			    const struct nf_edge_address *address, u32 n)
{
	u32 i, n_ipv6 = 0;

	for (i = 0; i < n; i++)
		n_ipv6 += address[i].ipv6;

	index->bits_ipv4 = ilog2(roundup_pow_of_two(2 * (n - n_ipv6) + 2));
	index->bits_ipv6 = ilog2(roundup_pow_of_two(2 * n_ipv6 + 2));
	index->edge_ipv4 = kvcalloc(1U << index->bits_ipv4,
				    sizeof(*index->edge_ipv4),
				    GFP_KERNEL_ACCOUNT);
	index->edge_ipv6 = kvcalloc(1U << index->bits_ipv6,
				    sizeof(*index->edge_ipv6),
				    GFP_KERNEL_ACCOUNT);
	return index->edge_ipv4 && index->edge_ipv6 ? 0 : -ENOMEM;
}

static int make_classes(struct nf_edge_addr_index *index,
			const struct nf_edge_address *address, u32 n,
			u32 bound_sets)
{
	u32 own_sets = BIT(SET_NEVER) - 1;
	u16 *class_of_sets, *edge_sets = NULL;
	u16 next = 1, first_peer;
	u32 i, sets;
	int err = -ENOMEM;

	class_of_sets = kvcalloc(SET_MASKS, sizeof(u16), GFP_KERNEL);
	edge_sets = kvcalloc(n + 1, sizeof(u16), GFP_KERNEL);
	if (!class_of_sets || !edge_sets)
		goto out;

	/* Edge addresses first: they need the sets that the numbers replace. */
	for (i = 0; i < n; i++) {
		u16 *class = edge_slot(index, &address[i]);

		if (!*class)
			*class = next++;
		edge_sets[*class - 1] = sets_of_address(index, &address[i]);
	}
	index->n_edge = next - 1;
	first_peer = next;
	number_ranges(index->peer_ipv4.class, index->peer_ipv4.n,
		      class_of_sets, &next);
	number_ranges(index->peer_ipv6.class, index->peer_ipv6.n,
		      class_of_sets, &next);

	index->class = kvcalloc(next, sizeof(*index->class),
				GFP_KERNEL_ACCOUNT);
	if (!index->class)
		goto out;

	for (i = 0; i < n; i++) {
		u16 number = *edge_slot(index, &address[i]);
		struct nf_edge_class *class = &index->class[number];

		nf_edge_make_class(class, bound_sets,
				   edge_sets[number - 1] & own_sets,
				   class->services | BIT(address[i].service),
				   address[i].node, 0);
	}
	for (sets = 0; sets < SET_MASKS; sets++)
		if (class_of_sets[sets] >= first_peer)
			nf_edge_make_class(&index->class[class_of_sets[sets]],
					   bound_sets, sets & own_sets, 0, 0,
					   flags_of_sets(sets));
	err = 0;
out:
	kvfree(edge_sets);
	kvfree(class_of_sets);
	return err;
}

/**
 * nf_edge_addr_index_build - build an index
 * @index: where it goes; zeroed before
 * @address: the edge addresses; one that serves several services stands once
 *	for each
 * @n: how many
 * @prefix: the peer prefixes, sorted by nf_edge_prefix_cmp(); only looked at
 *	during the call
 * @n_prefix: how many
 * @bound_sets: mask of enum nf_edge_peer_set, the sets that are bound
 *
 * Context: may sleep.
 * Return: 0 or -ENOMEM; nf_edge_addr_index_free() frees what was built either
 * way.
 */
int nf_edge_addr_index_build(struct nf_edge_addr_index *index,
			     const struct nf_edge_address *address, u32 n,
			     const struct nf_edge_prefix *prefix, u32 n_prefix,
			     u32 bound_sets)
{
	struct layout *layout;
	int err;

	layout = kvmalloc(sizeof(*layout), GFP_KERNEL);
	if (!layout)
		return -ENOMEM;
	err = lay_out_family(index, layout, false, prefix, n_prefix) ?:
	      lay_out_family(index, layout, true, prefix, n_prefix);
	kvfree(layout);

	return err ?: make_edge_tables(index, address, n) ?:
		      make_classes(index, address, n, bound_sets);
}

/**
 * nf_edge_addr_index_free - free what an index holds
 * @index: built, or half built, or zeroed
 */
void nf_edge_addr_index_free(struct nf_edge_addr_index *index)
{
	kvfree(index->class);
	kvfree(index->edge_ipv4);
	kvfree(index->edge_ipv6);
	kvfree(index->peer_ipv4.start);
	kvfree(index->peer_ipv4.class);
	kvfree(index->peer_ipv6.start);
	kvfree(index->peer_ipv6.class);
}
