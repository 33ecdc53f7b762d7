// SPDX-License-Identifier: GPL-2.0-only
/*
 * Ways round the policy that this host shows: one list, for check, load and
 * show status.  docs/ways-round.md describes each.
 */
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "system/ways.h"

static bool is_noted(const struct ways *ways, const char *where,
		     const char *text)
{
	size_t i;

	for (i = 0; i < ways->count; i++)
		if (!strcmp(ways->items[i].where, where) &&
		    !strcmp(ways->items[i].text, text))
			return true;
	return false;
}

/**
 * ways_add - note a way round, once
 * @ways: the list
 * @kind: word of the way
 * @where: the place
 * @format: one sentence: what happens, and the remedy
 */
void ways_add(struct ways *ways, const char *kind, const char *where,
	      const char *format, ...)
{
	va_list args;
	char *text;

	va_start(args, format);
	text = xvformat(format, args);
	va_end(args);
	if (is_noted(ways, where, text)) {
		free(text);
		return;
	}
	ways->items = xgrow(ways->items, &ways->capacity, ways->count,
			    sizeof(*ways->items));
	ways->items[ways->count++] = (struct way){
		.kind = kind, .where = xstrdup(where), .text = text,
	};
}

/**
 * ways_has_family - tell whether a node has an address of a family
 * @ways: the list, with its policy
 * @family: AF_INET or AF_INET6
 *
 * Return: true when a node has one.
 */
bool ways_has_family(const struct ways *ways, sa_family_t family)
{
	const struct binding *binding;
	const struct node *node;

	policy_for_each_binding(ways->policy, node, binding)
		if (binding->ip.family == family)
			return true;
	return false;
}

/**
 * ways_read - look for ways round a policy on this host
 * @ways: filled in; ways_free() the list
 * @policy: the policy, with its interfaces and nodes
 *
 * Ask only where the module is: a look at rules makes the kernel load
 * nf_tables.
 */
void ways_read(struct ways *ways, const struct policy *policy)
{
	*ways = (struct ways){ .policy = policy };
	ways_of_devices(ways);
	ways_of_filters(ways);
	ways_of_rules(ways);
	ways_of_proc(ways);
}

/**
 * ways_free - forget the list
 * @ways: the list
 */
void ways_free(struct ways *ways)
{
	size_t i;

	for (i = 0; i < ways->count; i++) {
		free(ways->items[i].where);
		free(ways->items[i].text);
	}
	free(ways->items);
	free(ways->devices);
	*ways = (struct ways){ 0 };
}
