// SPDX-License-Identifier: GPL-2.0-only
/*
 * Warnings of moved ports, and of rows of the site's own, that are allowed and
 * hardly meant: one function each.
 */
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/nearest.h"
#include "config/warn_rows.h"
#include "policy/profiles.h"
#include "policy/table.h"

/* Ranges of more ports are warned of. */
#define WIDE_RANGE	1000

static void __printf(4, 5)
warn_of(struct config *config, unsigned int line, const char *word,
	const char *format, ...)
{
	char *message;
	va_list args;

	va_start(args, format);
	message = xvformat(format, args);
	va_end(args);
	findings_add(&config->warnings, config->file, line, word, "%s",
		     message);
	free(message);
}

static bool is_live(const struct config *config, size_t row)
{
	return policy_row_live(&config->table, &config->policy, row);
}

/* Rows of the profile, which come first. */
static size_t documented(const struct config *config)
{
	return profiles[config->policy.profile].count;
}

/* The row of the site's own at a place of the table, or NULL. */
static const struct site_row *own_row(const struct config *config, size_t row)
{
	size_t first = documented(config);

	return row < first ? NULL : &config->policy.rows[row - first];
}

/* Tell whether a set is a part of External Any, or of Internal Any. */
static bool set_at_any(const struct config *config, unsigned int set,
		       uint8_t side)
{
	const struct peer_set *sets = config->policy.sets;
	const struct peer_set *inside =
		&sets[NF_EDGE_PEER_SET_INTERNAL_NETWORKS];

	if (!inside->bound)
		return true;
	if (side == NF_EDGE_SIDE_INTERNAL)
		return peer_set_within(&sets[set], inside);
	return !peer_set_meets(&sets[set], inside);
}

static bool set_in_sets(const struct config *config, unsigned int set,
			uint32_t others)
{
	const struct peer_set *sets = config->policy.sets;
	unsigned int i;

	for (i = 0; i < SETS_MAX; i++)
		if (others & (1U << i) &&
		    (i == set || peer_set_within(&sets[set], &sets[i])))
			return true;
	return false;
}

/* Tell whether all peers of one row are peers of another. */
static bool peers_within(const struct config *config, const struct row *row,
			 const struct row *other)
{
	uint32_t bound = policy_bound(&config->policy);
	bool any = row_at_any(other, bound);
	unsigned int i;

	if (row_at_nobody(other, bound))
		return false;
	if (row->any_when_unbound)
		return any;
	for (i = 0; i < SETS_MAX; i++) {
		if (!(row->peer_sets & bound & (1U << i)))
			continue;
		if (any ? !set_at_any(config, i, row_side(row)) :
			  !set_in_sets(config, i, other->peer_sets & bound))
			return false;
	}
	return true;
}

/* Whether any peer of a row of the site's own is known. */
static bool has_peers(const struct config *config, const struct row *row)
{
	return row->any_when_unbound ||
	       row->peer_sets & policy_bound(&config->policy);
}

/* The live documented rows that permit all that a row permits; 0 when some of
 * its ports are permitted by none.
 */
static uint64_t covering_rows(const struct config *config,
			      const struct row *row)
{
	uint64_t rows = 0;
	size_t i, j;

	for (j = 0; j < row->port_count; j++) {
		uint64_t found = 0;

		for (i = 0; i < documented(config); i++) {
			const struct row *other = &config->table.row[i];

			if (is_live(config, i) && row_same_flow(row, other) &&
			    row_has_ports(other, &row->ports[j]) &&
			    peers_within(config, row, other))
				found |= 1ULL << i;
		}
		if (!found)
			return 0;
		rows |= found;
	}
	return rows;
}

static void permitted_already(struct config *config)
{
	size_t i;

	for (i = documented(config); i < config->table.count; i++) {
		const struct row *row = &config->table.row[i];
		const struct site_row *own = own_row(config, i);
		uint64_t rows;
		char *ids;

		if (!has_peers(config, row))
			continue;
		rows = covering_rows(config, row);
		if (!rows)
			continue;
		ids = rows_ids(&config->table, rows, ", ");
		warn_of(config, own->line, site_row_name(own),
			"permits nothing that %s %s not permit already", ids,
			rows & (rows - 1) ? "do" : "does");
		free(ids);
	}
}

