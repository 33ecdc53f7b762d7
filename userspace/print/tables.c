// SPDX-License-Identifier: GPL-2.0-only
/*
 * edgectl show rows, nodes and peers.
 */
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>

#include "base/join.h"
#include "base/memory.h"
#include "base/nearest.h"
#include "output/json.h"
#include "policy/profiles.h"
#include "print/node.h"
#include "print/tables.h"

enum {
	ROW_ID, ROW_ZONE, ROW_SERVICE, ROW_DIRECTION, ROW_PROTOCOL, ROW_PORTS,
	ROW_PEERS, ROW_FEATURE, ROW_LIVE, ROW_SIDE, ROW_ROLE, ROW_APPLICATION,
	ROW_SETS, ROW_NOTE, ROW_ORIGIN, ROW_NODES, ROW_EXPOSED, ROW_COLUMNS
};

static const struct column row_columns[ROW_COLUMNS] = {
	[ROW_ID] = { .name = "ID", .help = "name of the row, zone/number or site/name" },
	[ROW_ZONE] = {
		.name = "ZONE",
		.help = "the table of the document that it stands in, or site",
		.spare = 1,
	},
	[ROW_SERVICE] = { .name = "SERVICE", .help = "its Edge end", .spare = 3 },
	[ROW_DIRECTION] = {
		.name = "DIRECTION",
		.help = "whether that is the destination (in) or the source (out)",
	},
	[ROW_PROTOCOL] = { .name = "PROTOCOL", .help = "tcp, udp or both" },
	[ROW_PORTS] = {
		.name = "PORTS",
		.help = "destination ports; documented ones of a moved row in brackets",
		.number = true, .wraps = true,
	},
	[ROW_PEERS] = {
		.name = "PEERS",
		.help = "whom it is for: sets, any, or nobody",
		.wraps = true, .shortens = true,
	},
	[ROW_FEATURE] = {
		.name = "FEATURE",
		.help = "what it is for",
		.spare = 2,
	},
	[ROW_LIVE] = {
		.name = "LIVE",
		.help = "yes, or why not",
		.wraps = true,
	},
	[ROW_SIDE] = { .name = "SIDE", .help = "the side that it is of", .hidden = true },
	[ROW_ROLE] = {
		.name = "ROLE",
		.help = "the document's role",
		.hidden = true, .wraps = true,
	},
	[ROW_APPLICATION] = {
		.name = "APPLICATION",
		.help = "the document's application",
		.hidden = true, .wraps = true,
	},
	[ROW_SETS] = {
		.name = "SETS",
		.help = "the peer sets that can narrow it",
		.hidden = true, .wraps = true,
	},
	[ROW_NOTE] = {
		.name = "NOTE",
		.help = "what passes there",
		.hidden = true, .wraps = true,
	},
	[ROW_ORIGIN] = {
		.name = "ORIGIN",
		.help = "who says that it is there, document or site",
		.hidden = true,
	},
	[ROW_NODES] = {
		.name = "NODES",
		.help = "the nodes that have it",
		.hidden = true, .wraps = true,
	},
	[ROW_EXPOSED] = {
		.name = "EXPOSED",
		.help = "whether its author said exposed",
		.hidden = true,
	},
};

enum { NODE_NAME, NODE_SERVICES, NODE_COLUMNS = NODE_SERVICES + SERVICE_COUNT };

static const struct column node_columns[NODE_COLUMNS] = {
	[NODE_NAME] = { .name = "NODE", .help = "name of the node" },
	[NODE_SERVICES + NF_EDGE_SERVICE_ACCESS] = {
		.name = "ACCESS",
		.help = "addresses of the Access Edge",
		.wraps = true,
	},
	[NODE_SERVICES + NF_EDGE_SERVICE_WEBCONF] = {
		.name = "WEBCONF",
		.help = "addresses of the Web Conferencing Edge",
		.wraps = true,
	},
	[NODE_SERVICES + NF_EDGE_SERVICE_AV] = {
		.name = "AV",
		.help = "addresses of the A/V Edge",
		.wraps = true,
	},
	[NODE_SERVICES + NF_EDGE_SERVICE_INTERNAL] = {
		.name = "INTERNAL",
		.help = "addresses of the internal interface",
		.wraps = true,
	},
};

