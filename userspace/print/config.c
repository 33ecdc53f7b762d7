// SPDX-License-Identifier: GPL-2.0-only
/*
 * A policy as a configuration that load takes back.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/join.h"
#include "base/memory.h"
#include "output/json.h"
#include "output/stdout.h"
#include "print/config.h"
#include "print/node.h"

/* A name as it is, or fit for a terminal where a verb prints to one. */
static char *name_for(FILE *to, const char *name)
{
	return to == out ? out_written(name) : xstrdup(name);
}

static void print_list(FILE *to, const char *key, const char *words)
{
	fprintf(to, "%s = { %s%s}\n", key, words, *words ? " " : "");
}

static void print_words(FILE *to, const char *key,
			const struct vocabulary *vocabulary, uint32_t mask)
{
	char *words = names_list(vocabulary, mask, ", ");

	print_list(to, key, words);
	free(words);
}

static void print_rows_off(FILE *to, const struct policy *policy)
{
	size_t i;

	if (!policy->off_count)
		return;
	fputs("rows-off = {", to);
	for (i = 0; i < policy->off_count; i++)
		fprintf(to, "%s %s", i ? "," : "", policy->rows_off[i].id);
	fputs(" }\n", to);
}

static void print_ping_peers(FILE *to, const struct policy *policy)
{
	char *names = policy_set_names(policy, policy->ping_peers, ", ");

	if (policy->narrows_ping)
		print_list(to, "ping-peers", names);
	free(names);
}

static void print_origin(const struct view *view)
{
	char *switched = view_switches(view, ", ");

	fprintf(out, "# generation %u, as it is in force\n", view->generation);
	if (*switched)
		fprintf(out, "# switched since the load: %s\n", switched);
	free(switched);
}

static void print_top(FILE *to, const struct policy *policy)
{
	fprintf(to, "profile = %s\n",
		names_word(&names_profiles, policy->profile));
	fprintf(to, "mode = %s\n", names_word(&names_modes, policy->mode));
	print_words(to, "zones", &names_zones, policy->zones);
	print_words(to, "features", &names_features, policy->features);
	print_rows_off(to, policy);
	print_words(to, "ping", &names_sides, policy->ping);
	print_ping_peers(to, policy);
	fprintf(to, "expose-cls-ports = %s\n",
		policy->expose_cls_ports ? "true" : "false");
}

static void print_interfaces(FILE *to, const struct policy *policy)
{
	size_t i;

	for (i = 0; i < policy->interface_count; i++) {
		const char *name = policy->interfaces[i].name;
		/* A name of the kernel may hold signs that end a word here. */
		const char *quote = strpbrk(name, "#={}()+,*") ? "'" : "";
		char *written = name_for(to, name);

		fprintf(to, "\ninterface %s%s%s {\n    ", quote,
			written, quote);
		free(written);
		print_words(to, "sides", &names_sides,
			    policy->interfaces[i].sides);
		fputs("}\n", to);
	}
}

static void print_service(FILE *to, const struct node *node,
			  unsigned int service)
{
	char text[INET6_ADDRSTRLEN];
	const struct binding *binding;
	bool first = true;

	node_for_each_binding(node, binding) {
		if (binding->service != service)
			continue;
		if (first)
			fprintf(to, "    %s = { ",
				names_word(&names_services, service));
		fprintf(to, "%s%s", first ? "" : ", ",
			ip_format(&binding->ip, text));
		first = false;
	}
	if (!first)
		fputs(" }\n", to);
}

static void print_nodes(FILE *to, const struct policy *policy)
{
	const struct node *node;
	unsigned int service;

	policy_for_each_node(policy, node) {
		fprintf(to, "\nnode %s {\n", node->name);
		for (service = 0; service < SERVICE_COUNT; service++)
			print_service(to, node, service);
		fputs("}\n", to);
	}
}

static void print_ports(FILE *to, const struct policy *policy)
{
	unsigned int key;
	bool any = false;

	for (key = 0; key < PORT_KEYS; key++) {
		const struct port_move *move = &policy->ports[key];

		if (!move->moved)
			continue;
		fprintf(to, "%s    %s = %u", any ? "" : "\nports {\n",
			port_keys[key].name, move->low);
		if (move->low != move->high)
			fprintf(to, "-%u", move->high);
		fputs("\n", to);
		any = true;
	}
	if (any)
		fputs("}\n", to);
}

