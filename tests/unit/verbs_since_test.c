// SPDX-License-Identifier: GPL-2.0-only
/*
 * Differences of counters since a file was written, and choices of rows.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/macros.h"
#include "verbs/site.h"

static char name[] = "/tmp/since.XXXXXX";

static int begin(void **state)
{
	strcpy(name, "/tmp/since.XXXXXX");
	close(mkstemp(name));
	return begin_site(state);
}

static int end(void **state)
{
	unlink(name);
	return end_site(state);
}

static void rewrite(json_t *object)
{
	assert_int_equal(json_dump_file(object, name, 0), 0);
	json_decref(object);
}

static json_t *saved(void)
{
	json_t *object;

	GOOD(counters, "counters", "--save", name);
	assert_string_equal(printed, "");
	object = json_load_file(name, 0, NULL);
	assert_non_null(object);
	return object;
}

static json_t *row(json_t *object, size_t i)
{
	return json_array_get(json_object_get(object, "rows"), i);
}

static void nothing_was_counted_since_just_now(void **state)
{
	json_t *object, *since;
	size_t i;

	json_decref(saved());
	GOOD(counters, "counters", "--since", name, "--json");
	object = json();
	json_array_foreach(json_object_get(object, "rows"), i, since)
		expect_int(since, "packets_to_edge", 0);
	expect_int(row(object, 0), "last_hit", 10007);
	since = json_object_get(object, "since");
	expect_int(since, "generation", 41);
	expect_words(since, "began_at_zero", "");
	expect_words(since, "not_in_file", "");
	expect_words(since, "in_file_alone", "");
	expect_text(since, "restarted", NULL);
	json_decref(object);
	GOOD(counters, "counters", "--json");
	object = json();
	assert_true(json_is_null(json_object_get(object, "since")));
	json_decref(object);
}

static void a_difference_is_of_its_own_counter(void **state)
{
	json_t *object = saved(), *drop;

	json_object_set_new(row(object, 3), "connections", json_integer(10001));
	drop = json_array_get(json_object_get(object, "drops"), 2);
	json_object_set_new(drop, "bytes", json_integer(300));
	rewrite(object);
	GOOD(counters, "counters", "--since", name, "--json");
	object = json();
	expect_int(row(object, 3), "connections", 30);
	expect_int(row(object, 3), "packets_to_edge", 0);
	expect_int(row(object, 4), "connections", 0);
	drop = json_array_get(json_object_get(object, "drops"), 2);
	expect_int(drop, "bytes", 1);
	expect_int(drop, "packets", 0);
	json_decref(object);
	GOOD(counters, "counters", "--since", name, "--nonzero");
	says("edge1 external/4          30          0");
	is_silent_of("external/5");
	says("\nsince ");
	says(", generation 41\n");
	is_silent_of("the policy changed");
}

static void counters_that_went_back_are_told(void **state)
{
	json_t *object = saved();

	json_object_set_new(row(object, 3), "denied", json_integer(99999));
	json_object_set_new(row(object, 5), "row", json_string("site/gone"));
	rewrite(object);
	GOOD(counters, "counters", "--since", name, "--json");
	object = json();
	expect_int(row(object, 3), "connections", 10031);
	expect_int(row(object, 5), "connections", 10051);
	expect_int(row(object, 6), "connections", 0);
	expect_words(json_object_get(object, "since"), "began_at_zero",
		     "edge1 external/4");
	expect_words(json_object_get(object, "since"), "not_in_file",
		     "edge1 external/6");
	expect_words(json_object_get(object, "since"), "in_file_alone",
		     "edge1 site/gone");
	json_decref(object);
	GOOD(counters, "counters", "--since", name);
	says("\nbegan at zero in between: edge1 external/4\n");
	says("\nnot in the file, counted in full: edge1 external/6\n");
	says("\nin the file alone: edge1 site/gone\n");
	/* Of one zone, the others are not gone. */
	GOOD(counters, "counters", "--since", name, "--zone", "pic");
	is_silent_of("in the file alone");
	is_silent_of("began at zero");
}

/* Ten names, and the number of the others. */
static void many_names_are_counted(void **state)
{
	json_t *object = saved();
	size_t i;

	for (i = 0; i < 10; i++)
		json_object_set_new(row(object, i), "denied", json_integer(99999));
	rewrite(object);
	GOOD(counters, "counters", "--since", name);
	says("began at zero in between: edge1 external/1, edge1 external/2,");
	is_silent_of("more\n");
	object = saved();
	for (i = 0; i < 12; i++)
		json_object_set_new(row(object, i), "denied", json_integer(99999));
	rewrite(object);
	GOOD(counters, "counters", "--since", name);
	says(", edge1 external/10 and 2 more\n");
}

