/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Lines of rates: by row, node, service or reason; sorted and filtered.
 */
#ifndef RATES_LINES_H
#define RATES_LINES_H

#include "policy/names.h"
#include "rates/rates.h"

/**
 * enum rates_by - what a line is of
 * @BY_ROWS: a row, on all nodes together
 * @BY_NODES: a node, all its services together
 * @BY_SERVICES: a service, on all nodes together
 * @BY_REASONS: a reason of refusal
 * @BY_COUNT: number of these
 */
enum rates_by {
	BY_ROWS,
	BY_NODES,
	BY_SERVICES,
	BY_REASONS,
	BY_COUNT,
};

extern const struct vocabulary rates_by_words;

/**
 * enum measure - a number of a line
 * @MEASURE_CONNECTIONS: connections permitted
 * @MEASURE_PACKETS: packets permitted, in both directions
 * @MEASURE_BYTES: bytes of these packets
 * @MEASURE_DENIED: packets nearly permitted
 * @MEASURE_REFUSED: packets that the policy refuses, dropped or not
 * @MEASURE_DROPPED: packets dropped, none in mode audit
 * @MEASURE_REFUSED_BYTES: bytes of the refused packets
 * @MEASURES: number of these
 */
enum measure {
	MEASURE_CONNECTIONS,
	MEASURE_PACKETS,
	MEASURE_BYTES,
	MEASURE_DENIED,
	MEASURE_REFUSED,
	MEASURE_DROPPED,
	MEASURE_REFUSED_BYTES,
	MEASURES,
};

/* Measures of a line, at most. */
#define MEASURES_SHOWN	4U

/**
 * struct measures - the measures of some lines
 * @of: the measures, in the order of columns
 * @count: number of measures
 * @chief: the measure that lines are sorted by at first
 */
struct measures {
	enum measure of[MEASURES_SHOWN];
	size_t count;
	enum measure chief;
};

/**
 * struct rate_line - a line
 * @name: row, node, service or reason
 * @about: one line about it, may be empty
 * @place: its place in the policy
 * @counts: what was permitted; unknown of a reason
 * @drop: what was refused for a reason, else zeros
 * @recent: sum of the rates of its history, by enum measure
 */
struct rate_line {
	char name[RATES_NAME_MAX + 1];
	char *about;
	size_t place;
	struct counts counts;
	struct drop_counts drop;
	double recent[MEASURES];
};

/**
 * struct rate_lines - lines
 * @by: what the lines are of
 * @line: the lines, in the order of the policy
 * @count: number of lines
 * @capacity: number of lines that there is room for
 */
struct rate_lines {
	enum rates_by by;
	struct rate_line *line;
	size_t count;
	size_t capacity;
};

/**
 * struct rate_order - which lines are shown, in which order
 * @sorted: the measure that sorts the lines, the greatest first, and of equal
 *	lines the one that had more of late; MEASURES for the order of the policy
 * @reverse: turn the order round
 */
struct rate_order {
	enum measure sorted;
	bool reverse;
};

const struct measures *measures_of(enum rates_by by);
void rate_lines_make(struct rate_lines *lines, enum rates_by by,
		     const struct rates *rates, const struct reading *now);
void rate_lines_free(struct rate_lines *lines);
uint64_t rate_line_count(const struct rate_line *line, enum measure measure);
const struct rate_line **rate_lines_order(const struct rate_lines *lines,
					  const struct rate_order *order,
					  const char *filter, size_t *count);

#endif /* RATES_LINES_H */
