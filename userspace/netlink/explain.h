/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Questions to the classifier, and its answers.
 */
#ifndef NETLINK_EXPLAIN_H
#define NETLINK_EXPLAIN_H

#include "netlink/client.h"
#include "policy/query.h"

void explain_put_ip(struct nl_msg *msg, const struct ip *ip, int ipv4,
		    int ipv6);
void explain_put(struct nl_msg *msg, const struct query *query);
void explain_get(struct nlattr *nest, struct verdict *verdict);
struct nl_msg *explain_request(struct client *client,
			       const struct query *query);
void explain_read(struct nlmsghdr *reply, void *arg);
int explain_ask(struct client *client, const struct query *query,
		struct verdict *verdict);
int explain_tried(struct client *client, const struct query *query,
		  struct verdict *verdict);

#endif /* NETLINK_EXPLAIN_H */
