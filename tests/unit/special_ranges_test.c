// SPDX-License-Identifier: GPL-2.0-only
/*
 * List of special address ranges: the numbers, text and use of each line agree.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "policy/address.h"

#define COUNT(array)	(sizeof(array) / sizeof(*(array)))

static const struct {
	const char *use;
	int version;
	uint64_t high;
	uint64_t low;
	unsigned int length;
	const char *text;
	const char *word;
} ranges[] = {
#define SPECIAL_RANGE(use, ...)	{ #use, __VA_ARGS__ },
#include <nf_edge/special_ranges.def>
#undef SPECIAL_RANGE
};

static uint64_t half(const struct ip *ip, unsigned int first)
{
	uint64_t value = 0;
	unsigned int i;

	for (i = first; i < first + 8; i++)
		value = value << 8 | ip->bytes[i];
	return value;
}

static void numbers_are_those_of_the_text(void **state)
{
	unsigned int length;
	struct ip ip, first;
	size_t i;

	for (i = 0; i < COUNT(ranges); i++) {
		assert_true(prefix_read(ranges[i].text, &ip, &length));
		assert_int_equal(ip.family,
				 ranges[i].version == 6 ? AF_INET6 : AF_INET);
		assert_int_equal(length, ranges[i].length);
		assert_true(half(&ip, 0) == ranges[i].high);
		assert_true(half(&ip, 8) == ranges[i].low);
		first = ip;
		ip_mask(&first, length);
		assert_true(ip_equal(&first, &ip));
	}
}

static void the_tool_calls_each_range_by_its_word(void **state)
{
	unsigned int length;
	struct ip ip;
	size_t i;

	for (i = 0; i < COUNT(ranges); i++) {
		assert_true(prefix_read(ranges[i].text, &ip, &length));
		assert_string_equal(ip_unfit(&ip, length), ranges[i].word);
		assert_string_equal(ip_unfit(&ip, ip_bits(&ip)),
				    ranges[i].word);
	}
}

/* The module merges the list with sorted prefixes. */
static void ranges_ascend(void **state)
{
	size_t i;

	for (i = 1; i < COUNT(ranges); i++) {
		if (ranges[i - 1].version != ranges[i].version) {
			assert_int_equal(ranges[i - 1].version, 4);
			continue;
		}
		assert_true(ranges[i - 1].high < ranges[i].high ||
			    (ranges[i - 1].high == ranges[i].high &&
			     ranges[i - 1].low < ranges[i].low));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(numbers_are_those_of_the_text),
		cmocka_unit_test(the_tool_calls_each_range_by_its_word),
		cmocka_unit_test(ranges_ascend),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
