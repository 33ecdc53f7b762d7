// SPDX-License-Identifier: GPL-2.0-only
/*
 * A fold.  Counters of the kernel begin at zero with each start, each flush and
 * each reset.  A counter that is lower than at the last fold began anew, and
 * what it lost in between is not known: such a time is not watched.
 */
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/memory.h"
#include "trace/entry.h"
#include "usage/fold.h"

/* Seconds between two folds, at most: a day, and two hours for its timer. */
#define SPAN_MAX	(USAGE_DAY + 2U * 60 * 60)

/**
 * struct folding - a fold on its way
 * @usage: the usage
 * @report: the counters
 * @moment: when they were read
 * @span: seconds since the last fold; 0 when they are not watched
 * @place: by row of the table, the row's place in @usage
 * @fresh: by row of the table, whether no fold found the row before
 * @anew: all counters began at zero since the last fold
 * @broken: some counters did
 * @sum: by place, what was counted since the last fold
 * @was_hit: by place, whether the row permitted a packet since
 */
struct folding {
	struct usage *usage;
	const struct report *report;
	const struct fold_moment *moment;
	uint64_t span;
	size_t place[ROWS_MAX];
	bool anew;
	bool broken;
	struct usage_hits sum[USAGE_ROWS];
	bool was_hit[USAGE_ROWS];
};

/**
 * fold_now - read the clocks
 * @moment: filled in
 */
void fold_now(struct fold_moment *moment)
{
	struct timespec uptime = { 0 };
	struct place place;

	place_read(&place);
	clock_gettime(CLOCK_BOOTTIME, &uptime);
	*moment = (struct fold_moment){
		.time = (uint64_t)time(NULL),
		/* At least 1: 0 stands for no fold. */
		.uptime = (uint64_t)uptime.tv_sec + 1,
	};
	memcpy(moment->boot, place.boot, sizeof(moment->boot));
}

static struct usage_hits hits_of(const struct counts *counts)
{
	return (struct usage_hits){
		.connections = counts->connections,
		.packets = counts->packets_to_edge + counts->packets_from_edge,
		.denied = counts->denied,
	};
}

static struct usage_node *find_node(struct usage *usage, const char *name)
{
	size_t i;

	for (i = 0; i < usage->node_count; i++)
		if (!strcmp(usage->nodes[i].name, name))
			return &usage->nodes[i];
	return NULL;
}

/* --- rows */

/* Take one element out of an array; the last one is zero then. */
static void close_up(void *array, size_t size, size_t place)
{
	char *element = (char *)array + place * size;
	size_t rest = (USAGE_ROWS - 1 - place) * size;

	memmove(element, element + size, rest);
	memset(element + rest, 0, size);
}

/* Take a row out of the usage, so that another has room. */
static void drop_row(struct usage *usage, size_t place)
{
	size_t i;

	free(usage->rows[place].key);
	close_up(usage->rows, sizeof(usage->rows[0]), place);
	for (i = 0; i < usage->node_count; i++) {
		struct usage_node *node = &usage->nodes[i];

		close_up(node->known, sizeof(node->known[0]), place);
		close_up(node->read, sizeof(node->read[0]), place);
	}
	for (i = 0; i < usage->day_count; i++)
		close_up(usage->days[i].hits, sizeof(usage->days[i].hits[0]),
			 place);
	usage->row_count--;
}

static bool is_in_force(const struct report *report, const struct usage_row *row)
{
	const struct view *view = &report->view;
	int i = rows_find(&view->table, row->id);
	bool same;
	char *key;

	if (i < 0)
		return false;
	key = usage_key(&view->policy, &view->table.row[i]);
	same = !strcmp(key, row->key);
	free(key);
	return same;
}

/* Make room for one row: the row that was out of force for the longest goes. */
static void make_room(struct folding *f)
{
	struct usage *usage = f->usage;
	size_t i, oldest = USAGE_ROWS;

	if (usage->row_count < USAGE_ROWS)
		return;
	for (i = 0; i < usage->row_count; i++)
		if (!is_in_force(f->report, &usage->rows[i]) &&
		    (oldest == USAGE_ROWS ||
		     usage->rows[i].seen < usage->rows[oldest].seen))
			oldest = i;
	drop_row(usage, oldest);
}