static void the_time_is_that_of_the_file(void **state)
{
	json_t *object = saved();

	setenv("TZ", "UTC", 1);
	json_object_set_new(object, "time", json_integer(1700000000));
	rewrite(object);
	GOOD(counters, "counters", "--since", name);
	says("since 2023-11-14 22:13:20+0000, generation 41\n");
}

static void another_policy_is_told(void **state)
{
	json_t *object = saved();

	module.view.generation = 43;
	GOOD(counters, "counters", "--since", name);
	says("generation 41; the policy changed, it is generation 43 now\n");
	is_silent_of("all counters began at zero");
	module.view.generation = 40;
	GOOD(counters, "counters", "--since", name);
	says("\nthe module was loaded anew: all counters began at zero");
	says("10001");
	module.view.generation = 41;
	json_object_set_new(object, "profile", json_string("sfb2019"));
	rewrite(object);
	GOOD(counters, "counters", "--since", name);
	says("\nthe profile changed: counters of rows and services began at zero");
	is_silent_of("in between");
}

/* Drops are of no profile: a load leaves them, a new module does not. */
static void drops_outlive_a_profile(void **state)
{
	json_t *object = saved(), *drop;

	json_object_set_new(object, "profile", json_string("sfb2019"));
	drop = json_array_get(json_object_get(object, "drops"), 2);
	json_object_set_new(drop, "bytes", json_integer(300));
	rewrite(object);
	GOOD(counters, "counters", "--since", name, "--json");
	object = json();
	drop = json_array_get(json_object_get(object, "drops"), 2);
	expect_int(drop, "bytes", 1);
	expect_int(drop, "packets", 0);
	expect_int(row(object, 3), "connections", 10031);
	expect_text(json_object_get(object, "since"), "restarted",
		    "the profile changed");
	json_decref(object);
	module.view.generation = 40;
	GOOD(counters, "counters", "--since", name, "--json");
	object = json();
	drop = json_array_get(json_object_get(object, "drops"), 2);
	expect_int(drop, "bytes", 301);
	json_decref(object);
}

/* Both in one command: no hit between the two is in neither. */
static void a_reading_becomes_the_next_file(void **state)
{
	json_t *object = saved(), *again;

	json_object_set_new(row(object, 3), "connections", json_integer(1));
	rewrite(object);
	GOOD(counters, "counters", "--since", name, "--save", name);
	says("10030");
	again = json_load_file(name, 0, NULL);
	expect_int(row(again, 3), "connections", 10031);
	json_decref(again);
}

static void other_files_are_refused(void **state)
{
	static const char *const keys[] = {
		"schema_version", "time", "generation", "profile", "rows",
		"services", "drops",
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(keys); i++) {
		json_t *object = saved();

		json_object_del(object, keys[i]);
		rewrite(object);
		assert_int_equal(RUN(counters, "counters", "--since", name),
				 REFUSED);
		assert_string_equal(printed, "");
		complains("holds no counters; write it with edgectl counters --save\n");
	}
	for (i = 0; i < 3; i++) {
		json_t *object = saved();

		json_object_set_new(row(object, 2), i ? "denied" : "node",
				    i == 1 ? json_integer(-1) :
				    json_real(1.5));
		rewrite(object);
		assert_int_equal(RUN(counters, "counters", "--since", name),
				 REFUSED);
	}
	rewrite(json_array());
	assert_int_equal(RUN(counters, "counters", "--since", name), REFUSED);
	assert_int_equal(truncate(name, 0), 0);
	assert_int_equal(RUN(counters, "counters", "--since", name), REFUSED);
	assert_int_equal(RUN(counters, "counters", "--since", "/none"), SYSTEM);
	complains("/none: cannot be read: No such file or directory\n");
	assert_int_equal(RUN(counters, "counters", "--save", "/none/a"), SYSTEM);
	complains("/none/a: cannot be written: No such file or directory\n");
	assert_int_equal(RUN(counters, "counters", "--save", "/tmp"), REFUSED);
	complains("/tmp: is no regular file\n");
}

