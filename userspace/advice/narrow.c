// SPDX-License-Identifier: GPL-2.0-only
/*
 * Rows that hold for any peer, and the sets that narrow them to the peers that
 * were seen.  A row holds for the members of all its sets that are bound.  So
 * sets that have a row in common are bound together: each peer of a row is in
 * one of the sets then.
 */
#include <stdlib.h>

#include "advice/narrow.h"
#include "base/join.h"
#include "base/memory.h"
#include "base/moment.h"

/**
 * struct narrowing - sets to be bound
 * @facts: facts
 * @view: the policy in force
 * @rows: live rows that hold for any peer, and that sets can narrow
 * @full: sets that may not be bound: a row of theirs had too many peers
 * @unseen: rows of @rows of whose sets no peer was seen
 * @sets: the members to be, by set and family
 */
struct narrowing {
	const struct advice_facts *facts;
	const struct view *view;
	uint64_t rows;
	uint32_t full;
	uint64_t unseen;
	struct aggregate sets[SETS_MAX][FAMILY_COUNT];
};

static const struct learned_row *peers_of(const struct narrowing *n, size_t i)
{
	return learned_find(n->facts->learned, &n->view->policy,
			    &n->view->table.row[i]);
}

static uint32_t sets_of(const struct narrowing *n, size_t i)
{
	return n->rows & (1ULL << i) ? n->view->table.row[i].peer_sets : 0;
}

static unsigned int count_bits(uint64_t bits)
{
	unsigned int count = 0;

	for (; bits; bits &= bits - 1)
		count++;
	return count;
}

/* Of some sets, the one with the fewest rows. */
static unsigned int smallest(const struct narrowing *n, uint32_t sets)
{
	unsigned int set, rows, best = 0, fewest = ROWS_MAX + 1;

	for (set = 0; set < SETS_MAX; set++) {
		rows = count_bits(rows_of_set(&n->view->table, set));
		if (sets & (1U << set) && rows < fewest) {
			fewest = rows;
			best = set;
		}
	}
	return best;
}

static bool is_member(const struct narrowing *n, uint32_t sets,
		      const struct seen_prefix *peer)
{
	unsigned int set;

	for (set = 0; set < SETS_MAX; set++)
		if (sets & (1U << set) &&
		    aggregate_holds(&n->sets[set][ip_family(&peer->ip)],
				    &peer->ip, peer->length))
			return true;
	return false;
}

/* Each peer of a row becomes a member of one of the row's sets. */
static void add_peers(struct narrowing *n, size_t i)
{
	const struct learned_row *row = peers_of(n, i);
	uint32_t sets = sets_of(n, i);
	unsigned int set = smallest(n, sets);
	size_t family, k;

	for (family = 0; row && family < FAMILY_COUNT; family++) {
		const struct aggregate *seen = &row->permitted[family];

		if (seen->others)
			n->full |= sets;
		for (k = 0; k < seen->count; k++) {
			const struct seen_prefix *peer = &seen->prefixes[k];

			if (!is_member(n, sets, peer) &&
			    !aggregate_add(&n->sets[set][family], &peer->ip,
					   peer->length, peer->count))
				n->full |= sets;
		}
	}
}

/* The sets that have a row in common with a set, and with those, and so on. */
static uint32_t sets_together(const struct narrowing *n, unsigned int first)
{
	uint32_t sets = 1U << first, before;
	size_t i;

	do {
		before = sets;
		for (i = 0; i < n->view->table.count; i++)
			if (sets_of(n, i) & sets)
				sets |= sets_of(n, i);
	} while (sets != before);
	return sets;
}

static size_t members(const struct narrowing *n, unsigned int set)
{
	return n->sets[set][IPV4].count + n->sets[set][IPV6].count;
}

/* The section of a set: a new string. */
static char *section(const struct narrowing *n, unsigned int set)
{
	char text[PREFIX_TEXT], *list, *whole;
	struct join join;
	size_t family, i;

	join_begin(&join, ", ");
	for (family = 0; family < FAMILY_COUNT; family++)
		for (i = 0; i < n->sets[set][family].count; i++) {
			const struct seen_prefix *prefix =
				&n->sets[set][family].prefixes[i];

			join_add(&join, "%s", prefix_format(&prefix->ip,
							    prefix->length,
							    text));
		}
	list = join_end(&join);
	whole = xformat("peers %s { prefixes = { %s } }",
			policy_set_name(&n->view->policy, set), list);
	free(list);
	return whole;
}

/* Live rows that other sets narrow already, and that these sets would widen. */
static uint64_t widened(const struct narrowing *n, uint32_t sets)
{
	const struct row *row = n->view->table.row;
	uint64_t rows = 0;
	size_t i;

	for (i = 0; i < n->view->table.count; i++)
		if (row[i].peer_sets & sets && !(n->rows & (1ULL << i)) &&
		    n->view->states[i].live)
			rows |= 1ULL << i;
	return rows;
}