/* The policy has at most half as many rows as there is room for. */
static void add_rows(struct folding *f)
{
	const struct view *view = &f->report->view;
	struct usage *usage = f->usage;
	size_t i;

	for (i = 0; i < view->table.count; i++) {
		const struct row *row = &view->table.row[i];
		struct usage_row *added;

		if (usage_find(usage, &view->policy, row))
			continue;
		make_room(f);
		added = &usage->rows[usage->row_count++];
		*added = (struct usage_row){
			.key = usage_key(&view->policy, row),
			.first_seen = f->moment->time,
		};
		memcpy(added->id, row->id, strlen(row->id) + 1);
	}
	for (i = 0; i < view->table.count; i++)
		f->place[i] = (size_t)(usage_find(usage, &view->policy,
						  &view->table.row[i]) -
				       usage->rows);
}

/* --- counters */

/* Tell whether all counters began at zero since the last fold. */
static bool is_anew(const struct folding *f)
{
	const struct usage *usage = f->usage;

	return !usage->uptime || strcmp(usage->boot, f->moment->boot) != 0 ||
	       f->moment->uptime < usage->uptime ||
	       f->report->view.generation < usage->generation;
}

/* Tell whether a counter is lower than at the last fold. */
static bool is_broken(const struct folding *f)
{
	const struct report *report = f->report;
	size_t n, i;

	for (n = 0; n < report->node_count; n++) {
		const struct usage_node *node =
			find_node(f->usage, report->nodes[n].node);

		for (i = 0; node && i < report->view.table.count; i++) {
			struct usage_hits now = hits_of(&report->nodes[n].rows[i]);
			const struct usage_hits *then = &node->read[f->place[i]];

			if (now.connections < then->connections ||
			    now.packets < then->packets ||
			    now.denied < then->denied)
				return true;
		}
	}
	return false;
}

static uint64_t since(uint64_t now, uint64_t then)
{
	return now < then ? now : now - then;
}

/* Leave out the hits before the first fold: nobody knows their time. */
static void add_counts(struct folding *f, const struct usage_node *before,
		       size_t place, const struct counts *counts)
{
	struct usage_hits now = hits_of(counts), then = { 0 };
	struct usage_row *row = &f->usage->rows[place];

	if (!f->usage->first)
		then = now;
	else if (!f->anew && before && before->known[place])
		then = before->read[place];
	f->sum[place].connections += since(now.connections, then.connections);
	f->sum[place].packets += since(now.packets, then.packets);
	f->sum[place].denied += since(now.denied, then.denied);
	if (counts->last_hit > row->last_hit) {
		row->last_hit = counts->last_hit;
		f->was_hit[place] = true;
	}
	if (f->sum[place].connections || f->sum[place].packets)
		f->was_hit[place] = true;
}

/* Keep what was read for the next fold: nodes that are gone go. */
static void keep_counts(struct folding *f)
{
	const struct report *report = f->report;
	struct usage *usage = f->usage;
	struct usage_node *nodes = xalloc(sizeof(usage->nodes));
	size_t n, i;

	for (n = 0; n < report->node_count; n++) {
		const struct node_counts *counts = &report->nodes[n];
		struct usage_node *node = &nodes[n];

		memcpy(node->name, counts->node, sizeof(node->name));
		for (i = 0; i < report->view.table.count; i++) {
			const struct counts *row = &counts->rows[i];
			size_t place = f->place[i];

			if (!row->known)
				continue;
			node->known[place] = true;
			node->read[place] = hits_of(row);
		}
	}
	memcpy(usage->nodes, nodes, sizeof(usage->nodes));
	usage->node_count = report->node_count;
	free(nodes);
}

static void count(struct folding *f)
{
	const struct report *report = f->report;
	size_t n, i;

	f->anew = is_anew(f);
	f->broken = f->anew || is_broken(f);
	for (n = 0; n < report->node_count; n++) {
		const struct usage_node *before =
			find_node(f->usage, report->nodes[n].node);

		for (i = 0; i < report->view.table.count; i++)
			if (report->nodes[n].rows[i].known)
				add_counts(f, before, f->place[i],
					   &report->nodes[n].rows[i]);
	}
	keep_counts(f);
}

