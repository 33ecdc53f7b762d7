/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A listener of the module's events, until a time or a signal ends it.
 */
#ifndef CMD_LISTEN_H
#define CMD_LISTEN_H

#include <signal.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/outcome.h"
#include "netlink/events.h"
#include "netlink/view.h"

/* The longest time of --for: thirty days. */
#define LISTEN_MAX	(30U * 24 * 60 * 60)

/**
 * struct listen - a listener
 * @events: the socket that listens
 * @module: the socket that asks for the policy
 * @listener: takes events
 * @view: the policy of the last event
 * @asked: generation of an event for which @view was read, or 0
 * @began: when, in milliseconds of the monotonic clock
 * @signals: signals that are blocked while events are awaited
 */
struct listen {
	struct client events;
	struct client module;
	struct listener listener;
	struct view view;
	uint32_t asked;
	int64_t began;
	sigset_t signals;
};

enum outcome listen_open(struct listen *listen);
enum outcome listen_begin(struct listen *listen,
			  const struct event_filter *filter);
enum outcome listen_follow(struct listen *listen, uint32_t seconds,
			   bool (*is_complete)(void *arg));
const struct view *listen_view(struct listen *listen, uint32_t generation);
uint64_t listen_seconds(const struct listen *listen);
void listen_close(struct listen *listen);

#endif /* CMD_LISTEN_H */
