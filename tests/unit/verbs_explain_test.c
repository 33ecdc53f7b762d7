// SPDX-License-Identifier: GPL-2.0-only
/* explain: the query that is sent, and the answer that is printed. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <errno.h>
#include <jansson.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cmocka.h>

#include "verbs/site.h"
#include "base/macros.h"

#define QUESTION	"--in", "wan0", "tcp", "198.51.100.7:1", "131.107.155.10:443"

static void drops(uint32_t reason, struct row_ids near)
{
	module.tried = (struct verdict){
		.verdict = NF_EDGE_VERDICT_DROP, .reason = (int)reason,
		.near = near, .mode = NF_EDGE_MODE_ENFORCE,
	};
	assert_int_equal(RUN(explain, "explain", QUESTION), REFUSED);
}

static void expect_ip(struct nlattr *query, int type, const char *text)
{
	struct nlattr *attr = nla_find(nla_data(query), nla_len(query), type);
	struct ip wanted = ip(text);

	assert_non_null(attr);
	assert_int_equal(nla_len(attr), wanted.family == AF_INET ? 4 : 16);
	assert_memory_equal(nla_data(attr), wanted.bytes, nla_len(attr));
}

static struct nlattr *sent(int type)
{
	struct nlattr *query = attr_of(request_of(NF_EDGE_CMD_EXPLAIN, 0),
				       NF_EDGE_A_POLICY_QUERY);

	return nla_find(nla_data(query), nla_len(query), type);
}

static void the_question_is_sent_as_it_was_asked(void **state)
{
	struct nlattr *query;

	module.tried = (struct verdict){
		.verdict = NF_EDGE_VERDICT_ACCEPT, .reason = -1,
	};
	GOOD(explain, "explain", QUESTION, "--json");
	query = attr_of(request_of(NF_EDGE_CMD_EXPLAIN, 0),
			NF_EDGE_A_POLICY_QUERY);
	assert_string_equal(nla_get_string(sent(NF_EDGE_A_QUERY_IN)), "wan0");
	assert_null(sent(NF_EDGE_A_QUERY_LOCAL));
	assert_int_equal(nla_get_u8(sent(NF_EDGE_A_QUERY_PROTOCOL)), IPPROTO_TCP);
	assert_int_equal(nla_get_u16(sent(NF_EDGE_A_QUERY_DESTINATION_PORT)),
			 443);
	expect_ip(query, NF_EDGE_A_QUERY_SOURCE_IPV4, "198.51.100.7");
	expect_ip(query, NF_EDGE_A_QUERY_DESTINATION_IPV4, "131.107.155.10");

	GOOD(explain, "explain", "--local", "icmp", "2001:db8::1", "2001:db8::2",
	     "--json");
	query = attr_of(request_of(NF_EDGE_CMD_EXPLAIN, 0),
			NF_EDGE_A_POLICY_QUERY);
	assert_null(sent(NF_EDGE_A_QUERY_IN));
	assert_non_null(sent(NF_EDGE_A_QUERY_LOCAL));
	assert_null(sent(NF_EDGE_A_QUERY_DESTINATION_PORT));
	assert_int_equal(nla_get_u8(sent(NF_EDGE_A_QUERY_PROTOCOL)),
			 IPPROTO_ICMPV6);
	expect_ip(query, NF_EDGE_A_QUERY_SOURCE_IPV6, "2001:db8::1");
	expect_ip(query, NF_EDGE_A_QUERY_DESTINATION_IPV6, "2001:db8::2");
}

static void json_has_each_part_of_the_answer(void **state)
{
	json_t *object;

	module.tried = (struct verdict){
		.verdict = NF_EDGE_VERDICT_ACCEPT, .reason = -1,
		.rows = ids("external/5 pic/3"),
		.source_node = "edge2", .destination_node = "edge1",
		.mode = NF_EDGE_MODE_AUDIT,
	};
	GOOD(explain, "explain", QUESTION, "--json");
	object = json();
	expect_text(object, "verdict", "accept");
	expect_text(object, "reason", NULL);
	expect_words(object, "rows", "external/5 pic/3");
	expect_words(object, "near", "");
	expect_text(object, "source_node", "edge2");
	expect_text(object, "destination_node", "edge1");
	expect_text(object, "mode", "audit");
	json_decref(object);

	module.tried = (struct verdict){
		.verdict = NF_EDGE_VERDICT_DROP,
		.reason = NF_EDGE_REASON_DISABLED, .near = ids("external/6"),
		.mode = NF_EDGE_MODE_ENFORCE,
	};
	assert_int_equal(RUN(explain, "explain", QUESTION, "--json"), REFUSED);
	object = json();
	expect_text(object, "verdict", "drop");
	expect_text(object, "reason", "disabled");
	expect_words(object, "near", "external/6");
	expect_text(object, "source_node", NULL);
	json_decref(object);

	module.tried = (struct verdict){
		.verdict = NF_EDGE_VERDICT_NOT_GOVERNED, .reason = -1, .mode = -1,
	};
	GOOD(explain, "explain", QUESTION, "--json");
	object = json();
	expect_text(object, "verdict", "not-governed");
	expect_text(object, "reason", NULL);
	expect_text(object, "mode", NULL);
	json_decref(object);
}

static void a_text_names_rows_and_nodes(void **state)
{
	module.tried = (struct verdict){
		.verdict = NF_EDGE_VERDICT_ACCEPT, .reason = -1,
		.rows = ids("external/5"), .source_node = "edge2",
		.destination_node = "edge1",
	};
	GOOD(explain, "explain", QUESTION);
	says("accept\n  external/5    remote users sign in");
	says("  from node edge2\n  to node edge1\n");
	module.tried = (struct verdict){
		.verdict = NF_EDGE_VERDICT_NOT_GOVERNED, .reason = -1,
	};
	GOOD(explain, "explain", QUESTION);
	says("not-governed: no Edge address is in it");
	module.view.loaded = false;
	GOOD(explain, "explain", QUESTION);
	says("not-governed: no policy is loaded");
}

static void each_reason_has_its_sentence(void **state)
{
	uint32_t reason;

	for (reason = 0; reason < REASON_COUNT; reason++) {
		drops(reason, ids(""));
		says("drop: ");
		says(names_word(&names_reasons, reason));
		says(reason_sentences[reason]);
		is_silent_of("Near rows");
	}
	drops(NF_EDGE_REASON_SPOOFED, ids(""));
	says("\n  The source cannot be where the packet came from.\n");
}

/* The note of a near row is no remedy. */
static void each_reason_has_a_remedy(void **state)
{
	uint32_t reason;

	for (reason = 0; reason < REASON_COUNT; reason++) {
		drops(reason, ids("external/5"));
		if (!strstr(printed, "  To pass: "))
			says("    external/5    needs ");
	}
}

