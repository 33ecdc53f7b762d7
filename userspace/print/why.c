// SPDX-License-Identifier: GPL-2.0-only
/*
 * Refused packets of an address, each kind once, and a conclusion.
 */
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/words.h"
#include "output/json.h"
#include "output/stdout.h"
#include "print/event.h"
#include "print/why.h"

/* Kinds that are told apart: a scan has one for each port. */
#define KINDS_MAX	200U

/* Ports that have a line each when nothing else differs. */
#define PORTS_SHOWN	3U

static bool is_refused(const struct event *event)
{
	return event->verdict == NF_EDGE_VERDICT_DROP;
}

static bool same_packet(const struct event *a, const struct event *b)
{
	return a->protocol == b->protocol && ip_equal(&a->source, &b->source) &&
	       ip_equal(&a->destination, &b->destination) &&
	       a->has_ports == b->has_ports && a->icmp_type == b->icmp_type &&
	       a->icmp_code == b->icmp_code && a->reply == b->reply &&
	       a->error == b->error;
}

/* Compare all but the destination port. */
static bool is_alike(const struct event *a, const struct event *b)
{
	return a->verdict == b->verdict && a->reason == b->reason &&
	       a->mode == b->mode && !strcmp(a->in, b->in) &&
	       same_packet(a, b) && rows_same(&a->rows, &b->rows) &&
	       rows_same(&a->near, &b->near);
}

static bool same_kind(const struct event *a, const struct event *b)
{
	return a->destination_port == b->destination_port && is_alike(a, b);
}

/* Tell whether the ports of a first kind share a line. */
static bool is_scan(const struct kind *first)
{
	return first->ports > PORTS_SHOWN;
}

/**
 * why_begin - begin with no event
 * @why: filled in; why_end() it
 * @whom: the address, as it was written
 * @file: file of the events, or NULL
 */
void why_begin(struct why *why, const char *whom, const char *file)
{
	*why = (struct why){ .whom = whom, .file = file, .tracked = -1 };
	tally_begin(&why->tally);
}

/**
 * why_add - take an event
 * @why: the events
 * @event: the event
 * @remedy: what would permit the packet, a string that is freed
 *
 * Return: true when it is the first of its kind.
 */
bool why_add(struct why *why, const struct event *event, char *remedy)
{
	struct kind *kind;
	size_t i;

	tally_add(&why->tally, event);
	why->audit += is_refused(event) && event->mode == NF_EDGE_MODE_AUDIT;
	for (i = 0; i < why->count; i++) {
		kind = &why->kinds[i];
		if (!same_kind(&kind->event, event))
			continue;
		kind->times++;
		kind->last = event->time;
		break;
	}
	if (i < why->count || i == KINDS_MAX) {
		why->others += i == KINDS_MAX;
		free(remedy);
		return false;
	}
	why->kinds = xgrow(why->kinds, &why->capacity, why->count,
			   sizeof(*kind));
	for (i = 0; i < why->count; i++)
		if (is_alike(&why->kinds[i].event, event))
			break;
	why->kinds[why->count++] = (struct kind){
		.event = *event, .remedy = remedy, .times = 1,
		.last = event->time, .first = i,
	};
	why->kinds[i].ports++;
	return true;
}

/**
 * why_print_kind - print the first packet of a kind, and what would permit it
 * @why: the events
 * @at: index of the kind; of kinds that differ in the destination port only,
 *	those behind the first few have one line together
 * @utc: its time in UTC
 */
void why_print_kind(const struct why *why, size_t at, bool utc)
{
	const struct kind *kind = &why->kinds[at];
	size_t before = 0, i;

	for (i = kind->first; i < at; i++)
		before += why->kinds[i].first == kind->first;
	if (before < PORTS_SHOWN)
		event_print_text(&kind->event, kind->remedy, utc);
	else if (before == PORTS_SHOWN)
		fputs("further ports are counted, and shown in the end\n", out);
}

/* The lines of kinds that were refused, and the first one of them. */
static size_t count_refused(const struct why *why, const struct kind **first)
{
	size_t count = 0, i;

	for (i = why->count; i--;) {
		const struct kind *kind = &why->kinds[i];

		if (!is_refused(&kind->event) ||
		    (kind->first < i && is_scan(&why->kinds[kind->first])))
			continue;
		*first = kind;
		count++;
	}
	return count;
}

/* The conclusion when nothing was refused. */
static char *conclude_nothing(const struct why *why)
{
	static const char permitted[] =
		"nothing of %s was refused: look behind this host, or at the way back";
	static const char open[] =
		"nothing of %s was refused, no connection began; %jd of its connections %s open";
	static const char absent[] =
		"no packet between %s and an Edge address was judged: look at the way to this host";
	intmax_t tracked = (intmax_t)why->tracked;

	if (why->tally.permitted)
		return xformat(permitted, why->whom);
	if (tracked > 0)
		return xformat(open, why->whom, tracked,
			       words_plural((uintmax_t)tracked, "is", "are"));
	if (why->file)
		return xformat("%s has nothing of %s", why->file, why->whom);
	return xformat(absent, why->whom);
}

