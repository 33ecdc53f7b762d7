// SPDX-License-Identifier: GPL-2.0-only
/*
 * The history, as a table and as JSON.
 */
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/foreign.h"
#include "base/memory.h"
#include "base/moment.h"
#include "output/json.h"
#include "output/stdout.h"
#include "policy/names.h"
#include "print/history.h"

/* Digits of a hash in the table. */
#define HASH_SHOWN	12

enum {
	ENTRY_NUMBER, ENTRY_WHEN, ENTRY_WHO, ENTRY_FROM, ENTRY_FILE, ENTRY_MODE,
	ENTRY_HASH, ENTRY_GENERATION, ENTRY_STATE, ENTRY_TERMINAL, ENTRY_COLUMNS
};

static const struct column history_columns[ENTRY_COLUMNS] = {
	[ENTRY_NUMBER] = { .name = "N", .help = "number of the entry", .number = true },
	[ENTRY_WHEN] = {
		.name = "WHEN",
		.help = "when it was loaded",
		.wraps = true,
	},
	[ENTRY_WHO] = {
		.name = "WHO",
		.help = "the person who logged in",
		.shortens = true,
	},
	[ENTRY_FROM] = { .name = "FROM", .help = "address of the SSH client" },
	[ENTRY_FILE] = {
		.name = "FILE",
		.help = "what was loaded",
		.shortens = true,
	},
	[ENTRY_MODE] = { .name = "MODE", .help = "mode as loaded", .hidden = true },
	[ENTRY_HASH] = {
		.name = "HASH",
		.help = "begin of the policy's SHA-256",
		.spare = 1,
	},
	[ENTRY_GENERATION] = {
		.name = "GENERATION",
		.help = "generation that the load made",
		.number = true, .spare = 2,
	},
	[ENTRY_STATE] = {
		.name = "STATE",
		.help = "what became of it",
		.wraps = true,
	},
	[ENTRY_TERMINAL] = {
		.name = "TERMINAL",
		.help = "terminal of the load",
		.hidden = true,
	},
};

const struct columns columns_of_history = {
	.items = history_columns, .count = ENTRY_COLUMNS,
};

/**
 * history_in_force - find the entry of the policy in force
 * @history: the entries
 * @present: the policy in force
 *
 * Return: the last entry that this policy was loaded with, here and since the
 * start of the kernel; or NULL.
 */
const struct entry *history_in_force(const struct history *history,
				     const struct present *present)
{
	const struct entry *found = NULL;
	size_t i;

	if (!present->loaded)
		return NULL;
	for (i = 0; i < history->count; i++) {
		const struct entry *entry = &history->entries[i];

		if (place_same(&entry->place, &present->place) &&
		    entry->generation <= present->generation &&
		    !strcmp(entry->hash, present->hash) &&
		    (!found || found->generation < entry->generation))
			found = entry;
	}
	return found;
}

/* State of an entry now: a word of JSON. */
static const char *state_word(const struct entry *entry,
			      const struct entry *in_force,
			      const struct present *present)
{
	if (in_force && entry == in_force)
		return entry->state == ENTRY_WAITING && present->left ?
		       "waiting" : "in-force";
	if (strcmp(entry->place.boot, present->place.boot) != 0)
		return "ended";
	if (!place_same(&entry->place, &present->place))
		return "elsewhere";
	if (entry->state == ENTRY_TAKEN_BACK ||
	    (entry->state == ENTRY_WAITING && !present->unknown))
		return "taken-back";
	return present->unknown ? "unknown" : "past";
}

static char *state_text(const struct entry *entry,
			const struct entry *in_force,
			const struct present *present)
{
	const char *word = state_word(entry, in_force, present);

	if (!strcmp(word, "waiting"))
		return xformat("in force, taken back in %u s unless confirmed",
			       present->left);
	if (!strcmp(word, "in-force"))
		return xstrdup("in force");
	if (!strcmp(word, "ended"))
		return xstrdup("before the last boot");
	if (!strcmp(word, "elsewhere"))
		return xstrdup("in another network namespace");
	if (!strcmp(word, "taken-back"))
		return xstrdup("taken back");
	if (!strcmp(word, "unknown"))
		return xstrdup("unknown");
	return xstrdup("no longer in force");
}

static void put(struct table *table, size_t column, const char *text)
{
	if (text)
		table_take(table, column, foreign_shown(text));
	else
		table_put(table, column, "-");
}

/**
 * history_print - fill the table of the entries
 * @history: the entries
 * @present: the policy in force
 * @table: of columns_of_history
 */
void history_print(const struct history *history,
		   const struct present *present, struct table *table)
{
	const struct entry *in_force = history_in_force(history, present);
	uint64_t now = (uint64_t)time(NULL);
	size_t i;

	for (i = 0; i < history->count; i++) {
		const struct entry *entry = &history->entries[i];

		table_line(table);
		table_take(table, ENTRY_NUMBER, xformat("%u", entry->number));
		table_take(table, ENTRY_WHEN,
			   moment_text(entry->time, now, MOMENT_LOCAL));
		put(table, ENTRY_WHO, entry->by.name);
		put(table, ENTRY_FROM, entry->by.peer);
		if (entry->again)
			table_take(table, ENTRY_FILE,
				   xformat("rollback to %u", entry->again));
		else
			put(table, ENTRY_FILE, entry->file);
		table_put(table, ENTRY_MODE,
			  names_word(&names_modes, entry->mode));
		table_take(table, ENTRY_HASH,
			   xformat("%.*s", HASH_SHOWN, entry->hash));
		table_take(table, ENTRY_GENERATION,
			   xformat("%u", entry->generation));
		table_take(table, ENTRY_STATE,
			   state_text(entry, in_force, present));
		put(table, ENTRY_TERMINAL, entry->by.terminal);
	}
	table_print(table);
}

/**
 * history_entry_json - make an entry into JSON for users
 * @entry: the entry
 * @history: all entries
 * @present: the policy in force
 *
 * Return: a new object.
 */
json_t *history_entry_json(const struct entry *entry,
			   const struct history *history,
			   const struct present *present)
{
	const struct entry *in_force = history_in_force(history, present);
	json_t *object = entry_json(entry);

	json_object_set_new(object, "state",
			    json_string(state_word(entry, in_force, present)));
	/* The clock since the start of the kernel tells users nothing. */
	json_object_del(object, "deadline");
	return object;
}

/**
 * history_print_json - print the entries as one JSON object
 * @history: the entries
 * @present: the policy in force
 */
void history_print_json(const struct history *history,
			const struct present *present)
{
	const struct entry *in_force = history_in_force(history, present);
	json_t *entries = json_array(), *faults = json_array();
	char *folder = history_folder();
	size_t i;

	for (i = 0; i < history->count; i++) {
		json_t *object = history_entry_json(&history->entries[i],
						    history, present);

		json_object_del(object, "schema_version");
		json_array_append_new(entries, object);
	}
	for (i = 0; i < history->fault_count; i++) {
		const struct fault *fault = &history->faults[i];

		json_array_append_new(faults,
				      json_pack("{s:I, s:o}", "number",
						(json_int_t)fault->number,
						"message",
						out_json_text(fault->why)));
	}
	out_json_print(json_pack("{s:i, s:o, s:i, s:o, s:o, s:o}", SCHEMA,
				 "folder", out_json_text(folder),
				 "kept", HISTORY_KEPT,
				 "in_force", in_force ?
				 json_integer(in_force->number) : json_null(),
				 "entries", entries, "unreadable", faults),
		       JSON_INDENT(2));
	free(folder);
}
