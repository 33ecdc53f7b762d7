// SPDX-License-Identifier: GPL-2.0-only
/*
 * top --batch before a module that the test makes up, and its command line.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/macros.h"
#include "verbs/site.h"

#define BATCH	"top", "--batch", "-d", "0.1"

/* A busy machine takes longer than -d says. */
static void takes_a_tenth_of_a_second_or_more(void)
{
	const char *at = strstr(printed, " over ");
	double seconds = 0;

	assert_non_null(at);
	assert_int_equal(sscanf(at, " over %lf s\n", &seconds), 1);
	assert_true(seconds >= 0.1);
}

static void a_batch_prints_each_view(void **state)
{
	GOOD(top, BATCH, "-n", "1");
	says("mode audit: nothing is dropped, generation 41\n");
	says("switched mode, zone ");
	says("permitted 0 connections/s, 0 packets/s, 0 bytes/s\n");
	says("refused 0 packets/s, 0 bytes/s\n");
	says("\nROW ");
	says("\nexternal/5 ");
	takes_a_tenth_of_a_second_or_more();
	GOOD(top, BATCH, "-n", "2", "--by", "nodes");
	assert_int_equal(times_said("\nNODE "), 2);
	says("\nedge2 ");
	GOOD(top, BATCH, "-n", "1", "--by", "services");
	says("\nSERVICE ");
	GOOD(top, BATCH, "-n", "1", "--by", "reasons");
	says("\nREASON    REFUSED/s DROPPED/s BYTES-REFUSED/s\n");
	says("\nspoofed ");
}

static void json_has_an_object_a_line(void **state)
{
	json_t *object, *line;

	GOOD(top, BATCH, "-n", "1", "--json", "--by", "rows");
	assert_ptr_equal(strchr(printed, '\n'), strrchr(printed, '\n'));
	object = json();
	expect_int(object, "schema_version", 1);
	expect_int(object, "generation", 41);
	expect_text(object, "mode", "audit");
	expect_text(object, "by", "rows");
	expect_text(object, "restarted", NULL);
	expect_words(object, "began_at_zero", "");
	expect_bool(object, "loaded", true);
	assert_true(json_is_null(json_object_get(object, "pending")));
	line = item(object, "lines", "row", "external/5");
	expect_int(line, "packets_to_edge", 0);
	assert_true(json_integer_value(json_object_get(line, "last_hit")) >
		    10000);
	line = json_object_get(line, "per_second");
	assert_true(json_is_real(json_object_get(line, "packets")));
	json_decref(object);
	GOOD(top, BATCH, "-n", "1", "--json", "--by", "reasons");
	object = json();
	line = item(object, "lines", "reason", "peer");
	expect_int(line, "would_be_packets", 0);
	json_decref(object);
}

static void no_policy_is_an_answer(void **state)
{
	json_t *object;

	module.view.loaded = false;
	GOOD(top, BATCH, "-n", "1");
	says("no policy is loaded: nothing is governed\n");
	is_silent_of("generation");
	GOOD(top, BATCH, "-n", "1", "--json");
	object = json();
	expect_bool(object, "loaded", false);
	expect_text(object, "mode", NULL);
	json_decref(object);
}

static void a_refusal_ends_a_batch(void **state)
{
	module.refused = NF_EDGE_CMD_DROPS_GET;
	module.error = EPERM;
	assert_int_equal(RUN(top, BATCH, "-n", "1"), SYSTEM);
	complains("cannot read the counters: it takes root, with CAP_NET_ADMIN");
	assert_string_equal(printed, "");
	module.refused = 0;
	module.family_version = 9;
	assert_int_equal(RUN(top, BATCH, "-n", "1"), SYSTEM);
	complains("the module speaks version 9");
}

static void wrong_words_are_named(void **state)
{
	static const struct {
		const char *option;
		const char *value;
		const char *said;
	} words[] = {
		{ "-d", "0", "-d: 0 is no time; write seconds from 0.1 to 3600" },
		{ "-d", "0.09", "-d: 0.09 is no time" },
		{ "-d", "3600.1", "is no time" }, { "-d", "1.", NULL },
		{ "-d", "1e1", "is no time" }, { "-d", "", "is no time" },
		{ "-d", ".5", "is no time" }, { "-d", "-1", "is no time" },
		{ "-d", "1.0001", "is no time" },
		{ "-d", "99999999999999999999", "is no time" },
		{ "-n", "0", "-n: 0 is no number of iterations; write 1 or more" },
		{ "-n", "1x", "is no number" }, { "-n", "", "is no number" },
		{ "-n", "4294967297", "is no number" },
		{ "--by", "rwos", "rwos: unknown view; the nearest is rows" },
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(words); i++) {
		if (!words[i].said)
			continue;
		assert_int_equal(RUN(top, "top", "--batch", words[i].option,
				     words[i].value), USAGE);
		complains(words[i].said);
		assert_string_equal(printed, "");
	}
	assert_int_equal(RUN(top, "top", "-n", "1"), USAGE);
	complains("-n: is for scripts; write --batch too");
	assert_int_equal(RUN(top, "top", "--json"), USAGE);
	complains("--json: is for scripts; write --batch too");
	assert_int_equal(RUN(top, "top"), USAGE);
	complains("no terminal; write --batch");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		SITE_TEST(a_batch_prints_each_view),
		SITE_TEST(json_has_an_object_a_line),
		SITE_TEST(no_policy_is_an_answer),
		SITE_TEST(a_refusal_ends_a_batch),
		SITE_TEST(wrong_words_are_named),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
