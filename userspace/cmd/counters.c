// SPDX-License-Identifier: GPL-2.0-only
/*
 * edgectl counters: hits by row, totals by node and service, drops by
 * reason.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/fail.h"
#include "base/memory.h"
#include "cmd/folding.h"
#include "cmd/module.h"
#include "cmd/named.h"
#include "cmd/options.h"
#include "cmd/verbs.h"
#include "output/file.h"
#include "output/json.h"
#include "output/stdout.h"
#include "print/counters.h"

/**
 * struct counters_words - words of the command line
 * @request: the counters to read
 * @save: file to write, or NULL
 * @since: file that differences begin with, or NULL
 */
struct counters_words {
	struct report_request request;
	const char *save;
	const char *since;
};

static void print_help(void)
{
	fputs("usage: edgectl counters [--node NODE] [--zone ZONE] [--nonzero] [--reset]\n"
	      "                        [--row ROW] [--save FILE] [--since FILE]\n"
	      "                        [--utc | --ages] [--json] [-o COL,...]\n"
	      "\n"
	      "Hits by row, totals by node and service, drops by reason.\n"
	      "\n"
	      "  --node NODE           one node only, and no drops\n"
	      "  --zone ZONE           rows of one zone only, no totals and no drops\n"
	      "  --row ROW             one row only, no totals and no drops\n"
	      "  --save FILE           write all counters to FILE; print them with --since alone\n"
	      "  --since FILE          print what was counted since FILE was written\n"
	      "  --nonzero             leave out what counted nothing\n"
	      "  --reset               count on from zero in what is printed\n"
	      "  --utc                 times in UTC, not in local time\n"
	      "  --ages                how long ago, not when\n"
	      "  --json                print one JSON object\n"
	      "  -o, --output COL,...  print the rows only, with these columns;\n"
	      "                        +COL,... adds to the usual ones\n"
	      "  -h, --help            print this\n"
	      "\n"
	      "Columns of rows:\n", out);
	table_help(&columns_of_counters);
}

static enum outcome read_report(struct client *client,
				const struct report_request *request,
				struct report *report)
{
	int error;

	if (request->reset)
		folding_keep();
	error = report_read(client, request, report);
	if (request->reset)
		folding_keep();
	if (error == -ESRCH)
		return named_unknown_node(&report->view.policy, request->node);
	if (error)
		return module_fail(client, error, report->nodes ?
				   "cannot read the counters" :
				   "cannot read the policy");
	return DONE;
}

static enum outcome check_row(const struct report *report, const char *row)
{
	const struct row_table *table = &report->view.table;

	return row && rows_find(table, row) < 0 ?
	       named_unknown_row(table, row) : DONE;
}

/* Write the whole reading, before it becomes differences. */
static enum outcome save(const struct report *report, const char *file)
{
	const struct counters_style whole = { 0 };
	char *text = out_json_line(counters_object(report, &whole),
				   JSON_INDENT(2) | JSON_ENSURE_ASCII);
	enum outcome outcome = file_write(file, text, strlen(text),
					  FILE_USUAL_MODE, true);

	free(text);
	return outcome;
}

/* @table is NULL for JSON. */
static void print(const struct report *report,
		  const struct counters_style *style, struct table *table)
{
	if (table)
		counters_print(report, style, table);
	else
		out_json_print(counters_object(report, style), JSON_INDENT(2));
}

static enum outcome run(const struct counters_words *words,
			const struct counters_style *wanted, struct table *table)
{
	struct counters_style style = *wanted;
	struct report report = { 0 };
	struct since since = { 0 };
	enum outcome outcome = DONE;
	struct client client;

	if (words->since)
		outcome = since_read(&since, words->since);
	if (outcome != DONE) {
		since_free(&since);
		return outcome;
	}
	outcome = module_connect(&client, NULL);
	if (outcome == DONE)
		outcome = read_report(&client, &words->request, &report);
	if (outcome == DONE)
		outcome = check_row(&report, style.row);
	if (outcome == DONE && words->save)
		outcome = save(&report, words->save);
	if (outcome == DONE && words->since) {
		since_subtract(&since, &report);
		style.since = &since;
	}
	if (outcome == DONE && (words->since || !words->save))
		print(&report, &style, table);
	since_free(&since);
	report_free(&report);
	client_close(&client);
	return outcome;
}

/* Options that make no sense together. */
static enum outcome check_words(const struct counters_words *words,
				const struct counters_style *style,
				const char *zone)
{
	const struct report_request *request = &words->request;

	if (style->row && zone)
		return fail_usage("counters", "--row and --zone exclude each other");
	if (style->row && request->reset)
		return fail_usage("counters",
				  "--reset: resets no single row; write --zone or --node");
	if (words->since && request->reset)
		return fail_usage("counters",
				  "--since: needs counters that go on; leave --reset out");
	if (words->save && request->reset)
		return fail_usage("counters",
				  "--save: saves counters that go on; leave --reset out");
	if (words->save && (request->node || zone || style->row || style->nonzero))
		return fail_usage("counters",
				  "--save: saves all counters; leave --node, --zone, --row and --nonzero out");
	return DONE;
}

/**
 * cmd_counters - the verb counters
 * @argc: its words, "counters" first
 * @argv: the words
 *
 * Return: what to exit with.
 */
enum outcome cmd_counters(int argc, char **argv)
{
	struct counters_words words = { .request = { .zone = -1 } };
	struct report_request *request = &words.request;
	struct counters_style style = { 0 };
	bool json = false, utc = false, ages = false;
	const char *zone = NULL, *columns = NULL;
	const struct option_spec specs[] = {
		{ .name = "node", .value = &request->node },
		{ .name = "zone", .value = &zone },
		{ .name = "row", .value = &style.row },
		{ .name = "save", .value = &words.save },
		{ .name = "since", .value = &words.since },
		{ .name = "nonzero", .flag = &style.nonzero },
		{ .name = "reset", .flag = &request->reset },
		{ .name = "utc", .flag = &utc },
		{ .name = "ages", .flag = &ages },
		{ .name = "json", .flag = &json },
		{ .name = "output", .letter = 'o', .value = &columns },
	};
	enum outcome outcome;
	struct table *table;

	if (!options_read("counters", argc, argv, specs, ARRAY_SIZE(specs), 0,
			  NULL, print_help, &outcome))
		return outcome;
	if (utc && ages)
		return fail_usage("counters", "--utc and --ages exclude each other");
	outcome = check_words(&words, &style, zone);
	if (outcome != DONE)
		return outcome;
	style.moments = utc ? MOMENT_UTC : ages ? MOMENT_AGE : MOMENT_LOCAL;
	if (zone)
		request->zone = names_find(&names_zones, zone);
	if (zone && request->zone < 0)
		return options_unknown_word("counters", &names_zones, zone);

	table = table_new(&columns_of_counters, "counters", columns);
	if (!table)
		return USAGE;
	style.totals = !columns && request->zone < 0 && !style.row;
	style.drops = !columns && !style.row;
	outcome = run(&words, &style, json ? NULL : table);
	table_free(table);
	return outcome;
}
