// SPDX-License-Identifier: GPL-2.0-only
/*
 * edgectl zone, feature and row: switches that hold until the next load.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/fail.h"
#include "base/join.h"
#include "base/memory.h"
#include "cmd/confirm.h"
#include "cmd/impact.h"
#include "cmd/module.h"
#include "cmd/options.h"
#include "cmd/trace.h"
#include "cmd/verbs.h"
#include "netlink/view.h"
#include "output/stdout.h"
#include "policy/table.h"
#include "print/change.h"
#include "system/ssh.h"

static void print_help(void)
{
	fputs("usage: edgectl zone on|off ZONE [OPTIONS]\n"
	      "       edgectl feature on|off FEATURE [OPTIONS]\n"
	      "       edgectl row on|off ID... [OPTIONS]\n"
	      "\n"
	      "Switches the rows of a zone or a feature, or single rows, on or off until\n"
	      "the next load.  A row is live when none of the three is off.\n"
	      "An off tells how many of the connections in the table of connection\n"
	      "tracking it cuts, and is refused if one of them is your SSH session.\n"
	      "After an off, lists each killed row whose flow another live row permits\n"
	      "still, and the switch that closes it.  After row on, lists each of the rows\n"
	      "that permits nothing yet, and the cause.\n"
	      "\n"
	      CONFIRM_HELP
	      "  --force     switch off even if that cuts the SSH session that this runs in\n"
	      IMPACT_HELP
	      "  --json      print one JSON object\n"
	      "  -h, --help  print this\n", out);
}

/**
 * struct toggle - rows to be switched
 * @change: the words of the command line
 * @off: whether the rows are switched off
 * @attribute: the attribute to be sent
 * @value: value of the attribute, one bit; of single rows none
 * @confirm: seconds that the switch waits for its confirmation, 0 to keep it
 * @force: cut the SSH session too
 */
struct toggle {
	struct change change;
	bool off;
	int attribute;
	uint32_t value;
	uint32_t confirm;
	bool force;
};

/* Note the ids of a command line, each of them once. */
static enum outcome parse_ids(struct toggle *toggle, const char **words)
{
	struct row_ids *ids = &toggle->change.ids;
	size_t i;

	toggle->attribute = toggle->off ? NF_EDGE_A_SWITCH_ROW_OFF :
					  NF_EDGE_A_SWITCH_ROW_ON;
	for (; *words; words++) {
		/* An id that is cut is no row: ids of rows are shorter. */
		snprintf(ids->id[ids->count], sizeof(ids->id[0]), "%s", *words);
		for (i = 0; strcmp(ids->id[i], ids->id[ids->count]); i++)
			;
		ids->count += i == ids->count;
	}
	return DONE;
}

/* Refuse ids that no row of the table in force has. */
static enum outcome refuse_unknown(const struct row_ids *ids,
				   const struct view *view)
{
	enum outcome outcome;
	char *advice;
	size_t i;

	for (i = 0; i < ids->count; i++)
		if (rows_find(&view->table, ids->id[i]) < 0)
			break;
	if (i == ids->count)
		return DONE;
	advice = rows_advice_in(&view->table, ids->id[i]);
	outcome = fail_with(REFUSED, "%s: profile %s has no such row, nor has the site; %s",
			    ids->id[i],
			    names_word(&names_profiles, view->policy.profile),
			    advice);
	free(advice);
	return outcome;
}

static enum outcome parse_word(struct toggle *toggle, const char **words)
{
	struct change *change = &toggle->change;
	bool is_zone = !strcmp(change->verb, "zone");
	const struct vocabulary *vocabulary = is_zone ? &names_zones :
							&names_features;
	int value;

	toggle->off = !strcmp(change->state, "off");
	if (!toggle->off && strcmp(change->state, "on") != 0)
		return fail_usage(change->verb, "%s: write on or off",
				  change->state);
	if (!change->word)
		return fail_usage(change->verb, "the %s is missing",
				  change->verb);
	if (!strcmp(change->verb, "row"))
		return parse_ids(toggle, words);
	value = names_find(vocabulary, change->word);
	if (value < 0)
		return options_unknown_word(change->verb, vocabulary,
					    change->word);
	if (is_zone)
		toggle->attribute = toggle->off ? NF_EDGE_A_SWITCH_ZONES_OFF :
						NF_EDGE_A_SWITCH_ZONES_ON;
	else
		toggle->attribute = toggle->off ? NF_EDGE_A_SWITCH_FEATURES_OFF :
						NF_EDGE_A_SWITCH_FEATURES_ON;
	toggle->value = 1U << value;
	return DONE;
}

