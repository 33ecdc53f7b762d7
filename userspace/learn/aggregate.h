/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Addresses that were seen, as few prefixes.
 */
#ifndef LEARN_AGGREGATE_H
#define LEARN_AGGREGATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "policy/address.h"

/* Prefixes of an aggregate, at most. */
#define AGGREGATE_MAX	((size_t)64)

/* Lengths of the widest prefixes that addresses are put into. */
#define AGGREGATE_IPV4	16U
#define AGGREGATE_IPV6	32U

/**
 * struct seen_prefix - a prefix
 * @ip: its first address
 * @length: its length
 * @count: how often one of its addresses was seen
 */
struct seen_prefix {
	struct ip ip;
	unsigned int length;
	uint64_t count;
};

/**
 * struct aggregate - addresses of one family
 * @prefixes: prefixes that hold them, in their order, none in another.  There is
 *	room for one more while two are put together.
 * @count: number of prefixes
 * @others: how often an address was seen that no prefix had room for
 */
struct aggregate {
	struct seen_prefix prefixes[AGGREGATE_MAX + 1];
	size_t count;
	uint64_t others;
};

bool aggregate_add(struct aggregate *aggregate, const struct ip *ip,
		   unsigned int length, uint64_t count);
bool aggregate_holds(const struct aggregate *aggregate, const struct ip *ip,
		     unsigned int length);

#endif /* LEARN_AGGREGATE_H */
