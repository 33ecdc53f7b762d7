// SPDX-License-Identifier: GPL-2.0-only
/*
 * Differences of two policies, a line each: the changes of a load.
 */
#include <stdlib.h>
#include <string.h>

#include "base/join.h"
#include "base/memory.h"
#include "policy/changes.h"

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

static char *ports_text(uint16_t low, uint16_t high)
{
	return low == high ? xformat("%u", low) : xformat("%u-%u", low, high);
}

static void diff_ports(struct changes *changes, const struct policy *before,
		       const struct policy *after)
{
	unsigned int key;

	for (key = 0; key < PORT_KEYS; key++) {
		const struct port_key_info *info = &port_keys[key];
		const struct port_move *old = &before->ports[key];
		const struct port_move *new = &after->ports[key];
		char *was, *is;

		was = old->moved ? ports_text(old->low, old->high) :
				   ports_text(info->low, info->high);
		is = new->moved ? ports_text(new->low, new->high) :
				  ports_text(info->low, info->high);
		if (strcmp(was, is) != 0)
			note(changes, "ports: %s %s, was %s", info->name, is,
			     was);
		free(is);
		free(was);
	}
}

/* The ids of rows that are off in one policy, and not in another. */
static char *off_beyond(const struct policy *policy, const struct policy *other)
{
	struct join list;
	size_t i;

	join_begin(&list, " ");
	for (i = 0; i < policy->off_count; i++)
		if (!policy_is_off(other, policy->rows_off[i].id))
			join_add(&list, "%s", policy->rows_off[i].id);
	return join_end(&list);
}

static void note_texts(struct changes *changes, const char *what, char *added,
		       char *removed)
{
	char *text = added_removed(added, removed);

	if (text)
		note(changes, "%s: %s", what, text);
	free(text);
	free(removed);
	free(added);
}

/* Whether a word of one list, whose words a separator parts, is in another. */
static bool has_word(const char *list, const char *word, size_t length)
{
	const char *found = list;

	while ((found = strstr(found, word))) {
		size_t rest = strcspn(found, " ");

		if (rest == length && (found == list || found[-1] == ' '))
			return true;
		found += rest;
	}
	return false;
}

/* The words of one list that another lacks. */
static char *words_beyond(const char *list, const char *other)
{
	struct join words;
	const char *p;
	size_t length;

	join_begin(&words, " ");
	for (p = list; *p; p += length + (p[length] == ' ')) {
		char *word;

		length = strcspn(p, " ");
		word = xformat("%.*s", (int)length, p);
		if (!has_word(other, word, length))
			join_add(&words, "%s", word);
		free(word);
	}
	return join_end(&words);
}

/* Names of sets, of which the module keeps a mask, and no order. */
static void diff_members(struct changes *changes, const char *what,
			 char *before, char *after)
{
	note_texts(changes, what, words_beyond(after, before),
		   words_beyond(before, after));
	free(before);
	free(after);
}

/* Ports, which the module keeps in their order. */
static void diff_row_ports(struct changes *changes, const char *what,
			   char *before, char *after)
{
	char *added = words_beyond(after, before);
	char *removed = words_beyond(before, after);

	if (strcmp(before, after) != 0 && !*added && !*removed)
		note(changes, "%s: another order", what);
	note_texts(changes, what, added, removed);
	free(before);
	free(after);
}

static char *peers_text(const struct policy *policy, const struct site_row *row)
{
	return row->any ? xstrdup("any") :
			  policy_set_names(policy, row->sets, " ");
}

static char *nodes_text(const struct site_row *row)
{
	struct join list;
	size_t i;

	join_begin(&list, " ");
	for (i = 0; i < row->node_count; i++)
		join_add(&list, "%s", row->nodes[i]);
	return join_end(&list);
}

/* Counters of a row stay with the nodes that have the row. */
static void diff_row_nodes(struct changes *changes, const char *row,
			   const struct site_row *old,
			   const struct site_row *new)
{
	char *was = nodes_text(old), *is = nodes_text(new);
	char *added = words_beyond(is, was), *removed = words_beyond(was, is);
	char *text = added_removed(added, removed);

	if (old->node_count && !new->node_count)
		note(changes, "%s: all nodes have it", row);
	else if (!old->node_count && new->node_count)
		note(changes, "%s: nodes %s, was all; the counters of other nodes go",
		     row, is);
	else if (text)
		note(changes, "%s: nodes: %s%s", row, text,
		     !*removed ? "" : strchr(removed, ' ') ?
		     ", with their counters" : ", with its counters");
	free(text);
	free(removed);
	free(added);
	free(is);
	free(was);
}

static void diff_row(struct changes *changes, const struct policy *before,
		     const struct site_row *old, const struct policy *after,
		     const struct site_row *new)
{
	char *row = xformat("row %s", site_row_name(new));
	char *ports = xformat("%s: %s", row, new->direction ==
			      NF_EDGE_DIRECTION_IN ? "in" : "out");
	char *peers = xformat("%s: peers", row);

	diff_row_ports(changes, ports, site_row_ports(old, " "),
		       site_row_ports(new, " "));
	diff_members(changes, peers, peers_text(before, old),
		     peers_text(after, new));
	diff_row_nodes(changes, row, old, new);
	if (old->exposed != new->exposed)
		note(changes, "%s: %s", row,
		     new->exposed ? "exposed" : "not exposed any more");
	if (strcmp(old->note, new->note) != 0)
		note(changes, "%s: another note", row);
	free(peers);
	free(ports);
	free(row);
}

