// SPDX-License-Identifier: GPL-2.0-only
/*
 * Differences between counters and a file of counters that were saved.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/fail.h"
#include "base/join.h"
#include "base/memory.h"
#include "base/moment.h"
#include "output/json.h"
#include "output/stdout.h"
#include "print/since.h"

/* Names of a list that are printed. */
#define NAMES_SHOWN	10U

/* Keys of counters of rows and services, in the order of counts_counters(). */
static const char *const keys[COUNTERS_OF_COUNTS] = {
	"connections", "packets_to_edge", "bytes_to_edge",
	"packets_from_edge", "bytes_from_edge", "denied",
};

/* Keys of the counters of a reason, in the order of drop_counters(). */
static const char *const drop_keys[COUNTERS_OF_DROPS] = {
	"packets", "bytes", "would_be_packets", "would_be_bytes",
};

static bool is_entry(const json_t *entry, const char *first, const char *second,
		     const char *const *names, size_t count)
{
	size_t i;

	if (!json_is_string(json_object_get(entry, first)) ||
	    (second && !json_is_string(json_object_get(entry, second))))
		return false;
	for (i = 0; i < count; i++) {
		const json_t *value = json_object_get(entry, names[i]);

		if (!json_is_integer(value) || json_integer_value(value) < 0)
			return false;
	}
	return true;
}

static bool are_entries(const json_t *saved, const char *list,
			const char *first, const char *second,
			const char *const *names, size_t count)
{
	const json_t *array = json_object_get(saved, list), *entry;
	size_t i;

	if (!json_is_array(array))
		return false;
	json_array_foreach(array, i, entry)
		if (!is_entry(entry, first, second, names, count))
			return false;
	return true;
}

static bool are_counters(const json_t *saved)
{
	return json_integer_value(json_object_get(saved, "schema_version")) == 1 &&
	       json_is_integer(json_object_get(saved, "time")) &&
	       json_is_integer(json_object_get(saved, "generation")) &&
	       json_is_string(json_object_get(saved, "profile")) &&
	       are_entries(saved, "rows", "node", "row", keys,
			   COUNTERS_OF_COUNTS) &&
	       are_entries(saved, "services", "node", "service", keys,
			   COUNTERS_OF_COUNTS) &&
	       are_entries(saved, "drops", "reason", NULL, drop_keys,
			   COUNTERS_OF_DROPS);
}

/**
 * since_read - read a file of counters
 * @since: filled in; since_free() it, also after a failure
 * @file: name of the file
 *
 * Return: DONE, or what to exit with after a complaint.
 */
enum outcome since_read(struct since *since, const char *file)
{
	json_error_t error;
	FILE *stream;

	*since = (struct since){ .file = file };
	stream = fopen(file, "re");
	if (!stream)
		return fail_with(SYSTEM, "%s: cannot be read: %s", file,
				 strerror(errno));
	since->saved = json_loadf(stream, 0, &error);
	fclose(stream);
	if (!are_counters(since->saved))
		return fail_with(REFUSED,
				 "%s: holds no counters; write it with edgectl counters --save",
				 file);
	since->time = (uint64_t)json_integer_value(json_object_get(since->saved, "time"));
	since->generation = (uint32_t)json_integer_value(json_object_get(since->saved,
									 "generation"));
	since->anew = json_array();
	since->missing = json_array();
	since->gone = json_array();
	return DONE;
}

/* An entry of the file by its names, marked as seen; NULL without one. */
static json_t *take_entry(const struct since *since, const char *list,
			  const char *const names[2], const char *const values[2])
{
	json_t *entry;
	size_t i, k;

	json_array_foreach(json_object_get(since->saved, list), i, entry) {
		for (k = 0; k < 2 && names[k]; k++)
			if (strcmp(json_string_value(json_object_get(entry, names[k])),
				   values[k]) != 0)
				break;
		if (k < 2 && names[k])
			continue;
		json_object_set_new(entry, "seen", json_true());
		return entry;
	}
	return NULL;
}

static void add_name(json_t *list, const char *const values[2])
{
	char *name = values[1] ? xformat("%s %s", values[0], values[1]) :
				 xstrdup(values[0]);

	json_array_append_new(list, out_json_text(name));
	free(name);
}

/* @restarted: the counters began at zero, and stay as they are. */
static void subtract(struct since *since, const char *list, bool restarted,
		     const char *const names[2], const char *const values[2],
		     const char *const *of, uint64_t **counters, size_t count)
{
	json_t *entry = take_entry(since, list, names, values);
	uint64_t before[COUNTERS_OF_COUNTS] = { 0 };
	size_t i;

	if (!entry) {
		add_name(since->missing, values);
		return;
	}
	if (restarted)
		return;
	for (i = 0; i < count; i++)
		before[i] = (uint64_t)json_integer_value(json_object_get(entry, of[i]));
	if (difference_take(counters, before, count))
		add_name(since->anew, values);
}

