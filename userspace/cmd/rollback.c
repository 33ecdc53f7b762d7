// SPDX-License-Identifier: GPL-2.0-only
/*
 * edgectl rollback: take back a change that waits, or load an entry of the
 * history.
 */
#include <stdio.h>
#include <stdlib.h>

#include "base/fail.h"
#include "base/memory.h"
#include "cmd/confirm.h"
#include "cmd/load.h"
#include "cmd/options.h"
#include "cmd/verbs.h"
#include "output/stdout.h"
#include "trace/history.h"

static void print_help(void)
{
	fputs("usage: edgectl rollback [--json]\n"
	      "       edgectl rollback N [--confirm TIME] [--force] [--strict]\n"
	      "                          [--verbose] [--json]\n"
	      "\n"
	      "Takes back the change that waits for its confirmation (see load\n"
	      "--confirm) at once: the policy before is in force again, with a new\n"
	      "generation, or nothing is governed if there was none.\n"
	      "\n"
	      "With the number of an entry of the history, loads its configuration as load\n"
	      "does, with the options of load.  edgectl history lists the entries.\n"
	      "\n"
	      "  --confirm TIME  take the load back after TIME unless it is confirmed\n"
	      "  --force         load it even if it cuts the SSH session that this runs in\n"
	      "  --strict        refuse it for a warning too\n"
	      "  --verbose       print each warning\n"
	      "  --json          print one JSON object\n"
	      "  -h, --help      print this\n"
	      "\n"
	      "Exit: 0 done, 1 no change waits, no such entry or refused, 2 usage, 3 system\n"
	      "error.\n",
	      out);
}

/* Load an entry of the history again. */
static enum outcome load_entry(struct apply *apply, const char *number,
			       bool force, uint32_t seconds)
{
	enum outcome outcome;
	char *word;

	if (!history_number(number))
		return fail_usage("rollback", "%s: is no number of an entry; see edgectl history",
				  number);
	word = xformat("%s%s", HISTORY_WORD, number);
	outcome = load_run(apply, word, force, seconds);
	free(word);
	return outcome;
}

/**
 * cmd_rollback - the verb rollback
 * @argc: its words, "rollback" first
 * @argv: the words
 *
 * Return: what to exit with.
 */
enum outcome cmd_rollback(int argc, char **argv)
{
	const char *number, *time = NULL;
	struct apply apply = { 0 };
	bool force = false;
	const struct option_spec specs[] = {
		{ .name = "json", .flag = &apply.json },
		{ .name = "confirm", .value = &time },
		{ .name = "force", .flag = &force },
		{ .name = "strict", .flag = &apply.strict },
		{ .name = "verbose", .flag = &apply.verbose },
	};
	enum outcome outcome;
	uint32_t seconds;

	if (!options_read("rollback", argc, argv, specs, ARRAY_SIZE(specs), 1,
			  &number, print_help, &outcome))
		return outcome;
	outcome = confirm_read("rollback", time, &seconds);
	if (outcome != DONE)
		return outcome;
	if (number)
		return load_entry(&apply, number, force, seconds);
	if (time || force || apply.strict || apply.verbose)
		return fail_usage("rollback",
				  "%s: is for an entry of the history; write its number",
				  time ? "--confirm" : force ? "--force" :
				  apply.strict ? "--strict" : "--verbose");
	return confirm_settle(false, 0, apply.json);
}
