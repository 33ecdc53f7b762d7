// SPDX-License-Identifier: GPL-2.0-only
/*
 * why prints each kind of packet of an address once, how often each came, and a
 * conclusion; of events that come, and of those that monitor has written.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/macros.h"
#include "base/memory.h"
#include "netlink/attribute.h"
#include "verbs/events.h"

#define PEER	"lan=0 tcp[S.] 192.168.10.77:40001 > 172.25.33.11:8057 (edge2.internal); to pass: internal/4 needs 192.168.10.77 in the peer set frontend\n"
#define PEER_KIND "  drop   peer      lan=0 tcp 192.168.10.77 > 172.25.33.11:8057 (edge2.internal)\n"
#define TO_PASS	"peer; to pass: internal/4 needs 192.168.10.77 in the peer set frontend"

static void each_kind_is_told_once(void **state)
{
	struct nl_msg *msg = message();

	put_peer(msg, NF_EDGE_MODE_ENFORCE);
	put_peer(msg, NF_EDGE_MODE_ENFORCE);
	put_peer(message(), NF_EDGE_MODE_ENFORCE);
	events_then = -EINTR;
	assert_int_equal(RUN(why, "why", "192.168.10.77"), REFUSED);
	says("listening for 30s: have 192.168.10.77 try again; Ctrl-C ends\n01:03:03.007 drop   peer      "
	     PEER "\n3 refused and 0 permitted in 0s; nothing was lost\n"
	     "       3" PEER_KIND "192.168.10.77 is refused: " TO_PASS "\n");
	assert_int_equal(times_said("to pass"), 2);
}

static void several_kinds_have_one_conclusion(void **state)
{
	put_all();
	events_then = -EINTR;
	assert_int_equal(RUN(why, "why", "192.168.0.0/16", "--utc", "--for",
			     "2h"), REFUSED);
	says("listening for 2h 00m: have 192.168.0.0/16 try again");
	says("01:03:03.007Z drop   peer");
	says("       2  drop   no-row    local icmpv6 1/4 ");
	says("       1  audit  peer");
	says("       1  accept external/13,external/4 if9 udp 2001:db8::30 (edge1.av) > [2001:db8:7::1]:3479\n");
	says("192.168.0.0/16 is refused in part in 3 ways: each line tells what would permit it; 14 events of this or other addresses were lost, so there may be more\n");
}

static void conclusions_fit_what_came(void **state)
{
	struct tracked open = { .source = ip("192.168.10.77"),
				.destination = ip("192.0.2.1") };
	struct tracked other = { .source = ip("192.168.10.78"),
				 .destination = ip("192.0.2.1") };
	struct tracked list[] = { open, other };

	events_then = -EINTR;
	GOOD(why, "why", "192.168.10.77");
	says("\nno packet between 192.168.10.77 and an Edge address was judged: look at the way to this host\n");
	connections = (struct tracked_list){ list, ARRAY_SIZE(list) };
	GOOD(why, "why", "192.168.10.77");
	says("nothing of 192.168.10.77 was refused, no connection began; 1 of its connections is open\n");
	connections = (struct tracked_list){ 0 };
	put_permitted(message());
	GOOD(why, "why", "2001:db8::30");
	says("nothing of 2001:db8::30 was refused: look behind this host, or at the way back\n");
	put_peer(message(), NF_EDGE_MODE_AUDIT);
	assert_int_equal(RUN(why, "why", "192.168.10.77"), REFUSED);
	says("192.168.10.77 would be refused in mode enforce: " TO_PASS "\n");
}

static void json_has_the_kinds(void **state)
{
	json_t *object, *kind;

	put_peer(message(), NF_EDGE_MODE_ENFORCE);
	put_peer(message(), NF_EDGE_MODE_ENFORCE);
	events_then = -EINTR;
	assert_int_equal(RUN(why, "why", "--json", "192.168.10.77"), REFUSED);
	object = json();
	expect_text(object, "address", "192.168.10.77");
	expect_text(object, "file", NULL);
	expect_int(object, "seconds", 0);
	expect_int(object, "refused", 2);
	expect_int(object, "permitted", 0);
	expect_int(object, "other_kinds", 0);
	expect_int(json_object_get(object, "lost"), "ring_full", 0);
	expect_text(object, "open_connections", NULL);
	expect_text(object, "conclusion", "192.168.10.77 is refused: " TO_PASS);
	kind = json_array_get(json_object_get(object, "kinds"), 0);
	expect_text(kind, "reason", "peer");
	expect_text(kind, "to_pass", TO_PASS + strlen("peer; to pass: "));
	expect_int(kind, "times", 2);
	expect_int(kind, "last_ns", 1796000583007000999LL);
	assert_null(json_object_get(kind, "type"));
	json_decref(object);
}

static void the_module_gets_the_addresses(void **state)
{
	struct nlmsghdr *asked;
	struct nlattr *attr;

	events_then = -EINTR;
	GOOD(why, "why", "192.0.2.0/24");
	asked = request_of(NF_EDGE_CMD_LISTEN, 0);
	attr = attr_of(asked, NF_EDGE_A_LISTEN_PREFIXES_IPV4);
	assert_memory_equal(nla_data(attr), "\xc0\0\x02\0\x18\0\0\0", 8);
	assert_int_equal(attr_u32(attr_of(asked, NF_EDGE_A_LISTEN_RATE)), 10000);
	assert_null(attr_of(asked, NF_EDGE_A_LISTEN_VERDICTS));
	forget_requests();
	GOOD(why, "why", "edge1.av/4");
	asked = request_of(NF_EDGE_CMD_LISTEN, 0);
	attr = attr_of(asked, NF_EDGE_A_LISTEN_PREFIXES_IPV4);
	assert_int_equal(nla_len(attr), 8);
	assert_memory_equal(nla_data(attr), "\x83\x6b\x9b\x1e\x20\0\0\0", 8);
	assert_null(attr_of(asked, NF_EDGE_A_LISTEN_PREFIXES_IPV6));
	forget_requests();
	GOOD(why, "why", "edge1.av/6");
	asked = request_of(NF_EDGE_CMD_LISTEN, 0);
	assert_null(attr_of(asked, NF_EDGE_A_LISTEN_PREFIXES_IPV4));
	assert_int_equal(nla_len(attr_of(asked, NF_EDGE_A_LISTEN_PREFIXES_IPV6)), 20);
	forget_requests();
	GOOD(why, "why", "edge1.av");
	asked = request_of(NF_EDGE_CMD_LISTEN, 0);
	assert_int_equal(nla_len(attr_of(asked, NF_EDGE_A_LISTEN_PREFIXES_IPV4)), 8);
	assert_int_equal(nla_len(attr_of(asked, NF_EDGE_A_LISTEN_PREFIXES_IPV6)), 20);
}

static void what_was_asked_wrong_is_refused(void **state)
{
	size_t nodes;

	assert_int_equal(RUN(why, "why", "edge9.internal"), USAGE);
	complains("edge9.internal: no node has this name; the nearest is edge1; see edgectl why --help");
	assert_int_equal(RUN(why, "why", "edge1"), USAGE);
	complains("edge1: is a node; write one of edge1.access, edge1.av; see");
	assert_int_equal(RUN(why, "why", "edge2"), USAGE);
	complains("edge2: is a node; write edge2.internal; see");
	assert_int_equal(RUN(why, "why", "egde1"), USAGE);
	complains("egde1: is no address; the nearest node is edge1; write one of edge1.access, edge1.av; see");
	assert_int_equal(RUN(why, "why", "edge1.acces"), USAGE);
	complains("edge1.acces: is no service of edge1; the nearest is access; see");
	assert_int_equal(RUN(why, "why", "egde1.acces"), USAGE);
	complains("egde1.acces: is no address; the nearest is edge1.access; see");
	assert_int_equal(RUN(why, "why", "edge1.av.4"), USAGE);
	complains("edge1.av.4: is a name, and names are not looked up; ");
	assert_int_equal(RUN(why, "why", "edge2.internal/6"), USAGE);
	complains("edge2.internal/6: has no IPv6 address; see");
	assert_int_equal(RUN(why, "why", "laptop"), USAGE);
	complains("laptop: is a name, and names are not looked up; write its address, or NODE.SERVICE; see");
	assert_int_equal(RUN(why, "why", ""), USAGE);
	complains("\"\": is no address; write 192.0.2.10, 192.0.2.0/24 or NODE.SERVICE; see");
	assert_int_equal(RUN(why, "why", "192.0.2.0/255.255.255.0"), USAGE);
	complains("has a netmask, not a prefix length; write 192.0.2.0/24; see");
	assert_int_equal(RUN(why, "why"), USAGE);
	complains("write the address that is refused");
	assert_int_equal(RUN(why, "why", "192.0.2.1/24"), USAGE);
	complains("192.0.2.1/24: has host bits set; write 192.0.2.0/24");
	assert_int_equal(RUN(why, "why", "192.0.2.1", "--for", "x"), USAGE);
	assert_int_equal(RUN(why, "why", "192.0.2.1", "--for", "3s", "--from",
			     "x"), USAGE);
	complains("--for and --from exclude each other");
	assert_null(request_of(NF_EDGE_CMD_LISTEN, 0));
	module.view.loaded = false;
	assert_int_equal(RUN(why, "why", "192.0.2.1"), REFUSED);
	complains("no policy is loaded: edgectl load");
	nodes = policy->node_count;
	policy->node_count = 0;
	assert_int_equal(RUN(why, "why", "edge1"), USAGE);
	complains("edge1: is a name, and names are not looked up; write its address, or NODE.SERVICE");
	policy->node_count = nodes;
	/* A module that speaks another language is not asked. */
	module.family_version = NF_EDGE_FAMILY_VERSION + 1;
	assert_int_equal(RUN(why, "why", "egde1"), USAGE);
	complains("egde1: is a name, and names are not looked up");
	assert_null(request_of(NF_EDGE_CMD_NODE_GET, 0));
}

