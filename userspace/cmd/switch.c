// SPDX-License-Identifier: GPL-2.0-only
/*
 * edgectl zone, feature and row: switches that hold until the next load.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/fail.h"
#include "base/memory.h"
#include "cmd/module.h"
#include "cmd/options.h"
#include "cmd/verbs.h"
#include "netlink/view.h"
#include "output/stdout.h"
#include "policy/rows.h"
#include "print/change.h"

static void print_help(void)
{
	fputs("usage: edgectl zone on|off ZONE [--json]\n"
	      "       edgectl feature on|off FEATURE [--json]\n"
	      "       edgectl row on|off ID... [--json]\n"
	      "\n"
	      "Switches the rows of a zone or a feature, or single rows, on or off until\n"
	      "the next load.  A row is live when none of the three is off.\n"
	      "After an off, lists each killed row whose flow another live row permits\n"
	      "still, and the switch that closes it.  After row on, lists each of the rows\n"
	      "that permits nothing yet, and the cause.\n"
	      "\n"
	      "  --json      print one JSON object\n"
	      "  -h, --help  print this\n", out);
}

/**
 * struct toggle - rows to be switched
 * @change: the words of the command line
 * @off: whether the rows are switched off
 * @attribute: the attribute to be sent
 * @value: value of the attribute, one bit; of single rows none
 */
struct toggle {
	struct change change;
	bool off;
	int attribute;
	uint32_t value;
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
	const char *names[ROWS_MAX] = { NULL };
	enum outcome outcome;
	char *advice;
	size_t i, n;

	for (i = 0; i < ids->count; i++)
		if (rows_find(&view->table, ids->id[i]) < 0)
			break;
	if (i == ids->count)
		return DONE;
	for (n = 0; n < view->table.count; n++)
		names[n] = view->table.row[n].id;
	advice = rows_advice(names, view->table.count, ids->id[i]);
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

/* Return: true when some node has the row and its service. */
static bool is_at_a_node(const struct policy *policy, const struct row *row)
{
	const struct site_row *own = site_row_find(policy, row->id);
	const struct binding *binding;
	const struct node *node;

	policy_for_each_binding(policy, node, binding)
		if (binding->service == row->service &&
		    (!own || site_row_of_node(own, node->name)))
			return true;
	return false;
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
		if (!is_at_a_node(&view->policy, row))
			causes |= IDLE_NODE;
		if (row_at_nobody(row, state->bound))
			causes |= IDLE_PEERS;
		if (causes)
			change->idle[change->idle_count++] = (struct idle){
				.row = i, .causes = causes,
			};
	}
}

static enum outcome carry_out(struct client *client, struct toggle *toggle)
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
		error = change_switch_rows(client, toggle->attribute,
					   &change->ids, &change->switched);
	} else {
		error = change_switch(client, toggle->attribute, toggle->value,
				      &change->switched);
	}
	if (error)
		return module_fail(client, error, "cannot switch");
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
	bool json = false;
	const struct option_spec specs[] = {
		{ .name = "json", .flag = &json },
	};
	const char *operands[ROWS_MAX + 2] = { NULL };
	struct toggle toggle = {
		.change = { .verb = argv[0], .offload = { .known = true } },
	};
	enum outcome outcome;
	struct client client;

	if (!options_read(argv[0], argc, argv, specs, ARRAY_SIZE(specs),
			  strcmp(argv[0], "row") ? 2 : ROWS_MAX + 1, operands,
			  print_help, &outcome))
		return outcome;
	if (!operands[0])
		return fail_usage(argv[0], "write on or off, and which");
	toggle.change.state = operands[0];
	toggle.change.word = operands[1];
	outcome = parse_word(&toggle, operands + 1);
	if (outcome != DONE)
		return outcome;

	outcome = module_connect(&client, NULL);
	if (outcome == DONE)
		outcome = carry_out(&client, &toggle);
	if (outcome == DONE && json)
		change_json(&toggle.change);
	else if (outcome == DONE)
		change_print(&toggle.change);
	change_free(&toggle.change);
	client_close(&client);
	return outcome;
}
