// SPDX-License-Identifier: GPL-2.0-only
/*
 * edgectl mode: enforce or audit, until the next load.
 */
#include <stdio.h>

#include "base/fail.h"
#include "cmd/confirm.h"
#include "cmd/impact.h"
#include "cmd/module.h"
#include "cmd/options.h"
#include "cmd/trace.h"
#include "cmd/verbs.h"
#include "netlink/explain.h"
#include "netlink/view.h"
#include "output/stdout.h"
#include "print/change.h"
#include "system/ssh.h"

static void print_help(void)
{
	fputs("usage: edgectl mode enforce|audit [--confirm TIME] [--force] [--list]\n"
	      "                    [--fail-if-cut N] [--json]\n"
	      "\n"
	      "enforce drops what the policy refuses; audit counts it as would-be drops\n"
	      "and drops nothing.  Holds until the next load.  enforce tells how many of\n"
	      "the connections in the table of connection tracking it cuts.\n"
	      "\n"
	      CONFIRM_HELP
	      "  --force     enforce even if it cuts the SSH session that this runs in\n"
	      IMPACT_HELP
	      "  --json      print one JSON object\n"
	      "  -h, --help  print this\n", out);
}

/* The verdict is the policy's in audit too. */
static enum outcome check_sessions(struct client *client, bool waits)
{
	enum outcome outcome = DONE;
	struct sessions sessions;
	int error;
	size_t i;

	sessions_find(&sessions);
	for (i = 0; i < sessions.count && outcome == DONE; i++) {
		struct verdict verdict;

		error = explain_ask(client, &sessions.items[i], &verdict);
		outcome = error ?
			module_fail(client, error, "cannot explain") :
			session_check(&sessions, i, &verdict, "mode enforce");
	}
	if (outcome == DONE)
		sessions_note(&sessions, waits);
	sessions_free(&sessions);
	return outcome;
}

static enum outcome switch_mode(struct client *client, uint32_t mode,
				bool force, uint32_t confirm,
				const struct impact_words *words,
				struct change *change)
{
	bool cuts = mode == NF_EDGE_MODE_ENFORCE;
	struct switching wanted = {
		.attribute = NF_EDGE_A_SWITCH_MODE, .value = mode,
		.confirm = confirm, .may_cut = cuts,
	};
	enum outcome outcome = DONE;
	int error;

	if (cuts && !force)
		outcome = check_sessions(client, confirm);
	if (outcome != DONE)
		return outcome;
	outcome = impact_switch(client, &wanted, words, &change->impact,
				&change->switched);
	if (outcome != DONE)
		return outcome;
	if (confirm)
		confirm_switched();
	if (change->switched.changed)
		trace_change("switched mode %s: generation %u", change->state,
			     change->switched.generation);
	error = view_read(client, &change->view, cuts ? VIEW_NODES : 0);
	if (error)
		return module_fail(client, error, "cannot read the policy");
	if (cuts)
		offload_read(&change->offload, &change->view.policy);
	return DONE;
}

/**
 * cmd_mode - the verb mode
 * @argc: its words, "mode" first
 * @argv: the words
 *
 * Return: what to exit with.
 */
enum outcome cmd_mode(int argc, char **argv)
{
	bool json = false, force = false;
	const char *time = NULL;
	struct impact_words words = { .list = false };
	const struct option_spec specs[] = {
		{ .name = "json", .flag = &json },
		{ .name = "list", .flag = &words.list },
		{ .name = "fail-if-cut", .value = &words.limit },
		{ .name = "force", .flag = &force },
		{ .name = "confirm", .value = &time },
	};
	struct change change = {
		.verb = "mode", .offload = { .known = true },
	};
	enum outcome outcome;
	struct client client;
	uint32_t confirm;
	int mode;

	if (!options_read("mode", argc, argv, specs, ARRAY_SIZE(specs), 1,
			  &change.state, print_help, &outcome))
		return outcome;
	outcome = confirm_read("mode", time, &confirm);
	if (outcome != DONE)
		return outcome;
	if (!change.state)
		return fail_usage("mode", "write enforce or audit");
	mode = names_find(&names_modes, change.state);
	if (mode < 0)
		return options_unknown_word("mode", &names_modes, change.state);
	outcome = impact_parse("mode", &words);
	if (outcome != DONE)
		return outcome;
	change.list_cuts = words.list;

	outcome = module_connect(&client, NULL);
	if (outcome == DONE)
		outcome = switch_mode(&client, (uint32_t)mode, force, confirm,
				      &words, &change);
	if (outcome == DONE && json)
		change_json(&change);
	else if (outcome == DONE)
		change_print(&change);
	change_free(&change);
	client_close(&client);
	return outcome;
}