static void what_came_before_an_end_is_told(void **state)
{
	put_peer(message(), NF_EDGE_MODE_ENFORCE);
	nla_put_flag(message(), NF_EDGE_A_LISTEN_END);
	assert_int_equal(RUN(why, "why", "192.168.10.77"), SYSTEM);
	complains("the module was unloaded: it sends no more events");
	says("192.168.10.77 is refused: " TO_PASS "\n");
}

/* --- files */

/* The output of monitor as a file; a path of this process. */
static const char *written(const char *text)
{
	static char path[64];
	int file = memfd_create("events", 0);

	assert_true(write(file, text, strlen(text)) == (ssize_t)strlen(text));
	snprintf(path, sizeof(path), "/proc/self/fd/%d", file);
	return path;
}

/* The same events make the same text, but for how long they took. */
static void a_file_says_what_monitor_has_written(void **state)
{
	const char *file;
	json_t *object;
	char *text;

	put_all();
	GOOD(monitor, "monitor", "--json", "--count", "5");
	text = strdup(printed);
	forget_requests();
	file = written(text);
	assert_int_equal(RUN(why, "why", "--from", file, "192.168.10.77"), REFUSED);
	says("01:03:03.007 drop   peer      " PEER);
	says("       1" PEER_KIND);
	says("       1  audit  peer");
	is_silent_of("no-row");
	says("192.168.10.77 is refused in 2 ways");
	says("14 events of this or other addresses were lost");
	assert_null(request_of(NF_EDGE_CMD_LISTEN, 0));
	assert_int_equal(RUN(why, "why", "--from", file, "edge2.internal/4",
			     "--json"), REFUSED);
	object = json();
	expect_int(object, "refused", 2);
	expect_text(object, "seconds", NULL);
	json_decref(object);
	GOOD(why, "why", "--from", file, "edge2.internal/6");
	GOOD(why, "why", "--from", file, "edge2.access");
	GOOD(why, "why", "--from", file, "edge1.av");
	says(" 1  accept external/13,external/4 if9 udp 2001:db8::30 (edge1.av) > [2001:db8:7::1]:3479\n");
	assert_int_equal(RUN(why, "why", "--from", file, "2001:db8::/48"), REFUSED);
	says("       2  drop   no-row    local icmpv6 1/4 2001:db8:7::1 > 2001:db8::30 reply error\n");
	says("2001:db8::/48 is refused in part: no-row; to pass: ");
	GOOD(why, "why", "--from", file, "198.51.100.7");
	says("has nothing of 198.51.100.7");
	free(text);
}

