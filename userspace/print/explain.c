// SPDX-License-Identifier: GPL-2.0-only
/*
 * The classifier's answer in plain words: verdict, reason and remedy.
 */
#include <assert.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/foreign.h"
#include "base/join.h"
#include "base/memory.h"
#include "output/colour.h"
#include "output/json.h"
#include "output/stdout.h"
#include "print/explain.h"

/* NULL for a reason with a remedy for each near row, by remedy_row(). */
static const char *const remedies[] = {
	[NF_EDGE_REASON_SPOOFED] =
		"mend the route or internal-networks, or give a tunnel a device of its own; a second side would take the guards of this interface away",
	[NF_EDGE_REASON_ISOLATION] = "let it come in on an interface with side internal",
	[NF_EDGE_REASON_UNTRACKED] = "take away the rule that marks it notrack",
	[NF_EDGE_REASON_NO_ROW] = "use what a row names; edgectl show rows lists them",
	[NF_EDGE_REASON_INVALID] = "begin a new connection",
	[NF_EDGE_REASON_CLS_GUARD] =
		"expose-cls-ports = true in the configuration, if these ports must be open",
	[NF_EDGE_REASON_INTERFACE] = NULL,
	[NF_EDGE_REASON_PEER] = NULL,
	[NF_EDGE_REASON_DISABLED] = NULL,
	[NF_EDGE_REASON_SEVERAL] = NULL,
};

static_assert(ARRAY_SIZE(remedies) == REASON_COUNT, "each reason has a remedy");

/* Width of the column of ids: that of the longest among some rows. */
static int id_width(const struct row_table *table, uint64_t rows)
{
	int width = 13;
	size_t i;

	for (i = 0; i < table->count; i++) {
		int length = (int)strlen(table->row[i].id);

		if (rows & (1ULL << i) && length > width)
			width = length;
	}
	return width;
}

static char *remedy_side(const struct row *row)
{
	return xformat("takes an interface with side %s",
		row->direction == NF_EDGE_DIRECTION_OUT ? "edge" :
		names_word(&names_sides, row_side(row)));
}

static char *remedy_peer(const struct query *query, const struct row *row,
			 const struct row_state *state,
			 const struct policy *policy)
{
	const struct ip *peer = row->direction == NF_EDGE_DIRECTION_IN ?
				&query->source : &query->destination;
	char text[INET6_ADDRSTRLEN], *sets, *remedy;

	ip_format(peer, text);
	if (!row->peer_sets || row_at_any(row, state->bound))
		return xformat("takes a peer of the %s side; internal-networks decides",
			       names_word(&names_sides,
					  row_side(row)));
	sets = policy_set_names(policy, state->bound ? : row->peer_sets,
				" or ");
	remedy = xformat("takes %s in the peer set %s", text, sets);
	free(sets);
	return remedy;
}

static char *remedy_switch(const struct row *row,
			   const struct row_state *state)
{
	struct join list;
	char *all, *remedy;

	join_begin(&list, " and ");
	if (state->dead & (1U << NF_EDGE_DEAD_ROW_OFF))
		join_add(&list, "edgectl row on %s", row->id);
	if (state->dead & (1U << NF_EDGE_DEAD_ZONE_OFF))
		join_add(&list, "edgectl zone on %s",
			 names_word(&names_zones, row->zone));
	if (state->dead & (1U << NF_EDGE_DEAD_FEATURE_OFF) &&
	    row->feature != NF_EDGE_FEATURE_NONE)
		join_add(&list, "edgectl feature on %s",
			 names_word(&names_features, (uint32_t)row->feature));
	all = join_end(&list);
	remedy = xformat("takes %s", all);
	free(all);
	return remedy;
}

/* A live row that fails more than one test fails by arrival and by peer. */
static char *remedy_several(const struct query *query, const struct row *row,
			    const struct row_state *state,
			    const struct policy *policy)
{
	char *first, *second, *both;

	if (!state->live) {
		first = remedy_switch(row, state);
		second = xstrdup("more");
	} else {
		first = remedy_side(row);
		second = remedy_peer(query, row, state, policy);
	}
	both = xformat("%s, and %s", first, second);
	free(first);
	free(second);
	return both;
}

/* A row and a text beside the row; a note may be empty. */
static void print_row(const char *indent, int width, const char *id,
		      const char *text)
{
	fprintf(out, "%s%-*s%s%s\n", indent, *text ? width : 0, id,
		*text ? " " : "", text);
}

static char *remedy_row(const struct query *query, int reason,
			const struct view *view, size_t i)
{
	const struct row_state *state = &view->states[i];
	const struct row *row = &view->table.row[i];

	switch (reason) {
	case NF_EDGE_REASON_INTERFACE:
		return remedy_side(row);
	case NF_EDGE_REASON_PEER:
		return remedy_peer(query, row, state, &view->policy);
	case NF_EDGE_REASON_DISABLED:
		return remedy_switch(row, state);
	case NF_EDGE_REASON_SEVERAL:
		return remedy_several(query, row, state, &view->policy);
	default:
		return xstrdup(row->note);
	}
}

static bool is_echo(const struct query *query)
{
	return query->protocol == IPPROTO_ICMP ||
	       query->protocol == IPPROTO_ICMPV6;
}

/* An echo request is of no row: ping and ping-peers judge. */
static void print_echo_drop(uint32_t reason, const struct policy *policy)
{
	char *sets;

	if (reason == NF_EDGE_REASON_NO_ROW) {
		fputs("  Echo requests pass only where ping lists the side, and from there.\n"
		      "  To pass: ping = { external } or { internal } in the configuration.\n",
		      out);
		return;
	}
	fputs("  Echo requests pass only where a set of ping-peers has the other address.\n",
	      out);
	sets = policy_set_names(policy, policy->ping_peers, " or ");
	if (*sets)
		fprintf(out, "  To pass: add the address to the peer set %s.\n",
			sets);
	else
		fputs("  To pass: name a set with the address in ping-peers, which is empty.\n",
		      out);
	free(sets);
}

