// SPDX-License-Identifier: GPL-2.0-only
/*
 * A policy in memory.  Prefixes are kept as the netlink family has them, so
 * that a million of them is copied to and from the kernel as it stands.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "base/memory.h"
#include "policy/policy.h"

/**
 * nf_edge_entry_size - octets of a prefix
 * @family: IPV4 or IPV6
 *
 * Return: the size.
 */
size_t nf_edge_entry_size(unsigned int family)
{
	return family == IPV4 ? NF_EDGE_PREFIX_IPV4_SIZE :
				NF_EDGE_PREFIX_IPV6_SIZE;
}

static size_t address_size(unsigned int family)
{
	return family == IPV4 ? 4 : 16;
}

static unsigned int ip_family(const struct ip *ip)
{
	return ip->family == AF_INET ? IPV4 : IPV6;
}

/**
 * nf_edge_interface_find - an interface by name
 * @policy: the policy
 * @name: name of the interface
 *
 * Return: the interface, or NULL.
 */
struct interface *nf_edge_interface_find(const struct policy *policy,
					 const char *name)
{
	size_t i;

	for (i = 0; i < policy->interface_count; i++)
		if (!strcmp(policy->interfaces[i].name, name))
			return &policy->interfaces[i];
	return NULL;
}

/**
 * nf_edge_interface_add - add an interface
 * @policy: the policy
 * @name: name of the interface, cut if it is too long
 *
 * Return: the interface, until the next one is added.
 */
struct interface *nf_edge_interface_add(struct policy *policy,
					const char *name)
{
	struct interface *interface;

	policy->interfaces = nf_edge_grow(policy->interfaces,
					  &policy->interface_capacity,
					  policy->interface_count,
					  sizeof(*interface));
	interface = &policy->interfaces[policy->interface_count++];
	memset(interface, 0, sizeof(*interface));
	snprintf(interface->name, sizeof(interface->name), "%s", name);
	return interface;
}

/**
 * nf_edge_node_find - a node by name
 * @policy: the policy
 * @name: name of the node
 *
 * Return: the node, or NULL.
 */
struct node *nf_edge_node_find(const struct policy *policy, const char *name)
{
	size_t i;

	for (i = 0; i < policy->node_count; i++)
		if (!strcmp(policy->nodes[i].name, name))
			return &policy->nodes[i];
	return NULL;
}

/**
 * nf_edge_node_add - add a node
 * @policy: the policy
 * @name: name of the node, cut if it is too long
 *
 * Return: the node, until the next one is added.
 */
struct node *nf_edge_node_add(struct policy *policy, const char *name)
{
	struct node *node;

	policy->nodes = nf_edge_grow(policy->nodes, &policy->node_capacity,
				     policy->node_count, sizeof(*node));
	node = &policy->nodes[policy->node_count++];
	memset(node, 0, sizeof(*node));
	snprintf(node->name, sizeof(node->name), "%s", name);
	return node;
}

/**
 * nf_edge_node_bind - give a node an address
 * @node: the node
 * @service: the service that it is bound to
 * @ip: the address
 * @line: where that was said, or 0
 */
void nf_edge_node_bind(struct node *node, uint8_t service,
		       const struct ip *ip, unsigned int line)
{
	node->bindings = nf_edge_grow(node->bindings, &node->capacity,
				      node->count, sizeof(*node->bindings));
	node->bindings[node->count++] = (struct binding){
		.service = service, .ip = *ip, .line = line,
	};
}

/**
 * nf_edge_set_add_entries - add prefixes to a set
 * @set: the set
 * @family: IPV4 or IPV6
 * @entries: as the netlink family has them
 * @count: how many
 */
void nf_edge_set_add_entries(struct peer_set *set, unsigned int family,
			     const void *entries, size_t count)
{
	struct prefixes *prefixes = &set->prefixes[family];
	size_t size = nf_edge_entry_size(family);

	if (!count)
		return;
	while (prefixes->capacity - prefixes->count < count)
		prefixes->entries = nf_edge_grow(prefixes->entries,
						 &prefixes->capacity,
						 prefixes->capacity, size);
	memcpy(prefixes->entries + prefixes->count * size, entries,
	       count * size);
	prefixes->count += count;
}

/* Nobody who writes a list knows these numbers, so that no list collides. */
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

/* The slot of a prefix: its own, or an empty one. */
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
	prefixes->slots = nf_edge_alloc(count * sizeof(*prefixes->slots));
	prefixes->slot_count = count;
	for (i = 0; i < prefixes->count; i++)
		*find_slot(prefixes, prefixes->entries + i * size, size) =
			(uint32_t)i + 1;
}

/**
 * nf_edge_set_add - add a prefix to a set
 * @set: the set
 * @ip: its first address
 * @length: its length
 *
 * Return: false when the set holds it already.
 */
