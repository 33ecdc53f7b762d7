// SPDX-License-Identifier: GPL-2.0-only
/*
 * Counters, of all nodes or all of a node at once, and drops by reason: read, and
 * carried over.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "netlink/attribute.h"
#include "netlink/counters.h"

static void read_counts(struct nlattr **attrs, struct counts *counts)
{
	*counts = (struct counts){
		.known = true,
		.connections =
			attr_u64(attrs[NF_EDGE_A_COUNTS_CONNECTIONS]),
		.packets_to_edge =
			attr_u64(attrs[NF_EDGE_A_COUNTS_PACKETS_TO_EDGE]),
		.bytes_to_edge =
			attr_u64(attrs[NF_EDGE_A_COUNTS_BYTES_TO_EDGE]),
		.packets_from_edge =
			attr_u64(attrs[NF_EDGE_A_COUNTS_PACKETS_FROM_EDGE]),
		.bytes_from_edge =
			attr_u64(attrs[NF_EDGE_A_COUNTS_BYTES_FROM_EDGE]),
		.denied = attr_u64(attrs[NF_EDGE_A_COUNTS_DENIED]),
		.last_hit = attr_u64(attrs[NF_EDGE_A_COUNTS_LAST_HIT]),
	};
}

static void read_nest(struct node_counts *counts, struct nlattr *nest)
{
	struct nlattr *attrs[NF_EDGE_A_COUNTS_MAX + 1];
	char id[ROW_ID_MAX + 1];
	int row;

	if (nla_parse_nested(attrs, NF_EDGE_A_COUNTS_MAX, nest, NULL) < 0)
		return;
	if (attrs[NF_EDGE_A_COUNTS_ROW]) {
		nla_strlcpy(id, attrs[NF_EDGE_A_COUNTS_ROW], sizeof(id));
		row = rows_find(counts->table, id);
		if (row >= 0)
			read_counts(attrs, &counts->rows[row]);
	} else if (attrs[NF_EDGE_A_COUNTS_SERVICE]) {
		uint32_t service =
			attr_u32(attrs[NF_EDGE_A_COUNTS_SERVICE]);

		if (service < SERVICE_COUNT)
			read_counts(attrs, &counts->services[service]);
	}
}

static void read_counters(struct nlmsghdr *reply, void *arg)
{
	struct node_counts *counts = arg;
	struct nlattr *attr;
	int left;

	nlmsg_for_each_attr(attr, reply, GENL_HDRLEN, left) {
		switch (nla_type(attr)) {
		case NF_EDGE_A_COUNTERS_ROW:
		case NF_EDGE_A_COUNTERS_SERVICE:
			read_nest(counts, attr);
			break;
		case NF_EDGE_A_COUNTERS_NODE:
			nla_strlcpy(counts->node, attr, sizeof(counts->node));
			break;
		case NF_EDGE_A_COUNTERS_GENERATION:
			counts->generation = attr_u32(attr);
			break;
		default:
			break;
		}
	}
}

/**
 * counters_read - read, and perhaps reset, the counters of a node
 * @client: the socket
 * @table: the rows of the policy in force, which have to outlive @counts
 * @node: name of the node
 * @zone: enum nf_edge_zone: rows of this zone only, and no services; -1 for all
 * @reset: count on from zero
 * @counts: filled in
 *
 * Return: as client_do().
 */
int counters_read(struct client *client, const struct row_table *table,
		  const char *node, int zone, bool reset,
		  struct node_counts *counts)
{
	struct nl_msg *request;

	*counts = (struct node_counts){ .table = table };
	request = client_request(client, NF_EDGE_CMD_COUNTERS_GET, NLM_F_ACK,
				 MESSAGE_SMALL);
	nla_put_string(request, NF_EDGE_A_COUNTERS_NODE, node);
	if (zone >= 0)
		nla_put_u32(request, NF_EDGE_A_COUNTERS_ZONE, (uint32_t)zone);
	if (reset)
		nla_put_flag(request, NF_EDGE_A_COUNTERS_RESET);
	return client_do(client, request, read_counters, counts);
}

