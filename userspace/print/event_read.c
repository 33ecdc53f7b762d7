// SPDX-License-Identifier: GPL-2.0-only
/*
 * Events that were printed as JSON, read back.
 */
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>

#include "policy/names.h"
#include "print/event_read.h"

/* Read a text, which may be null, of so many octets with the end. */
static bool read_text(const json_t *object, const char *key, char *text,
		      size_t size)
{
	const char *value = json_string_value(json_object_get(object, key));

	snprintf(text, size, "%s", value ? : "");
	return !value || strlen(value) < size;
}

/* Read a word, or null: -1. */
static bool read_word(const json_t *object, const char *key,
		      const struct vocabulary *vocabulary, int *value)
{
	const char *word = json_string_value(json_object_get(object, key));

	*value = word ? names_find(vocabulary, word) : -1;
	return !word || *value >= 0;
}

/* Read a number up to the largest one, or null: -1. */
static bool read_number(const json_t *object, const char *key, int most,
			int *value)
{
	const json_t *number = json_object_get(object, key);
	json_int_t read = json_integer_value(number);

	*value = json_is_integer(number) ? (int)read : -1;
	return json_is_integer(number) ? read >= 0 && read <= most :
					 json_is_null(number);
}

static bool read_ids(const json_t *object, const char *key,
		     struct row_ids *ids)
{
	const json_t *array = json_object_get(object, key), *id;
	size_t i;

	json_array_foreach(array, i, id) {
		const char *text = json_string_value(id);

		if (!text || strlen(text) > ROW_ID_MAX || i == ROWS_MAX)
			return false;
		memcpy(ids->id[ids->count++], text, strlen(text) + 1);
	}
	return json_is_array(array);
}

static bool read_services(const json_t *end, uint32_t *services)
{
	const json_t *array = json_object_get(end, "services"), *word;
	size_t i;

	json_array_foreach(array, i, word) {
		const char *text = json_string_value(word);
		int service = text ? names_find(&names_services, text) : -1;

		if (service < 0)
			return false;
		*services |= 1U << service;
	}
	return json_is_array(array);
}

static bool read_end(const json_t *object, const char *key, struct ip *ip,
		     int *port, char *node, uint32_t *services)
{
	const json_t *end = json_object_get(object, key);
	const char *text = json_string_value(json_object_get(end, "address"));

	return text && ip_parse(text, ip) &&
	       read_number(end, "port", UINT16_MAX, port) &&
	       read_text(end, "node", node, NF_EDGE_NODE_NAME_MAX + 1) &&
	       read_services(end, services);
}

static bool read_protocol(const json_t *line, uint8_t *protocol)
{
	const char *text = json_string_value(json_object_get(line, "protocol"));
	unsigned int number;

	for (number = 0; text && number <= UINT8_MAX; number++) {
		const char *word = names_protocol((uint8_t)number);
		char digits[8];

		snprintf(digits, sizeof(digits), "%u", number);
		*protocol = (uint8_t)number;
		if (!strcmp(word ? : digits, text))
			return true;
	}
	return false;
}

static bool read_packet(const json_t *line, struct event *event)
{
	int from, to, ifindex;

	if (!read_text(line, "in", event->in, sizeof(event->in)) ||
	    !read_number(line, "ifindex", INT32_MAX, &ifindex) ||
	    !read_protocol(line, &event->protocol) ||
	    !read_end(line, "source", &event->source, &from,
		      event->source_node, &event->source_services) ||
	    !read_end(line, "destination", &event->destination, &to,
		      event->destination_node, &event->destination_services) ||
	    !read_number(line, "icmp_type", UINT8_MAX, &event->icmp_type) ||
	    !read_number(line, "icmp_code", UINT8_MAX, &event->icmp_code) ||
	    !read_number(line, "tcp_flags", UINT8_MAX, &event->tcp_flags))
		return false;
	event->ifindex = ifindex < 0 ? 0 : (uint32_t)ifindex;
	event->has_ports = to >= 0;
	event->source_port = from < 0 ? 0 : (uint16_t)from;
	event->destination_port = to < 0 ? 0 : (uint16_t)to;
	event->length = (uint32_t)json_integer_value(json_object_get(line, "length"));
	event->reply = json_is_true(json_object_get(line, "reply"));
	event->error = json_is_true(json_object_get(line, "error"));
	return event->source.family == event->destination.family;
}

static bool read_event(const json_t *line, struct event *event,
		       const char **remedy)
{
	int verdict;

	*event = (struct event){ 0 };
	if (!read_word(line, "verdict", &names_verdicts, &verdict) ||
	    !read_word(line, "reason", &names_reasons, &event->reason) ||
	    !read_word(line, "mode", &names_modes, &event->mode) ||
	    !read_ids(line, "rows", &event->rows) ||
	    !read_ids(line, "near", &event->near) ||
	    !read_packet(line, event) ||
	    (verdict == NF_EDGE_VERDICT_DROP ? event->reason < 0 :
					       verdict != NF_EDGE_VERDICT_ACCEPT))
		return false;
	event->verdict = (uint32_t)verdict;
	event->time = (uint64_t)json_integer_value(json_object_get(line, "time_ns"));
	event->generation = (uint32_t)json_integer_value(json_object_get(line, "generation"));
	*remedy = json_string_value(json_object_get(line, "to_pass")) ? : "";
	return true;
}

static bool read_loss(const json_t *line, struct loss *loss)
{
	*loss = (struct loss){ 0 };
	loss->suppressed = (uint64_t)json_integer_value(json_object_get(line, "suppressed"));
	loss->ring_full = (uint64_t)json_integer_value(json_object_get(line, "ring_full"));
	loss->socket_full = (uint64_t)json_integer_value(json_object_get(line, "socket_full"));
	return read_word(line, "reason", &names_reasons, &loss->reason);
}

/**
 * event_line_read - read a line of edgectl monitor --json
 * @line: the line, any JSON or NULL
 * @event: filled in from an event
 * @remedy: what would permit the packet of an event, as long as @line lives
 * @loss: filled in from numbers of lost events
 *
 * Return: the kind of the line.
 */
enum event_line event_line_read(const json_t *line, struct event *event,
				const char **remedy, struct loss *loss)
{
	const char *type = json_string_value(json_object_get(line, "type"));

	if (!type ||
	    json_integer_value(json_object_get(line, "schema_version")) != 1)
		return LINE_OTHER;
	if (!strcmp(type, "event") && read_event(line, event, remedy))
		return LINE_EVENT;
	if (!strcmp(type, "lost") && read_loss(line, loss))
		return LINE_LOST;
	return strcmp(type, "summary") ? LINE_OTHER : LINE_SUMMARY;
}