static void each_reason_has_its_remedy(void **state)
{
	static const struct {
		uint32_t reason;
		const char *remedy;
	} remedies[] = {
		{ NF_EDGE_REASON_SPOOFED,
		  "a second side would take the guards of this interface away" },
		{ NF_EDGE_REASON_ISOLATION, "an interface with side internal" },
		{ NF_EDGE_REASON_UNTRACKED, "the rule that marks it notrack" },
		{ NF_EDGE_REASON_NO_ROW, "edgectl show rows lists them" },
		{ NF_EDGE_REASON_INVALID, "begin a new connection" },
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(remedies); i++) {
		drops(remedies[i].reason, ids(""));
		says(remedies[i].remedy);
	}
	drops(NF_EDGE_REASON_INTERFACE, ids("external/5 external/7 internal/2"));
	says("    external/5    needs an interface with side external\n");
	says("    external/7    needs an interface with side edge\n");
	says("    internal/2    needs an interface with side internal\n");

	drops(NF_EDGE_REASON_PEER, ids("external/2 external/1 external/5 internal/5"));
	says("    external/2    needs 131.107.155.10 in the peer set crl\n");
	says("    external/1    needs a peer of the external side; internal-networks decides\n");
	says("    external/5    needs a peer of the external side; internal-networks decides\n");
	says("    internal/5    needs 198.51.100.7 in the peer set frontend\n");

	policy->zones = ALL_ZONES & ~(1U << NF_EDGE_ZONE_PIC);
	policy->features = ALL_FEATURES & ~(1U << NF_EDGE_FEATURE_FEDERATION |
					    1U << NF_EDGE_FEATURE_PIC);
	set_rows();
	drops(NF_EDGE_REASON_DISABLED, ids("external/6 pic/3 pic/1"));
	says("    external/6    needs edgectl feature on federation\n");
	says("    pic/3         needs edgectl zone on pic\n");
	says("    pic/1         needs edgectl zone on pic and edgectl feature on pic\n");

	drops(NF_EDGE_REASON_SEVERAL, ids("external/6 external/2"));
	says("    external/6    needs edgectl feature on federation, and more\n");
	says("    external/2    needs an interface with side edge, and needs 131.107.155.10 in the peer set crl\n");

	drops(NF_EDGE_REASON_CLS_GUARD, ids("external/11"));
	says("expose-cls-ports = true");
	says("    external/11   media from partners that still run OCS 2007\n");
}

