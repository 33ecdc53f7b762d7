// SPDX-License-Identifier: GPL-2.0-only
/*
 * Peers of rows as ranges.  Many rows have the same peers, and sets may hold
 * hundreds of thousands of prefixes: each union, and each difference of two
 * unions, is made once.
 */
#include <stdlib.h>

#include "base/memory.h"
#include "policy/flow_peers.h"

/**
 * struct peer_union - addresses of the peers of some rows
 * @which: BEFORE or AFTER, the policy of the rows
 * @family: IPV4 or IPV6
 * @key: the peers
 * @spans: their addresses
 */
struct peer_union {
	unsigned int which;
	unsigned int family;
	struct peer_key key;
	struct spans spans;
};

/**
 * struct peer_difference - addresses of one union that another lacks
 * @which: the policy of the one, the other one is of the other policy
 * @family: IPV4 or IPV6
 * @key: the one
 * @other: the other
 * @spans: the addresses
 */
struct peer_difference {
	unsigned int which;
	unsigned int family;
	struct peer_key key;
	struct peer_key other;
	struct spans spans;
};

/**
 * struct peer_cache - unions and differences
 * @policy: the policies
 * @inside: addresses of internal-networks, which no outward address is in
 * @internal: addresses of the service internal
 * @outward: all other Edge addresses
 * @unions: the unions so far, each in memory of its own
 * @count: number of unions
 * @capacity: number of unions that there is room for
 * @differences: the differences so far, each in memory of its own
 * @difference_count: number of differences
 * @difference_capacity: number of differences that there is room for
 */
struct peer_cache {
	const struct policy *policy[POLICY_COUNT];
	struct spans inside[POLICY_COUNT][FAMILY_COUNT];
	struct spans internal[POLICY_COUNT][FAMILY_COUNT];
	struct spans outward[POLICY_COUNT][FAMILY_COUNT];
	struct peer_union **unions;
	size_t count;
	size_t capacity;
	struct peer_difference **differences;
	size_t difference_count;
	size_t difference_capacity;
};

#define INSIDE	NF_EDGE_PEER_SET_INTERNAL_NETWORKS

static void read_addresses(struct peer_cache *cache, unsigned int which,
			   unsigned int family)
{
	const struct policy *policy = cache->policy[which];
	struct spans *internal = &cache->internal[which][family];
	struct spans *outward = &cache->outward[which][family];
	struct spans prefixes = { 0 };
	const struct binding *binding;
	const struct node *node;

	policy_for_each_binding(policy, node, binding) {
		__uint128_t number = span_number(&binding->ip);

		if (ip_family(&binding->ip) == family)
			spans_add(binding->service == NF_EDGE_SERVICE_INTERNAL ?
				  internal : outward, number, number);
	}
	spans_sort(internal);
	spans_sort(outward);
	spans_add_prefixes(&prefixes, &policy->sets[INSIDE], family);
	spans_sort(&prefixes);
	cache->inside[which][family] = spans_less(&prefixes, outward);
	spans_free(&prefixes);
}

/**
 * peers_new - begin to look up peers
 * @before: a policy
 * @after: another; both have to outlive the look-ups
 *
 * Return: a new cache; peers_free() it.
 */
struct peer_cache *peers_new(const struct policy *before,
			     const struct policy *after)
{
	struct peer_cache *cache = xalloc(sizeof(*cache));
	unsigned int which, family;

	cache->policy[BEFORE] = before;
	cache->policy[AFTER] = after;
	for (which = 0; which < POLICY_COUNT; which++)
		for (family = 0; family < FAMILY_COUNT; family++)
			read_addresses(cache, which, family);
	return cache;
}

/**
 * peers_key - the peers of some rows
 * @policy: the policy of the rows
 * @table: its rows
 * @rows: the rows, a bit a place
 *
 * Return: the peers of all of them together.
 */
struct peer_key peers_key(const struct policy *policy,
			  const struct row_table *table, uint64_t rows)
{
	uint32_t bound = policy_bound(policy);
	struct peer_key key = { 0 };
	size_t i;

	for (i = 0; i < table->count; i++) {
		const struct row *row = &table->row[i];

		if (!(rows & (1ULL << i)))
			continue;
		if (row_at_any(row, bound))
			key.any |= 1U << row_side(row);
		else
			key.sets |= row->peer_sets & bound;
	}
	return key;
}

static void add_all(struct spans *spans, const struct spans *more)
{
	size_t i;

	for (i = 0; i < more->count; i++)
		spans_add(spans, more->items[i].low, more->items[i].high);
}

/* External Any: neither the inside nor an internal address. */
static void add_external(struct peer_cache *cache, unsigned int which,
			 unsigned int family, struct spans *spans)
{
	struct spans whole = { 0 }, less, any;

	spans_add(&whole, 0, span_last(family));
	less = spans_less(&whole, &cache->inside[which][family]);
	any = spans_less(&less, &cache->internal[which][family]);
	add_all(spans, &any);
	spans_free(&any);
	spans_free(&less);
	spans_free(&whole);
}

