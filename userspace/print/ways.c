// SPDX-License-Identifier: GPL-2.0-only
/*
 * Ways round the policy, for people and for machines.
 */
#include "output/colour.h"
#include "output/json.h"
#include "print/ways.h"

/**
 * ways_print - print a warning for each way round
 * @ways: the list
 */
void ways_print(const struct ways *ways)
{
	size_t i;

	for (i = 0; i < ways->count; i++)
		colour_warn("%s: %s", ways->items[i].where,
			    ways->items[i].text);
}

/**
 * ways_json - make the list into JSON
 * @ways: the list
 *
 * Return: a new array of objects.
 */
json_t *ways_json(const struct ways *ways)
{
	json_t *array = json_array();
	size_t i;

	for (i = 0; i < ways->count; i++)
		json_array_append_new(array,
				      json_pack("{s:s, s:o, s:o}",
						"way", ways->items[i].kind,
						"where",
						out_json_text(ways->items[i].where),
						"message",
						out_json_text(ways->items[i].text)));
	return array;
}
