// SPDX-License-Identifier: GPL-2.0-only
/*
 * Answers to a question about all addresses of a peer set. A policy can tell
 * two addresses apart only where a prefix of a set, an Edge address or a special
 * range begins or ends: one address of each part between is asked about.
 */
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "policy/answers.h"
#include "policy/special_ranges.h"

/* Add the first address of a prefix and the first one behind it. */
static void add_edges(struct spans *edges, unsigned int family,
		      const struct ip *ip, unsigned int length)
{
	__uint128_t rest = span_last(family), low;

	rest = length < ip_bits(ip) ? rest >> length : 0;
	low = span_number(ip) & ~rest;
	spans_add(edges, low, low);
	if ((low | rest) != span_last(family))
		spans_add(edges, (low | rest) + 1, (low | rest) + 1);
}

static int compare(const void *a, const void *b)
{
	const struct span *first = a, *second = b;

	return first->low < second->low ? -1 : first->low > second->low;
}

/* Addresses at which the answer may change, ascending, some of them twice. */
static struct spans find_edges(const struct policy *policy, unsigned int family)
{
	const struct binding *binding;
	const struct node *node;
	struct spans edges = { 0 };
	unsigned int set, length;
	struct ip ip;
	size_t i;

	for (set = 0; set < SETS_MAX; set++)
		for (i = 0; i < policy->sets[set].prefixes[family].count; i++) {
			peer_set_entry(&policy->sets[set], family, i, &ip,
				       &length);
			add_edges(&edges, family, &ip, length);
		}
	policy_for_each_binding(policy, node, binding)
		if (ip_family(&binding->ip) == family)
			add_edges(&edges, family, &binding->ip,
				  ip_bits(&binding->ip));
	for (i = 0; i < special_range_count; i++) {
		ip.family = (uint8_t)special_ranges[i].family;
		memcpy(ip.bytes, special_ranges[i].bytes, sizeof(ip.bytes));
		if (ip_family(&ip) == family)
			add_edges(&edges, family, &ip,
				  special_ranges[i].length);
	}
	qsort(edges.items, edges.count, sizeof(*edges.items), compare);
	return edges;
}

static bool same(const struct verdict *a, const struct verdict *b)
{
	return a->verdict == b->verdict && a->reason == b->reason &&
	       rows_same(&a->rows, &b->rows) && rows_same(&a->near, &b->near) &&
	       !strcmp(a->source_node, b->source_node) &&
	       !strcmp(a->destination_node, b->destination_node);
}

/* Find an answer, or add it. */
static struct told *find(struct answers *answers, const struct query *query,
			 const struct verdict *verdict)
{
	struct told *told;
	size_t i;

	for (i = 0; i < answers->count; i++)
		if (same(&answers->items[i].verdict, verdict))
			return &answers->items[i];
	answers->items = xgrow(answers->items, &answers->capacity,
			       answers->count, sizeof(*told));
	told = &answers->items[answers->count++];
	*told = (struct told){ .verdict = *verdict, .query = *query };
	return told;
}

/* Ask about a part of a set, and join it to the part before. */
static int ask_part(struct answers *answers, unsigned int family,
		    const struct span *part, struct query *query,
		    answer_fn ask, void *arg)
{
	struct ip *peer = query->set_is_source ? &query->source :
						 &query->destination;
	struct verdict verdict;
	struct spans *known;
	int error;

	*peer = span_ip(family, part->low);
	error = ask(query, &verdict, arg);
	if (error)
		return error;
	known = &find(answers, query, &verdict)->addresses;
	if (known->count && part->low &&
	    known->items[known->count - 1].high == part->low - 1)
		known->items[known->count - 1].high = part->high;
	else
		spans_add(known, part->low, part->high);
	return 0;
}

static int ask_parts(struct answers *answers, const struct spans *set,
		     const struct spans *edges, unsigned int family,
		     struct query *query, answer_fn ask, void *arg)
{
	size_t i, edge = 0;
	int error = 0;

	for (i = 0; i < set->count; i++) {
		__uint128_t high = set->items[i].high;
		struct span part = { set->items[i].low, 0 };

		do {
			while (edge < edges->count &&
			       edges->items[edge].low <= part.low)
				edge++;
			part.high = high;
			if (edge < edges->count &&
			    edges->items[edge].low <= high)
				part.high = edges->items[edge].low - 1;
			error = ask_part(answers, family, &part, query, ask,
					 arg);
			if (error)
				return error;
			part.low = part.high + 1;
		} while (part.high < high);
	}
	return 0;
}

/**
 * answers_ask - ask a question, of a peer set about each part of it
 * @answers: gets the answers; answers_free() it, also after a failure
 * @policy: the policy that is asked, with the prefixes of its sets
 * @query: the question
 * @ask: answers a question about one address
 * @arg: handed to @ask
 *
 * Return: 0, or what @ask returned.
 */
int answers_ask(struct answers *answers, const struct policy *policy,
		const struct query *query, answer_fn ask, void *arg)
{
	unsigned int family = ip_family(&query->source);
	struct spans set = { 0 }, edges;
	struct verdict verdict;
	struct query one = *query;
	int error;

	if (!query->set) {
		error = ask(query, &verdict, arg);
		if (!error)
			find(answers, query, &verdict);
		return error;
	}
	spans_add_prefixes(&set, query->set, family);
	spans_sort(&set);
	edges = find_edges(policy, family);
	error = ask_parts(answers, &set, &edges, family, &one, ask, arg);
	spans_free(&edges);
	spans_free(&set);
	return error;
}

/**
 * answers_worst - the first answer that drops, else the first one
 * @answers: one answer or more
 *
 * Return: the answer.
 */
const struct told *answers_worst(const struct answers *answers)
{
	size_t i;

	for (i = 0; i < answers->count; i++)
		if (answers->items[i].verdict.verdict == NF_EDGE_VERDICT_DROP)
			return &answers->items[i];
	return answers->items;
}

/**
 * answers_free - forget answers
 * @answers: the answers, none afterwards
 */
void answers_free(struct answers *answers)
{
	size_t i;

	for (i = 0; i < answers->count; i++)
		spans_free(&answers->items[i].addresses);
	free(answers->items);
	*answers = (struct answers){ 0 };
}
