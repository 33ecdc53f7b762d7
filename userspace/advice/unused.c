// SPDX-License-Identifier: GPL-2.0-only
/*
 * Rows that were not hit: a zone where all its rows were not, else a feature,
 * else rows, those of one flow together.
 */
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "advice/rare.h"
#include "advice/unused.h"
#include "base/join.h"
#include "base/memory.h"
#include "base/moment.h"
#include "base/words.h"

/**
 * struct search - the rows, as they are found
 * @list: the list of advice
 * @facts: facts
 * @view: the policy in force
 * @live: rows that can permit something, a bit a place
 * @unused: of these, rows that were not hit
 * @told: of these, rows that an advice is about
 */
struct search {
	struct advice_list *list;
	const struct advice_facts *facts;
	const struct view *view;
	uint64_t live;
	uint64_t unused;
	uint64_t told;
};

/* Time of the last hit of a row: counters may be newer than the last fold. */
static uint64_t last_hit(const struct advice_facts *facts,
			 const struct usage_row *row, size_t i)
{
	uint64_t last = row ? row->last_hit : 0;
	size_t n;

	for (n = 0; n < facts->report->node_count; n++) {
		uint64_t hit = facts->report->nodes[n].rows[i].last_hit;

		if (hit > last)
			last = hit;
	}
	return last;
}

static const struct usage_row *usage_of(const struct search *search, size_t i)
{
	return usage_find(search->facts->usage, &search->view->policy,
			  &search->view->table.row[i]);
}

static void sort_row(struct search *search, size_t i)
{
	const struct advice_facts *facts = search->facts;
	const struct usage_row *row = usage_of(search, i);
	uint64_t days = (uint64_t)facts->days * USAGE_DAY;

	search->live |= 1ULL << i;
	if (last_hit(facts, row, i) + days > facts->time)
		return;
	if (row && row->quiet >= days)
		search->unused |= 1ULL << i;
	else
		search->list->young |= 1ULL << i;
}

/* Live rows beside some rows that permit a flow of theirs. */
static uint64_t rows_beside(const struct search *search, uint64_t rows)
{
	const struct row *row = search->view->table.row;
	uint64_t beside = 0;
	size_t i, j;

	for (i = 0; i < search->view->table.count; i++)
		for (j = 0; j < search->view->table.count; j++)
			if (rows & (1ULL << i) && search->live & (1ULL << j) &&
			    !(rows & (1ULL << j)) &&
			    row_same_flow(&row[i], &row[j]))
				beside |= 1ULL << j;
	return beside;
}

/* --- the words of an advice */

static char *evidence(const struct search *search, const struct advice *advice)
{
	uint64_t days = advice->quiet / USAGE_DAY;
	const char *word = words_plural(days, "day", "days");
	char *when, *text;

	if (!advice->last_hit)
		return xformat("never hit in %ju %s that were watched",
			       (uintmax_t)days, word);
	when = moment_text(advice->last_hit, search->facts->time, MOMENT_LOCAL);
	text = xformat("last hit %s, %ju %s watched since", when,
		       (uintmax_t)days, word);
	free(when);
	return text;
}

static void add_once(struct join *join, char **said, const char *text)
{
	char *more;

	if (strstr(*said, text))
		return;
	join_add(join, "%s", text);
	more = xformat("%s\n%s", *said, text);
	free(*said);
	*said = more;
}

/* The purposes of rows, or why they are rare: a new string, or NULL. */
static char *reasons(const struct search *search, uint64_t rows, bool rare)
{
	const struct row_table *table = &search->view->table;
	char *said = xstrdup(""), *text;
	struct join join;
	size_t i;

	join_begin(&join, "; ");
	for (i = 0; i < table->count; i++) {
		const char *reason = rare ? rare_reason(&table->row[i]) :
				     table->row[i].note;

		if (rows & (1ULL << i) && reason && *reason)
			add_once(&join, &said, reason);
	}
	free(said);
	text = join_end(&join);
	if (*text)
		return text;
	free(text);
	return NULL;
}

/* The rows that are off for good: a new string.  A row of the site's own goes. */
static char *lasting_rows(const struct search *search, uint64_t rows)
{
	const struct view *view = search->view;
	struct join off, lines;
	bool any = false;
	char *ids;
	size_t i;

	join_begin(&off, ", ");
	join_begin(&lines, "; ");
	for (i = 0; i < view->loaded_off_count; i++)
		join_add(&off, "%s", view->loaded_off[i].id);
	for (i = 0; i < view->table.count; i++) {
		const struct row *row = &view->table.row[i];

		if (!(rows & (1ULL << i)))
			continue;
		if (row->zone == NF_EDGE_ZONE_SITE) {
			join_add(&lines, "take out row %s { ... }",
				 row->id + strlen(SITE_PREFIX));
			continue;
		}
		join_add(&off, "%s", row->id);
		any = true;
	}
	ids = join_end(&off);
	if (any)
		join_add(&lines, "rows-off = { %s }", ids);
	free(ids);
	return join_end(&lines);
}

