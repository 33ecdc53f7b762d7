// SPDX-License-Identifier: GPL-2.0-only
/*
 * edgectl upgrade-module: another nf_edge.ko takes the place of the one in the
 * kernel, and an nftables ruleset holds the policy in between.
 */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>

#include "base/fail.h"
#include "base/macros.h"
#include "base/memory.h"
#include "cmd/folding.h"
#include "cmd/module.h"
#include "cmd/options.h"
#include "cmd/ready.h"
#include "cmd/trace.h"
#include "cmd/verbs.h"
#include "netlink/change.h"
#include "netlink/counters.h"
#include "netlink/load.h"
#include "netlink/view.h"
#include "nft/export.h"
#include "output/json.h"
#include "output/stdout.h"
#include "print/waiting.h"
#include "system/module_kernel.h"
#include "system/ruleset.h"

#define MODULE		"nf_edge"

/* Not the table of a boot without the module, nor one that a site has loaded. */
#define TABLE		"nf_edge_upgrade"
#define DELETE_TABLE	"delete table inet " TABLE "\n"

/* Sentences that are longer than a line. */
#define HELD_ELSEWHERE \
	"%d other holders keep the module in the kernel: edgectl flush in each other network namespace with a policy; nothing was changed"
#define CHANGED_MEANWHILE \
	"the policy changed meanwhile; nothing was changed, try again"
#define RULESET_HOLDS \
	"%s: %s; the ruleset inet nf_edge_upgrade holds the policy until nf_edge does: %s, then nft delete table inet nf_edge_upgrade"

static void print_help(void)
{
	fputs("usage: edgectl upgrade-module [--json] [FILE]\n"
	      "\n"
	      "Exchanges the module in the kernel for the one that modprobe finds, or for\n"
	      "FILE, and puts the policy in force into force there: with its switches, and\n"
	      "with the counters of rows, nodes and drop reasons.  An nftables ruleset that\n"
	      "decides the same holds the policy meanwhile, and connections go on.\n"
	      "\n"
	      "Without FILE, only a module of another version is exchanged.\n"
	      "\n"
	      "  --json      print one JSON object\n"
	      "  -h, --help  print this\n"
	      "\n"
	      "Exit: 0 the module that was asked for is in the kernel, 1 refused, 2 usage,\n"
	      "3 system error: the sentence says what holds the policy.\n",
	      out);
}

/**
 * struct exchange - an exchange of the module
 * @client: the socket, to either module
 * @file: the module that comes
 * @from: version of the module that goes
 * @view: the policy in force
 * @counts: counters of its nodes
 * @drops: refused packets by reason
 * @reply: the answer to the load
 * @same: both modules are of one version, so nothing was to do
 * @lost: why counters begin at zero, or NULL
 */
struct exchange {
	struct client client;
	struct module_file file;
	char from[sizeof(((struct client *)NULL)->module_version)];
	struct view view;
	struct node_counts *counts;
	struct drop_counts drops[REASON_COUNT];
	struct load_reply reply;
	bool same;
	char *lost;
};

static enum outcome find_file(struct exchange *exchange, const char *path)
{
	struct utsname system;
	enum outcome outcome;
	char *fault;

	uname(&system);
	if (path && !module_file_open(&exchange->file, path))
		return fail_with(REFUSED,
				 "%s: is no nf_edge.ko that can be read; nothing was changed",
				 path);
	if (!path)
		module_file_read(&exchange->file, system.release);
	fault = ready_module_fault(&exchange->file, system.release);
	if (!fault)
		return DONE;
	outcome = fail_with(REFUSED, "%s; nothing was changed", fault);
	free(fault);
	return outcome;
}

static enum outcome read_policy(struct exchange *exchange)
{
	struct view *view = &exchange->view;
	int error = view_read(&exchange->client, view,
			      VIEW_ROWS | VIEW_NODES | VIEW_PREFIXES);
	int holders;

	if (error)
		return module_fail(&exchange->client, error,
				   "cannot read the policy");
	if (!view->loaded)
		return fail_with(REFUSED,
				 "no policy is in force: modprobe -r nf_edge && modprobe nf_edge, then edgectl load");
	if (view->waiting.waits)
		return module_refuse_second(&view->waiting);
	/* One is the policy's. */
	holders = module_references(MODULE) - 1;
	if (holders > 0)
		return fail_with(REFUSED, HELD_ELSEWHERE, holders);
	return DONE;
}

