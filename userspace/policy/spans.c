// SPDX-License-Identifier: GPL-2.0-only
/*
 * Sets of addresses of one family as disjoint ranges.  Each operation sorts, or
 * walks over its sets once.
 */
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "policy/spans.h"

static unsigned int family_bits(unsigned int family)
{
	return family == IPV4 ? 32 : 128;
}

/**
 * span_number - an address as a number
 * @ip: the address
 *
 * Return: the number, below 2^32 of IPv4.
 */
__uint128_t span_number(const struct ip *ip)
{
	size_t size = ip_bits(ip) / 8, i;
	__uint128_t number = 0;

	for (i = 0; i < size; i++)
		number = number << 8 | ip->bytes[i];
	return number;
}

/**
 * span_ip - the address of a number
 * @family: IPV4 or IPV6
 * @number: the number
 *
 * Return: the address.
 */
struct ip span_ip(unsigned int family, __uint128_t number)
{
	struct ip ip = { .family = family == IPV4 ? AF_INET : AF_INET6 };
	size_t i = family_bits(family) / 8;

	for (; i; number >>= 8)
		ip.bytes[--i] = (uint8_t)number;
	return ip;
}

/**
 * span_last - the last address of a family
 * @family: IPV4 or IPV6
 *
 * Return: its number.
 */
__uint128_t span_last(unsigned int family)
{
	return family == IPV4 ? UINT32_MAX : ~(__uint128_t)0;
}

/**
 * span_prefix - the largest prefix at the begin of a span
 * @span: the span
 * @family: IPV4 or IPV6
 *
 * Return: the length of the prefix.
 */
unsigned int span_prefix(const struct span *span, unsigned int family)
{
	unsigned int length = family_bits(family);
	__uint128_t size = 1;

	/* Size 0 is the size of all of IPv6. */
	while (length && !(span->low & size) &&
	       span->low + (size * 2 - 1) <= span->high) {
		size *= 2;
		length--;
	}
	return length;
}

/**
 * span_prefixes - how many prefixes write a span
 * @span: the span
 * @family: IPV4 or IPV6
 *
 * Return: the number.
 */
size_t span_prefixes(const struct span *span, unsigned int family)
{
	unsigned int bits = family_bits(family);
	struct span rest = *span;
	__uint128_t size, last;
	size_t count = 1;

	for (;; count++) {
		unsigned int length = span_prefix(&rest, family);

		size = length ? (__uint128_t)1 << (bits - length) : 0;
		last = rest.low + (size - 1);
		if (!size || last >= rest.high)
			return count;
		rest.low = last + 1;
	}
}

/**
 * spans_add - add addresses to a set, which is in order no more
 * @spans: the set
 * @low: the first address
 * @high: the last
 */
void spans_add(struct spans *spans, __uint128_t low, __uint128_t high)
{
	spans->items = xgrow(spans->items, &spans->capacity, spans->count,
			     sizeof(*spans->items));
	spans->items[spans->count++] = (struct span){ low, high };
}

/**
 * spans_add_prefixes - add the prefixes of a peer set, in any order
 * @spans: the set that gets them; in order no more
 * @set: the peer set
 * @family: IPV4 or IPV6, the family of @spans
 */
void spans_add_prefixes(struct spans *spans, const struct peer_set *set,
			unsigned int family)
{
	unsigned int length;
	struct ip ip;
	size_t i;

	for (i = 0; i < set->prefixes[family].count; i++) {
		__uint128_t low, rest = span_last(family);

		peer_set_entry(set, family, i, &ip, &length);
		rest = length < ip_bits(&ip) ? rest >> length : 0;
		low = span_number(&ip) & ~rest;
		spans_add(spans, low, low | rest);
	}
}

static int compare(const void *a, const void *b)
{
	const struct span *one = a, *other = b;

	return one->low < other->low ? -1 : one->low > other->low;
}

/**
 * spans_sort - put a set into order
 * @spans: spans in any order, which may meet or overlap
 */
void spans_sort(struct spans *spans)
{
	size_t from, to = 0;

	if (!spans->count)
		return;
	qsort(spans->items, spans->count, sizeof(*spans->items), compare);
	for (from = 1; from < spans->count; from++) {
		struct span *last = &spans->items[to];
		const struct span *next = &spans->items[from];

		/* Behind the last address of IPv6 there is none. */
		if (next->low <= last->high || next->low - 1 == last->high) {
			if (next->high > last->high)
				last->high = next->high;
			continue;
		}
		spans->items[++to] = *next;
	}
	spans->count = to + 1;
}

/**
 * spans_copy - copy a set
 * @spans: the set
 *
 * Return: a new set; spans_free() it.
 */
struct spans spans_copy(const struct spans *spans)
{
	struct spans copy = { .count = spans->count,
			      .capacity = spans->count };

	if (!copy.count)
		return copy;
	copy.items = xalloc(copy.count * sizeof(*copy.items));
	memcpy(copy.items, spans->items, copy.count * sizeof(*copy.items));
	return copy;
}

/**
 * spans_both - addresses that two sets have in common
 * @a: a set in order
 * @b: another
 *
 * Return: a new set in order; spans_free() it.
 */
struct spans spans_both(const struct spans *a, const struct spans *b)
{
	struct spans both = { 0 };
	size_t i = 0, j = 0;

	while (i < a->count && j < b->count) {
		const struct span *one = &a->items[i], *other = &b->items[j];
		__uint128_t low = one->low > other->low ? one->low : other->low;
		bool first = one->high < other->high;
		__uint128_t high = first ? one->high : other->high;

		if (low <= high)
			spans_add(&both, low, high);
		i += first;
		j += !first;
	}
	return both;
}

/**
 * spans_less - addresses of one set that another lacks
 * @a: the one, in order
 * @b: the other, in order
 *
 * Return: a new set in order; spans_free() it.
 */
struct spans spans_less(const struct spans *a, const struct spans *b)
{
	struct spans less = { 0 };
	size_t i, j = 0;

	for (i = 0; i < a->count; i++) {
		__uint128_t low = a->items[i].low, high = a->items[i].high;
		bool left = true;

		while (j < b->count && b->items[j].high < low)
			j++;
		while (j < b->count && b->items[j].low <= high) {
			if (b->items[j].low > low)
				spans_add(&less, low, b->items[j].low - 1);
			left = b->items[j].high < high;
			if (!left)
				break;
			low = b->items[j++].high + 1;
		}
		if (left)
			spans_add(&less, low, high);
	}
	return less;
}

/**
 * spans_equal - tell whether two sets are the same
 * @a: a set in order
 * @b: another
 *
 * Return: true when they are.
 */
bool spans_equal(const struct spans *a, const struct spans *b)
{
	size_t i;

	if (a->count != b->count)
		return false;
	for (i = 0; i < a->count; i++)
		if (a->items[i].low != b->items[i].low ||
		    a->items[i].high != b->items[i].high)
			return false;
	return true;
}

/**
 * spans_free - forget a set
 * @spans: the set, empty afterwards
 */
void spans_free(struct spans *spans)
{
	free(spans->items);
	*spans = (struct spans){ 0 };
}
