// SPDX-License-Identifier: GPL-2.0-only
/*
 * edgectl show rows, nodes and peers.
 */
#include <stdlib.h>

#include "base/join.h"
#include "base/memory.h"
#include "output/json.h"
#include "print/node.h"
#include "print/tables.h"

enum {
	ROW_ID, ROW_ZONE, ROW_SERVICE, ROW_DIRECTION, ROW_PROTOCOL, ROW_PORTS,
	ROW_PEERS, ROW_FEATURE, ROW_LIVE, ROW_SIDE, ROW_ROLE, ROW_APPLICATION,
	ROW_SETS, ROW_NOTE, ROW_COLUMNS
};

static const struct column row_columns[ROW_COLUMNS] = {
	[ROW_ID] = { .name = "ID", .help = "name of the row, zone/number" },
	[ROW_ZONE] = { .name = "ZONE", .help = "the table of the document that it stands in" },
	[ROW_SERVICE] = { .name = "SERVICE", .help = "its Edge end" },
	[ROW_DIRECTION] = {
		.name = "DIRECTION",
		.help = "whether that is the destination (in) or the source (out)",
	},
	[ROW_PROTOCOL] = { .name = "PROTOCOL", .help = "tcp or udp" },
	[ROW_PORTS] = { .name = "PORTS", .help = "destination ports", .number = true },
	[ROW_PEERS] = { .name = "PEERS", .help = "whom it is for: sets, any, or nobody" },
	[ROW_FEATURE] = { .name = "FEATURE", .help = "what it is for" },
	[ROW_LIVE] = { .name = "LIVE", .help = "yes, or why not" },
	[ROW_SIDE] = { .name = "SIDE", .help = "the side that it is of", .hidden = true },
	[ROW_ROLE] = { .name = "ROLE", .help = "the document's role", .hidden = true },
	[ROW_APPLICATION] = {
		.name = "APPLICATION",
		.help = "the document's application",
		.hidden = true,
	},
	[ROW_SETS] = { .name = "SETS", .help = "the peer sets that can narrow it", .hidden = true },
	[ROW_NOTE] = { .name = "NOTE", .help = "what passes there", .hidden = true },
};

enum { NODE_NAME, NODE_SERVICES, NODE_COLUMNS = NODE_SERVICES + SERVICE_COUNT };

static const struct column node_columns[NODE_COLUMNS] = {
	[NODE_NAME] = { .name = "NODE", .help = "name of the node" },
	[NODE_SERVICES + NF_EDGE_SERVICE_ACCESS] = {
		.name = "ACCESS",
		.help = "addresses of the Access Edge",
	},
	[NODE_SERVICES + NF_EDGE_SERVICE_WEBCONF] = {
		.name = "WEBCONF",
		.help = "addresses of the Web Conferencing Edge",
	},
	[NODE_SERVICES + NF_EDGE_SERVICE_AV] = {
		.name = "AV",
		.help = "addresses of the A/V Edge",
	},
	[NODE_SERVICES + NF_EDGE_SERVICE_INTERNAL] = {
		.name = "INTERNAL",
		.help = "addresses of the internal interface",
	},
};

enum { SET_NAME, SET_BOUND, SET_PREFIXES, SET_ROWS, SET_COLUMNS };

static const struct column set_columns[SET_COLUMNS] = {
	[SET_NAME] = { .name = "SET", .help = "name of the peer set" },
	[SET_BOUND] = { .name = "BOUND", .help = "whether the configuration names it" },
	[SET_PREFIXES] = { .name = "PREFIXES", .help = "how many it holds", .number = true },
	[SET_ROWS] = { .name = "ROWS", .help = "the rows that it narrows" },
};

const struct columns columns_of_rows = { row_columns, ROW_COLUMNS };
const struct columns columns_of_nodes = { node_columns, NODE_COLUMNS };
const struct columns columns_of_peers = { set_columns, SET_COLUMNS };

static const char *feature_of(const struct row *row)
{
	return row->feature == NF_EDGE_FEATURE_NONE ? NULL :
	       names_word(&names_features, (uint32_t)row->feature);
}

/* A new string, or NULL of a live row. */
static char *why_not(const struct view *view, size_t i)
{
	const struct row *row = &view->table.row[i];
	uint32_t dead = view->states[i].dead;
	const char *zone = names_word(&names_zones, row->zone);
	const char *feature = feature_of(row);

	if (view->states[i].live)
		return NULL;
	if (!view->loaded)
		return xstrdup("no policy is loaded");
	if (!(dead & (1U << NF_EDGE_DEAD_FEATURE_OFF)) || !feature)
		return xformat("zone %s is off", zone);
	if (!(dead & (1U << NF_EDGE_DEAD_ZONE_OFF)))
		return xformat("feature %s is off", feature);
	return xformat("zone %s and feature %s are off", zone, feature);
}

static json_t *peers_json(const struct row *row, uint32_t bound)
{
	if (row_at_any(row, bound))
		return json_pack("[s]", "any");
	return out_json_words(&names_peer_sets, row->peer_sets & bound);
}

