// SPDX-License-Identifier: GPL-2.0-only
/* test: questions to a configuration, and to the module. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
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
#include "base/memory.h"

#define QUESTION	"--in wan0 tcp 198.51.100.7 131.107.155.10:443"
#define NAMED		"--in wan0 tcp 198.51.100.7 edge1.access:443"

static const char config[] =
	"mode = enforce\nzones = { external, internal, site }\n"
	"features = { remote-access }\n"
	"interface wan0 { sides = { external } }\n"
	"interface lan0 { sides = { internal } }\n"
	"interface dmz0 { sides = { edge } }\n"
	"node edge1 { access = { 131.107.155.10, 2001:db8::10 }\n"
	" internal = { 172.25.33.10 } }\n"
	"node edge2 { internal = { 172.25.33.11 } }\n"
	"peers internal-networks { prefixes = { 192.168.10.0/24 } }\n"
	"peers admins { prefixes = { 192.168.20.0/28 } }\n"
	"row rdp { service = internal in = { tcp/3389 } peers = { admins }\n"
	" nodes = { edge1 } }\n"
	"row ssh { service = internal in = { tcp/22 } peers = { admins }\n"
	" nodes = { edge2 } }\n"
	"row ntp { service = internal in = { udp/123 } peers = { admins }\n"
	" nodes = { edge1, edge2 } }\n";

/* A file of a text: its name, until the next of this place. */
static char *file_of(unsigned int place, const char *text)
{
	static char names[2][32];
	static int files[2] = { -1, -1 };

	if (files[place] >= 0)
		close(files[place]);
	files[place] = memfd_create("file", MFD_CLOEXEC);
	assert_int_equal(pwrite(files[place], text, strlen(text), 0),
			 strlen(text));
	snprintf(names[place], sizeof(names[place]), "/proc/self/fd/%d",
		 files[place]);
	return names[place];
}

static enum outcome judges(const char *expectations)
{
	return RUN(test, "test", file_of(0, expectations), file_of(1, config));
}

static void accepts(const char *rows)
{
	module.tried = (struct verdict){
		.verdict = NF_EDGE_VERDICT_ACCEPT, .reason = -1,
		.rows = ids(rows), .destination_node = "edge1",
		.mode = NF_EDGE_MODE_ENFORCE,
	};
}

static void a_configuration_answers_without_the_module(void **state)
{
	static const char *const met[] = {
		NAMED " => accept external/5\n",
		"--in wan0 tcp 2001:db8:7::1 edge1.access:443 => accept external/5",
		"--in lan0 tcp 198.51.100.7 edge1.access:443 => drop interface external/5",
		"--in wan0 tcp 192.168.10.5 edge1.access:443 => drop spoofed",
		"--in wan0 tcp 198.51.100.7 edge1.internal:443 => drop isolation",
		"--in lan0 tcp 192.168.20.5 edge1.internal:3389 => accept site/rdp",
		"--in lan0 tcp 192.168.20.16 edge1.internal:3389 => drop peer site/rdp",
		"--in lan0 tcp 192.168.20.5 edge2.internal:3389 => drop no-row",
		"--in lan0 tcp 192.168.20.5 edge2.internal:22 => accept site/ssh",
		"--in lan0 tcp 192.168.20.5 edge1.internal:22 => drop no-row",
		"--in lan0 udp 192.168.20.5 edge1.internal:123 => accept site/ntp",
		"--in lan0 udp 192.168.20.5 edge2.internal:123 => accept site/ntp",
		"--in lan0 tcp 192.168.20.5 edge2.internal:123 => drop no-row",
		"--in lan0 tcp 192.168.20.5 198.51.100.7:443 => not-governed",
		"--in lan0 tcp 192.168.10.5 edge1.internal:443 => drop disabled internal/7",
		"--in dmz0 tcp 192.168.10.5 edge1.internal:443 => drop several internal/7",
		"--in lo tcp 192.0.2.1 edge1.access:443 => not-governed",
		"--in wan0 tcp 127.0.0.1 edge1.access:443 => drop spoofed",
		"--in wan0 icmp 198.51.100.7 edge1.access => drop no-row",
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(met); i++) {
		if (judges(met[i]) != DONE)
			fail_msg("%s: %s%s", met[i], printed, complained);
		assert_string_equal(printed, "1 as expected, 0 differ\n");
		assert_null(request_of(NF_EDGE_CMD_STATUS_GET, 0));
	}
	assert_int_equal(judges(NAMED " => accept external/6\n"), REFUSED);
	says("  expected accept external/6\n  found    accept external/5\n");
	says("0 as expected, 1 differs\n");
	assert_int_equal(judges(NAMED " => accept external/6\n"
				NAMED " => drop no-row\n"
				NAMED " => accept external/5\n"), REFUSED);
	says("1 as expected, 2 differ\n");
}

