// SPDX-License-Identifier: GPL-2.0-only
/*
 * Address index: build the look-up from an address to its class.
 *
 * Prefixes of peer sets nest and overlap.  They are flattened into ranges, each
 * with the union of the sets of all prefixes that contain the range.  An edge
 * address is a range of its own.  Each packet looks for an edge address: these
 * are hashed too.
 */

#include <linux/errno.h>
#include <linux/hash.h>
#include <linux/log2.h>
#include <linux/minmax.h>
#include <linux/mm.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "addr_index.h"
#include "array.h"
#include "row.h"

/* Martian addresses are prefixes of two more sets. */
#define SET_MARTIAN		NF_EDGE_TABLE_SETS
#define SET_MARTIAN_SOURCE	(SET_MARTIAN + 1)
/* Edge addresses are prefixes of one more set, each with a class of its own. */
#define SET_EDGE		(SET_MARTIAN_SOURCE + 1)

/* Mask of the sets that a policy may bind. */
#define OWN_SETS		(BIT_ULL(SET_MARTIAN) - 1)

static_assert(SET_EDGE < 64);
static_assert(NF_EDGE_PEER_SET_LIVE_MESSENGER_CLIENTS < NF_EDGE_TABLE_SETS);

/* Largest number of a class. */
#define MAX_CLASS		0xffffU

/* Martian ranges, ascending in each family. */
static const struct nf_edge_prefix builtin[] = {
#define RANGE_LINK_LOCAL(...)
#define RANGE_MARTIAN(...)		RANGE(SET_MARTIAN, __VA_ARGS__)
#define RANGE_MARTIAN_SOURCE(...)	RANGE(SET_MARTIAN_SOURCE, __VA_ARGS__)
#define RANGE(set, version, high, low, length, text, word)		\
	{ high, low, (version) == 6, length, set },
#define SPECIAL_RANGE(use, ...)		RANGE_##use(__VA_ARGS__)
#include <nf_edge/special_ranges.def>
#undef SPECIAL_RANGE
};

/**
 * struct numbers - class numbers, given to ranges in order
 * @slot: hash table from the sets of a range to its class; 0 is a free slot
 * @bits: binary logarithm of the slots, half of which stay free
 * @next: number of the next class, after those of edge addresses
 * @full: no number was left for some sets
 * @edge_sets: sets whose prefixes contain an edge address, by edge address
 * @n_edge: number of edge addresses so far
 */
struct numbers {
	struct {
		u64 sets;
		u16 class;
	} *slot;
	u8 bits;
	bool full;
	u32 next;
	u64 *edge_sets;
	u32 n_edge;
};

/* Return the class number of ranges in @sets, or 0 if no number is left. */
static u16 number_sets(struct numbers *numbers, u64 sets)
{
	u32 at = sets * GOLDEN_RATIO_64 >> (64 - numbers->bits);

	while (numbers->slot[at].class && numbers->slot[at].sets != sets)
		at = (at + 1) & (BIT(numbers->bits) - 1);
	if (!numbers->slot[at].class) {
		numbers->full |= numbers->next > MAX_CLASS;
		if (numbers->full)
			return 0;
		numbers->slot[at].sets = sets;
		numbers->slot[at].class = numbers->next++;
	}
	return numbers->slot[at].class;
}

/* Number the next edge address, from 1 on in the order of the array. */
static u16 number_edge(struct numbers *numbers, u64 sets)
{
	numbers->edge_sets[numbers->n_edge] = sets;
	return ++numbers->n_edge;
}

/*
 * State of flattening the prefixes of one family: the open prefixes, which
 * contain the current address, outermost first, and the last range.  The first
 * pass counts ranges and has no @ranges; the second pass fills @ranges.
 */
struct layout {
	struct {
		struct nf_edge_prefix prefix;
		u64 end_hi;
		u64 end_lo;
		u64 sets;
	} open[129];
	int n_open;
	bool ipv6;
	u32 n;
	u64 last_hi;
	u64 last_lo;
	u64 last_sets;
	struct nf_edge_range_array *ranges;
	struct numbers *numbers;
};

/* Number the last range, whose sets are final. */
static void number_last_range(struct layout *l)
{
	if (!l->ranges || !l->n)
		return;
	l->ranges->value[l->n - 1] = l->last_sets & BIT_ULL(SET_EDGE) ?
		number_edge(l->numbers, l->last_sets) :
		number_sets(l->numbers, l->last_sets);
}

