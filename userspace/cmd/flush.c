// SPDX-License-Identifier: GPL-2.0-only
/*
 * edgectl flush: back to no policy.
 */
#include <stdio.h>

#include "base/macros.h"
#include "cmd/options.h"
#include "cmd/verbs.h"
#include "netlink/client.h"
#include "output/json.h"
#include "output/stdout.h"

static void print_help(void)
{
	fputs("usage: edgectl flush [--json]\n"
	      "\n"
	      "Takes the policy out of force: nothing is governed, everything passes.\n"
	      "Counters of rows and nodes end; those of drop reasons go on.\n"
	      "\n"
	      "  --json      print one JSON object\n"
	      "  -h, --help  print this\n",
	      nf_edge_out);
}

struct flushed {
	uint32_t governed;
	uint32_t generation;
};

static void read_reply(struct nlmsghdr *reply, void *arg)
{
	struct nlattr *attrs[NF_EDGE_A_POLICY_MAX + 1];
	struct flushed *flushed = arg;

	nf_edge_reply_parse(reply, attrs, NF_EDGE_A_POLICY_MAX);
	flushed->governed = nf_edge_attr_u32(attrs[NF_EDGE_A_POLICY_GOVERNED]);
	flushed->generation =
		nf_edge_attr_u32(attrs[NF_EDGE_A_POLICY_GENERATION]);
}

static void print(const struct flushed *flushed)
{
	if (!flushed->governed)
		fputs("nothing changed: no policy was loaded\n", nf_edge_out);
	else
		fprintf(nf_edge_out, "no policy is loaded now: %u address%s open to everybody\n",
			flushed->governed, flushed->governed == 1 ?
			" is" : "es are");
}

/**
 * nf_edge_cmd_flush - the verb flush
 * @argc: its words, "flush" first
 * @argv: the words
 *
 * Return: what to exit with.
 */
enum outcome nf_edge_cmd_flush(int argc, char **argv)
{
	bool json = false;
	const struct option_spec specs[] = {
		{ .name = "json", .flag = &json },
	};
	struct flushed flushed = { 0 };
	enum outcome outcome;
	struct client client;

	if (!nf_edge_options("flush", argc, argv, specs, ARRAY_SIZE(specs), 0,
			     NULL, print_help, &outcome))
		return outcome;

	outcome = nf_edge_client_connect(&client, NULL);
	if (outcome == DONE &&
	    nf_edge_get(&client, NF_EDGE_CMD_FLUSH, read_reply, &flushed))
		outcome = nf_edge_client_fail(&client, "cannot flush");
	if (outcome == DONE && json) {
		nf_edge_json_print(json_pack("{s:i, s:I, s:I}", SCHEMA,
					     "governed",
					     (json_int_t)flushed.governed,
					     "generation",
					     (json_int_t)flushed.generation),
				   JSON_INDENT(2));
	} else if (outcome == DONE) {
		print(&flushed);
	}
	nf_edge_client_close(&client);
	return outcome;
}
