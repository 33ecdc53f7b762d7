// SPDX-License-Identifier: GPL-2.0-only
/*
 * Cut the addresses of a family into buckets, so that a look-up takes few steps
 * even where ranges are dense.
 */

#include <linux/bitops.h>
#include <linux/errno.h>
#include <linux/log2.h>
#include <linux/minmax.h>
#include <linux/mm.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "array.h"
#include "ranges.h"

/* Limit of ranges in a bucket that is searched and not cut. */
#define SEARCHED	8

static_assert(SEARCHED <= NF_EDGE_RANGE_COUNTS);

#define FIRST_CUT_MIN	12	/* bits */
#define FIRST_CUT_MAX	20

/* State of a cut, with arrays that grow. */
struct cut {
	struct nf_edge_ranges *ranges;
	bool ipv4;
	u32 n_buckets;
	u32 room_buckets;
	u32 n_nodes;
	u32 room_nodes;
};

static void *grow(void *array, u32 n, u32 *room, u32 wanted, size_t size)
{
	void *grown;

	if (wanted <= *room)
		return array;
	wanted = max(2 * *room, wanted);
	grown = nf_edge_array(wanted, size);
	if (!grown)
		return NULL;
	if (n)
		memcpy(grown, array, n * size);
	kvfree(array);
	*room = wanted;
	return grown;
}

static u64 start_key(const struct cut *c, u32 i)
{
	return c->ipv4 ? c->ranges->start_ipv4[i] : c->ranges->start_ipv6[i];
}

static bool starts_inside_key(const struct cut *c, u32 i)
{
	return !c->ipv4 && c->ranges->lower[i];
}

/* Check whether a range starts no later than the first address of a key. */
static bool starts_by(const struct cut *c, u32 i, u64 key)
{
	u64 start = start_key(c, i);

	return start < key || (start == key && !starts_inside_key(c, i));
}

/* Add a node for ranges whose second and last start lie in one bucket. */
static int add_node(struct cut *c, u32 first, u32 n)
{
	struct nf_edge_range_node *node;

	node = grow(c->ranges->node, c->n_nodes, &c->room_nodes,
		    c->n_nodes + 1, sizeof(*node));
	if (!node)
		return -ENOMEM;
	c->ranges->node = node;
	node += c->n_nodes++;
	node->first = first;
	node->n = n;
	node->base = start_key(c, first + 1);
	node->span = start_key(c, first + n - 1) - node->base;
	node->bucket = 0;
	return 0;
}

/* Shrink an array to @n entries.  Keep the array as it is without memory. */
static void *trim(void *array, u32 n, size_t size)
{
	void *trimmed;

	if (!n)
		return array;
	trimmed = nf_edge_array(n, size);
	if (!trimmed)
		return array;
	memcpy(trimmed, array, n * size);
	kvfree(array);
	return trimmed;
}

/* Cut @n ranges into buckets of 1 << @shift keys, from @base to @last. */
static int cut(struct cut *c, u32 first, u32 n, u64 base, u64 last, u8 shift)
{
	u64 buckets = ((last - base) >> shift) + 1;
	u32 end = first + n, i = first, j, found;
	u32 *bucket;
	u64 at;
	int err;

	bucket = grow(c->ranges->bucket, c->n_buckets, &c->room_buckets,
		      c->n_buckets + buckets, sizeof(*bucket));
	if (!bucket)
		return -ENOMEM;
	c->ranges->bucket = bucket;
	bucket += c->n_buckets;
	c->n_buckets += buckets;

	for (at = 0; at < buckets; at++) {
		u64 low = base + (at << shift);
		u64 high = low + min((1ULL << shift) - 1, ~0ULL - low);

		while (i + 1 < end && starts_by(c, i + 1, low))
			i++;
		for (j = i; j + 1 < end && start_key(c, j + 1) <= high;)
			j++;
		found = j - i + 1;
		if (found == 1) {
			/* Up to the bucket in which the next range starts. */
			u64 stop = j + 1 < end ?
				   (start_key(c, j + 1) - base) >> shift :
				   buckets;
			u32 value = c->ranges->value[i] << NF_EDGE_RANGE_COUNT;

			while (at + 1 < stop)
				bucket[at++] = value;
			bucket[at] = value;
		} else if (found <= SEARCHED) {
			bucket[at] = i << NF_EDGE_RANGE_COUNT | found;
		} else {
			bucket[at] = c->n_nodes << NF_EDGE_RANGE_COUNT |
				     NF_EDGE_RANGE_NODE;
			err = add_node(c, i, found);
			if (err)
				return err;
		}
		i = j;
		if (!(at % 4096))
			cond_resched();
	}
	return 0;
}

/**
 * nf_edge_ranges_cut - build the buckets of ranges
 * @ranges: ranges with starts and final values; fewer than 1 << 26
 * @ipv4: the family
 *
 * Context: may sleep.
 * Return: 0 or -ENOMEM.  After an error, nf_edge_ranges_free() frees the parts.
 */
int nf_edge_ranges_cut(struct nf_edge_ranges *ranges, bool ipv4)
{
	struct cut c = { .ranges = ranges, .ipv4 = ipv4 };
	int key_bits = ipv4 ? 32 : 64;
	/* Keep the first cut of IPv6 coarse: prefixes crowd in a few places. */
	int bits = ipv4 ? clamp_t(int, ilog2(ranges->n), FIRST_CUT_MIN,
				  FIRST_CUT_MAX) : FIRST_CUT_MIN;
	u32 i, limit;
	int err;

	ranges->shift = key_bits - bits;
	err = cut(&c, 0, ranges->n, 0, ~0ULL >> (64 - key_bits), ranges->shift);

	/* Limit the memory: a level may need as many buckets as ranges. */
	limit = c.n_buckets + 4 * ranges->n;
	for (i = 0; !err && i < c.n_nodes; i++) {
		struct nf_edge_range_node *node = &ranges->node[i];
		int span_bits = fls64(node->span);
		int cut_bits = ilog2(node->n);

		if (!node->span || c.n_buckets + 2 * node->n > limit)
			continue;
		node->shift = span_bits > cut_bits ? span_bits - cut_bits : 0;
		node->bucket = c.n_buckets;
		err = cut(&c, node->first, node->n, node->base,
			  node->base + node->span, node->shift);
	}
	if (err)
		return err;
	ranges->bucket = trim(ranges->bucket, c.n_buckets,
			      sizeof(*ranges->bucket));
	ranges->node = trim(ranges->node, c.n_nodes, sizeof(*ranges->node));
	return 0;
}

/**
 * nf_edge_ranges_free - free the arrays of ranges
 * @ranges: ranges: cut, half built or zeroed
 *
 * Context: may sleep.
 */
void nf_edge_ranges_free(struct nf_edge_ranges *ranges)
{
	kvfree(ranges->start_ipv4);
	kvfree(ranges->lower);
	kvfree(ranges->value);
	kvfree(ranges->bucket);
	kvfree(ranges->node);
}