/* A line of a file, with one text of it replaced. */
static char *replaced(const char *line, const char *from, const char *to)
{
	const char *at = strstr(line, from);

	if (!at)
		fail_msg("%s: not in %s", from, line);
	return xformat("%.*s%s%s", (int)(at - line), line, to, at + strlen(from));
}

/* A line of a file, the line with a change, and the line again. */
static void expect_two_kinds(const char *line, const char *from, const char *to)
{
	char *other = replaced(line, from, to);
	char *three = xformat("%s\n%s\n%s\n", line, other, line);
	json_t *object;

	assert_int_equal(RUN(why, "why", "--from", written(three), strstr(line, "\"2001:") ?
			     "::/0" : "0.0.0.0/0", "--json"), REFUSED);
	object = json();
	if (json_array_size(json_object_get(object, "kinds")) != 2)
		fail_msg("%s: of one kind with %s", from, to);
	json_decref(object);
	free(three);
	free(other);
}

static void what_differs_in_one_thing_is_another_kind(void **state)
{
	static const struct {
		const char *from, *to;
	} changes[] = {
		{ "\"verdict\":\"drop\"", "\"verdict\":\"accept\"" },
		{ "\"reason\":\"peer\"", "\"reason\":\"disabled\"" },
		{ "\"mode\":\"enforce\"", "\"mode\":\"audit\"" },
		{ "\"in\":\"lan=0\"", "\"in\":\"lan1\"" },
		{ "\"protocol\":\"tcp\"", "\"protocol\":\"udp\"" },
		{ "\"192.168.10.77\"", "\"192.168.10.78\"" },
		{ "\"172.25.33.11\"", "\"172.25.33.10\"" },
		{ "\"port\":8057", "\"port\":8058" },
		{ "\"reply\":false", "\"reply\":true" },
		{ "\"error\":false", "\"error\":true" },
		{ "\"rows\":[]", "\"rows\":[\"internal/4\"]" },
		{ "\"near\":[\"internal/4\"]", "\"near\":[\"internal/2\"]" },
	};
	char *line, *both, *other;
	size_t i;

	put_peer(message(), NF_EDGE_MODE_ENFORCE);
	GOOD(monitor, "monitor", "--json", "--count", "1");
	line = strndup(printed, strcspn(printed, "\n"));
	for (i = 0; i < ARRAY_SIZE(changes); i++)
		expect_two_kinds(line, changes[i].from, changes[i].to);
	/* Another source port is another try of the same. */
	other = replaced(line, "\"port\":40001", "\"port\":40002");
	both = xformat("%s\n%s\n", line, other);
	assert_int_equal(RUN(why, "why", "--from", written(both), "192.168.10.77"), REFUSED);
	says("       2" PEER_KIND);
	free(both);
	free(other);
	free(line);
}

