// SPDX-License-Identifier: GPL-2.0-only
/*
 * The usage as JSON.  Numbers of a row stand in an array: the row's place in the
 * list of rows, then connections, packets and denied packets.  An array of zeros
 * is left out of a day.
 */
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "base/macros.h"
#include "base/memory.h"
#include "output/json.h"
#include "usage/record.h"

/* Numbers in the array of a row. */
#define NUMBERS	4U

static json_t *number(uint64_t value)
{
	return json_integer(value > INT64_MAX ? INT64_MAX : (json_int_t)value);
}

static json_t *row_json(const struct usage_row *row)
{
	return json_pack("{s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:b}",
			 "key", out_json_text(row->key),
			 "id", out_json_text(row->id),
			 "first_seen", number(row->first_seen),
			 "seen", number(row->seen),
			 "watched", number(row->watched),
			 "quiet", number(row->quiet),
			 "last_hit", number(row->last_hit), "live", row->live);
}

static json_t *hits_json(size_t place, const struct usage_hits *hits)
{
	return json_pack("[o, o, o, o]", number(place),
			 number(hits->connections), number(hits->packets),
			 number(hits->denied));
}

static json_t *node_json(const struct usage *usage,
			 const struct usage_node *node)
{
	json_t *rows = json_array();
	size_t i;

	for (i = 0; i < usage->row_count; i++)
		if (node->known[i])
			json_array_append_new(rows,
					      hits_json(i, &node->read[i]));
	return json_pack("{s:o, s:o}", "node", out_json_text(node->name),
			 "rows", rows);
}

static json_t *day_json(const struct usage *usage, const struct usage_day *day)
{
	json_t *rows = json_array();
	size_t i;

	for (i = 0; i < usage->row_count; i++)
		if (day->hits[i].connections || day->hits[i].packets ||
		    day->hits[i].denied)
			json_array_append_new(rows,
					      hits_json(i, &day->hits[i]));
	return json_pack("{s:o, s:o, s:o}", "day", number(day->day),
			 "watched", number(day->watched), "rows", rows);
}

/**
 * record_text - write a usage
 * @usage: the usage
 *
 * Return: a new string.
 */
char *record_text(const struct usage *usage)
{
	json_t *rows = json_array(), *nodes = json_array(), *days = json_array();
	json_t *object;
	size_t i;

	for (i = 0; i < usage->row_count; i++)
		json_array_append_new(rows, row_json(&usage->rows[i]));
	for (i = 0; i < usage->node_count; i++)
		json_array_append_new(nodes,
				      node_json(usage, &usage->nodes[i]));
	for (i = 0; i < usage->day_count; i++)
		json_array_append_new(days, day_json(usage, &usage->days[i]));
	object = json_pack("{s:i, s:s, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o}",
			   SCHEMA, "boot", usage->boot,
			   "uptime", number(usage->uptime),
			   "generation", number(usage->generation),
			   "first", number(usage->first),
			   "last", number(usage->last),
			   "watched", number(usage->watched),
			   "rows", rows, "nodes", nodes, "days", days);
	return out_json_line(object, JSON_COMPACT);
}

/* --- reading */

static bool take(const json_t *value, uint64_t most, uint64_t *taken)
{
	json_int_t integer = json_integer_value(value);

	*taken = (uint64_t)integer;
	return json_is_integer(value) && integer >= 0 && *taken <= most;
}

static bool take_number(const json_t *object, const char *key, uint64_t most,
			uint64_t *taken)
{
	return take(json_object_get(object, key), most, taken);
}

static bool take_text(const json_t *object, const char *key, char *text,
		      size_t size)
{
	const char *value = json_string_value(json_object_get(object, key));

	if (!value || strlen(value) >= size)
		return false;
	memcpy(text, value, strlen(value) + 1);
	return true;
}

static bool take_row(struct usage *usage, const json_t *object)
{
	const char *key = json_string_value(json_object_get(object, "key"));
	const json_t *live = json_object_get(object, "live");
	struct usage_row *row;

	if (!key || !json_is_boolean(live) || usage->row_count == USAGE_ROWS)
		return false;
	row = &usage->rows[usage->row_count++];
	row->key = xstrdup(key);
	row->live = json_is_true(live);
	return take_text(object, "id", row->id, sizeof(row->id)) &&
	       take_number(object, "first_seen", INT64_MAX, &row->first_seen) &&
	       take_number(object, "seen", INT64_MAX, &row->seen) &&
	       take_number(object, "watched", INT64_MAX, &row->watched) &&
	       take_number(object, "quiet", INT64_MAX, &row->quiet) &&
	       take_number(object, "last_hit", INT64_MAX, &row->last_hit);
}

