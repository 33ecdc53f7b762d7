/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Names of services, nodes and sets of the policy in force.
 */
#ifndef CMD_NAMED_H
#define CMD_NAMED_H

#include "cmd/query.h"
#include "base/outcome.h"
#include "netlink/view.h"
#include "policy/answers.h"

/**
 * struct asking - a question to the policy of a view
 * @client: the socket
 * @generation: of the policy
 */
struct asking {
	struct client *client;
	uint32_t generation;
};

int named_ask_view(const struct query *query, struct verdict *verdict,
		   void *arg);
int named_ask(struct client *client, struct view *view, unsigned int parts,
	      char **words, size_t count, struct query *query,
	      struct answers *answers, struct query_fault *fault);

enum outcome named_unknown_row(const struct row_table *table, const char *id);
enum outcome named_unknown_node(const struct policy *policy, const char *name);

#endif /* CMD_NAMED_H */
