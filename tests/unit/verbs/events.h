/* SPDX-License-Identifier: GPL-2.0-only */
/* Events of a module that a test makes up. */
#ifndef VERBS_EVENTS_H
#define VERBS_EVENTS_H

#include "site.h"

/* Result behind the last message: a negative errno, -EINTR for a signal. */
extern int events_then;

/* A site whose module hands over the messages, and then is gone. */
int begin_events(void **state);
int end_events(void **state);

/* A message to fill in, which the verb gets when its turn comes. */
struct nl_msg *message(void);

/* A front end that is no member of its set, and asks for internal/4. */
void put_peer(struct nl_msg *msg, uint32_t mode);
void put_permitted(struct nl_msg *msg);
/* An event of a module that names one end alone, or none. */
void put_endless(struct nl_msg *msg, const char *source, const char *destination);
/* An ICMP error of the local host. */
void put_error(struct nl_msg *msg);
/* Numbers of lost events; -1 instead of a reason for permitted connections. */
void put_lost(struct nl_msg *msg, int reason, uint64_t suppressed,
	      uint64_t ring, uint64_t socket);
/* Three messages: five events of four kinds, and three of lost ones. */
void put_all(void);

#endif /* VERBS_EVENTS_H */
