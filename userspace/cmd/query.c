// SPDX-License-Identifier: GPL-2.0-only
/*
 * A question to the classifier, in the words of a command line.
 */
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/foreign.h"
#include "base/memory.h"
#include "cmd/query.h"
#include "system/links.h"

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

/**
 * struct endpoint - one end of a packet, as somebody wrote it
 * @address: its address, a new string
 * @port: its port, or NULL
 * @brackets: the address stands in brackets
 * @ip: the address, read
 * @number: the port, read
 */
struct endpoint {
	char *address;
	const char *port;
	bool brackets;
	struct ip ip;
	uint16_t number;
};

/* ADDRESS, IPV4:PORT, [ADDRESS] or [IPV6]:PORT */
static bool split_endpoint(const char *text, struct endpoint *end)
{
	const char *close = strchr(text, ']'), *colon = NULL;
	size_t length = strlen(text);

	*end = (struct endpoint){ .brackets = *text == '[' };
	if (end->brackets) {
		if (!close || (close[1] && close[1] != ':'))
			return false;
		text++;
		length = (size_t)(close - text);
		if (close[1])
			colon = close + 1;
	} else if (strchr(text, ':') == strrchr(text, ':')) {
		colon = strchr(text, ':');
		if (colon)
			length = (size_t)(colon - text);
	}
	end->address = xformat("%.*s", (int)length, text);
	end->port = colon ? colon + 1 : NULL;
	return true;
}

/* Advice about the port behind a right address: a new sentence. */
static char *port_advice(const struct endpoint *end)
{
	size_t digits = strspn(end->port, "0123456789");

	if (!*end->port)
		return xstrdup("has no port behind its colon; write its number");
	if (!end->port[digits])
		return xstrdup("has no such port; write 0 to 65535");
	if (digits && strchr("-:", end->port[digits]))
		return xstrdup("has a range of ports; ask about one of them");
	return xstrdup("has no number as its port; write the number of the port");
}

/* Read one end.  Return: NULL, or a new sentence about a mistake. */
static char *parse_endpoint(const char *text, struct endpoint *end)
{
	unsigned int length;
	struct ip network;

	if (!split_endpoint(text, end))
		return xstrdup("has a bracket that is not closed; write [2001:db8::7]:443");
	if (!ip_parse(end->address, &end->ip))
		return prefix_read(end->address, &network, &length) ?
		       xstrdup("is a prefix; ask about one address of it") :
		       address_advice(end->address, WANTED_ENDPOINT);
	if (end->brackets && end->ip.family == AF_INET)
		return xformat("is IPv4, which stands in no brackets; write %s%s%s",
			       end->address, end->port ? ":" : "",
			       end->port ? end->port : "");
	if (end->port && !parse_port(end->port, &end->number))
		return port_advice(end);
	return NULL;
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

/* Refuse a word: a new sentence that begins with the word. */
static __printf(2, 3) char *
refuse(const char *word, const char *format, ...)
{
	char *fit = foreign_short(word), *rest, *sentence;
	va_list args;

	va_start(args, format);
	rest = xvformat(format, args);
	va_end(args);
	sentence = xformat("%s: %s", *fit ? fit : "\"\"", rest);
	free(rest);
	free(fit);
	return sentence;
}

/* Check both ends.  Return: NULL, or a new sentence about a mistake. */
static char *check_ends(struct query *query, char **words,
			const struct endpoint *from, const struct endpoint *to)
{
	bool v6 = to->ip.family == AF_INET6, echo;

	if (from->ip.family != to->ip.family)
		return refuse(words[2], "is not of the same family as %s",
			      from->address);
	if (!parse_protocol(words[0], &from->ip, &query->protocol))
		return refuse(words[0], "unknown protocol; write tcp, udp or icmp");

	echo = query->protocol != IPPROTO_TCP &&
	       query->protocol != IPPROTO_UDP;
	if (echo && (from->port || to->port))
		return refuse(words[to->port ? 2 : 1], "an echo request has no ports");
	if (!echo && !to->port)
		return refuse(words[2], v6 && !to->brackets ?
			      "the destination port is missing; write [2001:db8::7]:443" :
			      "the destination port is missing");
	return NULL;
}

static bool parse_packet(struct query *query, char **words, char **why)
{
	struct endpoint ends[2] = { 0 };
	char *advice = NULL;
	size_t i;

	*why = NULL;
	for (i = 0; i < ARRAY_SIZE(ends) && !*why; i++) {
		advice = parse_endpoint(words[i + 1], &ends[i]);
		if (advice)
			*why = refuse(words[i + 1], "%s", advice);
		free(advice);
	}
	if (!*why)
		*why = check_ends(query, words, &ends[0], &ends[1]);
	query->source = ends[0].ip;
	query->destination = ends[1].ip;
	query->port = ends[1].number;
	for (i = 0; i < ARRAY_SIZE(ends); i++)
		free(ends[i].address);
	return !*why;
}

static bool set_interface(struct query *query, const char *name, char **why)
{
	char *alternative;
	struct links links;

	if (!*name || strlen(name) > NF_EDGE_INTERFACE_NAME_MAX) {
		links_read(&links);
		alternative = device_alternative(&links, name);
		*why = refuse(name, "is not the name of an interface%s%s",
			      alternative ? "; " : "",
			      alternative ? alternative : "");
		free(alternative);
		links_free(&links);
		return false;
	}
	snprintf(query->in, sizeof(query->in), "%s", name);
	return true;
}

/**
 * query_parse - read a question
 * @query: filled in
 * @words: (--in IFACE | --local) tcp|udp|icmp SRC[:PORT] DST[:PORT]
 * @count: how many words
 * @why: on failure, a new string: what is wrong
 *
 * Return: false when it makes no sense.
 */
bool query_parse(struct query *query, char **words, size_t count, char **why)
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
			*why = refuse(words[i], "unknown option");
			return false;
		} else if (n < ARRAY_SIZE(packet)) {
			packet[n++] = words[i];
		} else {
			*why = refuse(words[i], "is one word too many");
			return false;
		}
		if (!name)
			continue;
		if (in) {
			*why = xstrdup("--in is given twice; one interface is asked about");
			return false;
		}
		if (!set_interface(query, name, why))
			return false;
		in = true;
	}
	if (in == local) {
		*why = xstrdup(in ? "--in and --local exclude each other" :
			       "one of --in IFACE and --local is required");
		return false;
	}
	if (n < ARRAY_SIZE(packet)) {
		*why = xstrdup("a packet is tcp|udp|icmp SRC[:PORT] DST[:PORT]");
		return false;
	}
	return parse_packet(query, packet, why);
}