static json_t *row_json(const struct view *view, size_t i)
{
	static const char layout[] =
		"{s:s,s:s,s:s,s:s,s:s,s:s,s:s,s:s,s:s,s:i,s:i,s:o,s:b,s:o,s:s?,s:s,s:b,s:s?}";
	const struct row *row = &view->table.row[i];
	char *ports = row_ports(row), *why = why_not(view, i);
	json_t *object;

	object = json_pack(layout,
			   "id", row->id,
			   "zone", names_word(&names_zones, row->zone),
			   "service", names_word(&names_services, row->service),
			   "direction", names_word(&names_directions,
						   row->direction),
			   "side", names_word(&names_sides, row_side(row)),
			   "role", row->role,
			   "application", row->application,
			   "protocol", row_protocol(row),
			   "ports", ports,
			   "port_low", row->port_low,
			   "port_high", row->port_high,
			   "peer_sets", out_json_words(&names_peer_sets,
						       row->peer_sets),
			   "any_when_unbound", row->any_when_unbound,
			   "peers", peers_json(row, view->states[i].bound),
			   "feature", feature_of(row),
			   "note", row->note,
			   "live", view->states[i].live,
			   "why_not", why);
	free(why);
	free(ports);
	return object;
}

static void fill_row(struct table *table, const struct view *view, size_t i)
{
	const struct row *row = &view->table.row[i];
	char *why = why_not(view, i);

	table_line(table);
	table_put(table, ROW_ID, row->id);
	table_put(table, ROW_ZONE, names_word(&names_zones, row->zone));
	table_put(table, ROW_SERVICE,
		  names_word(&names_services, row->service));
	table_put(table, ROW_DIRECTION,
		  names_word(&names_directions, row->direction));
	table_put(table, ROW_PROTOCOL, row_protocol(row));
	table_take(table, ROW_PORTS, row_ports(row));
	table_take(table, ROW_PEERS, row_peers(row, view->states[i].bound));
	table_put(table, ROW_FEATURE, feature_of(row) ? : "-");
	table_take(table, ROW_LIVE, why ? xformat("no: %s", why) : xstrdup("yes"));
	table_put(table, ROW_SIDE, names_word(&names_sides, row_side(row)));
	table_put(table, ROW_ROLE, row->role);
	table_put(table, ROW_APPLICATION, row->application);
	table_take(table, ROW_SETS,
		   names_list(&names_peer_sets,
			      row->peer_sets, ","));
	table_put(table, ROW_NOTE, row->note);
	free(why);
}

static json_t *begin_json(const struct view *view, const char *key,
			  json_t **array)
{
	*array = json_array();
	return json_pack("{s:i, s:I, s:o}", SCHEMA,
			 "generation", (json_int_t)view->generation,
			 key, *array);
}

/**
 * tables_rows - print the rows of the policy
 * @view: the policy in force
 * @json: whether to print one JSON object
 * @table: an empty table of columns_of_rows, for people
 */
void tables_rows(const struct view *view, bool json, struct table *table)
{
	json_t *object, *array;
	size_t i;

	if (json) {
		object = begin_json(view, "rows", &array);
		for (i = 0; i < view->table.count; i++)
			json_array_append_new(array, row_json(view, i));
		out_json_print(object, JSON_INDENT(2));
	} else {
		for (i = 0; i < view->table.count; i++)
			fill_row(table, view, i);
		table_print(table);
	}
}

static char *addresses_text(const struct node *node, unsigned int service)
{
	const struct binding *binding;
	char text[INET6_ADDRSTRLEN];
	struct join list;

	join_begin(&list, ",");
	node_for_each_binding(node, binding)
		if (binding->service == service)
			join_add(&list, "%s", ip_format(&binding->ip, text));
	return join_end(&list);
}

static void fill_node(struct table *table, const struct node *node)
{
	unsigned int service;

	table_line(table);
	table_put(table, NODE_NAME, node->name);
	for (service = 0; service < SERVICE_COUNT; service++)
		table_take(table, NODE_SERVICES + service,
			   addresses_text(node, service));
}

/**
 * tables_nodes - print the nodes and their addresses
 * @view: the policy in force
 * @json: whether to print one JSON object
 * @table: an empty table of columns_of_nodes, for people
 */
void tables_nodes(const struct view *view, bool json, struct table *table)
{
	json_t *object, *array;
	const struct node *node;

	if (json) {
		object = begin_json(view, "nodes", &array);
		policy_for_each_node(&view->policy, node)
			json_array_append_new(array, node_json(node));
		out_json_print(object, JSON_INDENT(2));
	} else {
		policy_for_each_node(&view->policy, node)
			fill_node(table, node);
		table_print(table);
	}
}

static json_t *set_json(const struct view *view, unsigned int set)
{
	return json_pack("{s:s, s:b, s:I, s:o}",
			 "set", names_word(&names_peer_sets, set),
			 "bound", view->policy.sets[set].bound,
			 "prefixes", (json_int_t)view->set_counts[set],
			 "rows", out_json_rows(&view->table,
					       rows_of_set(&view->table, set)));
}

static void fill_set(struct table *table, const struct view *view,
		     unsigned int set)
{
	table_line(table);
	table_put(table, SET_NAME, names_word(&names_peer_sets, set));
	table_put(table, SET_BOUND,
		  view->policy.sets[set].bound ? "yes" : "no");
	table_take(table, SET_PREFIXES, xformat("%u", view->set_counts[set]));
	table_take(table, SET_ROWS,
		   rows_ids(&view->table, rows_of_set(&view->table, set), ","));
}

/**
 * tables_peers - print the peer sets
 * @view: the policy in force
 * @json: whether to print one JSON object
 * @table: an empty table of columns_of_peers, for people
 */
void tables_peers(const struct view *view, bool json, struct table *table)
{
	json_t *object, *array;
	unsigned int i;

	if (json) {
		object = begin_json(view, "peers", &array);
		for (i = 0; i < PEER_SET_COUNT; i++)
			json_array_append_new(array, set_json(view, i));
		out_json_print(object, JSON_INDENT(2));
	} else {
		for (i = 0; i < PEER_SET_COUNT; i++)
			fill_set(table, view, i);
		table_print(table);
	}
}
