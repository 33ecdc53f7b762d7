// SPDX-License-Identifier: GPL-2.0-only
/*
 * Moments for people: zones, UTC, ages.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <time.h>

#include <cmocka.h>

#include "base/moment.h"

/* 2026-03-01 14:05:09 UTC, and a day in summer. */
#define WINTER	1772373909ULL
#define SUMMER	1782914709ULL

static void says(uint64_t seconds, uint64_t now, enum moment_style style,
		 const char *wanted)
{
	char *text = moment_text(seconds, now, style);

	assert_string_equal(text, wanted);
	free(text);
}

static void zone(const char *tz)
{
	setenv("TZ", tz, 1);
	tzset();
}

static void local_time_says_its_distance_from_utc(void **state)
{
	zone("CET-1CEST,M3.5.0,M10.5.0/3");
	says(WINTER, 0, MOMENT_LOCAL, "2026-03-01 15:05:09+0100");
	says(SUMMER, 0, MOMENT_LOCAL, "2026-07-01 16:05:09+0200");
	zone("<+0530>-5:30");
	says(WINTER, 0, MOMENT_LOCAL, "2026-03-01 19:35:09+0530");
	zone("<-08>8");
	says(WINTER, 0, MOMENT_LOCAL, "2026-03-01 06:05:09-0800");
	zone("UTC0");
	says(WINTER, 0, MOMENT_LOCAL, "2026-03-01 14:05:09+0000");
}

static void utc_is_the_same_everywhere(void **state)
{
	zone("<+0530>-5:30");
	says(WINTER, 0, MOMENT_UTC, "2026-03-01 14:05:09Z");
	zone("UTC0");
	says(SUMMER, 0, MOMENT_UTC, "2026-07-01 14:05:09Z");
}

static void ages_have_their_two_largest_units(void **state)
{
	static const struct {
		uint64_t age;
		const char *text;
	} ages[] = {
		{ 0, "0s" }, { 59, "59s" }, { 60, "1m 00s" },
		{ 184, "3m 04s" }, { 3599, "59m 59s" }, { 3600, "1h 00m" },
		{ 7380, "2h 03m" }, { 86399, "23h 59m" },
		{ 86400, "1d 00h" }, { 439200, "5d 02h" },
		{ 86400ULL * 400, "400d 00h" },
	};
	size_t i;

	for (i = 0; i < sizeof(ages) / sizeof(ages[0]); i++)
		says(WINTER, WINTER + ages[i].age, MOMENT_AGE, ages[i].text);
	/* A clock that was set back. */
	says(WINTER, WINTER - 5, MOMENT_AGE, "0s");
}

static void never_is_a_dash(void **state)
{
	says(0, WINTER, MOMENT_LOCAL, "-");
	says(0, WINTER, MOMENT_UTC, "-");
	says(0, WINTER, MOMENT_AGE, "-");
}

static void a_length_of_time_is_read_within_its_bound(void **state)
{
	static const struct {
		const char *text;
		uint32_t seconds;	/* 0: refused */
	} spans[] = {
		{ "1", 1 }, { "1s", 1 }, { "90", 90 }, { "90s", 90 },
		{ "10m", 600 }, { "24h", 86400 }, { "1440m", 86400 },
		{ "86400", 86400 }, { "007", 7 },
		{ "0", 0 }, { "0m", 0 }, { "86401", 0 }, { "1441m", 0 },
		{ "25h", 0 }, { "", 0 }, { "s", 0 }, { "-1", 0 }, { "+1", 0 },
		{ " 1", 0 }, { "1 s", 0 }, { "1ss", 0 }, { "1d", 86400 }, { "2d", 0 },
		{ "1S", 0 }, { "1.5m", 0 }, { "0x10", 0 }, { "1m30s", 0 },
		{ "4294967297", 0 }, { "18446744073709551617", 0 },
		{ "99999999999999999999999999999h", 0 },
	};
	uint32_t seconds;
	size_t i;

	for (i = 0; i < sizeof(spans) / sizeof(spans[0]); i++) {
		seconds = 77;
		assert_int_equal(moment_read_span(spans[i].text, 86400,
						  &seconds),
				 spans[i].seconds != 0);
		if (spans[i].seconds)
			assert_int_equal(seconds, spans[i].seconds);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(local_time_says_its_distance_from_utc),
		cmocka_unit_test(utc_is_the_same_everywhere),
		cmocka_unit_test(ages_have_their_two_largest_units),
		cmocka_unit_test(never_is_a_dash),
		cmocka_unit_test(a_length_of_time_is_read_within_its_bound),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