/* Echo by side, direction of the first packet, and peers that may ping. */
static void echo_is_judged_by_a_configuration(void **state)
{
	static const struct {
		const char *ping, *expectation;
	} asked[] = {
		{ "external, internal", "--in wan0 icmp 198.51.100.7 edge1.access => accept" },
		{ "external, internal", "--in wan0 icmp 2001:db8:7::1 edge1.access => accept" },
		{ "external, internal", "--in lan0 icmp 192.168.10.5 edge1.internal => accept" },
		{ "external, internal", "--in dmz0 icmp edge1.access 198.51.100.7 => accept" },
		{ "external, internal", "--in dmz0 icmp edge1.access edge2.internal => accept" },
		/* From where no row of the side would be permitted. */
		{ "external, internal", "--in lan0 icmp 198.51.100.7 edge1.access => drop no-row" },
		{ "external, internal", "--in dmz0 icmp 198.51.100.7 edge1.access => drop no-row" },
		{ "external, internal", "--in wan0 icmp edge1.access 198.51.100.7 => drop spoofed" },
		{ "external", "--in wan0 icmp 198.51.100.7 edge1.access => accept" },
		{ "external", "--in lan0 icmp 192.168.10.5 edge1.internal => drop no-row" },
		{ "external", "--in dmz0 icmp edge1.access 198.51.100.7 => accept" },
		{ "internal", "--in wan0 icmp 198.51.100.7 edge1.access => drop no-row" },
		{ "internal", "--in dmz0 icmp edge1.access 198.51.100.7 => drop no-row" },
		{ "internal", "--in lan0 icmp 192.168.10.5 edge1.internal => accept" },
		{ "internal", "--in dmz0 icmp edge1.internal 192.168.10.5 => accept" },
		{ "internal }\nping-peers = { admins",
		  "--in lan0 icmp 192.168.20.5 edge1.internal => accept" },
		{ "internal }\nping-peers = { admins",
		  "--in lan0 icmp 192.168.10.5 edge1.internal => drop peer" },
		{ "internal }\nping-peers = { admins",
		  "--in dmz0 icmp edge1.internal 192.168.20.5 => accept" },
		{ "internal }\nping-peers = { admins",
		  "--in dmz0 icmp edge1.internal 192.168.10.5 => drop peer" },
	};
	char *text;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(asked); i++) {
		text = xformat("ping = { %s }\n%s", asked[i].ping, config);
		if (RUN(test, "test", file_of(0, asked[i].expectation),
			file_of(1, text)) != DONE)
			fail_msg("%s, ping = { %s }: %s%s", asked[i].expectation,
				 asked[i].ping, printed, complained);
		free(text);
	}
}

/* Of a packet between two ends, which may both be Edge addresses. */
static void a_found_answer_names_the_nodes_of_both_ends(void **state)
{
	static const struct {
		const char *question, *source, *destination;
	} asked[] = {
		{ NAMED, NULL, "edge1" },
		{ "--in dmz0 tcp edge2.internal 192.168.10.5:5061", "edge2", NULL },
		{ "--in dmz0 tcp edge2.internal edge1.access:5061", "edge2", "edge1" },
	};
	json_t *object, *found;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(asked); i++) {
		char *line = xformat("%s => not-governed\n", asked[i].question);

		assert_int_equal(RUN(test, "test", "--json", file_of(0, line),
				     file_of(1, config)), REFUSED);
		object = json();
		found = json_object_get(json_array_get(
			json_object_get(object, "answers"), 0), "found");
		expect_text(found, "source_node", asked[i].source);
		expect_text(found, "destination_node", asked[i].destination);
		json_decref(object);
		free(line);
	}
}

