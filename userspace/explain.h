/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Asking the classifier, and putting its answer into words.
 */
#ifndef EXPLAIN_H
#define EXPLAIN_H

#include <jansson.h>

#include "client.h"
#include "query.h"
#include "view.h"

struct nl_msg *nf_edge_explain_request(struct client *client,
				       const struct query *query);
void nf_edge_explain_read(struct nlmsghdr *reply, void *arg);
json_t *nf_edge_explain_json(const struct verdict *verdict,
			     const char *master);
void nf_edge_explain_print(const struct query *query,
			   const struct verdict *verdict,
			   const struct view *view, const char *master);
enum outcome nf_edge_explain_batch(struct client *client);

#endif /* EXPLAIN_H */
