// SPDX-License-Identifier: GPL-2.0-only
/*
 * A node and its addresses, in JSON.
 */
#include "output/json.h"
#include "print/node.h"

static json_t *addresses_json(const struct node *node, unsigned int service)
{
	json_t *array = json_array();
	char text[INET6_ADDRSTRLEN];
	const struct binding *binding;

	node_for_each_binding(node, binding) {
		if (binding->service != service)
			continue;
		ip_format(&binding->ip, text);
		json_array_append_new(array, json_string(text));
	}
	return array;
}

/**
 * node_json - a node and its addresses
 * @node: the node
 *
 * Return: a new object.
 */
json_t *node_json(const struct node *node)
{
	json_t *object = json_pack("{s:o}", "node", out_json_text(node->name));
	unsigned int service;

	for (service = 0; service < SERVICE_COUNT; service++)
		json_object_set_new(object,
				    names_word(&names_services, service),
				    addresses_json(node, service));
	return object;
}