static void widens_narrowed(struct config *config)
{
	uint32_t bound = policy_bound(&config->policy);
	size_t i, j;

	for (i = documented(config); i < config->table.count; i++) {
		const struct row *row = &config->table.row[i];
		const struct site_row *own = own_row(config, i);
		uint32_t sets = 0;
		uint64_t rows = 0;
		char *ids, *names;

		for (j = 0; j < documented(config); j++) {
			const struct row *other = &config->table.row[j];

			if (!(other->peer_sets & bound) ||
			    !is_live(config, j) || !row_same_flow(row, other) ||
			    peers_within(config, row, other))
				continue;
			rows |= 1ULL << j;
			sets |= other->peer_sets & bound;
		}
		if (!rows)
			continue;
		ids = rows_ids(&config->table, rows, ", ");
		names = policy_set_names(&config->policy, sets, ", ");
		warn_of(config, own->peers_line, site_row_name(own),
			"opens ports of %s to more peers than %s, which %s narrowed to",
			ids, names, rows & (rows - 1) ? "they are" : "it is");
		free(names);
		free(ids);
	}
}

static bool has_port(const struct port_range *range, unsigned int port)
{
	return range->low <= port && port <= range->high;
}

static void administration_outside(struct config *config)
{
	static const uint16_t ports[] = { 22, 135, 445, 3389, 5985, 5986 };
	size_t n, i, j;

	for (n = 0; n < config->policy.row_count; n++) {
		const struct site_row *row = &config->policy.rows[n];

		for (i = 0; i < row->port_count && site_row_outside(row); i++) {
			for (j = 0; j < ARRAY_SIZE(ports); j++)
				if (has_port(&row->ports[i], ports[j]))
					break;
			if (j == ARRAY_SIZE(ports))
				continue;
			warn_of(config, row->ports_line, site_row_name(row),
				"opens port %u of %s to the outside; administer an Edge on its internal address",
				ports[j],
				names_word(&names_services, row->service));
		}
	}
}

static void wide_range(struct config *config)
{
	size_t n, i;

	for (n = 0; n < config->policy.row_count; n++) {
		const struct site_row *row = &config->policy.rows[n];

		for (i = 0; i < row->port_count; i++) {
			const struct port_range *range = &row->ports[i];
			int ports = range->high - range->low + 1;
			char *text;

			if (ports <= WIDE_RANGE)
				continue;
			text = port_range_text(range);
			warn_of(config, row->ports_line, text,
				"is a range of %d ports; name those that are needed",
				ports);
			free(text);
		}
	}
}

static void zone_and_rows(struct config *config)
{
	const struct policy *policy = &config->policy;
	bool on = policy->zones & (1U << NF_EDGE_ZONE_SITE);
	const char *zone = names_word(&names_zones, NF_EDGE_ZONE_SITE);

	if (on && !policy->row_count)
		warn_of(config, config->zone_lines[NF_EDGE_ZONE_SITE], zone,
			"there is no row of the site's own; write row NAME { ... }, or leave the zone out");
	if (!on && policy->row_count)
		warn_of(config, policy->zones_line, zone,
			"is no zone here, so that no row of the site's own is live; add it to zones");
}

static bool has_service(const struct node *node, uint8_t service)
{
	const struct binding *binding;

	node_for_each_binding(node, binding)
		if (binding->service == service)
			return true;
	return false;
}

static bool administers(const struct row *row)
{
	static const uint16_t ports[] = { 22, 3389, 5985, 5986 };
	size_t i, j;

	if (row->service != NF_EDGE_SERVICE_INTERNAL ||
	    row->direction != NF_EDGE_DIRECTION_IN)
		return false;
	for (i = 0; i < row->port_count; i++)
		for (j = 0; j < ARRAY_SIZE(ports); j++)
			if (row->ports[i].protocol == IPPROTO_TCP &&
			    has_port(&row->ports[i], ports[j]))
				return true;
	return false;
}

static bool asks_time(const struct row *row)
{
	const struct port_range ntp = { IPPROTO_UDP, 123, 123 };

	return row->direction == NF_EDGE_DIRECTION_OUT &&
	       row_has_ports(row, &ntp);
}

/* Tell whether a node has a live row of a kind, and the row's service. */
static bool has_row(const struct config *config, const struct node *node,
		    bool (*is_kind)(const struct row *row))
{
	size_t i;

	for (i = 0; i < config->table.count; i++) {
		const struct site_row *own = own_row(config, i);
		const struct row *row = &config->table.row[i];

		if (is_live(config, i) && is_kind(row) &&
		    has_service(node, row->service) &&
		    (!own || site_row_of_node(own, node->name)))
			return true;
	}
	return false;
}

