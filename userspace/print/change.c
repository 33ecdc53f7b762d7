// SPDX-License-Identifier: GPL-2.0-only
/*
 * Answer of zone, feature and mode, as text and as JSON.
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
		return xformat("feature off %s",
			       names_word(&names_features,
					  (uint32_t)row->feature));
	return xformat("zone off %s", names_word(&names_zones, row->zone));
}

static void print_pair(const struct row_table *table, const struct pair *pair)
{
	const struct row *killed = &table->row[pair->killed];
	const struct row *by = &table->row[pair->by];
	char *ports = row_ports(killed), *closes = switch_for(by);

	fprintf(out, "  %s (%s %s %s %s) is still permitted by %s: edgectl %s closes it\n",
		killed->id, names_word(&names_services, killed->service),
		names_word(&names_directions, killed->direction),
		row_protocols(killed), ports, by->id, closes);
	free(closes);
	free(ports);
}

/**
 * change_print - print a switch for people
 * @change: the switch
 */
void change_print(const struct change *change)
{
	char *what = change->word ?
		xformat("%s %s is %s", change->verb, change->word,
			change->state) :
		xformat("mode is %s", change->state);
	char *offloaded = offload_text(&change->offload);
	size_t i;

	if (change->switched.changed)
		fprintf(out, "%s until the next load, generation %u\n",
			what, change->switched.generation);
	else
		fprintf(out, "nothing changed: %s already\n", what);
	for (i = 0; i < change->pair_count; i++)
		print_pair(&change->view.table, &change->pairs[i]);
	if (offloaded)
		colour_warn("%s", offloaded);
	free(offloaded);
	free(what);
}

/**
 * change_json - print a switch as one JSON object
 * @change: the switch
 */
void change_json(const struct change *change)
{
	const struct row *row = change->view.table.row;
	json_t *object, *pairs = json_array();
	size_t i;

	for (i = 0; i < change->pair_count; i++) {
		const struct row *killed = &row[change->pairs[i].killed];
		const struct row *by = &row[change->pairs[i].by];
		char *closes = switch_for(by);
		json_t *pair = json_pack("{s:s, s:s, s:s}", "row", killed->id,
					 "by", by->id, "switch", closes);

		json_array_append_new(pairs, pair);
		free(closes);
	}
	object = json_pack("{s:i, s:s?, s:s, s:o*, s:b, s:I, s:o, s:o}", SCHEMA,
			   "profile", change->view.loaded ?
			   names_word(&names_profiles,
				      change->view.policy.profile) : NULL,
			   change->verb, change->word ? : change->state,
			   "on", change->word ? json_boolean(!strcmp(change->state,
								      "on")) :
						NULL,
			   "changed", change->switched.changed,
			   "generation", (json_int_t)change->switched.generation,
			   "still_permitted", pairs,
			   "offloaded_connections",
			   offload_connections_json(&change->offload));
	out_json_print(object, JSON_INDENT(2));
}

/**
 * change_free - forget a switch
 * @change: the switch
 */
void change_free(struct change *change)
{
	offload_free(&change->offload);
	view_free(&change->view);
	free(change->pairs);
}