static void print_drop(const struct query *query,
		       const struct verdict *verdict, const struct view *view)
{
	uint64_t near = rows_mask(&view->table, &verdict->near);
	uint32_t reason = (uint32_t)verdict->reason;
	size_t i;

	if (reason >= REASON_COUNT)
		return;
	if (is_echo(query) && (reason == NF_EDGE_REASON_NO_ROW ||
			       reason == NF_EDGE_REASON_PEER)) {
		print_echo_drop(reason, &view->policy);
		return;
	}
	fprintf(out, "  %s\n", reason_sentences[reason]);
	if (remedies[reason])
		fprintf(out, "  To pass: %s.\n", remedies[reason]);
	if (near)
		fputs("  Near rows:\n", out);
	for (i = 0; i < view->table.count; i++) {
		char *remedy;

		if (!(near & (1ULL << i)))
			continue;
		remedy = remedy_row(query, verdict->reason, view, i);
		print_row("    ", id_width(&view->table, near),
			  view->table.row[i].id, remedy);
		free(remedy);
	}
}

static void print_node(const char *where, const char *name)
{
	if (!*name)
		return;
	fprintf(out, "  %s node ", where);
	out_put(name);
	fputc('\n', out);
}

static void print_nodes(const struct verdict *verdict)
{
	print_node("from", verdict->source_node);
	print_node("to", verdict->destination_node);
}

/* Name the device to ask about instead: no packet arrives on a member. */
static void print_master(const char *member, const char *master)
{
	char *in = foreign_shown(member), *above = foreign_shown(master);

	fprintf(out,
		"  No packet arrives on %s: it is a member of %s, and packets of a member\n"
		"  arrive on its bond, team or bridge. Ask with --in %s.\n",
		in, above, above);
	free(above);
	free(in);
}

static void print_absent(const char *name, const char *sentence)
{
	fputs("  ", out);
	out_put(name);
	fputs(": ", out);
	out_put(sentence);
	fputc('\n', out);
}

/**
 * explain_print - print an answer for people
 * @query: the question
 * @verdict: the answer
 * @view: the policy in force, with its rows
 * @arrival: where the packet in question arrives
 */
void explain_print(const struct query *query,
		   const struct verdict *verdict,
		   const struct view *view,
		   const struct arrival *arrival)
{
	bool drop = verdict->verdict == NF_EDGE_VERDICT_DROP;
	const char *colour = drop ? RED :
		verdict->verdict == NF_EDGE_VERDICT_ACCEPT ? GREEN : YELLOW;
	uint64_t rows = rows_mask(&view->table, &verdict->rows);
	size_t i;

	fprintf(out, "%s%s%s", colour_code(colour),
		names_word(&names_verdicts, verdict->verdict),
		colour_code(PLAIN));
	if (drop && verdict->reason >= 0)
		fprintf(out, ": %s",
			names_word(&names_reasons,
				   (uint32_t)verdict->reason));
	if (drop && verdict->mode == NF_EDGE_MODE_AUDIT)
		fputs(" (mode audit: it is counted, and passes)", out);
	if (verdict->verdict == NF_EDGE_VERDICT_NOT_GOVERNED)
		fputs(view->loaded ?
		      ": no Edge address is in it, or it is of a device that is never judged" :
		      ": no policy is loaded", out);
	fputc('\n', out);
	if (arrival->master)
		print_master(query->in, arrival->master);
	if (arrival->absent)
		print_absent(query->in, arrival->absent);

	for (i = 0; i < view->table.count; i++)
		if (rows & (1ULL << i))
			print_row("  ", id_width(&view->table, rows),
				  view->table.row[i].id,
				  view->table.row[i].note);
	if (drop)
		print_drop(query, verdict, view);
	print_nodes(verdict);
}

static const char *optional_word(const struct vocabulary *vocabulary, int value)
{
	return value < 0 ? NULL : names_word(vocabulary, (uint32_t)value);
}

static json_t *name_or_null(const char *name)
{
	return *name ? out_json_text(name) : json_null();
}

static json_t *ids_json(const struct row_ids *ids)
{
	json_t *array = json_array();
	size_t i;

	for (i = 0; i < ids->count; i++)
		json_array_append_new(array, out_json_text(ids->id[i]));
	return array;
}

/**
 * explain_json - an answer for machines
 * @verdict: the answer
 * @arrival: where the packet in question arrives
 *
 * Return: a new object.
 */
json_t *explain_json(const struct verdict *verdict,
		     const struct arrival *arrival)
{
	return json_pack("{s:i, s:s?, s:s, s:s?, s:o, s:o, s:o, s:o, s:s?, s:o, s:o*}",
			 SCHEMA,
			 "profile", optional_word(&names_profiles,
						  verdict->profile),
			 "verdict", names_word(&names_verdicts,
					       verdict->verdict),
			 "reason", optional_word(&names_reasons,
						 verdict->reason),
			 "rows", ids_json(&verdict->rows),
			 "near", ids_json(&verdict->near),
			 "source_node", name_or_null(verdict->source_node),
			 "destination_node",
			 name_or_null(verdict->destination_node),
			 "mode", optional_word(&names_modes, verdict->mode),
			 "master", name_or_null(arrival->master ? arrival->master : ""),
			 "absent", arrival->absent ?
			 out_json_text(arrival->absent) : NULL);
}
