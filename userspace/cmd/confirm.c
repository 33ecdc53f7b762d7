// SPDX-License-Identifier: GPL-2.0-only
/*
 * edgectl confirm: keep a change that waits.  The way back, for rollback.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/fail.h"
#include "base/foreign.h"
#include "base/memory.h"
#include "base/moment.h"
#include "cmd/apply.h"
#include "cmd/confirm.h"
#include "cmd/fallback.h"
#include "cmd/module.h"
#include "cmd/next_boot.h"
#include "cmd/options.h"
#include "cmd/trace.h"
#include "cmd/verbs.h"
#include "config/read.h"
#include "netlink/change.h"
#include "output/colour.h"
#include "output/json.h"
#include "output/stdout.h"
#include "system/waiting_file.h"

/**
 * confirm_read - read the time of the option --confirm
 * @verb: the verb, for complaints
 * @text: the time, or NULL
 * @seconds: set to the time, to 0 without one
 *
 * Return: DONE or USAGE.
 */
enum outcome confirm_read(const char *verb, const char *text,
			  uint32_t *seconds)
{
	*seconds = 0;
	if (!text || moment_read_span(text, NF_EDGE_CONFIRM_TIMEOUT_MAX,
				      seconds))
		return DONE;
	return fail_usage(verb,
			  "--confirm %s: is no time from 1s to 24h; write it as 60s, 10m or 1h",
			  text);
}

/* The first list that another folder would make another one, or NULL. */
static const char *relative_list(const struct config *config)
{
	size_t i;

	for (i = 0; i < SETS_MAX; i++)
		if (config->sources[i].list && *config->sources[i].list != '/')
			return config->sources[i].list;
	return NULL;
}

/* Milliseconds to wait for another edgectl: a load can wait for its turn, what
 * ends a change cannot.
 */
#define LOAD_WAIT	5000
#define END_WAIT	1000

/* Refuse what the kernel would refuse, before the file of the change that waits
 * is gone.
 */
static enum outcome refuse_second(struct client *client)
{
	struct view view = { 0 };
	int error = view_read(client, &view, 0);
	enum outcome outcome = DONE;

	if (error)
		outcome = module_fail(client, error, "cannot read the policy");
	else if (view.waiting.waits)
		outcome = module_refuse_second(&view.waiting);
	view_free(&view);
	return outcome;
}

/**
 * confirm_lock - begin to let a load wait for its confirmation
 * @client: the socket
 * @lock: set to what confirm_unlock() takes, also after a complaint
 *
 * Return: DONE; or the exit code of a complaint, REFUSED when another change
 * waits.
 */
enum outcome confirm_lock(struct client *client, int *lock)
{
	*lock = waiting_file_lock(DEFAULT_CONFIG, LOAD_WAIT);
	if (*lock < 0 && errno == EWOULDBLOCK)
		return fail_with(REFUSED,
				 "another edgectl has kept the folder of %s locked for five seconds; nothing was changed, try again",
				 DEFAULT_CONFIG);
	return refuse_second(client);
}

/**
 * confirm_unlock - the load waits, or was refused
 * @lock: from confirm_lock()
 */
void confirm_unlock(int lock)
{
	waiting_file_unlock(lock);
}

/**
 * confirm_prepare - keep a configuration until its load is confirmed
 * @config: the configuration, which is about to be loaded
 *
 * Context: between confirm_lock() and confirm_unlock().
 * Return: DONE, or REFUSED after a complaint.
 */
enum outcome confirm_prepare(const struct config *config)
{
	const char *list = relative_list(config);
	char *shown = foreign_shown(config->file), *why, *name;
	enum outcome outcome = DONE;

	if (!config->is_stream &&
	    waiting_file_is_boot(DEFAULT_CONFIG, config->file))
		outcome = fail_with(REFUSED,
				    "%s: is what the next boot loads, confirmed or not; give --confirm a changed copy, which edgectl confirm puts in its place; nothing was changed",
				    shown);
	else if (list && (config->is_stream ||
			  !waiting_file_same_folder(DEFAULT_CONFIG,
						    config->file))) {
		name = foreign_shown(list);
		outcome = fail_with(REFUSED,
				    "%s: names the list %s, which edgectl confirm would look for beside %s; write its whole path; nothing was changed",
				    shown, name, DEFAULT_CONFIG);
		free(name);
	}
	free(shown);
	if (outcome != DONE)
		return outcome;
	why = waiting_file_write(DEFAULT_CONFIG, config->text.buffer,
				 config->text.length);
	if (why)
		outcome = fail_with(REFUSED,
				    "the configuration cannot be kept for edgectl confirm: %s; nothing was changed",
				    why);
	free(why);
	return outcome;
}

/**
 * confirm_switched - forget the configuration of a load that waited before
 *
 * A switch that waits has no configuration to put in place.
 */
void confirm_switched(void)
{
	waiting_file_remove(DEFAULT_CONFIG);
}

