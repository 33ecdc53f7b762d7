// SPDX-License-Identifier: GPL-2.0-only
/*
 * edgectl export: the policy for another judge.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/fail.h"
#include "cmd/options.h"
#include "cmd/verbs.h"
#include "nft/nft.h"
#include "output/stdout.h"
#include "print/show.h"

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

/* Line by line, what nft -f skips. */
static const char limits[] =
	"#\n"
	"# It decides as nf_edge does: of every packet, by the connection that the packet\n"
	"# belongs to, at the same hooks and priorities.  Loading it takes the place of\n"
	"# an earlier one, and running connections are judged anew.\n"
	"#\n"
	"# What it cannot express:\n"
	"# - Change.  There is no switch, and no peer set to load: export again after a\n"
	"#   change, and load that.  Packets that are under way while nft exchanges the\n"
	"#   tables may be judged by both, or by neither of them.\n"
	"# - Counters by node, by direction, and of connections and denied packets.  One\n"
	"#   counter a row counts what it permits, of all nodes, there and back; it\n"
	"#   begins at zero with each load.  Packets and octets are those of nftables:\n"
	"#   nf_edge counts the same, from the IP header on.\n"
	"# - Why.  spoofed, isolation, untracked and invalid are counted apart (invalid\n"
	"#   holds what nf_edge calls no-row of packets without a connection); all else\n"
	"#   is refused: no-row, cls-guard, interface, peer, disabled, several.  No near\n"
	"#   rows, and no edgectl explain.\n"
	"# - Copies of its own multicasts and broadcasts that loop back to this host:\n"
	"#   nf_edge never governs them, nftables cannot tell them from what arrives.\n"
	"# - Where a packet came from that a VRF device forwards from another routing\n"
	"#   table, and whether a bridge hands neighbour discovery to the host.\n"
	"# - Warnings: of offloaded connections, and of a full connection tracking table.\n"
	"# - Protection from accidents: nft flush ruleset opens every Edge address.\n";

static void print_header(const struct view *view)
{
	const struct policy *policy = &view->policy;
	char *switched = nf_edge_switched_text(view, ", ");

	fprintf(nf_edge_out,
		"# The Edge port policy as an nftables ruleset, by edgectl %s\n"
		"# generation %u, mode %s%s\n",
		NF_EDGE_VERSION, view->generation,
		nf_edge_word(&nf_edge_modes, policy->mode),
		policy->mode == NF_EDGE_MODE_AUDIT ?
		": NOTHING IS DROPPED, what would be is counted" : "");
	if (*switched)
		fprintf(nf_edge_out, "# switched since the load: %s\n",
			switched);
	fputs(limits, nf_edge_out);
	free(switched);
}

/* The rows that permit nothing, and so are not in the ruleset. */
static void print_left_out(const struct view *view)
{
	uint32_t bound = nf_edge_policy_bound(&view->policy);
	uint64_t dead = 0, nobody = 0;
	char *ids;
	size_t i;

	for (i = 0; i < NF_EDGE_ROW_COUNT; i++) {
		if (!view->rows[i].live)
			dead |= 1ULL << i;
		else if (nf_edge_row_at_nobody(&nf_edge_rows[i], bound))
			nobody |= 1ULL << i;
	}
	if (dead) {
		ids = nf_edge_row_ids(dead, " ");
		fprintf(nf_edge_out, "#\n# Off, and left out: %s\n", ids);
		free(ids);
	}
	if (nobody) {
		ids = nf_edge_row_ids(nobody, " ");
		fprintf(nf_edge_out, "#\n# At nobody, and left out: %s\n", ids);
		free(ids);
	}
}

static void print_counters(const struct nft *ipv4, const struct nft *ipv6)
{
	size_t i;

	for (i = 0; i < NF_EDGE_ROW_COUNT; i++)
		if (nft_permits(ipv4, i) || nft_permits(ipv6, i))
			fprintf(nf_edge_out, "\tcounter %s { }\n",
				nf_edge_rows[i].id);
}

static void print(struct view *view)
{
	struct nft ipv4, ipv6;
	unsigned int i;

	for (i = 0; i < PEER_SET_COUNT; i++)
		nf_edge_set_sort(&view->policy.sets[i]);
	nft_begin(&ipv4, view, IPV4);
	nft_begin(&ipv6, view, IPV6);

	print_header(view);
	print_left_out(view);
	fputs("\ntable inet nf_edge\n"
	      "delete table inet nf_edge\n"
	      "\n"
	      "table inet nf_edge {\n", nf_edge_out);
	print_counters(&ipv4, &ipv6);
	nft_print_sets(&ipv4);
	nft_print_sets(&ipv6);
	nft_print_hooks(view);
	fputs("}\n", nf_edge_out);
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

	if (!nf_edge_options("export", argc, argv, NULL, 0, 1, &format,
			     print_help, &outcome))
		return outcome;
	if (!format)
		return nf_edge_usage("export", "write nftables");
	if (strcmp(format, "nftables") != 0)
		return nf_edge_usage("export", "%s: unknown format; write nftables",
				     format);

	outcome = nf_edge_client_connect(&client, NULL);
	if (outcome == DONE) {
		outcome = nf_edge_view_read(&client, &view,
					    VIEW_ROWS | VIEW_NODES |
					    VIEW_PREFIXES);
		if (outcome == DONE && !view.loaded)
			outcome = nf_edge_show_unloaded();
		if (outcome == DONE)
			print(&view);
		nf_edge_view_free(&view);
	}
	nf_edge_client_close(&client);
	return outcome;
}
