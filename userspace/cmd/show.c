// SPDX-License-Identifier: GPL-2.0-only
/*
 * edgectl show: what is in force.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/fail.h"
#include "base/nearest.h"
#include "cmd/options.h"
#include "cmd/verbs.h"
#include "output/stdout.h"
#include "print/show.h"

typedef enum outcome (*show_fn)(struct client *client,
				const struct show_options *options);

static const struct {
	const char *name;
	show_fn show;
	const struct columns *columns;
} subjects[] = {
	{ "status", nf_edge_show_status, NULL },
	{ "rows", nf_edge_show_rows, &nf_edge_columns_of_rows },
	{ "rules", nf_edge_show_rows, &nf_edge_columns_of_rows },
	{ "nodes", nf_edge_show_nodes, &nf_edge_columns_of_nodes },
	{ "peers", nf_edge_show_peers, &nf_edge_columns_of_peers },
	{ "config", nf_edge_show_config, NULL },
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
	      "Columns of rows:\n", nf_edge_out);
	nf_edge_table_help(&nf_edge_columns_of_rows);
	fputs("\nColumns of nodes:\n", nf_edge_out);
	nf_edge_table_help(&nf_edge_columns_of_nodes);
	fputs("\nColumns of peers:\n", nf_edge_out);
	nf_edge_table_help(&nf_edge_columns_of_peers);
}

static enum outcome unknown(const char *word)
{
	const char *names[ARRAY_SIZE(subjects)];
	enum outcome outcome;
	char *advice;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(subjects); i++)
		names[i] = subjects[i].name;
	advice = nf_edge_advice("subject", names, ARRAY_SIZE(names), word);
	outcome = nf_edge_usage("show", "%s: cannot be shown; %s", word,
				advice);
	free(advice);
	return outcome;
}

static enum outcome show(show_fn subject, const struct show_options *options)
{
	enum outcome outcome;
	struct client client;

	outcome = nf_edge_client_connect(&client, NULL);
	if (outcome == DONE)
		outcome = subject(&client, options);
	nf_edge_client_close(&client);
	return outcome;
}

/**
 * nf_edge_cmd_show - the verb show
 * @argc: its words, "show" first
 * @argv: the words
 *
 * Return: what to exit with.
 */
enum outcome nf_edge_cmd_show(int argc, char **argv)
{
	struct show_options options = { 0 };
	const char *columns = NULL, *subject = NULL;
	const struct option_spec specs[] = {
		{ .name = "json", .flag = &options.json },
		{ .name = "output", .letter = 'o', .value = &columns },
	};
	enum outcome outcome;
	size_t i;

	if (!nf_edge_options("show", argc, argv, specs, ARRAY_SIZE(specs), 1,
			     &subject, print_help, &outcome))
		return outcome;

	for (i = 0; subject && i < ARRAY_SIZE(subjects); i++)
		if (!strcmp(subjects[i].name, subject))
			break;
	if (i == ARRAY_SIZE(subjects))
		return unknown(subject);
	if (columns && !subjects[i].columns)
		return nf_edge_usage("show", "-o is for tables, and %s is none",
				     subjects[i].name);
	if (subjects[i].columns) {
		options.table = nf_edge_table_new(subjects[i].columns, "show",
						  columns);
		if (!options.table)
			return USAGE;
	}
	outcome = show(subjects[i].show, &options);
	if (options.table)
		nf_edge_table_free(options.table);
	return outcome;
}