static void all_errors_of_a_file_are_told_at_once(void **state)
{
	assert_int_equal(judges("tcp\n" NAMED "\n" NAMED " => accept x\n"
				NAMED " => drop peer <a>\n"), USAGE);
	assert_string_equal(printed, "");
	complains(":1: tcp: is the end of a line without an answer");
	complains(":2: edge1.access:443: is the end of a line");
	complains(":3: x: unknown row");
	complains(":4: <a>: is a placeholder");
	complains("4 errors, nothing was tested\n");
	assert_int_equal(judges(""), USAGE);
	complains("holds no expectation");
}

static void the_policy_in_force_is_asked(void **state)
{
	json_t *object;

	accepts("external/5 pic/3");
	GOOD(test, "test", "--running",
	     file_of(0, QUESTION " => accept external/5 pic/3\n"));
	assert_string_equal(printed, "1 as expected, 0 differ\n");
	assert_non_null(request_of(NF_EDGE_CMD_EXPLAIN, 0));

	assert_int_equal(RUN(test, "test", "--running", "--json",
			     file_of(0, NAMED " => accept external/5\n")),
			 REFUSED);
	object = json();
	expect_text(object, "configuration", NULL);
	expect_int(object, "generation", module.view.generation);
	expect_int(object, "as_expected", 0);
	expect_int(object, "differing", 1);
	json_decref(object);
}

static void answers_are_of_one_policy(void **state)
{
	size_t i;

	accepts("external/5");
	module.moves = 5;
	GOOD(test, "test", "--running",
	     file_of(0, QUESTION " => accept external/5\n"
		     QUESTION " => accept\n"));
	assert_string_equal(printed, "2 as expected, 0 differ\n");
	for (i = 0; request_of(NF_EDGE_CMD_EXPLAIN, i); i++)
		;
	assert_true(i >= 2);

	module.moves = 1000000;
	assert_int_equal(RUN(test, "test", "--running",
			     file_of(0, QUESTION " => accept\n")), SYSTEM);
	complains("the policy changes faster than it can be read");
	assert_string_equal(printed, "");
}

static void input_is(const char *text)
{
	int file = memfd_create("input", MFD_CLOEXEC);

	assert_int_equal(pwrite(file, text, strlen(text), 0), strlen(text));
	assert_int_equal(dup2(file, STDIN_FILENO), STDIN_FILENO);
	close(file);
}

static void one_of_the_files_may_be_standard_input(void **state)
{
	const char *expectations = file_of(0, NAMED " => accept external/5\n");

	input_is(NAMED " => accept external/5\n");
	GOOD(test, "test", "-", file_of(1, config));
	assert_string_equal(printed, "1 as expected, 0 differ\n");
	input_is(config);
	GOOD(test, "test", expectations, "-");
	assert_string_equal(printed, "1 as expected, 0 differ\n");
	assert_int_equal(RUN(test, "test", "-", "-"), USAGE);
	complains("-: one of the two files can be standard input");
	assert_string_equal(printed, "");
}

static void words_that_do_not_fit_are_refused(void **state)
{
	assert_int_equal(RUN(test, "test"), USAGE);
	complains("edgectl: write the file of expectations; see edgectl test --help\n");
	assert_int_equal(RUN(test, "test", "--running", "some.expect", "some.conf"), USAGE);
	complains("some.conf: --running asks the policy in force, and no configuration");
	assert_int_equal(RUN(test, "test", "--nonsense", "some.expect"), USAGE);
	assert_string_equal(printed, "");
	assert_null(request_of(NF_EDGE_CMD_STATUS_GET, 0));
}

static void without_a_policy_nothing_is_tested(void **state)
{
	module.view.loaded = false;
	assert_int_equal(RUN(test, "test", "--running",
			     file_of(0, QUESTION " => accept\n")), REFUSED);
	complains("no policy is loaded");
	assert_null(request_of(NF_EDGE_CMD_EXPLAIN, 0));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		SITE_TEST(a_configuration_answers_without_the_module),
		SITE_TEST(echo_is_judged_by_a_configuration),
	SITE_TEST(a_found_answer_names_the_nodes_of_both_ends),
		SITE_TEST(all_errors_of_a_file_are_told_at_once),
		SITE_TEST(the_policy_in_force_is_asked),
		SITE_TEST(answers_are_of_one_policy),
		SITE_TEST(one_of_the_files_may_be_standard_input),
		SITE_TEST(words_that_do_not_fit_are_refused),
		SITE_TEST(without_a_policy_nothing_is_tested),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
