// SPDX-License-Identifier: GPL-2.0-only
/*
 * Flowtables, and connections that they took, for people and for machines.
 */
#include <stdlib.h>

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
	char *text = nf_edge_format("%s (", table->name), *longer;
	size_t i;

	for (i = 0; i < table->device_count; i++) {
		char *device = nf_edge_json_name(table->devices[i]);

		longer = nf_edge_format("%s%s%s", text, i ? ", " : "", device);
		free(device);
		free(text);
		text = longer;
	}
	longer = nf_edge_format("%s)", text);
	free(text);
	return longer;
}

/**
 * nf_edge_offload_tables_text - the flowtables and their devices
 * @offload: what was found
 * @separator: what to put between two
 *
 * Return: a new string, empty when there is none.
 */
char *nf_edge_offload_tables_text(const struct offload *offload,
				  const char *separator)
{
	char *text = nf_edge_strdup("");
	size_t i;

	for (i = 0; i < offload->count; i++) {
		char *table = nf_edge_offload_table_text(&offload->tables[i]);
		char *longer = nf_edge_format("%s%s%s", text,
					      i ? separator : "", table);

		free(table);
		free(text);
		text = longer;
	}
	return text;
}

/**
 * nf_edge_offload_text - warn that offloaded connections outlive a revocation
 * @offload: what was found
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
 * @offload: what was found
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
 * @offload: what was found
 *
 * Return: a new number, or null when the kernel did not tell.
 */
json_t *nf_edge_offload_connections_json(const struct offload *offload)
{
	return offload->known ? json_integer((json_int_t)offload->connections) :
				json_null();
}
