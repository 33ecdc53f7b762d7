// SPDX-License-Identifier: GPL-2.0-only
/*
 * monitor prints each event with all that the module says of it, tells what was
 * lost, sums up, and hands its filter to the module.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/macros.h"
#include "netlink/attribute.h"
#include "verbs/events.h"

static void a_line_says_what_is_known(void **state)
{
	put_all();
	GOOD(monitor, "monitor", "--count", "5");
	says("01:03:03.007 drop   peer      lan=0 tcp[S.] 192.168.10.77:40001 > 172.25.33.11:8057 (edge2.internal); to pass: internal/4 needs 192.168.10.77 in the peer set frontend\n");
	says("01:03:03.007 accept external/13,external/4 if9 udp [2001:db8::30]:3478 (edge1.av) > [2001:db8:7::1]:3479\n");
	says("01:03:03.007 drop   no-row    local icmpv6 1/4 2001:db8:7::1 > 2001:db8::30 reply error; to pass: ");
	says("01:03:03.007 audit  peer      lan=0 ");
	says("lost   7 events of peer: more than 100 a second, see --rate\n");
	says("lost   2 events of permitted connections: too many waited in the kernel\n");
	says("lost   3 events of permitted connections: they were not read fast enough\n");
	says("lost   2 events of peer: more than 100 a second, see --rate\n");
	says("4 refused and 1 permitted in 0s; lost: 9 beyond the rate, 2 in the kernel, 3 on the way\n");
	says("  by reason\n           2  no-row\n           2  peer\n");
	says("  by row\n           2  internal/4\n           1  external/13\n           1  external/4\n");
	says("  by source of what was refused\n           2  192.168.10.77\n           2  2001:db8:7::1\n");
}

static void an_end_comes_after_so_many_events(void **state)
{
	put_all();
	GOOD(monitor, "monitor", "--count", "1", "--utc");
	says("01:03:03.007Z drop   peer");
	is_silent_of("accept");
	says("1 refused and 0 permitted in 0s; nothing was lost\n");
}

/* A module that does not say both ends is not understood. */
static void an_event_without_an_end_is_left_out(void **state)
{
	struct nl_msg *msg = message();

	put_endless(msg, "192.0.2.1", NULL);
	put_endless(msg, NULL, "192.0.2.2");
	put_endless(msg, NULL, NULL);
	put_endless(msg, "192.0.2.3", "192.0.2.4");
	GOOD(monitor, "monitor", "--count", "1");
	is_silent_of("192.0.2.1");
	is_silent_of("192.0.2.2");
	says("192.0.2.3 > 192.0.2.4");
	says("0 refused and 1 permitted");
}

static void numbers_of_several_digits_are_read(void **state)
{
	put_all();
	GOOD(monitor, "monitor", "--count", "5", "--rate", "1250");
	assert_int_equal(attr_u32(attr_of(request_of(NF_EDGE_CMD_LISTEN, 0),
					  NF_EDGE_A_LISTEN_RATE)), 1250);
}

/* A summary that nobody gets is no success. */
static void what_cannot_be_printed_is_an_error(void **state)
{
	put_all();
	nothing_can_be_printed = true;
	assert_int_equal(RUN(monitor, "monitor", "--count", "5"), SYSTEM);
	complains("cannot write to standard output: No space left on device");
}