enum { SET_NAME, SET_BOUND, SET_PREFIXES, SET_ROWS, SET_COLUMNS };

static const struct column set_columns[SET_COLUMNS] = {
	[SET_NAME] = { .name = "SET", .help = "name of the peer set" },
	[SET_BOUND] = { .name = "BOUND", .help = "whether the configuration names it" },
	[SET_PREFIXES] = { .name = "PREFIXES", .help = "how many it holds", .number = true },
	[SET_ROWS] = {
		.name = "ROWS",
		.help = "the rows that it is a peer set of",
		.wraps = true,
	},
};

const struct columns columns_of_rows = { row_columns, ROW_COLUMNS };
const struct columns columns_of_nodes = { node_columns, NODE_COLUMNS };
const struct columns columns_of_peers = { set_columns, SET_COLUMNS };

static const char *feature_of(const struct row *row)
{
	return row->feature == NF_EDGE_FEATURE_NONE ? NULL :
	       names_word(&names_features, (uint32_t)row->feature);
}

/* The first switch that kills a row, or NULL of a live row. */
static const char *dead_by(const struct view *view, size_t i)
{
	uint32_t dead = view->states[i].dead;

	if (view->states[i].live)
		return NULL;
	if (!view->loaded)
		return "policy";
	if (dead & (1U << NF_EDGE_DEAD_ROW_OFF))
		return "row";
	return dead & (1U << NF_EDGE_DEAD_ZONE_OFF) ? "zone" : "feature";
}

/**
 * tables_row_live - whether a row is live
 * @view: the policy in force
 * @i: place of the row
 *
 * Return: a new string, "yes" or why not.
 */
char *tables_row_live(const struct view *view, size_t i)
{
	const struct row *row = &view->table.row[i];
	const char *by = dead_by(view, i);

	if (!by)
		return xstrdup("yes");
	if (!view->loaded)
		return xstrdup("no: no policy is loaded");
	if (!strcmp(by, "row"))
		return xstrdup("no: row is off");
	return xformat("no: %s %s is off", by, !strcmp(by, "zone") ?
		       names_word(&names_zones, row->zone) :
		       feature_of(row) ? : "-");
}

static json_t *sets_json(const struct view *view, uint32_t sets)
{
	json_t *array = json_array();
	unsigned int i;

	for (i = 0; i < SETS_MAX; i++)
		if (sets & (1U << i))
			json_array_append_new(array,
					      out_json_text(policy_set_name(&view->policy, i)));
	return array;
}

static json_t *peers_json(const struct view *view, size_t i)
{
	const struct row *row = &view->table.row[i];
	uint32_t bound = view->states[i].bound;

	if (row_at_any(row, bound))
		return json_pack("[s]", "any");
	return sets_json(view, row->peer_sets & bound);
}

static json_t *ranges_json(const struct row *row)
{
	json_t *array = json_array();
	size_t i;

	for (i = 0; i < row->port_count; i++) {
		const struct port_range *range = &row->ports[i];

		json_array_append_new(array,
				      json_pack("{s:s, s:i, s:i}", "protocol",
						range->protocol == IPPROTO_TCP ?
						"tcp" : "udp",
						"low", range->low,
						"high", range->high));
	}
	return array;
}

/* Null for all nodes. */
static json_t *nodes_json(const struct site_row *own)
{
	json_t *array;
	size_t i;

	if (!own || !own->node_count)
		return json_null();
	array = json_array();
	for (i = 0; i < own->node_count; i++)
		json_array_append_new(array, out_json_text(own->nodes[i]));
	return array;
}

static const char *origin_of(const struct row *row)
{
	return row->zone == NF_EDGE_ZONE_SITE ? "site" : "document";
}