/* Start a range with @sets, or change the last range if both start together. */
static void emit(struct layout *l, u64 hi, u64 lo, u64 sets)
{
	bool same = l->n && l->last_hi == hi && l->last_lo == lo;

	if (l->n && !same && l->last_sets == sets &&
	    !(sets & BIT_ULL(SET_EDGE)))
		return;
	if (!same) {
		number_last_range(l);
		l->n++;
	}
	l->last_hi = hi;
	l->last_lo = lo;
	l->last_sets = sets;
	if (!l->ranges)
		return;
	if (l->ipv6) {
		l->ranges->start_ipv6[l->n - 1] = hi;
		l->ranges->lower[l->n - 1] = lo;
	} else {
		l->ranges->start_ipv4[l->n - 1] = hi >> 32;
	}
}

static u64 open_sets(const struct layout *l)
{
	return l->n_open ? l->open[l->n_open - 1].sets : 0;
}

/* Check whether the innermost open prefix ends before @p begins. */
static bool ends_before(const struct layout *l, const struct nf_edge_prefix *p)
{
	u64 hi = l->open[l->n_open - 1].end_hi;

	return hi < p->hi ||
	       (hi == p->hi && l->open[l->n_open - 1].end_lo < p->lo);
}

/* Compare prefixes alone: the sets may differ. */
static bool same_prefix(const struct nf_edge_prefix *a,
			const struct nf_edge_prefix *b)
{
	return a->hi == b->hi && a->lo == b->lo && a->len == b->len;
}

/* Close the innermost prefix: after its end, the prefix around it goes on. */
static void close_one(struct layout *l)
{
	u64 hi, lo;

	l->n_open--;
	lo = l->open[l->n_open].end_lo + 1;
	hi = l->open[l->n_open].end_hi + !lo;
	if (hi || lo)
		emit(l, hi, lo, open_sets(l));
}

/* Open a prefix, after closing all prefixes that end before it. */
static void open_one(struct layout *l, const struct nf_edge_prefix *p)
{
	u64 sets;

	while (l->n_open && ends_before(l, p))
		close_one(l);

	sets = open_sets(l) | BIT_ULL(p->set);
	if (!l->n_open || !same_prefix(&l->open[l->n_open - 1].prefix, p))
		l->n_open++;
	l->open[l->n_open - 1].prefix = *p;
	l->open[l->n_open - 1].end_hi = p->hi | nf_edge_host_bits_hi(p->len);
	l->open[l->n_open - 1].end_lo = p->lo | nf_edge_host_bits_lo(p->len);
	l->open[l->n_open - 1].sets = sets;
	emit(l, p->hi, p->lo, sets);
}

/* Return the prefix of an edge address. */
static struct nf_edge_prefix edge_prefix(const struct nf_edge_address *a)
{
	return (struct nf_edge_prefix){
		.hi = a->hi, .lo = a->lo, .ipv6 = a->ipv6,
		.len = a->ipv6 ? 128 : 32, .set = SET_EDGE,
	};
}

/* Input of an index: two sorted arrays, beside the third, builtin[]. */
struct sources {
	const struct nf_edge_prefix *prefix;
	u32 n_prefix;
	const struct nf_edge_address *address;
	u32 n_address;
};

/* Walk through the three arrays, merged in order. */
struct walk {
	const struct sources *sources;
	u32 at_prefix;
	u32 at_address;
	u32 at_builtin;
};

/* Return the next prefix of a walk, or false after the last. */
static bool next(struct walk *w, struct nf_edge_prefix *next)
{
	const struct sources *s = w->sources;
	struct nf_edge_prefix edge;
	u32 *at = NULL;

	if (w->at_prefix < s->n_prefix) {
		*next = s->prefix[w->at_prefix];
		at = &w->at_prefix;
	}
	if (w->at_builtin < ARRAY_SIZE(builtin) &&
	    (!at || nf_edge_prefix_cmp(&builtin[w->at_builtin], next) < 0)) {
		*next = builtin[w->at_builtin];
		at = &w->at_builtin;
	}
	if (w->at_address < s->n_address) {
		edge = edge_prefix(&s->address[w->at_address]);
		if (!at || nf_edge_prefix_cmp(&edge, next) < 0) {
			*next = edge;
			at = &w->at_address;
		}
	}
	if (!at)
		return false;
	if (!(++*at % 4096))
		cond_resched();
	return true;
}

/* Flatten the prefixes of the family l->ipv6. */
static void lay_out(struct layout *l, const struct sources *sources)
{
	struct walk walk = { .sources = sources };
	struct nf_edge_prefix p;

	l->n = 0;
	l->n_open = 0;
	emit(l, 0, 0, 0);
	while (next(&walk, &p))
		if (p.ipv6 == l->ipv6)
			open_one(l, &p);
	while (l->n_open)
		close_one(l);
	number_last_range(l);
}

