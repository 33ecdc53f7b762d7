// SPDX-License-Identifier: GPL-2.0-only
/*
 * Cut the addresses of a family into buckets and lines, so that a look-up takes
 * few steps, and reads one cache line, even where ranges are dense.
 */

#include <linux/bitops.h>
#include <linux/errno.h>
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

/*
 * Limit of lines for 16 ranges.  Lines of a node have a power of two of keys, so
 * a node has more than half as many: in IPv4 3.2 to 6.4 starts a line, in IPv6
 * 2.3 to 4.6, and of starts at random few lines overflow.
 */
#define LINES_IPV4	5
#define LINES_IPV6	7
/* The same while all lines together stay in a processor's caches. */
#define LINES_FINE	32

/* State of a cut, with arrays that grow. */
struct cut {
	const struct nf_edge_range_array *all;
	struct nf_edge_ranges *ranges;
	bool ipv4;
	u32 room_few;
	u32 n_nodes;
	u32 room_nodes;
	u32 room_lines;
};

static size_t start_size(bool ipv4)
{
	return ipv4 ? sizeof(u32) : sizeof(u64);
}

/**
 * nf_edge_range_array_alloc - allocate an array of ranges
 * @array: the array, zeroed
 * @room: number of ranges that the array shall hold
 * @ipv4: the family
 *
 * Context: may sleep.
 * Return: 0 or -ENOMEM.  After an error, nf_edge_range_array_free() frees the
 * parts.
 */
int nf_edge_range_array_alloc(struct nf_edge_range_array *array, u32 room,
			      bool ipv4)
{
	array->start = nf_edge_array(room, start_size(ipv4));
	array->value = nf_edge_array(room, sizeof(*array->value));
	if (!ipv4)
		array->lower = nf_edge_array(room, sizeof(*array->lower));
	return array->start && array->value && (ipv4 || array->lower) ?
	       0 : -ENOMEM;
}

/**
 * nf_edge_range_array_free - free an array of ranges
 * @array: the array: allocated, in part or zeroed
 *
 * Context: may sleep.
 */
void nf_edge_range_array_free(const struct nf_edge_range_array *array)
{
	kvfree(array->start);
	kvfree(array->lower);
	kvfree(array->value);
}

/* Append the first @n ranges of @from, from @first on, to @to, which has room. */
static void append(struct nf_edge_range_array *to,
		   const struct nf_edge_range_array *from, u32 first, u32 n,
		   bool ipv4)
{
	size_t size = start_size(ipv4);

	memcpy(to->start + to->n * size, from->start + first * size, n * size);
	memcpy(to->value + to->n, from->value + first, n * sizeof(*to->value));
	if (!ipv4)
		memcpy(to->lower + to->n, from->lower + first,
		       n * sizeof(*to->lower));
	to->n += n;
}

/* Give the searched ranges room for @room ranges. */
static int resize_few(struct cut *c, u32 room)
{
	struct nf_edge_range_array *few = &c->ranges->few, resized = {};

	if (nf_edge_range_array_alloc(&resized, room, c->ipv4)) {
		nf_edge_range_array_free(&resized);
		return -ENOMEM;
	}
	if (few->n)
		append(&resized, few, 0, few->n, c->ipv4);
	nf_edge_range_array_free(few);
	*few = resized;
	c->room_few = room;
	return 0;
}

/* Keep @n ranges, from @first on, for a search.  Return 0 or -ENOMEM. */
static int keep(struct cut *c, u32 first, u32 n)
{
	struct nf_edge_range_array *few = &c->ranges->few;
	int err;

	if (few->n + n > c->room_few) {
		err = resize_few(c, max(2 * c->room_few, few->n + n));
		if (err)
			return err;
	}
	append(few, c->all, first, n, c->ipv4);
	return 0;
}

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

static u64 start_key(const struct cut *c, u32 i)
{
	return c->ipv4 ? c->all->start_ipv4[i] : c->all->start_ipv6[i];
}