/**
 * confirm_warn - say beforehand what comes back
 * @before: the policy in force
 */
void confirm_warn(const struct view *before)
{
	if (!before->loaded)
		fail_warn("no policy is in force now: without edgectl confirm, nothing is governed again afterwards");
	else if (before->policy.mode == NF_EDGE_MODE_AUDIT)
		fail_warn("generation %u is in mode audit: without edgectl confirm, nothing is dropped again afterwards",
			  before->generation);
}

static void print_confirm_help(void)
{
	fputs("usage: edgectl confirm [--json] [GENERATION]\n"
	      "\n"
	      "Keeps the change that waits for its confirmation (see load --confirm).\n"
	      "With the GENERATION that load has printed, only if that one waits still, and\n"
	      "not a change that somebody else has begun since.\n"
	      "\n"
	      "After a load, its configuration becomes " DEFAULT_CONFIG ",\n"
	      "so that the next boot loads it; what stood there is kept under the same\n"
	      "name with a ~.\n"
	      "\n"
	      "  --json      print one JSON object\n"
	      "  -h, --help  print this\n"
	      "\n"
	      "Exit: 0 the change stays, 1 no change waits or another one, 2 usage,\n"
	      "3 system error.\n",
	      out);
}

/**
 * struct settling - a confirmation or a rollback
 * @named: the generation that is to stay, 0 for the one that waits
 * @settled: the answer of the module
 * @placed: the configuration of the load was put in its place
 * @is_other: the configuration that was kept is not what is in force
 * @fault: why the configuration was not put in its place, or NULL
 */
struct settling {
	uint32_t named;
	struct settled settled;
	bool placed;
	bool is_other;
	char *fault;
};

/* The file of a load is gone: only a boot that loads the same all the same is no
 * fault.
 */
static void place_nothing(struct client *client, struct settling *settling,
			  const char *name)
{
	struct view view = { 0 };

	if (view_read(client, &view, VIEW_ROWS | VIEW_NODES | VIEW_PREFIXES) ||
	    !next_boot_loads(&view, DEFAULT_CONFIG))
		settling->fault =
			xformat("%s is gone; edgectl show config prints what is in force, for %s",
				name, DEFAULT_CONFIG);
	view_free(&view);
}

/* Put the configuration of a change that stays in its place; a switch has none.
 * Without the lock, the file may be of a change that began since.
 */
static void place(struct client *client, struct settling *settling,
		  bool is_load)
{
	char *name = waiting_file_name(DEFAULT_CONFIG), *why = NULL;
	struct view view = { 0 };
	struct stat status;

	if (stat(name, &status)) {
		if (is_load)
			place_nothing(client, settling, name);
		goto out;
	}
	if (view_read(client, &view, VIEW_ROWS | VIEW_NODES | VIEW_PREFIXES))
		why = xstrdup("the policy in force cannot be read");
	else if (view.waiting.waits)
		settling->fault = xstrdup("another change waits by now");
	else if (!next_boot_loads(&view, name))
		settling->is_other = true;
	else
		why = waiting_file_put(DEFAULT_CONFIG);
	if (why)
		settling->fault = xformat("%s; its configuration is %s", why,
					  name);
	settling->placed = !settling->fault && !settling->is_other;
	if (settling->placed)
		fallback_keep(&view.policy);
	view_free(&view);
out:
	free(why);
	free(name);
}

/* The generation that is in force now. */
static int read_generation(struct client *client, uint32_t *generation)
{
	struct view view = { 0 };
	int error = view_read(client, &view, 0);

	*generation = view.generation;
	view_free(&view);
	return error;
}

static enum outcome fail_confirm(const struct client *client, int error,
				 uint32_t named)
{
	char *what = named ? xformat("cannot confirm generation %u", named) :
			     xstrdup("cannot confirm");
	char *last = NULL;
	enum outcome outcome;

	if (client->refusal.error == ENOENT)
		last = trace_last();
	/* Nothing was being loaded. */
	if (last || client->refusal.error == ESTALE)
		outcome = fail_with(REFUSED, "%s: %s%s%s", what,
				    client->refusal.message, last ? "; " : "",
				    last ? : "");
	else
		outcome = module_fail(client, error, what);
	free(last);
	free(what);
	return outcome;
}

/* Confirm first: the time may be up before all prefixes are compared. */
static enum outcome keep(struct client *client, struct settling *settling)
{
	uint32_t generation = settling->named, entry;
	int error = 0;

	if (!generation)
		error = read_generation(client, &generation);
	if (!error)
		error = change_confirm(client, generation, &settling->settled);
	if (error)
		return fail_confirm(client, error, settling->named);
	entry = trace_settled(&settling->settled, true);
	place(client, settling, entry != 0);
	return DONE;
}

static enum outcome take_back(struct client *client, struct settling *settling)
{
	int error = change_rollback(client, &settling->settled);

