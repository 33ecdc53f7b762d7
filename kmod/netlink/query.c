// SPDX-License-Identifier: GPL-2.0-only
/*
 * Queries: the attributes of a question to the classifier.
 */

#include <linux/icmp.h>
#include <linux/icmpv6.h>
#include <linux/in.h>

#include "connection.h"
#include "netlink/netlink-gen.h"
#include "netlink/query.h"

static int refuse(struct netlink_ext_ack *extack, const struct nlattr *attr)
{
	NL_SET_BAD_ATTR(extack, attr);
	return -EINVAL;
}

/* A connection arrives where the routes say, and has two tuples. */
static int check_tuples(const struct nlattr *query, struct nlattr **tb,
			bool ipv6, struct netlink_ext_ack *extack)
{
	if (tb[NF_EDGE_A_QUERY_IN] || tb[NF_EDGE_A_QUERY_LOCAL]) {
		NL_SET_ERR_MSG(extack,
			       "a connection has no interface: routes tell where its packets arrive");
		return refuse(extack, tb[NF_EDGE_A_QUERY_IN] ?:
				      tb[NF_EDGE_A_QUERY_LOCAL]);
	}
	if (!tb[NF_EDGE_A_QUERY_REPLY_SOURCE_IPV4] != ipv6 ||
	    !tb[NF_EDGE_A_QUERY_REPLY_DESTINATION_IPV4] != ipv6 ||
	    !tb[NF_EDGE_A_QUERY_REPLY_SOURCE_IPV6] == ipv6 ||
	    !tb[NF_EDGE_A_QUERY_REPLY_DESTINATION_IPV6] == ipv6) {
		NL_SET_ERR_MSG(extack,
			       "a connection needs source and destination of its reply tuple, of the family of the original");
		return refuse(extack, query);
	}
	return 0;
}

/* A first packet arrives by an interface, or the local host sends the packet. */
static int check_arrival(const struct nlattr *query, struct nlattr **tb,
			 struct netlink_ext_ack *extack)
{
	if (!tb[NF_EDGE_A_QUERY_IN] == !tb[NF_EDGE_A_QUERY_LOCAL]) {
		NL_SET_ERR_MSG(extack,
			       "either an interface or the local host is required");
		return refuse(extack, query);
	}
	if (tb[NF_EDGE_A_QUERY_IN] && !*(char *)nla_data(tb[NF_EDGE_A_QUERY_IN])) {
		NL_SET_ERR_MSG(extack, "an interface needs a name");
		return refuse(extack, tb[NF_EDGE_A_QUERY_IN]);
	}
	return 0;
}

/* A type is of a connection of ICMP, and a port of TCP or UDP. */
static int check_protocol(const struct nlattr *query, struct nlattr **tb,
			  bool ipv6, struct netlink_ext_ack *extack)
{
	const struct nlattr *type = tb[NF_EDGE_A_QUERY_ICMP_TYPE];
	const struct nlattr *port = tb[NF_EDGE_A_QUERY_DESTINATION_PORT];
	bool connection = nf_edge_query_is_connection(tb);
	u8 protocol;

	if (!tb[NF_EDGE_A_QUERY_PROTOCOL]) {
		NL_SET_ERR_MSG(extack, "a protocol is required");
		return refuse(extack, query);
	}
	protocol = nla_get_u8(tb[NF_EDGE_A_QUERY_PROTOCOL]);
	if (type && (!connection ||
		     protocol != (ipv6 ? IPPROTO_ICMPV6 : IPPROTO_ICMP))) {
		NL_SET_ERR_MSG(extack,
			       "only a connection of the family's ICMP has a type");
		return refuse(extack, type);
	}
	if (protocol == IPPROTO_TCP || protocol == IPPROTO_UDP) {
		if (port)
			return 0;
		NL_SET_ERR_MSG(extack,
			       "a destination port is required with TCP and UDP");
		return refuse(extack, query);
	}
	if (!connection &&
	    protocol != (ipv6 ? IPPROTO_ICMPV6 : IPPROTO_ICMP)) {
		NL_SET_ERR_MSG(extack,
			       "the protocol must be TCP, UDP or the family's ICMP");
		return refuse(extack, tb[NF_EDGE_A_QUERY_PROTOCOL]);
	}
	if (!port)
		return 0;
	if (connection)
		NL_SET_ERR_MSG(extack,
			       "only a connection of TCP or UDP has a port");
	else
		NL_SET_ERR_MSG(extack, "an echo request has no port");
	return refuse(extack, port);
}

