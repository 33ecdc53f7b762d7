/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Hashes of a policy.
 */
#ifndef PRINT_HASH_H
#define PRINT_HASH_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "policy/hash.h"

/**
 * struct hash_report - hashes to print
 * @hashes: hashes of a configuration, or of the policy as it was loaded
 * @running: whether the policy is in force; the rest is null without
 * @generation: generation of the policy in force
 * @in_force: hash of the policy in force with its switches
 * @switches: the switches that were thrown since the load, as people read them
 * @switched: the same as a JSON array
 */
struct hash_report {
	struct policy_hashes hashes;
	bool running;
	uint32_t generation;
	char *in_force;
	char *switches;
	json_t *switched;
};

void hash_print(const struct hash_report *report);
void hash_json(const struct hash_report *report);

#endif /* PRINT_HASH_H */