/* --- time */

/* A time in which no row was hit proves nothing: a host on standby, a cable. */
static void measure(struct folding *f)
{
	uint64_t span = f->moment->uptime - f->usage->uptime;
	bool any = false;
	size_t i;

	for (i = 0; i < f->usage->row_count; i++)
		any |= f->was_hit[i];
	if (!f->broken && any && span <= SPAN_MAX)
		f->span = span;
}

/* The day of a time: days stay in their order, whatever the clock does. */
static struct usage_day *find_day(struct usage *usage, uint64_t time)
{
	uint32_t day = (uint32_t)(time / USAGE_DAY);
	size_t i = usage->day_count;

	while (i && usage->days[i - 1].day > day)
		i--;
	if (i && usage->days[i - 1].day == day)
		return &usage->days[i - 1];
	if (usage->day_count == USAGE_DAYS) {
		/* Older than all days, for a clock that was set back. */
		if (!i)
			return &usage->days[0];
		i--;
		memmove(&usage->days[0], &usage->days[1],
			i * sizeof(usage->days[0]));
	} else {
		memmove(&usage->days[i + 1], &usage->days[i],
			(usage->day_count - i) * sizeof(usage->days[0]));
		usage->day_count++;
	}
	usage->days[i] = (struct usage_day){ .day = day };
	return &usage->days[i];
}

static void add_day(struct folding *f)
{
	struct usage_day *day = find_day(f->usage, f->moment->time);
	size_t i;

	day->watched += f->span;
	for (i = 0; i < f->usage->row_count; i++) {
		day->hits[i].connections += f->sum[i].connections;
		day->hits[i].packets += f->sum[i].packets;
		day->hits[i].denied += f->sum[i].denied;
	}
}

static void watch_row(struct folding *f, size_t place, bool live)
{
	const struct fold_moment *moment = f->moment;
	struct usage_row *row = &f->usage->rows[place];
	uint64_t since_hit = moment->time > row->last_hit ?
			     moment->time - row->last_hit : 0;
	uint64_t span = row->live && live ? f->span : 0;

	row->watched += span;
	if (!f->was_hit[place])
		row->quiet += span;
	else
		row->quiet = since_hit < span ? since_hit : span;
	row->seen = moment->time;
	row->live = live;
}

static void watch(struct folding *f)
{
	const struct view *view = &f->report->view;
	bool found[USAGE_ROWS] = { false };
	size_t i;

	for (i = 0; i < view->table.count; i++) {
		found[f->place[i]] = true;
		watch_row(f, f->place[i], view_row_permits(view, i));
	}
	for (i = 0; i < f->usage->row_count; i++)
		f->usage->rows[i].live &= found[i];
	f->usage->watched += f->span;
}

static void sign(struct usage *usage, const struct fold_moment *moment)
{
	memcpy(usage->boot, moment->boot, sizeof(usage->boot));
	usage->last = moment->time;
	if (!usage->first)
		usage->first = moment->time;
}

/**
 * fold - add a reading of the counters to the usage
 * @usage: the usage
 * @report: the counters of all nodes and zones of a policy in force
 * @moment: when they were read
 */
void fold(struct usage *usage, const struct report *report,
	  const struct fold_moment *moment)
{
	struct folding f = {
		.usage = usage, .report = report, .moment = moment,
	};

	add_rows(&f);
	count(&f);
	measure(&f);
	add_day(&f);
	watch(&f);
	sign(usage, moment);
	usage->uptime = moment->uptime;
	usage->generation = report->view.generation;
}

/**
 * fold_nothing - note that no policy is in force
 * @usage: the usage
 * @moment: now
 *
 * The time until the next fold is not watched.
 */
void fold_nothing(struct usage *usage, const struct fold_moment *moment)
{
	if (!usage->first)
		return;
	sign(usage, moment);
	usage->uptime = 0;
}
