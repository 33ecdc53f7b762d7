/* SPDX-License-Identifier: GPL-2.0-only */
/* All addresses of a family in ranges, with a value for each range. */
#ifndef _NF_EDGE_RANGES_H
#define _NF_EDGE_RANGES_H

#include <linux/bits.h>
#include <linux/prefetch.h>
#include <linux/types.h>

/* Number of upper bits of a key that choose a bucket. */
#define NF_EDGE_RANGES_BITS	12

/* Number of lines, 64 KB, that stay in a processor's caches. */
#define NF_EDGE_LINES_CACHED	1024

/**
 * struct nf_edge_range_array - ranges in ascending order
 * @start: the starts of either family
 * @start_ipv4: key of each range's first address
 * @start_ipv6: key of each range's first address
 * @lower: lower half of each range's first address in IPv6
 * @value: value of each range
 * @n: number of ranges
 *
 * The key of an address is the address in IPv4, and the upper half in IPv6.
 */
struct nf_edge_range_array {
	union {
		void *start;
		u32 *start_ipv4;
		u64 *start_ipv6;
	};
	u64 *lower;
	u16 *value;
	u32 n;
};

/* Numbers of starts that fit a line. */
#define NF_EDGE_LINE_IPV4	10
#define NF_EDGE_LINE_IPV6	6

/**
 * union nf_edge_range_line - ranges of some neighbouring keys, in a cache line
 * @start: starts of all ranges but the first, in any order; unused ones are 0
 * @value: value of a key, by the number of starts above the key
 * @further: the line has too many ranges, or one that starts inside a key
 * @bucket: with @further, the way to the ranges; a line has nothing else then
 */
union nf_edge_range_line {
	struct {
		u32 start[NF_EDGE_LINE_IPV4];
		u16 value[NF_EDGE_LINE_IPV4 + 1];
		u16 further;
	} ipv4;
	struct {
		u64 start[NF_EDGE_LINE_IPV6];
		u16 value[NF_EDGE_LINE_IPV6 + 1];
		u16 further;
	} ipv6;
	u32 bucket;
};

static_assert(sizeof(union nf_edge_range_line) == 64);
static_assert(offsetof(union nf_edge_range_line, ipv4.further) ==
	      offsetof(union nf_edge_range_line, ipv6.further));

/**
 * struct nf_edge_range_node - a bucket with many ranges
 * @base: key of the second range's start
 * @span: distance from @base to the key of the last range's start
 * @first: index of the first line, or of the first range to search
 * @searched: number of ranges to search; 0 for a node with lines
 * @below: value of keys below @base
 * @above: value of keys above the last range's start
 * @shift: binary logarithm of the keys in a line
 */
struct nf_edge_range_node {
	u64 base;
	u64 span;
	u32 first;
	u32 searched;
	u16 below;
	u16 above;
	u8 shift;
};

/*
 * Layout of a bucket: a count in the low bits, and above them the value of the
 * only range (count 0), the index of a node (count NODE) or the index of the
 * first of several ranges (their number).
 */
#define NF_EDGE_RANGE_COUNT	6
#define NF_EDGE_RANGE_COUNTS	(BIT(NF_EDGE_RANGE_COUNT) - 1)
#define NF_EDGE_RANGE_NODE	1

/**
 * struct nf_edge_ranges - all addresses of one family, in ranges
 * @few: the ranges that are searched, each with its neighbours
 * @bucket: the way to the ranges of a key, by the upper bits of the key
 * @node: buckets with many ranges
 * @line: lines of the nodes, in the order of their keys in each node
 * @n_lines: number of lines
 *
 * Ranges are dense in some places and sparse in others: a bucket with many
 * ranges is cut into lines, and a line with too many ranges is a node again.
 */
struct nf_edge_ranges {
	struct nf_edge_range_array few;
	u32 *bucket;
	struct nf_edge_range_node *node;
	union nf_edge_range_line *line;
	u32 n_lines;
};

int nf_edge_range_array_alloc(struct nf_edge_range_array *array, u32 room,
			      bool ipv4);
