// SPDX-License-Identifier: GPL-2.0-only
/*
 * edgectl zone, feature and mode: switches that hold until the next load.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/fail.h"
#include "base/memory.h"
#include "cmd/options.h"
#include "cmd/verbs.h"
#include "netlink/explain.h"
#include "netlink/view.h"
#include "output/colour.h"
#include "output/json.h"
#include "output/stdout.h"
#include "print/offload.h"
#include "system/ssh.h"

/**
 * struct toggle - a switch that is to be thrown
 * @verb: "zone", "feature" or "mode"
 * @state: "on" or "off", of a mode its word
 * @word: the zone or feature, NULL of a mode
 * @attribute: what to send
 * @value: and its value
 * @off: something is switched off
 * @cuts: connections may end by it
 * @guarded: not if it cuts the SSH session that this runs in
 */
struct toggle {
	const char *verb;
	const char *state;
	const char *word;
	int attribute;
	uint32_t value;
	bool off;
	bool cuts;
	bool guarded;
};

/* A killed row, and one that still permits its flow. */
struct pair {
	size_t killed;
	size_t by;
};

/**
 * struct result - what came of it
 * @changed: it was not so before
 * @generation: of the policy now
 * @pairs: what is permitted still
 * @pair_count: how many
 * @pair_capacity: how many there is room for
 * @offload: connections that no switch reaches
 */
struct result {
	bool changed;
	uint32_t generation;
	struct pair *pairs;
	size_t pair_count;
	size_t pair_capacity;
	struct offload offload;
};

static void print_mode_help(void)
{
	fputs("usage: edgectl mode enforce|audit [--force] [--json]\n"
	      "\n"
	      "enforce drops what the policy refuses; audit counts it as would-be drops\n"
	      "and drops nothing.  Holds until the next load.\n"
	      "\n"
	      "  --force     enforce even if it cuts the SSH session that this runs in\n"
	      "  --json      print one JSON object\n"
	      "  -h, --help  print this\n", nf_edge_out);
}

static void print_switch_help(void)
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

static enum outcome parse_mode(struct toggle *toggle)
{
	int mode = nf_edge_word_find(&nf_edge_modes, toggle->state);

	if (mode < 0)
		return nf_edge_usage_word("mode", &nf_edge_modes,
					  toggle->state);
	toggle->attribute = NF_EDGE_A_SWITCH_MODE;
	toggle->value = (uint32_t)mode;
	return DONE;
}

static enum outcome parse_word(struct toggle *toggle)
{
	bool is_zone = !strcmp(toggle->verb, "zone");
	const struct vocabulary *vocabulary = is_zone ? &nf_edge_zones :
							&nf_edge_features;
	int value;

	toggle->off = !strcmp(toggle->state, "off");
	if (!toggle->off && strcmp(toggle->state, "on") != 0)
		return nf_edge_usage(toggle->verb, "%s: write on or off",
				     toggle->state);
	if (!toggle->word)
		return nf_edge_usage(toggle->verb, "the %s is missing",
				     toggle->verb);
	value = nf_edge_word_find(vocabulary, toggle->word);
	if (value < 0)
		return nf_edge_usage_word(toggle->verb, vocabulary,
					  toggle->word);
	if (is_zone)
		toggle->attribute = toggle->off ? NF_EDGE_A_SWITCH_ZONES_OFF :
						NF_EDGE_A_SWITCH_ZONES_ON;
	else
		toggle->attribute = toggle->off ? NF_EDGE_A_SWITCH_FEATURES_OFF :
						NF_EDGE_A_SWITCH_FEATURES_ON;
	toggle->value = 1U << value;
	return DONE;
}

static void read_reply(struct nlmsghdr *reply, void *arg)
{
	struct nlattr *attrs[NF_EDGE_A_SWITCH_MAX + 1];
	struct result *result = arg;

	nf_edge_reply_parse(reply, attrs, NF_EDGE_A_SWITCH_MAX);
	result->generation =
		nf_edge_attr_u32(attrs[NF_EDGE_A_SWITCH_GENERATION]);
	result->changed = nf_edge_attr_u8(attrs[NF_EDGE_A_SWITCH_CHANGED]);
}

/* Whether a row is dead by this switch, and by nothing else. */
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

static void find_pairs(const struct toggle *toggle, struct result *result,
		       const struct view *view)
{
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
			result->pairs = nf_edge_grow(result->pairs,
						     &result->pair_capacity,
						     result->pair_count,
						     sizeof(*result->pairs));
			result->pairs[result->pair_count++] = (struct pair){
				.killed = killed, .by = by,
			};
		}
	}
}

static enum outcome send_switch(struct client *client,
				const struct toggle *toggle,
				struct result *result)
{
	struct nl_msg *request;

	request = nf_edge_request(client, NF_EDGE_CMD_SWITCH, NLM_F_ACK,
				  MESSAGE_SMALL);
	nla_put_u32(request, toggle->attribute, toggle->value);
	if (nf_edge_do(client, request, read_reply, result))
		return nf_edge_client_fail(client, "cannot switch");
	return DONE;
}

/* The verdict is the policy's in audit too. */
static enum outcome check_sessions(struct client *client)
{
	enum outcome outcome = DONE;
	struct sessions sessions;
	size_t i;

	nf_edge_sessions_find(&sessions);
	for (i = 0; i < sessions.count && outcome == DONE; i++) {
		struct verdict verdict;

		if (nf_edge_explain_ask(client, &sessions.items[i], &verdict))
			outcome = nf_edge_client_fail(client, "cannot explain");
		else
			outcome = nf_edge_session_check(&sessions, i, &verdict,
							"mode enforce");
	}
	if (outcome == DONE)
		nf_edge_sessions_note(&sessions);
	nf_edge_sessions_free(&sessions);
	return outcome;
}

