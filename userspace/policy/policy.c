// SPDX-License-Identifier: GPL-2.0-only
/*
 * A policy in memory.  Prefixes are kept as the netlink family has them, so
 * that a million prefixes is copied to and from the kernel without a change.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/join.h"
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
 * site_row_find - a row of the site's own by id
 * @policy: the policy
 * @id: id of the row
 *
 * Return: the row, or NULL.
 */
struct site_row *site_row_find(const struct policy *policy, const char *id)
{
	size_t i;

	for (i = 0; i < policy->row_count; i++)
		if (!strcmp(policy->rows[i].id, id))
			return &policy->rows[i];
	return NULL;
}

/**
 * site_row_add - add a row of the site's own
 * @policy: the policy
 * @name: name of the row, cut if it is too long
 *
 * Return: the row, until the next one is added.
 */
struct site_row *site_row_add(struct policy *policy, const char *name)
{
	struct site_row *row;

	policy->rows = xgrow(policy->rows, &policy->row_capacity,
			     policy->row_count, sizeof(*row));
	row = &policy->rows[policy->row_count++];
	memset(row, 0, sizeof(*row));
	snprintf(row->id, sizeof(row->id), SITE_PREFIX "%s", name);
	return row;
}

/**
 * policy_turn_off - turn a row off
 * @policy: the policy
 * @id: id of the row, cut if it is too long
 * @line: where that was said, or 0
 */
void policy_turn_off(struct policy *policy, const char *id, unsigned int line)
{
	struct row_off *off;

	policy->rows_off = xgrow(policy->rows_off, &policy->off_capacity,
				 policy->off_count, sizeof(*off));
	off = &policy->rows_off[policy->off_count++];
	snprintf(off->id, sizeof(off->id), "%s", id);
	off->line = line;
}

/**
 * policy_is_off - tell whether a row is off itself
 * @policy: the policy
 * @id: id of the row
 *
 * Return: true when the policy says so.
 */
bool policy_is_off(const struct policy *policy, const char *id)
{
	size_t i;

	for (i = 0; i < policy->off_count; i++)
		if (!strcmp(policy->rows_off[i].id, id))
			return true;
	return false;
}

/**
 * policy_set_name - the name of a peer set
 * @policy: the policy
 * @set: number of the set
 *
 * Return: the name, of the document or of the site.
 */
const char *policy_set_name(const struct policy *policy, unsigned int set)
{
	return *policy->sets[set].own ? policy->sets[set].own :
					names_word(&names_peer_sets, set);
}

/**
 * policy_set_find - a set of the site's own by name
 * @policy: the policy
 * @name: name of the set
 *
 * Return: its number, or -1.
 */
int policy_set_find(const struct policy *policy, const char *name)
{
	int i;

	for (i = 0; i < SETS_MAX; i++)
		if (*name && !strcmp(policy->sets[i].own, name))
			return i;
	return -1;
}

/**
 * policy_set_names - the names of some peer sets
 * @policy: the policy
 * @sets: a bit a number of a set
 * @separator: text between two names
 *
 * Return: a new string, the site's own sets last and by name.
 */
char *policy_set_names(const struct policy *policy, uint32_t sets,
		       const char *separator)
{
	struct join list;
	int i;

	join_begin(&list, separator);
	for (i = 0; i < SETS_MAX; i++)
		if (sets & (1U << i) && !*policy->sets[i].own)
			join_add(&list, "%s", policy_set_name(policy, i));
	/* The numbers of the site's own sets fall with their names. */
	for (i = SETS_MAX - 1; i >= 0; i--)
		if (sets & (1U << i) && *policy->sets[i].own)
			join_add(&list, "%s", policy->sets[i].own);
	return join_end(&list);
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

	for (i = 0; i < SETS_MAX; i++)
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

	for (i = 0; i < SETS_MAX; i++)
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
	for (n = 0; n < policy->row_count; n++)
		free(policy->rows[n].nodes);
	free(policy->rows);
	free(policy->rows_off);
	for (i = 0; i < SETS_MAX; i++)
		peer_set_free(&policy->sets[i]);
	memset(policy, 0, sizeof(*policy));
}