static void kinds_of_icmp_differ_in_type_and_code(void **state)
{
	char *line;

	put_error(message());
	GOOD(monitor, "monitor", "--json", "--count", "1");
	line = strndup(printed, strcspn(printed, "\n"));
	expect_two_kinds(line, "\"icmp_type\":1", "\"icmp_type\":3");
	expect_two_kinds(line, "\"icmp_code\":4", "\"icmp_code\":3");
	free(line);
}

static void a_kind_tells_when_its_last_packet_came(void **state)
{
	char *line, *later, *both;
	json_t *object, *kind;

	put_peer(message(), NF_EDGE_MODE_ENFORCE);
	GOOD(monitor, "monitor", "--json", "--count", "1");
	line = strndup(printed, strcspn(printed, "\n"));
	later = replaced(line, "\"time_ns\":1796000583007000999",
			 "\"time_ns\":1796000590000000000");
	both = xformat("%s\n%s\n", line, later);
	assert_int_equal(RUN(why, "why", "--from", written(both), "192.168.10.77", "--json"),
			 REFUSED);
	object = json();
	kind = json_array_get(json_object_get(object, "kinds"), 0);
	expect_int(kind, "times", 2);
	expect_int(kind, "time_ns", 1796000583007000999LL);
	expect_int(kind, "last_ns", 1796000590000000000LL);
	json_decref(object);
	free(both);
	free(later);
	free(line);
}

