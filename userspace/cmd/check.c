// SPDX-License-Identifier: GPL-2.0-only
/*
 * edgectl check: would this configuration load, and what would it change?
 */
#include <stdio.h>

#include "cmd/apply.h"
#include "cmd/options.h"
#include "cmd/verbs.h"
#include "output/json.h"
#include "output/stdout.h"

static void print_help(void)
{
	fputs("usage: edgectl check [--strict] [--json] [FILE]\n"
	      "\n"
	      "Reads a configuration (" DEFAULT_CONFIG " if no FILE is named,\n"
	      "standard input for -), has the kernel check it without publishing it, and\n"
	      "prints errors and warnings, and what load would change.  When the kernel\n"
	      "cannot be asked, says so, and checks what can be checked without it.\n"
	      "\n"
	      "  --strict    refuse it for a warning too\n"
	      "  --json      print one JSON object\n"
	      "  -h, --help  print this\n"
	      "\n"
	      "Exit: 0 it would load, 1 it has errors, 2 usage, 3 system error.\n",
	      out);
}

static void print(const struct apply *apply)
{
	out_put(apply->config.file);
	if (apply->absent)
		fprintf(out, ": no errors, but the kernel was not asked: %s\n",
			apply->absent);
	else if (apply->tried.changed)
		fputs(": no errors; load would change:\n", out);
	else
		fputs(": no errors; load would change nothing\n", out);
	apply_print_changes(apply);
}

/**
 * cmd_check - the verb check
 * @argc: its words, "check" first
 * @argv: the words
 *
 * Return: what to exit with.
 */
enum outcome cmd_check(int argc, char **argv)
{
	struct apply apply = { 0 };
	const struct option_spec specs[] = {
		{ .name = "json", .flag = &apply.json },
		{ .name = "strict", .flag = &apply.strict },
	};
	const char *file;
	enum outcome outcome;

	if (!options_read("check", argc, argv, specs, ARRAY_SIZE(specs), 1,
			  &file, print_help, &outcome))
		return outcome;

	outcome = apply_read(&apply, file);
	if (outcome == DONE)
		outcome = apply_try(&apply, false, NULL);
	if (outcome <= REFUSED && apply_is_bad(&apply)) {
		outcome = apply_refuse(&apply);
	} else if (outcome == DONE && apply.json) {
		out_json_print(apply_json(&apply), JSON_INDENT(2));
	} else if (outcome == DONE) {
		findings_print(&apply.config.warnings, stderr);
		print(&apply);
	}
	apply_free(&apply);
	return outcome;
}