/* A note between quotes. The brace behind a dollar would be taken for a variable
 * of the environment.
 */
static void print_note(FILE *to, const char *note)
{
	const unsigned char *p;
	struct join text;
	char *line, *written;

	join_begin(&text, "");
	for (p = (const unsigned char *)note; *p; p++) {
		if (*p < ' ' || *p == '\177' || (*p == '$' && p[1] == '{'))
			join_add(&text, "\\%03o", *p);
		else
			join_add(&text, "%s%c", *p == '"' || *p == '\\' ?
				 "\\" : "", *p);
	}
	line = join_end(&text);
	written = name_for(to, line);
	fprintf(to, "    note = \"%s\"\n", written);
	free(written);
	free(line);
}

static void print_row(FILE *to, const struct policy *policy,
		      const struct site_row *row)
{
	char *ports = site_row_ports(row, ", ");
	char *sets = policy_set_names(policy, row->sets, ", ");
	size_t i;

	fprintf(to, "\nrow %s {\n    service = %s\n    ", site_row_name(row),
		names_word(&names_services, row->service));
	print_list(to, names_word(&names_directions, row->direction), ports);
	fputs("    ", to);
	print_list(to, "peers", row->any ? "any" : sets);
	for (i = 0; i < row->node_count; i++)
		fprintf(to, "%s%s", i ? ", " : "    nodes = { ",
			row->nodes[i]);
	if (row->node_count)
		fputs(" }\n", to);
	if (row->exposed)
		fputs("    exposed = true\n", to);
	if (*row->note)
		print_note(to, row->note);
	fputs("}\n", to);
	free(sets);
	free(ports);
}

static void print_set(FILE *to, const struct peer_set *set, const char *name)
{
	unsigned int family, length;
	const char *separator = "";
	char text[PREFIX_TEXT];
	struct ip ip;
	size_t i;

	fprintf(to, "\npeers %s {\n", name);
	if (!peer_set_count(set))
		fputs("    may-be-empty = true\n", to);
	fputs("    prefixes = {", to);
	for (family = 0; family < FAMILY_COUNT; family++) {
		for (i = 0; i < set->prefixes[family].count; i++) {
			peer_set_entry(set, family, i, &ip, &length);
			fprintf(to, "%s\n        %s", separator,
				prefix_format(&ip, length, text));
			separator = ",";
		}
	}
	fputs(peer_set_count(set) ? "\n    }\n}\n" : " }\n}\n", to);
}

static void print(FILE *to, const struct policy *policy)
{
	unsigned int i;

	print_top(to, policy);
	print_interfaces(to, policy);
	print_nodes(to, policy);
	print_ports(to, policy);
	for (i = 0; i < SETS_MAX; i++)
		if (policy->sets[i].bound)
			print_set(to, &policy->sets[i],
				  policy_set_name(policy, i));
	for (i = 0; i < policy->row_count; i++)
		print_row(to, policy, &policy->rows[i]);
}

static json_t *set_json(const struct peer_set *set)
{
	json_t *array = json_array();
	unsigned int family, length;
	char text[PREFIX_TEXT];
	struct ip ip;
	size_t i;

	for (family = 0; family < FAMILY_COUNT; family++) {
		for (i = 0; i < set->prefixes[family].count; i++) {
			peer_set_entry(set, family, i, &ip, &length);
			prefix_format(&ip, length, text);
			json_array_append_new(array, json_string(text));
		}
	}
	return array;
}

static json_t *peers_json(const struct policy *policy)
{
	json_t *object = json_object();
	unsigned int i;

	for (i = 0; i < SETS_MAX; i++)
		if (policy->sets[i].bound)
			json_object_set_new(object, policy_set_name(policy, i),
					    set_json(&policy->sets[i]));
	return object;
}

static json_t *ports_json(const struct policy *policy)
{
	json_t *object = json_object();
	unsigned int key;

	for (key = 0; key < PORT_KEYS; key++) {
		const struct port_move *move = &policy->ports[key];
		char *text;

		if (!move->moved)
			continue;
		text = move->low == move->high ?
		       xformat("%u", move->low) :
		       xformat("%u-%u", move->low, move->high);
		json_object_set_new(object, port_keys[key].name,
				    json_string(text));
		free(text);
	}
	return object;
}

static json_t *sets_json(const struct policy *policy, uint32_t sets)
{
	json_t *array = json_array();
	unsigned int i;

	for (i = 0; i < SETS_MAX; i++)
		if (sets & (1U << i))
			json_array_append_new(array,
					      out_json_text(policy_set_name(policy, i)));
	return array;
}

