// SPDX-License-Identifier: GPL-2.0-only
/*
 * edgectl diff: which flows open and close between two policies.
 */
#include <stdio.h>

#include "base/fail.h"
#include "cmd/options.h"
#include "cmd/source.h"
#include "cmd/verbs.h"
#include "output/stdout.h"
#include "print/flows.h"

static void print_help(void)
{
	fputs("usage: edgectl diff [--list] [--json] [FILE] FILE\n"
	      "       edgectl diff --running [--list] [--json] FILE\n"
	      "\n"
	      "Prints the flows that open and close when the second policy takes the place\n"
	      "of the first: two configurations (- for standard input), or a configuration\n"
	      "instead of the policy in force.  How a policy is written makes no difference.\n"
	      "\n"
	      "  --running   the policy in force is the second one, not the first\n"
	      "  --list      print all prefixes and addresses of each flow\n"
	      "  --json      print one JSON object\n"
	      "  -h, --help  print this\n"
	      "\n"
	      "Exit: 0 they decide the same, 1 they do not, 2 usage, 3 cannot be compared:\n"
	      "a configuration has errors, or no policy is in force.\n", out);
}

static enum outcome compare(struct flow_report *report, struct source *sources,
			    bool json)
{
	bool same;

	flows_compare(&report->diff, source_policy(&sources[BEFORE]),
		      source_policy(&sources[AFTER]));
	same = flows_same(&report->diff);
	if (json)
		flows_json(report);
	else
		flows_print(report);
	flows_free(&report->diff);
	return same ? DONE : out_flush(REFUSED);
}

/* A difference is the only answer with REFUSED. */
static enum outcome cannot(enum outcome outcome)
{
	return outcome == REFUSED ? SYSTEM : outcome;
}

/**
 * cmd_diff - the verb diff
 * @argc: its words, "diff" first
 * @argv: the words
 *
 * Return: what to exit with.
 */
enum outcome cmd_diff(int argc, char **argv)
{
	static struct flow_report report;
	bool json = false, running = false;
	const struct option_spec specs[] = {
		{ .name = "json", .flag = &json },
		{ .name = "list", .flag = &report.list },
		{ .name = "running", .flag = &running },
	};
	struct source sources[POLICY_COUNT] = { 0 };
	enum outcome outcome;
	const char *names[POLICY_COUNT];

	report = (struct flow_report){ 0 };
	if (!options_read("diff", argc, argv, specs, ARRAY_SIZE(specs),
			  POLICY_COUNT, names, print_help, &outcome))
		return outcome;
	if (!names[BEFORE])
		return fail_usage("diff", "a FILE is missing");
	if (names[AFTER] && running)
		return fail_usage("diff", "%s: is one word too many beside --running",
				  names[AFTER]);
	report.name[running ? BEFORE : AFTER] = names[BEFORE];
	if (names[AFTER]) {
		report.name[BEFORE] = names[BEFORE];
		report.name[AFTER] = names[AFTER];
	}
	outcome = source_read(&sources[BEFORE], report.name[BEFORE]);
	if (outcome == DONE)
		outcome = source_read(&sources[AFTER], report.name[AFTER]);
	outcome = outcome == DONE ? compare(&report, sources, json) :
				    cannot(outcome);
	source_free(&sources[BEFORE]);
	source_free(&sources[AFTER]);
	return outcome;
}
