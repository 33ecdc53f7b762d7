// SPDX-License-Identifier: GPL-2.0-only
/*
 * Peer sets: prefixes of both families, as the netlink family has them.
 */
#include <linux/nf_edge.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "base/memory.h"
#include "policy/peer_set.h"

/**
 * peer_set_entry_size - octets of a prefix
 * @family: IPV4 or IPV6
 *
 * Return: the size.
 */
size_t peer_set_entry_size(unsigned int family)
{
	return family == IPV4 ? NF_EDGE_PREFIX_IPV4_SIZE :
				NF_EDGE_PREFIX_IPV6_SIZE;
}

static size_t address_size(unsigned int family)
{
	return family == IPV4 ? 4 : 16;
}

/**
 * peer_set_add_entries - add prefixes to a set
 * @set: the set
 * @family: IPV4 or IPV6
 * @entries: as the netlink family has them
 * @count: how many
 */
void peer_set_add_entries(struct peer_set *set, unsigned int family,
			  const void *entries, size_t count)
{
	struct prefixes *prefixes = &set->prefixes[family];
	size_t size = peer_set_entry_size(family);

	if (!count)
		return;
	while (prefixes->capacity - prefixes->count < count)
		prefixes->entries = xgrow(prefixes->entries,
					  &prefixes->capacity,
					  prefixes->capacity, size);
	memcpy(prefixes->entries + prefixes->count * size, entries,
	       count * size);
	prefixes->count += count;
}

/* Random seeds: the author of a list cannot make its prefixes collide. */
static const uint64_t *seeds(void)
{
	static uint64_t numbers[3];

	if (!numbers[0] &&
	    getrandom(numbers, sizeof(numbers), 0) != sizeof(numbers))
		numbers[0] = 1;
	return numbers;
}

static uint64_t hash(const uint8_t *entry, size_t size)
{
	const uint64_t *seed = seeds();
	uint64_t words[3] = { 0 }, sum = 0;
	size_t i;

	memcpy(words, entry, size);
	for (i = 0; i < ARRAY_SIZE(words); i++) {
		__uint128_t product = (__uint128_t)(words[i] ^ seed[i]) *
				      (seed[2 - i] | 1);

		sum = (sum ^ (uint64_t)product ^ (uint64_t)(product >> 64)) *
		      0x9e3779b97f4a7c15ULL;
		sum ^= sum >> 32;
	}
	return sum;
}

/* The slot of a prefix, or an empty slot. */
static uint32_t *find_slot(const struct prefixes *prefixes,
			   const uint8_t *entry, size_t size)
{
	size_t i = hash(entry, size);

	for (;; i++) {
		uint32_t *slot = &prefixes->slots[i &
						  (prefixes->slot_count - 1)];

		if (!*slot || !memcmp(prefixes->entries + (*slot - 1) * size,
				      entry, size))
			return slot;
	}
}

/* At least half of the slots stay empty. */
static void make_slots(struct prefixes *prefixes, size_t size)
{
	size_t count = prefixes->slot_count ? prefixes->slot_count : 64, i;

	while (count < (prefixes->count + 1) * 2)
		count *= 2;
	if (count == prefixes->slot_count)
		return;
	free(prefixes->slots);
	prefixes->slots = xalloc(count * sizeof(*prefixes->slots));
	prefixes->slot_count = count;
	for (i = 0; i < prefixes->count; i++)
		*find_slot(prefixes, prefixes->entries + i * size, size) =
			(uint32_t)i + 1;
}

/**
 * peer_set_add - add a prefix to a set
 * @set: the set
 * @ip: first address of the prefix
 * @length: length of the prefix
 *
 * Return: false when the set holds the prefix already.
 */
