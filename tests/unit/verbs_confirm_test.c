// SPDX-License-Identifier: GPL-2.0-only
/*
 * confirm names the generation that is to stay, and puts the file of no other
 * change in place.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/memory.h"
#include "netlink/attribute.h"
#include "trace/history.h"
#include "verbs/site.h"

static char *file;
static int puts_in_place;

int __wrap_waiting_file_lock(const char *boot, int wait);
char *__wrap_waiting_file_name(const char *boot);
char *__wrap_waiting_file_put(const char *boot);

int __wrap_waiting_file_lock(const char *boot, int wait)
{
	return -1;
}

char *__wrap_waiting_file_name(const char *boot)
{
	return xstrdup(file);
}

char *__wrap_waiting_file_put(const char *boot)
{
	puts_in_place++;
	return NULL;
}

static int begin(void **state)
{
	int failed = begin_site(state);
	FILE *waiting;

	file = xformat("%s/edge.conf.waiting", getenv("NF_EDGE_STATE"));
	waiting = fopen(file, "we");
	assert_non_null(waiting);
	fputs("mode = audit\n", waiting);
	fclose(waiting);
	puts_in_place = 0;
	return failed;
}

static int end(void **state)
{
	unlink(file);
	free(file);
	file = NULL;
	return end_site(state);
}

/* One confirmation was asked for, of one generation. */
static void expect_asked(uint32_t generation)
{
	struct nlmsghdr *asked = request_of(NF_EDGE_CMD_CONFIRM, 0);

	assert_non_null(asked);
	assert_null(request_of(NF_EDGE_CMD_CONFIRM, 1));
	assert_int_equal(attr_u32(attr_of(asked, NF_EDGE_A_POLICY_GENERATION)),
			 generation);
}

static void what_was_read_is_confirmed(void **state)
{
	unlink(file);
	GOOD(confirm, "confirm");
	says("generation 41 stays\n5 addresses governed, mode audit, generation 41\n");
	expect_asked(41);
}

static void what_was_named_is_confirmed(void **state)
{
	static const char *const words[] = { "1", "40", "41", "0000000041",
					     "4294967295" };
	size_t i;

	unlink(file);
	for (i = 0; i < 5; i++) {
		forget_requests();
		GOOD(confirm, "confirm", words[i]);
		expect_asked((uint32_t)strtoul(words[i], NULL, 10));
	}
}

static void other_words_are_no_generation(void **state)
{
	static const char *const words[] = { "0", "x", "7x", "-7", "+7", " 7",
					     "", "4294967296", "10000000000",
					     "99999999999", "7.0", "0x7" };
	size_t i;

	for (i = 0; i < 12; i++) {
		assert_int_equal(RUN(confirm, "confirm", words[i]), USAGE);
		assert_string_equal(printed, "");
		assert_int_equal(module.n, 0);
	}
	complains("edgectl: 0x7: is no generation; edgectl prints the one that waits; see edgectl confirm --help\n");
	assert_int_equal(RUN(confirm, "confirm", "7", "8"), USAGE);
}

static void another_generation_is_left_alone(void **state)
{
	module.refused = NF_EDGE_CMD_CONFIRM;
	module.error = ESTALE;
	module.sentence = "another generation waits";
	assert_int_equal(RUN(confirm, "confirm", "40"), REFUSED);
	assert_string_equal(printed, "");
	complains("edgectl: cannot confirm generation 40: another generation waits\n");
	assert_int_equal(RUN(confirm, "confirm"), REFUSED);
	complains("edgectl: cannot confirm: another generation waits\n");
	assert_int_equal(puts_in_place, 0);
	assert_int_equal(access(file, F_OK), 0);
}

/* The change was confirmed, and another one began before its file was read. */
static void the_file_of_another_change_stays_where_it_is(void **state)
{
	module.view.waiting = (struct waiting){ .waits = true, .left = 60 };
	assert_int_equal(RUN(confirm, "confirm", "41"), SYSTEM);
	complains("edgectl: generation 41 stays, but the next boot does not load it: another change waits by now\n");
	assert_int_equal(puts_in_place, 0);
}

