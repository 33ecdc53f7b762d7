/* SPDX-License-Identifier: GPL-2.0-only */
/* Queries, as requests have them. */
#ifndef _NF_EDGE_QUERY_H
#define _NF_EDGE_QUERY_H

#include <net/netlink.h>
#include <uapi/linux/nf_edge.h>

struct nf_edge_connection;

/* Check whether a query is about a connection, by its reply tuple. */
static inline bool nf_edge_query_is_connection(struct nlattr **tb)
{
	return tb[NF_EDGE_A_QUERY_REPLY_SOURCE_IPV4] ||
	       tb[NF_EDGE_A_QUERY_REPLY_SOURCE_IPV6] ||
	       tb[NF_EDGE_A_QUERY_REPLY_DESTINATION_IPV4] ||
	       tb[NF_EDGE_A_QUERY_REPLY_DESTINATION_IPV6];
}

int nf_edge_parse_query(const struct nlattr *query, struct nlattr **tb,
			struct netlink_ext_ack *extack);
void nf_edge_read_connection(struct nlattr **tb, struct nf_edge_connection *c);

#endif
