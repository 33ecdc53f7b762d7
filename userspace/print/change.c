// SPDX-License-Identifier: GPL-2.0-only
/*
 * Answer of zone, feature, row and mode, as text and as JSON.
 */
#include <stdlib.h>
#include <string.h>

#include "base/join.h"
#include "base/macros.h"
#include "base/memory.h"
#include "output/colour.h"
#include "output/json.h"
#include "output/stdout.h"
#include "policy/rows.h"
#include "print/change.h"
#include "print/impact.h"
#include "print/offload.h"
#include "print/waiting.h"

/*
 * The switch of the same kind that kills a row: a new string.  The zone site
 * has rows of many uses.
 */
static char *switch_for(const struct change *change, const struct row *row)
{
	if (change->ids.count || row->zone == NF_EDGE_ZONE_SITE)
		return xformat("row off %s", row->id);
	if (row->feature != NF_EDGE_FEATURE_NONE)
		return xformat("feature off %s",
			       names_word(&names_features,
					  (uint32_t)row->feature));
	return xformat("zone off %s", names_word(&names_zones, row->zone));
}

/* The ports of a row, "tcp 443" or "tcp/443,udp/3478": a new string. */
static char *ports_of(const struct row *row)
{
	char *ports = row_ports(row), *text;

	if (strchr(ports, '/'))
		return ports;
	text = xformat("%s %s", row_protocol(row), ports);
	free(ports);
	return text;
}

/* The switched rows, "row a is", "rows a, b are": a new string. */
static char *rows_text(const struct row_ids *ids)
{
	struct join list;
	char *names, *text;
	size_t i;

	join_begin(&list, ", ");
	for (i = 0; i < ids->count; i++)
		join_add(&list, "%s", ids->id[i]);
	names = join_end(&list);
	text = xformat(ids->count > 1 ? "rows %s are" : "row %s is", names);
	free(names);
	return text;
}

/* The first half of a sentence: a new string. */
static char *subject(const struct change *change)
{
	if (change->ids.count)
		return rows_text(&change->ids);
	if (change->word)
		return xformat("%s %s is", change->verb, change->word);
	return xstrdup("mode is");
}

static void print_pair(const struct change *change, const struct pair *pair)
{
	const struct row_table *table = &change->view.table;
	const struct row *killed = &table->row[pair->killed];
	const struct row *by = &table->row[pair->by];
	char *ports = ports_of(killed), *closes = switch_for(change, by);

	fprintf(out, "  %s (%s %s %s) is still permitted by %s: edgectl %s closes it\n",
		killed->id, names_word(&names_services, killed->service),
		names_word(&names_directions, killed->direction),
		ports, by->id, closes);
	free(closes);
	free(ports);
}

/* The causes of an idle row, and the switches against them: a new string. */
static char *causes_text(const struct change *change, const struct idle *idle)
{
	const struct row *row = &change->view.table.row[idle->row];
	struct join list;
	char *sets;

	join_begin(&list, "; ");
	if (idle->causes & IDLE_ZONE)
		join_add(&list, "zone %s is off (edgectl zone on %s)",
			 names_word(&names_zones, row->zone),
			 names_word(&names_zones, row->zone));
	if (idle->causes & IDLE_FEATURE)
		join_add(&list, "feature %s is off (edgectl feature on %s)",
			 names_word(&names_features, (uint32_t)row->feature),
			 names_word(&names_features, (uint32_t)row->feature));
	if (idle->causes & IDLE_NODE)
		join_add(&list, "%s the service %s",
			 row->zone == NF_EDGE_ZONE_SITE ?
			 "none of its nodes has" : "no node has",
			 names_word(&names_services, row->service));
	if (idle->causes & IDLE_PEERS) {
		sets = policy_set_names(&change->view.policy, row->peer_sets,
					" or ");
		join_add(&list, "its peers are in no list: bind %s", sets);
		free(sets);
	}
	return join_end(&list);
}

static json_t *idle_json(const struct change *change, const struct idle *idle)
{
	static const char *const words[] = { "zone", "feature", "node", "peers" };
	const struct row *row = &change->view.table.row[idle->row];
	json_t *why = json_array();
	size_t i;

	for (i = 0; i < ARRAY_SIZE(words); i++)
		if (idle->causes & (1U << i))
			json_array_append_new(why, json_string(words[i]));
	return json_pack("{s:s, s:o}", "row", row->id, "why", why);
}

static json_t *all_idle_json(const struct change *change)
{
	json_t *list = json_array();
	size_t i;

	for (i = 0; i < change->idle_count; i++)
		json_array_append_new(list,
				      idle_json(change, &change->idle[i]));
	return list;
}

static void print_idle(const struct change *change, const struct idle *idle)
{
	char *causes = causes_text(change, idle);

	fprintf(out, "  %s permits nothing yet: %s\n",
		change->view.table.row[idle->row].id, causes);
	free(causes);
}

/**
 * change_print - print a switch for people
 * @change: the switch
 */
void change_print(const struct change *change)
{
	char *what = subject(change);
	char *offloaded = offload_text(&change->offload), *waits;
	size_t i;

	impact_print(&change->impact, false, change->list_cuts);
	if (change->switched.changed)
		fprintf(out, "%s %s until the next load, generation %u\n",
			what, change->state, change->switched.generation);
	else
		fprintf(out, "nothing changed: %s %s already\n", what,
			change->state);
	if (change->view.waiting.waits) {
		waits = waiting_text(&change->view.waiting);
		fprintf(out, "%s%s%s\n", colour_code(YELLOW), waits,
			colour_code(PLAIN));
		free(waits);
	}
	for (i = 0; i < change->pair_count; i++)
		print_pair(change, &change->pairs[i]);
	for (i = 0; i < change->idle_count; i++)
		print_idle(change, &change->idle[i]);
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
	json_t *object, *pairs = json_array(), *words;
	size_t i;

	for (i = 0; i < change->pair_count; i++) {
		const struct row *killed = &row[change->pairs[i].killed];
		const struct row *by = &row[change->pairs[i].by];
		char *closes = switch_for(change, by);
		json_t *pair = json_pack("{s:s, s:s, s:s}", "row", killed->id,
					 "by", by->id, "switch", closes);

		json_array_append_new(pairs, pair);
		free(closes);
	}
	if (change->ids.count) {
		words = json_array();
		for (i = 0; i < change->ids.count; i++)
			json_array_append_new(words,
					      json_string(change->ids.id[i]));
	} else {
		words = json_string(change->word ? : change->state);
	}
	object = json_pack("{s:i, s:s?, s:o, s:o*, s:b, s:I, s:o, s:o, s:o*, s:o, s:o}",
			   SCHEMA, "profile", change->view.loaded ?
			   names_word(&names_profiles,
				      change->view.policy.profile) : NULL,
			   change->ids.count ? "rows" : change->verb, words,
			   "on", change->word ? json_boolean(!strcmp(change->state,
								      "on")) :
						NULL,
			   "changed", change->switched.changed,
			   "generation", (json_int_t)change->switched.generation,
			   "pending", waiting_json(&change->view.waiting),
			   "still_permitted", pairs,
			   "permits_nothing",
			   change->ids.count ? all_idle_json(change) : NULL,
			   "offloaded_connections",
			   offload_connections_json(&change->offload),
			   "impact", impact_json(&change->impact,
						 change->list_cuts));
	out_json_print(object, JSON_INDENT(2));
}

/**
 * change_free - forget a switch
 * @change: the switch
 */
void change_free(struct change *change)
{
	impact_free(&change->impact);
	offload_free(&change->offload);
	view_free(&change->view);
	free(change->pairs);
}
