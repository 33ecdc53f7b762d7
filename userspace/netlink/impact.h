/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The connections that a policy that was tried would cut.
 */
#ifndef NETLINK_IMPACT_H
#define NETLINK_IMPACT_H

#include <stdbool.h>

#include "netlink/client.h"
#include "policy/tracked.h"

/**
 * struct cut - a connection that would be cut
 * @connection: the connection
 * @verdict: enum nf_edge_verdict of its original direction by the policy in
 *	force
 * @rows: the rows that permit the connection now, with ", " between them
 * @reason: enum nf_edge_reason of the refusal
 * @near: near rows of the reason, with ", " between them
 */
struct cut {
	struct tracked connection;
	uint32_t verdict;
	char *rows;
	uint32_t reason;
	char *near;
};

/**
 * struct impact - connections that a change would cut
 * @asked: whether the change may cut at all
 * @unknown: why nothing is known, or NULL; a new string
 * @judged: connections that were judged
 * @cuts: those that would be cut, in the order of the table
 * @count: how many
 * @capacity: how many there is room for
 */
struct impact {
	bool asked;
	char *unknown;
	size_t judged;
	struct cut *cuts;
	size_t count;
	size_t capacity;
};

int impact_ask(struct client *client, const struct tracked_list *list,
	       struct impact *impact);
void impact_free(struct impact *impact);

#endif /* NETLINK_IMPACT_H */
