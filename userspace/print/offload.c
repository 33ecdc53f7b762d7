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
 * nf_edge_offload_table_text - a flowtable and its devices
 * @table: the flowtable
 *
 * Return: a new string, as in "inet filter fast (wan0, dmz0)".
 */
char *nf_edge_offload_table_text(const struct flowtable *table)
{
	char *devices, *text;
	struct join list;
	size_t i;

	nf_edge_join_begin(&list, ", ");
	for (i = 0; i < table->device_count; i++) {
		char *device = nf_edge_json_name(table->devices[i]);

		nf_edge_join_add(&list, "%s", device);
		free(device);
	}
	devices = nf_edge_join_end(&list);
	text = nf_edge_format("%s (%s)", table->name, devices);
	free(devices);
	return text;
}

/**
 * nf_edge_offload_tables_text - the flowtables and their devices
 * @offload: flowtables and connections
 * @separator: text between two flowtables
 *
 * Return: a new string, empty when there is none.
 */
char *nf_edge_offload_tables_text(const struct offload *offload,
				  const char *separator)
{
	struct join list;
	size_t i;

	nf_edge_join_begin(&list, separator);
	for (i = 0; i < offload->count; i++) {
		char *table = nf_edge_offload_table_text(&offload->tables[i]);

		nf_edge_join_add(&list, "%s", table);
		free(table);
	}
	return nf_edge_join_end(&list);
}

/**
 * nf_edge_offload_text - warn that offloaded connections outlive a revocation
 * @offload: flowtables and connections
 *
 * Return: a new sentence, or NULL without an offloaded connection.
 */
char *nf_edge_offload_text(const struct offload *offload)
{
	bool one = offload->connections == 1;

	if (!offload->known)
		return nf_edge_strdup("the kernel does not tell what flowtables took");
	if (!offload->connections)
		return NULL;
	return nf_edge_format("%ju governed connection%s offloaded, %s: end %s with conntrack -D",
			      (uintmax_t)offload->connections,
			      one ? " is" : "s are",
			      "neither judged nor counted",
			      one ? "it" : "them");
}

/**
 * nf_edge_offload_tables_json - the flowtables
 * @offload: flowtables and connections
 *
 * Return: a new array of objects.
 */
json_t *nf_edge_offload_tables_json(const struct offload *offload)
{
	json_t *array = json_array();
	size_t i, d;

	for (i = 0; i < offload->count; i++) {
		const struct flowtable *table = &offload->tables[i];
		json_t *devices = json_array();

		for (d = 0; d < table->device_count; d++)
			json_array_append_new(devices,
					      nf_edge_json_text(table->devices[d]));
		json_array_append_new(array,
				      json_pack("{s:o, s:o}", "name",
						nf_edge_json_text(table->name),
						"devices", devices));
	}
	return array;
}

/**
 * nf_edge_offload_connections_json - how many connections go past the policy
 * @offload: flowtables and connections
 *
 * Return: a new number, or null when the kernel did not tell.
 */
json_t *nf_edge_offload_connections_json(const struct offload *offload)
{
	return offload->known ? json_integer((json_int_t)offload->connections) :
				json_null();
}
