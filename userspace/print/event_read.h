/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Events that were printed as JSON, read back.
 */
#ifndef PRINT_EVENT_READ_H
#define PRINT_EVENT_READ_H

#include <jansson.h>
#include <stdbool.h>

#include "policy/event.h"

/**
 * enum event_line - kind of a line of edgectl monitor --json
 * @LINE_OTHER: no such line
 * @LINE_EVENT: an event
 * @LINE_LOST: numbers of lost events
 * @LINE_SUMMARY: the summary
 */
enum event_line {
	LINE_OTHER,
	LINE_EVENT,
	LINE_LOST,
	LINE_SUMMARY,
};

enum event_line event_line_read(const json_t *line, struct event *event,
				const char **remedy, struct loss *loss);

#endif /* PRINT_EVENT_READ_H */
