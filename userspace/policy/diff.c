// SPDX-License-Identifier: GPL-2.0-only
/*
 * Differences of two policies, a line each: the changes of a load.
 */
#include <stdlib.h>
#include <string.h>

#include "base/join.h"
#include "base/memory.h"
#include "policy/diff.h"

static void __printf(2, 3)
note(struct changes *changes, const char *format, ...)
{
	va_list args;

	changes->lines = xgrow(changes->lines, &changes->capacity,
			       changes->count, sizeof(*changes->lines));
	va_start(args, format);
	changes->lines[changes->count++] = xvformat(format, args);
	va_end(args);
}

/* Return: a new string, "added x y, removed z"; NULL without a change. */
static char *added_removed(const char *added, const char *removed)
{
	if (!*added && !*removed)
		return NULL;
	return xformat("%s%s%s%s%s", *added ? "added " : "", added,
		       *added && *removed ? ", " : "",
		       *removed ? "removed " : "", removed);
}

static void diff_words(struct changes *changes, const char *what,
		       const struct vocabulary *vocabulary, uint32_t before,
		       uint32_t after)
{
	char *added = names_list(vocabulary, after & ~before, " ");
	char *removed = names_list(vocabulary, before & ~after, " ");
	char *text = added_removed(added, removed);

	if (text)
		note(changes, "%s: %s", what, text);
	free(text);
	free(removed);
	free(added);
}

static void note_sides(struct changes *changes, const char *verb,
		       const struct interface *interface)
{
	char *sides = names_list(&names_sides, interface->sides, " ");

	note(changes, "interface %s: %s %s", interface->name, verb, sides);
	free(sides);
}

static void diff_interfaces(struct changes *changes,
			    const struct policy *before,
			    const struct policy *after)
{
	size_t i;

	for (i = 0; i < after->interface_count; i++) {
		const struct interface *new = &after->interfaces[i];
		const struct interface *old =
			interface_find(before, new->name);
		char *what;

		if (!old) {
			note_sides(changes, "added with side", new);
			continue;
		}
		what = xformat("interface %s", new->name);
		diff_words(changes, what, &names_sides, old->sides, new->sides);
		free(what);
	}
	for (i = 0; i < before->interface_count; i++)
		if (!interface_find(after, before->interfaces[i].name))
			note_sides(changes, "removed, had side",
				   &before->interfaces[i]);
}

static bool has_binding(const struct node *node, const struct binding *wanted)
{
	const struct binding *binding;

	node_for_each_binding(node, binding)
		if (binding->service == wanted->service &&
		    ip_equal(&binding->ip, &wanted->ip))
			return true;
	return false;
}

/* The addresses of one service that a node has, and another lacks. */
static char *bindings_beyond(const struct node *node, const struct node *other,
			     unsigned int service)
{
	const struct binding *binding;
	char text[INET6_ADDRSTRLEN];
	struct join list;

	join_begin(&list, " ");
	node_for_each_binding(node, binding)
		if (binding->service == service && !has_binding(other, binding))
			join_add(&list, "%s", ip_format(&binding->ip, text));
	return join_end(&list);
}

static void diff_node(struct changes *changes, const struct node *before,
		      const struct node *after)
{
	unsigned int service;

	for (service = 0; service < SERVICE_COUNT; service++) {
		char *added = bindings_beyond(after, before, service);
		char *removed = bindings_beyond(before, after, service);
		char *text = added_removed(added, removed);

		if (text)
			note(changes, "node %s: %s %s", after->name,
			     names_word(&names_services, service), text);
		free(text);
		free(removed);
		free(added);
	}
}

static void diff_nodes(struct changes *changes, const struct policy *before,
		       const struct policy *after)
{
	static const struct node nothing;
	size_t i;

	for (i = 0; i < after->node_count; i++) {
		const struct node *new = &after->nodes[i];
		const struct node *old = node_find(before, new->name);

		if (!old)
			note(changes, "node %s: added", new->name);
		diff_node(changes, old ? old : &nothing, new);
	}
	for (i = 0; i < before->node_count; i++)
		if (!node_find(after, before->nodes[i].name))
			note(changes, "node %s: removed, with its counters",
			     before->nodes[i].name);
}

/* Both sides are in order and without repetitions. */
static void count_entries(const struct prefixes *before,
			  const struct prefixes *after, size_t size,
			  size_t *added, size_t *removed)
{
	size_t i = 0, j = 0;

	while (i < before->count || j < after->count) {
		int order;

		if (i == before->count)
			order = 1;
		else if (j == after->count)
			order = -1;
		else
			order = memcmp(before->entries + i * size,
				       after->entries + j * size, size);
		*added += order > 0;
		*removed += order < 0;
		i += order <= 0;
		j += order >= 0;
	}
}

static const char *plural(size_t count)
{
	return count == 1 ? "" : "es";
}

static void diff_set(struct changes *changes, const char *name,
		     const struct peer_set *before,
		     const struct peer_set *after)
{
	size_t added = 0, removed = 0;
	unsigned int family;

	if (!before->bound && after->bound) {
		added = peer_set_count(after);
		note(changes, "peers %s: bound, %zu prefix%s", name, added,
		     plural(added));
		return;
	}
	if (before->bound && !after->bound) {
		removed = peer_set_count(before);
		note(changes, "peers %s: not bound any more, had %zu prefix%s",
		     name, removed, plural(removed));
		return;
	}
	for (family = 0; family < FAMILY_COUNT; family++)
		count_entries(&before->prefixes[family],
			      &after->prefixes[family],
			      peer_set_entry_size(family), &added, &removed);
	if (added && removed)
		note(changes, "peers %s: %zu prefix%s added, %zu removed",
		     name, added, plural(added), removed);
	else if (added || removed)
		note(changes, "peers %s: %zu prefix%s %s", name,
		     added + removed, plural(added + removed),
		     added ? "added" : "removed");
}

/**
 * diff_policies - list the differences of two policies
 * @changes: filled in; diff_free() it
 * @before: the one, sets in order; all zero for none at all
 * @after: the other, sets in order
 */
void diff_policies(struct changes *changes, const struct policy *before,
		   const struct policy *after)
{
	unsigned int i;

	*changes = (struct changes){ 0 };
	if (!before->node_count)
		note(changes, "mode: %s",
		     names_word(&names_modes, after->mode));
	else if (before->mode != after->mode)
		note(changes, "mode: %s, was %s",
		     names_word(&names_modes, after->mode),
		     names_word(&names_modes, before->mode));
	diff_words(changes, "zones", &names_zones, before->zones, after->zones);
	diff_words(changes, "features", &names_features, before->features,
		   after->features);
	diff_words(changes, "ping", &names_sides, before->ping, after->ping);
	if (before->expose_cls_ports != after->expose_cls_ports)
		note(changes, "expose-cls-ports: %s",
		     after->expose_cls_ports ? "on" : "off");
	diff_interfaces(changes, before, after);
	diff_nodes(changes, before, after);
	for (i = 0; i < PEER_SET_COUNT; i++)
		diff_set(changes, names_word(&names_peer_sets, i),
			 &before->sets[i], &after->sets[i]);
}

/**
 * diff_free - forget the changes
 * @changes: the changes
 */
void diff_free(struct changes *changes)
{
	size_t i;

	for (i = 0; i < changes->count; i++)
		free(changes->lines[i]);
	free(changes->lines);
	*changes = (struct changes){ 0 };
}
