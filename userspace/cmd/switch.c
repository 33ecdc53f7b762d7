// SPDX-License-Identifier: GPL-2.0-only
/*
 * edgectl zone and feature: switches that hold until the next load.
 */
#include <stdio.h>
#include <string.h>

#include "base/fail.h"
#include "base/memory.h"
#include "cmd/module.h"
#include "cmd/options.h"
#include "cmd/verbs.h"
#include "netlink/view.h"
#include "output/stdout.h"
#include "print/change.h"

static void print_help(void)
{
	fputs("usage: edgectl zone on|off ZONE [--json]\n"
	      "       edgectl feature on|off FEATURE [--json]\n"
	      "\n"
	      "Switches the rows of a zone or a feature on or off until the next load.\n"
	      "After an off, lists each killed row whose flow another live row permits\n"
	      "still, and the switch that closes it.\n"
	      "\n"
	      "  --json      print one JSON object\n"
	      "  -h, --help  print this\n", out);
}

/**
 * struct toggle - rows to be switched
 * @change: the words of the command line
 * @off: whether the rows are switched off
 * @attribute: the attribute to be sent
 * @value: its value, one bit
 */
struct toggle {
	struct change change;
	bool off;
	int attribute;
	uint32_t value;
};

static enum outcome parse_word(struct toggle *toggle)
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

	if (toggle->attribute == NF_EDGE_A_SWITCH_ZONES_OFF)
		return toggle->value == 1U << row->zone &&
		       view->states[i].dead == 1U << NF_EDGE_DEAD_ZONE_OFF;
	return row->feature != NF_EDGE_FEATURE_NONE &&
	       toggle->value == 1U << row->feature &&
	       view->states[i].dead == 1U << NF_EDGE_DEAD_FEATURE_OFF;
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
			    !row_same_flow(&row[killed], &row[by]))
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

static enum outcome carry_out(struct client *client, struct toggle *toggle)
{
	struct change *change = &toggle->change;
	int error;

	error = change_switch(client, toggle->attribute, toggle->value,
			      &change->switched);
	if (error)
		return module_fail(client, error, "cannot switch");
	error = view_read(client, &change->view,
			  toggle->off ? VIEW_ROWS | VIEW_NODES : 0);
	if (error)
		return module_fail(client, error, "cannot read the policy");
	if (!toggle->off)
		return DONE;
	find_pairs(toggle);
	offload_read(&change->offload, &change->view.policy);
	return DONE;
}

/**
 * cmd_switch - the verbs zone and feature
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
	const char *operands[2] = { NULL, NULL };
	struct toggle toggle = {
		.change = { .verb = argv[0], .offload = { .known = true } },
	};
	enum outcome outcome;
	struct client client;

	if (!options_read(argv[0], argc, argv, specs, ARRAY_SIZE(specs), 2,
			  operands, print_help, &outcome))
		return outcome;
	if (!operands[0])
		return fail_usage(argv[0], "write on or off, and which");
	toggle.change.state = operands[0];
	toggle.change.word = operands[1];
	outcome = parse_word(&toggle);
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
