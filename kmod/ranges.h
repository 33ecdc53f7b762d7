/* SPDX-License-Identifier: GPL-2.0-only */
/* All addresses of a family in ranges, with a value for each range. */
#ifndef _NF_EDGE_RANGES_H
#define _NF_EDGE_RANGES_H

#include <linux/bits.h>
#include <linux/types.h>

/**
 * struct nf_edge_range_node - a bucket that is cut again, or searched
 * @base: key of the second range's start
 * @span: distance from @base to the key of the last range's start
 * @first: index of the first range
 * @n: number of ranges
 * @bucket: index of the first bucket; 0 for a node that is searched
 * @shift: binary logarithm of the keys in a bucket
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
 * Layout of a bucket: a count in the low bits, and above them the value of the
 * only range (count 0), the index of a node (count NODE) or the index of the
 * first of several ranges (their number).
 */
#define NF_EDGE_RANGE_COUNT	6
#define NF_EDGE_RANGE_COUNTS	(BIT(NF_EDGE_RANGE_COUNT) - 1)
#define NF_EDGE_RANGE_NODE	1

/**
 * struct nf_edge_ranges - all addresses of one family, in ranges
 * @start_ipv4: key of each range's first address, ascending from 0
 * @start_ipv6: key of each range's first address, ascending from 0
 * @lower: lower half of each range's first address in IPv6
 * @value: value of each range
 * @n: number of ranges
 * @bucket: buckets of the first cut, by the upper bits of a key, and then
 *	buckets of the nodes
 * @node: buckets that are cut again or searched
 * @shift: number of low bits of a key that the first cut ignores
 *
 * The key of an address is the address in IPv4, and the upper half in IPv6.
 * Ranges are dense in some places and sparse in others: buckets with many
 * ranges are cut again.
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
 * nf_edge_ranges_search - search the range of an address among neighbours
 * @r: the ranges of the family; they need not be cut
 * @ipv4: the family
 * @at: index of the first range
 * @n: number of ranges
 * @key: key of the address, host order
 * @lo: lower half of the address in IPv6, host order
 *
 * Context: any; @r is pinned by the caller.
 * Return: index of the range.
 */
static __always_inline u32
nf_edge_ranges_search(const struct nf_edge_ranges *r, bool ipv4, u32 at, u32 n,
		      u64 key, u64 lo)
{
	while (n > 1) {
		u32 half = n / 2;
		bool behind;

		if (ipv4)
			behind = r->start_ipv4[at + half] <= key;
		else
			behind = r->start_ipv6[at + half] < key ||
				 (r->start_ipv6[at + half] == key &&
				  r->lower[at + half] <= lo);
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
	return at;
}

/**
 * nf_edge_ranges_few - search the range of an address among a few neighbours
 * @r: the ranges of the family; they need not be cut
 * @ipv4: the family
 * @last: index of the last range; one of those before starts no later than the
 *	address
 * @key: key of the address, host order
 * @lo: lower half of the address in IPv6, host order
 *
 * Context: any; @r is pinned by the caller.
 * Return: index of the range.
 */
static __always_inline u32
nf_edge_ranges_few(const struct nf_edge_ranges *r, bool ipv4, u32 last, u64 key,
		   u64 lo)
{
	if (ipv4) {
		while (r->start_ipv4[last] > (u32)key)
			last--;
		return last;
	}
	while (r->start_ipv6[last] >= key) {
		if (r->start_ipv6[last] == key && r->lower[last] <= lo)
			break;
		last--;
	}
	return last;
}

/* Return the bucket of the first cut that has a key. */
static __always_inline u32 nf_edge_ranges_bucket(const struct nf_edge_ranges *r,
						 bool ipv4, u64 key)
{
	return ipv4 ? r->bucket[(u32)key >> r->shift] :
		      r->bucket[key >> r->shift];
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

/* Return the value of an address in a bucket that leads to no node. */
static __always_inline u16
nf_edge_ranges_in_bucket(const struct nf_edge_ranges *r, bool ipv4, u32 bucket,
			 u64 key, u64 lo)
{
	u32 n = bucket & NF_EDGE_RANGE_COUNTS;
	u32 at = bucket >> NF_EDGE_RANGE_COUNT;

	if (!n)
		return at;
	return r->value[nf_edge_ranges_few(r, ipv4, at + n - 1, key, lo)];
}

/**
 * nf_edge_ranges_find_near - find the value of an address by a short way
 * @r: the ranges of the family, cut
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

	if (nf_edge_ranges_is_node(bucket)) {
		const struct nf_edge_range_node *node =
			&r->node[bucket >> NF_EDGE_RANGE_COUNT];
		u64 offset = key - node->base;

		if (offset > node->span || !node->bucket)
			return false;
		bucket = r->bucket[node->bucket + (offset >> node->shift)];
		if (nf_edge_ranges_is_node(bucket))
			return false;
	}
	*value = nf_edge_ranges_in_bucket(r, ipv4, bucket, key, lo);
	return true;
}

/**
 * nf_edge_ranges_find - find the value of an address
 * @r: the ranges of the family, cut
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
		u64 offset = key - node->base;

		if (offset > node->span)
			return r->value[node->first +
					(key < node->base ? 0 : node->n - 1)];
		if (!node->bucket)
			return r->value[nf_edge_ranges_search(r, ipv4,
							      node->first,
							      node->n, key,
							      lo)];
		bucket = r->bucket[node->bucket + (offset >> node->shift)];
	}
	n = bucket & NF_EDGE_RANGE_COUNTS;
	at = bucket >> NF_EDGE_RANGE_COUNT;
	if (!n)
		return at;
	/* Starts of IPv6 are compared by both halves: halving takes fewer. */
	return r->value[ipv4 ? nf_edge_ranges_few(r, true, at + n - 1, key, lo) :
			       nf_edge_ranges_search(r, false, at, n, key, lo)];
}

#endif
