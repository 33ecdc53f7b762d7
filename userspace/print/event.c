// SPDX-License-Identifier: GPL-2.0-only
/*
 * Events, one line each: for people, for machines, and for a log.
 */
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/join.h"
#include "base/memory.h"
#include "base/words.h"
#include "output/colour.h"
#include "output/json.h"
#include "output/stdout.h"
#include "policy/query.h"
#include "print/event.h"
#include "print/explain.h"

#define MILLI		1000000U
#define SECOND		1000000000U

static bool is_refused(const struct event *event)
{
	return event->verdict == NF_EDGE_VERDICT_DROP;
}

/* The protocol as a word, or its number: a new string. */
static char *protocol_text(uint8_t protocol)
{
	const char *word = names_protocol(protocol);

	return word ? xstrdup(word) : xformat("%u", protocol);
}

/**
 * event_remedy - what would permit a refused packet
 * @event: the event
 * @view: a policy with its rows and the counts of its sets
 *
 * Return: a new string, empty when the packet was not refused, or by another
 * policy.
 */
char *event_remedy(const struct event *event, const struct view *view)
{
	struct query query = {
		.protocol = event->protocol,
		.source = event->source,
		.destination = event->destination,
		.port = event->destination_port,
	};

	if (!is_refused(event) || view->generation != event->generation)
		return xstrdup("");
	return explain_remedy(&query, event->reason, &event->near, view);
}

static char *ids_text(const struct row_ids *ids)
{
	struct join list;
	size_t i;

	join_begin(&list, ",");
	for (i = 0; i < ids->count; i++)
		join_add(&list, "%s", ids->id[i]);
	return join_end(&list);
}

/* --- for people */

static void print_time(uint64_t time, bool utc)
{
	unsigned int milliseconds = (unsigned int)(time % SECOND / MILLI);
	time_t seconds = (time_t)(time / SECOND);
	char text[32];
	struct tm tm;

	if (!(utc ? gmtime_r(&seconds, &tm) : localtime_r(&seconds, &tm)) ||
	    !strftime(text, sizeof(text), "%T", &tm))
		return;
	fprintf(out, "%s.%03u%s ", text, milliseconds, utc ? "Z" : "");
}

/* The flags of a TCP header as tcpdump writes them. */
static void print_tcp_flags(int flags)
{
	static const char letters[] = "FSRP.UEW";
	size_t i;

	if (flags < 0)
		return;
	fputc('[', out);
	for (i = 0; i < sizeof(letters) - 1; i++)
		if (flags >> i & 1)
			fputc(letters[i], out);
	fputc(']', out);
}

static void print_end(const struct ip *ip, bool has_port, uint16_t port,
		      const char *node, uint32_t services)
{
	char text[INET6_ADDRSTRLEN], *bound;
	bool brackets = has_port && ip->family == AF_INET6;

	ip_format(ip, text);
	fprintf(out, " %s%s%s", brackets ? "[" : "", text, brackets ? "]" : "");
	if (has_port)
		fprintf(out, ":%u", port);
	if (!services)
		return;
	bound = names_list(&names_services, services, ",");
	fprintf(out, " (%s.%s)", node, bound);
	free(bound);
}

static const char *word_of(const struct event *event)
{
	if (!is_refused(event))
		return "accept";
	return event->mode == NF_EDGE_MODE_AUDIT ? "audit" : "drop";
}

static const char *colour_of(const struct event *event)
{
	if (!is_refused(event))
		return GREEN;
	return event->mode == NF_EDGE_MODE_AUDIT ? YELLOW : RED;
}

static void print_arrival(const struct event *event)
{
	if (*event->in)
		out_put(event->in);
	else if (event->ifindex)
		fprintf(out, "if%u", event->ifindex);
	else
		fputs("local", out);
}

