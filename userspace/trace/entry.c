// SPDX-License-Identifier: GPL-2.0-only
/*
 * An entry of the history as JSON, in its file and for users.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/macros.h"
#include "base/memory.h"
#include "output/json.h"
#include "policy/names.h"
#include "trace/entry.h"

#define BOOT_ID		"/proc/sys/kernel/random/boot_id"
#define NETNS		"/proc/self/ns/net"

/* Kinds of the facts, in their order, for json_pack(). */
#define KINDS		"{s:i,s:I,s:I,s:o,s:o,s:I,s:o,s:o,s:o,s:o,s:o,s:s,s:I,s:s,s:s,s:I,s:s,s:o}"

static const char *const states[] = {
	[ENTRY_LOADED] = "loaded",
	[ENTRY_WAITING] = "waiting",
	[ENTRY_CONFIRMED] = "confirmed",
	[ENTRY_TAKEN_BACK] = "taken-back",
};

/**
 * place_read - find out where the tool runs
 * @place: filled in
 */
void place_read(struct place *place)
{
	FILE *file = fopen(BOOT_ID, "re");
	struct stat status;

	*place = (struct place){ 0 };
	if (file && fgets(place->boot, sizeof(place->boot), file))
		place->boot[strcspn(place->boot, "\n")] = '\0';
	if (file)
		fclose(file);
	if (!stat(NETNS, &status))
		place->netns = status.st_ino;
}

/**
 * place_same - compare two places
 * @a: a place
 * @b: another
 *
 * Return: true when generations of both can be compared.
 */
bool place_same(const struct place *a, const struct place *b)
{
	return a->netns == b->netns && !strcmp(a->boot, b->boot);
}

static json_t *text_or_null(const char *text)
{
	return text ? out_json_text(text) : json_null();
}

/**
 * entry_json - make an entry into JSON
 * @entry: the entry
 *
 * Return: a new object.
 */
json_t *entry_json(const struct entry *entry)
{
	const struct requester *by = &entry->by;

	return json_pack(KINDS,
			 SCHEMA, "number", (json_int_t)entry->number,
			 "time", (json_int_t)entry->time,
			 "who", out_json_text(by->name),
			 "login_uid", by->login == NO_LOGIN ?
			 json_null() : json_integer(by->login),
			 "uid", (json_int_t)by->uid,
			 "sudo_user", text_or_null(by->sudo),
			 "terminal", text_or_null(by->terminal),
			 "ssh_peer", text_or_null(by->peer),
			 "file", text_or_null(entry->file),
			 "rollback_to", entry->again ?
			 json_integer(entry->again) : json_null(),
			 "hash", entry->hash,
			 "generation", (json_int_t)entry->generation,
			 "mode", names_word(&names_modes, entry->mode),
			 "boot", entry->place.boot,
			 "netns", (json_int_t)entry->place.netns,
			 "state", states[entry->state],
			 "deadline", entry->deadline ?
			 json_integer((json_int_t)entry->deadline) :
			 json_null());
}

static bool take_number(const json_t *facts, const char *key, uint64_t max,
			uint64_t *number)
{
	json_t *value = json_object_get(facts, key);

	*number = (uint64_t)json_integer_value(value);
	return json_is_integer(value) && json_integer_value(value) >= 0 &&
	       *number <= max;
}

/* A number that may be null: 0 then. */
static bool take_optional(const json_t *facts, const char *key, uint64_t max,
			  uint64_t *number)
{
	*number = 0;
	return json_is_null(json_object_get(facts, key)) ||
	       take_number(facts, key, max, number);
}

static bool take_text(const json_t *facts, const char *key, char **text)
{
	json_t *value = json_object_get(facts, key);

	*text = json_is_string(value) ? xstrdup(json_string_value(value)) :
					NULL;
	return *text || json_is_null(value);
}

static bool take_state(const json_t *facts, enum entry_state *state)
{
	const char *word = json_string_value(json_object_get(facts, "state"));
	size_t i;

	for (i = 0; word && i < ARRAY_SIZE(states); i++)
		if (!strcmp(word, states[i])) {
			*state = (enum entry_state)i;
			return true;
		}
	return false;
}

static bool take_mode(const json_t *facts, uint32_t *mode)
{
	const char *word = json_string_value(json_object_get(facts, "mode"));
	int value = word ? names_find(&names_modes, word) : -1;

	*mode = value < 0 ? 0 : (uint32_t)value;
	return value >= 0;
}

static bool take_requester(const json_t *facts, struct requester *by)
{
	uint64_t login = NO_LOGIN, uid;
	bool fits;

	fits = take_text(facts, "who", &by->name) && by->name &&
	       take_text(facts, "sudo_user", &by->sudo) &&
	       take_text(facts, "terminal", &by->terminal) &&
	       take_text(facts, "ssh_peer", &by->peer) &&
	       take_number(facts, "uid", UINT32_MAX, &uid) &&
	       (json_is_null(json_object_get(facts, "login_uid")) ||
		take_number(facts, "login_uid", UINT32_MAX, &login));
	if (fits) {
		by->login = (uint32_t)login;
		by->uid = (uint32_t)uid;
	}
	return fits;
}

static bool take_place(const json_t *facts, struct place *place)
{
	const char *boot = json_string_value(json_object_get(facts, "boot"));

	if (!boot || strlen(boot) >= sizeof(place->boot))
		return false;
	memcpy(place->boot, boot, strlen(boot) + 1);
	return take_number(facts, "netns", UINT64_MAX, &place->netns);
}

/**
 * entry_read - read an entry from JSON
 * @entry: filled in; entry_free() it, also after a failure
 * @facts: an object of entry_json(); other keys are ignored
 *
 * Return: false when a fact is missing or of another kind.
 */
bool entry_read(struct entry *entry, const json_t *facts)
{
	uint64_t number, generation, again;

	*entry = (struct entry){ 0 };
	if (!take_number(facts, "number", UINT32_MAX, &number) || !number ||
	    !take_number(facts, "time", INT64_MAX, &entry->time) ||
	    !take_requester(facts, &entry->by) ||
	    !take_text(facts, "file", &entry->file) || !entry->file ||
	    !take_text(facts, "hash", &entry->hash) || !entry->hash ||
	    !take_number(facts, "generation", UINT32_MAX, &generation) ||
	    !take_optional(facts, "rollback_to", UINT32_MAX, &again) ||
	    !take_optional(facts, "deadline", INT64_MAX, &entry->deadline) ||
	    !take_mode(facts, &entry->mode) ||
	    !take_place(facts, &entry->place) ||
	    !take_state(facts, &entry->state))
		return false;
	entry->number = (uint32_t)number;
	entry->generation = (uint32_t)generation;
	entry->again = (uint32_t)again;
	return true;
}

/**
 * entry_free - forget an entry
 * @entry: the entry
 */
void entry_free(struct entry *entry)
{
	requester_free(&entry->by);
	free(entry->file);
	free(entry->hash);
	*entry = (struct entry){ 0 };
}