static json_t *row_json(const struct policy *policy, const struct site_row *row)
{
	json_t *ports = json_array(), *nodes = json_array();
	size_t i;

	for (i = 0; i < row->port_count; i++) {
		char *text = port_range_text(&row->ports[i]);

		json_array_append_new(ports, json_string(text));
		free(text);
	}
	for (i = 0; i < row->node_count; i++)
		json_array_append_new(nodes, out_json_text(row->nodes[i]));
	if (!row->node_count) {
		json_decref(nodes);
		nodes = json_null();
	}
	return json_pack("{s:o, s:s, s:s, s:o, s:o, s:o, s:b, s:o}",
			 "name", out_json_text(site_row_name(row)),
			 "service", names_word(&names_services, row->service),
			 "direction", names_word(&names_directions,
						 row->direction),
			 "ports", ports,
			 "peers", row->any ? json_pack("[s]", "any") :
					     sets_json(policy, row->sets),
			 "nodes", nodes, "exposed", row->exposed,
			 "note", out_json_text(row->note));
}

static json_t *rows_json(const struct policy *policy)
{
	json_t *array = json_array();
	size_t i;

	for (i = 0; i < policy->row_count; i++)
		json_array_append_new(array,
				      row_json(policy, &policy->rows[i]));
	return array;
}

/**
 * config_rows_off_json - list the rows that are off, as JSON
 * @policy: the policy
 *
 * Return: a new array of ids.
 */
json_t *config_rows_off_json(const struct policy *policy)
{
	json_t *array = json_array();
	size_t i;

	for (i = 0; i < policy->off_count; i++)
		json_array_append_new(array,
				      out_json_text(policy->rows_off[i].id));
	return array;
}

static void print_json(const struct view *view)
{
	const struct policy *policy = &view->policy;
	json_t *interfaces = json_object(), *nodes = json_array(), *object;
	const struct node *node;
	size_t i;

	for (i = 0; i < policy->interface_count; i++) {
		char *name = out_json_name(policy->interfaces[i].name);

		json_object_set_new(interfaces, name,
				    out_json_words(&names_sides,
						   policy->interfaces[i].sides));
		free(name);
	}
	policy_for_each_node(policy, node)
		json_array_append_new(nodes, node_json(node));

	object = json_pack("{s:i,s:I,s:s,s:s,s:o,s:o,s:o,s:o,s:o,s:b,s:o,s:o,s:o,s:o,s:o}",
			   SCHEMA,
			   "generation", (json_int_t)view->generation,
			   "profile", names_word(&names_profiles,
						 policy->profile),
			   "mode", names_word(&names_modes, policy->mode),
			   "zones", out_json_words(&names_zones, policy->zones),
			   "features", out_json_words(&names_features,
						      policy->features),
			   "rows_off", config_rows_off_json(policy),
			   "ping", out_json_words(&names_sides, policy->ping),
			   "ping_peers", policy->narrows_ping ?
			   sets_json(policy, policy->ping_peers) : json_null(),
			   "expose_cls_ports", policy->expose_cls_ports,
			   "interfaces", interfaces, "nodes", nodes,
			   "ports", ports_json(policy),
			   "peers", peers_json(policy),
			   "rows", rows_json(policy));
	out_json_print(object, JSON_INDENT(2));
}

/**
 * config_print - print a policy as a configuration that load takes back
 * @view: the policy in force, with its nodes and prefixes
 * @json: whether to print one JSON object
 */
void config_print(const struct view *view, bool json)
{
	if (json) {
		print_json(view);
		return;
	}
	print_origin(view);
	print(out, &view->policy);
}

/**
 * config_print_policy - print a policy that need not be in force
 * @policy: the policy, with its nodes and prefixes
 */
void config_print_policy(const struct policy *policy)
{
	print(out, policy);
}

/**
 * config_text - write a policy as a configuration that load takes back
 * @policy: the policy, with its nodes and prefixes
 * @length: set to the octets of the configuration
 *
 * Return: a new string.
 */
char *config_text(const struct policy *policy, size_t *length)
{
	char *text = NULL;
	FILE *to = open_memstream(&text, length);

	if (!to)
		out_of_memory();
	print(to, policy);
	if (ferror(to) || fclose(to))
		out_of_memory();
	return text;
}