/* Return: true when this switch alone turned a row off. */
static bool is_killed(const struct toggle *toggle, size_t i)
{
	const struct view *view = &toggle->change.view;
	const struct row *row = &view->table.row[i];

	if (toggle->attribute == NF_EDGE_A_SWITCH_ROW_OFF)
		return rows_mask(&view->table, &toggle->change.ids) &
		       (1ULL << i) &&
		       view->states[i].dead == 1U << NF_EDGE_DEAD_ROW_OFF;
	if (toggle->attribute == NF_EDGE_A_SWITCH_ZONES_OFF)
		return toggle->value == 1U << row->zone &&
		       view->states[i].dead == 1U << NF_EDGE_DEAD_ZONE_OFF;
	return row->feature != NF_EDGE_FEATURE_NONE &&
	       toggle->value == 1U << row->feature &&
	       view->states[i].dead == 1U << NF_EDGE_DEAD_FEATURE_OFF;
}

/* Return: true when some node has both rows. */
static bool shares_node(const struct policy *policy, const struct row *a,
			const struct row *b)
{
	const struct site_row *first = site_row_find(policy, a->id);
	const struct site_row *second = site_row_find(policy, b->id);
	const struct node *node;

	policy_for_each_node(policy, node)
		if ((!first || site_row_of_node(first, node->name)) &&
		    (!second || site_row_of_node(second, node->name)))
			return true;
	return false;
}

static void find_pairs(struct toggle *toggle)
{
	struct change *change = &toggle->change;
	const struct view *view = &change->view;
	const struct row *row = view->table.row;
	size_t killed, by;

	for (killed = 0; killed < view->table.count; killed++) {
		if (!is_killed(toggle, killed))
			continue;
		for (by = 0; by < view->table.count; by++) {
			if (!view->states[by].live ||
			    row_at_nobody(&row[by], view->states[by].bound) ||
			    !row_same_flow(&row[killed], &row[by]) ||
			    !shares_node(&view->policy, &row[killed], &row[by]))
				continue;
			change->pairs = xgrow(change->pairs,
					      &change->pair_capacity,
					      change->pair_count,
					      sizeof(*change->pairs));
			change->pairs[change->pair_count++] = (struct pair){
				.killed = killed, .by = by,
			};
		}
	}
}

/* Note the rows that were switched on and permit nothing all the same. */
static void find_idle(struct change *change)
{
	const struct view *view = &change->view;
	uint64_t on = rows_mask(&view->table, &change->ids);
	size_t i;

	for (i = 0; i < view->table.count; i++) {
		const struct row *row = &view->table.row[i];
		const struct row_state *state = &view->states[i];
		unsigned int causes = 0;

		if (!(on & (1ULL << i)))
			continue;
		if (state->dead & (1U << NF_EDGE_DEAD_ZONE_OFF))
			causes |= IDLE_ZONE;
		if (state->dead & (1U << NF_EDGE_DEAD_FEATURE_OFF) &&
		    row->feature != NF_EDGE_FEATURE_NONE)
			causes |= IDLE_FEATURE;
		if (!policy_row_has_node(&view->policy, row))
			causes |= IDLE_NODE;
		if (row_at_nobody(row, state->bound))
			causes |= IDLE_PEERS;
		if (causes)
			change->idle[change->idle_count++] = (struct idle){
				.row = i, .causes = causes,
			};
	}
}

/* The words that are switched: a new string. */
static char *words_of(const struct change *change, const char *between)
{
	struct join words;
	size_t i;

	join_begin(&words, between);
	for (i = 0; i < change->ids.count; i++)
		join_add(&words, "%s", change->ids.id[i]);
	if (!change->ids.count)
		join_add(&words, "%s", change->word);
	return join_end(&words);
}