void nf_edge_range_array_free(const struct nf_edge_range_array *array);
int nf_edge_ranges_cut(struct nf_edge_ranges *ranges,
		       const struct nf_edge_range_array *all, bool ipv4);
void nf_edge_ranges_free(struct nf_edge_ranges *ranges);

/**
 * nf_edge_ranges_search - search the range of an address among neighbours
 * @few: the ranges
 * @ipv4: the family
 * @at: index of the first range
 * @n: number of ranges
 * @key: key of the address, host order
 * @lo: lower half of the address in IPv6, host order
 *
 * Context: any; @few is pinned by the caller.
 * Return: value of the range.
 */
static __always_inline u16
nf_edge_ranges_search(const struct nf_edge_range_array *few, bool ipv4, u32 at,
		      u32 n, u64 key, u64 lo)
{
	while (n > 1) {
		u32 half = n / 2;
		bool behind;

		if (ipv4)
			behind = few->start_ipv4[at + half] <= key;
		else
			behind = few->start_ipv6[at + half] < key ||
				 (few->start_ipv6[at + half] == key &&
				  few->lower[at + half] <= lo);
		/*
		 * Force a branch instead of a conditional move: with a
		 * predicted branch the next loads do not wait for this one.
		 */
		if (behind) {
			at += half;
			OPTIMIZER_HIDE_VAR(at);
		}
		n -= half;
	}
	return few->value[at];
}

/**
 * nf_edge_ranges_few - search the range of an address among a few neighbours
 * @few: the ranges
 * @ipv4: the family
 * @last: index of the last range; one of those before starts no later than the
 *	address
 * @key: key of the address, host order
 * @lo: lower half of the address in IPv6, host order
 *
 * Context: any; @few is pinned by the caller.
 * Return: value of the range.
 */
static __always_inline u16
nf_edge_ranges_few(const struct nf_edge_range_array *few, bool ipv4, u32 last,
		   u64 key, u64 lo)
{
	if (ipv4) {
		while (few->start_ipv4[last] > (u32)key)
			last--;
		return few->value[last];
	}
	while (few->start_ipv6[last] >= key) {
		if (few->start_ipv6[last] == key && few->lower[last] <= lo)
			break;
		last--;
	}
	return few->value[last];
}

/* Return the bucket of a key. */
static __always_inline u32 nf_edge_ranges_bucket(const struct nf_edge_ranges *r,
						 bool ipv4, u64 key)
{
	return ipv4 ? r->bucket[(u32)key >> (32 - NF_EDGE_RANGES_BITS)] :
		      r->bucket[key >> (64 - NF_EDGE_RANGES_BITS)];
}

/* Check whether a bucket has one range, and so holds its value. */
static __always_inline bool nf_edge_ranges_is_value(u32 bucket)
{
	return !(bucket & NF_EDGE_RANGE_COUNTS);
}

/* Check whether a bucket leads to a node. */
static __always_inline bool nf_edge_ranges_is_node(u32 bucket)
{
	return (bucket & NF_EDGE_RANGE_COUNTS) == NF_EDGE_RANGE_NODE;
}

/* Return the line of a key at a distance from the base of a node with lines. */
static __always_inline const union nf_edge_range_line *
nf_edge_ranges_line(const struct nf_edge_ranges *r,
		    const struct nf_edge_range_node *node, u64 offset)
{
	return &r->line[node->first + (offset >> node->shift)];
}

/*
 * Return the value of a key in a line that leads no further.  Counting has no
 * branch to predict: keys at random would have the processor guess wrong.
 */
static __always_inline u16
nf_edge_ranges_in_line(const union nf_edge_range_line *line, bool ipv4, u64 key)
{
	u32 above = 0;
	int i;

	if (ipv4) {
#pragma GCC unroll 10
		for (i = 0; i < NF_EDGE_LINE_IPV4; i++)
			above += (u32)key < line->ipv4.start[i];
		return line->ipv4.value[above];
	}
#pragma GCC unroll 6
	for (i = 0; i < NF_EDGE_LINE_IPV6; i++)
		above += key < line->ipv6.start[i];
	return line->ipv6.value[above];
}

