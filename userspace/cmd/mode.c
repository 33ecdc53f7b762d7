// SPDX-License-Identifier: GPL-2.0-only
/*
 * edgectl mode: enforce or audit, until the next load.
 */
#include <stdio.h>

#include "base/fail.h"
#include "cmd/module.h"
#include "cmd/options.h"
#include "cmd/verbs.h"
#include "netlink/explain.h"
#include "netlink/view.h"
#include "output/stdout.h"
#include "print/change.h"
#include "system/ssh.h"

static void print_help(void)
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

/* The verdict is the policy's in audit too. */
static enum outcome check_sessions(struct client *client)
{
	enum outcome outcome = DONE;
	struct sessions sessions;
	int error;
	size_t i;

	nf_edge_sessions_find(&sessions);
	for (i = 0; i < sessions.count && outcome == DONE; i++) {
		struct verdict verdict;

		error = nf_edge_explain_ask(client, &sessions.items[i],
					    &verdict);
		outcome = error ?
			nf_edge_module_fail(client, error, "cannot explain") :
			nf_edge_session_check(&sessions, i, &verdict,
					      "mode enforce");
	}
	if (outcome == DONE)
		nf_edge_sessions_note(&sessions);
	nf_edge_sessions_free(&sessions);
	return outcome;
}

static enum outcome switch_mode(struct client *client, uint32_t mode,
				bool force, struct change *change)
{
	bool cuts = mode == NF_EDGE_MODE_ENFORCE;
	enum outcome outcome = DONE;
	struct view view;
	int error;

	if (cuts && !force)
		outcome = check_sessions(client);
	if (outcome != DONE)
		return outcome;
	error = nf_edge_change_switch(client, NF_EDGE_A_SWITCH_MODE, mode,
				      &change->switched);
	if (error)
		return nf_edge_module_fail(client, error, "cannot switch");
	if (!cuts)
		return DONE;
	error = nf_edge_view_read(client, &view, VIEW_ROWS | VIEW_NODES);
	if (!error)
		nf_edge_offload_read(&change->offload, &view.policy);
	nf_edge_view_free(&view);
	return error ? nf_edge_module_fail(client, error,
					   "cannot read the policy") : DONE;
}

/**
 * nf_edge_cmd_mode - the verb mode
 * @argc: its words, "mode" first
 * @argv: the words
 *
 * Return: what to exit with.
 */
enum outcome nf_edge_cmd_mode(int argc, char **argv)
{
	bool json = false, force = false;
	const struct option_spec specs[] = {
		{ .name = "json", .flag = &json },
		{ .name = "force", .flag = &force },
	};
	struct change change = {
		.verb = "mode", .offload = { .known = true },
	};
	enum outcome outcome;
	struct client client;
	int mode;

	if (!nf_edge_options("mode", argc, argv, specs, ARRAY_SIZE(specs), 1,
			     &change.state, print_help, &outcome))
		return outcome;
	if (!change.state)
		return nf_edge_usage("mode", "write enforce or audit");
	mode = nf_edge_word_find(&nf_edge_modes, change.state);
	if (mode < 0)
		return nf_edge_usage_word("mode", &nf_edge_modes, change.state);

	outcome = nf_edge_module_connect(&client, NULL);
	if (outcome == DONE)
		outcome = switch_mode(&client, (uint32_t)mode, force, &change);
	if (outcome == DONE && json)
		nf_edge_change_json(&change);
	else if (outcome == DONE)
		nf_edge_change_print(&change);
	nf_edge_change_free(&change);
	nf_edge_client_close(&client);
	return outcome;
}
