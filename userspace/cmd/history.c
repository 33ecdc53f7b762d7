// SPDX-License-Identifier: GPL-2.0-only
/*
 * edgectl history: configurations that were loaded.
 */
#include <stdio.h>
#include <stdlib.h>

#include "base/fail.h"
#include "base/foreign.h"
#include "base/memory.h"
#include "cmd/module.h"
#include "cmd/options.h"
#include "cmd/verbs.h"
#include "config/read.h"
#include "netlink/view.h"
#include "output/json.h"
#include "output/stdout.h"
#include "policy/hash.h"
#include "print/config.h"
#include "print/history.h"

static void print_help(void)
{
	fputs("usage: edgectl history [-o COL,...] [--json]\n"
	      "       edgectl history N [--json]\n"
	      "\n"
	      "Lists the last 50 configurations that edgectl loaded on this host: when, by\n"
	      "whom, from where, and what became of each.  With a number, prints the\n"
	      "configuration of this entry, with its lists of prefixes written out.\n"
	      "edgectl rollback N loads it again.  history:N stands for the entry where a\n"
	      "verb takes a FILE.\n"
	      "\n"
	      "  --json                print one JSON object\n"
	      "  -o, --output COL,...  the columns of the table; +COL,... adds to the usual\n"
	      "  -h, --help            print this\n"
	      "\n"
	      "Columns:\n", out);
	table_help(&columns_of_history);
	fputs("\n"
	      "Exit: 0 done, 1 no such entry, 2 usage, 3 system error.\n", out);
}

/* The history is there without a module, and beside one of another release: a
 * failure is told, and leaves unknown what is in force.
 */
static void read_present(struct present *present)
{
	struct client client;
	struct view view = { 0 };
	enum outcome outcome;
	const char *absent;
	int error;

	*present = (struct present){ 0 };
	place_read(&present->place);
	outcome = module_connect(&client, &absent);
	if (outcome == DONE && !absent) {
		error = view_read(&client, &view, VIEW_ROWS | VIEW_NODES |
						  VIEW_PREFIXES);
		if (error)
			outcome = module_fail(&client, error,
					      "cannot read the policy");
	}
	present->unknown = outcome != DONE;
	if (outcome == DONE && view.loaded) {
		view_as_loaded(&view);
		present->loaded = true;
		present->generation = view.generation;
		present->left = view.waiting.waits ? view.waiting.left : 0;
		present->hash = policy_hash(&view.policy);
	}
	view_free(&view);
	client_close(&client);
}

/* Entries that cannot be read take nothing from the others. */
static void name_faults(const struct history *history)
{
	size_t i;

	for (i = 0; i < history->fault_count; i++)
		fail_warn("history %u: %s; remove both files of the entry if nobody needs them",
			  history->faults[i].number, history->faults[i].why);
}

static void list(const struct history *history, bool json, struct table *table)
{
	struct present present;

	read_present(&present);
	name_faults(history);
	if (json)
		history_print_json(history, &present);
	else if (history->count)
		history_print(history, &present, table);
	else
		fputs("the history is empty: edgectl load writes it\n", out);
	free(present.hash);
}

static void print_config_json(const struct config *config,
			      const struct history *history)
{
	struct present present;
	json_t *object;
	size_t length;
	char *text;

	read_present(&present);
	text = config_text(&config->policy, &length);
	object = history_entry_json(history_find(history, config->stored),
				    history, &present);
	json_object_set_new(object, "configuration", out_json_text(text));
	out_json_print(object, JSON_INDENT(2));
	free(text);
	free(present.hash);
}

static enum outcome print_entry(const struct history *history,
				const char *number, bool json)
{
	char *word = xformat("%s%s", HISTORY_WORD, number);
	enum outcome outcome = DONE;
	struct config config;

	config_read(&config, word);
	if (config.errors.total) {
		findings_print(&config.errors);
		outcome = REFUSED;
	} else if (json) {
		print_config_json(&config, history);
	} else {
		config_print_policy(&config.policy);
	}
	config_free(&config);
	free(word);
	return outcome;
}

/**
 * cmd_history - the verb history
 * @argc: its words, "history" first
 * @argv: the words
 *
 * Return: what to exit with.
 */
enum outcome cmd_history(int argc, char **argv)
{
	const char *columns = NULL, *number = NULL;
	bool json = false;
	const struct option_spec specs[] = {
		{ .name = "json", .flag = &json },
		{ .name = "output", .letter = 'o', .value = &columns },
	};
	struct history history;
	enum outcome outcome;
	struct table *table;
	char *why;

	if (!options_read("history", argc, argv, specs, ARRAY_SIZE(specs), 1,
			  &number, print_help, &outcome))
		return outcome;
	if (number && !history_number(number))
		return fail_usage("history", "%s: is no number of an entry",
				  number);
	if (number && columns)
		return fail_usage("history",
				  "-o is for the table, and an entry is none");
	table = table_new(&columns_of_history, "history", columns);
	if (!table)
		return USAGE;
	why = history_read(&history);
	if (why)
		outcome = fail_with(SYSTEM, "the history cannot be read: %s",
				    why);
	else if (number)
		outcome = print_entry(&history, number, json);
	else
		list(&history, json, table);
	free(why);
	history_free(&history);
	table_free(table);
	return outcome;
}
