// SPDX-License-Identifier: GPL-2.0-only
/*
 * A policy in memory.  Prefixes are kept as the netlink family has them, so
 * that a million prefixes is copied to and from the kernel without a change.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "policy/policy.h"

/**
 * interface_find - an interface by name
 * @policy: the policy
 * @name: name of the interface
 *
 * Return: the interface, or NULL.
 */
struct interface *interface_find(const struct policy *policy, const char *name)
{
	size_t i;

	for (i = 0; i < policy->interface_count; i++)
		if (!strcmp(policy->interfaces[i].name, name))
			return &policy->interfaces[i];
	return NULL;
}

/**
 * interface_add - add an interface
 * @policy: the policy
 * @name: name of the interface, cut when too long
 *
 * Return: the interface, until the next one is added.
 */
struct interface *interface_add(struct policy *policy, const char *name)
{
	struct interface *interface;

	policy->interfaces = xgrow(policy->interfaces,
				   &policy->interface_capacity,
				   policy->interface_count,
				   sizeof(*interface));
	interface = &policy->interfaces[policy->interface_count++];
	memset(interface, 0, sizeof(*interface));
	snprintf(interface->name, sizeof(interface->name), "%s", name);
	return interface;
}

/**
 * node_find - a node by name
 * @policy: the policy
 * @name: name of the node
 *
 * Return: the node, or NULL.
 */
struct node *node_find(const struct policy *policy, const char *name)
{
	size_t i;

	for (i = 0; i < policy->node_count; i++)
		if (!strcmp(policy->nodes[i].name, name))
			return &policy->nodes[i];
	return NULL;
}

/**
 * node_add - add a node
 * @policy: the policy
 * @name: name of the node, cut when too long
 *
 * Return: the node, until the next one is added.
 */
struct node *node_add(struct policy *policy, const char *name)
{
	struct node *node;

	policy->nodes = xgrow(policy->nodes, &policy->node_capacity,
			      policy->node_count, sizeof(*node));
	node = &policy->nodes[policy->node_count++];
	memset(node, 0, sizeof(*node));
	snprintf(node->name, sizeof(node->name), "%s", name);
	return node;
}

/**
 * node_bind - give a node an address
 * @node: the node
 * @service: the service that it is bound to
 * @ip: the address
 * @line: where that was said, or 0
 */
void node_bind(struct node *node, uint8_t service,
	       const struct ip *ip, unsigned int line)
{
	node->bindings = xgrow(node->bindings, &node->capacity,
			       node->count, sizeof(*node->bindings));
	node->bindings[node->count++] = (struct binding){
		.service = service, .ip = *ip, .line = line,
	};
}

/**
 * policy_binds - tell whether an address is bound to a service
 * @policy: the policy, with its nodes
 * @ip: the address
 *
 * Return: true when a node has the address.
 */
bool policy_binds(const struct policy *policy, const struct ip *ip)
{
	const struct binding *binding;
	const struct node *node;

	policy_for_each_binding(policy, node, binding)
		if (ip_equal(&binding->ip, ip))
			return true;
	return false;
}

/**
 * policy_bound - the sets that a policy binds
 * @policy: the policy
 *
 * Return: a bit a set.
 */
uint32_t policy_bound(const struct policy *policy)
{
	uint32_t bound = 0;
	unsigned int i;

	for (i = 0; i < PEER_SET_COUNT; i++)
		if (policy->sets[i].bound)
			bound |= 1U << i;
	return bound;
}

/**
 * policy_prefixes - prefixes of all sets together
 * @policy: the policy
 *
 * Return: the number.
 */
size_t policy_prefixes(const struct policy *policy)
{
	size_t count = 0;
	unsigned int i;

	for (i = 0; i < PEER_SET_COUNT; i++)
		count += peer_set_count(&policy->sets[i]);
	return count;
}

/**
 * policy_free - forget a policy
 * @policy: the policy
 */
void policy_free(struct policy *policy)
{
	unsigned int i;
	size_t n;

	for (n = 0; n < policy->node_count; n++)
		free(policy->nodes[n].bindings);
	free(policy->nodes);
	free(policy->interfaces);
	for (i = 0; i < PEER_SET_COUNT; i++)
		peer_set_free(&policy->sets[i]);
	memset(policy, 0, sizeof(*policy));
}