/* Refuse what can be told before anything is changed. */
static enum outcome prepare(struct exchange *exchange, const char *path)
{
	enum outcome outcome = module_find(&exchange->client, NULL);

	if (outcome == DONE)
		outcome = read_policy(exchange);
	if (outcome == DONE)
		outcome = find_file(exchange, path);
	snprintf(exchange->from, sizeof(exchange->from), "%s",
		 exchange->client.module_version);
	exchange->same = outcome == DONE && !path && exchange->file.version &&
			 !strcmp(exchange->file.version, exchange->from);
	return outcome;
}

static enum outcome hold_by_ruleset(struct exchange *exchange)
{
	enum outcome outcome = DONE;
	size_t length;
	char *text = export_text(&exchange->view.policy, TABLE, &length);
	char *why = ruleset_run(text, false);

	if (why)
		outcome = fail_with(SYSTEM,
				    "no ruleset can hold the policy meanwhile: %s; nothing was changed",
				    why);
	free(why);
	free(text);
	return outcome;
}

static void drop_ruleset(void)
{
	char *why = ruleset_run(DELETE_TABLE, false);

	if (why)
		fail_warn("the ruleset inet " TABLE " is still there: %s", why);
	free(why);
}

static int read_counters(struct exchange *exchange)
{
	int error;

	exchange->counts = xalloc(exchange->view.policy.node_count *
				  sizeof(*exchange->counts));
	error = counters_read_all(&exchange->client, &exchange->view, -1,
				  exchange->counts);
	if (!error)
		error = counters_read_drops(&exchange->client, false,
					    exchange->drops);
	return error;
}

/* A module that knows no carrying over is one reason. */
static void carry_counters(struct exchange *exchange)
{
	const struct policy *policy = &exchange->view.policy;
	enum outcome outcome;
	struct view now = { 0 };
	size_t i;
	int error = view_read(&exchange->client, &now, VIEW_ROWS);

	for (i = 0; i < policy->node_count && !error; i++)
		error = counters_add(&exchange->client, &now.table,
				     &exchange->counts[i]);
	if (!error)
		error = counters_add_drops(&exchange->client, exchange->drops);
	if (error)
		exchange->lost = module_refusal(&exchange->client, error,
						"they cannot be carried over",
						&outcome);
	view_free(&now);
}

static int load(struct exchange *exchange, bool switched)
{
	struct view *view = &exchange->view;
	int error = load_prepare(&exchange->client, &view->policy,
				 &exchange->reply);

	if (!error)
		error = load_again(&exchange->client, view, switched,
				   &exchange->reply);
	return error;
}

/* A module that knows no switches of another takes them as its load. */
static int load_switched(struct exchange *exchange)
{
	char *switches = view_switches(&exchange->view, ", "), *unknown = NULL;
	int error = load(exchange, *switches);

	if (error && *switches)
		unknown = module_unknown(&exchange->client);
	if (unknown) {
		fail_warn("%s: %s; the policy has them as if they were loaded",
			  switches, unknown);
		error = load(exchange, false);
	}
	free(unknown);
	free(switches);
	return error;
}

/* Both modules take the policy in the same way. */
static char *put_into_force(struct exchange *exchange)
{
	enum outcome outcome;
	char *why;
	int error;

	client_close(&exchange->client);
	why = module_open(&exchange->client);
	if (why)
		return why;
	error = load_switched(exchange);
	if (error)
		return module_refusal(&exchange->client, error,
				      "it does not take the policy", &outcome);
	carry_counters(exchange);
	return NULL;
}

/* The old module stays, and takes the policy again. */
static enum outcome go_back(struct exchange *exchange, int error)
{
	char *why = put_into_force(exchange);

	if (why) {
		fail_with(SYSTEM, RULESET_HOLDS,
			  "the module cannot be taken out", why, "edgectl load");
		free(why);
		return SYSTEM;
	}
	drop_ruleset();
	return fail_with(SYSTEM,
			 "the module cannot be taken out: %s; its policy is in force again",
			 strerror(-error));
}

/* The ruleset holds the policy on each way out, but for the good one. */
static enum outcome exchange_module(struct exchange *exchange)
{
	int error = module_remove(MODULE);
	char *why;

	if (error)
		return go_back(exchange, error);
	error = module_insert(exchange->file.path);
	if (error)
		return fail_with(SYSTEM, RULESET_HOLDS, exchange->file.path,
				 strerror(-error),
				 "modprobe nf_edge && edgectl load");
	why = put_into_force(exchange);
	if (why) {
		fail_with(SYSTEM, RULESET_HOLDS, exchange->file.path, why,
			  "edgectl load");
		free(why);
		return SYSTEM;
	}
	drop_ruleset();
	trace_change("exchanged the module, version %s for %s: generation %u",
		     exchange->from, exchange->client.module_version,
		     exchange->reply.generation);
	return DONE;
}