static enum outcome carry_out(struct client *client, const struct toggle *toggle,
			      struct result *result)
{
	enum outcome outcome = DONE;
	struct view view;

	if (toggle->guarded)
		outcome = check_sessions(client);
	if (outcome != DONE)
		return outcome;
	outcome = send_switch(client, toggle, result);
	if (outcome != DONE || !toggle->cuts)
		return outcome;
	outcome = nf_edge_view_read(client, &view, VIEW_ROWS | VIEW_NODES);
	if (outcome == DONE && toggle->off)
		find_pairs(toggle, result, &view);
	if (outcome == DONE)
		nf_edge_offload_read(&result->offload, &view.policy);
	nf_edge_view_free(&view);
	return outcome;
}

/* The narrowest switch that kills a row: a new string. */
static char *switch_for(const struct row *row)
{
	if (row->feature != NF_EDGE_FEATURE_NONE)
		return nf_edge_format("feature off %s",
				      nf_edge_word(&nf_edge_features,
						   (uint32_t)row->feature));
	return nf_edge_format("zone off %s",
			      nf_edge_word(&nf_edge_zones, row->zone));
}

static void print_pair(const struct pair *pair)
{
	const struct row *killed = &nf_edge_rows[pair->killed];
	const struct row *by = &nf_edge_rows[pair->by];
	char *ports = nf_edge_row_ports(killed), *closes = switch_for(by);

	fprintf(nf_edge_out, "  %s (%s %s %s %s) is still permitted by %s: edgectl %s closes it\n",
		killed->id, nf_edge_word(&nf_edge_services, killed->service),
		nf_edge_word(&nf_edge_directions, killed->direction),
		nf_edge_row_protocol(killed), ports, by->id, closes);
	free(closes);
	free(ports);
}

static void print(const struct toggle *toggle, const struct result *result)
{
	char *what = toggle->word ?
		nf_edge_format("%s %s is %s", toggle->verb, toggle->word,
			       toggle->state) :
		nf_edge_format("mode is %s", toggle->state);
	char *offloaded = nf_edge_offload_text(&result->offload);
	size_t i;

	if (result->changed)
		fprintf(nf_edge_out, "%s until the next load, generation %u\n",
			what, result->generation);
	else
		fprintf(nf_edge_out, "nothing changed: %s already\n", what);
	for (i = 0; i < result->pair_count; i++)
		print_pair(&result->pairs[i]);
	if (offloaded)
		nf_edge_warn("%s", offloaded);
	free(offloaded);
	free(what);
}

static void print_json(const struct toggle *toggle, const struct result *result)
{
	json_t *object, *pairs = json_array();
	size_t i;

	for (i = 0; i < result->pair_count; i++) {
		const struct row *killed = &nf_edge_rows[result->pairs[i].killed];
		const struct row *by = &nf_edge_rows[result->pairs[i].by];
		char *closes = switch_for(by);
		json_t *pair = json_pack("{s:s, s:s, s:s}", "row", killed->id,
					 "by", by->id, "switch", closes);

		json_array_append_new(pairs, pair);
		free(closes);
	}
	object = json_pack("{s:i, s:s, s:o*, s:b, s:I, s:o, s:o}", SCHEMA,
			   toggle->verb, toggle->word ? : toggle->state,
			   "on", toggle->word ? json_boolean(!toggle->off) :
						NULL,
			   "changed", result->changed,
			   "generation", (json_int_t)result->generation,
			   "still_permitted", pairs,
			   "offloaded_connections",
			   nf_edge_offload_connections_json(&result->offload));
	nf_edge_json_print(object, JSON_INDENT(2));
}

/**
 * nf_edge_cmd_switch - the verbs zone, feature and mode
 * @argc: its words, the verb first
 * @argv: the words
 *
 * Return: what to exit with.
 */
enum outcome nf_edge_cmd_switch(int argc, char **argv)
{
	bool json = false, force = false;
	bool is_mode = !strcmp(argv[0], "mode");
	const struct option_spec specs[] = {
		{ .name = "json", .flag = &json },
		{ .name = "force", .flag = &force },
	};
	const char *operands[2] = { NULL, NULL };
	struct toggle toggle = { .verb = argv[0] };
	struct result result = { .offload.known = true };
	enum outcome outcome;
	struct client client;

	if (!nf_edge_options(argv[0], argc, argv, specs, is_mode ? 2 : 1,
			     is_mode ? 1 : 2, operands, is_mode ?
			     print_mode_help : print_switch_help, &outcome))
		return outcome;
	if (!operands[0])
		return nf_edge_usage(argv[0], is_mode ?
				     "write enforce or audit" :
				     "write on or off, and which");
	toggle.state = operands[0];
	toggle.word = operands[1];
	outcome = is_mode ? parse_mode(&toggle) : parse_word(&toggle);
	if (outcome != DONE)
		return outcome;
	toggle.cuts = toggle.off ||
		      (is_mode && toggle.value == NF_EDGE_MODE_ENFORCE);
	toggle.guarded = is_mode && toggle.cuts && !force;

	outcome = nf_edge_client_connect(&client, NULL);
	if (outcome == DONE)
		outcome = carry_out(&client, &toggle, &result);
	if (outcome == DONE && json)
		print_json(&toggle, &result);
	else if (outcome == DONE)
		print(&toggle, &result);
	nf_edge_offload_free(&result.offload);
	free(result.pairs);
	nf_edge_client_close(&client);
	return outcome;
}
