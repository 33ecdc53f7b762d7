// SPDX-License-Identifier: GPL-2.0-only
/*
 * edgectl export: the policy for another judge.
 */
#include <stdio.h>
#include <string.h>

#include "base/fail.h"
#include "cmd/options.h"
#include "cmd/source.h"
#include "cmd/verbs.h"
#include "nft/export.h"
#include "output/stdout.h"

static void print_help(void)
{
	fputs("usage: edgectl export nftables [CONFIG]\n"
	      "\n"
	      "Prints the policy in force, or that of a configuration, as an nftables\n"
	      "ruleset that decides the same, one table, inet nf_edge:\n"
	      "\n"
	      "  edgectl export nftables | nft -f -\n"
	      "\n"
	      "Its first lines say what it cannot express.  The module is not asked about\n"
	      "a configuration.\n"
	      "\n"
	      "  -h, --help  print this\n",
	      out);
}

/**
 * cmd_export - the verb export
 * @argc: its words, "export" first
 * @argv: the words
 *
 * Return: what to exit with.
 */
enum outcome cmd_export(int argc, char **argv)
{
	const char *words[2] = { NULL, NULL };
	enum outcome outcome;
	struct source source;

	if (!options_read("export", argc, argv, NULL, 0, 2, words,
			  print_help, &outcome))
		return outcome;
	if (!words[0])
		return fail_usage("export", "write nftables");
	if (strcmp(words[0], "nftables") != 0)
		return fail_usage("export", "%s: unknown format; write nftables",
				  words[0]);

	outcome = source_read(&source, words[1]);
	if (outcome == DONE && words[1])
		export_print_policy(source_policy(&source));
	else if (outcome == DONE)
		export_print(&source.view);
	source_free(&source);
	return outcome;
}
