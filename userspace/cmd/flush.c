// SPDX-License-Identifier: GPL-2.0-only
/*
 * edgectl flush: back to no policy.
 */
#include <stdio.h>

#include "base/macros.h"
#include "cmd/folding.h"
#include "cmd/module.h"
#include "cmd/options.h"
#include "cmd/trace.h"
#include "cmd/verbs.h"
#include "netlink/change.h"
#include "output/json.h"
#include "output/stdout.h"

static void print_help(void)
{
	fputs("usage: edgectl flush [--json]\n"
	      "\n"
	      "Takes the policy out of force: nothing is governed, everything passes.\n"
	      "Counters of rows and nodes end; those of drop reasons go on.\n"
	      "\n"
	      "  --json      print one JSON object\n"
	      "  -h, --help  print this\n",
	      out);
}

static void print(const struct flushed *flushed)
{
	if (!flushed->governed)
		fputs("nothing changed: no policy was loaded\n", out);
	else
		fprintf(out, "no policy is loaded now: %u address%s open to everybody\n",
			flushed->governed, flushed->governed == 1 ?
			" is" : "es are");
}

/**
 * cmd_flush - the verb flush
 * @argc: its words, "flush" first
 * @argv: the words
 *
 * Return: what to exit with.
 */
enum outcome cmd_flush(int argc, char **argv)
{
	bool json = false;
	const struct option_spec specs[] = {
		{ .name = "json", .flag = &json },
	};
	struct flushed flushed = { 0 };
	enum outcome outcome;
	struct client client;
	int error;

	if (!options_read("flush", argc, argv, specs, ARRAY_SIZE(specs), 0,
			  NULL, print_help, &outcome))
		return outcome;

	outcome = module_connect(&client, NULL);
	if (outcome == DONE) {
		folding_keep();
		error = change_flush(&client, &flushed);
		if (error)
			outcome = module_fail(&client, error, "cannot flush");
		else if (flushed.governed)
			trace_change("ended the policy: generation %u, nothing is governed",
				     flushed.generation);
		folding_keep();
	}
	if (outcome == DONE && json) {
		out_json_print(json_pack("{s:i, s:I, s:I}", SCHEMA,
					 "governed",
					 (json_int_t)flushed.governed,
					 "generation",
					 (json_int_t)flushed.generation),
			       JSON_INDENT(2));
	} else if (outcome == DONE) {
		print(&flushed);
	}
	client_close(&client);
	return outcome;
}
