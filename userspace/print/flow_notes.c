// SPDX-License-Identifier: GPL-2.0-only
/*
 * Differences of two policies that open and close nothing: names, under which
 * hits are counted and listed.
 */
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "output/json.h"
#include "print/flow_notes.h"

static void __printf(2, 3)
note(json_t *notes, const char *format, ...)
{
	va_list args;
	char *text;

	va_start(args, format);
	text = xvformat(format, args);
	va_end(args);
	json_array_append_new(notes, out_json_text(text));
	free(text);
}

/* Rows of one policy that the other has no counters for. */
static void note_rows(json_t *notes, const struct policy *policy,
		      const struct policy *other, const char *verb)
{
	size_t i;

	for (i = 0; i < policy->row_count; i++) {
		const struct site_row *row = &policy->rows[i];
		const struct site_row *same = site_row_find(other, row->id);

		if (!same || same->service != row->service ||
		    same->direction != row->direction)
			note(notes, "counters: row %s %s", row->id, verb);
	}
}

static void note_texts(json_t *notes, const struct flow_diff *diff)
{
	const struct policy *before = diff->policy[BEFORE];
	const struct policy *after = diff->policy[AFTER];
	size_t i;

	for (i = 0; i < after->row_count; i++) {
		const struct site_row *row = &after->rows[i];
		const struct site_row *old = site_row_find(before, row->id);

		if (old && strcmp(old->note, row->note) != 0)
			note(notes, "note: row %s has another", row->id);
	}
}

static void note_nodes(json_t *notes, const struct flow_group *group)
{
	char text[INET6_ADDRSTRLEN];
	size_t i;

	for (i = 0; i < group->count; i++) {
		const struct flow_end *end = &group->ends[i];

		if (strcmp(end->node[BEFORE]->name, end->node[AFTER]->name) != 0)
			note(notes, "counters: %s counts at node %s, was %s",
			     ip_format(&end->ip, text), end->node[AFTER]->name,
			     end->node[BEFORE]->name);
	}
}

/**
 * flow_notes - name what differs without a flow
 * @diff: a difference
 *
 * Return: a new array of strings, each with its kind before a colon.
 */
json_t *flow_notes(const struct flow_diff *diff)
{
	const struct policy *before = diff->policy[BEFORE];
	const struct policy *after = diff->policy[AFTER];
	json_t *notes = json_array();
	size_t i;

	if (before->profile != after->profile)
		note(notes, "profile: %s, was %s; all counters start at zero",
		     names_word(&names_profiles, after->profile),
		     names_word(&names_profiles, before->profile));
	note_rows(notes, before, after, "leaves");
	note_rows(notes, after, before, "comes");
	note_texts(notes, diff);
	for (i = 0; i < diff->group_count; i++)
		note_nodes(notes, &diff->groups[i]);
	return notes;
}