/* A row of the same name, service and direction, which keeps its counters. */
static const struct site_row *same_row(const struct policy *policy,
				       const struct site_row *row)
{
	const struct site_row *other = site_row_find(policy, row->id);

	return other && other->service == row->service &&
	       other->direction == row->direction ? other : NULL;
}

static void note_row(struct changes *changes, const struct policy *policy,
		     const struct site_row *row)
{
	char *ports = site_row_ports(row, " ");
	char *peers = peers_text(policy, row), *nodes = nodes_text(row);

	note(changes, "row %s: added, %s %s %s, peers %s%s%s",
	     site_row_name(row), names_word(&names_services, row->service),
	     names_word(&names_directions, row->direction), ports, peers,
	     *nodes ? ", nodes " : "", nodes);
	free(nodes);
	free(peers);
	free(ports);
}

/* Tell whether the rows that two policies have stand in the same order. */
static bool same_order(const struct policy *before, const struct policy *after)
{
	const struct site_row *last = NULL;
	size_t i;

	for (i = 0; i < after->row_count; i++) {
		const struct site_row *old = same_row(before, &after->rows[i]);

		if (old && last && old < last)
			return false;
		if (old)
			last = old;
	}
	return true;
}

static void diff_rows(struct changes *changes, const struct policy *before,
		      const struct policy *after)
{
	size_t i;

	for (i = 0; i < before->row_count; i++)
		if (!same_row(after, &before->rows[i]))
			note(changes, "row %s: removed, with its counters",
			     site_row_name(&before->rows[i]));
	for (i = 0; i < after->row_count; i++) {
		const struct site_row *new = &after->rows[i];
		const struct site_row *old = same_row(before, new);

		if (old)
			diff_row(changes, before, old, after, new);
		else
			note_row(changes, after, new);
	}
	if (!same_order(before, after))
		note(changes, "rows of the site: another order");
}

/* Sets by name: a set of the site's own may have another number. */
static void diff_sets(struct changes *changes, const struct policy *before,
		      const struct policy *after)
{
	static const struct peer_set unbound;
	unsigned int i;
	int old;

	for (i = 0; i < SETS_MAX; i++) {
		const char *name = after->sets[i].own;

		if (!*name && i >= PEER_SET_COUNT)
			continue;
		old = *name ? policy_set_find(before, name) : (int)i;
		diff_set(changes, policy_set_name(after, i),
			 old < 0 || (!*name && *before->sets[i].own) ?
			 &unbound : &before->sets[old], &after->sets[i]);
	}
	for (i = 0; i < SETS_MAX; i++) {
		const char *name = before->sets[i].own;

		if (*name && policy_set_find(after, name) < 0)
			diff_set(changes, name, &before->sets[i], &unbound);
		else if (!*name && i < PEER_SET_COUNT && *after->sets[i].own)
			diff_set(changes, policy_set_name(before, i),
				 &before->sets[i], &unbound);
	}
}

static void diff_ping_peers(struct changes *changes,
			    const struct policy *before,
			    const struct policy *after)
{
	char *was = policy_set_names(before, before->ping_peers, " ");
	char *is = policy_set_names(after, after->ping_peers, " ");

	if (before->narrows_ping && !after->narrows_ping)
		note(changes, "ping-peers: anybody");
	else if (!before->narrows_ping && after->narrows_ping)
		note(changes, "ping-peers: %s, was anybody",
		     *is ? is : "nobody");
	else
		note_texts(changes, "ping-peers", words_beyond(is, was),
			   words_beyond(was, is));
	free(is);
	free(was);
}

static void diff_profile(struct changes *changes, const struct policy *before,
			 const struct policy *after)
{
	const char *name = names_word(&names_profiles, after->profile);

	if (!before->node_count) {
		if (after->profile)
			note(changes, "profile: %s", name);
	} else if (before->profile != after->profile) {
		note(changes, "profile: %s, was %s; counters of all nodes start at zero",
		     name, names_word(&names_profiles, before->profile));
	}
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
	*changes = (struct changes){ 0 };
	diff_profile(changes, before, after);
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
	note_texts(changes, "rows-off", off_beyond(after, before),
		   off_beyond(before, after));
	diff_words(changes, "ping", &names_sides, before->ping, after->ping);
	diff_ping_peers(changes, before, after);
	if (before->expose_cls_ports != after->expose_cls_ports)
		note(changes, "expose-cls-ports: %s",
		     after->expose_cls_ports ? "on" : "off");
	diff_interfaces(changes, before, after);
	diff_nodes(changes, before, after);
	diff_ports(changes, before, after);
	diff_rows(changes, before, after);
	diff_sets(changes, before, after);
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