static void add_caution(const struct narrowing *n, struct advice *advice,
			uint32_t bound)
{
	const struct learned *learned = n->facts->learned;
	uint64_t wider = widened(n, bound), lost = learned_lost(learned);
	char *span = moment_span(learned->ended > learned->began ?
				 learned->ended - learned->began : 0);
	struct join join;
	char *ids;

	join_begin(&join, "; ");
	join_add(&join, "peers that were not seen in %s", span);
	if (lost)
		join_add(&join, "%ju events were lost, so that peers may be missing",
			 (uintmax_t)lost);
	if (wider) {
		ids = rows_ids(&n->view->table, wider, ", ");
		join_add(&join, "opens %s to them too, which other sets narrow now",
			 ids);
		free(ids);
	}
	advice->breaks = join_end(&join);
	free(span);
}

/* Peers and prefixes that were seen: a new string. */
static char *evidence(const struct narrowing *n, uint32_t bound)
{
	uint64_t connections = 0;
	size_t prefixes = 0, family, i;
	unsigned int set;

	for (set = 0; set < SETS_MAX; set++) {
		if (!(bound & (1U << set)))
			continue;
		prefixes += members(n, set);
		for (family = 0; family < FAMILY_COUNT; family++)
			for (i = 0; i < n->sets[set][family].count; i++)
				connections +=
					n->sets[set][family].prefixes[i].count;
	}
	return xformat("holds for any peer; %ju connections were seen, with peers in %zu prefix%s",
		       (uintmax_t)connections, prefixes,
		       prefixes == 1 ? "" : "es");
}

static void tell(struct narrowing *n, struct advice_list *list, uint32_t sets)
{
	uint64_t rows = 0;
	uint32_t bound = 0;
	struct advice *advice;
	struct join sections;
	unsigned int set;
	size_t i;

	for (set = 0; set < SETS_MAX; set++)
		if (sets & (1U << set) && members(n, set))
			bound |= 1U << set;
	for (i = 0; i < n->view->table.count; i++)
		if (sets_of(n, i) & sets)
			rows |= 1ULL << i;
	if (!bound) {
		n->unseen |= rows;
		return;
	}
	advice = advice_add(list, ADVICE_ANY);
	advice->rows = rows;
	advice->named = true;
	if (sets & n->full) {
		advice->subject = policy_set_names(&n->view->policy, sets, ", ");
		advice->evidence =
			xformat("holds for any peer; seen in more than %zu prefixes of /%u or /%u",
				AGGREGATE_MAX, AGGREGATE_IPV4, AGGREGATE_IPV6);
		return;
	}
	join_begin(&sections, "\n");
	for (set = 0; set < SETS_MAX; set++)
		if (bound & (1U << set)) {
			char *one = section(n, set);

			join_add(&sections, "%s", one);
			free(one);
		}
	advice->lasting = join_end(&sections);
	advice->subject = policy_set_names(&n->view->policy, bound, ", ");
	advice->evidence = evidence(n, bound);
	add_caution(n, advice, bound);
}

/* Rows with one set come first: others may find their peers in it. */
static void narrow(struct narrowing *n, struct advice_list *list)
{
	uint32_t told = 0, sets;
	unsigned int set;
	size_t i;

	for (i = 0; i < n->view->table.count; i++)
		if (count_bits(sets_of(n, i)) == 1)
			add_peers(n, i);
	for (i = 0; i < n->view->table.count; i++)
		if (count_bits(sets_of(n, i)) > 1)
			add_peers(n, i);
	for (set = 0; set < SETS_MAX; set++) {
		sets = sets_together(n, set);
		if (told & sets)
			continue;
		told |= sets;
		tell(n, list, sets);
	}
}

/* Rows whose peers nobody knows yet. */
static void tell_unseen(const struct narrowing *n, struct advice_list *list)
{
	struct advice *advice = advice_add(list, ADVICE_ANY);

	advice->subject = xstrdup("rows that hold for any peer");
	advice->named = true;
	advice->rows = n->unseen;
	advice->evidence = xstrdup(n->facts->learned ?
		"sets can narrow them; no peer of theirs was seen" :
		"sets can narrow them; nobody has looked who uses them");
	advice->now = xstrdup(n->facts->learned ?
		"edgectl learn, for a longer time" :
		"edgectl learn --for 1d --file peers.json");
}

/**
 * advice_narrow - advise about rows that hold for any peer
 * @list: gets the advice
 * @facts: facts
 */
void advice_narrow(struct advice_list *list, const struct advice_facts *facts)
{
	const struct view *view = &facts->report->view;
	uint32_t bound = policy_bound(&view->policy);
	struct narrowing *n = xalloc(sizeof(*n));
	size_t i;

	n->facts = facts;
	n->view = view;
	for (i = 0; i < view->table.count; i++)
		if (view_row_permits(view, i) && view->table.row[i].peer_sets &&
		    row_at_any(&view->table.row[i], bound))
			n->rows |= 1ULL << i;
	if (facts->learned)
		narrow(n, list);
	else
		n->unseen = n->rows;
	if (n->unseen)
		tell_unseen(n, list);
	free(n);
}
