// SPDX-License-Identifier: GPL-2.0-only
/*
 * The connections that a change cuts, for people and for machines.
 */
#include <linux/nf_edge.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "output/json.h"
#include "output/stdout.h"
#include "policy/names.h"
#include "print/impact.h"

static bool has_ports(const struct tracked *one)
{
	return one->protocol == IPPROTO_TCP || one->protocol == IPPROTO_UDP;
}

/* The protocol: a new string. */
static char *protocol_text(const struct tracked *one)
{
	switch (one->protocol) {
	case IPPROTO_TCP:
		return xstrdup("tcp");
	case IPPROTO_UDP:
		return xstrdup("udp");
	case IPPROTO_ICMP:
	case IPPROTO_ICMPV6:
		return xstrdup("icmp");
	default:
		return xformat("protocol %u", one->protocol);
	}
}

/* An end of a connection, with its port if it has one: a new string. */
static char *end_text(const struct tracked *one, const struct ip *ip,
		      uint16_t port)
{
	char text[INET6_ADDRSTRLEN];

	ip_format(ip, text);
	if (!has_ports(one))
		return xstrdup(text);
	return xformat(ip->family == AF_INET6 ? "[%s]:%u" : "%s:%u", text,
		       port);
}

/* Rows, or the cause, by which the connection passes now: a new string. */
static char *now_text(const struct cut *cut)
{
	if (cut->verdict == NF_EDGE_VERDICT_NOT_GOVERNED)
		return xstrdup("not governed now");
	if (*cut->rows)
		return xformat("by %s", cut->rows);
	return xstrdup(cut->verdict == NF_EDGE_VERDICT_DROP ?
		       "refused by the policy, and not dropped now" :
		       "by no row");
}

static void print_cut(const struct cut *cut)
{
	const struct tracked *one = &cut->connection;
	char *source = end_text(one, &one->source, one->source_port);
	char *destination = end_text(one, &one->destination,
				     one->destination_port);
	char *protocol = protocol_text(one), *now = now_text(cut);

	fprintf(out, "  %s %s -> %s, %s: %s%s%s%s\n", protocol, source,
		destination, now, names_word(&names_reasons, cut->reason),
		*cut->near ? " (" : "", cut->near, *cut->near ? ")" : "");
	free(now);
	free(protocol);
	free(destination);
	free(source);
}

/**
 * impact_print - print how many connections a change cuts
 * @impact: the connections
 * @would: nothing is changed: say "would be cut"
 * @list: print the connections too, a line each
 *
 * A change that was made and cut nothing says so with @list only.
 */
void impact_print(const struct impact *impact, bool would, bool list)
{
	const char *verb = would ? "would be" : impact->count == 1 ? "is" : "are";
	size_t i;

	if (!impact->asked ||
	    (!would && !list && !impact->unknown && !impact->count))
		return;
	if (impact->unknown)
		fprintf(out, "unknown how many connections %s cut: %s\n",
			would ? "would be" : "are", impact->unknown);
	else if (!impact->count)
		fprintf(out, "no connection %s cut\n",
			would ? "would be" : "is");
	else
		fprintf(out, "%zu of %zu connections %s cut%s\n",
			impact->count, impact->judged, verb, list ? ":" : "");
	for (i = 0; i < impact->count && list; i++)
		print_cut(&impact->cuts[i]);
}

/* The ids in a list with ", " between them: a new array. */
static json_t *rows_json(const char *rows)
{
	json_t *array = json_array();
	size_t length;

	while (*rows) {
		length = strcspn(rows, ",");
		json_array_append_new(array, json_stringn(rows, length));
		rows += length;
		rows += strspn(rows, ", ");
	}
	return array;
}

static json_t *port_json(const struct tracked *one, uint16_t port)
{
	return has_ports(one) ? json_integer(port) : json_null();
}

static json_t *cut_json(const struct cut *cut)
{
	const struct tracked *one = &cut->connection;
	char source[INET6_ADDRSTRLEN], destination[INET6_ADDRSTRLEN];
	char *protocol = protocol_text(one);
	json_t *object;

	object = json_pack("{s:s, s:s, s:o, s:s, s:o, s:o, s:o, s:o}",
			   "protocol", protocol,
			   "source", ip_format(&one->source, source),
			   "source_port", port_json(one, one->source_port),
			   "destination",
			   ip_format(&one->destination, destination),
			   "destination_port",
			   port_json(one, one->destination_port),
			   "rows", rows_json(cut->rows),
			   "reason", out_json_word(&names_reasons, cut->reason),
			   "near", rows_json(cut->near));
	free(protocol);
	return object;
}

/**
 * impact_json - make the connections that a change cuts into JSON
 * @impact: the connections
 * @list: list the connections too
 *
 * Return: a new object, or null for a change that cannot cut.
 */
json_t *impact_json(const struct impact *impact, bool list)
{
	bool known = !impact->unknown;
	json_t *array = known && list ? json_array() : json_null();
	size_t i;

	if (!impact->asked) {
		json_decref(array);
		return json_null();
	}
	for (i = 0; i < impact->count && list; i++)
		json_array_append_new(array, cut_json(&impact->cuts[i]));
	return json_pack("{s:o, s:o, s:o, s:s?}",
			 "judged", known ?
			 json_integer((json_int_t)impact->judged) : json_null(),
			 "cut", known ?
			 json_integer((json_int_t)impact->count) : json_null(),
			 "list", array, "unknown", impact->unknown);
}
