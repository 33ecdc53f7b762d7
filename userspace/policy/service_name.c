// SPDX-License-Identifier: GPL-2.0-only
/*
 * Names of services in place of addresses: NODE.SERVICE, or NODE.SERVICE/4 and
 * NODE.SERVICE/6 for one family.
 */
#include <stdlib.h>
#include <string.h>

#include "base/join.h"
#include "base/memory.h"
#include "base/nearest.h"
#include "policy/service_name.h"

/* Octets of a name without the family. */
static size_t bare_length(const char *text)
{
	size_t length = strlen(text);

	if (length > 2 && text[length - 2] == '/' &&
	    (text[length - 1] == '4' || text[length - 1] == '6'))
		length -= 2;
	return length;
}

/* The service behind the last dot, or -1. */
static int find_service(const char *bare)
{
	const char *dot = strrchr(bare, '.');

	return dot && dot > bare ? names_find(&names_services, dot + 1) : -1;
}

/**
 * service_name_like - tell whether a word is written as a name of a service
 * @text: the word, without a port
 *
 * Return: true when it ends in a dot and a service, with or without a family.
 */
bool service_name_like(const char *text)
{
	char *bare = xformat("%.*s", (int)bare_length(text), text);
	bool is = find_service(bare) >= 0;

	free(bare);
	return is;
}

static char *node_advice(const struct policy *policy, const char *node)
{
	const char **names = xalloc(policy->node_count * sizeof(*names));
	char *advice, *sentence;
	size_t i;

	for (i = 0; i < policy->node_count; i++)
		names[i] = policy->nodes[i].name;
	advice = nearest_advice("node", names, policy->node_count, node);
	sentence = xformat("no node has this name; %s", advice);
	free(advice);
	free(names);
	return sentence;
}

/**
 * service_name_find - look a name up
 * @name: filled in
 * @policy: the policy that has the nodes
 * @text: the name, service_name_like()
 *
 * Return: NULL, or a new sentence about a node or service that is not there.
 */
char *service_name_find(struct service_name *name, const struct policy *policy,
			const char *text)
{
	size_t length = bare_length(text);
	char *bare = xformat("%.*s", (int)length, text), *why = NULL;
	const struct binding *binding;
	bool has = false;

	*name = (struct service_name){
		.service = (uint8_t)find_service(bare),
		.family = !text[length] ? AF_UNSPEC :
			  text[length + 1] == '4' ? AF_INET : AF_INET6,
	};
	*strrchr(bare, '.') = '\0';
	name->node = node_find(policy, bare);
	if (name->node)
		node_for_each_binding(name->node, binding)
			has |= binding->service == name->service;
	if (!policy->node_count)
		why = xstrdup("no policy is loaded, so there is no node; write an address");
	else if (!name->node)
		why = node_advice(policy, bare);
	else if (!has)
		why = xformat("%s has no address of %s", bare,
			      names_word(&names_services, name->service));
	free(bare);
	return why;
}

/* A new string: the names of the services that a node has, with commas between. */
static char *list_services(const struct node *node)
{
	const struct binding *binding;
	unsigned int service;
	struct join list;

	join_begin(&list, ", ");
	for (service = 0; service < SERVICE_COUNT; service++) {
		bool has = false;

		node_for_each_binding(node, binding)
			has |= binding->service == service;
		if (has)
			join_add(&list, "%s.%s", node->name,
				 names_word(&names_services, service));
	}
	return join_end(&list);
}

/* Advise the services of a node in place of its name alone. */
static char *advise_services(const struct node *node, const char *what)
{
	char *services = list_services(node), *sentence;

	sentence = xformat("%s; write %s%s", what,
			   strchr(services, ',') ? "one of " : "", services);
	free(services);
	return sentence;
}

static const struct node *nearest_node(const struct policy *policy,
				       const char *text)
{
	const char **names = xalloc(policy->node_count * sizeof(*names));
	const char *found;
	size_t i;

	for (i = 0; i < policy->node_count; i++)
		names[i] = policy->nodes[i].name;
	found = nearest_word(names, policy->node_count, text);
	free(names);
	return found ? node_find(policy, found) : NULL;
}