static void what_is_not_in_force_stays_where_it_is(void **state)
{
	assert_int_equal(RUN(confirm, "confirm"), SYSTEM);
	complains("is not what is in force");
	assert_int_equal(puts_in_place, 0);
}

/* The history has a load, which waits or did. */
static void loaded(enum entry_state became, uint64_t deadline)
{
	struct entry entry = {
		.time = 1, .by.name = "root", .file = "/new.conf",
		.hash = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef",
		.generation = 41, .state = became, .deadline = deadline,
	};
	char *why;

	place_read(&entry.place);
	why = history_add(&entry, "mode = audit\n", 13);
	if (why)
		fail_msg("%s", why);
}

/* A load keeps a file, and a switch none: only the load misses it. */
static void a_file_that_is_gone_is_missed(void **state)
{
	unlink(file);
	GOOD(confirm, "confirm");
	loaded(ENTRY_CONFIRMED, 0);
	GOOD(confirm, "confirm");
	loaded(ENTRY_WAITING, INT64_MAX / 2);
	assert_int_equal(RUN(confirm, "confirm"), SYSTEM);
	complains("edgectl: generation 41 stays, but the next boot does not load it: ");
	complains("edge.conf.waiting is gone; edgectl show config prints what is in force, for /etc/nf_edge/edge.conf\n");
	assert_int_equal(puts_in_place, 0);
}

static void nothing_waits(void)
{
	module.refused = NF_EDGE_CMD_CONFIRM;
	module.error = ENOENT;
	module.sentence = "no change waits";
	assert_int_equal(RUN(confirm, "confirm"), REFUSED);
	assert_string_equal(printed, "");
}

/* The history knows of loads alone. */
static void what_became_of_the_last_load_is_told(void **state)
{
	nothing_waits();
	assert_string_equal(complained,
			    "edgectl: cannot confirm: no change waits\n");
	loaded(ENTRY_WAITING, 1);
	nothing_waits();
	complains("edgectl: cannot confirm: no change waits; the last load, generation 41, was taken back at ");
	loaded(ENTRY_WAITING, INT64_MAX / 2);
	nothing_waits();
	assert_string_equal(complained,
			    "edgectl: cannot confirm: no change waits\n");
	loaded(ENTRY_TAKEN_BACK, 1);
	nothing_waits();
	complains("the last load, generation 41, was taken back by edgectl rollback\n");
	loaded(ENTRY_CONFIRMED, 1);
	nothing_waits();
	complains("the last load, generation 41, was confirmed\n");
	loaded(ENTRY_LOADED, 0);
	nothing_waits();
	assert_string_equal(complained,
			    "edgectl: cannot confirm: no change waits\n");
}

static void a_rollback_of_nothing_names_the_way_out(void **state)
{
	module.refused = NF_EDGE_CMD_ROLLBACK;
	module.error = ENOENT;
	module.sentence = "no change waits";
	assert_int_equal(RUN(rollback, "rollback"), REFUSED);
	assert_string_equal(complained,
			    "edgectl: cannot roll back: no change waits; edgectl history lists what was loaded, edgectl rollback N loads it again\n");
}

#define CONFIRM_TEST(name)						\
	cmocka_unit_test_setup_teardown(name, begin, end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		CONFIRM_TEST(what_was_read_is_confirmed),
		CONFIRM_TEST(what_was_named_is_confirmed),
		CONFIRM_TEST(other_words_are_no_generation),
		CONFIRM_TEST(another_generation_is_left_alone),
		CONFIRM_TEST(the_file_of_another_change_stays_where_it_is),
		CONFIRM_TEST(what_is_not_in_force_stays_where_it_is),
		CONFIRM_TEST(a_file_that_is_gone_is_missed),
		CONFIRM_TEST(what_became_of_the_last_load_is_told),
		CONFIRM_TEST(a_rollback_of_nothing_names_the_way_out),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