static void subtract_counts(struct since *since, const char *list,
			    const char *kind, const char *node,
			    const char *name, struct counts *counts)
{
	const char *const names[] = { "node", kind };
	const char *const values[] = { node, name };
	uint64_t *counters[COUNTERS_OF_COUNTS];

	counts_counters(counts, counters);
	if (counts->known)
		subtract(since, list, since->restart != RESTART_NONE, names,
			 values, keys, counters, COUNTERS_OF_COUNTS);
}

/* Drops by reason are of no profile. */
static void subtract_drops(struct since *since, struct report *report)
{
	uint64_t *counters[COUNTERS_OF_DROPS];
	unsigned int i;

	for (i = 0; i < REASON_COUNT; i++) {
		const char *const names[] = { "reason", NULL };
		const char *const values[] = { reason_words[i], NULL };

		drop_counters(&report->drops[i], counters);
		subtract(since, "drops", since->restart == RESTART_ALL, names,
			 values, drop_keys, counters, COUNTERS_OF_DROPS);
	}
}

/* A file of all counters has rows that are not there any more. */
static void find_gone(struct since *since)
{
	json_t *entry;
	size_t i;

	json_array_foreach(json_object_get(since->saved, "rows"), i, entry) {
		const char *const values[] = {
			json_string_value(json_object_get(entry, "node")),
			json_string_value(json_object_get(entry, "row")),
		};

		if (!json_object_get(entry, "seen"))
			add_name(since->gone, values);
	}
}

static bool same_profile(const struct since *since, const struct report *report)
{
	const char *profile = json_string_value(json_object_get(since->saved,
								"profile"));

	return !strcmp(profile, names_word(&names_profiles,
					   report->view.policy.profile));
}

/**
 * since_subtract - turn counters into differences
 * @since: the reading that they begin with, from since_read()
 * @report: the counters of now
 */
void since_subtract(struct since *since, struct report *report)
{
	size_t n, i;

	since->restart = difference_restart(same_profile(since, report),
					    since->generation,
					    report->view.generation);
	for (n = 0; n < report->node_count; n++) {
		struct node_counts *node = &report->nodes[n];

		for (i = 0; i < node->table->count; i++)
			subtract_counts(since, "rows", "row", node->node,
					node->table->row[i].id, &node->rows[i]);
		for (i = 0; i < SERVICE_COUNT; i++)
			subtract_counts(since, "services", "service", node->node,
					service_words[i], &node->services[i]);
	}
	if (!report->has_drops)
		return;
	subtract_drops(since, report);
	find_gone(since);
}

static void print_names(const char *what, const json_t *list)
{
	size_t count = json_array_size(list), i;
	struct join names;
	char *text;

	if (!count)
		return;
	join_begin(&names, ", ");
	for (i = 0; i < count && i < NAMES_SHOWN; i++)
		join_add(&names, "%s", json_string_value(json_array_get(list, i)));
	text = join_end(&names);
	fprintf(out, "%s: ", what);
	out_put(text);
	if (count > NAMES_SHOWN)
		fprintf(out, " and %zu more", count - NAMES_SHOWN);
	fputc('\n', out);
	free(text);
}

/**
 * since_print - say what the differences are since, and what is none
 * @since: the reading that they begin with
 * @report: the differences
 */
void since_print(const struct since *since, const struct report *report)
{
	uint64_t now = (uint64_t)time(NULL);
	char *moment = moment_text(since->time, now, MOMENT_LOCAL);

	fprintf(out, "since %s, generation %u", moment, since->generation);
	if (report->view.generation != since->generation)
		fprintf(out, "; the policy changed, it is generation %u now",
			report->view.generation);
	fputc('\n', out);
	if (since->restart != RESTART_NONE)
		fprintf(out, "%s: %s began at zero, and are printed as they are\n",
			difference_why(since->restart),
			since->restart == RESTART_ALL ? "all counters" :
			"counters of rows and services");
	print_names("began at zero in between", since->anew);
	print_names("not in the file, counted in full", since->missing);
	print_names("in the file alone", since->gone);
	free(moment);
}

/**
 * since_json - make the reading that differences begin with into JSON
 * @since: the reading, or one without a file
 *
 * Return: a new object, or null.
 */
json_t *since_json(const struct since *since)
{
	if (!since->file)
		return json_null();
	return json_pack("{s:I, s:I, s:s?, s:O, s:O, s:O}",
			 "time", (json_int_t)since->time,
			 "generation", (json_int_t)since->generation,
			 "restarted", difference_why(since->restart),
			 "began_at_zero", since->anew,
			 "not_in_file", since->missing,
			 "in_file_alone", since->gone);
}

/**
 * since_free - forget a reading
 * @since: the reading
 */
void since_free(struct since *since)
{
	json_decref(since->saved);
	json_decref(since->anew);
	json_decref(since->missing);
	json_decref(since->gone);
	*since = (struct since){ 0 };
}