/**
 * nf_edge_ranges_find_near - find the value of an address by a short way
 * @r: the ranges of the family
 * @ipv4: the family
 * @key: key of the address, host order
 * @lo: lower half of the address in IPv6, host order
 * @value: receives the value of the range that has the address
 *
 * Context: any; @r is pinned by the caller.
 * Return: false if more than one node is on the way, or one that is searched:
 * nf_edge_ranges_find() finds all values.
 */
static __always_inline bool
nf_edge_ranges_find_near(const struct nf_edge_ranges *r, bool ipv4, u64 key,
			 u64 lo, u16 *value)
{
	u32 bucket = nf_edge_ranges_bucket(r, ipv4, key);
	u32 at, n;

	if (nf_edge_ranges_is_node(bucket)) {
		const struct nf_edge_range_node *node =
			&r->node[bucket >> NF_EDGE_RANGE_COUNT];
		const union nf_edge_range_line *line;
		u64 offset = key - node->base;

		if (offset > node->span || node->searched)
			return false;
		line = nf_edge_ranges_line(r, node, offset);
		if (!line->ipv4.further) {
			*value = nf_edge_ranges_in_line(line, ipv4, key);
			return true;
		}
		bucket = line->bucket;
		if (nf_edge_ranges_is_node(bucket))
			return false;
	}
	n = bucket & NF_EDGE_RANGE_COUNTS;
	at = bucket >> NF_EDGE_RANGE_COUNT;
	*value = n ? nf_edge_ranges_few(&r->few, ipv4, at + n - 1, key, lo) :
		     at;
	return true;
}

/**
 * nf_edge_ranges_find - find the value of an address
 * @r: the ranges of the family
 * @ipv4: the family
 * @key: key of the address, host order
 * @lo: lower half of the address in IPv6, host order
 *
 * Context: any; @r is pinned by the caller.
 * Return: value of the range that has the address.
 */
static __always_inline u16 nf_edge_ranges_find(const struct nf_edge_ranges *r,
					       bool ipv4, u64 key, u64 lo)
{
	u32 bucket = nf_edge_ranges_bucket(r, ipv4, key);
	u32 at, n;

	while (nf_edge_ranges_is_node(bucket)) {
		const struct nf_edge_range_node *node =
			&r->node[bucket >> NF_EDGE_RANGE_COUNT];
		const union nf_edge_range_line *line;
		u64 offset = key - node->base;

		if (offset > node->span)
			return key < node->base ? node->below : node->above;
		if (node->searched)
			return nf_edge_ranges_search(&r->few, ipv4, node->first,
						     node->searched, key, lo);
		line = nf_edge_ranges_line(r, node, offset);
		if (!line->ipv4.further)
			return nf_edge_ranges_in_line(line, ipv4, key);
		bucket = line->bucket;
	}
	n = bucket & NF_EDGE_RANGE_COUNTS;
	at = bucket >> NF_EDGE_RANGE_COUNT;
	if (!n)
		return at;
	/* Starts of IPv6 are compared by both halves: halving takes fewer. */
	return ipv4 ? nf_edge_ranges_few(&r->few, true, at + n - 1, key, lo) :
		      nf_edge_ranges_search(&r->few, false, at, n, key, lo);
}

/**
 * nf_edge_ranges_prefetch - have the line of a key come from memory
 * @r: the ranges of the family
 * @ipv4: the family
 * @key: key of the address, host order
 *
 * Context: any; @r is pinned by the caller.
 */
static __always_inline void
nf_edge_ranges_prefetch(const struct nf_edge_ranges *r, bool ipv4, u64 key)
{
	u32 bucket = nf_edge_ranges_bucket(r, ipv4, key);
	const struct nf_edge_range_node *node;
	u64 offset;

	if (!nf_edge_ranges_is_node(bucket))
		return;
	node = &r->node[bucket >> NF_EDGE_RANGE_COUNT];
	offset = key - node->base;
	if (offset <= node->span && !node->searched)
		prefetch(nf_edge_ranges_line(r, node, offset));
}

#endif
