// SPDX-License-Identifier: GPL-2.0-only
/*
 * JSON, by jansson.
 */
#include <stdlib.h>

#include "base/foreign.h"
#include "base/memory.h"
#include "output/json.h"
#include "output/stdout.h"

/**
 * out_json_name - a name as JSON can hold it
 * @name: the name; that of a device may be anything but UTF-8
 *
 * Return: a new string, the name itself if JSON can hold it, else the result of
 * foreign_shown().  No bound interface has a backslash in its name.
 */
char *out_json_name(const char *name)
{
	json_t *json = json_string(name);

	if (!json)
		return foreign_shown(name);
	json_decref(json);
	return xstrdup(name);
}

/**
 * out_json_text - a text that somebody else wrote
 * @text: the text
 *
 * Return: a new string, as out_json_name() says.
 */
json_t *out_json_text(const char *text)
{
	char *name = out_json_name(text);
	json_t *json = json_string(name);

	free(name);
	return json;
}

/**
 * out_json_word - the word of a value
 * @vocabulary: its enumeration
 * @value: the value
 *
 * Return: a new string.
 */
json_t *out_json_word(const struct vocabulary *vocabulary, uint32_t value)
{
	return json_string(names_word(vocabulary, value));
}

/**
 * out_json_words - the words of a set of values
 * @vocabulary: their enumeration
 * @mask: a bit a value
 *
 * Return: a new array of strings.
 */
json_t *out_json_words(const struct vocabulary *vocabulary, uint32_t mask)
{
	json_t *array = json_array();
	unsigned int i;

	for (i = 0; i < vocabulary->count; i++)
		if (mask & (1U << i))
			json_array_append_new(array, out_json_word(vocabulary, i));
	return array;
}

/**
 * out_json_rows - the names of some rows
 * @table: their table
 * @rows: a bit a row
 *
 * Return: a new array of strings.
 */
json_t *out_json_rows(const struct row_table *table, uint64_t rows)
{
	json_t *array = json_array();
	size_t i;

	for (i = 0; i < table->count; i++)
		if (rows & (1ULL << i))
			json_array_append_new(array,
					      out_json_text(table->row[i].id));
	return array;
}

/**
 * out_json_ids - names of rows
 * @ids: the names
 *
 * Return: a new array.
 */
json_t *out_json_ids(const struct row_ids *ids)
{
	json_t *array = json_array();
	size_t i;

	for (i = 0; i < ids->count; i++)
		json_array_append_new(array, out_json_text(ids->id[i]));
	return array;
}

/**
 * out_json_line - make a JSON value into the text of a file, and release it
 * @object: the value
 * @flags: as for out_json_print()
 *
 * Return: a new string that ends with a newline.
 */
char *out_json_line(json_t *object, size_t flags)
{
	char *dumped = json_dumps(object, flags), *text;

	if (!dumped)
		out_of_memory();
	text = xformat("%s\n", dumped);
	free(dumped);
	json_decref(object);
	return text;
}

/**
 * out_json_print - print a JSON value, and release it
 * @object: the value
 * @flags: JSON_INDENT(2) for people, JSON_COMPACT for one line
 */
void out_json_print(json_t *object, size_t flags)
{
	json_dumpf(object, out, flags | JSON_ENSURE_ASCII);
	fputc('\n', out);
	json_decref(object);
}
