// SPDX-License-Identifier: GPL-2.0-only
/*
 * Rates as text, for scripts and for people.
 */
#include <stdlib.h>

#include "base/macros.h"
#include "base/memory.h"
#include "base/moment.h"
#include "output/stdout.h"
#include "output/table.h"
#include "print/rates.h"
#include "print/waiting.h"

/* The columns of names come first, by enum rates_by, then those of measures. */
enum { COL_LAST_HIT = BY_COUNT + MEASURES, COLUMNS };

#define COL_MEASURE(measure)	(BY_COUNT + (measure))

static const struct column columns[COLUMNS] = {
	[BY_ROWS] = { .name = "ROW" },
	[BY_NODES] = { .name = "NODE" },
	[BY_SERVICES] = { .name = "SERVICE" },
	[BY_REASONS] = { .name = "REASON" },
	[COL_MEASURE(MEASURE_CONNECTIONS)] = {
		.name = "CONNECTIONS/s", .number = true,
	},
	[COL_MEASURE(MEASURE_PACKETS)] = {
		.name = "PACKETS/s", .number = true,
	},
	[COL_MEASURE(MEASURE_BYTES)] = {
		.name = "BYTES/s", .number = true, .spare = 1,
	},
	[COL_MEASURE(MEASURE_DENIED)] = { .name = "DENIED/s", .number = true },
	[COL_MEASURE(MEASURE_REFUSED)] = {
		.name = "REFUSED/s", .number = true,
	},
	[COL_MEASURE(MEASURE_DROPPED)] = {
		.name = "DROPPED/s", .number = true,
	},
	[COL_MEASURE(MEASURE_REFUSED_BYTES)] = {
		.name = "BYTES-REFUSED/s", .number = true,
	},
	[COL_LAST_HIT] = { .name = "LAST-HIT", .wraps = true },
};

static const struct columns columns_of_rates = { columns, COLUMNS };

#define PERMITTED	",CONNECTIONS/s,PACKETS/s,BYTES/s,DENIED/s,LAST-HIT"

static const char *const wanted[BY_COUNT] = {
	[BY_ROWS] = "ROW" PERMITTED,
	[BY_NODES] = "NODE" PERMITTED,
	[BY_SERVICES] = "SERVICE" PERMITTED,
	[BY_REASONS] = "REASON,REFUSED/s,DROPPED/s,BYTES-REFUSED/s",
};

/**
 * rates_number - a rate in full
 * @rate: the rate a second
 *
 * Return: a new string, "0", "0.02", "3.0" or "12345"; "<0.01" for less.
 */
char *rates_number(double rate)
{
	if (rate <= 0)
		return xstrdup("0");
	if (rate < 0.005)
		return xstrdup("<0.01");
	if (rate < 0.95)
		return xformat("%.2f", rate);
	return xformat(rate < 99.95 ? "%.1f" : "%.0f", rate);
}

/**
 * rates_short - a rate in six characters
 * @rate: the rate a second
 *
 * Return: a new string as that of rates_number(), from 10,000 on with a letter:
 * "12.3k", "4.5M".
 */
char *rates_short(double rate)
{
	static const char letters[] = "kMGTPE";
	const char *letter = letters;

	if (rate < 9999.5)
		return rates_number(rate);
	for (rate /= 1000; rate >= 999.5 && letter[1]; letter++)
		rate /= 1000;
	return xformat(rate < 99.95 ? "%.1f%c" : "%.0f%c", rate, *letter);
}

/**
 * rates_heading - the heading of a column
 * @measure: its measure
 *
 * Return: the heading.
 */
const char *rates_heading(enum measure measure)
{
	return columns[COL_MEASURE(measure)].name;
}

static void print_policy(const struct view *view)
{
	char *switched = view_switches(view, ", "), *text;

	if (!view->loaded)
		fputs("no policy is loaded: nothing is governed\n", out);
	else if (view->policy.mode == NF_EDGE_MODE_AUDIT)
		fprintf(out, "mode audit: nothing is dropped, generation %u\n",
			view->generation);
	else
		fprintf(out, "mode enforce, generation %u\n",
			view->generation);
	if (*switched)
		fprintf(out, "switched %s, until the next load\n", switched);
	free(switched);
	if (!view->waiting.waits)
		return;
	text = waiting_text(&view->waiting);
	fprintf(out, "pending %s\n", text);
	free(text);
}

static void print_sum(const char *what, double rate, const char *unit)
{
	char *text = rates_number(rate);

	fprintf(out, "%s%s %s", what, text, unit);
	free(text);
}

static void print_totals(const struct live *live)
{
	double seconds = live->rates.seconds;
	struct drop_counts refused;
	struct counts sum;

	rates_permitted(&live->rates, &sum);
	rates_refused(&live->rates, &refused);
	print_sum("permitted ", (double)sum.connections / seconds,
		  "connections/s, ");
	print_sum("", (double)(sum.packets_to_edge + sum.packets_from_edge) /
		  seconds, "packets/s, ");
	print_sum("", (double)(sum.bytes_to_edge + sum.bytes_from_edge) /
		  seconds, "bytes/s\n");
	print_sum("refused ", (double)(refused.packets +
				       refused.would_be_packets) / seconds,
		  "packets/s, ");
	print_sum("", (double)(refused.bytes + refused.would_be_bytes) /
		  seconds, "bytes/s\n");
}

/* Rates may be too low where counters began at zero. */
static void print_restart(const struct rates *rates)
{
	const char *why = difference_why(rates->restart);

	if (why)
		fprintf(out, "%s: counters began at zero in between\n", why);
	else if (rates->anew_count)
		fprintf(out, "counters began at zero in between: %s%s\n",
			rates->anew[0], rates->anew_count > 1 ? ", ..." : "");
}

static void fill_line(struct table *table, enum rates_by by, double seconds,
		      const struct rate_line *line)
{
	const struct measures *measures = measures_of(by);
	size_t i;

	table_line(table);
	table_put(table, by, line->name);
	for (i = 0; i < measures->count; i++)
		table_take(table, COL_MEASURE(measures->of[i]),
			   rates_number((double)rate_line_count(line, measures->of[i]) /
					seconds));
	if (by != BY_REASONS)
		table_take(table, COL_LAST_HIT,
			   moment_text(line->counts.last_hit, 0, MOMENT_LOCAL));
}

/**
 * rates_print - print the rates of the last two readings
 * @live: the rates, of two readings
 * @by: the lines to print
 */
void rates_print(const struct live *live, enum rates_by by)
{
	struct rate_order order = { .sorted = measures_of(by)->chief };
	const struct view *view = &live->now->report.view;
	const struct rate_line **lines;
	struct table *table;
	size_t count, i;
	char *time;

	time = moment_text(live->now->time, 0, MOMENT_LOCAL);
	fprintf(out, "%s, over %.1f s\n", time, live->rates.seconds);
	free(time);
	print_policy(view);
	print_totals(live);
	if (view->conntrack_max)
		fprintf(out, "conntrack %u of %u entries\n",
			view->conntrack_count, view->conntrack_max);
	print_restart(&live->rates);

	table = table_new(&columns_of_rates, "", wanted[by]);
	lines = rate_lines_order(&live->lines[by], &order, "", &count);
	for (i = 0; i < count; i++)
		fill_line(table, by, live->rates.seconds, lines[i]);
	if (!table_empty(table)) {
		fputc('\n', out);
		table_print(table);
	}
	fputc('\n', out);
	free(lines);
	table_free(table);
}
