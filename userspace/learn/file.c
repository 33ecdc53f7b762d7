// SPDX-License-Identifier: GPL-2.0-only
/*
 * The file of the peers that were seen, in JSON.
 */
#include <errno.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/fail.h"
#include "base/memory.h"
#include "learn/file.h"
#include "output/json.h"

static json_t *number(uint64_t value)
{
	return json_integer(value > INT64_MAX ? INT64_MAX : (json_int_t)value);
}

static json_t *prefixes_json(const struct aggregate *aggregates)
{
	json_t *array = json_array();
	char text[PREFIX_TEXT];
	size_t family, i;

	for (family = 0; family < FAMILY_COUNT; family++)
		for (i = 0; i < aggregates[family].count; i++) {
			const struct seen_prefix *seen =
				&aggregates[family].prefixes[i];

			prefix_format(&seen->ip, seen->length, text);
			json_array_append_new(array,
					      json_pack("{s:s, s:o}", "prefix",
							text, "count",
							number(seen->count)));
		}
	return array;
}

static json_t *row_json(const struct learned_row *row)
{
	return json_pack("{s:s, s:o, s:o, s:o, s:o, s:o, s:o}",
			 "key", row->key,
			 "permitted", prefixes_json(row->permitted),
			 "permitted_others_ipv4",
			 number(row->permitted[IPV4].others),
			 "permitted_others_ipv6",
			 number(row->permitted[IPV6].others),
			 "refused", prefixes_json(row->refused),
			 "refused_others_ipv4",
			 number(row->refused[IPV4].others),
			 "refused_others_ipv6",
			 number(row->refused[IPV6].others));
}

/**
 * learned_text - write the peers as text
 * @learned: the peers
 *
 * Return: a new string.
 */
char *learned_text(const struct learned *learned)
{
	json_t *rows = json_array(), *object;
	size_t i;

	for (i = 0; i < learned->count; i++)
		json_array_append_new(rows, row_json(learned->rows[i]));
	object = json_pack("{s:i, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:{s:i, s:i, s:i}, s:o}",
			   SCHEMA, "began", number(learned->began),
			   "ended", number(learned->ended),
			   "permitted", number(learned->permitted),
			   "refused", number(learned->refused),
			   "beyond", number(learned->beyond),
			   "suppressed", number(learned->lost.suppressed),
			   "ring_full", number(learned->lost.ring_full),
			   "socket_full", number(learned->lost.socket_full),
			   "bound", "prefixes", (int)AGGREGATE_MAX,
			   "ipv4_length", AGGREGATE_IPV4,
			   "ipv6_length", AGGREGATE_IPV6, "rows", rows);
	return out_json_line(object, JSON_INDENT(1));
}

static bool take_number(const json_t *object, const char *key, uint64_t *taken)
{
	const json_t *value = json_object_get(object, key);

	*taken = (uint64_t)json_integer_value(value);
	return json_is_integer(value) && json_integer_value(value) >= 0;
}

static bool take_prefixes(const json_t *row, const char *key,
			  struct aggregate *aggregates)
{
	const json_t *array = json_object_get(row, key), *item;
	size_t i;

	if (!json_is_array(array))
		return false;
	json_array_foreach(array, i, item) {
		const char *text =
			json_string_value(json_object_get(item, "prefix"));
		unsigned int length;
		uint64_t count;
		struct ip ip;
		char *why;

		if (!text || !take_number(item, "count", &count))
			return false;
		why = prefix_parse(text, &ip, &length);
		free(why);
		if (why || !aggregate_add(&aggregates[ip_family(&ip)], &ip,
					  length, count))
			return false;
	}
	return true;
}

static bool take_row(struct learned *learned, const json_t *object)
{
	const char *key = json_string_value(json_object_get(object, "key"));
	struct learned_row *row = key ? learned_row(learned, key) : NULL;

	return row &&
	       take_prefixes(object, "permitted", row->permitted) &&
	       take_prefixes(object, "refused", row->refused) &&
	       take_number(object, "permitted_others_ipv4",
			   &row->permitted[IPV4].others) &&
	       take_number(object, "permitted_others_ipv6",
			   &row->permitted[IPV6].others) &&
	       take_number(object, "refused_others_ipv4",
			   &row->refused[IPV4].others) &&
	       take_number(object, "refused_others_ipv6",
			   &row->refused[IPV6].others);
}

static bool take_all(struct learned *learned, const json_t *object)
{
	const json_t *rows = json_object_get(object, "rows"), *row;
	uint64_t schema;
	size_t i;

	if (!take_number(object, "schema_version", &schema) || schema != 1 ||
	    !take_number(object, "began", &learned->began) ||
	    !take_number(object, "ended", &learned->ended) ||
	    !take_number(object, "permitted", &learned->permitted) ||
	    !take_number(object, "refused", &learned->refused) ||
	    !take_number(object, "beyond", &learned->beyond) ||
	    !take_number(object, "suppressed", &learned->lost.suppressed) ||
	    !take_number(object, "ring_full", &learned->lost.ring_full) ||
	    !take_number(object, "socket_full", &learned->lost.socket_full) ||
	    !json_is_array(rows))
		return false;
	json_array_foreach(rows, i, row)
		if (!take_row(learned, row))
			return false;
	return true;
}

/**
 * learned_read - read peers from a file
 * @learned: filled in; learned_free() it, also after a failure
 * @file: name of the file
 *
 * Return: DONE, or what to exit with after a complaint.
 */
enum outcome learned_read(struct learned *learned, const char *file)
{
	FILE *stream = fopen(file, "re");
	json_t *object;
	bool fits;

	*learned = (struct learned){ 0 };
	if (!stream)
		return fail_with(SYSTEM, "%s: cannot be read: %s", file,
				 strerror(errno));
	object = json_loadf(stream, 0, NULL);
	fclose(stream);
	fits = take_all(learned, object);
	json_decref(object);
	return fits ? DONE :
	       fail_with(REFUSED, "%s: holds no peers; write it with edgectl learn --file",
			 file);
}
