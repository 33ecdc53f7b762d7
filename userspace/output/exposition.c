// SPDX-License-Identifier: GPL-2.0-only
/*
 * Metrics in the text formats of Prometheus and OpenMetrics.
 */
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "base/foreign.h"
#include "base/macros.h"
#include "output/exposition.h"

static const char *const kind_words[][2] = {
	[METRIC_GAUGE] = { "gauge", "gauge" },
	[METRIC_COUNTER] = { "counter", "counter" },
	[METRIC_INFO] = { "gauge", "info" },
};

/* Endings that OpenMetrics leaves out of the name of a family. */
static const char *const kind_endings[] = {
	[METRIC_GAUGE] = "",
	[METRIC_COUNTER] = "_total",
	[METRIC_INFO] = "_info",
};

/**
 * exposition_family - begin the metrics of one name
 * @exposition: the metrics
 * @name: the name, with _total or _info; has to outlive the samples
 * @kind: the kind
 * @help: one line without a backslash
 */
void exposition_family(struct exposition *exposition, const char *name,
		       enum metric_kind kind, const char *help)
{
	size_t length = strlen(name);

	if (exposition->openmetrics)
		length -= strlen(kind_endings[kind]);
	exposition->name = name;
	fprintf(exposition->stream, "# HELP %.*s %s\n# TYPE %.*s %s\n",
		(int)length, name, help, (int)length, name,
		kind_words[kind][exposition->openmetrics]);
}

/* Control characters and octets that are not UTF-8 are escaped before. */
static void put_value(FILE *stream, const char *value)
{
	char *shown = foreign_shown(value), *p;

	for (p = shown; *p; p++) {
		if (*p == '"' || *p == '\\')
			fputc('\\', stream);
		fputc(*p, stream);
	}
	free(shown);
}

/**
 * exposition_sample - write a sample of the family that was begun last
 * @exposition: the metrics
 * @value: its value
 * @...: names of labels, a value behind each, and LABELS_END
 */
void exposition_sample(struct exposition *exposition, uint64_t value, ...)
{
	FILE *stream = exposition->stream;
	const char *name, *separator = "{";
	va_list labels;

	fputs(exposition->name, stream);
	va_start(labels, value);
	while ((name = va_arg(labels, const char *))) {
		fprintf(stream, "%s%s=\"", separator, name);
		put_value(stream, va_arg(labels, const char *));
		fputc('"', stream);
		separator = ",";
	}
	va_end(labels);
	fprintf(stream, "%s %ju\n", *separator == ',' ? "}" : "",
		(uintmax_t)value);
}

/**
 * exposition_seconds - write a sample that is a span, without labels
 * @exposition: the metrics
 * @microseconds: the span
 */
void exposition_seconds(struct exposition *exposition, uint64_t microseconds)
{
	fprintf(exposition->stream, "%s %ju.%06ju\n", exposition->name,
		(uintmax_t)(microseconds / 1000000),
		(uintmax_t)(microseconds % 1000000));
}

/**
 * exposition_end - end the metrics
 * @exposition: the metrics
 */
void exposition_end(struct exposition *exposition)
{
	if (exposition->openmetrics)
		fputs("# EOF\n", exposition->stream);
}
