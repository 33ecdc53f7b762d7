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
#include "policy/service_name.h"
#include "policy/set_name.h"
#include "system/links.h"
#include "system/port_names.h"

/* Sentences that are longer than a line. */
#define BOTH_FAMILIES \
	"has prefixes of both families; name the family of the other end, as in edge1.access/4"

/* Stands before the name of a peer set. */
#define PEERS		"peers"

/**
 * struct packet_words - the words of a question about a packet
 * @word: protocol, source and destination
 * @is_set: the word stands behind PEERS
 * @count: number of words
 */
struct packet_words {
	char *word[3];
	bool is_set[3];
	size_t count;
};

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
 * @address: its address, or the name of a service, a new string
 * @port: its port, or NULL
 * @brackets: the address stands in brackets
 * @is_name: @address is the name of a service
 * @is_set: @address is the name of a peer set
 * @name: the name of a service, looked up
 * @set: the peer set, looked up
 * @ip: the address, read; of a name, its family may be known before
 * @number: the port, read
 */
struct endpoint {
	char *address;
	const char *port;
	bool brackets;
	bool is_name;
	bool is_set;
	struct service_name name;
	const struct peer_set *set;
	struct ip ip;
	uint16_t number;
};

/* ADDRESS, IPV4:PORT, [ADDRESS] or [IPV6]:PORT; a name stands as IPv4 does */
static bool split_endpoint(const char *text, struct endpoint *end)
{
	const char *close = strchr(text, ']'), *colon = NULL;
	size_t length = strlen(text);

	end->brackets = *text == '[';
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
	return NULL;
}

/* Look up the name of a port: NULL, or a new sentence. */
static char *name_port(struct endpoint *end, const char *protocol,
		       bool *has_words)
{
	bool tcp = !strcmp(protocol, "tcp");
	char *why, *sentence;

	/* Another protocol has no ports, and is refused. */
	if (!tcp && strcmp(protocol, "udp") != 0)
		return NULL;
	*has_words = true;
	why = port_name_read(end->port, tcp ? IPPROTO_TCP : IPPROTO_UDP,
			     &end->number);
	if (!why)
		return NULL;
	sentence = xformat("%s %s", end->port, why);
	free(why);
	return sentence;
}

/* Advise what to write instead of a word that is no address: a new sentence. */
static char *endpoint_advice(const char *address, const struct policy *policy)
{
	char *advice = policy ? service_name_advice(policy, address) : NULL;
	unsigned int length;
	struct ip network;

	if (advice)
		return advice;
	return prefix_read(address, &network, &length) ?
	       xstrdup("is a prefix; ask about one address of it") :
	       address_advice(address, WANTED_ENDPOINT);
}

/* Read the port of an end.  Return: NULL, or a new sentence about a mistake. */
static char *read_port(struct endpoint *end, const char *protocol,
		       bool *has_words)
{
	char *advice;

	if (!end->port || parse_port(end->port, &end->number))
		return NULL;
	advice = port_advice(end);
	return advice ? : name_port(end, protocol, has_words);
}

/* Read one end.  Return: NULL, or a new sentence about a mistake. */
static char *parse_endpoint(const char *text, const struct policy *policy,
			    struct endpoint *end)
{
	if (!split_endpoint(text, end))
		return xstrdup("has a bracket that is not closed; write [2001:db8::7]:443");
	end->is_name = !end->is_set && service_name_like(end->address);
	if (!end->is_set && !end->is_name &&
	    !ip_parse(end->address, &end->ip))
		return endpoint_advice(end->address, policy);
	if (end->brackets && end->ip.family != AF_INET6)
		return xformat("is %s, which stands in no brackets; write %s%s%s",
			       end->ip.family ? "IPv4" : "a name",
			       end->address, end->port ? ":" : "",
			       end->port ? end->port : "");
	return NULL;
}

/* Take the family from the other end where a name leaves it open. */
static void choose_family(struct endpoint *end, const struct endpoint *other)
{
	if (!end->ip.family)
		end->ip.family = other->ip.family;
}

/* Look up the name of an end.  Return: NULL, or a new sentence. */
static char *find_name(struct endpoint *end, const struct policy *policy)
{
	char *why = NULL;

	if (end->is_set)
		return set_name_find(&end->set, policy, end->address);
	if (end->is_name) {
		why = service_name_find(&end->name, policy, end->address);
		end->ip.family = end->name.family;
	}
	return why;
}