static void audit_and_echo_are_said(void **state)
{
	drops(NF_EDGE_REASON_NO_ROW, ids(""));
	is_silent_of("audit");
	is_silent_of("ping");
	module.tried.mode = NF_EDGE_MODE_AUDIT;
	assert_int_equal(RUN(explain, "explain", QUESTION), REFUSED);
	says("drop: no-row (mode audit: it is counted, and passes)\n");
	assert_int_equal(RUN(explain, "explain", "--local", "icmp", "192.0.2.1",
			     "192.0.2.2"), REFUSED);
	says("Echo requests pass only where ping lists the side");
}

static void words_are_told_as_numbers(void **state)
{
	json_t *object, *packet;

	module.tried = (struct verdict){
		.verdict = NF_EDGE_VERDICT_ACCEPT, .reason = -1,
	};
	GOOD(explain, "explain", QUESTION);
	is_silent_of("asked about");
	GOOD(explain, "explain", "--local", "tcp", "198.51.100.7:dns",
	     "131.107.155.10:sip-tls");
	says("  asked about tcp 198.51.100.7 131.107.155.10:5061\n");
	GOOD(explain, "explain", "--local", "udp", "2001:db8::7",
	     "[2001:db8::1]:stun", "--json");
	object = json();
	packet = json_object_get(object, "packet");
	expect_text(packet, "in", NULL);
	expect_text(packet, "protocol", "udp");
	expect_text(packet, "source", "2001:db8::7");
	expect_text(packet, "destination", "2001:db8::1");
	expect_int(packet, "destination_port", 3478);
	assert_null(json_object_get(object, "answers"));
	json_decref(object);
}

static void a_set_is_asked_about_by_its_name(void **state)
{
	json_t *object, *answer;

	add(NF_EDGE_PEER_SET_SBA, "198.51.100.8/30");
	add(NF_EDGE_PEER_SET_SBA, "198.51.100.12");
	add(NF_EDGE_PEER_SET_SBA, "2001:db8:7::/64");
	module.tried = (struct verdict){
		.verdict = NF_EDGE_VERDICT_DROP,
		.reason = NF_EDGE_REASON_PEER, .near = ids("internal/4"),
		.mode = NF_EDGE_MODE_ENFORCE,
	};
	assert_int_equal(RUN(explain, "explain", "--in", "lan0", "tcp", "peers",
			     "sba", "131.107.155.10:https"), REFUSED);
	says("198.51.100.8/30, 198.51.100.12 of peers sba:\ndrop: peer\n");
	says("needs 198.51.100.8 in the peer set");
	says("  asked about tcp 198.51.100.8 131.107.155.10:443\n");
	is_silent_of("not judged alike");
	assert_int_equal(RUN(explain, "explain", "--in", "lan0", "tcp", "peers",
			     "sba", "131.107.155.10:https", "--json"), REFUSED);
	object = json();
	expect_text(object, "reason", "peer");
	assert_int_equal(json_array_size(json_object_get(object, "answers")), 1);
	answer = json_array_get(json_object_get(object, "answers"), 0);
	expect_text(answer, "reason", "peer");
	expect_words(answer, "addresses", "198.51.100.8/30 198.51.100.12");
	json_decref(object);
	assert_int_equal(RUN(explain, "explain", "--in", "lan0", "tcp", "peers",
			     "sbas", "131.107.155.10:https"), USAGE);
	complains("sbas: no peer set has this name; the nearest is sba; see edgectl explain");
}

static void a_refused_question_says_why(void **state)
{
	module.tried = (struct verdict){
		.verdict = NF_EDGE_VERDICT_ACCEPT, .reason = -1,
		.rows = ids("external/5"),
	};
	module.refused = NF_EDGE_CMD_EXPLAIN;
	module.error = EINVAL;
	module.sentence = "no such thing";
	assert_int_equal(RUN(explain, "explain", QUESTION), REFUSED);
	complains("cannot explain: no such thing");
}

/* --- many questions */

static enum outcome run_batch(const char *text)
{
	int input = memfd_create("questions", MFD_CLOEXEC);
	int before = dup(STDIN_FILENO);
	enum outcome outcome;

