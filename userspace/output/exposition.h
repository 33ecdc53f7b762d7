/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Metrics in the text formats of Prometheus and OpenMetrics.
 */
#ifndef OUTPUT_EXPOSITION_H
#define OUTPUT_EXPOSITION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

/**
 * enum metric_kind - the kinds of metrics
 * @METRIC_GAUGE: a number that rises and falls
 * @METRIC_COUNTER: a number that only rises; the name ends in _total
 * @METRIC_INFO: always 1, the labels are the answer; the name ends in _info
 */
enum metric_kind {
	METRIC_GAUGE,
	METRIC_COUNTER,
	METRIC_INFO,
};

/* Stands behind the last label of exposition_sample(). */
#define LABELS_END	((const char *)NULL)

/**
 * struct exposition - metrics that are being written
 * @stream: the stream that they are written to
 * @openmetrics: OpenMetrics 1.0.0 instead of Prometheus' text format 0.0.4
 * @name: name of the family whose samples are being written
 */
struct exposition {
	FILE *stream;
	bool openmetrics;
	const char *name;
};

void exposition_family(struct exposition *exposition, const char *name,
		       enum metric_kind kind, const char *help);
void exposition_sample(struct exposition *exposition, uint64_t value, ...)
	__attribute__((sentinel));
void exposition_seconds(struct exposition *exposition, uint64_t microseconds);
void exposition_end(struct exposition *exposition);

#endif /* OUTPUT_EXPOSITION_H */
