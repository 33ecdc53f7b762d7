// SPDX-License-Identifier: GPL-2.0-only
/*
 * Summary of the events of a listener.
 */
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/moment.h"
#include "output/json.h"
#include "output/stdout.h"
#include "print/event.h"
#include "print/tally.h"

/* Sources that are counted apart: a flood may have any number of them. */
#define SOURCES_MAX	10000U

/* Lines of a list for people. */
#define LINES_MAX	10U

/**
 * tally_begin - begin with no event
 * @tally: filled in; tally_end() it
 */
void tally_begin(struct tally *tally)
{
	*tally = (struct tally){
		.reasons = json_object(),
		.rows = json_object(),
		.sources = json_object(),
	};
}

/* Count one more under a name. */
static void count(json_t *object, const char *name)
{
	json_int_t before = json_integer_value(json_object_get(object, name));

	json_object_set_new(object, name, json_integer(before + 1));
}

static void count_rows(json_t *object, const struct row_ids *ids)
{
	size_t i;

	for (i = 0; i < ids->count; i++)
		count(object, ids->id[i]);
}

/**
 * tally_add - count an event
 * @tally: the numbers
 * @event: the event
 */
void tally_add(struct tally *tally, const struct event *event)
{
	char text[INET6_ADDRSTRLEN];

	count_rows(tally->rows, &event->rows);
	count_rows(tally->rows, &event->near);
	if (event->verdict != NF_EDGE_VERDICT_DROP) {
		tally->permitted++;
		return;
	}
	tally->refused++;
	count(tally->reasons,
	      names_word(&names_reasons, (uint32_t)event->reason));
	ip_format(&event->source, text);
	if (json_object_size(tally->sources) < SOURCES_MAX ||
	    json_object_get(tally->sources, text))
		count(tally->sources, text);
	else
		tally->other_sources++;
}

/**
 * tally_lost - find the last numbers of lost events of a kind
 * @tally: the numbers
 * @loss: numbers of the same kind
 *
 * Return: the last numbers, which the caller replaces.
 */
struct loss *tally_lost(struct tally *tally, const struct loss *loss)
{
	unsigned int kind = (unsigned int)loss->reason;

	return &tally->lost[kind < REASON_COUNT ? kind : REASON_COUNT];
}

/* A name and its number, of a list to sort. */
struct item {
	const char *name;
	json_int_t number;
};

static int compare(const void *a, const void *b)
{
	const struct item *first = a, *second = b;

	if (first->number != second->number)
		return first->number < second->number ? 1 : -1;
	return strcmp(first->name, second->name);
}

static void print_list(const char *title, const json_t *object)
{
	size_t size = json_object_size(object), used = 0, i;
	struct item *items;
	const char *name;
	json_t *number;

	if (!size)
		return;
	items = xalloc(size * sizeof(*items));
	json_object_foreach((json_t *)object, name, number)
		items[used++] = (struct item){
			name, json_integer_value(number),
		};
	qsort(items, used, sizeof(*items), compare);
	fprintf(out, "  by %s\n", title);
	for (i = 0; i < used && i < LINES_MAX; i++)
		fprintf(out, "    %8lld  %s\n", (long long)items[i].number,
			items[i].name);
	if (used > LINES_MAX)
		fprintf(out, "    and %zu more\n", used - LINES_MAX);
	free(items);
}

/**
 * tally_sum_lost - events of all kinds that were lost
 * @tally: the numbers
 *
 * Return: their sums.
 */
struct loss tally_sum_lost(const struct tally *tally)
{
	struct loss sum = { 0 };
	size_t i;

	for (i = 0; i <= REASON_COUNT; i++) {
		sum.suppressed += tally->lost[i].suppressed;
		sum.ring_full += tally->lost[i].ring_full;
		sum.socket_full += tally->lost[i].socket_full;
	}
	return sum;
}

/**
 * tally_print_numbers - print how many there were, and were lost, on one line
 * @tally: the numbers
 * @seconds: time that they took
 */
void tally_print_numbers(const struct tally *tally, uint64_t seconds)
{
	struct loss lost = tally_sum_lost(tally);
	char *span = moment_span(seconds);

	fprintf(out, "\n%ju refused and %ju permitted in %s; ",
		(uintmax_t)tally->refused, (uintmax_t)tally->permitted, span);
	loss_print(&lost);
	fputc('\n', out);
	free(span);
}

/**
 * tally_print - print the summary for people
 * @tally: the numbers
 * @seconds: time that they took
 */
void tally_print(const struct tally *tally, uint64_t seconds)
{
	tally_print_numbers(tally, seconds);
	print_list("reason", tally->reasons);
	print_list("row", tally->rows);
	print_list("source of what was refused", tally->sources);
	if (tally->other_sources)
		fprintf(out, "    %8ju  of sources beyond %u\n",
			(uintmax_t)tally->other_sources, SOURCES_MAX);
}

/**
 * tally_print_json - print the summary as one JSON object
 * @tally: the numbers
 * @seconds: time that they took
 */
void tally_print_json(const struct tally *tally, uint64_t seconds)
{
	struct loss lost = tally_sum_lost(tally);
	json_t *object;

	object = json_pack("{s:i, s:s, s:I, s:I, s:I, s:O, s:O, s:O, s:I}",
			   SCHEMA, "type", "summary",
			   "seconds", (json_int_t)seconds,
			   "refused", (json_int_t)tally->refused,
			   "permitted", (json_int_t)tally->permitted,
			   "reasons", tally->reasons, "rows", tally->rows,
			   "sources", tally->sources, "other_sources",
			   (json_int_t)tally->other_sources);
	json_object_set_new(object, "lost", loss_json(&lost));
	out_json_print(object, JSON_COMPACT);
}

/**
 * tally_end - forget the numbers
 * @tally: the numbers
 */
void tally_end(struct tally *tally)
{
	json_decref(tally->reasons);
	json_decref(tally->rows);
	json_decref(tally->sources);
	*tally = (struct tally){ 0 };
}
