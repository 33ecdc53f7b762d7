/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Differences of two policies, for messages of a load.
 */
#ifndef POLICY_CHANGES_H
#define POLICY_CHANGES_H

#include <stddef.h>

#include "policy/policy.h"

struct changes {
	char **lines;
	size_t count;
	size_t capacity;
};

void diff_policies(struct changes *changes, const struct policy *before,
		   const struct policy *after);
void diff_free(struct changes *changes);

#endif /* POLICY_CHANGES_H */
