/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The compiled-in tables.
 */
#ifndef POLICY_PROFILES_H
#define POLICY_PROFILES_H

#include <stddef.h>
#include <stdint.h>

#include "policy/names.h"
#include "policy/rows.h"

/* By enum nf_edge_profile. */
extern const struct row_table profiles[PROFILE_COUNT];

int profile_find(const char *word);
char *profile_advice(const char *word);
uint32_t profile_zones(uint32_t profile);
uint32_t profile_features(uint32_t profile);
uint32_t profile_sets(uint32_t profile);

#endif /* POLICY_PROFILES_H */