bool peer_set_add(struct peer_set *set, const struct ip *ip,
		  unsigned int length)
{
	uint8_t entry[NF_EDGE_PREFIX_IPV6_SIZE] = { 0 };
	unsigned int family = ip_family(ip);
	struct prefixes *prefixes = &set->prefixes[family];
	uint32_t *slot;

	memcpy(entry, ip->bytes, address_size(family));
	entry[address_size(family)] = (uint8_t)length;
	make_slots(prefixes, peer_set_entry_size(family));
	slot = find_slot(prefixes, entry, peer_set_entry_size(family));
	if (*slot)
		return false;
	*slot = (uint32_t)prefixes->count + 1;
	peer_set_add_entries(set, family, entry, 1);
	return true;
}

/**
 * peer_set_entry - read one prefix of a set
 * @set: the set
 * @family: IPV4 or IPV6
 * @i: which one
 * @ip: filled in: first address of the prefix
 * @length: filled in
 */
void peer_set_entry(const struct peer_set *set, unsigned int family,
		    size_t i, struct ip *ip, unsigned int *length)
{
	const uint8_t *entry = set->prefixes[family].entries +
			       i * peer_set_entry_size(family);
	size_t size = address_size(family);

	memset(ip, 0, sizeof(*ip));
	ip->family = family == IPV4 ? AF_INET : AF_INET6;
	memcpy(ip->bytes, entry, size);
	*length = entry[size];
}

static int compare_ipv4(const void *a, const void *b)
{
	return memcmp(a, b, NF_EDGE_PREFIX_IPV4_SIZE);
}

static int compare_ipv6(const void *a, const void *b)
{
	return memcmp(a, b, NF_EDGE_PREFIX_IPV6_SIZE);
}

static int (*const compare[FAMILY_COUNT])(const void *a, const void *b) = {
	[IPV4] = compare_ipv4, [IPV6] = compare_ipv6,
};

/**
 * peer_set_sort - put a set into order, and leave out repetitions
 * @set: the set
 */
void peer_set_sort(struct peer_set *set)
{
	unsigned int family;

	for (family = 0; family < FAMILY_COUNT; family++) {
		struct prefixes *prefixes = &set->prefixes[family];
		size_t size = peer_set_entry_size(family), from, to = 0;

		free(prefixes->slots);
		prefixes->slots = NULL;
		prefixes->slot_count = 0;
		if (!prefixes->count)
			continue;
		qsort(prefixes->entries, prefixes->count, size,
		      compare[family]);
		for (from = 1; from < prefixes->count; from++) {
			uint8_t *last = prefixes->entries + to * size;
			uint8_t *next = prefixes->entries + from * size;

			if (!memcmp(last, next, size))
				continue;
			to++;
			memmove(last + size, next, size);
		}
		prefixes->count = to + 1;
	}
}

/**
 * peer_set_free - forget the prefixes of a set
 * @set: the set
 */
void peer_set_free(struct peer_set *set)
{
	unsigned int family;

	for (family = 0; family < FAMILY_COUNT; family++) {
		free(set->prefixes[family].entries);
		free(set->prefixes[family].slots);
	}
}

/**
 * peer_set_count - how many prefixes a set holds
 * @set: the set
 *
 * Return: the number, of both families.
 */
size_t peer_set_count(const struct peer_set *set)
{
	return set->prefixes[IPV4].count + set->prefixes[IPV6].count;
}

/**
 * peer_set_contains - look for an address in the prefixes of a set
 * @set: a sorted set
 * @ip: the address
 *
 * Return: true when one does.
 */
bool peer_set_contains(const struct peer_set *set, const struct ip *ip)
{
	unsigned int family = ip_family(ip), length;
	const struct prefixes *prefixes = &set->prefixes[family];
	size_t size = address_size(family);

	if (!prefixes->count)
		return false;
	for (length = 0; length <= ip_bits(ip); length++) {
		uint8_t key[NF_EDGE_PREFIX_IPV6_SIZE] = { 0 };
		struct ip network = *ip;

		ip_mask(&network, length);
		memcpy(key, network.bytes, size);
		key[size] = (uint8_t)length;
		if (bsearch(key, prefixes->entries, prefixes->count,
			    peer_set_entry_size(family), compare[family]))
			return true;
	}
	return false;
}