/* Tell the journal which words were switched. */
static void trace(const struct change *change)
{
	char *text;

	if (!change->switched.changed)
		return;
	text = words_of(change, ", ");
	trace_change("switched %s %s %s: generation %u", change->verb,
		     change->state, text, change->switched.generation);
	free(text);
}

/* Switch, and keep the SSH sessions unless they may be cut. */
static enum outcome switch_rows(struct client *client, struct toggle *toggle,
				const struct impact_words *options)
{
	struct change *change = &toggle->change;
	struct switching wanted = {
		.attribute = toggle->attribute, .value = toggle->value,
		.ids = change->ids.count ? &change->ids : NULL,
		.confirm = toggle->confirm, .may_cut = toggle->off,
	};
	struct impact_words words = *options;
	struct sessions sessions = { 0 };
	char *switched = words_of(change, " ");
	char *what = xformat("%s %s %s", change->verb, change->state, switched);
	enum outcome outcome;

	if (toggle->off && !toggle->force) {
		sessions_find(&sessions);
		words.sessions = &sessions;
		words.change = what;
	}
	outcome = impact_switch(client, &wanted, &words, &change->impact,
				&change->switched);
	if (outcome == DONE)
		sessions_note(&sessions, toggle->confirm);
	sessions_free(&sessions);
	free(what);
	free(switched);
	return outcome;
}

static enum outcome carry_out(struct client *client, struct toggle *toggle,
			      const struct impact_words *words)
{
	struct change *change = &toggle->change;
	enum outcome outcome;
	int error;

	if (change->ids.count) {
		error = view_read(client, &change->view, VIEW_ROWS);
		if (error)
			return module_fail(client, error,
					   "cannot read the policy");
		outcome = change->view.loaded ?
			  refuse_unknown(&change->ids, &change->view) :
			  module_unloaded();
		if (outcome != DONE)
			return outcome;
		view_free(&change->view);
	}
	outcome = switch_rows(client, toggle, words);
	if (outcome != DONE)
		return outcome;
	if (toggle->confirm)
		confirm_switched();
	trace(change);
	error = view_read(client, &change->view,
			  toggle->off || change->ids.count ?
			  VIEW_ROWS | VIEW_NODES : 0);
	if (error)
		return module_fail(client, error, "cannot read the policy");
	if (!toggle->off) {
		find_idle(change);
		return DONE;
	}
	find_pairs(toggle);
	offload_read(&change->offload, &change->view.policy);
	return DONE;
}

/**
 * cmd_switch - the verbs zone, feature and row
 * @argc: its words, the verb first
 * @argv: the words
 *
 * Return: what to exit with.
 */
enum outcome cmd_switch(int argc, char **argv)
{
	const char *time = NULL;
	bool json = false;
	struct impact_words words = { .list = false };
	struct toggle toggle = {
		.change = { .verb = argv[0], .offload = { .known = true } },
	};
	const struct option_spec specs[] = {
		{ .name = "json", .flag = &json },
		{ .name = "confirm", .value = &time },
		{ .name = "force", .flag = &toggle.force },
		{ .name = "list", .flag = &words.list },
		{ .name = "fail-if-cut", .value = &words.limit },
	};
	const char *operands[ROWS_MAX + 2] = { NULL };
	enum outcome outcome;
	struct client client;

	if (!options_read(argv[0], argc, argv, specs, ARRAY_SIZE(specs),
			  strcmp(argv[0], "row") ? 2 : ROWS_MAX + 1, operands,
			  print_help, &outcome))
		return outcome;
	outcome = confirm_read(argv[0], time, &toggle.confirm);
	if (outcome != DONE)
		return outcome;
	if (!operands[0])
		return fail_usage(argv[0], "write on or off, and which");
	toggle.change.state = operands[0];
	toggle.change.word = operands[1];
	outcome = parse_word(&toggle, operands + 1);
	if (outcome == DONE)
		outcome = impact_parse(argv[0], &words);
	if (outcome != DONE)
		return outcome;
	toggle.change.list_cuts = words.list;

	outcome = module_connect(&client, NULL);
	if (outcome == DONE)
		outcome = carry_out(&client, &toggle, &words);
	if (outcome == DONE && json)
		change_json(&toggle.change);
	else if (outcome == DONE)
		change_print(&toggle.change);
	change_free(&toggle.change);
	client_close(&client);
	return outcome;
}