	assert_int_equal(pwrite(input, text, strlen(text), 0), strlen(text));
	dup2(input, STDIN_FILENO);
	outcome = RUN(explain, "explain", "--batch");
	dup2(before, STDIN_FILENO);
	close(before);
	close(input);
	return outcome;
}

/* More than are sent ahead, with and without a newline at the end. */
static void a_batch_answers_each_line(void **state)
{
	char *text = NULL;
	size_t size, i;
	FILE *stream;

	module.tried = (struct verdict){
		.verdict = NF_EDGE_VERDICT_ACCEPT, .reason = -1, .mode = -1,
	};
	stream = open_memstream(&text, &size);
	for (i = 0; i < 200; i++)
		fprintf(stream, "%s--local tcp 192.0.2.1:1 192.0.2.2:%zu",
			i ? "\n" : "", i);
	fclose(stream);
	assert_int_equal(run_batch(text), DONE);
	free(text);
	assert_int_equal(times_said("\"verdict\""), 200);
	for (i = 0; i < 200; i++)
		assert_non_null(request_of(NF_EDGE_CMD_EXPLAIN, i));
	assert_null(request_of(NF_EDGE_CMD_EXPLAIN, 200));

	assert_int_equal(run_batch("# none\n\n \t\n--local udp 192.0.2.1 192.0.2.2:53\n"
				   "what is this\n--local tcp 192.0.2.1 192.0.2.2:80\n"),
			 USAGE);
	assert_int_equal(times_said("\"verdict\""), 2);
	says("\"line\":5}\n");
	assert_int_equal(times_said("\"error\""), 1);
	assert_true(strstr(printed, "\"error\"") > strstr(printed, "\"verdict\""));

	module.refused = NF_EDGE_CMD_EXPLAIN;
	module.error = EINVAL;
	module.sentence = "no such thing";
	assert_int_equal(run_batch("\n--local udp 192.0.2.1 192.0.2.2:53\n"), USAGE);
	says("\"error\":\"no such thing\",\"line\":2}");
	module.error = EPERM;
	assert_int_equal(run_batch("--local udp 192.0.2.1 192.0.2.2:53\n"), SYSTEM);
	/* Errors behind the one that ends it are forgotten. */
	assert_int_equal(run_batch("--local udp 192.0.2.1 192.0.2.2:53\nwhat\nis\n"
				   "--local udp 192.0.2.1 192.0.2.2:53\nthis\n"), SYSTEM);
	assert_int_equal(times_said("\"error\""), 0);
}

/* Longer than any buffer that is there at first, by one line and by many. */
static void a_batch_may_be_long(void **state)
{
	static const char question[] = "--local udp 192.0.2.1 192.0.2.2:53\n";
	size_t count = 3000, length = strlen(question), i;
	char *text = malloc(count * length + 200001);

	module.tried = (struct verdict){
		.verdict = NF_EDGE_VERDICT_ACCEPT, .reason = -1, .mode = -1,
	};
	for (i = 0; i < count; i++)
		memcpy(text + i * length, question, length);
	memset(text + count * length, 'x', 200000);
	text[count * length + 200000] = '\0';
	*strchr(text, '-') = '#';
	assert_int_equal(run_batch(text), USAGE);
	assert_int_equal(times_said("\"verdict\""), count - 1);
	assert_int_equal(times_said("\"error\""), 1);
	free(text);
}

static void a_batch_takes_no_question_of_the_command_line(void **state)
{
	assert_int_equal(RUN(explain, "explain", "--batch", QUESTION), USAGE);
	complains("--batch asks what standard input says");
}

static const struct CMUnitTest tests[] = {
	SITE_TEST(the_question_is_sent_as_it_was_asked),
	SITE_TEST(json_has_each_part_of_the_answer),
	SITE_TEST(a_text_names_rows_and_nodes),
	SITE_TEST(each_reason_has_its_sentence),
	SITE_TEST(each_reason_has_a_remedy),
	SITE_TEST(each_reason_has_its_remedy),
	SITE_TEST(audit_and_echo_are_said),
	SITE_TEST(words_are_told_as_numbers),
	SITE_TEST(a_set_is_asked_about_by_its_name),
	SITE_TEST(a_refused_question_says_why),
	SITE_TEST(a_batch_answers_each_line),
	SITE_TEST(a_batch_may_be_long),
	SITE_TEST(a_batch_takes_no_question_of_the_command_line),
};

int main(void)
{
	return cmocka_run_group_tests(tests, NULL, NULL);
}
