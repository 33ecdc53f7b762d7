// SPDX-License-Identifier: GPL-2.0-only
/*
 * A question to the classifier: from words to attributes, and its answer
 * back.
 */
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "client.h"
#include "edgectl.h"
#include "query.h"
#include "rows.h"

static bool parse_port(const char *text, uint16_t *port)
{
	size_t digits = strspn(text, "0123456789");
	unsigned long value;

	if (!digits || digits > 5 || text[digits])
		return false;
	value = strtoul(text, NULL, 10);
	*port = (uint16_t)value;
	return value <= UINT16_MAX;
}

/* ADDRESS, IPV4:PORT, [ADDRESS] or [IPV6]:PORT */
static bool parse_endpoint(const char *text, struct ip *ip, bool *has_port,
			   uint16_t *port)
{
	char address[INET6_ADDRSTRLEN];
	const char *colon = NULL, *start = text;
	size_t length = strlen(text);

	if (*text == '[') {
		const char *close = strchr(text, ']');

		if (!close || (close[1] && close[1] != ':'))
			return false;
		start++;
		length = (size_t)(close - start);
		if (close[1])
			colon = close + 1;
	} else if (strchr(text, ':') == strrchr(text, ':')) {
		colon = strchr(text, ':');
		if (colon)
			length = (size_t)(colon - text);
	}
	if (length >= sizeof(address))
		return false;
	memcpy(address, start, length);
	address[length] = '\0';

	*has_port = colon;
	return nf_edge_ip_parse(address, ip) &&
	       (*text != '[' || ip->family == AF_INET6) &&
	       (!colon || parse_port(colon + 1, port));
}

static bool parse_protocol(const char *word, const struct ip *ip,
			   uint8_t *protocol)
{
	if (!strcmp(word, "tcp"))
		*protocol = IPPROTO_TCP;
	else if (!strcmp(word, "udp"))
		*protocol = IPPROTO_UDP;
	else if (!strcmp(word, "icmp"))
		*protocol = ip->family == AF_INET ? IPPROTO_ICMP :
						    IPPROTO_ICMPV6;
	else
		return false;
	return true;
}

static bool parse_packet(struct query *query, char **words, char **why)
{
	bool source_port, port, echo;
	uint16_t ignored;

	if (!parse_endpoint(words[1], &query->source, &source_port,
			    &ignored)) {
		*why = nf_edge_format("%s: is no address; write 198.51.100.7 or [2001:db8::7]:4000",
				      words[1]);
		return false;
	}
	if (!parse_endpoint(words[2], &query->destination, &port,
			    &query->port)) {
		*why = nf_edge_format("%s: is no address; write 192.0.2.7:443 or [2001:db8::7]:443",
				      words[2]);
		return false;
	}
	if (query->source.family != query->destination.family) {
		*why = nf_edge_format("%s: is not of the same family as %s",
				      words[2], words[1]);
		return false;
	}
	if (!parse_protocol(words[0], &query->source, &query->protocol)) {
		*why = nf_edge_format("%s: unknown protocol; write tcp, udp or icmp",
				      words[0]);
		return false;
	}

	echo = query->protocol != IPPROTO_TCP &&
	       query->protocol != IPPROTO_UDP;
	if (echo && (source_port || port)) {
		*why = nf_edge_format("%s: an echo request has no ports",
				      words[port ? 2 : 1]);
		return false;
	}
	if (!echo && !port) {
		*why = nf_edge_format("%s: the destination port is missing",
				      words[2]);
		return false;
	}
	return true;
}

static bool set_interface(struct query *query, const char *name, char **why)
{
	if (!*name || strlen(name) > NF_EDGE_INTERFACE_NAME_MAX) {
		*why = nf_edge_format("%s: is not the name of an interface",
				      *name ? name : "\"\"");
		return false;
	}
	snprintf(query->in, sizeof(query->in), "%s", name);
	return true;
}

/**
 * nf_edge_query_parse - read a question
 * @query: filled in
 * @words: (--in IFACE | --local) tcp|udp|icmp SRC[:PORT] DST[:PORT]
 * @count: how many words
 * @why: on failure, a new string: what is wrong
 *
 * Return: false when it makes no sense.
 */
