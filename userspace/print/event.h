/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Events, one line each: for people, for machines, and for a log.
 */
#ifndef PRINT_EVENT_H
#define PRINT_EVENT_H

#include <jansson.h>
#include <stdbool.h>

#include "netlink/view.h"
#include "policy/event.h"

/**
 * enum event_style - how an event is printed
 * @EVENT_TEXT: for people
 * @EVENT_JSON: one JSON object
 * @EVENT_CEF: Common Event Format
 */
enum event_style {
	EVENT_TEXT,
	EVENT_JSON,
	EVENT_CEF,
};

/**
 * struct event_look - the look of events
 * @style: how
 * @utc: times of EVENT_TEXT in UTC
 */
struct event_look {
	enum event_style style;
	bool utc;
};

char *event_remedy(const struct event *event, const struct view *view);
json_t *event_json(const struct event *e, const char *remedy);
void event_print_text(const struct event *event, const char *remedy, bool utc);
void event_print_kind(const struct event *event, size_t more_ports);
void event_print(const struct event *event, const struct view *view,
		 const struct event_look *look);
void event_print_loss(const struct loss *before, const struct loss *loss,
		      uint32_t rate, const struct event_look *look);
void loss_print(const struct loss *loss);
json_t *loss_json(const struct loss *loss);

#endif /* PRINT_EVENT_H */
