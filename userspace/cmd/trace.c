// SPDX-License-Identifier: GPL-2.0-only
/*
 * The traces of a change: history and journal.  A change stands, whether or not
 * it leaves them.
 */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "base/fail.h"
#include "base/memory.h"
#include "base/moment.h"
#include "cmd/trace.h"
#include "policy/hash.h"
#include "print/config.h"
#include "trace/history.h"
#include "trace/journal.h"

/* Return: a new string, a name that means the same from every folder. */
static char *whole_name(const struct config *config)
{
	char *path = config->is_stream ? NULL : realpath(config->file, NULL);

	return path ? path : xstrdup(config->file);
}

static void fill_entry(struct entry *entry, const struct apply *apply,
		       uint32_t confirm)
{
	struct timespec now = { 0 };

	*entry = (struct entry){
		.time = (uint64_t)time(NULL),
		.file = whole_name(&apply->config),
		.again = apply->config.stored,
		.hash = policy_hash(&apply->config.policy),
		.generation = apply->tried.generation,
		.mode = apply->config.policy.mode,
		.state = confirm ? ENTRY_WAITING : ENTRY_LOADED,
	};
	clock_gettime(CLOCK_BOOTTIME, &now);
	if (confirm)
		entry->deadline = (uint64_t)now.tv_sec + confirm;
	place_read(&entry->place);
	requester_read(&entry->by);
}

static void add_to_history(struct entry *entry, const struct policy *policy)
{
	size_t length;
	char *text = config_text(policy, &length);
	char *why = history_add(entry, text, length);

	if (why)
		fail_warn("the policy is in force, but the history has no entry of it: %s",
			  why);
	free(why);
	free(text);
}

static void write_journal(const struct entry *entry, uint32_t confirm)
{
	char *person = requester_text(&entry->by);
	char *file = entry->again ? xformat("history %u", entry->again) :
				    xstrdup(entry->file);
	char *number = entry->number ? xformat("history %u", entry->number) :
				       xstrdup("not in the history");
	char *wait = confirm ? xformat(", taken back in %u seconds unless confirmed",
				       confirm) : xstrdup("");

	journal_write("%s loaded %s%s: generation %u, mode %s, sha256 %s, %s%s",
		      person, file, entry->again ? " again" : "",
		      entry->generation, names_word(&names_modes, entry->mode),
		      entry->hash, number, wait);
	free(wait);
	free(number);
	free(file);
	free(person);
}

/**
 * trace_load - write the traces of a load
 * @apply: a configuration that is in force now
 * @confirm: seconds that the load waits for its confirmation, 0 for a load to
 *	stay
 *
 * A load that changed nothing leaves no trace.
 */
void trace_load(const struct apply *apply, uint32_t confirm)
{
	struct entry entry;

	if (!apply->tried.changed)
		return;
	fill_entry(&entry, apply, confirm);
	add_to_history(&entry, &apply->config.policy);
	write_journal(&entry, confirm);
	entry_free(&entry);
}

/**
 * trace_settled - write the traces of a confirmation, or of its contrary
 * @settled: the answer of the module
 * @confirmed: the change stays
 *
 * Return: number of the entry of the load that waited, 0 for a switch, and
 * where the history has no entry.
 */
uint32_t trace_settled(const struct settled *settled, bool confirmed)
{
	char *why, *entry;
	struct place place;
	uint32_t number;

	place_read(&place);
	why = history_settle(&place, confirmed ? ENTRY_CONFIRMED :
					ENTRY_TAKEN_BACK, &number);
	if (why)
		fail_warn("the history does not tell it: %s", why);
	entry = number ? xformat(", history %u", number) : xstrdup("");
	if (confirmed)
		trace_change("confirmed the change: generation %u stays%s",
			     settled->generation, entry);
	else if (settled->loaded)
		trace_change("took the change back: generation %u with the policy of %u%s",
			     settled->generation, settled->back, entry);
	else
		trace_change("took the change back: generation %u, no policy is in force%s",
			     settled->generation, entry);
	free(entry);
	free(why);
	return number;
}

static char *fate_text(const struct entry *entry)
{
	struct timespec since_boot = { 0 };
	uint64_t now = (uint64_t)time(NULL);
	char *moment, *text;

	clock_gettime(CLOCK_BOOTTIME, &since_boot);
	if (entry->state == ENTRY_CONFIRMED)
		return xformat("the last load, generation %u, was confirmed",
			       entry->generation);
	if (entry->state == ENTRY_TAKEN_BACK)
		return xformat("the last load, generation %u, was taken back by edgectl rollback",
			       entry->generation);
	if (entry->state != ENTRY_WAITING ||
	    entry->deadline > (uint64_t)since_boot.tv_sec)
		return NULL;
	/* The kernel took the load back at the deadline. */
	moment = moment_text(now - ((uint64_t)since_boot.tv_sec -
				    entry->deadline), now, MOMENT_LOCAL);
	text = xformat("the last load, generation %u, was taken back at %s",
		       entry->generation, moment);
	free(moment);
	return text;
}

/**
 * trace_last - say what became of the last load of this network namespace
 *
 * Return: a new string; NULL for a load that never waited, and where the history
 * does not know.
 */
char *trace_last(void)
{
	struct history history = { 0 };
	char *why = history_read(&history), *text = NULL;
	struct place place;
	size_t i;

	place_read(&place);
	for (i = why ? 0 : history.count; i--;)
		if (place_same(&history.entries[i].place, &place)) {
			text = fate_text(&history.entries[i]);
			break;
		}
	history_free(&history);
	free(why);
	return text;
}

/**
 * trace_change - write the journal of another change
 * @format: what the person did, as in "flushed the policy"
 */
void trace_change(const char *format, ...)
{
	struct requester requester;
	char *person, *change;
	va_list args;

	va_start(args, format);
	change = xvformat(format, args);
	va_end(args);
	requester_read(&requester);
	person = requester_text(&requester);
	journal_write("%s %s", person, change);
	free(person);
	requester_free(&requester);
	free(change);
}
