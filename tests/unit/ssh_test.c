// SPDX-License-Identifier: GPL-2.0-only
/*
 * Search for the SSH sessions that a policy may cut off: live connections,
 * ancestor processes, and the variable. All connections use the loopback device.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/memory.h"
#include "system/ancestry.h"
#include "system/sockets.h"
#include "system/ssh.h"

/* Connections, each of which is a bit. */
enum {
	FIRST	= 1 << 0,
	AGAIN	= 1 << 1,
	HIGH	= 1 << 2,
	WEB	= 1 << 3,
	NOWHERE	= 1 << 4,
};

static const struct {
	const char *peer, *local;
	uint16_t peer_port, local_port;
} known[] = {
	{ "127.0.0.9", "127.0.0.1", 50000, 22 },
	{ "127.0.0.9", "127.0.0.1", 50001, 22 },
	{ "127.0.0.8", "127.0.0.1", 50002, 2200 },
	{ "127.0.0.7", "127.0.0.1", 50003, 443 },
	{ "127.0.0.6", "192.0.2.77", 50004, 22 },
};

#define NAMES_FIRST	"127.0.0.9 50000 127.0.0.1 22"
#define NAMES_NONE	"127.0.0.5 50009 127.0.0.1 22"
#define NAMES_HIGH	"127.0.0.5 50009 127.0.0.1 2200"

/**
 * struct situation - a host when the tool is run
 * @alive: the connections of others to it
 * @held: those that a process above holds
 * @served: those that an SSH server holds
 * @variable: SSH_CONNECTION, or NULL
 * @terminal: the tool has a terminal
 * @cut_short: /proc does not tell of all processes above
 * @deaf: the kernel does not list its connections
 * @original: what connection tracking says of each
 * @whose: expected, where there is a session
 * @found: expected, the last number of the client's address, and the port
 * @unknown: expected, whether something could not be told
 */
struct situation {
	unsigned int alive, held, served;
	const char *variable;
	bool terminal, cut_short, deaf;
	enum original original;
	enum whose whose;
	const char *found;
	bool unknown;
};

static const struct situation *now;

bool __wrap_connections_read(struct connections *connections);
enum original
__wrap_connection_original(const struct connection *connection,
			   struct connection *original);
void __wrap_ancestry_read(struct ancestry *ancestry);
void __wrap_ancestry_servers(struct inodes *inodes);

bool __wrap_connections_read(struct connections *connections)
{
	struct connection *one;
	size_t i;

	*connections = (struct connections){ 0 };
	for (i = 0; i < ARRAY_SIZE(known) && !now->deaf; i++) {
		if (!(now->alive & 1U << i))
			continue;
		connections->items = xgrow(connections->items,
					   &connections->capacity,
					   connections->count,
					   sizeof(*one));
		one = &connections->items[connections->count++];
		*one = (struct connection){
			.local_port = known[i].local_port,
			.peer_port = known[i].peer_port,
			.inode = (uint32_t)i + 1,
		};
		ip_parse(known[i].local, &one->local);
		ip_parse(known[i].peer, &one->peer);
	}
	return !now->deaf;
}

enum original
__wrap_connection_original(const struct connection *connection,
			   struct connection *original)
{
	*original = (struct connection){ 0 };
	if (now->original == ORIGINAL_FOUND) {
		*original = *connection;
		original->local_port += 1000;
	}
	return now->original;
}

static void fill(struct inodes *inodes, unsigned int bits)
{
	uint32_t i;

	*inodes = (struct inodes){ 0 };
	for (i = 0; i < ARRAY_SIZE(known); i++) {
		if (!(bits & 1U << i))
			continue;
		inodes->items = xgrow(inodes->items, &inodes->capacity,
				      inodes->count,
				      sizeof(*inodes->items));
		inodes->items[inodes->count++] = i + 1;
	}
}

void __wrap_ancestry_read(struct ancestry *ancestry)
{
	*ancestry = (struct ancestry){
		.variable = now->variable ? xstrdup(now->variable) :
					    NULL,
		.terminal = now->terminal,
		.whole = !now->cut_short,
	};
	fill(&ancestry->sockets, now->held);
}

void __wrap_ancestry_servers(struct inodes *inodes)
{
	fill(inodes, now->served);
}

static void expect(const struct situation *situation, size_t number)
{
	struct sessions sessions;
	char found[128] = "";
	size_t i, length = 0;
	struct ip here;

	now = situation;
	ip_parse("127.0.0.1", &here);
	sessions_find(&sessions);
	for (i = 0; i < sessions.count; i++) {
		const struct query *query = &sessions.items[i];

		assert_int_equal(query->protocol, IPPROTO_TCP);
		assert_string_equal(query->in, "lo");
		assert_true(ip_equal(&query->destination, &here));
		length += (size_t)snprintf(found + length,
					   sizeof(found) - length, "%s%u:%u",
					   i ? " " : "",
					   query->source.bytes[3], query->port);
	}
	if (strcmp(found, situation->found) != 0 ||
	    !sessions.unknown == situation->unknown ||
	    (*found && sessions.whose != situation->whose))
		fail_msg("%zu: found \"%s\", whose %d, unknown: %s", number,
			 found, (int)sessions.whose,
			 sessions.unknown ? sessions.unknown : "nothing");
	sessions_free(&sessions);
}