/* Advise the service of a node that a misspelled name is near to, or NULL. */
static char *advise_nearest(const struct policy *policy, const char *bare,
			    const char *behind_dot)
{
	const char *service = NULL;
	const struct node *node;
	char *front, *sentence;

	node = nearest_node(policy, bare);
	if (node) {
		front = xformat("is no address; the nearest node is %s",
				node->name);
		sentence = advise_services(node, front);
		free(front);
		return sentence;
	}
	if (!behind_dot)
		return NULL;
	front = xformat("%.*s", (int)(behind_dot - bare - 1), bare);
	node = nearest_node(policy, front);
	free(front);
	if (node)
		service = nearest_word(names_services.words,
				       names_services.count, behind_dot);
	return service ? xformat("is no address; the nearest is %s.%s",
				 node->name, service) : NULL;
}

/**
 * service_name_advice - advise a name of a service that a word resembles
 * @policy: the policy that has the nodes
 * @text: a word that is no address and not service_name_like(), without a port
 *
 * Return: a new sentence, or NULL if the word resembles no node of the policy.
 */
char *service_name_advice(const struct policy *policy, const char *text)
{
	char *bare = xformat("%.*s", (int)bare_length(text), text);
	const struct node *node = node_find(policy, bare);
	char *dot = strrchr(bare, '.'), *advice, *sentence;

	if (node) {
		sentence = advise_services(node, "is a node");
		free(bare);
		return sentence;
	}
	if (dot)
		*dot = '\0';
	if (dot && node_find(policy, bare)) {
		advice = names_advice(&names_services, dot + 1);
		sentence = xformat("is no service of %s; %s", bare, advice);
		free(advice);
	} else {
		if (dot)
			*dot = '.';
		sentence = advise_nearest(policy, bare, dot ? dot + 1 : NULL);
	}
	free(bare);
	return sentence;
}

static size_t count_family(const struct service_name *name, uint8_t family)
{
	const struct binding *binding;
	size_t count = 0;

	node_for_each_binding(name->node, binding)
		count += binding->service == name->service &&
			 binding->ip.family == family;
	return count;
}

/**
 * service_name_only_family - the family of a service that has no other
 * @name: the name
 *
 * Return: AF_INET or AF_INET6, AF_UNSPEC if the service has addresses of both.
 */
uint8_t service_name_only_family(const struct service_name *name)
{
	if (!count_family(name, AF_INET6))
		return AF_INET;
	return count_family(name, AF_INET) ? AF_UNSPEC : AF_INET6;
}

static char *list_addresses(const struct service_name *name, uint8_t family)
{
	const struct binding *binding;
	char text[INET6_ADDRSTRLEN];
	struct join list;

	join_begin(&list, ", ");
	node_for_each_binding(name->node, binding)
		if (binding->service == name->service &&
		    binding->ip.family == family)
			join_add(&list, "%s", ip_format(&binding->ip, text));
	return join_end(&list);
}

/**
 * service_name_address - the address that a name stands for
 * @name: the name
 * @family: AF_INET or AF_INET6
 * @ip: filled in
 *
 * Return: NULL, or a new sentence when the service has none or several.
 */
char *service_name_address(const struct service_name *name, uint8_t family,
			   struct ip *ip)
{
	const char *word = family == AF_INET ? "IPv4" : "IPv6";
	const struct binding *binding;
	size_t count = count_family(name, family);
	char *list, *why;

	if (!count)
		return xformat("has no %s address", word);
	if (count > 1) {
		list = list_addresses(name, family);
		why = xformat("has %zu %s addresses; write one of %s", count,
			      word, list);
		free(list);
		return why;
	}
	node_for_each_binding(name->node, binding)
		if (binding->service == name->service &&
		    binding->ip.family == family)
			*ip = binding->ip;
	return NULL;
}
