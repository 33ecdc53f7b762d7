/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Peer sets: prefixes of both families.
 */
#ifndef POLICY_PEER_SET_H
#define POLICY_PEER_SET_H

#include <linux/nf_edge.h>
#include <stddef.h>

#include "policy/address.h"

/**
 * struct prefixes - prefixes of one family, as the netlink family has them
 * @entries: address, length and three zeros each
 * @count: how many
 * @capacity: how many there is room for
 * @slots: while prefixes are added one by one: by hash, the place of each
 *	behind 1, 0 where there is none
 * @slot_count: how many slots, a power of two
 */
struct prefixes {
	uint8_t *entries;
	size_t count;
	size_t capacity;
	uint32_t *slots;
	size_t slot_count;
};

/* Sets of a policy, documented ones and the site's own: bits of a mask. */
#define SETS_MAX	32

/**
 * struct peer_set - a named set of prefixes
 * @own: name of a set of the site's own, else empty
 * @bound: whether the policy has its prefixes, be it none
 * @prefixes: the prefixes, a family each
 * @line: of a configuration: line of its section
 */
struct peer_set {
	char own[NF_EDGE_SET_NAME_MAX + 1];
	bool bound;
	struct prefixes prefixes[FAMILY_COUNT];
	unsigned int line;
};

size_t peer_set_entry_size(unsigned int family);
bool peer_set_add(struct peer_set *set, const struct ip *ip,
		  unsigned int length);
void peer_set_add_entries(struct peer_set *set, unsigned int family,
			  const void *entries, size_t count);
void peer_set_entry(const struct peer_set *set, unsigned int family,
		    size_t i, struct ip *ip, unsigned int *length);
void peer_set_sort(struct peer_set *set);
void peer_set_free(struct peer_set *set);
size_t peer_set_count(const struct peer_set *set);
bool peer_set_within(const struct peer_set *set, const struct peer_set *other);
bool peer_set_meets(const struct peer_set *set, const struct peer_set *other);
bool peer_set_contains(const struct peer_set *set, const struct ip *ip);

#endif /* POLICY_PEER_SET_H */
