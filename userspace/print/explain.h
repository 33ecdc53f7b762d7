/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Asking the classifier, and putting its answer into words.
 */
#ifndef EXPLAIN_H
#define EXPLAIN_H

#include <jansson.h>

#include "netlink/view.h"
#include "policy/query.h"
#include "system/links.h"

/**
 * struct arrival - the device that a question is about
 * @master: the device that its packets arrive on, or NULL
 * @absent: a sentence when no device has its name, or NULL
 */
struct arrival {
	char *master;
	char *absent;
};

struct nl_msg *nf_edge_explain_request(struct client *client,
				       const struct query *query);
void nf_edge_explain_read(struct nlmsghdr *reply, void *arg);
json_t *nf_edge_explain_json(const struct verdict *verdict,
			     const struct arrival *arrival);
void nf_edge_explain_print(const struct query *query,
			   const struct verdict *verdict,
			   const struct view *view,
			   const struct arrival *arrival);
void nf_edge_arrival_find(struct arrival *arrival, const struct links *links,
			  const char *in);
void nf_edge_arrival_free(struct arrival *arrival);
enum outcome nf_edge_explain_batch(struct client *client);

#endif /* EXPLAIN_H */
