/* SPDX-License-Identifier: GPL-2.0-only */
/* Questions of explain, as tests ask and expect them. */
#ifndef QUESTION_H
#define QUESTION_H

#include <stdlib.h>
#include <string.h>

#include "cmd/query.h"

#define WORDS_MAX	8

/* The policy of the test. */
static struct policy pool;

static inline void give(struct node *node, uint8_t service, const char *text)
{
	struct ip ip;

	assert_true(ip_parse(text, &ip));
	node_bind(node, service, &ip, 0);
}

static inline int forget_pool(void **state)
{
	(void)state;
	policy_free(&pool);
	return 0;
}

static inline bool parse(const char *text, const struct policy *policy,
			 struct query *query, char **why)
{
	struct query_fault fault;
	char *copy = strdup(text), *rest = copy, *word, *words[WORDS_MAX];
	size_t count = 0;
	bool good;

	*why = NULL;
	while ((word = strsep(&rest, " ")))
		words[count++] = word;
	good = query_parse(query, words, count, policy, &fault);
	if (!good)
		*why = query_fault_text(&fault);
	query_fault_free(&fault);
	free(copy);
	return good;
}

static inline void good(const char *text, struct query *query)
{
	char *why;

	if (!parse(text, NULL, query, &why))
		fail_msg("%s: %s", text, why);
}

static inline void bad(const char *text, const char *sentence)
{
	struct query query;
	char *why;

	assert_false(parse(text, NULL, &query, &why));
	if (!strstr(why, sentence))
		fail_msg("%s: %s", text, why);
	free(why);
}

#endif
