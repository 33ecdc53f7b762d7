// SPDX-License-Identifier: GPL-2.0-only
/*
 * edgectl export: the policy for another judge.
 */
#include <stdio.h>
#include <string.h>

#include "base/fail.h"
#include "cmd/module.h"
#include "cmd/options.h"
#include "cmd/verbs.h"
#include "nft/export.h"
#include "output/stdout.h"

static void print_help(void)
{
	fputs("usage: edgectl export nftables\n"
	      "\n"
	      "Prints the policy in force as an nftables ruleset that decides the same,\n"
	      "one table, inet nf_edge:\n"
	      "\n"
	      "  edgectl export nftables | nft -f -\n"
	      "\n"
	      "Its first lines say what it cannot express.\n"
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
	const char *format = NULL;
	enum outcome outcome;
	struct client client;
	struct view view;
	int error;

	if (!options_read("export", argc, argv, NULL, 0, 1, &format,
			  print_help, &outcome))
		return outcome;
	if (!format)
		return fail_usage("export", "write nftables");
	if (strcmp(format, "nftables") != 0)
		return fail_usage("export", "%s: unknown format; write nftables",
				  format);

	outcome = module_connect(&client, NULL);
	if (outcome == DONE) {
		error = view_read(&client, &view,
				  VIEW_ROWS | VIEW_NODES |
				  VIEW_PREFIXES);
		if (error)
			outcome = module_fail(&client, error,
					      "cannot read the policy");
		else if (!view.loaded)
			outcome = module_unloaded();
		else
			export_print(&view);
		view_free(&view);
	}
	client_close(&client);
	return outcome;
}
