/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The nftables ruleset that holds the policy when nf_edge cannot.
 */
#ifndef SYSTEM_STAND_IN_H
#define SYSTEM_STAND_IN_H

#include <stdint.h>

/**
 * enum stand_in_state - what nftables holds in place of nf_edge
 * @STAND_IN_NONE: nothing
 * @STAND_IN_POLICY: the ruleset of the last load
 * @STAND_IN_CLOSED: the closed ruleset, which forwards nothing
 */
enum stand_in_state {
	STAND_IN_NONE,
	STAND_IN_POLICY,
	STAND_IN_CLOSED,
};

/**
 * struct stand_in - what nftables holds in place of nf_edge
 * @state: which ruleset
 * @kept: seconds since 1970 at which the policy was loaded that the kept ruleset
 *	holds, 0 when that is not known
 */
struct stand_in {
	enum stand_in_state state;
	uint64_t kept;
};

void stand_in_read(struct stand_in *stand_in, const char *kept);
const char *stand_in_word(const struct stand_in *stand_in);

#endif /* SYSTEM_STAND_IN_H */