bool nf_edge_set_add(struct peer_set *set, const struct ip *ip,
		     unsigned int length)
{
	uint8_t entry[NF_EDGE_PREFIX_IPV6_SIZE] = { 0 };
	unsigned int family = ip_family(ip);
	struct prefixes *prefixes = &set->prefixes[family];
	uint32_t *slot;

	memcpy(entry, ip->bytes, address_size(family));
	entry[address_size(family)] = (uint8_t)length;
	make_slots(prefixes, nf_edge_entry_size(family));
	slot = find_slot(prefixes, entry, nf_edge_entry_size(family));
	if (*slot)
		return false;
	*slot = (uint32_t)prefixes->count + 1;
	nf_edge_set_add_entries(set, family, entry, 1);
	return true;
}

/**
 * nf_edge_set_entry - read one prefix of a set
 * @set: the set
 * @family: IPV4 or IPV6
 * @i: which one
 * @ip: filled in: its first address
 * @length: filled in
 */
void nf_edge_set_entry(const struct peer_set *set, unsigned int family,
		       size_t i, struct ip *ip, unsigned int *length)
{
	const uint8_t *entry = set->prefixes[family].entries +
			       i * nf_edge_entry_size(family);
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
 * nf_edge_set_sort - put a set into order, and leave out repetitions
 * @set: the set
 */
void nf_edge_set_sort(struct peer_set *set)
{
	unsigned int family;

	for (family = 0; family < FAMILY_COUNT; family++) {
		struct prefixes *prefixes = &set->prefixes[family];
		size_t size = nf_edge_entry_size(family), from, to = 0;

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
 * nf_edge_set_free - forget the prefixes of a set
 * @set: the set
 */
void nf_edge_set_free(struct peer_set *set)
{
	unsigned int family;

	for (family = 0; family < FAMILY_COUNT; family++) {
		free(set->prefixes[family].entries);
		free(set->prefixes[family].slots);
	}
}

/**
 * nf_edge_set_count - how many prefixes a set holds
 * @set: the set
 *
 * Return: the number, of both families.
 */
size_t nf_edge_set_count(const struct peer_set *set)
{
	return set->prefixes[IPV4].count + set->prefixes[IPV6].count;
}

/**
 * nf_edge_set_contains - whether a prefix of a set contains an address
 * @set: a sorted set
 * @ip: the address
 *
 * Return: true when one does.
 */
bool nf_edge_set_contains(const struct peer_set *set, const struct ip *ip)
{
	unsigned int family = ip_family(ip), length;
	const struct prefixes *prefixes = &set->prefixes[family];
	size_t size = address_size(family);

	if (!prefixes->count)
		return false;
	for (length = 0; length <= nf_edge_ip_bits(ip); length++) {
		uint8_t key[NF_EDGE_PREFIX_IPV6_SIZE] = { 0 };
		struct ip network = *ip;

		nf_edge_ip_mask(&network, length);
		memcpy(key, network.bytes, size);
		key[size] = (uint8_t)length;
		if (bsearch(key, prefixes->entries, prefixes->count,
			    nf_edge_entry_size(family), compare[family]))
			return true;
	}
	return false;
}

/**
 * nf_edge_policy_binds - tell whether an address is bound to a service
 * @policy: the policy, with its nodes
 * @ip: the address
 *
 * Return: true when a node has the address.
 */
bool nf_edge_policy_binds(const struct policy *policy, const struct ip *ip)
{
	size_t n, i;

	for (n = 0; n < policy->node_count; n++)
		for (i = 0; i < policy->nodes[n].count; i++)
			if (nf_edge_ip_equal(&policy->nodes[n].bindings[i].ip,
					     ip))
				return true;
	return false;
}

/**
 * nf_edge_policy_bound - the sets that a policy binds
 * @policy: the policy
 *
 * Return: a bit a set.
 */
uint32_t nf_edge_policy_bound(const struct policy *policy)
{
	uint32_t bound = 0;
	unsigned int i;

	for (i = 0; i < PEER_SET_COUNT; i++)
		if (policy->sets[i].bound)
			bound |= 1U << i;
	return bound;
}

/**
 * nf_edge_policy_prefixes - prefixes of all sets together
 * @policy: the policy
 *
 * Return: the number.
 */
size_t nf_edge_policy_prefixes(const struct policy *policy)
{
	size_t count = 0;
	unsigned int i;

	for (i = 0; i < PEER_SET_COUNT; i++)
		count += nf_edge_set_count(&policy->sets[i]);
	return count;
}

/**
 * nf_edge_policy_free - forget all
 * @policy: the policy
 */
void nf_edge_policy_free(struct policy *policy)
{
	unsigned int i;
	size_t n;

	for (n = 0; n < policy->node_count; n++)
		free(policy->nodes[n].bindings);
	free(policy->nodes);
	free(policy->interfaces);
	for (i = 0; i < PEER_SET_COUNT; i++)
		nf_edge_set_free(&policy->sets[i]);
	memset(policy, 0, sizeof(*policy));
}
