/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A question to the classifier, in the words of a command line.
 */
#ifndef CMD_QUERY_H
#define CMD_QUERY_H

#include <stdbool.h>
#include <stddef.h>

#include "policy/policy.h"
#include "policy/query.h"

/**
 * struct query_fault - a mistake in a question
 * @word: the word at fault, one of the question, or NULL for none of them
 * @why: a sentence, which begins behind the word
 */
struct query_fault {
	const char *word;
	char *why;
};

bool query_parse(struct query *query, char **words, size_t count,
		 const struct policy *policy, struct query_fault *fault);
bool query_is_named(const struct query *query);
char *query_fault_text(const struct query_fault *fault);
void query_fault_free(struct query_fault *fault);

#endif /* CMD_QUERY_H */
