// SPDX-License-Identifier: GPL-2.0-only
/*
 * The history.  An entry is two files: N.conf, the configuration in one text,
 * and N.json, the facts.  The facts are written last and removed first, so that
 * an entry is whole or not there.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/memory.h"
#include "trace/folder.h"
#include "trace/history.h"

/**
 * history_folder - name the folder of the history
 *
 * Return: a new string.
 */
char *history_folder(void)
{
	return folder_of_state("history");
}

/**
 * history_file - name the configuration of an entry
 * @number: number of the entry
 *
 * Return: a new string.
 */
char *history_file(uint32_t number)
{
	char *folder = history_folder();
	char *file = xformat("%s/%u.%s", folder, number, FOLDER_TEXT);

	free(folder);
	return file;
}

/**
 * history_number - read the number of an entry
 * @word: the number in decimal digits
 *
 * Return: the number, 0 for a word that is none.
 */
uint32_t history_number(const char *word)
{
	size_t digits = strspn(word, "0123456789");

	if (!digits || digits > 9 || word[digits] || *word == '0')
		return 0;
	return (uint32_t)strtoul(word, NULL, 10);
}

static void add_fault(struct history *history, uint32_t number, char *why)
{
	history->faults = xgrow(history->faults, &history->fault_capacity,
				history->fault_count,
				sizeof(*history->faults));
	history->faults[history->fault_count++] = (struct fault){
		.number = number, .why = why,
	};
}

/* Return: NULL, or a new string that says why the entry cannot be read. */
static char *read_entry(const struct folder *folder,
			const struct folder_name *name, struct entry *entry)
{
	json_t *facts;
	size_t length;
	char *text;
	bool fits;

	*entry = (struct entry){ 0 };
	if (!name->has_text)
		return xformat("%s/%u." FOLDER_TEXT ": is missing",
			       folder->path, name->number);
	text = folder_read(folder, name->number, FOLDER_FACTS, &length);
	if (!text)
		return xformat("%s/%u." FOLDER_FACTS ": cannot be read: %s",
			       folder->path, name->number, strerror(errno));
	facts = json_loadb(text, length, 0, NULL);
	fits = facts && entry_read(entry, facts) &&
	       entry->number == name->number;
	json_decref(facts);
	free(text);
	if (fits)
		return NULL;
	entry_free(entry);
	return xformat("%s/%u." FOLDER_FACTS ": does not hold the facts of an entry",
		       folder->path, name->number);
}

static void read_entries(struct history *history, struct folder *folder)
{
	struct entry entry;
	size_t i;

	for (i = 0; i < folder->count; i++) {
		const struct folder_name *name = &folder->names[i];
		char *why;

		/* An entry that is being written, or that was never finished. */
		if (!name->has_facts)
			continue;
		why = read_entry(folder, name, &entry);
		if (why) {
			add_fault(history, name->number, why);
			continue;
		}
		history->entries = xgrow(history->entries, &history->capacity,
					 history->count, sizeof(entry));
		history->entries[history->count++] = entry;
	}
}

/**
 * history_read - read the entries
 * @history: filled in; history_free() it, also after a failure
 *
 * Return: NULL, also without any history; or a new string that says why the
 * history cannot be read.
 */
char *history_read(struct history *history)
{
	char *path = history_folder(), *why;
	struct folder folder;

	*history = (struct history){ 0 };
	why = folder_open(&folder, path);
	if (!why && folder.fd >= 0) {
		if (folder_list(&folder))
			read_entries(history, &folder);
		else
			why = folder_complaint(&folder, errno);
	}
	folder_close(&folder);
	free(path);
	return why;
}

static bool write_facts(const struct folder *folder, const struct entry *entry)
{
	json_t *facts = entry_json(entry);
	char *text, *line;
	bool written;

	text = json_dumps(facts, JSON_INDENT(2));
	line = xformat("%s\n", text ? text : "");
	written = folder_write(folder, entry->number, FOLDER_FACTS, line,
			       strlen(line));
	free(line);
	free(text);
	json_decref(facts);
	return written;
}

static bool stays(const struct entry *entry)
{
	return entry->state == ENTRY_LOADED || entry->state == ENTRY_CONFIRMED;
}

/* Read the place of an entry that was not taken back. */
static bool read_place(const struct folder *folder,
		       const struct folder_name *name, struct place *place)
{
	struct entry entry;
	char *why = read_entry(folder, name, &entry);
	bool was_kept = !why && stays(&entry);

	*place = entry.place;
	entry_free(&entry);
	free(why);
	return was_kept;
}

/* Tell whether an entry may be in force: the last one of its place that was not
 * taken back.
 */
