// SPDX-License-Identifier: GPL-2.0-only
/*
 * Flowtables, and connections that they took, for people and for machines.
 */
#include <stdlib.h>

#include "base/join.h"
#include "base/memory.h"
#include "output/json.h"
#include "print/offload.h"

/**
 * offload_table_text - a flowtable and its devices
 * @table: the flowtable
 *
 * Return: a new string, as in "inet filter fast (wan0, dmz0)".
 */
char *offload_table_text(const struct flowtable *table)
{
	char *devices, *text;
	struct join list;
	size_t i;

	join_begin(&list, ", ");
	for (i = 0; i < table->device_count; i++) {
		char *device = out_json_name(table->devices[i]);

		join_add(&list, "%s", device);
		free(device);
	}
	devices = join_end(&list);
	text = xformat("%s (%s)", table->name, devices);
	free(devices);
	return text;
}

/**
 * offload_tables_text - the flowtables and their devices
 * @offload: flowtables and connections
 * @separator: text between two flowtables
 *
 * Return: a new string, empty when there is none.
 */
char *offload_tables_text(const struct offload *offload, const char *separator)
{
	struct join list;
	size_t i;

	join_begin(&list, separator);
	for (i = 0; i < offload->count; i++) {
		char *table = offload_table_text(&offload->tables[i]);

		join_add(&list, "%s", table);
		free(table);
	}
	return join_end(&list);
}

/**
 * offload_text - warn that offloaded connections outlive a revocation
 * @offload: flowtables and connections
 *
 * Return: a new sentence, or NULL without an offloaded connection.
 */
char *offload_text(const struct offload *offload)
{
	bool one = offload->connections == 1;

	if (!offload->known)
		return xstrdup("the kernel does not tell what flowtables took");
	if (!offload->connections)
		return NULL;
	return xformat("%ju governed connection%s offloaded, %s: end %s with conntrack -D",
		       (uintmax_t)offload->connections,
		       one ? " is" : "s are",
		       "neither judged nor counted",
		       one ? "it" : "them");
}

/**
 * offload_tables_json - the flowtables
 * @offload: flowtables and connections
 *
 * Return: a new array of objects.
 */
json_t *offload_tables_json(const struct offload *offload)
{
	json_t *array = json_array();
	size_t i, d;

	for (i = 0; i < offload->count; i++) {
		const struct flowtable *table = &offload->tables[i];
		json_t *devices = json_array();

		for (d = 0; d < table->device_count; d++)
			json_array_append_new(devices,
					      out_json_text(table->devices[d]));
		json_array_append_new(array,
				      json_pack("{s:o, s:o}", "name",
						out_json_text(table->name),
						"devices", devices));
	}
	return array;
}

/**
 * offload_connections_json - how many connections go past the policy
 * @offload: flowtables and connections
 *
 * Return: a new number, or null when the kernel did not tell.
 */
json_t *offload_connections_json(const struct offload *offload)
{
	return offload->known ? json_integer((json_int_t)offload->connections) :
				json_null();
}
