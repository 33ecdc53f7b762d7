/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Sets of addresses of one family as disjoint ranges.
 */
#ifndef POLICY_SPANS_H
#define POLICY_SPANS_H

#include <stdbool.h>
#include <stddef.h>

#include "policy/peer_set.h"

/**
 * struct span - addresses from one to another, as numbers
 * @low: the first
 * @high: the last
 */
struct span {
	__uint128_t low;
	__uint128_t high;
};

/**
 * struct spans - a set of addresses of one family
 * @items: its spans; of a set in order disjoint, with a gap between two, and
 *	rising
 * @count: number of spans
 * @capacity: number of spans that there is room for
 */
struct spans {
	struct span *items;
	size_t count;
	size_t capacity;
};

__uint128_t span_number(const struct ip *ip);
struct ip span_ip(unsigned int family, __uint128_t number);
__uint128_t span_last(unsigned int family);
unsigned int span_prefix(const struct span *span, unsigned int family);
size_t span_prefixes(const struct span *span, unsigned int family);

void spans_add(struct spans *spans, __uint128_t low, __uint128_t high);
void spans_add_prefixes(struct spans *spans, const struct peer_set *set,
			unsigned int family);
void spans_sort(struct spans *spans);
struct spans spans_copy(const struct spans *spans);
struct spans spans_both(const struct spans *a, const struct spans *b);
struct spans spans_less(const struct spans *a, const struct spans *b);
bool spans_equal(const struct spans *a, const struct spans *b);
void spans_free(struct spans *spans);

#endif /* POLICY_SPANS_H */