static void words_that_exclude_each_other_are_refused(void **state)
{
	assert_int_equal(RUN(counters, "counters", "--since", name, "--reset"), USAGE);
	assert_int_equal(RUN(counters, "counters", "--save", name, "--reset"), USAGE);
	assert_int_equal(RUN(counters, "counters", "--save", name, "--zone", "pic"), USAGE);
	assert_int_equal(RUN(counters, "counters", "--save", name, "--node", "edge1"), USAGE);
	assert_int_equal(RUN(counters, "counters", "--save", name, "--row", "pic/1"), USAGE);
	assert_int_equal(RUN(counters, "counters", "--save", name, "--nonzero"), USAGE);
	assert_int_equal(RUN(counters, "counters", "--row", "pic/1", "--reset"), USAGE);
	assert_int_equal(RUN(counters, "counters", "--row", "pic/1", "--zone", "pic"), USAGE);
	assert_null(request_of(NF_EDGE_CMD_STATUS_GET, 0));
}

static void one_row_is_printed_of_each_node(void **state)
{
	json_t *object;

	GOOD(counters, "counters", "--row", "pic/1", "--json");
	object = json();
	assert_int_equal(json_array_size(json_object_get(object, "rows")), 2);
	expect_text(row(object, 1), "row", "pic/1");
	expect_text(row(object, 1), "node", "edge2");
	assert_int_equal(json_array_size(json_object_get(object, "services")), 0);
	assert_int_equal(json_array_size(json_object_get(object, "drops")), 0);
	json_decref(object);
	GOOD(counters, "counters", "--row", "pic/1", "--node", "edge2");
	says("edge2 pic/1");
	is_silent_of("edge1");
	is_silent_of("spoofed");
	assert_int_equal(RUN(counters, "counters", "--row", "pic/0"), REFUSED);
	complains("pic/0: unknown row; ");
}

static size_t rows_shown(void)
{
	json_t *object = json();
	size_t count = json_array_size(json_object_get(object, "rows"));

	json_decref(object);
	return count;
}

static void rows_are_shown_by_zone_and_node(void **state)
{
	size_t of[3] = { 0 }, i;

	for (i = 0; i < module.view.table.count; i++) {
		const struct row *row = &module.view.table.row[i];

		of[0] += row->zone == NF_EDGE_ZONE_PIC;
		of[1] += row->service == NF_EDGE_SERVICE_ACCESS ||
			 row->service == NF_EDGE_SERVICE_AV;
		of[2] += row->service == NF_EDGE_SERVICE_INTERNAL;
	}
	GOOD(show, "show", "rows", "--zone", "pic", "--json");
	assert_int_equal(rows_shown(), of[0]);
	GOOD(show, "show", "rows", "--node", "edge1", "--json");
	assert_int_equal(rows_shown(), of[1]);
	GOOD(show, "show", "rules", "--node", "edge2", "--json");
	assert_int_equal(rows_shown(), of[2]);
	GOOD(show, "show", "rows", "--node", "edge2", "--zone", "pic", "--json");
	assert_int_equal(rows_shown(), 0);
	GOOD(show, "show", "rows", "--zone", "pic");
	says("pic/1");
	is_silent_of("external/1");
	assert_int_equal(RUN(show, "show", "rows", "--node", "edge3"), REFUSED);
	complains("edge3: unknown node");
	assert_int_equal(RUN(show, "show", "rows", "--zone", "pica"), USAGE);
	complains("pica: unknown zone");
	assert_int_equal(RUN(show, "show", "nodes", "--zone", "pic"), USAGE);
	assert_int_equal(RUN(show, "show", "--node", "edge1"), USAGE);
	assert_int_equal(RUN(show, "show", "hash", "--node", "edge1"), USAGE);
}

#define TEST(test)	cmocka_unit_test_setup_teardown(test, begin, end)

static const struct CMUnitTest tests[] = {
	TEST(nothing_was_counted_since_just_now),
	TEST(a_difference_is_of_its_own_counter),
	TEST(counters_that_went_back_are_told),
	TEST(many_names_are_counted),
	TEST(the_time_is_that_of_the_file),
	TEST(another_policy_is_told),
	TEST(drops_outlive_a_profile),
	TEST(a_reading_becomes_the_next_file),
	TEST(other_files_are_refused),
	TEST(words_that_exclude_each_other_are_refused),
	TEST(one_row_is_printed_of_each_node),
	TEST(rows_are_shown_by_zone_and_node),
};

int main(void)
{
	return cmocka_run_group_tests(tests, NULL, NULL);
}
