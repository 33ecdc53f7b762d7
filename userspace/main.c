// SPDX-License-Identifier: GPL-2.0-only
/*
 * edgectl: binds the Edge port policy to a site, and shows what it does.
 */
#include <fcntl.h>
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/fail.h"
#include "base/nearest.h"
#include "cmd/verbs.h"
#include "output/stdout.h"

static const struct {
	const char *name;
	verb_fn run;
	const char *help;
} verbs[] = {
	{ "init", cmd_init, "a configuration to start from" },
	{ "check", cmd_check, "would a configuration load, and what would it change?" },
	{ "load", cmd_load, "put a configuration into force" },
	{ "show", cmd_show, "status, rows, nodes, peers, or the configuration" },
	{ "counters", cmd_counters, "hits by row, totals, drops by reason" },
	{ "explain", cmd_explain, "what becomes of a packet, and why" },
	{ "export", cmd_export, "the policy as an nftables ruleset" },
	{ "zone", cmd_switch, "switch a zone on or off until the next load" },
	{ "feature", cmd_switch, "switch a feature on or off until the next load" },
	{ "row", cmd_switch, "switch single rows on or off until the next load" },
	{ "mode", cmd_mode, "enforce or audit, until the next load" },
	{ "flush", cmd_flush, "take the policy out of force" },
};

static enum outcome print_help(void)
{
	size_t i;

	fputs("usage: edgectl [VERB [OPTIONS]]\n\n", out);
	for (i = 0; i < ARRAY_SIZE(verbs); i++)
		fprintf(out, "  %-9s %s\n", verbs[i].name, verbs[i].help);
	fputs("\n"
	      "Without a verb, shows the status.  edgectl VERB --help says more;\n"
	      "edgectl --version names the versions of tool, module and protocol.\n",
	      out);
	return DONE;
}

static enum outcome unknown(const char *word)
{
	const char *names[ARRAY_SIZE(verbs)];
	enum outcome outcome;
	char *advice;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(verbs); i++)
		names[i] = verbs[i].name;
	advice = nearest_advice("verb", names, ARRAY_SIZE(names), word);
	outcome = fail_usage("", "%s: unknown verb; %s", word, advice);
	free(advice);
	return outcome;
}

static verb_fn find_verb(const char *name)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(verbs); i++)
		if (!strcmp(name, verbs[i].name))
			return verbs[i].run;
	return NULL;
}

static enum outcome dispatch(int argc, char **argv)
{
	const char *word = argc > 1 ? argv[1] : "--";
	verb_fn run = find_verb(word);
	int i;

	if (run)
		return run(argc - 1, argv + 1);
	if (!strcmp(word, "--help") || !strcmp(word, "-h") ||
	    !strcmp(word, "help"))
		return print_help();
	if (!strcmp(word, "--version"))
		return cmd_version(argc - 1, argv + 1);
	if (*word != '-')
		return unknown(word);
	for (i = 2; i < argc; i++)
		if (find_verb(argv[i]))
			return fail_usage("", "%s: stands before the verb; write %s first",
					  word, argv[i]);
	return cmd_show(argc, argv);
}

/* The netlink socket must not take the place of a standard stream that is
 * closed: it would be read, or written to, instead.
 */
static void open_standard_streams(void)
{
	int fd;

	do {
		fd = open("/dev/null", O_RDONLY);
	} while (fd >= 0 && fd <= STDERR_FILENO);
	if (fd >= 0)
		close(fd);
}

int main(int argc, char **argv)
{
	enum outcome outcome;

	open_standard_streams();
	setlocale(LC_CTYPE, "");
	out_begin();
	outcome = dispatch(argc, argv);
	if (outcome == DONE)
		outcome = out_flush(outcome);
	out_end();
	return outcome;
}
