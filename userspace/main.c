// SPDX-License-Identifier: GPL-2.0-only
/*
 * edgectl: binds the Edge port policy to a site, and shows what it does.
 */
#include <fcntl.h>
#include <jansson.h>
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/fail.h"
#include "base/memory.h"
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
	{ "diff", cmd_diff, "which flows open and close between two policies?" },
	{ "load", cmd_load, "put a configuration into force" },
	{ "test", cmd_test, "does a configuration answer as its site expects?" },
	{ "show", cmd_show, "status, rows, nodes, peers, or the configuration" },
	{ "counters", cmd_counters, "hits by row, totals, drops by reason" },
	{ "advise", cmd_advise, "rows that were not used, and what closes them" },
	{ "learn", cmd_learn, "which peers use each row, for advise" },
	{ "metrics", cmd_metrics, "state and counters for Prometheus" },
	{ "top", cmd_top, "what passes and what is refused a second, now" },
	{ "monitor", cmd_monitor, "refused packets and permitted connections, live" },
	{ "report", cmd_report, "one HTML page: the site, its traffic, what is in force" },
	{ "why", cmd_why, "what refuses an address, and what would permit it" },
	{ "explain", cmd_explain, "what becomes of a packet, and why" },
	{ "export", cmd_export, "the policy as an nftables ruleset" },
	{ "zone", cmd_switch, "switch a zone on or off until the next load" },
	{ "feature", cmd_switch, "switch a feature on or off until the next load" },
	{ "row", cmd_switch, "switch single rows on or off until the next load" },
	{ "mode", cmd_mode, "enforce or audit, until the next load" },
	{ "confirm", cmd_confirm, "keep a change that waits for its confirmation" },
	{ "rollback", cmd_rollback, "take a waiting change back, or load an entry of the history" },
	{ "history", cmd_history, "configurations that were loaded, when and by whom" },
	{ "upgrade-module", cmd_upgrade_module, "exchange the module, without a gap" },
	{ "flush", cmd_flush, "take the policy out of force" },
};

static enum outcome print_help(void)
{
	size_t i;

	fputs("usage: edgectl [VERB [OPTIONS]]\n\n", out);
	for (i = 0; i < ARRAY_SIZE(verbs); i++)
		fprintf(out, "  %-15s %s\n", verbs[i].name, verbs[i].help);
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
	/* No JSON with parts that memory was missing for. */
	json_set_alloc_funcs(xalloc, free);
	setlocale(LC_CTYPE, "");
	out_begin();
	outcome = dispatch(argc, argv);
	if (outcome == DONE)
		outcome = out_flush(outcome);
	out_end();
	return outcome;
}