/* Where all that would be refused is of mode audit; and where only some is. */
static void audit_is_told_of_several_kinds(void **state)
{
	char *line, *other, *one, *both;

	put_peer(message(), NF_EDGE_MODE_AUDIT);
	GOOD(monitor, "monitor", "--json", "--count", "1");
	line = strndup(printed, strcspn(printed, "\n"));
	other = replaced(line, "\"in\":\"lan=0\"", "\"in\":\"lan1\"");
	both = xformat("%s\n%s\n", line, other);
	assert_int_equal(RUN(why, "why", "--from", written(both), "192.168.10.77"), REFUSED);
	says("192.168.10.77 would be refused in mode enforce in 2 ways: each line");
	free(both);
	one = replaced(other, "\"mode\":\"audit\"", "\"mode\":\"enforce\"");
	both = xformat("%s\n%s\n", line, one);
	assert_int_equal(RUN(why, "why", "--from", written(both), "192.168.10.77"), REFUSED);
	says("192.168.10.77 is refused in 2 ways: each line");
	free(both);
	free(one);
	free(other);
	free(line);
}

/* Of so many kinds that some are only counted. */
static void kinds_are_bounded(void **state)
{
	char *line, *other, *some = NULL, to[32];
	json_t *object;
	size_t size, i;
	FILE *file;

	put_peer(message(), NF_EDGE_MODE_ENFORCE);
	GOOD(monitor, "monitor", "--json", "--count", "1");
	line = strndup(printed, strcspn(printed, "\n"));
	file = open_memstream(&some, &size);
	for (i = 1; i <= 203; i++) {
		snprintf(to, sizeof(to), "\"192.168.11.%zu\"", i);
		other = replaced(line, "\"192.168.10.77\"", to);
		fprintf(file, "%s\n", other);
		free(other);
	}
	fclose(file);
	assert_int_equal(RUN(why, "why", "--from", written(some), "192.168.11.0/24"), REFUSED);
	says("       3  of more kinds than 200\n"
	     "192.168.11.0/24 is refused in 200 and more ways: each line");
	assert_int_equal(RUN(why, "why", "--from", written(some), "192.168.11.0/24", "--json"),
			 REFUSED);
	object = json();
	assert_int_equal(json_array_size(json_object_get(object, "kinds")), 200);
	expect_int(object, "other_kinds", 3);
	expect_int(object, "refused", 203);
	json_decref(object);
	free(some);
	free(line);
}

