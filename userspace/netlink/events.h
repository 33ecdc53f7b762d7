/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Events of the module, as a listener receives them.
 */
#ifndef NETLINK_EVENTS_H
#define NETLINK_EVENTS_H

#include <stdbool.h>
#include <stdint.h>

#include "netlink/client.h"
#include "policy/event.h"

/**
 * struct listener - a socket that listens, and functions that take its events
 * @event: called with each event
 * @loss: called with each number of lost events
 * @arg: handed to @event and @loss
 * @rate: events a second that the module sends, of a processor and a reason
 * @ended: the module was unloaded
 */
struct listener {
	void (*event)(const struct event *event, void *arg);
	void (*loss)(const struct loss *loss, void *arg);
	void *arg;
	uint32_t rate;
	bool ended;
};

int events_rest(struct client *client);
int events_listen(struct client *client, const struct event_filter *filter,
		  struct listener *listener);

#endif /* NETLINK_EVENTS_H */
