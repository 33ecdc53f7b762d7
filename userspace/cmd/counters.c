// SPDX-License-Identifier: GPL-2.0-only
/*
 * edgectl counters: hits by row, totals by node and service, drops by
 * reason.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/fail.h"
#include "base/nearest.h"
#include "cmd/module.h"
#include "cmd/options.h"
#include "cmd/verbs.h"
#include "output/stdout.h"
#include "print/counters.h"

static void print_help(void)
{
	fputs("usage: edgectl counters [--node NODE] [--zone ZONE] [--nonzero] [--reset]\n"
	      "                        [--utc | --ages] [--json] [-o COL,...]\n"
	      "\n"
	      "Hits by row, totals by node and service, drops by reason.\n"
	      "\n"
	      "  --node NODE           one node only, and no drops\n"
	      "  --zone ZONE           rows of one zone only, no totals and no drops\n"
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

static enum outcome unknown_node(const struct policy *policy, const char *name)
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

static enum outcome read_report(struct client *client,
				const struct report_request *request,
				struct report *report)
{
	int error = report_read(client, request, report);

	if (error == -ESRCH)
		return unknown_node(&report->view.policy, request->node);
	if (error)
		return module_fail(client, error, report->nodes ?
				   "cannot read the counters" :
				   "cannot read the policy");
	return DONE;
}

/* @table is NULL for JSON. */
static enum outcome run(const struct report_request *request,
			const struct counters_style *style,
			struct table *table)
{
	struct report report = { 0 };
	enum outcome outcome;
	struct client client;

	outcome = module_connect(&client, NULL);
	if (outcome == DONE)
		outcome = read_report(&client, request, &report);
	if (outcome == DONE && table)
		counters_print(&report, style, table);
	else if (outcome == DONE)
		counters_json(&report, style);
	report_free(&report);
	client_close(&client);
	return outcome;
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
	struct report_request request = { .zone = -1 };
	struct counters_style style = { 0 };
	bool json = false, utc = false, ages = false;
	const char *zone = NULL, *columns = NULL;
	const struct option_spec specs[] = {
		{ .name = "node", .value = &request.node },
		{ .name = "zone", .value = &zone },
		{ .name = "nonzero", .flag = &style.nonzero },
		{ .name = "reset", .flag = &request.reset },
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
	style.moments = utc ? MOMENT_UTC : ages ? MOMENT_AGE : MOMENT_LOCAL;
	if (zone)
		request.zone = names_find(&names_zones, zone);
	if (zone && request.zone < 0)
		return options_unknown_word("counters", &names_zones, zone);

	table = table_new(&columns_of_counters, "counters", columns);
	if (!table)
		return USAGE;
	style.totals = !columns && request.zone < 0;
	style.drops = !columns;
	outcome = run(&request, &style, json ? NULL : table);
	table_free(table);
	return outcome;
}