static void each_line_is_an_object(void **state)
{
	json_t *event, *ends, *number;
	char *line;

	put_all();
	GOOD(monitor, "monitor", "--json", "--count", "5");
	line = strtok(printed, "\n");
	event = json_loads(line, 0, NULL);
	expect_text(event, "type", "event");
	expect_text(event, "verdict", "drop");
	expect_text(event, "reason", "peer");
	expect_text(event, "mode", "enforce");
	expect_words(event, "rows", "");
	expect_words(event, "near", "internal/4");
	expect_text(event, "to_pass",
		    "internal/4 needs 192.168.10.77 in the peer set frontend");
	expect_text(event, "in", "lan=0");
	expect_int(event, "ifindex", 4);
	expect_text(event, "protocol", "tcp");
	expect_int(event, "tcp_flags", 0x12);
	expect_int(event, "length", 60);
	expect_int(event, "generation", 41);
	expect_int(event, "time_ns", 1796000583007000999LL);
	expect_bool(event, "reply", false);
	ends = json_object_get(event, "destination");
	expect_text(ends, "address", "172.25.33.11");
	expect_int(ends, "port", 8057);
	expect_text(ends, "node", "edge2");
	expect_words(ends, "services", "internal");
	expect_text(json_object_get(event, "source"), "node", NULL);
	json_decref(event);

	event = json_loads(strtok(NULL, "\n"), 0, NULL);
	expect_words(event, "rows", "external/13 external/4");
	expect_text(event, "reason", NULL);
	expect_text(event, "mode", NULL);
	expect_text(event, "to_pass", NULL);
	expect_text(event, "in", NULL);
	json_decref(event);

	event = json_loads(strtok(NULL, "\n"), 0, NULL);
	expect_bool(event, "reply", true);
	expect_bool(event, "error", true);
	expect_int(event, "icmp_type", 1);
	expect_int(event, "icmp_code", 4);
	number = json_object_get(json_object_get(event, "source"), "port");
	assert_true(json_is_null(number));
	assert_true(json_is_null(json_object_get(event, "tcp_flags")));
	assert_true(json_is_null(json_object_get(event, "ifindex")));
	json_decref(event);

	strtok(NULL, "\n");
	event = json_loads(strtok(NULL, "\n"), 0, NULL);
	expect_text(event, "type", "lost");
	expect_text(event, "reason", "peer");
	expect_int(event, "suppressed", 7);
	json_decref(event);
	event = json_loads(strtok(NULL, "\n"), 0, NULL);
	expect_text(event, "verdict", "accept");
	expect_text(event, "reason", NULL);
	expect_int(event, "ring_full", 2);
	expect_int(event, "socket_full", 3);
	json_decref(event);
	strtok(NULL, "\n");
	strtok(NULL, "\n");
	event = json_loads(strtok(NULL, "\n"), 0, NULL);
	expect_text(event, "type", "summary");
	expect_int(event, "refused", 4);
	expect_int(event, "permitted", 1);
	expect_int(json_object_get(event, "reasons"), "peer", 2);
	expect_int(json_object_get(event, "rows"), "internal/4", 2);
	expect_int(json_object_get(event, "sources"), "192.168.10.77", 2);
	expect_int(json_object_get(event, "lost"), "suppressed", 9);
	json_decref(event);
	assert_null(strtok(NULL, "\n"));
}

static void a_collector_gets_its_format(void **state)
{
	put_all();
	GOOD(monitor, "monitor", "--cef", "--count", "5");
	says("CEF:0|nf_edge|nf_edge|" NF_EDGE_VERSION "|peer|Packet refused|5|rt=1796000583007 act=dropped src=192.168.10.77 dst=172.25.33.11 spt=40001 dpt=8057 proto=tcp deviceInboundInterface=lan\\=0 reason=peer cs1Label=near rows cs1=internal/4 in=60\n");
	says("|permitted|Connection permitted|1|rt=1796000583007 act=permitted c6a2=2001:db8::30 c6a2Label=Source IPv6 Address c6a3=2001:db8:7::1 c6a3Label=Destination IPv6 Address spt=3478 dpt=3479 proto=udp cs1Label=rows cs1=external/13,external/4 in=60\n");
	says("|peer|Packet refused|3|rt=1796000583007 act=would drop ");
	says("|lost|Events lost|4|cnt=7 reason=peer msg=more than 100 a second, see --rate\n");
	is_silent_of("by reason");
}

static void of_another_policy_the_rows_are_named(void **state)
{
	put_all();
	module.view.generation = 42;
	GOOD(monitor, "monitor", "--count", "1");
	says("172.25.33.11:8057 (edge2.internal); near internal/4\n");
}