static bool take_hits(const struct usage *usage, const json_t *array,
		      uint64_t *place, struct usage_hits *hits)
{
	return json_array_size(array) == NUMBERS &&
	       take(json_array_get(array, 0), USAGE_ROWS, place) &&
	       *place < usage->row_count &&
	       take(json_array_get(array, 1), INT64_MAX, &hits->connections) &&
	       take(json_array_get(array, 2), INT64_MAX, &hits->packets) &&
	       take(json_array_get(array, 3), INT64_MAX, &hits->denied);
}

static bool take_node(struct usage *usage, const json_t *object)
{
	const json_t *rows = json_object_get(object, "rows"), *row;
	struct usage_node *node;
	uint64_t place;
	struct usage_hits hits;
	size_t i;

	if (usage->node_count == NF_EDGE_MAX_NODES || !json_is_array(rows))
		return false;
	node = &usage->nodes[usage->node_count++];
	if (!take_text(object, "node", node->name, sizeof(node->name)))
		return false;
	json_array_foreach(rows, i, row) {
		if (!take_hits(usage, row, &place, &hits))
			return false;
		node->known[place] = true;
		node->read[place] = hits;
	}
	return true;
}

/* Days stand in their order. */
static bool take_day(struct usage *usage, const json_t *object)
{
	const json_t *rows = json_object_get(object, "rows"), *row;
	uint64_t number, place;
	struct usage_hits hits;
	struct usage_day *day;
	size_t i;

	if (usage->day_count == USAGE_DAYS || !json_is_array(rows) ||
	    !take_number(object, "day", UINT32_MAX, &number))
		return false;
	day = &usage->days[usage->day_count++];
	day->day = (uint32_t)number;
	if ((day > usage->days && day[-1].day >= day->day) ||
	    !take_number(object, "watched", INT64_MAX, &day->watched))
		return false;
	json_array_foreach(rows, i, row) {
		if (!take_hits(usage, row, &place, &hits))
			return false;
		day->hits[place] = hits;
	}
	return true;
}

/* Return: NULL, or the list that cannot be read. */
static const char *take_lists(struct usage *usage, const json_t *object)
{
	static const struct {
		const char *name;
		bool (*take)(struct usage *usage, const json_t *object);
	} lists[] = {
		{ "rows", take_row },
		{ "nodes", take_node },
		{ "days", take_day },
	};
	const json_t *list, *item;
	size_t i, k;

	for (k = 0; k < ARRAY_SIZE(lists); k++) {
		list = json_object_get(object, lists[k].name);
		if (!json_is_array(list))
			return lists[k].name;
		json_array_foreach(list, i, item)
			if (!lists[k].take(usage, item))
				return lists[k].name;
	}
	return NULL;
}

/* Return: NULL, or the fact that cannot be read. */
static const char *take_facts(struct usage *usage, const json_t *object)
{
	uint64_t schema, generation;

	if (!take_number(object, "schema_version", 1, &schema) || !schema)
		return "schema_version";
	if (!take_text(object, "boot", usage->boot, sizeof(usage->boot)))
		return "boot";
	if (!take_number(object, "uptime", INT64_MAX, &usage->uptime))
		return "uptime";
	if (!take_number(object, "generation", UINT32_MAX, &generation))
		return "generation";
	usage->generation = (uint32_t)generation;
	if (!take_number(object, "first", INT64_MAX, &usage->first) ||
	    !usage->first)
		return "first";
	if (!take_number(object, "last", INT64_MAX, &usage->last))
		return "last";
	if (!take_number(object, "watched", INT64_MAX, &usage->watched))
		return "watched";
	return take_lists(usage, object);
}

/**
 * record_read - read a usage
 * @usage: empty; filled in
 * @text: text of record_text()
 * @length: octets of the text
 *
 * Return: NULL, or a new string that says where the text is damaged.
 */
char *record_read(struct usage *usage, const char *text, size_t length)
{
	json_error_t error;
	json_t *object = json_loadb(text, length, JSON_REJECT_DUPLICATES,
				    &error);
	const char *bad;
	char *why;

	if (!object)
		return xformat("is damaged in line %d, column %d", error.line,
			       error.column);
	bad = take_facts(usage, object);
	why = bad ? xformat("is damaged in its %s", bad) : NULL;
	json_decref(object);
	return why;
}
