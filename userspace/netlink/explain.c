// SPDX-License-Identifier: GPL-2.0-only
/*
 * Questions to the classifier, and its answers.
 */
#include <netlink/attr.h>
#include <netlink/msg.h>
#include <netinet/in.h>

#include "netlink/attribute.h"
#include "netlink/explain.h"

/**
 * explain_put_ip - add an address to a question
 * @msg: the request
 * @ip: the address
 * @ipv4: attribute of an IPv4 address
 * @ipv6: attribute of an IPv6 address
 */
void explain_put_ip(struct nl_msg *msg, const struct ip *ip, int ipv4, int ipv6)
{
	if (ip->family == AF_INET)
		nla_put(msg, ipv4, 4, ip->bytes);
	else
		nla_put(msg, ipv6, 16, ip->bytes);
}

/**
 * explain_put - add a question to a request
 * @msg: the request, of the attribute set policy
 * @query: the question
 */
void explain_put(struct nl_msg *msg, const struct query *query)
{
	struct nlattr *nest = attr_nest(msg, NF_EDGE_A_POLICY_QUERY);

	if (*query->in)
		nla_put_string(msg, NF_EDGE_A_QUERY_IN, query->in);
	else
		nla_put_flag(msg, NF_EDGE_A_QUERY_LOCAL);
	nla_put_u8(msg, NF_EDGE_A_QUERY_PROTOCOL, query->protocol);
	explain_put_ip(msg, &query->source, NF_EDGE_A_QUERY_SOURCE_IPV4,
		       NF_EDGE_A_QUERY_SOURCE_IPV6);
	explain_put_ip(msg, &query->destination,
		       NF_EDGE_A_QUERY_DESTINATION_IPV4,
		       NF_EDGE_A_QUERY_DESTINATION_IPV6);
	if (query->protocol == IPPROTO_TCP || query->protocol == IPPROTO_UDP)
		nla_put_u16(msg, NF_EDGE_A_QUERY_DESTINATION_PORT,
			    query->port);
	nla_nest_end(msg, nest);
}

/**
 * explain_get - read an answer
 * @nest: the query attribute of the reply
 * @verdict: filled in
 */
void explain_get(struct nlattr *nest, struct verdict *verdict)
{
	struct nlattr *attr;
	int left;

	*verdict = (struct verdict){
		.reason = -1, .mode = -1, .profile = -1,
	};
	nla_for_each_nested(attr, nest, left) {
		switch (nla_type(attr)) {
		case NF_EDGE_A_QUERY_VERDICT:
			verdict->verdict = attr_u32(attr);
			break;
		case NF_EDGE_A_QUERY_REASON:
			verdict->reason = (int)attr_u32(attr);
			break;
		case NF_EDGE_A_QUERY_ROW:
			attr_add_id(&verdict->rows, attr);
			break;
		case NF_EDGE_A_QUERY_NEAR:
			attr_add_id(&verdict->near, attr);
			break;
		case NF_EDGE_A_QUERY_SOURCE_NODE:
			nla_strlcpy(verdict->source_node, attr,
				    sizeof(verdict->source_node));
			break;
		case NF_EDGE_A_QUERY_DESTINATION_NODE:
			nla_strlcpy(verdict->destination_node, attr,
				    sizeof(verdict->destination_node));
			break;
		case NF_EDGE_A_QUERY_MODE:
			verdict->mode = (int)attr_u32(attr);
			break;
		default:
			break;
		}
	}
}

/**
 * explain_request - make a question into a request
 * @client: the socket
 * @query: the question
 *
 * Return: the request.
 */
struct nl_msg *explain_request(struct client *client, const struct query *query)
{
	struct nl_msg *request;

	request = client_request(client, NF_EDGE_CMD_EXPLAIN, NLM_F_ACK,
				 MESSAGE_SMALL);
	explain_put(request, query);
	return request;
}

/**
 * explain_read - read the answer
 * @reply: the reply of the module
 * @arg: the struct verdict to fill in
 */
void explain_read(struct nlmsghdr *reply, void *arg)
{
	struct nlattr *attrs[NF_EDGE_A_POLICY_MAX + 1];
	struct verdict *verdict = arg;

	client_parse(reply, attrs, NF_EDGE_A_POLICY_MAX);
	if (attrs[NF_EDGE_A_POLICY_QUERY])
		explain_get(attrs[NF_EDGE_A_POLICY_QUERY], verdict);
	if (attrs[NF_EDGE_A_POLICY_PROFILE])
		verdict->profile =
			(int)attr_u32(attrs[NF_EDGE_A_POLICY_PROFILE]);
	verdict->generation =
		attr_u32(attrs[NF_EDGE_A_POLICY_GENERATION]);
}

/**
 * explain_ask - ask the classifier
 * @client: the socket
 * @query: the question
 * @verdict: filled in
 *
 * Return: as client_do().
 */
int explain_ask(struct client *client, const struct query *query,
		struct verdict *verdict)
{
	*verdict = (struct verdict){
		.reason = -1, .mode = -1, .profile = -1,
	};
	return client_do(client, explain_request(client, query),
			 explain_read, verdict);
}

/**
 * explain_tried - ask the policy that the socket's transaction has tried
 * @client: the socket
 * @query: the question
 * @verdict: filled in; its generation is that of the policy in force which the
 *	tried one was made from
 *
 * Return: as client_do().
 */
int explain_tried(struct client *client, const struct query *query,
		  struct verdict *verdict)
{
	struct nl_msg *request = explain_request(client, query);

	*verdict = (struct verdict){
		.reason = -1, .mode = -1, .profile = -1,
	};
	nla_put_flag(request, NF_EDGE_A_POLICY_TRIED);
	return client_do(client, request, explain_read, verdict);
}