/* Ports that nothing else tells apart share a line behind the third. */
static void ports_of_a_scan_share_a_line(void **state)
{
	static const char port[] = "\"port\":8057";
	char *line, *at, *some = NULL;
	size_t size, i;
	json_t *object;
	FILE *file;

	put_peer(message(), NF_EDGE_MODE_ENFORCE);
	GOOD(monitor, "monitor", "--json", "--count", "1");
	line = strndup(printed, strcspn(printed, "\n"));
	at = strstr(line, port);
	assert_non_null(at);
	*at = '\0';
	file = open_memstream(&some, &size);
	for (i = 0; i < 8; i++)
		fprintf(file, "%s\"port\":%zu%s\n", line,
			8057 + i % 5, at + strlen(port));
	fclose(file);
	assert_int_equal(RUN(why, "why", "--from", written(some), "192.168.10.77"),
			 REFUSED);
	assert_int_equal(times_said("\n01:03:03.007 drop   peer"), 2);
	says(":8059 (edge2.internal); to pass: internal/4 needs 192.168.10.77 in the peer set frontend\n"
	     "further ports are counted, and shown in the end\n\n8 refused");
	says("\n       8  drop   peer      lan=0 tcp 192.168.10.77 > 172.25.33.11:8057 (edge2.internal) and 4 more ports\n"
	     "192.168.10.77 is refused at 5 ports: peer; to pass at the first: internal/4 needs 192.168.10.77 in the peer set frontend\n");
	is_silent_of("8060");
	assert_int_equal(RUN(why, "why", "--from", written(some), "192.168.10.77",
			     "--json"), REFUSED);
	object = json();
	assert_int_equal(json_array_size(json_object_get(object, "kinds")), 5);
	json_decref(object);
	/* Three are told one by one. */
	*strstr(some, ":8060,") = '\0';
	*(strrchr(some, '\n') + 1) = '\0';
	assert_int_equal(RUN(why, "why", "--from", written(some), "192.168.10.77"),
			 REFUSED);
	says("\n       1  drop   peer      lan=0 tcp 192.168.10.77 > 172.25.33.11:8057 (edge2.internal)\n"
	     "       1  drop   peer      lan=0 tcp 192.168.10.77 > 172.25.33.11:8058 (edge2.internal)\n"
	     "       1  drop   peer      lan=0 tcp 192.168.10.77 > 172.25.33.11:8059 (edge2.internal)\n");
	says("192.168.10.77 is refused in 3 ways: each line tells");
	is_silent_of("further ports");
	is_silent_of("more ports");
	free(some);
	free(line);
}

static void a_file_of_other_lines_is_refused(void **state)
{
	static const char *const wrong[] = {
		"root:x:0:0\n", "{}\n", "[1]\n", "{\"type\":\"event\"}\n",
		"{\"schema_version\":1,\"type\":\"event\",\"verdict\":\"drop\"}\n",
		"{\"schema_version\":2,\"type\":\"summary\"}\n", "{\"schema",
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(wrong); i++) {
		assert_int_equal(RUN(why, "why", "--from", written(wrong[i]),
				     "192.0.2.1"), USAGE);
		complains("line 1 is none of edgectl monitor --json; see edgectl why --help");
		assert_string_equal(printed, "");
	}
	assert_int_equal(RUN(why, "why", "--from",
			     written("{\"schema_version\":1,\"type\":\"summary\"}\n\nx\n"),
			     "192.0.2.1"), USAGE);
	complains("line 3 is none of");
	/* The last line of a writer that was ended. */
	GOOD(why, "why", "--from",
	     written("{\"schema_version\":1,\"type\":\"summary\"}\n{\"schem"),
	     "192.0.2.1");
	assert_int_equal(RUN(why, "why", "--from", "/nonexistent", "192.0.2.1"),
			 SYSTEM);
	complains("/nonexistent: cannot be read: No such file");
	assert_int_equal(RUN(why, "why", "--from", "/", "192.0.2.1"), SYSTEM);
	complains("/: cannot be read: Is a directory");
	assert_string_equal(printed, "");
}

#define TEST(name)	cmocka_unit_test_setup_teardown(name, begin_events, end_events)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(each_kind_is_told_once),
		TEST(several_kinds_have_one_conclusion),
		TEST(conclusions_fit_what_came),
		TEST(json_has_the_kinds),
		TEST(the_module_gets_the_addresses),
		TEST(what_was_asked_wrong_is_refused),
		TEST(what_came_before_an_end_is_told),
		TEST(a_file_says_what_monitor_has_written),
		TEST(what_differs_in_one_thing_is_another_kind),
		TEST(kinds_of_icmp_differ_in_type_and_code),
		TEST(a_kind_tells_when_its_last_packet_came),
		TEST(audit_is_told_of_several_kinds),
		TEST(kinds_are_bounded),
		TEST(ports_of_a_scan_share_a_line),
		TEST(a_file_of_other_lines_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
