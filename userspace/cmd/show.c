// SPDX-License-Identifier: GPL-2.0-only
/*
 * edgectl show: what is in force.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/fail.h"
#include "base/nearest.h"
#include "cmd/module.h"
#include "cmd/options.h"
#include "cmd/verbs.h"
#include "output/stdout.h"
#include "print/config.h"
#include "print/status.h"
#include "print/tables.h"

/**
 * struct subject - a part of the policy that can be shown
 * @name: the word for it
 * @parts: VIEW_ROWS, ..., the parts to read beyond the status
 * @needs_policy: there is nothing to show without a policy
 * @print: prints a part that is no table, or NULL
 * @fill: prints a table, or NULL.  The status, which reads more than the policy,
 *	has neither
 * @columns: columns of its table, NULL of no table
 */
struct subject {
	const char *name;
	unsigned int parts;
	bool needs_policy;
	void (*print)(const struct view *view, bool json);
	void (*fill)(const struct view *view, bool json, struct table *table);
	const struct columns *columns;
};

static const struct subject subjects[] = {
	{ "status", VIEW_NODES | VIEW_COUNTS, false, NULL, NULL, NULL },
	{ "rows", VIEW_ROWS | VIEW_COUNTS, false, NULL, tables_rows,
	  &columns_of_rows },
	{ "rules", VIEW_ROWS | VIEW_COUNTS, false, NULL, tables_rows,
	  &columns_of_rows },
	{ "nodes", VIEW_NODES, true, NULL, tables_nodes, &columns_of_nodes },
	{ "peers", VIEW_ROWS | VIEW_COUNTS, false, NULL, tables_peers,
	  &columns_of_peers },
	{ "config", VIEW_ROWS | VIEW_NODES | VIEW_PREFIXES, true,
	  config_print, NULL, NULL },
};

static void print_help(void)
{
	fputs("usage: edgectl show [status|rows|nodes|peers|config] [--json] [-o COL,...]\n"
	      "\n"
	      "  status  what is in force, in short; the default\n"
	      "  rows    the rows of the policy, live or why not (also: rules)\n"
	      "  nodes   the nodes and their addresses\n"
	      "  peers   the peer sets\n"
	      "  config  a configuration that load takes back\n"
	      "\n"
	      "  --json                print one JSON object\n"
	      "  -o, --output COL,...  the columns of a table; +COL,... adds to the usual\n"
	      "  -h, --help            print this\n"
	      "\n"
	      "Columns of rows:\n", out);
	table_help(&columns_of_rows);
	fputs("\nColumns of nodes:\n", out);
	table_help(&columns_of_nodes);
	fputs("\nColumns of peers:\n", out);
	table_help(&columns_of_peers);
}

static enum outcome unknown(const char *word)
{
	const char *names[ARRAY_SIZE(subjects)];
	enum outcome outcome;
	char *advice;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(subjects); i++)
		names[i] = subjects[i].name;
	advice = nearest_advice("subject", names, ARRAY_SIZE(names), word);
	outcome = fail_usage("show", "%s: cannot be shown; %s", word, advice);
	free(advice);
	return outcome;
}

static enum outcome show_status(struct client *client, const struct view *view,
				bool json)
{
	struct status status = {
		.version = client->module_version, .view = view,
		.offload = { .known = true },
	};
	int error = 0;

	if (view->loaded)
		offload_read(&status.offload, &view->policy);
	/* An object of the status has no drops. */
	if (!json)
		error = counters_read_drops(client, false, status.drops);
	if (!error && view->loaded)
		ways_read(&status.ways, &view->policy);
	if (!error && json)
		status_json(&status);
	else if (!error)
		status_print(&status);
	ways_free(&status.ways);
	offload_free(&status.offload);
	return error ? module_fail(client, error, "cannot read the drops") :
		       DONE;
}

static enum outcome show(const struct subject *subject, bool json,
			 struct table *table)
{
	struct view view = { 0 };
	enum outcome outcome;
	struct client client;
	int error;

	outcome = module_connect(&client, NULL);
	if (outcome == DONE) {
		error = view_read(&client, &view, subject->parts);
		if (error)
			outcome = module_fail(&client, error,
					      "cannot read the policy");
		else if (subject->needs_policy && !view.loaded)
			outcome = module_unloaded();
		else if (subject->print)
			subject->print(&view, json);
		else if (subject->fill)
			subject->fill(&view, json, table);
		else
			outcome = show_status(&client, &view, json);
	}
	view_free(&view);
	client_close(&client);
	return outcome;
}

/**
 * cmd_show - the verb show
 * @argc: its words, "show" first
 * @argv: the words
 *
 * Return: what to exit with.
 */
enum outcome cmd_show(int argc, char **argv)
{
	struct table *table = NULL;
	bool json = false;
	const char *columns = NULL, *subject = NULL;
	const struct option_spec specs[] = {
		{ .name = "json", .flag = &json },
		{ .name = "output", .letter = 'o', .value = &columns },
	};
	enum outcome outcome;
	size_t i;

	if (!options_read("show", argc, argv, specs, ARRAY_SIZE(specs), 1,
			  &subject, print_help, &outcome))
		return outcome;

	for (i = 0; subject && i < ARRAY_SIZE(subjects); i++)
		if (!strcmp(subjects[i].name, subject))
			break;
	if (i == ARRAY_SIZE(subjects))
		return unknown(subject);
	if (columns && !subjects[i].columns)
		return fail_usage("show", "-o is for tables, and %s is none",
				  subjects[i].name);
	if (subjects[i].columns) {
		table = table_new(subjects[i].columns, "show", columns);
		if (!table)
			return USAGE;
	}
	outcome = show(&subjects[i], json, table);
	if (table)
		table_free(table);
	return outcome;
}