/**
 * struct all_counts - the counters of all nodes, as far as they were read
 * @table: the rows of the policy in force
 * @nodes: the counters
 * @count: number of nodes that were read
 * @room: number of nodes that @nodes has room for
 */
struct all_counts {
	const struct row_table *table;
	struct node_counts *nodes;
	size_t count;
	size_t room;
};

static void read_node(struct nlmsghdr *reply, void *arg)
{
	struct all_counts *all = arg;
	struct node_counts *counts = &all->nodes[all->count];

	if (all->count == all->room)
		return;
	*counts = (struct node_counts){ .table = all->table };
	read_counters(reply, counts);
	all->count++;
}

static int dump_counters(struct client *client, struct all_counts *all,
			 int zone)
{
	struct nl_msg *request;

	request = client_request(client, NF_EDGE_CMD_COUNTERS_DUMP, NLM_F_DUMP,
				 MESSAGE_SMALL);
	if (zone >= 0)
		nla_put_u32(request, NF_EDGE_A_COUNTERS_ZONE, (uint32_t)zone);
	return client_do(client, request, read_node, all);
}

/**
 * counters_read_all - read the counters of all nodes
 * @client: the socket
 * @view: the policy in force, with its rows and nodes, which has to outlive
 *	@nodes
 * @zone: as for counters_read()
 * @nodes: zeros, filled in: one of each node of @view
 *
 * A module that knows no such dump is asked once a node.
 *
 * Return: as client_do(); -EAGAIN when the policy has changed since @view was
 * read.
 */
int counters_read_all(struct client *client, const struct view *view, int zone,
		      struct node_counts *nodes)
{
	const struct policy *policy = &view->policy;
	struct all_counts all = {
		.table = &view->table,
		.nodes = nodes,
		.room = policy->node_count,
	};
	int error = all.room ? dump_counters(client, &all, zone) : 0;
	size_t i;

	if (error == -EOPNOTSUPP)
		for (i = 0, error = 0; i < all.room && !error; i++)
			error = counters_read(client, all.table,
					      policy->nodes[i].name, zone,
					      false, &nodes[i]);
	/* Nodes of which nothing was told have generation 0. */
	for (i = 0; i < all.room && !error; i++)
		if (nodes[i].generation != view->generation)
			error = -EAGAIN;
	return error == -ENOENT ? -EAGAIN : error;
}

static void read_drops(struct nlmsghdr *reply, void *arg)
{
	struct nlattr *attrs[NF_EDGE_A_DROP_MAX + 1], *attr;
	struct drop_counts *drops = arg;
	uint32_t reason;
	int left;

	nlmsg_for_each_attr(attr, reply, GENL_HDRLEN, left) {
		if (nla_type(attr) != NF_EDGE_A_DROPS_DROP ||
		    nla_parse_nested(attrs, NF_EDGE_A_DROP_MAX, attr, NULL) < 0)
			continue;
		reason = attr_u32(attrs[NF_EDGE_A_DROP_REASON]);
		if (reason >= REASON_COUNT)
			continue;
		drops[reason] = (struct drop_counts){
			.packets =
				attr_u64(attrs[NF_EDGE_A_DROP_PACKETS]),
			.bytes = attr_u64(attrs[NF_EDGE_A_DROP_BYTES]),
			.would_be_packets =
				attr_u64(attrs[NF_EDGE_A_DROP_WOULD_BE_PACKETS]),
			.would_be_bytes =
				attr_u64(attrs[NF_EDGE_A_DROP_WOULD_BE_BYTES]),
		};
	}
}

/**
 * counters_read_drops - read, and perhaps reset, the drops by reason
 * @client: the socket
 * @reset: count on from zero
 * @drops: filled in, by reason
 *
 * Return: as client_do().
 */
int counters_read_drops(struct client *client, bool reset,
			struct drop_counts drops[REASON_COUNT])
{
	struct nl_msg *request;

	memset(drops, 0, REASON_COUNT * sizeof(*drops));
	request = client_request(client, NF_EDGE_CMD_DROPS_GET, NLM_F_ACK,
				 MESSAGE_SMALL);
	if (reset)
		nla_put_flag(request, NF_EDGE_A_DROPS_RESET);
	return client_do(client, request, read_drops, drops);
}