/**
 * nf_edge_parse_query - read a query, and refuse attributes that are incomplete
 *	or exclude each other
 * @query: a query attribute
 * @tb: receives the attributes, NF_EDGE_A_QUERY_MAX + 1 of them
 * @extack: takes the reason of a refusal
 *
 * Context: any.
 * Return: 0 or -EINVAL.
 */
int nf_edge_parse_query(const struct nlattr *query, struct nlattr **tb,
			struct netlink_ext_ack *extack)
{
	bool ipv6;
	int err;

	err = nla_parse_nested(tb, NF_EDGE_A_QUERY_MAX, query,
			       nf_edge_query_nl_policy, extack);
	if (err)
		return err;
	ipv6 = tb[NF_EDGE_A_QUERY_SOURCE_IPV6];
	if (!nf_edge_query_is_connection(tb)) {
		err = check_arrival(query, tb, extack);
		if (err)
			return err;
	}
	if (!tb[NF_EDGE_A_QUERY_SOURCE_IPV4] == !ipv6 ||
	    !tb[NF_EDGE_A_QUERY_DESTINATION_IPV4] !=
	    !tb[NF_EDGE_A_QUERY_SOURCE_IPV4] ||
	    !tb[NF_EDGE_A_QUERY_DESTINATION_IPV6] != !ipv6) {
		NL_SET_ERR_MSG(extack,
			       "a source and a destination of one family are required");
		return refuse(extack, query);
	}
	if (nf_edge_query_is_connection(tb)) {
		err = check_tuples(query, tb, ipv6, extack);
		if (err)
			return err;
	}
	return check_protocol(query, tb, ipv6, extack);
}

/**
 * nf_edge_read_connection - read the connection that a query is about
 * @tb: the attributes, from nf_edge_parse_query()
 * @c: receives the connection, which points into @tb
 *
 * Context: any.
 */
void nf_edge_read_connection(struct nlattr **tb, struct nf_edge_connection *c)
{
	bool ipv4 = tb[NF_EDGE_A_QUERY_SOURCE_IPV4];
	const struct nlattr *port = tb[NF_EDGE_A_QUERY_DESTINATION_PORT];
	const struct nlattr *type = tb[NF_EDGE_A_QUERY_ICMP_TYPE];

	*c = (struct nf_edge_connection){
		.tuple = {
			[IP_CT_DIR_ORIGINAL] = {
				nla_data(tb[ipv4 ? NF_EDGE_A_QUERY_SOURCE_IPV4 :
						   NF_EDGE_A_QUERY_SOURCE_IPV6]),
				nla_data(tb[ipv4 ? NF_EDGE_A_QUERY_DESTINATION_IPV4 :
						   NF_EDGE_A_QUERY_DESTINATION_IPV6]),
			},
			[IP_CT_DIR_REPLY] = {
				nla_data(tb[ipv4 ? NF_EDGE_A_QUERY_REPLY_SOURCE_IPV4 :
						   NF_EDGE_A_QUERY_REPLY_SOURCE_IPV6]),
				nla_data(tb[ipv4 ? NF_EDGE_A_QUERY_REPLY_DESTINATION_IPV4 :
						   NF_EDGE_A_QUERY_REPLY_DESTINATION_IPV6]),
			},
		},
		.ipv4 = ipv4,
		.l4proto = nla_get_u8(tb[NF_EDGE_A_QUERY_PROTOCOL]),
		.icmp_type = ipv4 ? ICMP_ECHO : ICMPV6_ECHO_REQUEST,
		.dport = port ? nla_get_u16(port) : 0,
	};
	if (type)
		c->icmp_type = nla_get_u8(type);
}