/* The last address of a prefix. */
static void last_address(const uint8_t *entry, size_t size, uint8_t *last)
{
	unsigned int length = entry[size];
	size_t i;

	for (i = 0; i < size; i++) {
		unsigned int fixed = length > i * 8 ? length - i * 8 : 0;

		last[i] = entry[i] | (fixed < 8 ? 0xff >> fixed : 0);
	}
}

/**
 * struct sweep - a walk over the prefixes of two sets, in their order
 * @prefixes: prefixes of the other set
 * @family: their family
 * @next: the first of them that begins behind the walk
 * @last: last address of all of them that begin before
 * @any: whether one begins before
 */
struct sweep {
	const struct prefixes *prefixes;
	unsigned int family;
	size_t next;
	uint8_t last[16];
	bool any;
};

/* Move a walk to a prefix: take in all that begin no later. */
static void sweep_to(struct sweep *sweep, const uint8_t *entry)
{
	size_t entry_size = peer_set_entry_size(sweep->family);
	size_t size = address_size(sweep->family);
	uint8_t last[16];

	for (; sweep->next < sweep->prefixes->count; sweep->next++) {
		const uint8_t *other = sweep->prefixes->entries +
				       sweep->next * entry_size;

		if (memcmp(other, entry, size) > 0)
			return;
		last_address(other, size, last);
		if (!sweep->any || memcmp(last, sweep->last, size) > 0)
			memcpy(sweep->last, last, size);
		sweep->any = true;
	}
}

/* Whether the walk has taken in a prefix that contains another one. */
static bool is_taken(const struct sweep *sweep, const uint8_t *entry)
{
	size_t size = address_size(sweep->family);
	uint8_t last[16];

	last_address(entry, size, last);
	return sweep->any && memcmp(sweep->last, last, size) >= 0;
}

/* Whether any prefix has an address of another one. */
static bool is_met(const struct sweep *sweep, const uint8_t *entry)
{
	size_t entry_size = peer_set_entry_size(sweep->family);
	size_t size = address_size(sweep->family);
	uint8_t last[16];

	last_address(entry, size, last);
	return (sweep->any && memcmp(sweep->last, entry, size) >= 0) ||
	       (sweep->next < sweep->prefixes->count &&
		memcmp(sweep->prefixes->entries + sweep->next * entry_size,
		       last, size) <= 0);
}

/**
 * peer_set_within - tell whether one set is a part of another
 * @set: the one, sorted
 * @other: the other, sorted
 *
 * Return: true when each prefix of @set lies in a prefix of @other.
 */
bool peer_set_within(const struct peer_set *set, const struct peer_set *other)
{
	unsigned int family;
	size_t i;

	for (family = 0; family < FAMILY_COUNT; family++) {
		struct sweep sweep = {
			.prefixes = &other->prefixes[family], .family = family,
		};

		for (i = 0; i < set->prefixes[family].count; i++) {
			const uint8_t *entry = set->prefixes[family].entries +
					       i * peer_set_entry_size(family);

			sweep_to(&sweep, entry);
			if (!is_taken(&sweep, entry))
				return false;
		}
	}
	return true;
}

/**
 * peer_set_meets - tell whether two sets have an address in common
 * @set: the one, sorted
 * @other: the other, sorted
 *
 * Return: true when they do.
 */
bool peer_set_meets(const struct peer_set *set, const struct peer_set *other)
{
	unsigned int family;
	size_t i;

	for (family = 0; family < FAMILY_COUNT; family++) {
		struct sweep sweep = {
			.prefixes = &other->prefixes[family], .family = family,
		};

		for (i = 0; i < set->prefixes[family].count; i++) {
			const uint8_t *entry = set->prefixes[family].entries +
					       i * peer_set_entry_size(family);

			sweep_to(&sweep, entry);
			if (is_met(&sweep, entry))
				return true;
		}
	}
	return false;
}
