// SPDX-License-Identifier: GPL-2.0-only
/*
 * A policy as a configuration that load takes back.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "output/json.h"
#include "output/stdout.h"
#include "print/config.h"
#include "print/node.h"

static void print_words(const char *key, const struct vocabulary *vocabulary,
			uint32_t mask)
{
	char *words = names_list(vocabulary, mask, ", ");

	fprintf(out, "%s = { %s%s}\n", key, words, *words ? " " : "");
	free(words);
}

static void print_top(const struct view *view)
{
	const struct policy *policy = &view->policy;
	char *switched = view_switches(view, ", ");

	fprintf(out, "# generation %u, as it is in force\n", view->generation);
	if (*switched)
		fprintf(out, "# switched since the load: %s\n", switched);
	fprintf(out, "mode = %s\n", names_word(&names_modes, policy->mode));
	print_words("zones", &names_zones, policy->zones);
	print_words("features", &names_features, policy->features);
	print_words("ping", &names_sides, policy->ping);
	fprintf(out, "expose-cls-ports = %s\n",
		policy->expose_cls_ports ? "true" : "false");
	free(switched);
}

static void print_interfaces(const struct policy *policy)
{
	size_t i;

	for (i = 0; i < policy->interface_count; i++) {
		const char *name = policy->interfaces[i].name;
		/* A name of the kernel may hold signs that end a word here. */
		const char *quote = strpbrk(name, "#={}()+,*") ? "'" : "";
		char *written = out_written(name);

		fprintf(out, "\ninterface %s%s%s {\n    ", quote,
			written, quote);
		free(written);
		print_words("sides", &names_sides, policy->interfaces[i].sides);
		fputs("}\n", out);
	}
}

static void print_service(const struct node *node, unsigned int service)
{
	char text[INET6_ADDRSTRLEN];
	const struct binding *binding;
	bool first = true;

	node_for_each_binding(node, binding) {
		if (binding->service != service)
			continue;
		if (first)
			fprintf(out, "    %s = { ",
				names_word(&names_services, service));
		fprintf(out, "%s%s", first ? "" : ", ",
			ip_format(&binding->ip, text));
		first = false;
	}
	if (!first)
		fputs(" }\n", out);
}

static void print_nodes(const struct policy *policy)
{
	const struct node *node;
	unsigned int service;

	policy_for_each_node(policy, node) {
		fprintf(out, "\nnode %s {\n", node->name);
		for (service = 0; service < SERVICE_COUNT; service++)
			print_service(node, service);
		fputs("}\n", out);
	}
}

static void print_set(const struct peer_set *set, const char *name)
{
	unsigned int family, length;
	const char *separator = "";
	char text[PREFIX_TEXT];
	struct ip ip;
	size_t i;

	fprintf(out, "\npeers %s {\n", name);
	if (!peer_set_count(set))
		fputs("    may-be-empty = true\n", out);
	fputs("    prefixes = {", out);
	for (family = 0; family < FAMILY_COUNT; family++) {
		for (i = 0; i < set->prefixes[family].count; i++) {
			peer_set_entry(set, family, i, &ip, &length);
			fprintf(out, "%s\n        %s", separator,
				prefix_format(&ip, length, text));
			separator = ",";
		}
	}
	fputs(peer_set_count(set) ? "\n    }\n}\n" : " }\n}\n", out);
}

static void print(const struct view *view)
{
	const struct policy *policy = &view->policy;
	unsigned int i;

	print_top(view);
	print_interfaces(policy);
	print_nodes(policy);
	for (i = 0; i < PEER_SET_COUNT; i++)
		if (policy->sets[i].bound)
			print_set(&policy->sets[i],
				  names_word(&names_peer_sets, i));
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

	for (i = 0; i < PEER_SET_COUNT; i++)
		if (policy->sets[i].bound)
			json_object_set_new(object,
					    names_word(&names_peer_sets, i),
					    set_json(&policy->sets[i]));
	return object;
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

	object = json_pack("{s:i, s:I, s:s, s:o, s:o, s:o, s:b, s:o, s:o, s:o}",
			   SCHEMA,
			   "generation", (json_int_t)view->generation,
			   "mode", names_word(&names_modes, policy->mode),
			   "zones", out_json_words(&names_zones, policy->zones),
			   "features", out_json_words(&names_features,
						      policy->features),
			   "ping", out_json_words(&names_sides, policy->ping),
			   "expose_cls_ports", policy->expose_cls_ports,
			   "interfaces", interfaces, "nodes", nodes,
			   "peers", peers_json(policy));
	out_json_print(object, JSON_INDENT(2));
}

/**
 * config_print - print a policy as a configuration that load takes back
 * @view: the policy in force, with its nodes and prefixes
 * @json: whether to print one JSON object
 */
void config_print(const struct view *view, bool json)
{
	if (json)
		print_json(view);
	else
		print(view);
}
