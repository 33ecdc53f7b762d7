/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Names of peer sets in place of addresses: peers SET.
 */
#ifndef POLICY_SET_NAME_H
#define POLICY_SET_NAME_H

#include "policy/policy.h"

char *set_name_find(const struct peer_set **set, const struct policy *policy,
		    const char *name);
uint8_t set_name_only_family(const struct peer_set *set);
char *set_name_address(const struct peer_set *set, uint8_t family,
		       struct ip *ip);

#endif /* POLICY_SET_NAME_H */
