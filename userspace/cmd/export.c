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
	      nf_edge_out);
}

/**
 * nf_edge_cmd_export - the verb export
 * @argc: its words, "export" first
 * @argv: the words
 *
 * Return: what to exit with.
 */
enum outcome nf_edge_cmd_export(int argc, char **argv)
{
	const char *format = NULL;
	enum outcome outcome;
	struct client client;
	struct view view;
	int error;

	if (!nf_edge_options("export", argc, argv, NULL, 0, 1, &format,
			     print_help, &outcome))
		return outcome;
	if (!format)
		return nf_edge_usage("export", "write nftables");
	if (strcmp(format, "nftables") != 0)
		return nf_edge_usage("export", "%s: unknown format; write nftables",
				     format);

	outcome = nf_edge_module_connect(&client, NULL);
	if (outcome == DONE) {
		error = nf_edge_view_read(&client, &view,
					  VIEW_ROWS | VIEW_NODES |
					  VIEW_PREFIXES);
		if (error)
			outcome = nf_edge_module_fail(&client, error,
						      "cannot read the policy");
		else if (!view.loaded)
			outcome = nf_edge_module_unloaded();
		else
			nf_edge_export_print(&view);
		nf_edge_view_free(&view);
	}
	nf_edge_client_close(&client);
	return outcome;
}
