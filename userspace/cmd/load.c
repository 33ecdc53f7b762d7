// SPDX-License-Identifier: GPL-2.0-only
/*
 * edgectl load: put a configuration into force.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/fail.h"
#include "cmd/apply.h"
#include "cmd/confirm.h"
#include "cmd/fallback.h"
#include "cmd/load.h"
#include "cmd/module.h"
#include "cmd/options.h"
#include "cmd/trace.h"
#include "cmd/verbs.h"
#include "output/colour.h"
#include "output/json.h"
#include "output/stdout.h"
#include "print/impact.h"
#include "print/offload.h"
#include "print/waiting.h"
#include "system/ssh.h"
#include "system/waiting_file.h"

static void print_help(void)
{
	fputs("usage: edgectl load [--confirm TIME] [--if-none] [--force] [--strict]\n"
	      "                    [--verbose] [--list] [--fail-if-cut N] [--json] [FILE]\n"
	      "\n"
	      "Checks a configuration (" DEFAULT_CONFIG " if no FILE is named,\n"
	      "standard input for -) as check does, then puts it into force, whole or\n"
	      "not at all, and tells how many connections that cut.\n"
	      "\n"
	      CONFIRM_HELP
	      "  --if-none   only where no policy is in force; else change nothing, not\n"
	      "              even what was switched, and exit with 0: for use at boot\n"
	      "  --force     load it even if it cuts the SSH session that this runs in\n"
	      "  --strict    refuse it for a warning too\n"
	      "  --verbose   print each warning; else those with the same advice are one line\n"
	      IMPACT_HELP
	      "  --json      print one JSON object\n"
	      "  -h, --help  print this\n"
	      "\n"
	      "Exit: 0 it is in force, 1 refused, 2 usage, 3 system error.\n",
	      out);
}

/* The first session was asked about already. */
static enum outcome check_sessions(struct apply *apply,
				   struct sessions *sessions)
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

static enum outcome publish(struct apply *apply, uint32_t confirm)
{
	int error;

	error = load_publish(&apply->client, &apply->config.policy,
			     apply->before.generation, confirm, &apply->tried);
	if (error)
		return apply_fail(apply, error, &apply->tried);
	if (confirm && apply->tried.changed)
		apply->waiting = (struct waiting){
			.waits = true, .left = confirm,
			.generation = apply->tried.generation,
			.loaded = apply->before.loaded,
			.back = apply->before.generation,
			.back_mode = apply->before.policy.mode,
		};
	trace_load(apply, confirm);
	if (!confirm && !apply->config.is_stream &&
	    waiting_file_is_boot(DEFAULT_CONFIG, apply->config.file))
		fallback_keep(&apply->config.policy);
	return DONE;
}

static enum outcome load(struct apply *apply, bool force, uint32_t confirm)
{
	bool cuts = apply->config.policy.mode == NF_EDGE_MODE_ENFORCE;
	struct sessions sessions = { 0 };
	enum outcome outcome;
	int lock;

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
		sessions_note(&sessions, confirm);
	sessions_free(&sessions);
	if (outcome == DONE)
		outcome = apply_impact(apply);
	if (outcome != DONE)
		return outcome;
	if (apply_is_other_profile(apply))
		fail_warn("the profile changes from %s to %s: counters of all nodes start at zero",
			  names_word(&names_profiles,
				     apply->before.policy.profile),
			  names_word(&names_profiles,
				     apply->config.policy.profile));
	if (!confirm || !apply->tried.changed)
		return publish(apply, 0);
	outcome = confirm_lock(&apply->client, &lock);
	if (outcome == DONE)
		outcome = confirm_prepare(&apply->config);
	if (outcome == DONE) {
		confirm_warn(&apply->before);
		outcome = publish(apply, confirm);
	}
	confirm_unlock(lock);
	return outcome;
}

static void print(const struct apply *apply, const struct offload *offload)
{
	char *offloaded = offload_text(offload), *waits;
	const struct load_reply *now = &apply->tried;
	uint32_t mode = apply->config.policy.mode;
	const char *loud = mode == NF_EDGE_MODE_AUDIT ? YELLOW : GREEN;

	impact_print(&apply->impact, false, apply->words.list);
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
	if (apply->waiting.waits) {
		waits = waiting_text(&apply->waiting);
		fprintf(out, "%s%s%s\n", colour_code(YELLOW), waits,
			colour_code(PLAIN));
		free(waits);
	}
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
	json_object_set_new(object, "pending", waiting_json(&apply->waiting));
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
	out_json_print(json_pack("{s:i,s:s,s:[],s:i,s:[],s:i,s:b,s:b,s:[],s:I,s:I,s:n,s:o,s:o,s:o}",
				 SCHEMA, "profile",
				 names_word(&names_profiles,
					    view->policy.profile),
				 "errors", "errors_left_out", 0,
				 "warnings", "warnings_left_out", 0,
				 "kernel_asked", true, "changed", false,
				 "changes", "generation",
				 (json_int_t)view->generation, "governed",
				 (json_int_t)view->governed, "impact", "mode",
				 out_json_word(&names_modes, view->policy.mode),
				 "pending", waiting_json(&view->waiting),
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
 * load_run - put a configuration into force, and print the outcome
 * @apply: zero but for its options; freed
 * @file: name of the configuration, NULL for DEFAULT_CONFIG
 * @force: cut the SSH session too
 * @confirm: seconds that the load waits for its confirmation, 0 to keep it
 *
 * Return: what to exit with.
 */
enum outcome load_run(struct apply *apply, const char *file, bool force,
		      uint32_t confirm)
{
	struct offload offload = { .known = true };
	enum outcome outcome = apply_read(apply, file);

	if (outcome == DONE)
		outcome = load(apply, force, confirm);
	if (outcome == DONE)
		offload_read(&offload, &apply->config.policy);
	if (outcome == REFUSED && is_late(apply)) {
		if (!is_in_force(apply->json, &outcome))
			outcome = fail_with(REFUSED,
					    "a policy came and went meanwhile; nothing was changed, load again");
	} else if (outcome <= REFUSED && apply_is_bad(apply)) {
		outcome = apply_refuse(apply);
	} else if (outcome == DONE && apply->json) {
		print_json(apply, &offload);
	} else if (outcome == DONE) {
		findings_warn(&apply->config.warnings, apply->verbose);
		print(apply, &offload);
	}
	offload_free(&offload);
	apply_free(apply);
	return outcome;
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
	const char *time = NULL;
	bool force = false;
	const struct option_spec specs[] = {
		{ .name = "json", .flag = &apply.json },
		{ .name = "confirm", .value = &time },
		{ .name = "force", .flag = &force },
		{ .name = "strict", .flag = &apply.strict },
		{ .name = "verbose", .flag = &apply.verbose },
		{ .name = "if-none", .flag = &apply.if_none },
		{ .name = "list", .flag = &apply.words.list },
		{ .name = "fail-if-cut", .value = &apply.words.limit },
	};
	enum outcome outcome;
	const char *file;
	uint32_t confirm;

	if (!options_read("load", argc, argv, specs, ARRAY_SIZE(specs), 1,
			  &file, print_help, &outcome))
		return outcome;
	outcome = impact_parse("load", &apply.words);
	if (outcome != DONE)
		return outcome;

	outcome = confirm_read("load", time, &confirm);
	if (outcome != DONE)
		return outcome;
	if (apply.if_none && is_in_force(apply.json, &outcome))
		return outcome;
	return load_run(&apply, file, force, confirm);
}
