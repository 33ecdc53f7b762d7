/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Stand-in for the module: verbs run as in edgectl, and receive the answers that
 * a test sets. The linker replaces the functions of their sockets.
 */
#ifndef VERBS_MODULE_H
#define VERBS_MODULE_H

#include <netlink/attr.h>
#include <netlink/msg.h>
#include <stdbool.h>
#include <stdint.h>

#include "cmd/verbs.h"
#include "netlink/view.h"
#include "policy/query.h"
#include "policy/tracked.h"

#define REQUESTS_MAX	4096

/* Forged datagrams that come before the answer, from this socket. */
#define FORGER		4242U

struct asked {
	uint8_t command;
	struct nlmsghdr *message;
};

/**
 * struct module - what the module says, and what it was asked
 * @view: the policy in force, and its rows, whose texts are constants;
 *	@view.loaded false for none
 * @rows_beyond: rows that are sent behind those of @view
 * @version: the module's
 * @family_version: the family's
 * @drop: by reason: packets, bytes, would-be packets, would-be bytes
 * @counter: of node n, row or service i: counter k is (n + 1) * 10000 +
 *	i * 10 + k + 1, unless this is true: then 0
 * @changed: what a load or a switch answers
 * @tried: the answer to a query
 * @now: the answer to a query of the policy in force, NULL for @tried
 * @reply: the answer about replies of a connection by the tried policy, NULL for
 *	the same as about its first direction
 * @cut_port: connections to other ports are answered by @now, unless 0
 * @is_absent: the kernel has no such family
 * @unanswered: queries of a request that get no answer, the last ones
 * @refused: command that is refused, 0 for none
 * @spared: requests of this command that are answered before
 * @error: with this errno
 * @sentence: and this sentence, or none
 * @times: so often, 0 for always
 * @place: text in the request that the refusal points at, or NULL
 * @around: the refusal points at what holds that, so many octets before it
 * @moves: so many times the policy changes between two answers
 * @forges: a whole answer of FORGER comes before each answer
 * @late: the policy changes before so many loads, or requests of counters, are
 *	answered
 * @cut: the dump of this command is empty and ends as interrupted, once
 * @journal: the last entry that the journal got, or NULL
 * @journal_lines: entries that the journal got
 * @await: hands over events in place of client_await(), or NULL
 * @requests: all requests
 * @n: how many
 */
struct module {
	struct view view;
	size_t rows_beyond;
	const char *version;
	uint32_t family_version;
	uint64_t drop[16][4];
	bool silent;
	bool changed;
	struct verdict tried;
	const struct verdict *now;
	const struct verdict *reply;
	uint16_t cut_port;
	bool is_absent;
	size_t unanswered;
	uint8_t refused;
	int spared;
	int error;
	const char *sentence;
	int times;
	const char *place;
	uint32_t around;
	int moves;
	int late;
	bool forges;
	uint8_t cut;
	char *journal;
	unsigned int journal_lines;
	int (*await)(struct client *client);
	struct asked requests[REQUESTS_MAX];
	size_t n;
};

extern struct module module;

/* The SSH session that load and mode find; in is empty for none. */
extern struct query session;

/* An empty history, in a folder of its own; journal and requester are made up. */
void begin_state(void);
void end_state(void);
/* The table of connection tracking; an errno when it cannot be read. */
extern struct tracked_list connections;
extern int connections_error;

void module_begin(void);
void module_end(void);

void forget_requests(void);
/* Whether each datagram of every answer was received. */
bool all_received(void);
void forget_answers(void);

/* Columns of the terminal that verbs print to, or 0: they print to no terminal. */
extern size_t terminal_width;

/* Standard output of verbs is a disk without room. */
extern bool nothing_can_be_printed;

/* The last verb's standard output, and its standard error. */
extern char *printed;
extern char *complained;

/* After a check that failed inside a verb, the streams are still captured. */
void release_streams(void);
enum outcome run_verb(verb_fn verb, ...) __attribute__((sentinel));

/* Messages of other families: connections, flowtables, devices. */
void add_message(struct nl_msg *msg);
struct nl_msg *new_message(int type, const void *head, size_t size);
void end_message(struct nl_msg *msg);

/* The requests of a command, one by one; NULL behind the last. */
struct nlmsghdr *request_of(uint8_t command, size_t i);
struct nlattr *attr_of(struct nlmsghdr *message, int type);

#endif
