/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _NF_EDGE_RANGES_H
#define _NF_EDGE_RANGES_H

#include <linux/bits.h>
#include <linux/types.h>

/**
 * struct nf_edge_range_node - a part of the addresses that is cut finer
 * @base: key of its first start but the first range's
 * @span: from there to the key of its last start; 0 when all are the same
 * @first: its first range
 * @n: its ranges
 * @bucket: its first bucket; 0, a bucket of the first cut, if it is searched
 * @shift: a bucket has 1 << shift keys
 */
struct nf_edge_range_node {
	u64 base;
	u64 span;
	u32 first;
	u32 n;
	u32 bucket;
	u8 shift;
};

/*
 * A bucket: how many ranges it may be, and the first of them, or the value if
 * it is one, or a node if it is none.  It is divided if one of them starts
 * inside a key.
 */
#define NF_EDGE_RANGE_COUNT	6
#define NF_EDGE_RANGE_COUNTS	(BIT(NF_EDGE_RANGE_COUNT) - 1)
#define NF_EDGE_RANGE_DIVIDED	BIT(NF_EDGE_RANGE_COUNT - 1)

/**
 * struct nf_edge_ranges - all addresses of one family, in ranges
 * @start_ipv4: key of the first address of each range, ascending from 0
 * @start_ipv6: upper half of that key in IPv6
 * @lower: lower half of that address in IPv6
 * @value: what stands for each range
 * @n: ranges
 * @bucket: by the upper bits of an address, the ranges it may be in
 * @node: buckets that are cut again
 * @shift: of a key, the bits below those of the first cut
 *
 * Addresses are dense in some places and none are in others, so buckets are
 * cut again where there is much in them.  The key is the address in IPv4, and
 * its upper half in IPv6.
 */
struct nf_edge_ranges {
	union {
		u32 *start_ipv4;
		u64 *start_ipv6;
	};
	u64 *lower;
	u16 *value;
	u32 *bucket;
	struct nf_edge_range_node *node;
	u32 n;
	u8 shift;
};

int nf_edge_ranges_cut(struct nf_edge_ranges *ranges, bool ipv4);
void nf_edge_ranges_free(struct nf_edge_ranges *ranges);

/**
 * nf_edge_ranges_search - which of some ranges an address is in
 * @r: the ranges of its family; they need not be cut
 * @ipv4: the family
 * @divided: whether one of the ranges may start inside a key
 * @at: the first of the ranges
 * @n: how many
 * @key: the address in IPv4, its upper half in IPv6, host order
 * @lo: its lower half in IPv6
 */
static __always_inline u32
nf_edge_ranges_search(const struct nf_edge_ranges *r, bool ipv4, bool divided,
		      u32 at, u32 n, u64 key, u64 lo)
{
	while (n > 1) {
		u32 half = n / 2;
		bool behind;

		if (ipv4)
			behind = r->start_ipv4[at + half] <= key;
		else if (!divided)
			behind = r->start_ipv6[at + half] <= key;
		else
			behind = r->start_ipv6[at + half] < key ||
				 (r->start_ipv6[at + half] == key &&
				  r->lower[at + half] <= lo);
		/*
		 * By a branch, no conditional move: foretold, the value is on
		 * its way from memory while the start still is.
		 */
		if (behind) {
			at += half;
			OPTIMIZER_HIDE_VAR(at);
		}
		n -= half;
	}
	return at;
}

/* The first cut's entry for an address. */
static __always_inline u32 nf_edge_ranges_bucket(const struct nf_edge_ranges *r,
						 u64 key)
{
	return r->bucket[key >> r->shift];
}

/* Whether that is the value. */
static __always_inline bool nf_edge_ranges_is_value(u32 bucket)
{
	return (bucket & NF_EDGE_RANGE_COUNTS) == 1;
}

/**
 * nf_edge_ranges_find - the value of the range that an address is in
 * @r: the ranges of its family, cut
 * @ipv4: the family
 * @key: the address in IPv4, its upper half in IPv6, host order
 * @lo: its lower half in IPv6
 */
static __always_inline u16 nf_edge_ranges_find(const struct nf_edge_ranges *r,
					       bool ipv4, u64 key, u64 lo)
{
	u32 bucket = nf_edge_ranges_bucket(r, key);
	u32 at, n;

	while (!(bucket & NF_EDGE_RANGE_COUNTS)) {
		const struct nf_edge_range_node *node =
			&r->node[bucket >> NF_EDGE_RANGE_COUNT];
		u64 offset = key - node->base;

		if (offset > node->span)
			return r->value[node->first +
					(key < node->base ? 0 : node->n - 1)];
		if (!node->bucket)
			return r->value[nf_edge_ranges_search(r, ipv4, true,
							      node->first,
							      node->n, key,
							      lo)];
		bucket = r->bucket[node->bucket + (offset >> node->shift)];
	}
	n = bucket & NF_EDGE_RANGE_COUNTS;
	at = bucket >> NF_EDGE_RANGE_COUNT;
	if (n == 1)
		return at;
	if (!ipv4 && unlikely(n & NF_EDGE_RANGE_DIVIDED))
		return r->value[nf_edge_ranges_search(r, false, true, at,
						      n ^ NF_EDGE_RANGE_DIVIDED,
						      key, lo)];
	return r->value[nf_edge_ranges_search(r, ipv4, false, at, n, key, lo)];
}

#endif