static struct advice *tell(struct search *search, uint64_t rows)
{
	struct advice *advice = advice_add(search->list, ADVICE_UNUSED);
	size_t i;

	advice->rows = rows;
	advice->still = rows_beside(search, rows);
	advice->quiet = UINT64_MAX;
	for (i = 0; i < search->view->table.count; i++) {
		const struct usage_row *row;
		uint64_t hit;

		if (!(rows & (1ULL << i)))
			continue;
		row = usage_of(search, i);
		hit = last_hit(search->facts, row, i);
		if (hit > advice->last_hit)
			advice->last_hit = hit;
		if (row->quiet < advice->quiet)
			advice->quiet = row->quiet;
	}
	advice->evidence = evidence(search, advice);
	advice->breaks = reasons(search, rows, false);
	advice->rare = reasons(search, rows, true);
	search->told |= rows;
	return advice;
}

/* --- zones, features and rows */

static uint64_t rows_of_zone(const struct search *search, uint32_t zone)
{
	uint64_t rows = 0;
	size_t i;

	for (i = 0; i < search->view->table.count; i++)
		if (search->view->table.row[i].zone == zone)
			rows |= search->live & (1ULL << i);
	return rows;
}

static uint64_t rows_of_feature(const struct search *search, uint32_t feature)
{
	uint64_t rows = 0;
	size_t i;

	for (i = 0; i < search->view->table.count; i++)
		if (search->view->table.row[i].feature == (int)feature)
			rows |= search->live & (1ULL << i);
	return rows;
}

/* Zones or features whose live rows were all not hit. */
static void tell_words(struct search *search,
		       const struct vocabulary *vocabulary, uint32_t loaded,
		       uint64_t (*rows_of)(const struct search *search,
					   uint32_t word))
{
	unsigned int i;

	for (i = 0; i < vocabulary->count; i++) {
		uint64_t rows = rows_of(search, i);
		struct advice *advice;
		char *words;

		if (!rows || rows & ~search->unused || !(rows & ~search->told))
			continue;
		advice = tell(search, rows);
		words = names_list(vocabulary, loaded & ~(1U << i), ", ");
		advice->subject = xformat("%s %s", vocabulary->kind,
					  names_word(vocabulary, i));
		advice->named = true;
		advice->now = xformat("edgectl %s off %s", vocabulary->kind,
				      names_word(vocabulary, i));
		advice->lasting = xformat("%ss = {%s%s }", vocabulary->kind,
					  *words ? " " : "", words);
		free(words);
	}
}

/* The rows with a flow of a row, and those with a flow of these, and so on. */
static uint64_t rows_together(const struct search *search, size_t first,
			      uint64_t among)
{
	const struct row *row = search->view->table.row;
	uint64_t rows = 1ULL << first, before;
	size_t i, j;

	do {
		before = rows;
		for (i = 0; i < search->view->table.count; i++)
			for (j = 0; j < search->view->table.count; j++)
				if (rows & (1ULL << i) && among & (1ULL << j) &&
				    row_same_flow(&row[i], &row[j]))
					rows |= 1ULL << j;
	} while (rows != before);
	return rows;
}

static void tell_rows(struct search *search)
{
	const struct row_table *table = &search->view->table;
	size_t i;

	for (i = 0; i < table->count; i++) {
		uint64_t left = search->unused & ~search->told, rows;
		struct advice *advice;
		char *ids;

		if (!(left & (1ULL << i)))
			continue;
		rows = rows_together(search, i, left);
		advice = tell(search, rows);
		ids = rows_ids(table, rows, ", ");
		advice->subject = xformat("%s %s", rows & (rows - 1) ? "rows" :
					  "row", ids);
		free(ids);
		ids = rows_ids(table, rows, " ");
		advice->now = xformat("edgectl row off %s", ids);
		free(ids);
		advice->lasting = lasting_rows(search, rows);
	}
}

/**
 * advice_unused - advise about rows that were not hit
 * @list: gets the advice, and the rows that are too young
 * @facts: facts
 */
void advice_unused(struct advice_list *list, const struct advice_facts *facts)
{
	struct search search = {
		.list = list, .facts = facts, .view = &facts->report->view,
	};
	size_t i;

	for (i = 0; i < search.view->table.count; i++)
		if (view_row_permits(search.view, i))
			sort_row(&search, i);
	tell_words(&search, &names_zones, search.view->loaded_zones,
		   rows_of_zone);
	tell_words(&search, &names_features, search.view->loaded_features,
		   rows_of_feature);
	tell_rows(&search);
}
