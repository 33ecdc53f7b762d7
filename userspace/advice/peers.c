// SPDX-License-Identifier: GPL-2.0-only
/*
 * Peer sets as they are: peers that are refused often as no members, sets that
 * nothing uses; and the warnings of a configuration.
 */
#include <stdlib.h>

#include "advice/peers.h"
#include "base/join.h"
#include "base/memory.h"
#include "base/moment.h"

/* Refusals that are often. */
#define OFTEN	10U

/* Advice about refused peers, at most: a flood may have any number of them. */
#define REFUSED_MAX	10U

static uint64_t live_rows(const struct view *view)
{
	uint64_t rows = 0;
	size_t i;

	for (i = 0; i < view->table.count; i++)
		if (view_row_permits(view, i))
			rows |= 1ULL << i;
	return rows;
}

/* The rows that some sets narrow or widen. */
static uint64_t rows_of_sets(const struct view *view, uint32_t sets)
{
	uint64_t rows = 0;
	unsigned int i;

	for (i = 0; i < SETS_MAX; i++)
		if (sets & (1U << i))
			rows |= rows_of_set(&view->table, i);
	return rows;
}

/* --- refused peers */

/* How often a row refused a peer, of itself. */
static uint64_t refusals(const struct advice_facts *facts, size_t row,
			 const struct seen_prefix *peer)
{
	const struct view *view = &facts->report->view;
	const struct learned_row *found =
		learned_find(facts->learned, &view->policy,
			     &view->table.row[row]);
	const struct aggregate *seen;
	size_t i;

	if (!found)
		return 0;
	seen = &found->refused[ip_family(&peer->ip)];
	for (i = 0; i < seen->count; i++)
		if (seen->prefixes[i].length == peer->length &&
		    ip_equal(&seen->prefixes[i].ip, &peer->ip))
			return seen->prefixes[i].count;
	return 0;
}

static void tell_refused(struct advice_list *list,
			 const struct advice_facts *facts, uint64_t rows,
			 uint32_t sets, const struct seen_prefix *peer,
			 uint64_t count)
{
	const struct view *view = &facts->report->view;
	struct advice *advice = advice_add(list, ADVICE_REFUSED);
	char *names = policy_set_names(&view->policy, sets, " or ");
	char *ids = rows_ids(&view->table, rows, ", "), *opened;
	char text[INET6_ADDRSTRLEN];

	ip_format(&peer->ip, text);
	advice->rows = rows;
	advice->subject = xformat("peers %s", names);
	advice->named = true;
	advice->evidence = xformat("%s was refused %ju times, and would pass %s as a member",
				   text, (uintmax_t)count, ids);
	advice->lasting = xformat("if it belongs there, add %s to peers %s",
				  text, names);
	free(ids);
	ids = rows_ids(&view->table,
		       rows_of_sets(view, sets) & live_rows(view), ", ");
	opened = xformat("nothing; a member may use %s", ids);
	advice->breaks = opened;
	free(ids);
	free(names);
}

/* Rows of one kind of peers are told together, with the first of them. */
static void look_at_peer(struct advice_list *list,
			 const struct advice_facts *facts, size_t row,
			 const struct seen_prefix *peer)
{
	const struct view *view = &facts->report->view;
	uint32_t bound = policy_bound(&view->policy);
	uint32_t sets = view->table.row[row].peer_sets & bound;
	uint64_t rows = 0, count = 0, often;
	size_t i;

	for (i = 0; i < view->table.count; i++) {
		if ((view->table.row[i].peer_sets & bound) != sets)
			continue;
		often = refusals(facts, i, peer);
		if (often && i < row)
			return;
		if (often)
			rows |= 1ULL << i;
		if (often > count)
			count = often;
	}
	if (count >= OFTEN)
		tell_refused(list, facts, rows, sets, peer, count);
}

/**
 * advice_refused - advise about peers that are refused often
 * @list: gets the advice
 * @facts: facts
 */
void advice_refused(struct advice_list *list, const struct advice_facts *facts)
{
	const struct view *view = &facts->report->view;
	uint32_t bound = policy_bound(&view->policy);
	size_t i, k, family;

	for (i = 0; facts->learned && i < view->table.count; i++) {
		const struct row *row = &view->table.row[i];
		const struct learned_row *found =
			learned_find(facts->learned, &view->policy, row);

		if (!found || !(row->peer_sets & bound) ||
		    !view_row_permits(view, i))
			continue;
		for (family = 0; family < FAMILY_COUNT; family++)
			for (k = 0; k < found->refused[family].count; k++) {
				const struct seen_prefix *peer =
					&found->refused[family].prefixes[k];

				if (peer->length == ip_bits(&peer->ip) &&
				    list->count < REFUSED_MAX)
					look_at_peer(list, facts, i, peer);
			}
	}
}

/* --- sets */

/**
 * advice_sets - advise about sets that nothing uses, or that nobody is in
 * @list: gets the advice
 * @facts: facts
 */
void advice_sets(struct advice_list *list, const struct advice_facts *facts)
{
	const struct view *view = &facts->report->view;
	const struct policy *policy = &view->policy;
	uint64_t live = 0;
	unsigned int set;
	size_t i;

	for (i = 0; i < view->table.count; i++)
		if (view->states[i].live)
			live |= 1ULL << i;
	for (set = 0; set < SETS_MAX; set++) {
		const char *name = policy_set_name(policy, set);
		uint64_t rows = rows_of_set(&view->table, set);
		struct advice *advice;

		if (!policy->sets[set].bound ||
		    set == NF_EDGE_PEER_SET_INTERNAL_NETWORKS ||
		    policy->ping_peers & (1U << set) ||
		    (rows & live && view->set_counts[set]))
			continue;
		advice = advice_add(list, ADVICE_SET);
		advice->subject = xformat("peers %s", name);
		advice->named = rows != 0;
		advice->rows = rows;
		if (rows & live) {
			advice->evidence =
				xstrdup("is bound, and nobody is in it: it permits nothing");
			advice->lasting =
				xformat("add its prefixes to peers %s, or switch off the rows",
					name);
		} else {
			advice->evidence = xstrdup("no live row uses it");
			advice->lasting = xformat("take out peers %s { ... }",
						  name);
		}
	}
}

/* --- a configuration */

/**
 * advice_warnings - pass on the warnings of a configuration
 * @list: gets the advice
 * @facts: facts
 */
void advice_warnings(struct advice_list *list,
		     const struct advice_facts *facts)
{
	const struct findings *warnings = facts->warnings;
	size_t i;

	for (i = 0; warnings && i < warnings->count; i++) {
		const struct finding *finding = &warnings->items[i];
		struct advice *advice = advice_add(list, ADVICE_WARNING);

		advice->subject = finding->line ?
				  xformat("%s:%u", finding->file, finding->line) :
				  xstrdup(finding->file);
		advice->evidence = finding->word ?
				   xformat("%s: %s", finding->word,
					   finding->message) :
				   xstrdup(finding->message);
	}
}
