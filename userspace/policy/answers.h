/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Answers to a question about all addresses of a peer set.
 */
#ifndef POLICY_ANSWERS_H
#define POLICY_ANSWERS_H

#include "policy/policy.h"
#include "policy/query.h"
#include "policy/spans.h"

/**
 * struct told - an answer
 * @verdict: the answer
 * @query: the question, about the first of the addresses
 * @addresses: the addresses of the set that have this answer, in order; none of
 *	a question about one address
 */
struct told {
	struct verdict verdict;
	struct query query;
	struct spans addresses;
};

/**
 * struct answers - different answers to one question
 * @items: the answers, in the order of their first addresses
 * @count: number of answers
 * @capacity: number of answers that there is room for
 */
struct answers {
	struct told *items;
	size_t count;
	size_t capacity;
};

/* Answer a question about one address. Return 0 or a negative errno. */
typedef int (*answer_fn)(const struct query *query, struct verdict *verdict,
			 void *arg);

int answers_ask(struct answers *answers, const struct policy *policy,
		const struct query *query, answer_fn ask, void *arg);
const struct told *answers_worst(const struct answers *answers);
void answers_free(struct answers *answers);

#endif /* POLICY_ANSWERS_H */