bool nf_edge_query_parse(struct query *query, char **words, size_t count,
			 char **why)
{
	bool in = false, local = false;
	char *packet[3];
	size_t i, n = 0;

	memset(query, 0, sizeof(*query));
	for (i = 0; i < count; i++) {
		const char *name = NULL;

		if (!strcmp(words[i], "--local")) {
			local = true;
		} else if (!strcmp(words[i], "--in")) {
			name = i + 1 < count ? words[++i] : "";
		} else if (!strncmp(words[i], "--in=", 5)) {
			name = words[i] + 5;
		} else if (*words[i] == '-') {
			*why = nf_edge_format("%s: unknown option", words[i]);
			return false;
		} else if (n < ARRAY_SIZE(packet)) {
			packet[n++] = words[i];
		} else {
			*why = nf_edge_format("%s: is one word too many",
					      words[i]);
			return false;
		}
		if (!name)
			continue;
		if (in) {
			*why = nf_edge_strdup("--in is given twice; one interface is asked about");
			return false;
		}
		if (!set_interface(query, name, why))
			return false;
		in = true;
	}
	if (in == local) {
		*why = nf_edge_strdup(in ? "--in and --local exclude each other" :
				      "one of --in IFACE and --local is required");
		return false;
	}
	if (n < ARRAY_SIZE(packet)) {
		*why = nf_edge_strdup("a packet is tcp|udp|icmp SRC[:PORT] DST[:PORT]");
		return false;
	}
	return parse_packet(query, packet, why);
}

static void put_ip(struct nl_msg *msg, const struct ip *ip, int ipv4, int ipv6)
{
	if (ip->family == AF_INET)
		nla_put(msg, ipv4, 4, ip->bytes);
	else
		nla_put(msg, ipv6, 16, ip->bytes);
}

/**
 * nf_edge_query_put - add a question to a request
 * @msg: the request, of the attribute set policy
 * @query: the question
 */
void nf_edge_query_put(struct nl_msg *msg, const struct query *query)
{
	struct nlattr *nest = nf_edge_nest(msg, NF_EDGE_A_POLICY_QUERY);

	if (*query->in)
		nla_put_string(msg, NF_EDGE_A_QUERY_IN, query->in);
	else
		nla_put_flag(msg, NF_EDGE_A_QUERY_LOCAL);
	nla_put_u8(msg, NF_EDGE_A_QUERY_PROTOCOL, query->protocol);
	put_ip(msg, &query->source, NF_EDGE_A_QUERY_SOURCE_IPV4,
	       NF_EDGE_A_QUERY_SOURCE_IPV6);
	put_ip(msg, &query->destination, NF_EDGE_A_QUERY_DESTINATION_IPV4,
	       NF_EDGE_A_QUERY_DESTINATION_IPV6);
	if (query->protocol == IPPROTO_TCP || query->protocol == IPPROTO_UDP)
		nla_put_u16(msg, NF_EDGE_A_QUERY_DESTINATION_PORT,
			    query->port);
	nla_nest_end(msg, nest);
}

static uint64_t row_bit(const struct nlattr *attr)
{
	char id[32];
	int row;

	nla_strlcpy(id, attr, sizeof(id));
	row = nf_edge_row_find(id);
	return row < 0 ? 0 : 1ULL << row;
}

/**
 * nf_edge_verdict_get - read an answer
 * @nest: the query attribute of the reply
 * @verdict: filled in
 */
void nf_edge_verdict_get(struct nlattr *nest, struct verdict *verdict)
{
	struct nlattr *attr;
	int left;

	*verdict = (struct verdict){ .reason = -1, .mode = -1 };
	nla_for_each_nested(attr, nest, left) {
		switch (nla_type(attr)) {
		case NF_EDGE_A_QUERY_VERDICT:
			verdict->verdict = nf_edge_attr_u32(attr);
			break;
		case NF_EDGE_A_QUERY_REASON:
			verdict->reason = (int)nf_edge_attr_u32(attr);
			break;
		case NF_EDGE_A_QUERY_ROW:
			verdict->rows |= row_bit(attr);
			break;
		case NF_EDGE_A_QUERY_NEAR:
			verdict->near |= row_bit(attr);
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
			verdict->mode = (int)nf_edge_attr_u32(attr);
			break;
		}
	}
}