#define EXPECT(situations)						\
	for (size_t i = 0; i < ARRAY_SIZE(situations); i++)		\
		expect(&(situations)[i], i)

#define UNTRACKED	.original = ORIGINAL_NONE

static void what_a_process_above_holds_is_the_session(void **state)
{
	static const struct situation situations[] = {
		{ FIRST | HIGH | WEB, .held = HIGH, UNTRACKED,
		  .whose = OURS, .found = "8:2200" },
		{ FIRST | AGAIN, .held = FIRST | AGAIN, UNTRACKED,
		  .whose = OURS, .found = "9:22" },
		{ FIRST | HIGH, .held = HIGH, .variable = NAMES_FIRST,
		  .terminal = true, UNTRACKED, .whose = OURS,
		  .found = "8:2200" },
		{ FIRST, .held = HIGH, UNTRACKED, .found = "" },
		{ FIRST | NOWHERE, .held = NOWHERE, .terminal = true,
		  UNTRACKED, .found = "", .unknown = true },
	};

	EXPECT(situations);
}

static void any_session_may_be_the_one_elsewhere(void **state)
{
	static const struct situation situations[] = {
		/* The system runs it. */
		{ FIRST | HIGH, .served = HIGH, UNTRACKED, .found = "" },
		{ FIRST | HIGH | WEB, .served = HIGH, .terminal = true,
		  UNTRACKED, .whose = MAYBE_OURS, .found = "9:22 8:2200" },
		{ FIRST | HIGH | WEB, .served = HIGH, .cut_short = true,
		  UNTRACKED, .whose = MAYBE_OURS, .found = "9:22 8:2200" },
		{ FIRST | WEB, .variable = "nonsense", UNTRACKED,
		  .whose = MAYBE_OURS, .found = "9:22" },
		{ HIGH | WEB, .variable = NAMES_HIGH, UNTRACKED,
		  .whose = MAYBE_OURS, .found = "8:2200" },
		{ WEB, .served = FIRST, .terminal = true, UNTRACKED,
		  .found = "" },
	};

	EXPECT(situations);
}

static void a_variable_is_believed_of_what_is_alive(void **state)
{
	static const struct situation situations[] = {
		{ FIRST | AGAIN | WEB, .variable = NAMES_FIRST, UNTRACKED,
		  .whose = OURS, .found = "9:22" },
		{ FIRST | HIGH, .served = HIGH, .variable = NAMES_FIRST,
		  UNTRACKED, .whose = MAYBE_OURS, .found = "9:22 8:2200" },
		{ FIRST, .variable = NAMES_NONE, UNTRACKED,
		  .whose = MAYBE_OURS, .found = "9:22" },
		{ AGAIN | HIGH, .variable = NAMES_FIRST, UNTRACKED,
		  .whose = MAYBE_OURS, .found = "9:22" },
		/* Nothing is alive. */
		{ WEB, .variable = NAMES_NONE, UNTRACKED,
		  .whose = NAMED, .found = "5:22" },
		{ .deaf = true, .variable = NAMES_NONE, UNTRACKED,
		  .whose = NAMED, .found = "5:22", .unknown = true },
		{ .deaf = true, .terminal = true, UNTRACKED, .found = "",
		  .unknown = true },
		{ .deaf = true, .cut_short = true, UNTRACKED, .found = "",
		  .unknown = true },
		{ .deaf = true, UNTRACKED, .found = "" },
	};

	EXPECT(situations);
}

static void a_variable_that_cannot_be_read_names_nothing(void **state)
{
	static const char *const variables[] = {
		"127.0.0.9 50000 127.0.0.1",
		"127.0.0.9 50000 127.0.0.1 65536",
		"127.0.0.9 65536 127.0.0.1 22",
		"::1 50000 127.0.0.1 22",
		"localhost 50000 127.0.0.1 22",
		"127.0.0.9 50000 here 22",
		"",
	};
	struct situation situation = { UNTRACKED, .found = "" };
	size_t i;

	for (i = 0; i < ARRAY_SIZE(variables); i++) {
		situation.variable = variables[i];
		expect(&situation, i);
	}
	situation.variable = "127.0.0.9%lo 65535 127.0.0.1%lo 65535";
	situation.whose = NAMED;
	situation.found = "9:65535";
	expect(&situation, i);
	situation.variable = "127.0.0.9 50000 192.0.2.77 22";
	situation.found = "";
	situation.unknown = true;
	expect(&situation, i + 1);
}

static void a_session_is_judged_before_nat(void **state)
{
	static const struct situation situations[] = {
		{ FIRST, .held = FIRST, .original = ORIGINAL_FOUND,
		  .whose = OURS, .found = "9:1022" },
		{ FIRST, .held = FIRST, .original = ORIGINAL_UNKNOWN,
		  .whose = OURS, .found = "9:22", .unknown = true },
		{ FIRST, .held = FIRST, .original = ORIGINAL_NONE,
		  .whose = OURS, .found = "9:22" },
	};

	EXPECT(situations);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_a_process_above_holds_is_the_session),
		cmocka_unit_test(any_session_may_be_the_one_elsewhere),
		cmocka_unit_test(a_variable_is_believed_of_what_is_alive),
		cmocka_unit_test(a_variable_that_cannot_be_read_names_nothing),
		cmocka_unit_test(a_session_is_judged_before_nat),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