/* Internal Any: the inside, or without one all but outward addresses. */
static void add_internal(struct peer_cache *cache, unsigned int which,
			 unsigned int family, struct spans *spans)
{
	struct spans whole = { 0 }, any;

	if (cache->policy[which]->sets[INSIDE].bound) {
		add_all(spans, &cache->inside[which][family]);
		return;
	}
	spans_add(&whole, 0, span_last(family));
	any = spans_less(&whole, &cache->outward[which][family]);
	add_all(spans, &any);
	spans_free(&any);
	spans_free(&whole);
}

static struct spans make_union(struct peer_cache *cache, unsigned int which,
			       unsigned int family, struct peer_key key)
{
	const struct policy *policy = cache->policy[which];
	struct spans spans = { 0 };
	unsigned int i;

	if (key.any & ANY_ADDRESS)
		spans_add(&spans, 0, span_last(family));
	if (key.any & (1U << NF_EDGE_SIDE_EXTERNAL))
		add_external(cache, which, family, &spans);
	if (key.any & (1U << NF_EDGE_SIDE_INTERNAL))
		add_internal(cache, which, family, &spans);
	for (i = 0; i < SETS_MAX; i++) {
		if (!(key.sets & (1U << i)))
			continue;
		if (i == INSIDE)
			add_all(&spans, &cache->inside[which][family]);
		else
			spans_add_prefixes(&spans, &policy->sets[i], family);
	}
	spans_sort(&spans);
	return spans;
}

static bool same_key(struct peer_key a, struct peer_key b)
{
	return a.sets == b.sets && a.any == b.any;
}

/**
 * peers_of - the addresses of peers
 * @cache: the cache
 * @which: BEFORE or AFTER
 * @family: IPV4 or IPV6
 * @key: the peers, of that policy
 *
 * Return: the addresses in order, which belong to @cache.
 */
const struct spans *peers_of(struct peer_cache *cache, unsigned int which,
			     unsigned int family, struct peer_key key)
{
	struct peer_union *one;
	size_t i;

	for (i = 0; i < cache->count; i++) {
		one = cache->unions[i];
		if (one->which == which && one->family == family &&
		    same_key(one->key, key))
			return &one->spans;
	}
	one = xalloc(sizeof(*one));
	*one = (struct peer_union){
		.which = which, .family = family, .key = key,
		.spans = make_union(cache, which, family, key),
	};
	cache->unions = xgrow(cache->unions, &cache->capacity, cache->count,
			      sizeof(*cache->unions));
	cache->unions[cache->count++] = one;
	return &one->spans;
}

/**
 * peers_beyond - peers of one policy that another lacks
 * @cache: the cache
 * @family: IPV4 or IPV6
 * @which: BEFORE or AFTER, the one policy
 * @key: peers of that policy
 * @other: peers of the other policy
 *
 * Return: the addresses in order, which belong to @cache.
 */
const struct spans *peers_beyond(struct peer_cache *cache, unsigned int family,
				 unsigned int which, struct peer_key key,
				 struct peer_key other)
{
	struct peer_difference *one;
	size_t i;

	for (i = 0; i < cache->difference_count; i++) {
		one = cache->differences[i];
		if (one->which == which && one->family == family &&
		    same_key(one->key, key) && same_key(one->other, other))
			return &one->spans;
	}
	one = xalloc(sizeof(*one));
	*one = (struct peer_difference){
		.which = which, .family = family, .key = key, .other = other,
		.spans = spans_less(peers_of(cache, which, family, key),
				    peers_of(cache, !which, family, other)),
	};
	cache->differences = xgrow(cache->differences,
				   &cache->difference_capacity,
				   cache->difference_count,
				   sizeof(*cache->differences));
	cache->differences[cache->difference_count++] = one;
	return &one->spans;
}

/**
 * peers_inside - addresses that guards of the external side refuse as sources
 * @cache: the cache
 * @which: BEFORE or AFTER
 * @family: IPV4 or IPV6
 *
 * Return: the addresses of internal-networks in order, which belong to @cache.
 */
const struct spans *peers_inside(const struct peer_cache *cache,
				 unsigned int which, unsigned int family)
{
	return &cache->inside[which][family];
}

/**
 * peers_free - forget peers
 * @cache: the cache, or NULL
 */
void peers_free(struct peer_cache *cache)
{
	unsigned int which, family;
	size_t i;

	if (!cache)
		return;
	for (which = 0; which < POLICY_COUNT; which++) {
		for (family = 0; family < FAMILY_COUNT; family++) {
			spans_free(&cache->inside[which][family]);
			spans_free(&cache->internal[which][family]);
			spans_free(&cache->outward[which][family]);
		}
	}
	for (i = 0; i < cache->count; i++) {
		spans_free(&cache->unions[i]->spans);
		free(cache->unions[i]);
	}
	for (i = 0; i < cache->difference_count; i++) {
		spans_free(&cache->differences[i]->spans);
		free(cache->differences[i]);
	}
	free(cache->unions);
	free(cache->differences);
	free(cache);
}