/* Layout for json_pack(): columns of a row, then its state in the policy. */
#define LINE_LAYOUT	"s:o,s:s,s:s,s:s,s:s,s:o,s:o,s:s,s:s,s:o,s:i,s:i,s:o"
#define STATE_LAYOUT	"s:o,s:b,s:o,s:s?,s:o,s:b,s:s?,s:s,s:o,s:b"

static json_t *row_json(const struct view *view, size_t i)
{
	static const char layout[] = "{" LINE_LAYOUT "," STATE_LAYOUT "}";
	const struct row *row = &view->table.row[i];
	const struct site_row *own = site_row_find(&view->policy, row->id);
	char *ports = row_ports(row), *documented = row_documented(row);
	json_t *object;

	object = json_pack(layout,
			   "id", out_json_text(row->id),
			   "zone", names_word(&names_zones, row->zone),
			   "service", names_word(&names_services, row->service),
			   "direction", names_word(&names_directions,
						   row->direction),
			   "side", names_word(&names_sides, row_side(row)),
			   "role", out_json_text(row->role),
			   "application", out_json_text(row->application),
			   "protocol", row_protocols(row),
			   "ports", ports,
			   "port_ranges", ranges_json(row),
			   "port_low", row->port_low,
			   "port_high", row->port_high,
			   "documented_ports", row_is_moved(row) ?
			   json_string(documented) : json_null(),
			   "peer_sets", sets_json(view, row->peer_sets),
			   "any_when_unbound", row->any_when_unbound,
			   "peers", peers_json(view, i),
			   "feature", feature_of(row),
			   "note", out_json_text(row->note),
			   "live", view->states[i].live,
			   "why_not", dead_by(view, i),
			   "origin", origin_of(row),
			   "nodes", nodes_json(own),
			   "exposed", own && own->exposed);
	free(documented);
	free(ports);
	return object;
}

/* A new string: the ports in force, and the documented ones of a moved row. */
static char *ports_text(const struct row *row)
{
	char *ports = row_ports(row), *documented, *both;

	if (!row_is_moved(row))
		return ports;
	documented = row_documented(row);
	both = xformat("%s (%s)", ports, documented);
	free(documented);
	free(ports);
	return both;
}

/**
 * tables_row_peers - whom a row is for
 * @view: the policy in force
 * @i: place of the row
 *
 * Return: a new string: the bound ones of its sets, "any" or "nobody".
 */
char *tables_row_peers(const struct view *view, size_t i)
{
	const struct row *row = &view->table.row[i];
	uint32_t bound = view->states[i].bound;

	if (row_at_any(row, bound))
		return xstrdup("any");
	if (row_at_nobody(row, bound))
		return xstrdup("nobody");
	return policy_set_names(&view->policy, row->peer_sets & bound, ",");
}

/* A new string. */
static char *nodes_text(const struct site_row *own)
{
	struct join list;
	size_t i;

	if (!own || !own->node_count)
		return xstrdup("all");
	join_begin(&list, ",");
	for (i = 0; i < own->node_count; i++)
		join_add(&list, "%s", own->nodes[i]);
	return join_end(&list);
}

static void fill_row(struct table *table, const struct view *view, size_t i)
{
	const struct row *row = &view->table.row[i];
	const struct site_row *own = site_row_find(&view->policy, row->id);

	table_line(table);
	table_put(table, ROW_ID, row->id);
	table_put(table, ROW_ZONE, names_word(&names_zones, row->zone));
	table_put(table, ROW_SERVICE,
		  names_word(&names_services, row->service));
	table_put(table, ROW_DIRECTION,
		  names_word(&names_directions, row->direction));
	table_put(table, ROW_PROTOCOL, row_protocols(row));
	table_take(table, ROW_PORTS, ports_text(row));
	table_take(table, ROW_PEERS, tables_row_peers(view, i));
	table_put(table, ROW_FEATURE, feature_of(row) ? : "-");
	table_take(table, ROW_LIVE, tables_row_live(view, i));
	table_put(table, ROW_SIDE, names_word(&names_sides, row_side(row)));
	table_put(table, ROW_ROLE, row->role);
	table_put(table, ROW_APPLICATION, row->application);
	table_take(table, ROW_SETS,
		   policy_set_names(&view->policy, row->peer_sets, ","));
	table_put(table, ROW_NOTE, row->note);
	table_put(table, ROW_ORIGIN, origin_of(row));
	table_take(table, ROW_NODES, nodes_text(own));
	table_put(table, ROW_EXPOSED, own && own->exposed ? "yes" : "no");
}

