// SPDX-License-Identifier: GPL-2.0-only
/*
 * Rates as JSON.
 */
#include <stdlib.h>

#include "output/json.h"
#include "print/rates.h"
#include "print/status.h"
#include "print/waiting.h"

static const char *const name_keys[BY_COUNT] = {
	[BY_ROWS] = "row",
	[BY_NODES] = "node",
	[BY_SERVICES] = "service",
	[BY_REASONS] = "reason",
};

static const char *const measure_keys[MEASURES] = {
	[MEASURE_CONNECTIONS] = "connections",
	[MEASURE_PACKETS] = "packets",
	[MEASURE_BYTES] = "bytes",
	[MEASURE_DENIED] = "denied",
	[MEASURE_REFUSED] = "refused",
	[MEASURE_DROPPED] = "dropped",
	[MEASURE_REFUSED_BYTES] = "bytes",
};

static json_t *counts_json(const struct counts *counts)
{
	return json_pack("{s:I, s:I, s:I, s:I, s:I, s:I}",
			 "connections", (json_int_t)counts->connections,
			 "packets_to_edge", (json_int_t)counts->packets_to_edge,
			 "bytes_to_edge", (json_int_t)counts->bytes_to_edge,
			 "packets_from_edge",
			 (json_int_t)counts->packets_from_edge,
			 "bytes_from_edge", (json_int_t)counts->bytes_from_edge,
			 "denied", (json_int_t)counts->denied);
}

static json_t *drop_json(const struct drop_counts *drop)
{
	return json_pack("{s:I, s:I, s:I, s:I}",
			 "packets", (json_int_t)drop->packets,
			 "bytes", (json_int_t)drop->bytes,
			 "would_be_packets", (json_int_t)drop->would_be_packets,
			 "would_be_bytes", (json_int_t)drop->would_be_bytes);
}

static json_t *rates_of(const struct rate_line *line, enum rates_by by,
			double seconds)
{
	const struct measures *measures = measures_of(by);
	json_t *object = json_object();
	size_t i;

	for (i = 0; i < measures->count; i++) {
		enum measure of = measures->of[i];
		double count = (double)rate_line_count(line, of);

		json_object_set_new(object, measure_keys[of],
				    json_real(count / seconds));
	}
	return object;
}

static json_t *line_json(const struct rate_line *line, enum rates_by by,
			 double seconds)
{
	json_t *object = json_pack("{s:o}", name_keys[by],
				   out_json_text(line->name));

	json_object_update_new(object, by == BY_REASONS ?
			       drop_json(&line->drop) :
			       counts_json(&line->counts));
	if (by != BY_REASONS)
		json_object_set_new(object, "last_hit", line->counts.last_hit ?
				    json_integer((json_int_t)line->counts.last_hit) :
				    json_null());
	json_object_set_new(object, "per_second", rates_of(line, by, seconds));
	return object;
}

static json_t *lines_json(const struct live *live, enum rates_by by)
{
	struct rate_order order = { .sorted = measures_of(by)->chief };
	json_t *array = json_array();
	const struct rate_line **lines;
	size_t count, i;

	lines = rate_lines_order(&live->lines[by], &order, "", &count);
	for (i = 0; i < count; i++)
		json_array_append_new(array, line_json(lines[i], by,
						       live->rates.seconds));
	free(lines);
	return array;
}

static json_t *anew_json(const struct rates *rates)
{
	json_t *array = json_array();
	size_t i;

	for (i = 0; i < rates->anew_count; i++)
		json_array_append_new(array, out_json_text(rates->anew[i]));
	return array;
}

/**
 * rates_json - make the rates of the last two readings into JSON
 * @live: the rates, of two readings
 * @by: the lines to print
 *
 * Return: a new object.
 */
json_t *rates_json(const struct live *live, enum rates_by by)
{
	static const char layout[] =
		"{s:i,s:I,s:f,s:b,s:s?,s:s?,s:I,s:o,s:o,s:{s:I,s:I},s:s?,s:o,s:o,s:o,s:s,s:o}";
	const struct view *view = &live->now->report.view;
	struct drop_counts refused;
	struct counts permitted;

	rates_permitted(&live->rates, &permitted);
	rates_refused(&live->rates, &refused);
	return json_pack(layout, SCHEMA,
			 "time", (json_int_t)live->now->time,
			 "seconds", live->rates.seconds,
			 "loaded", view->loaded,
			 "profile", view->loaded ?
			 names_word(&names_profiles, view->policy.profile) :
			 NULL,
			 "mode", view->loaded ?
			 names_word(&names_modes, view->policy.mode) : NULL,
			 "generation", (json_int_t)view->generation,
			 "switched", status_switches_json(view),
			 "pending", waiting_json(&view->waiting),
			 "conntrack",
			 "count", (json_int_t)view->conntrack_count,
			 "max", (json_int_t)view->conntrack_max,
			 "restarted", difference_why(live->rates.restart),
			 "began_at_zero", anew_json(&live->rates),
			 "permitted", counts_json(&permitted),
			 "refused", drop_json(&refused),
			 "by", names_word(&rates_by_words, by),
			 "lines", lines_json(live, by));
}