static void nobody_administers(struct config *config)
{
	const struct node *node;

	policy_for_each_node(&config->policy, node) {
		if (!has_service(node, NF_EDGE_SERVICE_INTERNAL))
			continue;
		if (!has_row(config, node, administers))
			warn_of(config, node->line, node->name,
				"no row lets administrators in; write row rdp { service = internal  in = { tcp/3389 }  peers = { admins } }");
		if (!has_row(config, node, asks_time))
			warn_of(config, node->line, node->name,
				"no row lets the clock be set; write row ntp { service = internal  out = { udp/123 }  peers = { time } }");
	}
}

static void unbound_set(struct config *config)
{
	const struct policy *policy = &config->policy;
	uint32_t known = profile_sets(policy->profile);
	const char *words[PEER_SET_COUNT];
	unsigned int i, count = 0;

	for (i = 0; i < PEER_SET_COUNT; i++)
		if (known & (1U << i))
			words[count++] = peer_set_words[i];
	for (i = 0; i < SETS_MAX; i++) {
		const char *name = policy->sets[i].own, *nearest;

		if (!*name || policy->sets[i].bound)
			continue;
		nearest = nearest_word(words, count, name);
		warn_of(config, config->set_uses[i], name,
			"no peers section binds it, so that nobody is in it; write peers %s { prefixes = { ... } }%s%s",
			name, nearest ? ", or the documented set " : "",
			nearest ? nearest : "");
	}
}

static void moved_to_logging(struct config *config)
{
	unsigned int key;

	for (key = 0; key < PORT_KEYS; key++) {
		const struct port_key_info *info = &port_keys[key];
		const struct port_move *move = &config->policy.ports[key];
		const struct port_guard *guard = &config->table.guard;

		if (!move->moved || !info->tcp ||
		    info->service == NF_EDGE_SERVICE_INTERNAL ||
		    move->low > guard->port_high ||
		    move->high < guard->port_low)
			continue;
		warn_of(config, move->line, info->name,
			"comes to the Centralized Logging ports 50001-50003, which %s; take others",
			config->policy.expose_cls_ports ?
			"the logging agent holds" : "stay closed to the outside");
	}
}

/* Tell whether two services have an address of some node in common. */
static bool share_address(const struct policy *policy, uint8_t a, uint8_t b)
{
	const struct binding *first, *second;
	const struct node *node;

	policy_for_each_node(policy, node)
		node_for_each_binding(node, first)
			node_for_each_binding(node, second)
				if (first->service == a &&
				    second->service == b &&
				    ip_equal(&first->ip, &second->ip))
					return true;
	return false;
}

/* The live in rows that a moved row opens together with. */
static uint64_t met_rows(const struct config *config, enum port_key key,
			 size_t moved)
{
	const struct row *row = config->table.row, *mine = &row[moved];
	uint64_t rows = 0;
	size_t i;

	for (i = 0; i < config->table.count; i++)
		if (row[i].direction == NF_EDGE_DIRECTION_IN &&
		    !port_key_moves(key, &row[i]) && is_live(config, i) &&
		    row_same_port(mine, &row[i]) &&
		    (row[i].service == mine->service ||
		     share_address(&config->policy, mine->service,
				   row[i].service)))
			rows |= 1ULL << i;
	return rows;
}

static void ports_meet(struct config *config)
{
	unsigned int key;
	size_t i;

	for (key = 0; key < PORT_KEYS; key++) {
		const struct port_move *move = &config->policy.ports[key];
		uint64_t rows = 0, met;
		char *ids;

		for (i = 0; move->moved && i < documented(config); i++) {
			if (!port_key_moves(key, &config->table.row[i]) ||
			    !is_live(config, i))
				continue;
			met = met_rows(config, key, i);
			if (met)
				rows |= met | 1ULL << i;
		}
		if (!rows)
			continue;
		ids = rows_ids(&config->table, rows, ", ");
		warn_of(config, move->line, port_keys[key].name,
			"comes to a port of other rows: %s open together; take another port if that is not meant",
			ids);
		free(ids);
	}
}

static bool node_serves(const struct node *node, const struct ip *ip,
			uint8_t service)
{
	const struct binding *binding;

	node_for_each_binding(node, binding)
		if (binding->service == service && ip_equal(&binding->ip, ip))
			return true;
	return false;
}

/* The live in rows of a node that keep one port for several services of an
 * address.
 */
