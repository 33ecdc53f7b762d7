// SPDX-License-Identifier: GPL-2.0-only
/*
 * edgectl explain: what becomes of a packet, and why.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/fail.h"
#include "cmd/explain_batch.h"
#include "cmd/module.h"
#include "cmd/named.h"
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
	      "NODE.SERVICE may stand for an address, as edge1.access:443; of a service with\n"
	      "addresses of both families edge1.access/4 and edge1.access/6.  peers SET asks\n"
	      "about all addresses of a peer set, as peers frontend.  A port may be a name,\n"
	      "as https or sip-tls.\n"
	      "\n"
	      "Exit: 0 accept or not governed, 1 drop, 2 usage, 3 system error; of --batch\n"
	      "0, or 2 when it could not read a line.\n", out);
}

static enum outcome fail_fault(const struct query_fault *fault)
{
	char *why = query_fault_text(fault);
	enum outcome outcome = fail_usage("explain", "%s", why);

	free(why);
	return outcome;
}

static int ask_once(const struct query *query, struct verdict *verdict,
		    void *arg)
{
	return explain_ask(arg, query, verdict);
}

/*
 * Ask, and read the rows that a text needs.  Names and rows are those of the
 * policy that answers.
 */
static enum outcome ask(struct client *client, char **words, size_t count,
			bool json, struct query *query, struct answers *answers,
			struct view *view)
{
	unsigned int parts = json ? 0 : VIEW_ROWS | VIEW_COUNTS;
	struct query_fault fault = { 0 };
	enum outcome outcome;
	int error;

	error = parts || query_is_named(query) ?
		named_ask(client, view, parts, words, count, query, answers,
			  &fault) :
		answers_ask(answers, NULL, query, ask_once, client);
	if (error)
		return module_fail(client, error, "cannot explain");
	outcome = fault.why ? fail_fault(&fault) : DONE;
	query_fault_free(&fault);
	return outcome;
}

static enum outcome explain_one(struct client *client, char **words,
				size_t count, struct query *query, bool json)
{
	struct answers answers = { 0 };
	struct view view = { 0 };
	enum outcome outcome;
	struct arrival arrival;
	struct links links;

	links_read(&links);
	arrival_find(&arrival, &links, query->in);
	links_free(&links);
	outcome = ask(client, words, count, json, query, &answers, &view);
	if (outcome == DONE && json)
		out_json_print(explain_json(&answers, &arrival),
			       JSON_INDENT(2));
	else if (outcome == DONE)
		explain_print(&answers, &view, &arrival);
	if (outcome == DONE && answers_worst(&answers)->verdict.verdict ==
			       NF_EDGE_VERDICT_DROP)
		outcome = out_flush(REFUSED);
	answers_free(&answers);
	arrival_free(&arrival);
	view_free(&view);
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
	char **words = argv + 1;
	struct query_fault fault;
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
	if (!batch && !query_parse(&query, words, count, NULL, &fault)) {
		outcome = fail_fault(&fault);
		query_fault_free(&fault);
		return outcome;
	}

	outcome = module_connect(&client, NULL);
	if (outcome == DONE)
		outcome = batch ? explain_batch(&client) :
				  explain_one(&client, words, count, &query, json);
	client_close(&client);
	return outcome;
}
