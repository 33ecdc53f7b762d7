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
#include "print/prefixes.h"

/* Prefixes of a set that are shown. */
#define TEXT_MAX	8

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
	return xformat("needs an interface with side %s",
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
		return xformat("needs a peer of the %s side; internal-networks decides",
			       names_word(&names_sides,
					  row_side(row)));
	sets = policy_set_names(policy, state->bound ? : row->peer_sets,
				" or ");
	remedy = xformat("needs %s in the peer set %s", text, sets);
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
	remedy = xformat("needs %s", all);
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

/* Say in a few words how to permit an echo request. */
static const char *echo_remedy(int reason)
{
	return reason == NF_EDGE_REASON_NO_ROW ?
	       "ping = SIDE in the configuration passes echo requests" :
	       "needs the other address in a set of ping-peers";
}

/**
 * explain_remedy - what would permit a refused packet, on one line
 * @query: the packet
 * @reason: enum nf_edge_reason
 * @near: near rows
 * @view: the policy that refused the packet, with its rows and their counts
 *
 * Return: a new string, empty where there is nothing to say.
 */
char *explain_remedy(const struct query *query, int reason,
		     const struct row_ids *near, const struct view *view)
{
	char *remedy, *line;
	int i = -1;

	if (reason < 0 || reason >= (int)REASON_COUNT)
		return xstrdup("");
	if (is_echo(query) && (reason == NF_EDGE_REASON_NO_ROW ||
			       reason == NF_EDGE_REASON_PEER))
		return xstrdup(echo_remedy(reason));
	if (remedies[reason])
		return xstrdup(remedies[reason]);
	if (near->count)
		i = rows_find(&view->table, near->id[0]);
	if (i < 0)
		return xstrdup("");
	remedy = remedy_row(query, reason, view, (size_t)i);
	line = xformat("%s %s", near->id[0], remedy);
	free(remedy);
	return line;
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
 * explain_print_grounds - print the rows of an answer, or the reason of a drop
 *	and what would permit the packet
 * @query: the question
 * @verdict: the answer
 * @view: the policy that was asked, with its rows
 */
void explain_print_grounds(const struct query *query,
			   const struct verdict *verdict,
			   const struct view *view)
{
	uint64_t rows = rows_mask(&view->table, &verdict->rows);
	size_t i;

	for (i = 0; i < view->table.count; i++)
		if (rows & (1ULL << i))
			print_row("  ", id_width(&view->table, rows),
				  view->table.row[i].id,
				  view->table.row[i].note);
	if (verdict->verdict == NF_EDGE_VERDICT_DROP)
		print_drop(query, verdict, view);
	print_nodes(verdict);
}

/* Print the addresses of a set that have an answer in common. */
static void print_addresses(const struct told *told, const struct view *view)
{
	const struct policy *policy = &view->policy;
	char *list = prefixes_text(&told->addresses,
				   ip_family(&told->query.source), TEXT_MAX);

	fprintf(out, "%s of peers %s:\n", list,
		policy_set_name(policy, (unsigned int)(told->query.set -
						       policy->sets)));
	free(list);
}

static void print_end(const struct ip *ip, bool has_port, uint16_t port)
{
	bool brackets = has_port && ip->family == AF_INET6;
	char text[INET6_ADDRSTRLEN];

	fprintf(out, " %s%s%s", brackets ? "[" : "", ip_format(ip, text),
		brackets ? "]" : "");
	if (has_port)
		fprintf(out, ":%u", port);
}

/* Print the packet of a question whose words became numbers. */
static void print_packet(const struct query *query)
{
	fprintf(out, "  asked about %s", names_protocol(query->protocol));
	print_end(&query->source, false, 0);
	print_end(&query->destination, !is_echo(query), query->port);
	fputc('\n', out);
}

static void print_one(const struct told *told, const struct view *view,
		      const struct arrival *arrival)
{
	const struct verdict *verdict = &told->verdict;
	const struct query *query = &told->query;
	bool drop = verdict->verdict == NF_EDGE_VERDICT_DROP;
	const char *colour = drop ? RED :
		verdict->verdict == NF_EDGE_VERDICT_ACCEPT ? GREEN : YELLOW;

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
	explain_print_grounds(query, verdict, view);
	if (query->has_words)
		print_packet(query);
}

/**
 * explain_print - print answers for people
 * @answers: the answers
 * @view: the policy in force, with its rows
 * @arrival: where the packet in question arrives
 */
void explain_print(const struct answers *answers, const struct view *view,
		   const struct arrival *arrival)
{
	size_t i;

	for (i = 0; i < answers->count; i++) {
		if (answers->items[i].query.set)
			print_addresses(&answers->items[i], view);
		print_one(&answers->items[i], view, arrival);
	}
	if (answers->count > 1)
		fprintf(out, "%zu answers: the addresses of the set are not judged alike\n",
			answers->count);
}

static json_t *name_or_null(const char *name)
{
	return *name ? out_json_text(name) : json_null();
}

/**
 * explain_verdict_json - verdict, reason, rows and nodes for machines
 * @verdict: the answer
 *
 * Return: a new object.
 */
json_t *explain_verdict_json(const struct verdict *verdict)
{
	return json_pack("{s:s, s:s?, s:o, s:o, s:o, s:o}",
			 "verdict", names_word(&names_verdicts,
					       verdict->verdict),
			 "reason", names_optional(&names_reasons,
						 verdict->reason),
			 "rows", out_json_ids(&verdict->rows),
			 "near", out_json_ids(&verdict->near),
			 "source_node", name_or_null(verdict->source_node),
			 "destination_node",
			 name_or_null(verdict->destination_node));
}

/**
 * explain_packet_json - the packet of a question, in numbers
 * @query: the question
 *
 * Return: a new object.
 */
json_t *explain_packet_json(const struct query *query)
{
	char source[INET6_ADDRSTRLEN], destination[INET6_ADDRSTRLEN];

	ip_format(&query->source, source);
	ip_format(&query->destination, destination);
	return json_pack("{s:o, s:s, s:s, s:s, s:o}",
			 "in", name_or_null(query->in),
			 "protocol", names_protocol(query->protocol),
			 "source", source, "destination", destination,
			 "destination_port", is_echo(query) ? json_null() :
			 json_integer(query->port));
}

/* Each answer, with the addresses of the set that have it. */
static json_t *each_answer(const struct answers *answers)
{
	json_t *array = json_array(), *object;
	size_t i;

	for (i = 0; i < answers->count; i++) {
		const struct told *told = &answers->items[i];
		unsigned int family = ip_family(&told->query.source);

		object = explain_verdict_json(&told->verdict);
		json_object_set_new(object, "addresses",
				    prefixes_json(&told->addresses, family,
						  SIZE_MAX));
		json_array_append_new(array, object);
	}
	return array;
}

/**
 * explain_json - answers for machines
 * @answers: the answers; of several, the first that drops comes first
 * @arrival: where the packet in question arrives
 *
 * Return: a new object.
 */
json_t *explain_json(const struct answers *answers,
		     const struct arrival *arrival)
{
	const struct told *told = answers_worst(answers);
	const struct verdict *verdict = &told->verdict;
	json_t *object, *answer = explain_verdict_json(verdict), *more;

	object = json_pack("{s:i, s:s?}", SCHEMA, "profile",
			   names_optional(&names_profiles, verdict->profile));
	more = json_pack("{s:s?, s:o, s:o*, s:o, s:o*}",
			 "mode", names_optional(&names_modes, verdict->mode),
			 "master", name_or_null(arrival->master ?
						arrival->master : ""),
			 "absent", arrival->absent ?
			 out_json_text(arrival->absent) : NULL,
			 "packet", explain_packet_json(&told->query),
			 "answers", told->query.set ? each_answer(answers) :
						      NULL);
	json_object_update(object, answer);
	json_object_update(object, more);
	json_decref(answer);
	json_decref(more);
	return object;
}
