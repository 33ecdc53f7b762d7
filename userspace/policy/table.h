/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The table of a policy: rows of the profile, then rows of the site's own.
 */
#ifndef POLICY_TABLE_H
#define POLICY_TABLE_H

#include "policy/policy.h"
#include "policy/rows.h"

void policy_table(struct row_table *table, const struct policy *policy);
bool policy_row_live(const struct row_table *table, const struct policy *policy,
		     size_t row);
bool policy_row_has_node(const struct policy *policy, const struct row *row);
void policy_take_ports(struct policy *policy, const struct row_table *table);

#endif /* POLICY_TABLE_H */
