// SPDX-License-Identifier: GPL-2.0-only
/*
 * edgectl load: put a configuration into force.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/fail.h"
#include "cmd/apply.h"
#include "cmd/module.h"
#include "cmd/options.h"
#include "cmd/verbs.h"
#include "output/colour.h"
#include "output/json.h"
#include "output/stdout.h"
#include "print/offload.h"
#include "system/ssh.h"

static void print_help(void)
{
	fputs("usage: edgectl load [--if-none] [--force] [--strict] [--json] [FILE]\n"
	      "\n"
	      "Checks a configuration (" DEFAULT_CONFIG " if no FILE is named,\n"
	      "standard input for -) as check does, then puts it into force, whole or\n"
	      "not at all.\n"
	      "\n"
	      "  --if-none   only where no policy is in force; else change nothing, not\n"
	      "              even what was switched, and exit with 0: for use at boot\n"
	      "  --force     load it even if it cuts the SSH session that this runs in\n"
	      "  --strict    refuse it for a warning too\n"
	      "  --json      print one JSON object\n"
	      "  -h, --help  print this\n"
	      "\n"
	      "Exit: 0 it is in force, 1 refused, 2 usage, 3 system error.\n",
	      out);
}

/* The first session was asked about already. */
static enum outcome check_sessions(struct apply *apply,
				   const struct sessions *sessions)
{
	struct load_reply reply = apply->tried;
	enum outcome outcome = DONE;
	int error = 0;
	size_t i;

	for (i = 0; i < sessions->count && outcome == DONE; i++) {
		if (i)
			error = load_try(&apply->client,
					 &apply->config.policy,
					 &sessions->items[i], &reply);
		if (error)
			return apply_fail(apply, error, &reply);
		outcome = session_check(sessions, i, &reply.verdict,
					apply->config.file);
	}
	return outcome;
}

static enum outcome load(struct apply *apply, bool force)
{
	bool cuts = apply->config.policy.mode == NF_EDGE_MODE_ENFORCE;
	struct sessions sessions = { 0 };
	enum outcome outcome;
	int error;

	if (cuts && !force)
		sessions_find(&sessions);
	outcome = apply_try(apply, true, sessions.count ?
			    sessions.items : NULL);
	if (outcome == DONE && ((apply->if_none && apply->before.loaded) ||
				apply_is_bad(apply)))
		outcome = REFUSED;
	if (outcome == DONE)
		outcome = check_sessions(apply, &sessions);
	if (outcome == DONE)
		sessions_note(&sessions);
	sessions_free(&sessions);
	if (outcome != DONE)
		return outcome;
	if (apply_is_other_profile(apply))
		fprintf(stderr,
			"edgectl: the profile changes from %s to %s: counters of all nodes start at zero\n",
			names_word(&names_profiles,
				   apply->before.policy.profile),
			names_word(&names_profiles,
				   apply->config.policy.profile));
	error = load_publish(&apply->client, &apply->config.policy,
			     apply->before.generation, &apply->tried);
	return error ? apply_fail(apply, error, &apply->tried) : DONE;
}

static void print(const struct apply *apply, const struct offload *offload)
{
	char *offloaded = offload_text(offload);
	const struct load_reply *now = &apply->tried;
	uint32_t mode = apply->config.policy.mode;
	const char *loud = mode == NF_EDGE_MODE_AUDIT ? YELLOW : GREEN;

	if (now->changed) {
		apply_print_changes(apply);
	} else {
		fputs("nothing changed: ", out);
		out_put(apply->config.file);
		fputs(" is in force already\n", out);
	}
	fprintf(out, "%u address%s governed now, mode %s%s%s, generation %u\n",
		now->governed, now->governed == 1 ? "" : "es",
		colour_code(loud), names_word(&names_modes, mode),
		colour_code(PLAIN), now->generation);
	if (offloaded)
		colour_warn("%s", offloaded);
	free(offloaded);
}

static void print_json(const struct apply *apply, const struct offload *offload)
{
	json_t *object = apply_json(apply);

	json_object_set_new(object, "mode",
			    out_json_word(&names_modes,
					  apply->config.policy.mode));
	json_object_set_new(object, "offloaded_connections",
			    offload_connections_json(offload));
	out_json_print(object, JSON_INDENT(2));
}