	if (error && client->refusal.error == ENOENT)
		return fail_with(REFUSED,
				 "cannot roll back: %s; edgectl history lists what was loaded, edgectl rollback N loads it again",
				 client->refusal.message);
	if (error)
		return module_fail(client, error, "cannot roll back");
	waiting_file_remove(DEFAULT_CONFIG);
	trace_settled(&settling->settled, false);
	return DONE;
}

static void print_policy(const struct settled *settled)
{
	const char *loud = settled->mode == NF_EDGE_MODE_AUDIT ? YELLOW : GREEN;

	if (settled->loaded)
		fprintf(out, "%u address%s governed, mode %s%s%s, generation %u\n",
			settled->governed, settled->governed == 1 ? "" : "es",
			colour_code(loud),
			names_word(&names_modes, settled->mode),
			colour_code(PLAIN), settled->generation);
	else
		fputs("no policy is loaded now, as before the change: nothing is governed\n",
		      out);
}

static void print_confirmed(const struct settling *settling)
{
	fprintf(out, "generation %u stays\n", settling->settled.generation);
	if (settling->placed)
		fputs("its configuration is " DEFAULT_CONFIG " now\n", out);
	print_policy(&settling->settled);
}

static void print_taken_back(const struct settling *settling)
{
	if (settling->settled.loaded)
		fprintf(out, "the policy of generation %u is back\n",
			settling->settled.back);
	print_policy(&settling->settled);
}

static void print_json(const struct settling *settling, bool confirmed)
{
	const struct settled *settled = &settling->settled;
	json_t *object = json_pack("{s:i, s:I, s:I, s:o}", SCHEMA,
				   "generation",
				   (json_int_t)settled->generation, "governed",
				   (json_int_t)settled->governed, "mode",
				   settled->loaded ?
				   out_json_word(&names_modes, settled->mode) :
				   json_null());

	if (confirmed)
		json_object_set_new(object, "file", settling->placed ?
				    json_string(DEFAULT_CONFIG) : json_null());
	else
		json_object_set_new(object, "back_generation", settled->loaded ?
				    json_integer(settled->back) : json_null());
	out_json_print(object, JSON_INDENT(2));
}

/* The change stays, but a boot would not load it. */
static enum outcome complain(const struct settling *settling)
{
	char *name = waiting_file_name(DEFAULT_CONFIG);

	if (settling->fault)
		fail_with(SYSTEM,
			  "generation %u stays, but the next boot does not load it: %s",
			  settling->settled.generation, settling->fault);
	else
		fail_with(SYSTEM,
			  "generation %u stays, but the next boot does not load it: %s is not what is in force; edgectl show config prints that",
			  settling->settled.generation, name);
	free(name);
	return SYSTEM;
}

/**
 * confirm_settle - keep the change that waits, or take it back
 * @confirms: keep it
 * @generation: only a change of this generation is kept, 0 for any
 * @json: print one JSON object
 *
 * Return: what to exit with.
 */
enum outcome confirm_settle(bool confirms, uint32_t generation, bool json)
{
	struct settling settling = { .named = generation };
	enum outcome outcome;
	struct client client;
	int lock;

	outcome = module_connect(&client, NULL);
	if (outcome == DONE) {
		lock = waiting_file_lock(DEFAULT_CONFIG, END_WAIT);
		outcome = confirms ? keep(&client, &settling) :
				     take_back(&client, &settling);
		waiting_file_unlock(lock);
	}
	client_close(&client);
	if (outcome == DONE && json)
		print_json(&settling, confirms);
	else if (outcome == DONE && confirms)
		print_confirmed(&settling);
	else if (outcome == DONE)
		print_taken_back(&settling);
	if (outcome == DONE && (settling.fault || settling.is_other))
		outcome = complain(&settling);
	free(settling.fault);
	return outcome;
}

/* Return: true for a generation that a policy may have. */
static bool read_number(const char *word, uint32_t *generation)
{
	size_t digits = strspn(word, "0123456789");
	unsigned long long number;

	if (!digits || digits > 10 || word[digits])
		return false;
	number = strtoull(word, NULL, 10);
	*generation = (uint32_t)number;
	return number && number <= UINT32_MAX;
}

/**
 * cmd_confirm - the verb confirm
 * @argc: its words, "confirm" first
 * @argv: the words
 *
 * Return: what to exit with.
 */
enum outcome cmd_confirm(int argc, char **argv)
{
	bool json = false;
	const struct option_spec specs[] = {
		{ .name = "json", .flag = &json },
	};
	uint32_t generation = 0;
	enum outcome outcome;
	const char *word;

	if (!options_read("confirm", argc, argv, specs, ARRAY_SIZE(specs), 1,
			  &word, print_confirm_help, &outcome))
		return outcome;
	if (word && !read_number(word, &generation))
		return fail_usage("confirm",
				  "%s: is no generation; edgectl prints the one that waits",
				  word);
	return confirm_settle(true, generation, json);
}