/* The family of a service or a set that has no other, or AF_UNSPEC. */
static uint8_t only_family(const struct endpoint *end)
{
	return end->is_set ? set_name_only_family(end->set) :
			     service_name_only_family(&end->name);
}

/* Give an end with a name its address.  Return: NULL, or a new sentence. */
static char *find_address(struct endpoint *end)
{
	uint8_t family = end->ip.family;

	if (!family && end->is_set)
		return xstrdup(BOTH_FAMILIES);
	if (!family)
		return xformat("has addresses of both families; write %s/4 or %s/6",
			       end->address, end->address);
	return end->is_set ?
	       set_name_address(end->set, family, &end->ip) :
	       service_name_address(&end->name, family, &end->ip);
}

/*
 * Look up the names of both ends.  A family that a name says, or an address
 * has, decides before the families of the addresses of a service or a set.
 */
static bool resolve(struct endpoint *ends, char **words,
		    const struct policy *policy, struct query_fault *fault)
{
	size_t i;

	for (i = 0; i < 2 && !fault->why; i++) {
		fault->word = words[i + 1];
		fault->why = find_name(&ends[i], policy);
	}
	if (fault->why)
		return false;
	for (i = 0; i < 2; i++)
		choose_family(&ends[i], &ends[1 - i]);
	for (i = 0; i < 2; i++)
		if (!ends[i].ip.family)
			ends[i].ip.family = only_family(&ends[i]);
	for (i = 0; i < 2; i++)
		choose_family(&ends[i], &ends[1 - i]);
	for (i = 0; i < 2 && !fault->why; i++) {
		if (!ends[i].is_name && !ends[i].is_set)
			continue;
		fault->word = words[i + 1];
		fault->why = find_address(&ends[i]);
	}
	return !fault->why;
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

/* Note a mistake at a word, or of the whole question when there is none. */
static bool __printf(3, 4)
refuse(struct query_fault *fault, const char *word, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	fault->word = word;
	fault->why = xvformat(format, args);
	va_end(args);
	return false;
}

/* Check both ends, whose names are looked up or may be of any family. */
static bool check_ends(struct query *query, char **words,
		       const struct endpoint *from, const struct endpoint *to,
		       struct query_fault *fault)
{
	bool v6 = to->ip.family == AF_INET6, echo;

	if (from->ip.family && to->ip.family &&
	    from->ip.family != to->ip.family)
		return refuse(fault, words[2], "is not of the same family as %s",
			      from->address);
	if (!parse_protocol(words[0], &from->ip, &query->protocol))
		return refuse(fault, words[0],
			      "unknown protocol; write tcp, udp or icmp");

	echo = query->protocol != IPPROTO_TCP &&
	       query->protocol != IPPROTO_UDP;
	if (echo && (from->port || to->port))
		return refuse(fault, words[to->port ? 2 : 1],
			      "an echo request has no ports");
	if (!echo && !to->port)
		return refuse(fault, words[2],
			      v6 && !to->brackets && !to->is_name && !to->is_set ?
			      "the destination port is missing; write [2001:db8::7]:443" :
			      "the destination port is missing");
	return true;
}

static bool parse_packet(struct query *query, struct packet_words *packet,
			 const struct policy *policy, struct query_fault *fault)
{
	struct endpoint ends[2] = { 0 };
	char **words = packet->word;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(ends) && !fault->why; i++) {
		fault->word = words[i + 1];
		ends[i].is_set = packet->is_set[i + 1];
		fault->why = parse_endpoint(words[i + 1], policy, &ends[i]);
		if (!fault->why)
			fault->why = read_port(&ends[i], words[0],
					       &query->has_words);
		query->has_words |= ends[i].is_name || ends[i].is_set;
	}
	if (!fault->why && ends[0].is_set && ends[1].is_set)
		refuse(fault, words[2], "is the second peer set; write an address or NODE.SERVICE");
	if (!fault->why && (!policy || resolve(ends, words, policy, fault)))
		check_ends(query, words, &ends[0], &ends[1], fault);
	query->source = ends[0].ip;
	query->destination = ends[1].ip;
	query->port = ends[1].number;
	query->set = ends[0].set ? : ends[1].set;
	query->set_is_source = ends[0].is_set;
	query->has_set = ends[0].is_set || ends[1].is_set;
	for (i = 0; i < ARRAY_SIZE(ends); i++)
		free(ends[i].address);
	return !fault->why;
}

