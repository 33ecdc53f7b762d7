// SPDX-License-Identifier: GPL-2.0-only
/*
 * The connections that a policy that was tried would cut: each connection is
 * judged by the tried policy, and the refused ones by the policy in force.
 */
#include <errno.h>
#include <linux/nf_edge.h>
#include <netinet/in.h>
#include <netlink/attr.h>
#include <stdlib.h>

#include "base/join.h"
#include "base/memory.h"
#include "netlink/attribute.h"
#include "netlink/explain.h"
#include "netlink/impact.h"

#define DIRECTIONS	2

/* Room for a request with NF_EDGE_MAX_QUERIES connections. */
#define BATCH_SIZE	4096U

/**
 * struct judged - the answer about a connection
 * @mode: enum nf_edge_mode, or -1 without a policy
 * @verdict: enum nf_edge_verdict, of the original and of the reply direction
 * @reason: enum nf_edge_reason of a drop
 * @rows: rows that permit the original direction
 * @near: near rows of the reasons
 */
struct judged {
	int mode;
	uint32_t verdict[DIRECTIONS];
	uint32_t reason[DIRECTIONS];
	char *rows;
	char *near[DIRECTIONS];
};

/**
 * struct batch - the answers to one request
 * @judged: the answers, in the order of the questions
 * @count: how many
 * @generation: of the policy that was asked
 */
struct batch {
	struct judged judged[NF_EDGE_MAX_QUERIES];
	size_t count;
	uint32_t generation;
};

static void put_connection(struct nl_msg *msg, const struct tracked *one)
{
	struct nlattr *nest = attr_nest(msg, NF_EDGE_A_POLICY_QUERY);

	nla_put_u8(msg, NF_EDGE_A_QUERY_PROTOCOL, one->protocol);
	explain_put_ip(msg, &one->source, NF_EDGE_A_QUERY_SOURCE_IPV4,
		       NF_EDGE_A_QUERY_SOURCE_IPV6);
	explain_put_ip(msg, &one->destination, NF_EDGE_A_QUERY_DESTINATION_IPV4,
		       NF_EDGE_A_QUERY_DESTINATION_IPV6);
	explain_put_ip(msg, &one->reply_source,
		       NF_EDGE_A_QUERY_REPLY_SOURCE_IPV4,
		       NF_EDGE_A_QUERY_REPLY_SOURCE_IPV6);
	explain_put_ip(msg, &one->reply_destination,
		       NF_EDGE_A_QUERY_REPLY_DESTINATION_IPV4,
		       NF_EDGE_A_QUERY_REPLY_DESTINATION_IPV6);
	if (one->protocol == IPPROTO_TCP || one->protocol == IPPROTO_UDP)
		nla_put_u16(msg, NF_EDGE_A_QUERY_DESTINATION_PORT,
			    one->destination_port);
	else if (one->protocol == (one->source.family == AF_INET ?
				   IPPROTO_ICMP : IPPROTO_ICMPV6))
		nla_put_u8(msg, NF_EDGE_A_QUERY_ICMP_TYPE, one->icmp_type);
	nla_nest_end(msg, nest);
}

/* The rows of one kind in an answer: a new string, empty for none. */
static char *read_rows(struct nlattr *nest, int type)
{
	struct nlattr *attr;
	struct join list;
	char *id;
	int left;

	join_begin(&list, ", ");
	nla_for_each_nested(attr, nest, left) {
		if (nla_type(attr) != type)
			continue;
		id = attr_text(attr);
		join_add(&list, "%s", id);
		free(id);
	}
	return join_end(&list);
}

static void read_judged(struct nlattr *nest, struct judged *judged)
{
	struct nlattr *mode = nla_find(nla_data(nest), nla_len(nest),
				       NF_EDGE_A_QUERY_MODE);
	static const int verdicts[DIRECTIONS] = {
		NF_EDGE_A_QUERY_VERDICT, NF_EDGE_A_QUERY_REPLY_VERDICT,
	};
	static const int reasons[DIRECTIONS] = {
		NF_EDGE_A_QUERY_REASON, NF_EDGE_A_QUERY_REPLY_REASON,
	};
	static const int nears[DIRECTIONS] = {
		NF_EDGE_A_QUERY_NEAR, NF_EDGE_A_QUERY_REPLY_NEAR,
	};
	int i;

	*judged = (struct judged){ .mode = mode ? (int)attr_u32(mode) : -1 };
	for (i = 0; i < DIRECTIONS; i++) {
		judged->verdict[i] = attr_u32(nla_find(nla_data(nest),
						       nla_len(nest),
						       verdicts[i]));
		if (judged->verdict[i] != NF_EDGE_VERDICT_DROP)
			continue;
		judged->reason[i] = attr_u32(nla_find(nla_data(nest),
						      nla_len(nest),
						      reasons[i]));
		judged->near[i] = read_rows(nest, nears[i]);
		if (i && !*judged->near[i] && judged->near[0]) {
			free(judged->near[i]);
			judged->near[i] = xstrdup(judged->near[0]);
		}
	}
	if (judged->verdict[0] == NF_EDGE_VERDICT_ACCEPT)
		judged->rows = read_rows(nest, NF_EDGE_A_QUERY_ROW);
}

