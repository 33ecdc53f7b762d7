// SPDX-License-Identifier: GPL-2.0-only
/*
 * The policy in force as an nftables ruleset.
 */
#include <stdlib.h>

#include "base/memory.h"
#include "nft/export.h"
#include "nft/hooks.h"
#include "nft/sets.h"
#include "output/stdout.h"
#include "policy/table.h"

/* Lines of comments, which nft -f skips. */
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
	char *switched = view->loaded ? view_switches(view, ", ") :
					xstrdup("");
	char *number = view->loaded ? xformat("%u", view->generation) :
				      xstrdup("");

	fprintf(out,
		"# The Edge port policy as an nftables ruleset, by edgectl %s\n"
		"# profile %s\n"
		"# %s%s, mode %s%s\n",
		NF_EDGE_VERSION, names_word(&names_profiles, policy->profile),
		view->loaded ? "generation " : "of a configuration", number,
		names_word(&names_modes, policy->mode),
		policy->mode == NF_EDGE_MODE_AUDIT ?
		": NOTHING IS DROPPED, what would be is counted" : "");
	if (*switched)
		fprintf(out, "# switched since the load: %s\n", switched);
	fputs(limits, out);
	free(number);
	free(switched);
}

/* The rows that permit nothing, and so are not in the ruleset. */
static void print_left_out(const struct view *view)
{
	uint32_t bound = policy_bound(&view->policy);
	uint64_t dead = 0, nobody = 0;
	char *ids;
	size_t i;

	for (i = 0; i < view->table.count; i++) {
		if (!view->states[i].live)
			dead |= 1ULL << i;
		else if (row_at_nobody(&view->table.row[i], bound))
			nobody |= 1ULL << i;
	}
	if (dead) {
		ids = rows_ids(&view->table, dead, " ");
		fprintf(out, "#\n# Off, and left out: %s\n", ids);
		free(ids);
	}
	if (nobody) {
		ids = rows_ids(&view->table, nobody, " ");
		fprintf(out, "#\n# At nobody, and left out: %s\n", ids);
		free(ids);
	}
}

static void print_counters(const struct nft *ipv4, const struct nft *ipv6)
{
	const struct row_table *table = ipv4->table;
	size_t i;

	for (i = 0; i < table->count; i++)
		if (nft_permits(ipv4, i) || nft_permits(ipv6, i))
			fprintf(out, "\tcounter %s { }\n", table->row[i].id);
}

static void print_ruleset(struct view *view, const char *name)
{
	struct nft ipv4, ipv6;
	unsigned int i;

	for (i = 0; i < SETS_MAX; i++)
		peer_set_sort(&view->policy.sets[i]);
	nft_begin(&ipv4, view, IPV4);
	nft_begin(&ipv6, view, IPV6);

	print_header(view);
	print_left_out(view);
	fprintf(out, "\ntable inet %s\n"
		"delete table inet %s\n"
		"\n"
		"table inet %s {\n", name, name, name);
	print_counters(&ipv4, &ipv6);
	nft_print_sets(&ipv4);
	nft_print_sets(&ipv6);
	nft_print_hooks(view);
	fputs("}\n", out);
}

/**
 * export_print - print a policy as an nftables ruleset
 * @view: the policy in force, with its rows, nodes and prefixes; its sets get
 *	sorted
 */
void export_print(struct view *view)
{
	print_ruleset(view, EXPORT_TABLE);
}

static void print_policy(const struct policy *policy, const char *name)
{
	struct view *view = xalloc(sizeof(*view));
	size_t i;

	*view = (struct view){ .policy = *policy };
	policy_table(&view->table, policy);
	for (i = 0; i < view->table.count; i++)
		view->states[i].live = policy_row_live(&view->table, policy, i);
	print_ruleset(view, name);
	free(view);
}

/**
 * export_print_policy - print a policy of a configuration as a ruleset
 * @policy: the policy; its sets get sorted
 */
void export_print_policy(const struct policy *policy)
{
	print_policy(policy, EXPORT_TABLE);
}

/**
 * export_text - make a policy into the text of a ruleset
 * @policy: the policy; its sets get sorted
 * @name: name of its table, of the family inet
 * @length: set to the length of the text
 *
 * Return: a new text.
 */
char *export_text(const struct policy *policy, const char *name, size_t *length)
{
	FILE *before = out;
	char *text;

	out = open_memstream(&text, length);
	if (!out)
		out_of_memory();
	print_policy(policy, name);
	fclose(out);
	out = before;
	return text;
}
