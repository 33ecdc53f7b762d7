// SPDX-License-Identifier: GPL-2.0-only
/* The impact of a change: connections are asked about whole, and told as judged. */
#include <errno.h>
#include <jansson.h>
#include <netinet/in.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/macros.h"
#include "verbs/site.h"

#define MANY	(2 * NF_EDGE_MAX_QUERIES + 3)

static struct tracked table[MANY];

static const struct verdict accepted = {
	.verdict = NF_EDGE_VERDICT_ACCEPT, .reason = -1,
	.mode = NF_EDGE_MODE_ENFORCE,
};

static struct verdict now;

static struct verdict dropped(int reason, const char *near)
{
	return (struct verdict){
		.verdict = NF_EDGE_VERDICT_DROP, .reason = reason,
		.near = ids(near), .mode = NF_EDGE_MODE_ENFORCE,
	};
}

/* Connections to port 443, and the port after it of each that follows. */
static void open_connections(size_t count)
{
	size_t i;

	for (i = 0; i < count; i++)
		table[i] = (struct tracked){
			.protocol = IPPROTO_TCP, .source = ip("198.51.100.7"),
			.destination = ip("131.107.155.10"),
			.reply_source = ip("131.107.155.10"),
			.reply_destination = ip("198.51.100.7"),
			.source_port = 40000,
			.destination_port = (uint16_t)(443 + i),
		};
	connections = (struct tracked_list){ .items = table, .count = count };
}

static int begin(void **state)
{
	int error = begin_site(state);

	now = accepted;
	now.rows = ids("external/5 pic/3");
	module.now = &now;
	module.tried = dropped(NF_EDGE_REASON_DISABLED, "external/5");
	return error;
}

static struct nlattr *asked_about(struct nlmsghdr *request, size_t n)
{
	struct nlattr *attr;
	int left;

	nlmsg_for_each_attr(attr, request, GENL_HDRLEN, left)
		if (nla_type(attr) == NF_EDGE_A_POLICY_QUERY && !n--)
			return attr;
	return NULL;
}

static size_t questions(struct nlmsghdr *request)
{
	size_t n = 0;

	while (asked_about(request, n))
		n++;
	return n;
}

static void expect_ip(const struct nlattr *query, int attribute,
		      const char *text)
{
	struct nlattr *attr = nla_find(nla_data(query), nla_len(query),
				       attribute);
	struct ip wanted = ip(text);

	assert_non_null(attr);
	assert_memory_equal(nla_data(attr), wanted.bytes,
			    (size_t)nla_len(attr));
}

static void each_connection_is_asked_about_whole(void **state)
{
	struct nlmsghdr *request;
	struct nlattr *query;

	(void)state;
	open_connections(3);
	table[0].destination = ip("192.0.2.1");
	table[0].reply_destination = ip("192.0.2.99");
	table[1].protocol = IPPROTO_ICMP;
	table[1].icmp_type = 13;
	table[2].protocol = 47;
	GOOD(switch, "zone", "off", "pic", "--list");
	request = request_of(NF_EDGE_CMD_EXPLAIN, 0);
	assert_non_null(attr_of(request, NF_EDGE_A_POLICY_TRIED));
	assert_int_equal(questions(request), 3);
	query = asked_about(request, 0);
	expect_ip(query, NF_EDGE_A_QUERY_SOURCE_IPV4, "198.51.100.7");
	expect_ip(query, NF_EDGE_A_QUERY_DESTINATION_IPV4, "192.0.2.1");
	expect_ip(query, NF_EDGE_A_QUERY_REPLY_SOURCE_IPV4, "131.107.155.10");
	expect_ip(query, NF_EDGE_A_QUERY_REPLY_DESTINATION_IPV4, "192.0.2.99");
	query = asked_about(request, 1);
	assert_int_equal(nla_get_u8(nla_find(nla_data(query), nla_len(query),
					     NF_EDGE_A_QUERY_ICMP_TYPE)), 13);
	query = asked_about(request, 2);
	assert_null(nla_find(nla_data(query), nla_len(query),
			     NF_EDGE_A_QUERY_DESTINATION_PORT));
	assert_null(nla_find(nla_data(query), nla_len(query),
			     NF_EDGE_A_QUERY_ICMP_TYPE));
	/* The policy in force is asked too: it may refuse the same. */
	request = request_of(NF_EDGE_CMD_EXPLAIN, 1);
	assert_null(attr_of(request, NF_EDGE_A_POLICY_TRIED));
	says("3 of 3 connections are cut:\n"
	     "  tcp 198.51.100.7:40000 -> 192.0.2.1:443, by external/5, pic/3: disabled (external/5)\n"
	     "  icmp 198.51.100.7 -> 131.107.155.10, by external/5, pic/3: disabled (external/5)\n"
	     "  protocol 47 198.51.100.7 -> 131.107.155.10, ");
}