static void put_counts(struct nl_msg *request, int type, int key,
		       const struct counts *counts, uint32_t service,
		       const char *row)
{
	struct nlattr *nest = attr_nest(request, type);

	if (row)
		nla_put_string(request, key, row);
	else
		nla_put_u32(request, key, service);
	nla_put_u64(request, NF_EDGE_A_COUNTS_CONNECTIONS, counts->connections);
	nla_put_u64(request, NF_EDGE_A_COUNTS_PACKETS_TO_EDGE,
		    counts->packets_to_edge);
	nla_put_u64(request, NF_EDGE_A_COUNTS_BYTES_TO_EDGE,
		    counts->bytes_to_edge);
	nla_put_u64(request, NF_EDGE_A_COUNTS_PACKETS_FROM_EDGE,
		    counts->packets_from_edge);
	nla_put_u64(request, NF_EDGE_A_COUNTS_BYTES_FROM_EDGE,
		    counts->bytes_from_edge);
	nla_put_u64(request, NF_EDGE_A_COUNTS_DENIED, counts->denied);
	nla_put_u64(request, NF_EDGE_A_COUNTS_LAST_HIT, counts->last_hit);
	nla_nest_end(request, nest);
}

/**
 * counters_add - add counts that another module has told
 * @client: the socket
 * @table: the rows of the policy in force; counts of other rows are left out
 * @counts: the counts of a node of that policy
 *
 * Return: as client_do(); -EOPNOTSUPP of a module that knows no such request.
 */
int counters_add(struct client *client, const struct row_table *table,
		 const struct node_counts *counts)
{
	struct nl_msg *request;
	uint32_t service;
	const char *id;
	size_t i;

	request = client_request(client, NF_EDGE_CMD_COUNTERS_ADD, NLM_F_ACK,
				 MESSAGE_MAX);
	nla_put_string(request, NF_EDGE_A_COUNTERS_NODE, counts->node);
	for (i = 0; i < counts->table->count; i++) {
		id = counts->table->row[i].id;
		if (counts->rows[i].known && rows_find(table, id) >= 0)
			put_counts(request, NF_EDGE_A_COUNTERS_ROW,
				   NF_EDGE_A_COUNTS_ROW, &counts->rows[i], 0,
				   id);
	}
	for (service = 0; service < SERVICE_COUNT; service++)
		if (counts->services[service].known)
			put_counts(request, NF_EDGE_A_COUNTERS_SERVICE,
				   NF_EDGE_A_COUNTS_SERVICE,
				   &counts->services[service], service, NULL);
	return client_do(client, request, NULL, NULL);
}

/**
 * counters_add_drops - add refused packets that another module has told
 * @client: the socket
 * @drops: the packets, by reason
 *
 * Return: as counters_add().
 */
int counters_add_drops(struct client *client,
		       const struct drop_counts drops[REASON_COUNT])
{
	struct nl_msg *request;
	uint32_t reason;

	request = client_request(client, NF_EDGE_CMD_DROPS_ADD, NLM_F_ACK,
				 MESSAGE_MAX);
	for (reason = 0; reason < REASON_COUNT; reason++) {
		struct nlattr *nest = attr_nest(request,
						NF_EDGE_A_DROPS_DROP);

		nla_put_u32(request, NF_EDGE_A_DROP_REASON, reason);
		nla_put_u64(request, NF_EDGE_A_DROP_PACKETS,
			    drops[reason].packets);
		nla_put_u64(request, NF_EDGE_A_DROP_BYTES, drops[reason].bytes);
		nla_put_u64(request, NF_EDGE_A_DROP_WOULD_BE_PACKETS,
			    drops[reason].would_be_packets);
		nla_put_u64(request, NF_EDGE_A_DROP_WOULD_BE_BYTES,
			    drops[reason].would_be_bytes);
		nla_nest_end(request, nest);
	}
	return client_do(client, request, NULL, NULL);
}