static void read_batch(struct nlmsghdr *reply, void *arg)
{
	struct nlattr *attrs[NF_EDGE_A_POLICY_MAX + 1], *attr;
	struct batch *batch = arg;
	int left;

	client_parse(reply, attrs, NF_EDGE_A_POLICY_MAX);
	batch->generation = attr_u32(attrs[NF_EDGE_A_POLICY_GENERATION]);
	nlmsg_for_each_attr(attr, reply, GENL_HDRLEN, left)
		if (nla_type(attr) == NF_EDGE_A_POLICY_QUERY &&
		    batch->count < ARRAY_SIZE(batch->judged))
			read_judged(attr, &batch->judged[batch->count++]);
}

static void free_batch(struct batch *batch)
{
	size_t i;
	int k;

	for (i = 0; i < batch->count; i++) {
		free(batch->judged[i].rows);
		for (k = 0; k < DIRECTIONS; k++)
			free(batch->judged[i].near[k]);
	}
	batch->count = 0;
}

static int ask_batch(struct client *client, const struct tracked *items,
		     size_t count, bool tried, struct batch *batch)
{
	struct nl_msg *request;
	int error;
	size_t i;

	batch->count = 0;
	request = client_request(client, NF_EDGE_CMD_EXPLAIN, NLM_F_ACK,
				 BATCH_SIZE);
	if (tried)
		nla_put_flag(request, NF_EDGE_A_POLICY_TRIED);
	for (i = 0; i < count; i++)
		put_connection(request, &items[i]);
	error = client_do(client, request, read_batch, batch);
	if (error || batch->count == count)
		return error;
	client->refusal = (struct refusal){ .error = EPROTO };
	return -EPROTO;
}

static bool passes(const struct judged *judged, int direction)
{
	return judged->mode != NF_EDGE_MODE_ENFORCE ||
	       judged->verdict[direction] != NF_EDGE_VERDICT_DROP;
}

static bool any_refused(const struct batch *batch)
{
	size_t i;

	for (i = 0; i < batch->count; i++)
		if (!passes(&batch->judged[i], 0) ||
		    !passes(&batch->judged[i], 1))
			return true;
	return false;
}

/* Note a connection that passes now, in a direction that is refused then. */
static void add_cut(struct impact *impact, const struct tracked *connection,
		    const struct judged *now, const struct judged *then)
{
	struct cut *cut;
	int i;

	for (i = 0; i < DIRECTIONS; i++)
		if (passes(now, i) && !passes(then, i))
			break;
	if (i == DIRECTIONS)
		return;
	impact->cuts = xgrow(impact->cuts, &impact->capacity, impact->count,
			     sizeof(*cut));
	cut = &impact->cuts[impact->count++];
	*cut = (struct cut){
		.connection = *connection,
		.verdict = now->verdict[0],
		.rows = xstrdup(now->rows ? : ""),
		.reason = then->reason[i],
		.near = xstrdup(then->near[i] ? : ""),
	};
}

static int judge_batch(struct client *client, const struct tracked *items,
		       size_t count, struct batch *now, struct batch *then,
		       struct impact *impact)
{
	int error = ask_batch(client, items, count, true, then);
	size_t i;

	if (error || !any_refused(then))
		return error;
	error = ask_batch(client, items, count, false, now);
	if (error)
		return error;
	if (now->generation != then->generation) {
		client->refusal = (struct refusal){ .error = ESTALE };
		return -ESTALE;
	}
	for (i = 0; i < count; i++)
		add_cut(impact, &items[i], &now->judged[i], &then->judged[i]);
	return 0;
}

/**
 * impact_ask - find the connections that the tried policy would cut
 * @client: the socket, whose transaction has tried the policy
 * @list: the connections
 * @impact: @judged and @cuts are filled in; impact_free() it
 *
 * Return: 0, or a negative errno; -ESTALE when the policy in force is not the
 * one any more that the tried one would replace.
 */
int impact_ask(struct client *client, const struct tracked_list *list,
	       struct impact *impact)
{
	struct batch now = { .count = 0 }, then = { .count = 0 };
	size_t first, count;
	int error = 0;

	for (first = 0; first < list->count && !error; first += count) {
		count = list->count - first;
		if (count > NF_EDGE_MAX_QUERIES)
			count = NF_EDGE_MAX_QUERIES;
		error = judge_batch(client, list->items + first, count, &now,
				    &then, impact);
		free_batch(&now);
		free_batch(&then);
	}
	impact->judged = list->count;
	return error;
}

/**
 * impact_free - forget what would be cut
 * @impact: the connections
 */
void impact_free(struct impact *impact)
{
	size_t i;

	for (i = 0; i < impact->count; i++) {
		free(impact->cuts[i].rows);
		free(impact->cuts[i].near);
	}
	free(impact->cuts);
	free(impact->unknown);
	*impact = (struct impact){ 0 };
}
