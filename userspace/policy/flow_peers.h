/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Peers of rows as ranges, each union made once.
 */
#ifndef POLICY_FLOW_PEERS_H
#define POLICY_FLOW_PEERS_H

#include <stdint.h>

#include "policy/policy.h"
#include "policy/rows.h"
#include "policy/spans.h"

/* The policies of a comparison. */
enum { BEFORE, AFTER, POLICY_COUNT };

/**
 * struct peer_key - peers of some rows
 * @sets: bound sets, a bit a number of a set
 * @any: Any, a bit an enum nf_edge_side; ANY_ADDRESS for everybody
 */
struct peer_key {
	uint32_t sets;
	uint32_t any;
};

#define ANY_ADDRESS	0x80000000U

struct peer_cache;

struct peer_cache *peers_new(const struct policy *before,
			     const struct policy *after);
struct peer_key peers_key(const struct policy *policy,
			  const struct row_table *table, uint64_t rows);
const struct spans *peers_of(struct peer_cache *cache, unsigned int which,
			     unsigned int family, struct peer_key key);
const struct spans *peers_beyond(struct peer_cache *cache, unsigned int family,
				 unsigned int which, struct peer_key key,
				 struct peer_key other);
const struct spans *peers_inside(const struct peer_cache *cache,
				 unsigned int which, unsigned int family);
void peers_free(struct peer_cache *cache);

#endif /* POLICY_FLOW_PEERS_H */