/* Both ends; without the source port those of all packets of a kind. */
static void print_ends(const struct event *event, bool has_source_port)
{
	if (event->icmp_type >= 0)
		fprintf(out, " %d/%d", event->icmp_type, event->icmp_code);
	print_end(&event->source, has_source_port, event->source_port,
		  event->source_node, event->source_services);
	fputs(" >", out);
	print_end(&event->destination, event->has_ports,
		  event->destination_port, event->destination_node,
		  event->destination_services);
	if (event->reply)
		fputs(" reply", out);
	if (event->error)
		fputs(" error", out);
}

/**
 * event_print_kind - print verdict and packet without what the next packet of
 *	the same kind has otherwise
 * @event: the event
 * @more_ports: number of further destination ports of the same packets
 */
void event_print_kind(const struct event *event, size_t more_ports)
{
	char *rows = ids_text(&event->rows);
	char *protocol = protocol_text(event->protocol);

	fprintf(out, "%s%-6s%s %-9s ", colour_code(colour_of(event)),
		word_of(event), colour_code(PLAIN), is_refused(event) ?
		names_word(&names_reasons, (uint32_t)event->reason) : rows);
	print_arrival(event);
	fprintf(out, " %s", protocol);
	print_ends(event, false);
	if (more_ports)
		fprintf(out, " and %zu more %s", more_ports,
			words_plural(more_ports, "port", "ports"));
	fputc('\n', out);
	free(protocol);
	free(rows);
}

static void print_packet(const struct event *event)
{
	char *protocol = protocol_text(event->protocol);

	print_arrival(event);
	fprintf(out, " %s", protocol);
	print_tcp_flags(event->tcp_flags);
	print_ends(event, event->has_ports);
	free(protocol);
}

/**
 * event_print_text - print an event on one line for people
 * @event: the event
 * @remedy: what would permit the packet, or an empty text
 * @utc: the time in UTC
 */
void event_print_text(const struct event *event, const char *remedy, bool utc)
{
	char *rows = ids_text(is_refused(event) ? &event->near : &event->rows);

	print_time(event->time, utc);
	fprintf(out, "%s%-6s%s ", colour_code(colour_of(event)), word_of(event),
		colour_code(PLAIN));
	if (is_refused(event))
		fprintf(out, "%-9s ",
			names_word(&names_reasons, (uint32_t)event->reason));
	else
		fprintf(out, "%-9s ", rows);
	print_packet(event);
	if (*remedy)
		fprintf(out, "; to pass: %s", remedy);
	else if (is_refused(event) && *rows)
		fprintf(out, "; near %s", rows);
	fputc('\n', out);
	free(rows);
}

/* --- for machines */

static json_t *text_or_null(const char *text)
{
	return *text ? out_json_text(text) : json_null();
}

static json_t *number_or_null(bool known, int number)
{
	return known ? json_integer(number) : json_null();
}

static json_t *end_json(const struct ip *ip, bool has_port, uint16_t port,
			const char *node, uint32_t services)
{
	char text[INET6_ADDRSTRLEN];

	ip_format(ip, text);
	return json_pack("{s:s, s:o, s:o, s:o}", "address", text,
			 "port", number_or_null(has_port, port),
			 "node", text_or_null(node),
			 "services", out_json_words(&names_services, services));
}

static json_t *source_json(const struct event *event)
{
	return end_json(&event->source, event->has_ports, event->source_port,
			event->source_node, event->source_services);
}

static json_t *destination_json(const struct event *event)
{
	return end_json(&event->destination, event->has_ports,
			event->destination_port, event->destination_node,
			event->destination_services);
}

/**
 * event_json - an event for machines
 * @e: the event
 * @remedy: what would permit the packet, or an empty text
 *
 * Return: a new object.
 */
