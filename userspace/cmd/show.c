// SPDX-License-Identifier: GPL-2.0-only
/*
 * edgectl show: what is in force.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/fail.h"
#include "base/nearest.h"
#include "cmd/hash.h"
#include "cmd/missing.h"
#include "cmd/module.h"
#include "cmd/named.h"
#include "cmd/next_boot.h"
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

/* The subject that reads files too. */
#define HASH	"hash"

/* The subject whose parts have names. */
#define PEERS	"peers"

static const struct subject subjects[] = {
	{ "status", VIEW_NODES | VIEW_COUNTS, false, NULL, NULL, NULL },
	{ "rows", VIEW_ROWS | VIEW_COUNTS, false, NULL, tables_rows,
	  &columns_of_rows },
	{ "rules", VIEW_ROWS | VIEW_COUNTS, false, NULL, tables_rows,
	  &columns_of_rows },
	{ "nodes", VIEW_NODES, true, NULL, tables_nodes, &columns_of_nodes },
	{ PEERS, VIEW_ROWS | VIEW_COUNTS, false, NULL, tables_peers,
	  &columns_of_peers },
	{ "config", VIEW_ROWS | VIEW_NODES | VIEW_PREFIXES, true,
	  config_print, NULL, NULL },
	{ HASH, 0, true, NULL, NULL, NULL },
};

static void print_help(void)
{
	fputs("usage: edgectl show [status|rows|nodes|peers|config] [--json] [-o COL,...]\n"
	      "       edgectl show rows [--zone ZONE] [--node NODE] [--json] [-o COL,...]\n"
	      "       edgectl show peers [SET] [--json] [-o COL,...]\n"
	      "       edgectl show hash [FILE] [--json]\n"
	      "\n"
	      "  status  what is in force, in short; the default\n"
	      "  rows    the rows of the policy, live or why not (also: rules)\n"
	      "  nodes   the nodes and their addresses\n"
	      "  peers   the peer sets, or one of them\n"
	      "  config  a configuration that load takes back\n"
	      "  hash    SHA-256 by part: of what is in force, or of a configuration (- for\n"
	      "          standard input)\n"
	      "\n"
	      "  --zone ZONE           rows of one zone only\n"
	      "  --node NODE           rows that hold for one node only\n"
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

	missing_read_stand_in(&status.stand_in);
	if (view->loaded) {
		offload_read(&status.offload, &view->policy);
		status.next_boot = next_boot_fault(client);
	}
	/* An object of the status has no drops. */
	if (!json)
		error = counters_read_drops(client, false, status.drops);
	if (!error && view->loaded)
		ways_read(&status.ways, &view->policy);
	if (!error && json)
		status_json(&status);
	else if (!error)
		status_print(&status);
	free(status.next_boot);
	ways_free(&status.ways);
	offload_free(&status.offload);
	return error ? module_fail(client, error, "cannot read the drops") :
		       DONE;
}

/**
 * struct choice - the part of a table to show
 * @zone: rows of one zone, or -1 for all
 * @node: name of the node that the rows hold for, or NULL for all
 * @set: name of the peer set, or NULL for all
 */
struct choice {
	int zone;
	const char *node;
	const char *set;
};

static bool is_chosen(const struct view *view, const struct row *row,
		      const struct choice *choice, const struct node *node)
{
	const struct site_row *own = site_row_find(&view->policy, row->id);
	const struct binding *binding;

	if (choice->zone >= 0 && row->zone != choice->zone)
		return false;
	if (!node)
		return true;
	if (own && !site_row_of_node(own, node->name))
		return false;
	node_for_each_binding(node, binding)
		if (binding->service == row->service)
			return true;
	return false;
}

/* Forget the rows that are not to be shown. */
static enum outcome choose_rows(struct view *view, const struct choice *choice)
{
	const struct node *node = NULL;
	size_t i = 0;

	if (!choice->node && choice->zone < 0)
		return DONE;
	if (choice->node) {
		node = node_find(&view->policy, choice->node);
		if (!node)
			return named_unknown_node(&view->policy, choice->node);
	}
	while (i < view->table.count) {
		if (is_chosen(view, &view->table.row[i], choice, node))
			i++;
		else
			view_drop_row(view, i);
	}
	return DONE;
}

static enum outcome show_set(const struct view *view, const char *name,
			     bool json, struct table *table)
{
	char *advice = tables_set(view, name, json, table);
	enum outcome outcome = DONE;

	if (advice)
		outcome = fail_with(REFUSED, "%s: unknown peer set; %s", name,
				    advice);
	free(advice);
	return outcome;
}

static bool is_status(const struct subject *subject)
{
	return !subject->print && !subject->fill && !subject->needs_policy;
}

static enum outcome show(const struct subject *subject, bool json,
			 struct table *table, const struct choice *choice)
{
	unsigned int parts = subject->parts;
	struct view view = { 0 };
	enum outcome outcome;
	const char *absent = NULL;
	struct client client;
	int error;

	/* Of the status alone, what holds without the module is a part. */
	outcome = module_connect(&client, is_status(subject) ? &absent : NULL);
	if (absent)
		outcome = missing_show(absent, json);
	if (outcome == DONE) {
		if (choice->node)
			parts |= VIEW_NODES;
		error = view_read(&client, &view, parts);
		outcome = error ? module_fail(&client, error,
					      "cannot read the policy") :
				  choose_rows(&view, choice);
	}
	if (outcome == DONE) {
		if (subject->needs_policy && !view.loaded)
			outcome = module_unloaded();
		else if (subject->print)
			subject->print(&view, json);
		else if (choice->set)
			outcome = show_set(&view, choice->set, json, table);
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
	const char *columns = NULL, *words[2], *subject, *file, *zone = NULL;
	struct choice choice = { .zone = -1 };
	const struct option_spec specs[] = {
		{ .name = "zone", .value = &zone },
		{ .name = "node", .value = &choice.node },
		{ .name = "json", .flag = &json },
		{ .name = "output", .letter = 'o', .value = &columns },
	};
	enum outcome outcome;
	size_t i;

	if (!options_read("show", argc, argv, specs, ARRAY_SIZE(specs), 2,
			  words, print_help, &outcome))
		return outcome;
	subject = words[0];
	file = words[1];

	for (i = 0; subject && i < ARRAY_SIZE(subjects); i++)
		if (!strcmp(subjects[i].name, subject))
			break;
	if (i == ARRAY_SIZE(subjects))
		return unknown(subject);
	if (file && subject && !strcmp(subject, PEERS))
		choice.set = file;
	else if (file && (!subject || strcmp(subject, HASH) != 0))
		return fail_usage("show", "%s: is one word too many", file);
	if (columns && !subjects[i].columns)
		return fail_usage("show", "-o is for tables, and %s is none",
				  subjects[i].name);
	if ((zone || choice.node) && subjects[i].columns != &columns_of_rows)
		return fail_usage("show", "--%s: is for rows; write show rows",
				  zone ? "zone" : "node");
	if (zone)
		choice.zone = names_find(&names_zones, zone);
	if (zone && choice.zone < 0)
		return options_unknown_word("show", &names_zones, zone);
	if (!strcmp(subjects[i].name, HASH))
		return show_hash(file, json);
	if (subjects[i].columns) {
		table = table_new(subjects[i].columns, "show", columns);
		if (!table)
			return USAGE;
	}
	outcome = show(&subjects[i], json, table, &choice);
	if (table)
		table_free(table);
	return outcome;
}