static void no_connection_is_left_out(void **state)
{
	static const size_t sizes[] = {
		1, NF_EDGE_MAX_QUERIES - 1, NF_EDGE_MAX_QUERIES,
		NF_EDGE_MAX_QUERIES + 1, MANY,
	};
	char said[64];
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(sizes); i++) {
		open_connections(sizes[i]);
		forget_requests();
		GOOD(switch, "zone", "off", "pic");
		assert_int_equal(questions(request_of(NF_EDGE_CMD_EXPLAIN, 0)),
				 sizes[i] < NF_EDGE_MAX_QUERIES ? sizes[i] :
				 NF_EDGE_MAX_QUERIES);
		snprintf(said, sizeof(said), "%zu of %zu connection", sizes[i],
			 sizes[i]);
		says(said);
	}
	/* The last one alone is cut. */
	module.cut_port = 443 + MANY - 1;
	GOOD(switch, "zone", "off", "pic", "--list");
	says("1 of 35 connections is cut:\n"
	     "  tcp 198.51.100.7:40000 -> 131.107.155.10:477, ");
}

/* What is refused already, or passes then, is not cut. */
static void only_what_passes_now_is_cut(void **state)
{
	(void)state;
	open_connections(2);
	now = module.tried;
	GOOD(switch, "zone", "off", "pic", "--list");
	says("no connection is cut");
	now.mode = NF_EDGE_MODE_AUDIT;
	GOOD(switch, "zone", "off", "pic", "--list");
	says("refused by the policy, and not dropped now: disabled (external/5)");
	now = accepted;
	module.tried.mode = NF_EDGE_MODE_AUDIT;
	GOOD(switch, "zone", "off", "pic", "--list");
	says("no connection is cut");
	module.tried = accepted;
	GOOD(switch, "zone", "off", "pic", "--list");
	says("no connection is cut");
	/* Nor is the policy in force asked where none is refused. */
	assert_null(request_of(NF_EDGE_CMD_EXPLAIN, 1));
}

static void a_direction_that_is_refused_cuts(void **state)
{
	struct verdict reply = dropped(NF_EDGE_REASON_PEER, "external/6");

	(void)state;
	open_connections(1);
	module.tried = accepted;
	module.reply = &reply;
	GOOD(switch, "zone", "off", "pic", "--list");
	says("by external/5, pic/3: peer (external/6)");
	module.tried = dropped(NF_EDGE_REASON_DISABLED, "external/5");
	GOOD(switch, "zone", "off", "pic", "--list");
	says("by external/5, pic/3: disabled (external/5)");
	/* The other way round, only the first direction is refused. */
	module.reply = &accepted;
	GOOD(switch, "zone", "off", "pic", "--list");
	says("1 of 1 connections is cut");
}