/*
 * Take one more word of a packet, or the name of a set behind @word.
 * Return: the words taken, 0 after a mistake.
 */
static size_t take_words(struct packet_words *packet, char **words,
			 size_t count, struct query_fault *fault)
{
	size_t n = packet->count;
	bool is_set = n && !strcmp(words[0], PEERS);

	if (n == ARRAY_SIZE(packet->word)) {
		refuse(fault, words[0], "is one word too many");
		return 0;
	}
	if (is_set && (count == 1 || *words[1] == '-')) {
		refuse(fault, words[0],
		       "has no name of a peer set behind it; write peers frontend");
		return 0;
	}
	packet->word[n] = words[is_set];
	packet->is_set[n] = is_set;
	packet->count++;
	return 1 + is_set;
}

static bool set_interface(struct query *query, const char *name,
			  struct query_fault *fault)
{
	char *alternative;
	struct links links;

	if (!*name || strlen(name) > NF_EDGE_INTERFACE_NAME_MAX) {
		links_read(&links);
		alternative = device_alternative(&links, name);
		refuse(fault, name, "is not the name of an interface%s%s",
		       alternative ? "; " : "", alternative ? alternative : "");
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
 * @words: (--in IFACE | --local) tcp|udp|icmp SRC[:PORT] DST[:PORT], where an
 *	address may be the name of a service, or peers and the name of a set, and
 *	a port may be a name
 * @count: how many words
 * @policy: the policy whose nodes and sets the names are of; NULL to leave
 *	names alone, so that query_is_named() tells of them
 * @fault: on failure, the mistake, for query_fault_free()
 *
 * Return: false when it makes no sense.
 */
bool query_parse(struct query *query, char **words, size_t count,
		 const struct policy *policy, struct query_fault *fault)
{
	struct packet_words packet = { 0 };
	bool in = false, local = false;
	size_t i, taken;

	memset(query, 0, sizeof(*query));
	*fault = (struct query_fault){ 0 };
	for (i = 0; i < count; i += taken) {
		const char *name = NULL;

		taken = 1;
		if (!strcmp(words[i], "--local"))
			local = true;
		else if (!strcmp(words[i], "--in"))
			name = i + 1 < count ? words[++i] : "";
		else if (!strncmp(words[i], "--in=", 5))
			name = words[i] + 5;
		else if (*words[i] != '-')
			taken = take_words(&packet, words + i, count - i,
					   fault);
		else
			return refuse(fault, words[i], "unknown option");
		if (!taken)
			return false;
		if (!name)
			continue;
		if (in)
			return refuse(fault, NULL,
				      "--in is given twice; one interface is asked about");
		if (!set_interface(query, name, fault))
			return false;
		in = true;
	}
	if (in == local)
		return refuse(fault, NULL, in ?
			      "--in and --local exclude each other" :
			      "one of --in IFACE and --local is required");
	if (packet.count < ARRAY_SIZE(packet.word))
		return refuse(fault, NULL,
			      "a packet is tcp|udp|icmp SRC[:PORT] DST[:PORT]");
	return parse_packet(query, &packet, policy, fault);
}

/**
 * query_is_named - tell whether a question waits for a name to be looked up
 * @query: the question, read without a policy
 *
 * Return: true when an end of it is the name of a service or a set.
 */
bool query_is_named(const struct query *query)
{
	return !query->source.family || !query->destination.family;
}

/**
 * query_fault_text - a mistake in one sentence
 * @fault: the mistake
 *
 * Return: a new string, which begins with the word at fault if there is one.
 */
char *query_fault_text(const struct query_fault *fault)
{
	char *fit, *sentence;

	if (!fault->word)
		return xstrdup(fault->why);
	fit = foreign_short(fault->word);
	sentence = xformat("%s: %s", *fit ? fit : "\"\"", fault->why);
	free(fit);
	return sentence;
}

/**
 * query_fault_free - forget a mistake
 * @fault: the mistake
 */
void query_fault_free(struct query_fault *fault)
{
	free(fault->why);
	*fault = (struct query_fault){ 0 };
}