/* The conclusion when all that was refused is of one line. */
static char *conclude_one(const struct why *why, const struct kind *kind)
{
	const char *reason = names_word(&names_reasons,
					(uint32_t)kind->event.reason);
	const char *verb = why->audit ? "would be refused in mode enforce" :
					"is refused";

	const char *part = why->tally.permitted ? " in part" : "";

	if (is_scan(kind))
		return xformat("%s %s%s at %zu ports: %s%s%s", why->whom, verb,
			       part, kind->ports, reason, *kind->remedy ?
			       "; to pass at the first: " : "", kind->remedy);
	return xformat("%s %s%s: %s%s%s", why->whom, verb, part, reason,
		       *kind->remedy ? "; to pass: " : "", kind->remedy);
}

/* One sentence: a new string. */
static char *conclude(const struct why *why)
{
	struct loss lost = tally_sum_lost(&why->tally);
	uint64_t missing = lost.suppressed + lost.ring_full + lost.socket_full;
	const struct kind *first = NULL;
	size_t kinds = count_refused(why, &first);
	char *sentence, *whole;

	if (!why->tally.refused)
		sentence = conclude_nothing(why);
	else if (kinds == 1 && !why->others)
		sentence = conclude_one(why, first);
	else
		sentence = xformat("%s %s%s in %zu%s ways: each line tells what would permit it",
				   why->whom,
				   why->audit == why->tally.refused ?
				   "would be refused in mode enforce" :
				   "is refused",
				   why->tally.permitted ? " in part" : "", kinds,
				   why->others ? " and more" : "");
	if (!missing)
		return sentence;
	whole = xformat("%s; %ju %s of this or other addresses %s lost, so there may be more",
			sentence, (uintmax_t)missing,
			words_plural(missing, "event", "events"),
			words_plural(missing, "was", "were"));
	free(sentence);
	return whole;
}

/* Print how often packets of a line came. */
static void print_line(const struct why *why, size_t at)
{
	const struct kind *kind = &why->kinds[at];
	bool scan = is_scan(&why->kinds[kind->first]);
	uint64_t times = kind->times;
	size_t i;

	if (scan && kind->first < at)
		return;
	for (i = at + 1; scan && i < why->count; i++)
		if (why->kinds[i].first == at)
			times += why->kinds[i].times;
	fprintf(out, "%8ju  ", (uintmax_t)times);
	event_print_kind(&kind->event, scan ? kind->ports - 1 : 0);
}

/**
 * why_print - print how often each kind came, and the conclusion
 * @why: the events
 * @seconds: time that they took
 */
void why_print(const struct why *why, uint64_t seconds)
{
	char *sentence = conclude(why);
	size_t i;

	if (why->file) {
		fprintf(out, "\n%ju refused and %ju permitted in ",
			(uintmax_t)why->tally.refused,
			(uintmax_t)why->tally.permitted);
		out_put(why->file);
		fputc('\n', out);
	} else {
		tally_print_numbers(&why->tally, seconds);
	}
	for (i = 0; i < why->count; i++)
		print_line(why, i);
	if (why->others)
		fprintf(out, "%8ju  of more kinds than %u\n",
			(uintmax_t)why->others, KINDS_MAX);
	out_put(sentence);
	fputc('\n', out);
	free(sentence);
}

static json_t *kind_json(const struct kind *kind)
{
	json_t *object = event_json(&kind->event, kind->remedy);

	json_object_del(object, "schema_version");
	json_object_del(object, "type");
	json_object_set_new(object, "times",
			    json_integer((json_int_t)kind->times));
	json_object_set_new(object, "last_ns",
			    json_integer((json_int_t)kind->last));
	return object;
}

/**
 * why_json - make the kinds and the conclusion into JSON
 * @why: the events
 * @seconds: time that they took
 *
 * Return: a new object.
 */
json_t *why_json(const struct why *why, uint64_t seconds)
{
	struct loss lost = tally_sum_lost(&why->tally);
	char *sentence = conclude(why);
	json_t *kinds = json_array(), *object;
	size_t i;

	for (i = 0; i < why->count; i++)
		json_array_append_new(kinds, kind_json(&why->kinds[i]));
	object = json_pack("{s:i, s:o, s:o, s:o, s:I, s:I, s:o, s:I, s:o, s:o, s:o}",
			   SCHEMA, "address", out_json_text(why->whom),
			   "file", why->file ? out_json_text(why->file) :
			   json_null(),
			   "seconds", why->file ? json_null() :
			   json_integer((json_int_t)seconds),
			   "refused", (json_int_t)why->tally.refused,
			   "permitted", (json_int_t)why->tally.permitted,
			   "kinds", kinds,
			   "other_kinds", (json_int_t)why->others,
			   "lost", loss_json(&lost),
			   "open_connections", why->tracked < 0 ? json_null() :
			   json_integer(why->tracked),
			   "conclusion", out_json_text(sentence));
	free(sentence);
	return object;
}

/**
 * why_end - forget the events
 * @why: the events
 */
void why_end(struct why *why)
{
	size_t i;

	for (i = 0; i < why->count; i++)
		free(why->kinds[i].remedy);
	free(why->kinds);
	tally_end(&why->tally);
	*why = (struct why){ 0 };
}