static bool starts_inside_key(const struct cut *c, u32 i)
{
	return !c->ipv4 && c->all->lower[i];
}

/* Check whether a range starts no later than the first address of a key. */
static bool starts_by(const struct cut *c, u32 i, u64 key)
{
	u64 start = start_key(c, i);

	return start < key || (start == key && !starts_inside_key(c, i));
}

/*
 * Move *@at to the first range that has an address between two keys.  Return the
 * number of ranges that have one, up to @end.
 */
static u32 count_between(const struct cut *c, u32 *at, u32 end, u64 low,
			 u64 high)
{
	u32 last;

	while (*at + 1 < end && starts_by(c, *at + 1, low))
		++*at;
	for (last = *at; last + 1 < end && start_key(c, last + 1) <= high;)
		last++;
	return last - *at + 1;
}

/*
 * Add a node for ranges whose second and last start lie in one bucket.  Until
 * the node is cut, @first and @n stand in the node, and count all ranges.
 */
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
	node->searched = n;
	node->base = start_key(c, first + 1);
	node->span = start_key(c, first + n - 1) - node->base;
	node->below = c->all->value[first];
	node->above = c->all->value[first + n - 1];
	node->shift = 0;
	return 0;
}

/* Write a bucket with @n ranges, from @first on.  Return 0 or -ENOMEM. */
static int fill_bucket(struct cut *c, u32 first, u32 n, u32 *bucket)
{
	if (n == 1) {
		*bucket = c->all->value[first] << NF_EDGE_RANGE_COUNT;
		return 0;
	}
	if (n <= SEARCHED) {
		*bucket = c->ranges->few.n << NF_EDGE_RANGE_COUNT | n;
		return keep(c, first, n);
	}
	*bucket = c->n_nodes << NF_EDGE_RANGE_COUNT | NF_EDGE_RANGE_NODE;
	return add_node(c, first, n);
}

/* Check whether @n ranges, from @first on, fit a line. */
static bool fits_line(const struct cut *c, u32 first, u32 n)
{
	u32 i;

	if (n > 1 + (c->ipv4 ? NF_EDGE_LINE_IPV4 : NF_EDGE_LINE_IPV6))
		return false;
	for (i = 1; i < n; i++)
		if (starts_inside_key(c, first + i))
			return false;
	return true;
}

/* Write a line, zeroed, with @n ranges, from @first on. */
static int fill_line(struct cut *c, u32 first, u32 n,
		     union nf_edge_range_line *line)
{
	u32 i;

	if (!fits_line(c, first, n)) {
		line->ipv4.further = true;
		return fill_bucket(c, first, n, &line->bucket);
	}
	for (i = 0; i < n; i++) {
		u16 value = c->all->value[first + n - 1 - i];

		if (c->ipv4)
			line->ipv4.value[i] = value;
		else
			line->ipv6.value[i] = value;
	}
	for (i = 1; i < n; i++) {
		if (c->ipv4)
			line->ipv4.start[i - 1] = start_key(c, first + i);
		else
			line->ipv6.start[i - 1] = start_key(c, first + i);
	}
	return 0;
}

/* Fill the buckets. */
static int cut_buckets(struct cut *c)
{
	u8 shift = (c->ipv4 ? 32 : 64) - NF_EDGE_RANGES_BITS;
	u32 *bucket = c->ranges->bucket;
	u64 at = 0, stop;
	u32 i = 0, n;
	int err;

	while (at < BIT(NF_EDGE_RANGES_BITS)) {
		n = count_between(c, &i, c->all->n, at << shift,
				  ((at + 1) << shift) - 1);
		err = fill_bucket(c, i, n, &bucket[at++]);
		if (err)
			return err;
		i += n - 1;
		/* Up to the bucket in which the next range starts. */
		stop = i + 1 < c->all->n ? start_key(c, i + 1) >> shift :
					   BIT(NF_EDGE_RANGES_BITS);
		while (at < stop)
			bucket[at++] = c->all->value[i] << NF_EDGE_RANGE_COUNT;
	}
	return 0;
}