static int lay_out_family(struct nf_edge_range_array *ranges, struct layout *l,
			  bool ipv6, const struct sources *sources,
			  struct numbers *numbers)
{
	memset(l, 0, sizeof(*l));
	l->ipv6 = ipv6;
	l->numbers = numbers;
	lay_out(l, sources);

	ranges->n = l->n;
	if (nf_edge_range_array_alloc(ranges, l->n, !ipv6))
		return -ENOMEM;
	l->ranges = ranges;
	lay_out(l, sources);
	return 0;
}

static u8 flags_of_sets(u64 sets)
{
	return (sets & BIT_ULL(SET_MARTIAN) ? NF_EDGE_MARTIAN : 0) |
	       (sets & BIT_ULL(SET_MARTIAN_SOURCE) ? NF_EDGE_MARTIAN_SOURCE : 0);
}

static int start_numbers(struct numbers *numbers, const struct sources *sources)
{
	/* Bound the different unions: each prefix adds at most one. */
	u32 unions = sources->n_prefix + (u32)ARRAY_SIZE(builtin) + 1;
	u32 i, n_edge = 0;

	for (i = 0; i < sources->n_address; i++)
		n_edge += !i || !nf_edge_same_address(&sources->address[i - 1],
						      &sources->address[i]);
	numbers->next = n_edge + 1;
	numbers->bits = ilog2(roundup_pow_of_two(2 * min(unions, MAX_CLASS)));
	numbers->slot = kvcalloc(BIT(numbers->bits), sizeof(*numbers->slot),
				 GFP_KERNEL);
	numbers->edge_sets = kvcalloc(n_edge + 1, sizeof(u64), GFP_KERNEL);
	return numbers->slot && numbers->edge_sets ? 0 : -ENOMEM;
}

static int make_classes(struct nf_edge_addr_index *index,
			const struct nf_edge_table *table,
			const struct numbers *numbers,
			const struct nf_edge_address *address, u32 n,
			const struct nf_edge_sets *policy)
{
	struct nf_edge_class *class;
	u32 i;

	if (numbers->full)
		return -ENOSPC;
	index->n_edge = numbers->n_edge;
	index->class = kvcalloc(numbers->next, sizeof(*index->class),
				GFP_KERNEL_ACCOUNT);
	if (!index->class)
		return -ENOMEM;

	class = index->class;
	for (i = 0; i < n; i++) {
		if (!i || !nf_edge_same_address(&address[i - 1], &address[i]))
			class++;
		nf_edge_make_class(class, table, policy,
				   numbers->edge_sets[class - index->class - 1] &
				   OWN_SETS,
				   class->services | BIT(address[i].service),
				   address[i].node, 0);
	}
	for (i = 0; i < BIT(numbers->bits); i++) {
		u64 sets = numbers->slot[i].sets;
		u16 number = numbers->slot[i].class;

		cond_resched();
		if (number)
			nf_edge_make_class(&index->class[number], table,
					   policy, sets & OWN_SETS, 0, 0,
					   flags_of_sets(sets));
	}
	return 0;
}

/* Enter the edge addresses in their slots, and in their classes. */
static void make_slots(struct nf_edge_addr_index *index,
		       const struct nf_edge_address *address, u32 n)
{
	u16 number = 0, *slot;
	u32 i;

	for (i = 0; i < n; i++) {
		const struct nf_edge_address *a = &address[i];
		struct nf_edge_class *class;

		if (i && nf_edge_same_address(a - 1, a))
			continue;
		class = &index->class[++number];
		if (a->ipv6) {
			class->ipv6[0] = (__force u64)cpu_to_be64(a->hi);
			class->ipv6[1] = (__force u64)cpu_to_be64(a->lo);
			slot = &index->edge_ipv6[nf_edge_slot_ipv6(class->ipv6)];
		} else {
			class->ipv4 = (__force u32)cpu_to_be32(a->hi >> 32);
			slot = &index->edge_ipv4[nf_edge_slot_ipv4(class->ipv4)];
		}
		class->next = *slot;
		*slot = number;
	}
}

#define GUARDED_SETS	(BIT_ULL(NF_EDGE_PEER_SET_INTERNAL_NETWORKS) |	\
			 BIT_ULL(SET_MARTIAN) |				\
			 BIT_ULL(SET_MARTIAN_SOURCE) | BIT_ULL(SET_EDGE))