static void the_module_gets_the_filter(void **state)
{
	struct nlmsghdr *asked;
	struct nlattr *attr;

	put_all();
	GOOD(monitor, "monitor", "--count", "1", "--refused", "--reason",
	     "peer,no-row", "--zone", "internal,pic", "--node", "edge2",
	     "--row", "internal/4", "--address", "192.0.2.0/24,2001:db8::/32",
	     "--rate", "7");
	asked = request_of(NF_EDGE_CMD_LISTEN, 0);
	assert_int_equal(attr_u32(attr_of(asked, NF_EDGE_A_LISTEN_VERDICTS)),
			 1U << NF_EDGE_VERDICT_DROP);
	assert_int_equal(attr_u32(attr_of(asked, NF_EDGE_A_LISTEN_REASONS)),
			 1U << NF_EDGE_REASON_PEER | 1U << NF_EDGE_REASON_NO_ROW);
	assert_int_equal(attr_u32(attr_of(asked, NF_EDGE_A_LISTEN_ZONES)),
			 1U << NF_EDGE_ZONE_INTERNAL | 1U << NF_EDGE_ZONE_PIC);
	assert_string_equal(nla_get_string(attr_of(asked, NF_EDGE_A_LISTEN_NODE)),
			    "edge2");
	assert_string_equal(nla_get_string(attr_of(asked, NF_EDGE_A_LISTEN_ROW)),
			    "internal/4");
	assert_int_equal(attr_u32(attr_of(asked, NF_EDGE_A_LISTEN_RATE)), 7);
	attr = attr_of(asked, NF_EDGE_A_LISTEN_PREFIXES_IPV4);
	assert_int_equal(nla_len(attr), 8);
	assert_memory_equal(nla_data(attr), "\xc0\0\x02\0\x18\0\0\0", 8);
	attr = attr_of(asked, NF_EDGE_A_LISTEN_PREFIXES_IPV6);
	assert_int_equal(nla_len(attr), 20);
	assert_int_equal(((uint8_t *)nla_data(attr))[16], 32);

	put_all();
	GOOD(monitor, "monitor", "--count", "1", "--permitted");
	asked = request_of(NF_EDGE_CMD_LISTEN, 0);
	assert_int_equal(attr_u32(attr_of(asked, NF_EDGE_A_LISTEN_VERDICTS)),
			 1U << NF_EDGE_VERDICT_ACCEPT);
	assert_null(attr_of(asked, NF_EDGE_A_LISTEN_REASONS));
	assert_null(attr_of(asked, NF_EDGE_A_LISTEN_PREFIXES_IPV4));
	assert_null(attr_of(asked, NF_EDGE_A_LISTEN_RATE));
}

static void names_that_are_not_there_are_refused(void **state)
{
	assert_int_equal(RUN(monitor, "monitor", "--node", "edge3"), REFUSED);
	complains("edge3: unknown node; ");
	assert_int_equal(RUN(monitor, "monitor", "--row", "internal/44"), REFUSED);
	complains("internal/44: unknown row; ");
	assert_null(request_of(NF_EDGE_CMD_LISTEN, 0));
	/* The policy to come may have any name. */
	put_all();
	module.view.loaded = false;
	GOOD(monitor, "monitor", "--node", "edge3", "--count", "1");
	complains("no policy is loaded: events begin with edgectl load");
}

static void ends_are_told(void **state)
{
	nla_put_flag(message(), NF_EDGE_A_LISTEN_END);
	assert_int_equal(RUN(monitor, "monitor"), SYSTEM);
	complains("the module was unloaded: it sends no more events");
	assert_int_equal(RUN(monitor, "monitor"), SYSTEM);
	complains("cannot receive events: Connection reset by peer");
	module.refused = NF_EDGE_CMD_LISTEN;
	module.error = EBUSY;
	module.sentence = "eight sockets listen";
	assert_int_equal(RUN(monitor, "monitor"), REFUSED);
	complains("cannot listen: eight sockets listen");
}

#define TEST(name)	cmocka_unit_test_setup_teardown(name, begin_events, end_events)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_line_says_what_is_known),
		TEST(an_end_comes_after_so_many_events),
		TEST(an_event_without_an_end_is_left_out),
		TEST(numbers_of_several_digits_are_read),
		TEST(what_cannot_be_printed_is_an_error),
		TEST(each_line_is_an_object),
		TEST(a_collector_gets_its_format),
		TEST(of_another_policy_the_rows_are_named),
		TEST(the_module_gets_the_filter),
		TEST(names_that_are_not_there_are_refused),
		TEST(ends_are_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
