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
	      "  -h, --help  print this\n", nf_edge_out);
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
	const struct vocabulary *vocabulary = is_zone ? &nf_edge_zones :
							&nf_edge_features;
	int value;

	toggle->off = !strcmp(change->state, "off");
	if (!toggle->off && strcmp(change->state, "on") != 0)
		return nf_edge_usage(change->verb, "%s: write on or off",
				     change->state);
	if (!change->word)
		return nf_edge_usage(change->verb, "the %s is missing",
				     change->verb);
	value = nf_edge_word_find(vocabulary, change->word);
	if (value < 0)
		return nf_edge_usage_word(change->verb, vocabulary,
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
static bool is_killed(const struct toggle *toggle, const struct view *view,
		      size_t i)
{
	const struct row *row = &nf_edge_rows[i];

	if (toggle->attribute == NF_EDGE_A_SWITCH_ZONES_OFF)
		return toggle->value == 1U << row->zone &&
		       view->rows[i].dead == 1U << NF_EDGE_DEAD_ZONE_OFF;
	return row->feature != NF_EDGE_FEATURE_NONE &&
	       toggle->value == 1U << row->feature &&
	       view->rows[i].dead == 1U << NF_EDGE_DEAD_FEATURE_OFF;
}

static void find_pairs(struct toggle *toggle, const struct view *view)
{
	struct change *change = &toggle->change;
	size_t killed, by;

	for (killed = 0; killed < NF_EDGE_ROW_COUNT; killed++) {
		if (!is_killed(toggle, view, killed))
			continue;
		for (by = 0; by < NF_EDGE_ROW_COUNT; by++) {
			if (!view->rows[by].live ||
			    nf_edge_row_at_nobody(&nf_edge_rows[by],
						  view->rows[by].bound) ||
			    !nf_edge_row_same_flow(&nf_edge_rows[killed],
						   &nf_edge_rows[by]))
				continue;
			change->pairs = nf_edge_grow(change->pairs,
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
	struct view view;
	int error;

	error = nf_edge_change_switch(client, toggle->attribute, toggle->value,
				      &change->switched);
	if (error)
		return nf_edge_module_fail(client, error, "cannot switch");
	if (!toggle->off)
		return DONE;
	error = nf_edge_view_read(client, &view, VIEW_ROWS | VIEW_NODES);
	if (!error) {
		find_pairs(toggle, &view);
		nf_edge_offload_read(&change->offload, &view.policy);
	}
	nf_edge_view_free(&view);
	return error ? nf_edge_module_fail(client, error,
					   "cannot read the policy") : DONE;
}

/**
 * nf_edge_cmd_switch - the verbs zone and feature
 * @argc: its words, the verb first
 * @argv: the words
 *
 * Return: what to exit with.
 */
enum outcome nf_edge_cmd_switch(int argc, char **argv)
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

	if (!nf_edge_options(argv[0], argc, argv, specs, ARRAY_SIZE(specs), 2,
			     operands, print_help, &outcome))
		return outcome;
	if (!operands[0])
		return nf_edge_usage(argv[0], "write on or off, and which");
	toggle.change.state = operands[0];
	toggle.change.word = operands[1];
	outcome = parse_word(&toggle);
	if (outcome != DONE)
		return outcome;

	outcome = nf_edge_module_connect(&client, NULL);
	if (outcome == DONE)
		outcome = carry_out(&client, &toggle);
	if (outcome == DONE && json)
		nf_edge_change_json(&toggle.change);
	else if (outcome == DONE)
		nf_edge_change_print(&toggle.change);
	nf_edge_change_free(&toggle.change);
	nf_edge_client_close(&client);
	return outcome;
}
