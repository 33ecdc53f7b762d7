// SPDX-License-Identifier: GPL-2.0-only
/*
 * edgectl explain: what becomes of a packet, and why.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/fail.h"
#include "cmd/explain_batch.h"
#include "cmd/module.h"
#include "cmd/query.h"
#include "cmd/verbs.h"
#include "netlink/explain.h"
#include "output/json.h"
#include "output/stdout.h"
#include "print/explain.h"

static void print_help(void)
{
	fputs("usage: edgectl explain (--in IFACE | --local) tcp|udp|icmp SRC[:PORT] DST[:PORT]\n"
	      "                       [--json]\n"
	      "       edgectl explain --batch\n"
	      "\n"
	      "Asks the classifier in the kernel about the first packet of a connection,\n"
	      "before any NAT.  Counts nothing.\n"
	      "\n"
	      "  --in IFACE  it arrives on this interface, which need not exist\n"
	      "  --local     the local host sends it\n"
	      "  --batch     read one question a line, in the same words, and answer with\n"
	      "              one JSON object a line; empty lines and # comments are skipped\n"
	      "  --json      print one JSON object\n"
	      "  -h, --help  print this\n"
	      "\n"
	      "The source port does not matter.  An IPv6 address with a port stands in\n"
	      "brackets, [2001:db8::7]:40000.  icmp is an echo request, and has no ports.\n"
	      "\n"
	      "Exit: 0 accept or not governed, 1 drop, 2 usage, 3 system error; of --batch\n"
	      "0, or 2 when it could not read a line.\n", out);
}

static enum outcome ask(struct client *client, const struct query *query,
			struct verdict *verdict)
{
	int error = explain_ask(client, query, verdict);

	return error ? module_fail(client, error, "cannot explain") :
		       DONE;
}

/* A text needs the rows too, as they were when the question was asked. */
static enum outcome ask_whole(struct client *client, const struct query *query,
			      struct verdict *verdict, struct view *view)
{
	enum outcome outcome;
	int attempts = 0, error;

	do {
		view_free(view);
		outcome = ask(client, query, verdict);
		if (outcome != DONE)
			return outcome;
		error = view_read(client, view, VIEW_ROWS | VIEW_COUNTS);
		if (!error && view->generation != verdict->generation)
			error = -EAGAIN;
	} while (error == -EAGAIN && ++attempts < VIEW_ATTEMPTS);
	return error ? module_fail(client, error,
				   "cannot read the policy") : DONE;
}

static enum outcome explain_one(struct client *client,
				const struct query *query, bool json)
{
	struct view view = { 0 };
	struct verdict verdict;
	enum outcome outcome;
	struct arrival arrival;
	struct links links;

	links_read(&links);
	arrival_find(&arrival, &links, query->in);
	links_free(&links);
	outcome = json ? ask(client, query, &verdict) :
			 ask_whole(client, query, &verdict, &view);
	if (outcome == DONE && json)
		out_json_print(explain_json(&verdict, &arrival),
			       JSON_INDENT(2));
	else if (outcome == DONE)
		explain_print(query, &verdict, &view, &arrival);
	arrival_free(&arrival);
	view_free(&view);
	if (outcome == DONE && verdict.verdict == NF_EDGE_VERDICT_DROP)
		return out_flush(REFUSED);
	return outcome;
}

/* Take an option out of the words, which are a question but for it. */
static bool take(char **words, size_t *count, const char *option)
{
	size_t from, to = 0;

	for (from = 0; from < *count; from++)
		if (strcmp(words[from], option) != 0)
			words[to++] = words[from];
	from = *count;
	*count = to;
	return to < from;
}

/**
 * cmd_explain - the verb explain
 * @argc: its words, "explain" first
 * @argv: the words
 *
 * Return: what to exit with.
 */
enum outcome cmd_explain(int argc, char **argv)
{
	size_t count = (size_t)argc - 1;
	char **words = argv + 1, *why = NULL;
	bool json, batch;
	enum outcome outcome;
	struct client client;
	struct query query;

	if (take(words, &count, "--help") || take(words, &count, "-h")) {
		print_help();
		return DONE;
	}
	json = take(words, &count, "--json");
	batch = take(words, &count, "--batch");
	take(words, &count, "--");
	if (batch && count)
		return fail_usage("explain", "%s: --batch asks what standard input says",
				  words[0]);
	if (!batch && !query_parse(&query, words, count, &why)) {
		outcome = fail_usage("explain", "%s", why);
		free(why);
		return outcome;
	}

	outcome = module_connect(&client, NULL);
	if (outcome == DONE)
		outcome = batch ? explain_batch(&client) :
				  explain_one(&client, &query, json);
	client_close(&client);
	return outcome;
}