/* The policy in force is read, and a ruleset holds the same. */
static enum outcome end_policy(struct exchange *exchange)
{
	uint32_t generation = exchange->view.generation;
	struct flushed flushed;
	struct view now = { 0 };
	int error = view_read(&exchange->client, &now, 0);
	bool changed = now.generation != generation;

	view_free(&now);
	if (!error && changed)
		return fail_with(REFUSED, CHANGED_MEANWHILE);
	if (!error)
		error = read_counters(exchange);
	if (!error)
		error = change_flush(&exchange->client, &flushed);
	if (error)
		return module_fail(&exchange->client, error,
				   "cannot end the policy");
	return DONE;
}

/* An end in the middle would leave the policy to the ruleset. */
static void block_signals(sigset_t *before)
{
	sigset_t signals;

	sigemptyset(&signals);
	sigaddset(&signals, SIGHUP);
	sigaddset(&signals, SIGINT);
	sigaddset(&signals, SIGQUIT);
	sigaddset(&signals, SIGTERM);
	sigaddset(&signals, SIGTSTP);
	sigprocmask(SIG_BLOCK, &signals, before);
}

static enum outcome run(struct exchange *exchange)
{
	enum outcome outcome;
	sigset_t before;

	block_signals(&before);
	outcome = hold_by_ruleset(exchange);
	if (outcome == DONE) {
		folding_keep();
		outcome = end_policy(exchange);
		if (outcome == DONE)
			outcome = exchange_module(exchange);
		else
			drop_ruleset();
		folding_keep();
	}
	sigprocmask(SIG_SETMASK, &before, NULL);
	return outcome;
}

static void print(const struct exchange *exchange)
{
	if (exchange->same) {
		fputs("nothing changed: the module in the kernel is version ",
		      out);
		out_put(exchange->from);
		fputs(" already\n", out);
		return;
	}
	fputs("module ", out);
	out_put(exchange->from);
	fputs(" exchanged for ", out);
	out_put(exchange->client.module_version);
	fprintf(out, "\n%u address%s governed, mode %s, generation %u\n",
		exchange->reply.governed,
		exchange->reply.governed == 1 ? "" : "es",
		names_word(&names_modes, exchange->view.policy.mode),
		exchange->reply.generation);
}

static void print_json(const struct exchange *exchange)
{
	const struct view *view = &exchange->view;
	bool same = exchange->same;

	out_json_print(json_pack("{s:i, s:o, s:o, s:b, s:b, s:I, s:I, s:o}",
				 SCHEMA, "from", out_json_text(exchange->from),
				 "to",
				 out_json_text(exchange->client.module_version),
				 "changed",
				 !same, "counters_carried", !exchange->lost,
				 "generation", (json_int_t)(same ?
				 view->generation : exchange->reply.generation),
				 "governed", (json_int_t)(same ?
				 view->governed : exchange->reply.governed),
				 "mode", out_json_word(&names_modes,
						       view->policy.mode)),
		       JSON_INDENT(2));
}

/**
 * cmd_upgrade_module - the verb upgrade-module
 * @argc: its words, "upgrade-module" first
 * @argv: the words
 *
 * Return: what to exit with.
 */
enum outcome cmd_upgrade_module(int argc, char **argv)
{
	bool json = false;
	const struct option_spec specs[] = {
		{ .name = "json", .flag = &json },
	};
	struct exchange *exchange;
	enum outcome outcome;
	const char *path;

	if (!options_read("upgrade-module", argc, argv, specs,
			  ARRAY_SIZE(specs), 1, &path, print_help, &outcome))
		return outcome;
	exchange = xalloc(sizeof(*exchange));
	outcome = prepare(exchange, path);
	if (outcome == DONE && !exchange->same)
		outcome = run(exchange);
	if (outcome == DONE && exchange->lost)
		fail_warn("counters begin at zero: %s", exchange->lost);
	if (outcome == DONE && json)
		print_json(exchange);
	else if (outcome == DONE)
		print(exchange);
	free(exchange->lost);
	free(exchange->counts);
	module_file_free(&exchange->file);
	view_free(&exchange->view);
	client_close(&exchange->client);
	free(exchange);
	return outcome;
}
