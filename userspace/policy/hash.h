/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Hashes of a policy, whole and by part.
 */
#ifndef POLICY_HASH_H
#define POLICY_HASH_H

#include <stddef.h>

#include "base/sha256.h"
#include "policy/policy.h"

/**
 * struct part_hash - the hash of one part of a policy
 * @name: table, settings, interfaces, nodes, or peers/ and the name of a set
 * @hex: its SHA-256 in hexadecimal
 */
struct part_hash {
	char *name;
	char hex[SHA256_DIGITS + 1];
};

/**
 * struct policy_hashes - the hashes of a policy
 * @parts: the parts, each bound set the last ones, by name
 * @count: number of parts
 * @capacity: number of parts that there is room for
 * @all: the hash of all parts
 */
struct policy_hashes {
	struct part_hash *parts;
	size_t count;
	size_t capacity;
	char all[SHA256_DIGITS + 1];
};

void policy_hashes(struct policy_hashes *hashes, const struct policy *policy);
void policy_hashes_free(struct policy_hashes *hashes);
char *policy_hash(const struct policy *policy);

#endif /* POLICY_HASH_H */