json_t *event_json(const struct event *e, const char *remedy)
{
	char *protocol = protocol_text(e->protocol);
	json_t *object, *packet;

	object = json_pack("{s:i, s:s, s:I, s:s, s:s?, s:s?, s:o, s:o, s:o}",
			   SCHEMA, "type", "event",
			   "time_ns", (json_int_t)e->time,
			   "verdict", names_word(&names_verdicts, e->verdict),
			   "reason", names_optional(&names_reasons, e->reason),
			   "mode", names_optional(&names_modes, e->mode),
			   "rows", out_json_ids(&e->rows),
			   "near", out_json_ids(&e->near),
			   "to_pass", text_or_null(remedy));
	packet = json_pack("{s:o, s:o, s:s, s:o, s:o, s:o, s:o, s:o, s:I, s:b, s:b, s:I}",
			   "in", text_or_null(e->in), "ifindex",
			   number_or_null(e->ifindex, (int)e->ifindex),
			   "protocol", protocol,
			   "source", source_json(e),
			   "destination", destination_json(e),
			   "icmp_type",
			   number_or_null(e->icmp_type >= 0, e->icmp_type),
			   "icmp_code",
			   number_or_null(e->icmp_code >= 0, e->icmp_code),
			   "tcp_flags",
			   number_or_null(e->tcp_flags >= 0, e->tcp_flags),
			   "length", (json_int_t)e->length,
			   "reply", e->reply, "error", e->error,
			   "generation", (json_int_t)e->generation);
	json_object_update(object, packet);
	json_decref(packet);
	free(protocol);
	return object;
}

/* --- Common Event Format, for who collects logs */

/* Print a value of an extension: backslash, equals sign and newline escaped. */
static void put_cef(const char *key, const char *value)
{
	fprintf(out, " %s=", key);
	for (; *value; value++) {
		if (*value == '\n') {
			fputs("\\n", out);
			continue;
		}
		if (*value == '\\' || *value == '=')
			fputc('\\', out);
		fputc(*value, out);
	}
}

/* An IPv6 address goes to a field of its own kind, with a label. */
static void put_cef_ip(const struct ip *ip, const char *ipv4, const char *ipv6,
		       const char *label)
{
	char text[INET6_ADDRSTRLEN], *name;

	ip_format(ip, text);
	if (ip->family == AF_INET) {
		put_cef(ipv4, text);
		return;
	}
	name = xformat("%sLabel", ipv6);
	put_cef(ipv6, text);
	put_cef(name, label);
	free(name);
}

/* The severity, of 0 to 10. */
static unsigned int cef_severity(const struct event *event)
{
	if (!is_refused(event))
		return 1;
	if (event->mode == NF_EDGE_MODE_AUDIT)
		return 3;
	return event->reason == NF_EDGE_REASON_SPOOFED ? 8 : 5;
}

static void put_cef_number(const char *key, uint64_t number)
{
	fprintf(out, " %s=%ju", key, (uintmax_t)number);
}

static void print_cef(const struct event *event)
{
	const char *reason = is_refused(event) ?
			     names_word(&names_reasons,
					(uint32_t)event->reason) : "permitted";
	char *rows = ids_text(is_refused(event) ? &event->near : &event->rows);
	char *protocol = protocol_text(event->protocol);

	fprintf(out, "CEF:0|nf_edge|nf_edge|%s|%s|%s|%u|rt=%ju",
		NF_EDGE_VERSION, reason,
		is_refused(event) ? "Packet refused" : "Connection permitted",
		cef_severity(event), (uintmax_t)(event->time / MILLI));
	put_cef("act", is_refused(event) ?
		(event->mode == NF_EDGE_MODE_AUDIT ? "would drop" : "dropped") :
		"permitted");
	put_cef_ip(&event->source, "src", "c6a2", "Source IPv6 Address");
	put_cef_ip(&event->destination, "dst", "c6a3",
		   "Destination IPv6 Address");
	if (event->has_ports) {
		put_cef_number("spt", event->source_port);
		put_cef_number("dpt", event->destination_port);
	}
	put_cef("proto", protocol);
	if (*event->in)
		put_cef("deviceInboundInterface", event->in);
	if (is_refused(event))
		put_cef("reason", reason);
	if (*rows) {
		put_cef("cs1Label", is_refused(event) ? "near rows" : "rows");
		put_cef("cs1", rows);
	}
	put_cef_number("in", event->length);
	fputc('\n', out);
	free(protocol);
	free(rows);
}

