/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The connections that a change cuts: options of verbs, and their limit.
 */
#ifndef CMD_IMPACT_H
#define CMD_IMPACT_H

#include <stdbool.h>

#include "base/outcome.h"
#include "netlink/change.h"
#include "netlink/impact.h"
#include "system/ssh.h"

/**
 * struct impact_words - options of a verb that may cut connections
 * @list: list the connections
 * @limit: the value of --fail-if-cut, or NULL
 * @most: connections that may be cut, with @limit
 * @sessions: SSH sessions that a switch must not cut, or NULL
 * @change: name of the switch, where @sessions may refuse it
 */
struct impact_words {
	bool list;
	const char *limit;
	unsigned long most;
	struct sessions *sessions;
	const char *change;
};

/* The lines of these options in the help of a verb. */
#define IMPACT_HELP							\
	"  --list      list the connections that are cut\n"		\
	"  --fail-if-cut N  change nothing if more than N connections would be cut\n"

enum outcome impact_parse(const char *verb, struct impact_words *words);
bool impact_read(struct impact *impact, struct tracked_list *list);
int impact_begin(struct client *client, struct impact *impact);
int impact_beyond(const struct client *client, struct impact *impact,
		  int error);
enum outcome impact_limit(const struct impact_words *words,
			  const struct impact *impact);
enum outcome impact_switch(struct client *client,
			   const struct switching *wanted,
			   const struct impact_words *words,
			   struct impact *impact, struct switched *switched);

#endif /* CMD_IMPACT_H */