static bool may_be_in_force(const struct folder *folder, size_t at,
			    const struct entry *added)
{
	struct place place, later;
	size_t i;

	if (!read_place(folder, &folder->names[at], &place) ||
	    strcmp(place.boot, added->place.boot) != 0 ||
	    (stays(added) && place_same(&place, &added->place)))
		return false;
	for (i = folder->count; --i > at;)
		if (read_place(folder, &folder->names[i], &later) &&
		    place_same(&place, &later))
			return false;
	return true;
}

/* An entry that is gone half is gone: its facts go first. */
static void drop_oldest(struct folder *folder, const struct entry *added)
{
	size_t i, spared = 0;

	for (i = folder->count; i-- > 0;) {
		uint32_t number = folder->names[i].number;

		if (i + HISTORY_KEPT > folder->count)
			continue;
		if (spared < HISTORY_KEPT && may_be_in_force(folder, i, added))
			spared++;
		else if (folder_remove(folder, number, FOLDER_FACTS))
			folder_remove(folder, number, FOLDER_TEXT);
	}
}

/* Write the entry into a folder that is locked. */
static bool add_entry(struct folder *folder, struct entry *entry,
		      const char *text, size_t length)
{
	int error;

	if (!folder_list(folder))
		return false;
	entry->number = folder->count ?
			folder->names[folder->count - 1].number + 1 : 1;
	folder_clean(folder);
	if (!folder_write(folder, entry->number, FOLDER_TEXT, text, length))
		return false;
	if (!write_facts(folder, entry)) {
		error = errno;
		folder_remove(folder, entry->number, FOLDER_TEXT);
		errno = error;
		return false;
	}
	drop_oldest(folder, entry);
	folder_sync(folder);
	return true;
}

/**
 * history_add - add an entry
 * @entry: its facts; gets its number
 * @text: its configuration
 * @length: octets of the configuration
 *
 * Return: NULL, or a new string that says why it was not added.
 */
char *history_add(struct entry *entry, const char *text, size_t length)
{
	char *path = history_folder(), *why;
	struct folder folder;

	why = folder_create(&folder, path) ? : folder_lock(&folder);
	if (!why && !add_entry(&folder, entry, text, length))
		why = folder_complaint(&folder, errno);
	if (why)
		entry->number = 0;
	folder_close(&folder);
	free(path);
	return why;
}

/* Find the load that waits: its time is not up yet. */
static struct entry *find_waiting(struct history *history,
				  const struct place *place)
{
	struct timespec now = { 0 };
	size_t i;

	clock_gettime(CLOCK_BOOTTIME, &now);
	for (i = history->count; i--;) {
		struct entry *entry = &history->entries[i];

		if (entry->state == ENTRY_WAITING &&
		    entry->deadline >= (uint64_t)now.tv_sec &&
		    place_same(&entry->place, place))
			return entry;
	}
	return NULL;
}

/**
 * history_settle - note what became of the load that waits
 * @place: where the load waits
 * @state: what became of it
 * @number: set to the number of its entry, 0 without one
 *
 * Return: NULL, or a new string that says why it was not noted.
 */
char *history_settle(const struct place *place, enum entry_state state,
		     uint32_t *number)
{
	char *path = history_folder(), *why;
	struct history history = { 0 };
	struct folder folder;
	struct entry *entry;

	*number = 0;
	why = folder_open(&folder, path);
	if (!why && folder.fd >= 0) {
		why = folder_lock(&folder);
		if (!why && !folder_list(&folder))
			why = folder_complaint(&folder, errno);
		if (!why)
			read_entries(&history, &folder);
		entry = find_waiting(&history, place);
		if (entry) {
			*number = entry->number;
			entry->state = state;
			if (!write_facts(&folder, entry))
				why = folder_complaint(&folder, errno);
			folder_sync(&folder);
		}
		history_free(&history);
	}
	folder_close(&folder);
	free(path);
	return why;
}

/**
 * history_find - find an entry
 * @history: the entries
 * @number: number of the entry
 *
 * Return: the entry, or NULL.
 */
const struct entry *history_find(const struct history *history, uint32_t number)
{
	size_t i;

	for (i = 0; i < history->count; i++)
		if (history->entries[i].number == number)
			return &history->entries[i];
	return NULL;
}

/**
 * history_fault - find an entry that cannot be read
 * @history: the entries
 * @number: number of the entry
 *
 * Return: the entry, or NULL.
 */
const struct fault *history_fault(const struct history *history,
				  uint32_t number)
{
	size_t i;

	for (i = 0; i < history->fault_count; i++)
		if (history->faults[i].number == number)
			return &history->faults[i];
	return NULL;
}

/**
 * history_free - forget the entries
 * @history: the entries
 */
void history_free(struct history *history)
{
	size_t i;

	for (i = 0; i < history->count; i++)
		entry_free(&history->entries[i]);
	for (i = 0; i < history->fault_count; i++)
		free(history->faults[i].why);
	free(history->entries);
	free(history->faults);
	*history = (struct history){ 0 };
}