/**
 * event_print - print an event on one line
 * @event: the event
 * @view: a policy with its rows and the counts of its sets, which tells what
 *	would permit a packet that it refused
 * @look: how
 */
void event_print(const struct event *event, const struct view *view,
		 const struct event_look *look)
{
	char *remedy = event_remedy(event, view);

	switch (look->style) {
	case EVENT_TEXT:
		event_print_text(event, remedy, look->utc);
		break;
	case EVENT_JSON:
		out_json_print(event_json(event, remedy), JSON_COMPACT);
		break;
	case EVENT_CEF:
		print_cef(event);
		break;
	}
	free(remedy);
}

/* --- events that were lost */

static const char *kind_of(const struct loss *loss)
{
	return loss->reason < 0 ? "permitted connections" :
	       names_word(&names_reasons, (uint32_t)loss->reason);
}

static void say_loss(const struct loss *loss, uint64_t count,
		     const char *why, const struct event_look *look)
{
	const char *word = loss->reason < 0 ? "permitted" :
			   names_word(&names_reasons, (uint32_t)loss->reason);

	if (!count)
		return;
	if (look->style == EVENT_CEF) {
		fprintf(out, "CEF:0|nf_edge|nf_edge|%s|lost|Events lost|4|",
			NF_EDGE_VERSION);
		fprintf(out, "cnt=%ju", (uintmax_t)count);
		put_cef("reason", word);
		put_cef("msg", why);
		fputc('\n', out);
		return;
	}
	fprintf(out, "%slost%s   %ju events of %s: %s\n",
		colour_code(YELLOW), colour_code(PLAIN), (uintmax_t)count,
		kind_of(loss), why);
}

/**
 * loss_print - print how many events were lost, and where
 * @loss: the numbers, of all kinds
 */
void loss_print(const struct loss *loss)
{
	if (loss->suppressed + loss->ring_full + loss->socket_full)
		fprintf(out, "lost: %ju beyond the rate, %ju in the kernel, %ju on the way",
			(uintmax_t)loss->suppressed,
			(uintmax_t)loss->ring_full,
			(uintmax_t)loss->socket_full);
	else
		fputs("nothing was lost", out);
}

/**
 * loss_json - make an object of how many events were lost
 * @loss: the numbers
 *
 * Return: a new object.
 */
json_t *loss_json(const struct loss *loss)
{
	return json_pack("{s:I, s:I, s:I}",
			 "suppressed", (json_int_t)loss->suppressed,
			 "ring_full", (json_int_t)loss->ring_full,
			 "socket_full", (json_int_t)loss->socket_full);
}

static json_t *lost_line(const struct loss *loss)
{
	json_t *object = json_pack("{s:i, s:s, s:s, s:s?}", SCHEMA,
				   "type", "lost", "verdict",
				   names_word(&names_verdicts, loss->verdict),
				   "reason",
				   names_optional(&names_reasons, loss->reason));

	json_object_update_new(object, loss_json(loss));
	return object;
}

/**
 * event_print_loss - tell events that were lost since this was told last
 * @before: the numbers that were told last, of the same kind
 * @loss: the numbers now
 * @rate: events a second of a processor and a kind that the module sends
 * @look: how
 */
void event_print_loss(const struct loss *before, const struct loss *loss,
		      uint32_t rate, const struct event_look *look)
{
	char *why;

	if (look->style == EVENT_JSON) {
		out_json_print(lost_line(loss), JSON_COMPACT);
		return;
	}
	why = xformat("more than %u a second, see --rate", rate);
	say_loss(loss, loss->suppressed - before->suppressed, why, look);
	say_loss(loss, loss->ring_full - before->ring_full,
		 "too many waited in the kernel", look);
	say_loss(loss, loss->socket_full - before->socket_full,
		 "they were not read fast enough", look);
	free(why);
}