static json_t *begin_json(const struct view *view, const char *key,
			  json_t **array)
{
	*array = json_array();
	return json_pack("{s:i, s:I, s:s, s:o}", SCHEMA,
			 "generation", (json_int_t)view->generation,
			 "profile", names_word(&names_profiles,
					       view->policy.profile),
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
	return json_pack("{s:o, s:b, s:I, s:o}",
			 "set", out_json_text(policy_set_name(&view->policy, set)),
			 "bound", view->policy.sets[set].bound,
			 "prefixes", (json_int_t)view->set_counts[set],
			 "rows", out_json_rows(&view->table,
					       rows_of_set(&view->table, set)));
}

static void fill_set(struct table *table, const struct view *view,
		     unsigned int set)
{
	table_line(table);
	table_put(table, SET_NAME, policy_set_name(&view->policy, set));
	table_put(table, SET_BOUND,
		  view->policy.sets[set].bound ? "yes" : "no");
	table_take(table, SET_PREFIXES, xformat("%u", view->set_counts[set]));
	table_take(table, SET_ROWS,
		   rows_ids(&view->table, rows_of_set(&view->table, set), ","));
}

/* List the sets of a policy by number: those of its profile, then the site's
 * own by name, whose numbers fall.
 */
static size_t list_sets(const struct view *view, unsigned int list[SETS_MAX])
{
	uint32_t documented = profile_sets(view->policy.profile);
	size_t count = 0;
	unsigned int i;

	for (i = 0; i < SETS_MAX; i++)
		if (documented & (1U << i))
			list[count++] = i;
	for (i = SETS_MAX; i-- > 0; )
		if (*view->policy.sets[i].own)
			list[count++] = i;
	return count;
}

static void print_sets(const struct view *view, const unsigned int *sets,
		       size_t count, bool json, struct table *table)
{
	json_t *object, *array;
	size_t i;

	if (json) {
		object = begin_json(view, "peers", &array);
		for (i = 0; i < count; i++)
			json_array_append_new(array, set_json(view, sets[i]));
		out_json_print(object, JSON_INDENT(2));
	} else {
		for (i = 0; i < count; i++)
			fill_set(table, view, sets[i]);
		table_print(table);
	}
}

/**
 * tables_peers - print the peer sets
 * @view: the policy in force
 * @json: whether to print one JSON object
 * @table: an empty table of columns_of_peers, for people
 */
void tables_peers(const struct view *view, bool json, struct table *table)
{
	unsigned int sets[SETS_MAX];
	size_t count = list_sets(view, sets);

	print_sets(view, sets, count, json, table);
}

/**
 * tables_set - print one peer set
 * @view: the policy in force
 * @name: name of the set
 * @json: whether to print one JSON object, as that of tables_peers()
 * @table: an empty table of columns_of_peers, for people
 *
 * Return: NULL, or a new string when the policy has no such set: advice about
 * its name.
 */
char *tables_set(const struct view *view, const char *name, bool json,
		 struct table *table)
{
	const char *names[SETS_MAX] = { NULL };
	unsigned int sets[SETS_MAX];
	size_t count = list_sets(view, sets), i;

	for (i = 0; i < count; i++) {
		names[i] = policy_set_name(&view->policy, sets[i]);
		if (!strcmp(names[i], name)) {
			print_sets(view, &sets[i], 1, json, table);
			return NULL;
		}
	}
	return nearest_advice("peer set", names, count, name);
}