static uint64_t kept_rows(const struct config *config, const struct node *node,
			  const struct ip *ip)
{
	const struct row *row = config->table.row;
	uint64_t own = 0, rows = 0;
	size_t i, j;

	for (i = 0; i < documented(config); i++)
		if (row[i].direction == NF_EDGE_DIRECTION_IN &&
		    !row_is_moved(&row[i]) && is_live(config, i) &&
		    node_serves(node, ip, row[i].service))
			own |= 1ULL << i;
	for (i = 0; i < documented(config); i++)
		for (j = 0; j < documented(config); j++)
			if (own & 1ULL << i && own & 1ULL << j &&
			    row[i].service != row[j].service &&
			    row_same_port(&row[i], &row[j]))
				rows |= 1ULL << i;
	return rows;
}

/* Of all nodes with one fault, the first address is enough. */
static void services_meet(struct config *config)
{
	const struct binding *binding;
	char text[INET6_ADDRSTRLEN];
	const struct node *node;

	policy_for_each_node(&config->policy, node) {
		node_for_each_binding(node, binding) {
			uint64_t rows = kept_rows(config, node, &binding->ip);
			char *ids;

			if (!rows)
				continue;
			ids = rows_ids(&config->table, rows, ", ");
			warn_of(config, binding->line,
				ip_format(&binding->ip, text),
				"is of services that keep one port: %s open together; move a port, as in ports { access-client = 5061  webconf-client = 444 }",
				ids);
			free(ids);
			return;
		}
	}
}

static bool has_out_row(const struct config *config,
			const struct port_range *range)
{
	size_t i;

	for (i = 0; i < config->table.count; i++) {
		const struct row *row = &config->table.row[i];

		if (row->service == NF_EDGE_SERVICE_AV &&
		    row->direction == NF_EDGE_DIRECTION_OUT &&
		    is_live(config, i) && row_has_ports(row, range))
			return true;
	}
	return false;
}

static void warn_of_out_row(struct config *config, enum port_key key,
			    uint8_t protocol)
{
	const struct port_move *move = &config->policy.ports[key];
	const struct port_range range = { protocol, move->low, move->high };
	char *text;

	if (has_out_row(config, &range))
		return;
	text = port_range_text(&range);
	warn_of(config, move->line, port_keys[key].name,
		"out rows keep the documented port, and none lets a node reach %s of another; write row NAME { service = av  out = { %s }  peers = { any } }",
		text, text);
	free(text);
}

static void moved_between_nodes(struct config *config)
{
	static const enum port_key keys[] = {
		PORT_TURN_TCP, PORT_TURN_UDP, PORT_MEDIA,
	};
	const struct node *node;
	size_t nodes = 0, i;

	policy_for_each_node(&config->policy, node)
		nodes += has_service(node, NF_EDGE_SERVICE_AV);
	for (i = 0; i < ARRAY_SIZE(keys) && nodes > 1; i++) {
		if (!config->policy.ports[keys[i]].moved)
			continue;
		if (port_keys[keys[i]].tcp)
			warn_of_out_row(config, keys[i], IPPROTO_TCP);
		if (port_keys[keys[i]].udp)
			warn_of_out_row(config, keys[i], IPPROTO_UDP);
	}
}

static void nodes_without_service(struct config *config)
{
	const struct policy *policy = &config->policy;
	const struct node *node;
	size_t i;

	for (i = 0; i < policy->row_count; i++) {
		const struct site_row *row = &policy->rows[i];
		bool any = !row->node_count;

		policy_for_each_node(policy, node)
			any |= site_row_of_node(row, node->name) &&
			       has_service(node, row->service);
		if (!any)
			warn_of(config, row->nodes_line, site_row_name(row),
				"none of its nodes has an address of %s; name others",
				names_word(&names_services, row->service));
	}
}

static void ping_peers_without_ping(struct config *config)
{
	if (config->policy.narrows_ping && !config->policy.ping)
		warn_of(config, config->policy.ping_peers_line, "ping-peers",
			"narrows nothing, as no side may ping; write ping = { internal }, or leave it out");
}

static void (*const rules[])(struct config *config) = {
	permitted_already,
	widens_narrowed,
	administration_outside,
	wide_range,
	zone_and_rows,
	nobody_administers,
	unbound_set,
	moved_to_logging,
	ports_meet,
	services_meet,
	moved_between_nodes,
	nodes_without_service,
	ping_peers_without_ping,
};

/**
 * config_warn_rows - note warnings of moved ports and of the site's own rows
 * @config: a configuration without errors
 */
void config_warn_rows(struct config *config)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(rules); i++)
		rules[i](config);
}
