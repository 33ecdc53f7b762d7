// SPDX-License-Identifier: GPL-2.0-only
/*
 * Usage of rows, as a table and as JSON.
 */
#include <stdlib.h>

#include "advice/rare.h"
#include "base/macros.h"
#include "base/memory.h"
#include "base/moment.h"
#include "output/json.h"
#include "output/paragraph.h"
#include "output/stdout.h"
#include "print/usage.h"

enum {
	USAGE_ROW, USAGE_FIRST, USAGE_LAST_HIT, USAGE_A_DAY, USAGE_DENIED,
	USAGE_WATCHED, USAGE_GAPS, USAGE_QUIET, USAGE_RARE, USAGE_COLUMNS
};

static const struct column usage_columns[USAGE_COLUMNS] = {
	[USAGE_ROW] = { .name = "ROW", .help = "id of the row" },
	[USAGE_FIRST] = {
		.name = "FIRST-SEEN",
		.help = "when the row was first recorded",
		.hidden = true,
	},
	[USAGE_LAST_HIT] = {
		.name = "LAST-HIT",
		.help = "when it last permitted a packet",
		.wraps = true,
	},
	[USAGE_A_DAY] = {
		.name = "CONN/DAY",
		.help = "connections permitted a day, of the last --days",
		.number = true,
	},
	[USAGE_DENIED] = {
		.name = "DENIED",
		.help = "packets nearly permitted in the last --days",
		.number = true,
	},
	[USAGE_WATCHED] = {
		.name = "WATCHED",
		.help = "how long it was watched",
		.number = true,
	},
	[USAGE_GAPS] = {
		.name = "GAPS",
		.help = "how long it was not, since it was first seen",
		.number = true,
	},
	[USAGE_QUIET] = {
		.name = "QUIET",
		.help = "how long it was watched since its last hit",
		.number = true,
	},
	[USAGE_RARE] = {
		.name = "RARE",
		.help = "why it is hit rarely by nature",
		.hidden = true, .wraps = true,
	},
};

const struct columns columns_of_usage = {
	.items = usage_columns, .count = USAGE_COLUMNS,
};

static const struct usage_row *usage_of(const struct advice_facts *facts,
					size_t i)
{
	const struct view *view = &facts->report->view;

	return usage_find(facts->usage, &view->policy, &view->table.row[i]);
}

/**
 * usage_print_watch - say how long rows were watched
 * @facts: facts
 */
void usage_print_watch(const struct advice_facts *facts)
{
	const struct usage *usage = facts->usage;
	char *first, *watched, *ago, *text;

	if (!usage->first) {
		fputs("The use of rows was never recorded: edgectl advise --record does so,\n"
		      "and the timer nf_edge-usage every hour.\n", out);
		return;
	}
	first = moment_text(usage->first, facts->time, MOMENT_LOCAL);
	watched = moment_span(usage->watched);
	ago = moment_text(usage->last, facts->time, MOMENT_AGE);
	text = xformat("Watched for %s since %s; last recorded %s ago.",
		       watched, first, ago);
	paragraph_print("", text);
	free(text);
	free(ago);
	free(watched);
	free(first);
}

/**
 * usage_print - print the usage of the rows in force
 * @facts: facts
 * @table: of columns_of_usage
 */
void usage_print(const struct advice_facts *facts, struct table *table)
{
	const struct row_table *rows = &facts->report->view.table;
	size_t i;

	for (i = 0; i < rows->count; i++) {
		const struct usage_row *row = usage_of(facts, i);
		const char *rare = rare_reason(&rows->row[i]);
		struct usage_hits sum;

		table_line(table);
		table_put(table, USAGE_ROW, rows->row[i].id);
		table_put(table, USAGE_RARE, rare ? : "-");
		if (!row)
			continue;
		sum = usage_sum(facts->usage, row, facts->days);
		table_take(table, USAGE_FIRST,
			   moment_text(row->first_seen, facts->time,
				       MOMENT_LOCAL));
		table_take(table, USAGE_LAST_HIT,
			   moment_text(row->last_hit, facts->time,
				       MOMENT_LOCAL));
		table_take(table, USAGE_A_DAY,
			   xformat("%.1f", usage_a_day(facts->usage, row,
						       facts->days)));
		table_take(table, USAGE_DENIED,
			   xformat("%ju", (uintmax_t)sum.denied));
		table_take(table, USAGE_WATCHED, moment_span(row->watched));
		table_take(table, USAGE_GAPS, moment_span(usage_gap(row)));
		table_take(table, USAGE_QUIET, moment_span(row->quiet));
	}
	table_print(table);
}

static json_t *time_or_null(uint64_t time)
{
	return time ? json_integer((json_int_t)time) : json_null();
}

static json_t *row_json(const struct advice_facts *facts, size_t i)
{
	const struct row *row = &facts->report->view.table.row[i];
	const struct usage_row none = { .key = NULL };
	const struct usage_row *used = usage_of(facts, i);
	const struct usage_row *shown = used ? : &none;
	const char *rare = rare_reason(row);
	struct usage_hits sum = { 0 };

	if (used)
		sum = usage_sum(facts->usage, used, facts->days);
	return json_pack("{s:s, s:b, s:o, s:o, s:I, s:I, s:I, s:I, s:I, s:I, s:f, s:o}",
			 "row", row->id,
			 "live", view_row_permits(&facts->report->view, i),
			 "first_seen", time_or_null(shown->first_seen),
			 "last_hit", time_or_null(shown->last_hit),
			 "watched_seconds", (json_int_t)shown->watched,
			 "gap_seconds", (json_int_t)usage_gap(shown),
			 "quiet_seconds", (json_int_t)shown->quiet,
			 "connections", (json_int_t)sum.connections,
			 "packets", (json_int_t)sum.packets,
			 "denied", (json_int_t)sum.denied,
			 "connections_a_day",
			 used ? usage_a_day(facts->usage, used, facts->days) : 0.0,
			 "rare", rare ? json_string(rare) : json_null());
}

/**
 * usage_json - make the usage of the rows in force into JSON
 * @facts: facts
 *
 * Return: a new object.
 */
json_t *usage_json(const struct advice_facts *facts)
{
	const struct view *view = &facts->report->view;
	const struct usage *usage = facts->usage;
	json_t *rows = json_array();
	size_t i;

	for (i = 0; i < view->table.count; i++)
		json_array_append_new(rows, row_json(facts, i));
	return json_pack("{s:i, s:s, s:I, s:i, s:o, s:o, s:o, s:I, s:o}",
			 SCHEMA, "profile",
			 names_word(&names_profiles, view->policy.profile),
			 "generation", (json_int_t)view->generation,
			 "days", (int)facts->days,
			 "file", out_json_text(usage->file),
			 "first_fold", time_or_null(usage->first),
			 "last_fold", time_or_null(usage->last),
			 "watched_seconds", (json_int_t)usage->watched,
			 "rows", rows);
}