/* Return the cell of 16 bits in host order. */
static u32 cell(u16 bits)
{
	return nf_edge_cell((__force u16)cpu_to_be16(bits));
}

/* Mark the cells that a prefix touches. */
static void mark_guarded(struct nf_edge_addr_index *index,
			 const struct nf_edge_prefix *p)
{
	u64 last = p->hi | nf_edge_host_bits_hi(p->len);
	u8 *cells = p->ipv6 ? index->cell_ipv6 : index->cell_ipv4;
	u32 i;

	if (p->ipv6 && p->len >= 48 && p->hi >> 48) {
		u16 bits = (p->hi >> 32) ^ (p->hi >> 16);

		index->folded_ipv6[cell(bits)] |= NF_EDGE_CELL_GUARDED;
		return;
	}
	for (i = p->hi >> 48; i <= last >> 48; i++)
		cells[cell(i)] |= NF_EDGE_CELL_GUARDED;
}

static void mark_all_guarded(struct nf_edge_addr_index *index,
			     const struct sources *sources)
{
	struct walk walk = { .sources = sources };
	struct nf_edge_prefix p;

	while (next(&walk, &p))
		if (GUARDED_SETS & BIT_ULL(p.set))
			mark_guarded(index, &p);
}

/*
 * Mark the cells of the addresses whose ranges are in lines.  Lines that stay in
 * a processor's caches need not be fetched early.
 */
static void mark_lines(const struct nf_edge_ranges *ranges, u8 *cells)
{
	u32 bits;

	if (ranges->n_lines < NF_EDGE_LINES_CACHED)
		return;
	for (bits = 0; bits < BIT(16); bits++)
		if (nf_edge_ranges_is_node(ranges->bucket
				[bits >> (16 - NF_EDGE_RANGES_BITS)]))
			cells[cell(bits)] |= NF_EDGE_CELL_LINES;
}

/**
 * nf_edge_addr_index_build - build an index
 * @index: the index, zeroed
 * @table: the rows
 * @address: the edge addresses, ascending; an address of several services has
 *	an entry for each
 * @n: number of entries in @address
 * @prefix: the peer prefixes, sorted by nf_edge_prefix_cmp(); not kept
 * @n_prefix: number of entries in @prefix
 * @policy: sets that are bound, and sets that take part in echo
 *
 * Context: may sleep.
 * Return: 0, -ENOMEM, or -ENOSPC when prefixes of different sets overlap in
 * more ways than there are classes.  After an error, nf_edge_addr_index_free()
 * frees the parts.
 */
int nf_edge_addr_index_build(struct nf_edge_addr_index *index,
			     const struct nf_edge_table *table,
			     const struct nf_edge_address *address, u32 n,
			     const struct nf_edge_prefix *prefix, u32 n_prefix,
			     const struct nf_edge_sets *policy)
{
	const struct sources sources = {
		prefix, n_prefix, address, n
	};
	struct nf_edge_range_array ipv4 = {}, ipv6 = {};
	struct numbers numbers = {};
	struct layout *layout;
	int err;

	layout = kvmalloc(sizeof(*layout), GFP_KERNEL);
	if (!layout)
		return -ENOMEM;
	err = start_numbers(&numbers, &sources) ?:
	      lay_out_family(&ipv4, layout, false, &sources, &numbers) ?:
	      lay_out_family(&ipv6, layout, true, &sources, &numbers) ?:
	      make_classes(index, table, &numbers, address, n, policy) ?:
	      nf_edge_ranges_cut(&index->all_ipv4, &ipv4, true) ?:
	      nf_edge_ranges_cut(&index->all_ipv6, &ipv6, false);
	kvfree(numbers.slot);
	kvfree(numbers.edge_sets);
	kvfree(layout);
	nf_edge_range_array_free(&ipv4);
	nf_edge_range_array_free(&ipv6);

	if (err)
		return err;
	make_slots(index, address, n);
	mark_all_guarded(index, &sources);
	mark_lines(&index->all_ipv4, index->cell_ipv4);
	mark_lines(&index->all_ipv6, index->cell_ipv6);
	return 0;
}

/**
 * nf_edge_addr_index_free - free the arrays of an index
 * @index: the index: built, half built or zeroed
 *
 * Context: may sleep.
 */
void nf_edge_addr_index_free(struct nf_edge_addr_index *index)
{
	kvfree(index->class);
	nf_edge_ranges_free(&index->all_ipv4);
	nf_edge_ranges_free(&index->all_ipv6);
}
