// SPDX-License-Identifier: GPL-2.0-only
/*
 * A switch that was thrown, for people and for machines.
 */
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "output/colour.h"
#include "output/json.h"
#include "output/stdout.h"
#include "policy/rows.h"
#include "print/change.h"
#include "print/offload.h"

/* The narrowest switch that kills a row: a new string. */
static char *switch_for(const struct row *row)
{
	if (row->feature != NF_EDGE_FEATURE_NONE)
		return nf_edge_format("feature off %s",
				      nf_edge_word(&nf_edge_features,
						   (uint32_t)row->feature));
	return nf_edge_format("zone off %s",
			      nf_edge_word(&nf_edge_zones, row->zone));
}

static void print_pair(const struct pair *pair)
{
	const struct row *killed = &nf_edge_rows[pair->killed];
	const struct row *by = &nf_edge_rows[pair->by];
	char *ports = nf_edge_row_ports(killed), *closes = switch_for(by);

	fprintf(nf_edge_out, "  %s (%s %s %s %s) is still permitted by %s: edgectl %s closes it\n",
		killed->id, nf_edge_word(&nf_edge_services, killed->service),
		nf_edge_word(&nf_edge_directions, killed->direction),
		nf_edge_row_protocol(killed), ports, by->id, closes);
	free(closes);
	free(ports);
}

/**
 * nf_edge_change_print - print a switch for people
 * @change: the switch
 */
void nf_edge_change_print(const struct change *change)
{
	char *what = change->word ?
		nf_edge_format("%s %s is %s", change->verb, change->word,
			       change->state) :
		nf_edge_format("mode is %s", change->state);
	char *offloaded = nf_edge_offload_text(&change->offload);
	size_t i;

	if (change->switched.changed)
		fprintf(nf_edge_out, "%s until the next load, generation %u\n",
			what, change->switched.generation);
	else
		fprintf(nf_edge_out, "nothing changed: %s already\n", what);
	for (i = 0; i < change->pair_count; i++)
		print_pair(&change->pairs[i]);
	if (offloaded)
		nf_edge_warn("%s", offloaded);
	free(offloaded);
	free(what);
}

/**
 * nf_edge_change_json - print a switch as one JSON object
 * @change: the switch
 */
void nf_edge_change_json(const struct change *change)
{
	json_t *object, *pairs = json_array();
	size_t i;

	for (i = 0; i < change->pair_count; i++) {
		const struct row *killed = &nf_edge_rows[change->pairs[i].killed];
		const struct row *by = &nf_edge_rows[change->pairs[i].by];
		char *closes = switch_for(by);
		json_t *pair = json_pack("{s:s, s:s, s:s}", "row", killed->id,
					 "by", by->id, "switch", closes);

		json_array_append_new(pairs, pair);
		free(closes);
	}
	object = json_pack("{s:i, s:s, s:o*, s:b, s:I, s:o, s:o}", SCHEMA,
			   change->verb, change->word ? : change->state,
			   "on", change->word ? json_boolean(!strcmp(change->state,
								      "on")) :
						NULL,
			   "changed", change->switched.changed,
			   "generation", (json_int_t)change->switched.generation,
			   "still_permitted", pairs,
			   "offloaded_connections",
			   nf_edge_offload_connections_json(&change->offload));
	nf_edge_json_print(object, JSON_INDENT(2));
}

/**
 * nf_edge_change_free - forget a switch
 * @change: the switch
 */
void nf_edge_change_free(struct change *change)
{
	nf_edge_offload_free(&change->offload);
	free(change->pairs);
}
