// SPDX-License-Identifier: GPL-2.0-only
/*
 * edgectl check: would this configuration load, and what would it change?
 */
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "base/fail.h"
#include "cmd/apply.h"
#include "cmd/options.h"
#include "cmd/ready.h"
#include "cmd/verbs.h"
#include "config/text.h"
#include "output/json.h"
#include "output/stdout.h"
#include "print/impact.h"
#include "trace/history.h"

static void print_help(void)
{
	fputs("usage: edgectl check [--strict] [--verbose] [--list] [--fail-if-cut N] [--json]\n"
	      "                     [--as PATH] [FILE]\n"
	      "       edgectl check --boot [--json]\n"
	      "\n"
	      "Reads a configuration (" DEFAULT_CONFIG " if no FILE is named,\n"
	      "standard input for -), has the kernel check it without publishing it, and\n"
	      "prints errors and warnings, what load would change, and how many of the\n"
	      "connections in the table of connection tracking load would cut.  When the\n"
	      "kernel cannot be asked, says so, and checks what can be checked without it.\n"
	      "\n"
	      "  --strict    refuse it for a warning too\n"
	      "  --verbose   print each warning; else those with the same advice are one line\n"
	      IMPACT_HELP
	      "  --as PATH   take FILE for a copy of PATH, there or not: lists are looked for\n"
	      "              beside PATH, and errors and warnings name PATH\n"
	      "  --boot      check instead what the next boot needs: the module of each kernel,\n"
	      "              the configuration, the fallback and the unit\n"
	      "  --json      print one JSON object\n"
	      "  -h, --help  print this\n"
	      "\n"
	      "Exit: 0 it would load, 1 it has errors or cuts too much, 2 usage, 3 system error.\n",
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
	impact_print(&apply->impact, true, apply->words.list);
}

static bool is_history(const char *word)
{
	return !strncmp(word, HISTORY_WORD, strlen(HISTORY_WORD));
}

/* Lists have a folder to be looked for in only beside a file. */
static bool is_file_name(const char *word)
{
	size_t length = strlen(word);
	struct stat status;

	return length && word[length - 1] != '/' &&
	       strcmp(word, STANDARD_INPUT) != 0 && !is_history(word) &&
	       (stat(word, &status) || !S_ISDIR(status.st_mode));
}

static enum outcome check_place(const char *place, const char *file)
{
	if (!is_file_name(place))
		return fail_usage("check",
				  "--as %s: is no name of a file; write the whole path that FILE is to have",
				  place);
	if (!file)
		return fail_usage("check",
				  "--as %s: write FILE too, the copy to read, or - for standard input",
				  place);
	if (is_history(file))
		return fail_usage("check",
				  "%s: an entry of the history names no list; leave --as out",
				  file);
	return DONE;
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
	bool boot = false;
	const struct option_spec specs[] = {
		{ .name = "as", .value = &apply.place },
		{ .name = "boot", .flag = &boot },
		{ .name = "json", .flag = &apply.json },
		{ .name = "strict", .flag = &apply.strict },
		{ .name = "verbose", .flag = &apply.verbose },
		{ .name = "list", .flag = &apply.words.list },
		{ .name = "fail-if-cut", .value = &apply.words.limit },
	};
	const char *file;
	enum outcome outcome;

	if (!options_read("check", argc, argv, specs, ARRAY_SIZE(specs), 1,
			  &file, print_help, &outcome))
		return outcome;
	if (boot && (file || apply.place || apply.strict || apply.verbose ||
		     apply.words.list || apply.words.limit))
		return fail_usage("check", "--boot: stands alone, or with --json");
	if (boot)
		return ready_check(apply.json);
	outcome = apply.place ? check_place(apply.place, file) : DONE;
	if (outcome == DONE)
		outcome = impact_parse("check", &apply.words);
	if (outcome != DONE)
		return outcome;

	outcome = apply_read(&apply, file);
	if (outcome == DONE)
		outcome = apply_try(&apply, false, NULL);
	if (outcome == DONE && !apply_is_bad(&apply))
		outcome = apply_impact(&apply);
	if (outcome <= REFUSED && apply_is_bad(&apply)) {
		outcome = apply_refuse(&apply);
	} else if (outcome == DONE && apply.json) {
		out_json_print(apply_json(&apply), JSON_INDENT(2));
	} else if (outcome == DONE) {
		findings_warn(&apply.config.warnings, apply.verbose);
		print(&apply);
	}
	apply_free(&apply);
	return outcome;
}