static enum outcome read_in_force(struct view *view)
{
	enum outcome outcome;
	struct client client;
	int error;

	*view = (struct view){ 0 };
	outcome = module_connect(&client, NULL);
	if (outcome == DONE) {
		error = view_read(&client, view, VIEW_NODES);
		if (error)
			outcome = module_fail(&client, error,
					      "cannot read the policy");
	}
	client_close(&client);
	return outcome;
}

static void print_in_force(const struct view *view)
{
	fprintf(out, "nothing changed: a policy is in force already\n"
		"%u address%s governed, mode %s, generation %u\n",
		view->governed, view->governed == 1 ? "" : "es",
		names_word(&names_modes, view->policy.mode),
		view->generation);
}

/* The keys of a load that changes nothing. */
static void print_in_force_json(const struct view *view)
{
	struct offload offload = { .known = true };

	offload_read(&offload, &view->policy);
	out_json_print(json_pack("{s:i,s:s,s:[],s:i,s:[],s:i,s:b,s:b,s:[],s:I,s:I,s:o,s:o}",
				 SCHEMA, "profile",
				 names_word(&names_profiles,
					    view->policy.profile),
				 "errors", "errors_left_out", 0,
				 "warnings", "warnings_left_out", 0,
				 "kernel_asked", true, "changed", false,
				 "changes", "generation",
				 (json_int_t)view->generation, "governed",
				 (json_int_t)view->governed, "mode",
				 out_json_word(&names_modes, view->policy.mode),
				 "offloaded_connections",
				 offload_connections_json(&offload)),
		       JSON_INDENT(2));
	offload_free(&offload);
}

/* Return: true when --if-none has nothing to do, and exits with *@outcome. */
static bool is_in_force(bool json, enum outcome *outcome)
{
	struct view view;
	bool loaded;

	*outcome = read_in_force(&view);
	loaded = *outcome == DONE && view.loaded;
	if (loaded && json)
		print_in_force_json(&view);
	else if (loaded)
		print_in_force(&view);
	view_free(&view);
	return loaded || *outcome != DONE;
}

/* Return: true when the policy of another load came first. */
static bool is_late(const struct apply *apply)
{
	return apply->if_none &&
	       (apply->before.loaded ||
		apply->client.refusal.error == ESTALE);
}

/**
 * cmd_load - the verb load
 * @argc: its words, "load" first
 * @argv: the words
 *
 * Return: what to exit with.
 */
enum outcome cmd_load(int argc, char **argv)
{
	struct apply apply = { 0 };
	bool force = false;
	const struct option_spec specs[] = {
		{ .name = "json", .flag = &apply.json },
		{ .name = "force", .flag = &force },
		{ .name = "strict", .flag = &apply.strict },
		{ .name = "if-none", .flag = &apply.if_none },
	};
	struct offload offload = { .known = true };
	const char *file;
	enum outcome outcome;

	if (!options_read("load", argc, argv, specs, ARRAY_SIZE(specs), 1,
			  &file, print_help, &outcome))
		return outcome;

	if (apply.if_none && is_in_force(apply.json, &outcome))
		return outcome;
	outcome = apply_read(&apply, file);
	if (outcome == DONE)
		outcome = load(&apply, force);
	if (outcome == DONE)
		offload_read(&offload, &apply.config.policy);
	if (outcome == REFUSED && is_late(&apply)) {
		if (!is_in_force(apply.json, &outcome))
			outcome = fail_with(REFUSED,
					    "a policy came and went meanwhile; nothing was changed, load again");
	} else if (outcome <= REFUSED && apply_is_bad(&apply)) {
		outcome = apply_refuse(&apply);
	} else if (outcome == DONE && apply.json) {
		print_json(&apply, &offload);
	} else if (outcome == DONE) {
		findings_print(&apply.config.warnings, stderr);
		print(&apply, &offload);
	}
	offload_free(&offload);
	apply_free(&apply);
	return outcome;
}