/* Return the number of lines that a node of @n ranges may have, at least 2. */
static u64 lines_of(const struct cut *c, u32 n)
{
	u64 fine = (u64)n * LINES_FINE / 16;

	if (c->ranges->n_lines + fine <= NF_EDGE_LINES_CACHED)
		return fine;
	return (u64)n * (c->ipv4 ? LINES_IPV4 : LINES_IPV6) / 16;
}

/* Cut a node into lines, or keep the ranges of the node for a search. */
static int cut_node(struct cut *c, u32 number)
{
	struct nf_edge_range_node *node = &c->ranges->node[number];
	u32 first = node->first, end = first + node->searched, i = first, n;
	u64 base = node->base, span = node->span, at, low;
	u64 limit = lines_of(c, node->searched);
	union nf_edge_range_line *line;
	u8 shift = 0;
	int err;

	while (span >> shift >= limit)
		shift++;
	/* Limit the memory: ranges may crowd at every scale. */
	if (!span || c->ranges->n_lines + (span >> shift) >=
		     NF_EDGE_LINES_CACHED + c->all->n / 2) {
		node->first = c->ranges->few.n;
		return keep(c, first, end - first);
	}

	line = grow(c->ranges->line, c->ranges->n_lines, &c->room_lines,
		    c->ranges->n_lines + (span >> shift) + 1, sizeof(*line));
	if (!line)
		return -ENOMEM;
	c->ranges->line = line;
	line += c->ranges->n_lines;
	node->first = c->ranges->n_lines;
	node->searched = 0;
	node->shift = shift;
	c->ranges->n_lines += (span >> shift) + 1;

	for (at = 0; at <= span >> shift; at++, line++) {
		low = base + (at << shift);
		n = count_between(c, &i, end, low,
				  low + min((1ULL << shift) - 1, ~0ULL - low));
		memset(line, 0, sizeof(*line));
		err = fill_line(c, i, n, line);
		if (err)
			return err;
		i += n - 1;
		if (!(at % 4096))
			cond_resched();
	}
	return 0;
}

/**
 * nf_edge_ranges_cut - cut ranges into buckets and lines
 * @ranges: the result, zeroed
 * @all: the ranges, from key 0 on, with final values; fewer than 1 << 26
 * @ipv4: the family
 *
 * Context: may sleep.
 * Return: 0 or -ENOMEM.  After an error, nf_edge_ranges_free() frees the parts.
 */
int nf_edge_ranges_cut(struct nf_edge_ranges *ranges,
		       const struct nf_edge_range_array *all, bool ipv4)
{
	struct cut c = { .all = all, .ranges = ranges, .ipv4 = ipv4 };
	u32 i;
	int err;

	ranges->bucket = nf_edge_array(BIT(NF_EDGE_RANGES_BITS),
				       sizeof(*ranges->bucket));
	if (!ranges->bucket)
		return -ENOMEM;
	err = cut_buckets(&c);
	for (i = 0; !err && i < c.n_nodes; i++)
		err = cut_node(&c, i);
	if (err)
		return err;
	ranges->node = trim(ranges->node, c.n_nodes, sizeof(*ranges->node));
	ranges->line = trim(ranges->line, ranges->n_lines,
			    sizeof(*ranges->line));
	return ranges->few.n ? resize_few(&c, ranges->few.n) : 0;
}

/**
 * nf_edge_ranges_free - free the arrays of ranges
 * @ranges: ranges: cut, half cut or zeroed
 *
 * Context: may sleep.
 */
void nf_edge_ranges_free(struct nf_edge_ranges *ranges)
{
	nf_edge_range_array_free(&ranges->few);
	kvfree(ranges->bucket);
	kvfree(ranges->node);
	kvfree(ranges->line);
}
