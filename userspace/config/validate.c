// SPDX-License-Identifier: GPL-2.0-only
/*
 * Errors of a configuration whose single values are right.  The
 * kernel checks all of this too; only here every error is found, and has its
 * line.
 */
#include <limits.h>

#include "config/validate.h"
#include "config/validate_rows.h"
#include "system/links.h"

static unsigned int least_after(unsigned int least, unsigned int line,
				unsigned int candidate)
{
	return candidate > line && candidate < least ? candidate : least;
}

/* The line of the section behind the one that begins in a line. */
static unsigned int next_section(const struct config *config,
				 unsigned int line)
{
	const struct policy *policy = &config->policy;
	unsigned int least = UINT_MAX;
	const struct node *node;
	size_t i;

	for (i = 0; i < policy->interface_count; i++)
		least = least_after(least, line, policy->interfaces[i].line);
	policy_for_each_node(policy, node)
		least = least_after(least, line, node->line);
	for (i = 0; i < config->named_count; i++)
		least = least_after(least, line,
				    config->named_sets[i].set.line);
	for (i = 0; i < policy->row_count; i++)
		least = least_after(least, line, policy->rows[i].line);
	return least;
}

/* A section with an error of its own is not blamed for being empty too. */
static bool is_flawed(const struct config *config, unsigned int line)
{
	return findings_within(&config->errors, config->file, line,
			       next_section(config, line));
}

static void find_member(struct config *config,
			const struct interface *interface,
			const struct link *master)
{
	findings_add(&config->errors, config->file, interface->line,
		     interface->name,
		     "is a member of %s; packets of a member arrive on its bond, team or bridge: bind that",
		     master->name);
}

static void check_interfaces(struct config *config)
{
	const struct policy *policy = &config->policy;
	struct links links;
	bool known = links_read(&links);
	size_t i;

	for (i = 0; i < policy->interface_count; i++) {
		struct interface *interface = &policy->interfaces[i];
		const struct link *link = link_find(&links, interface->name);
		const struct link *master;

		interface->absent = known && !link;
		if (i == NF_EDGE_MAX_INTERFACES)
			findings_add(&config->errors, config->file,
				     interface->line, interface->name,
				     "is one interface too many; there can be %u",
				     NF_EDGE_MAX_INTERFACES);
		if (!interface->sides && !is_flawed(config, interface->line))
			findings_add(&config->errors, config->file,
				     interface->line, interface->name,
				     "has no side; write sides = { external }, internal, edge, or several");
		if (link && link->is_vrf)
			findings_add(&config->errors, config->file,
				     interface->line, interface->name,
				     "is a VRF device; packets are judged on the interfaces below it, bind those");
		master = link_master(&links, interface->name);
		if (master)
			find_member(config, interface, master);
	}
	links_free(&links);
}

static void check_counts(struct config *config, const struct node *node)
{
	unsigned int counts[SERVICE_COUNT] = { 0 };
	const struct binding *binding;
	char text[INET6_ADDRSTRLEN];

	node_for_each_binding(node, binding)
		if (counts[binding->service]++ == NF_EDGE_MAX_ADDRESSES)
			findings_add(&config->errors, config->file,
				     binding->line,
				     ip_format(&binding->ip, text),
				     "is one address too many; a service of a node has %u at most",
				     NF_EDGE_MAX_ADDRESSES);
}

/* Refuse two bindings of one address that exclude each other; true if so. */
static bool check_pair(struct config *config, const struct node *first,
		       const struct binding *a, const struct node *second,
		       const struct binding *b)
{
	const char *service = names_word(&names_services, a->service);
	char text[INET6_ADDRSTRLEN];

	ip_format(&b->ip, text);
	if (first != second)
		findings_add(&config->errors, config->file, b->line, text,
			     "belongs to node %s already (line %u); an address is of one node only",
			     first->name, a->line);
	else if (a->service == b->service)
		findings_add(&config->errors, config->file, b->line, text,
			     "is given twice for %s (line %u); once is enough",
			     service, a->line);
	else if (a->service == NF_EDGE_SERVICE_INTERNAL ||
		 b->service == NF_EDGE_SERVICE_INTERNAL)
		findings_add(&config->errors, config->file, b->line, text,
			     "is of %s already (line %u); the internal address serves nothing else",
			     service, a->line);
	else
		return false;
	return true;
}

static void check_binding(struct config *config, const struct node *node,
			  const struct binding *binding)
{
	const struct binding *first;
	const struct node *other;

	policy_for_each_binding(&config->policy, other, first)
		if (first == binding ||
		    (ip_equal(&first->ip, &binding->ip) &&
		     check_pair(config, other, first, node, binding)))
			return;
}

static void check_nodes(struct config *config)
{
	const struct policy *policy = &config->policy;
	const struct binding *binding;
	const struct node *node;

	policy_for_each_node(policy, node) {
		if (node - policy->nodes == NF_EDGE_MAX_NODES)
			findings_add(&config->errors, config->file, node->line,
				     node->name,
				     "is one node too many; there can be %u",
				     NF_EDGE_MAX_NODES);
		if (!node->count && !is_flawed(config, node->line))
			findings_add(&config->errors, config->file, node->line,
				     node->name,
				     "has no address; bind one to access, webconf, av or internal");
		check_counts(config, node);
		node_for_each_binding(node, binding)
			check_binding(config, node, binding);
	}
}

static const struct binding *first_internal(const struct policy *policy)
{
	const struct binding *binding;
	const struct node *node;

	policy_for_each_binding(policy, node, binding)
		if (binding->service == NF_EDGE_SERVICE_INTERNAL)
			return binding;
	return NULL;
}

/* An Edge with an internal address must be able to tell inside from outside. */
static void check_inside(struct config *config)
{
	const struct policy *policy = &config->policy;
	const struct binding *internal = first_internal(policy);
	char text[INET6_ADDRSTRLEN];
	size_t i;

	if (!internal || config->side_unread ||
	    policy->sets[NF_EDGE_PEER_SET_INTERNAL_NETWORKS].bound)
		return;
	for (i = 0; i < policy->interface_count; i++)
		if (policy->interfaces[i].sides & (1U << NF_EDGE_SIDE_INTERNAL) ||
		    is_flawed(config, policy->interfaces[i].line))
			return;
	findings_add(&config->errors, config->file, internal->line,
		     ip_format(&internal->ip, text),
		     "nothing says what is internal; bind an interface with side internal, or peers internal-networks");
}

/* Note lists without a prefix, which a failed download leaves. */
static void check_lists(struct config *config)
{
	size_t i;

	for (i = 0; i < SETS_MAX; i++) {
		const struct set_source *source = &config->sources[i];

		if (source->is_void && !source->may_be_empty)
			findings_add(&config->errors, config->file,
				     source->list_line, source->list,
				     "holds no prefix; write may-be-empty = true beside it if that is meant");
	}
}

/**
 * config_validate - note the errors that no single value shows
 * @config: a configuration that was read
 */
void config_validate(struct config *config)
{
	check_lists(config);
	check_interfaces(config);
	check_nodes(config);
	check_inside(config);
	config_validate_rows(config);
}
