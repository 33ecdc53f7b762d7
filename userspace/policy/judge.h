/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Judge of a policy that need not be in force.
 */
#ifndef POLICY_JUDGE_H
#define POLICY_JUDGE_H

#include "policy/policy.h"
#include "policy/query.h"

/**
 * struct judge - a policy, laid out for questions
 * @policy: the policy, with sorted peer sets
 * @table: the rows
 * @live: the live rows, a bit a row
 * @guarded: rows that permit nothing on the guarded ports
 * @nodes: by row, the nodes that have the row, a bit a node
 * @bound: the bound sets, a bit a number of a set
 * @unbound_sides: sides of an interface that is bound to none
 * @holders: the Edge addresses, ascending
 * @holder_count: number of Edge addresses
 */
struct judge {
	const struct policy *policy;
	struct row_table table;
	uint64_t live;
	uint64_t guarded;
	uint64_t nodes[ROWS_MAX];
	uint32_t bound;
	uint32_t unbound_sides;
	struct holder *holders;
	size_t holder_count;
};

void judge_begin(struct judge *judge, const struct policy *policy);
void judge_ask(const struct judge *judge, const struct query *query,
	       struct verdict *verdict);
void judge_end(struct judge *judge);

#endif /* POLICY_JUDGE_H */
