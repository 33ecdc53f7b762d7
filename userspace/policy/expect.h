/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Expectations: questions, with the answers that a site wants.
 */
#ifndef POLICY_EXPECT_H
#define POLICY_EXPECT_H

#include <stdbool.h>

#include "policy/answers.h"

/**
 * struct answer - the answer of a classifier, in few octets
 * @verdict: enum nf_edge_verdict
 * @reason: enum nf_edge_reason, or -1
 * @rows: the rows that permit the packet, a bit a place in the table
 * @near: the near rows
 * @source_node: node of the source, or empty
 * @destination_node: node of the destination, or empty
 */
struct answer {
	uint32_t verdict;
	int reason;
	uint64_t rows;
	uint64_t near;
	char source_node[NF_EDGE_NODE_NAME_MAX + 1];
	char destination_node[NF_EDGE_NODE_NAME_MAX + 1];
};

/**
 * struct expectation - a line of a file of expectations
 * @line: number of the line
 * @question: the words of the question
 * @query: the question
 * @verdict: the wanted enum nf_edge_verdict
 * @reason: the wanted enum nf_edge_reason, or -1 for any
 * @names_rows: the line names rows
 * @others: there may be other rows beside them
 * @rows: the rows that must carry the packet, or the near rows of a drop, a bit
 *	a place in the table
 * @found: the answer
 */
struct expectation {
	unsigned int line;
	char *question;
	struct query query;
	uint32_t verdict;
	int reason;
	bool names_rows;
	bool others;
	uint64_t rows;
	struct answer found;
};

void answer_pack(struct answer *answer, const struct row_table *table,
		 const struct verdict *verdict);
void answer_unpack(const struct answer *answer, const struct row_table *table,
		   struct verdict *verdict);
void expect_take(struct expectation *expectation,
		 const struct answers *answers, const struct row_table *table);
bool expect_met(const struct expectation *expectation);

#endif /* POLICY_EXPECT_H */
