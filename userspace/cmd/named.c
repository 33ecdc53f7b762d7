// SPDX-License-Identifier: GPL-2.0-only
/*
 * Names of services, nodes and sets: the policy that has them is the policy that
 * answers.
 */
#include <errno.h>
#include <stdlib.h>

#include "base/fail.h"
#include "base/nearest.h"
#include "cmd/named.h"
#include "netlink/explain.h"

/**
 * named_ask_view - ask the classifier, when the policy of a view answers
 * @query: the question
 * @verdict: filled in
 * @arg: struct asking
 *
 * Return: 0, -EAGAIN when another policy answers, or as client_do().
 */
int named_ask_view(const struct query *query, struct verdict *verdict,
		   void *arg)
{
	struct asking *asking = arg;
	int error = explain_ask(asking->client, query, verdict);

	if (!error && verdict->generation != asking->generation)
		return -EAGAIN;
	return error;
}

/* The parts that a question needs of a policy beside some others. */
static unsigned int needed(const struct query *query, unsigned int parts)
{
	if (query_is_named(query))
		parts |= VIEW_NODES;
	if (query->has_set)
		parts |= VIEW_NODES | VIEW_COUNTS | VIEW_PREFIXES;
	return parts;
}

/**
 * named_ask - ask the classifier, with names of the policy that answers
 * @client: the socket
 * @view: a policy that was read before, which is used while it is in force, or
 *	zero; afterwards the policy that answered
 * @parts: parts of the policy to read beside those of the names, for view_read()
 * @words: the question
 * @count: how many words
 * @query: the question, read without a policy; filled in
 * @answers: gets the answers; answers_free() it, also after a failure
 * @fault: a name that the policy does not have, for query_fault_free(); its
 *	sentence is NULL when there is none
 *
 * Return: 0; -EAGAIN when the policy changes all the time; or as client_do().
 */
int named_ask(struct client *client, struct view *view, unsigned int parts,
	      char **words, size_t count, struct query *query,
	      struct answers *answers, struct query_fault *fault)
{
	struct asking asking = { .client = client };
	bool fresh, named;
	int attempts, error;

	parts = needed(query, parts);
	fresh = !view->loaded || parts & ~view->parts;
	for (attempts = 0; attempts < VIEW_ATTEMPTS; attempts++) {
		if (fresh) {
			view_free(view);
			error = view_read(client, view, parts);
			if (error)
				return error;
		}
		named = query_parse(query, words, count, &view->policy, fault);
		if (!named && fresh)
			return 0;
		if (!named) {
			query_fault_free(fault);
			fresh = true;
			continue;
		}
		asking.generation = view->generation;
		answers_free(answers);
		error = answers_ask(answers, &view->policy, query,
				    named_ask_view, &asking);
		if (error != -EAGAIN)
			return error;
		fresh = true;
	}
	return -EAGAIN;
}

/**
 * named_unknown_node - say on standard error that a policy has no such node
 * @policy: the policy in force
 * @name: name of the node
 *
 * Return: REFUSED.
 */
enum outcome named_unknown_node(const struct policy *policy, const char *name)
{
	const char *names[NF_EDGE_MAX_NODES];
	enum outcome outcome;
	char *advice;
	size_t i;

	if (!policy->node_count)
		return fail_with(REFUSED, "%s: unknown node; no policy is loaded",
				 name);
	for (i = 0; i < policy->node_count && i < NF_EDGE_MAX_NODES; i++)
		names[i] = policy->nodes[i].name;
	advice = nearest_advice("node", names, i, name);
	outcome = fail_with(REFUSED, "%s: unknown node; %s", name, advice);
	free(advice);
	return outcome;
}

/**
 * named_unknown_row - say on standard error that a policy has no such row
 * @table: rows of the policy in force
 * @id: id of the row
 *
 * Return: REFUSED.
 */
enum outcome named_unknown_row(const struct row_table *table, const char *id)
{
	char *advice = rows_advice_in(table, id);
	enum outcome outcome;

	outcome = fail_with(REFUSED, "%s: unknown row; %s", id, advice);
	free(advice);
	return outcome;
}