static void a_limit_is_what_may_be_cut(void **state)
{
	(void)state;
	open_connections(3);
	assert_int_equal(RUN(switch, "zone", "off", "pic", "--fail-if-cut", "2"),
			 REFUSED);
	complains("3 of 3 connections would be cut, and --fail-if-cut allows 2; nothing was changed");
	/* The dry run alone was sent. */
	assert_null(request_of(NF_EDGE_CMD_SWITCH, 1));
	GOOD(switch, "zone", "off", "pic", "--fail-if-cut", "3");
	assert_null(attr_of(request_of(NF_EDGE_CMD_SWITCH, 1),
			    NF_EDGE_A_SWITCH_DRY_RUN));
	assert_int_equal(nla_get_u32(attr_of(request_of(NF_EDGE_CMD_SWITCH, 1),
					     NF_EDGE_A_SWITCH_GENERATION)), 41);
	assert_int_equal(RUN(switch, "zone", "off", "pic", "--fail-if-cut", "0"),
			 REFUSED);
	assert_int_equal(RUN(switch, "zone", "off", "pic", "--fail-if-cut",
			     "4294967296"), USAGE);
	assert_int_equal(RUN(switch, "zone", "off", "pic", "--fail-if-cut",
			     "-1"), USAGE);
	assert_int_equal(RUN(switch, "zone", "off", "pic", "--fail-if-cut",
			     ""), USAGE);
}

/* Nobody knows: the change is made, unless a limit was set. */
static void an_unknown_impact_is_told(void **state)
{
	json_t *answer, *impact;

	(void)state;
	open_connections(1);
	connections_error = -EPERM;
	GOOD(switch, "zone", "off", "pic");
	says("unknown how many connections are cut: connection tracking does not list");
	GOOD(switch, "zone", "off", "pic", "--json");
	answer = json();
	impact = json_object_get(answer, "impact");
	assert_true(json_is_null(json_object_get(impact, "judged")));
	assert_true(json_is_null(json_object_get(impact, "cut")));
	assert_true(json_is_string(json_object_get(impact, "unknown")));
	json_decref(answer);
	assert_int_equal(RUN(switch, "zone", "off", "pic", "--fail-if-cut",
			     "9"), SYSTEM);
	complains("nobody knows which connections would be cut");
	assert_null(request_of(NF_EDGE_CMD_SWITCH, 0));
}

/* A module that answers about some of the connections is not understood. */
static void an_answer_that_is_short_is_an_error(void **state)
{
	(void)state;
	open_connections(3);
	module.unanswered = 1;
	assert_int_equal(RUN(switch, "zone", "off", "pic"), SYSTEM);
	complains("edgectl: cannot switch: Protocol error\n");
	assert_null(request_of(NF_EDGE_CMD_SWITCH, 1));
	module.unanswered = 0;
	GOOD(switch, "zone", "off", "pic");
	assert_non_null(request_of(NF_EDGE_CMD_SWITCH, 1));
}

static void what_opens_asks_nothing(void **state)
{
	(void)state;
	open_connections(1);
	GOOD(switch, "zone", "on", "pic", "--list");
	is_silent_of("cut");
	assert_null(request_of(NF_EDGE_CMD_EXPLAIN, 0));
}

static void json_has_each_connection(void **state)
{
	json_t *answer, *impact, *cut;

	(void)state;
	open_connections(2);
	table[0].source = ip("2001:db8::7");
	GOOD(switch, "zone", "off", "pic", "--json", "--list");
	answer = json();
	impact = json_object_get(answer, "impact");
	expect_int(impact, "judged", 2);
	expect_int(impact, "cut", 2);
	cut = item(impact, "list", "source", "2001:db8::7");
	expect_text(cut, "protocol", "tcp");
	expect_int(cut, "source_port", 40000);
	expect_text(cut, "destination", "131.107.155.10");
	expect_int(cut, "destination_port", 443);
	expect_words(cut, "rows", "external/5 pic/3");
	expect_text(cut, "reason", "disabled");
	expect_words(cut, "near", "external/5");
	json_decref(answer);
}

#define A_TEST(name)	cmocka_unit_test_setup_teardown(name, begin, end_site)

int main(void)
{
	const struct CMUnitTest tests[] = {
		A_TEST(each_connection_is_asked_about_whole),
		A_TEST(no_connection_is_left_out),
		A_TEST(only_what_passes_now_is_cut),
		A_TEST(a_direction_that_is_refused_cuts),
		A_TEST(a_limit_is_what_may_be_cut),
		A_TEST(an_unknown_impact_is_told),
		A_TEST(an_answer_that_is_short_is_an_error),
		A_TEST(what_opens_asks_nothing),
		A_TEST(json_has_each_connection),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
