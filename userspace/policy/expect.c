// SPDX-License-Identifier: GPL-2.0-only
/*
 * Expectations, and the answers that they are compared with.
 */
#include <string.h>

#include "policy/expect.h"

/**
 * answer_pack - keep an answer in few octets
 * @answer: filled in
 * @table: the rows that the answer names
 * @verdict: the answer
 */
void answer_pack(struct answer *answer, const struct row_table *table,
		 const struct verdict *verdict)
{
	*answer = (struct answer){
		.verdict = verdict->verdict, .reason = verdict->reason,
		.rows = rows_mask(table, &verdict->rows),
		.near = rows_mask(table, &verdict->near),
	};
	memcpy(answer->source_node, verdict->source_node,
	       sizeof(answer->source_node));
	memcpy(answer->destination_node, verdict->destination_node,
	       sizeof(answer->destination_node));
}

/**
 * answer_unpack - give an answer its names back
 * @answer: the answer
 * @table: the rows that the answer names
 * @verdict: filled in, but for mode, profile and generation
 */
void answer_unpack(const struct answer *answer, const struct row_table *table,
		   struct verdict *verdict)
{
	*verdict = (struct verdict){
		.verdict = answer->verdict, .reason = answer->reason,
		.mode = -1, .profile = -1,
	};
	rows_name(table, answer->rows, &verdict->rows);
	rows_name(table, answer->near, &verdict->near);
	memcpy(verdict->source_node, answer->source_node,
	       sizeof(verdict->source_node));
	memcpy(verdict->destination_node, answer->destination_node,
	       sizeof(verdict->destination_node));
}

/**
 * expect_take - keep the first answer that is not as expected, else the first
 * @expectation: gets the answer, and the address of the set that it is about
 * @answers: the answers
 * @table: the rows that they name
 */
void expect_take(struct expectation *expectation,
		 const struct answers *answers, const struct row_table *table)
{
	struct expectation other = *expectation;
	size_t i;

	for (i = 0; i < answers->count; i++) {
		other.query = answers->items[i].query;
		answer_pack(&other.found, table, &answers->items[i].verdict);
		if (!i || !expect_met(&other))
			*expectation = other;
		if (!expect_met(&other))
			break;
	}
}

/**
 * expect_met - compare an answer with an expectation
 * @expectation: the expectation, with the answer
 *
 * Return: true when the answer is as expected.
 */
bool expect_met(const struct expectation *expectation)
{
	const struct answer *found = &expectation->found;
	uint64_t rows = found->verdict == NF_EDGE_VERDICT_DROP ?
			found->near : found->rows;

	if (found->verdict != expectation->verdict ||
	    (expectation->reason >= 0 && found->reason != expectation->reason))
		return false;
	if (!expectation->names_rows)
		return true;
	if (expectation->others)
		return !(expectation->rows & ~rows);
	return expectation->rows == rows;
}
