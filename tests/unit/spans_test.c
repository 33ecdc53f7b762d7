// SPDX-License-Identifier: GPL-2.0-only
/*
 * Sets of addresses as ranges: at the ends of both families, and against a
 * bitmap.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/macros.h"
#include "policy/spans.h"

static struct spans of(const char *const *prefixes, size_t count,
		       unsigned int family)
{
	struct spans spans = { 0 };
	struct peer_set set = { 0 };
	unsigned int length;
	struct ip ip;
	size_t i;

	for (i = 0; i < count; i++) {
		assert_true(prefix_read(prefixes[i], &ip, &length));
		peer_set_add(&set, &ip, length);
	}
	spans_add_prefixes(&spans, &set, family);
	spans_sort(&spans);
	peer_set_free(&set);
	return spans;
}

#define OF(family, ...)							\
	of((const char *const[]){ __VA_ARGS__ },			\
	   sizeof((const char *const[]){ __VA_ARGS__ }) / sizeof(char *), family)

static void expect(struct spans *spans, size_t count)
{
	assert_int_equal(spans->count, count);
	spans_free(spans);
}

static void neighbours_and_parts_are_one_span(void **state)
{
	struct spans spans;

	spans = OF(IPV4, "10.0.0.128/25", "10.0.0.0/25", "10.0.0.7");
	assert_int_equal(spans.count, 1);
	assert_int_equal(span_prefix(&spans.items[0], IPV4), 24);
	assert_int_equal(span_prefixes(&spans.items[0], IPV4), 1);
	expect(&spans, 1);
	spans = OF(IPV4, "10.0.0.0/32", "10.0.0.2/32");
	expect(&spans, 2);
	spans = OF(IPV4, "0.0.0.0/0", "192.0.2.1");
	assert_int_equal(span_prefix(&spans.items[0], IPV4), 0);
	assert_int_equal(span_prefixes(&spans.items[0], IPV4), 1);
	expect(&spans, 1);
	spans = OF(IPV6, "::/0", "2001:db8::1", "8000::/1");
	assert_true(spans.items[0].high == span_last(IPV6));
	assert_int_equal(span_prefix(&spans.items[0], IPV6), 0);
	assert_int_equal(span_prefixes(&spans.items[0], IPV6), 1);
	expect(&spans, 1);
	/* A family has the prefixes of its own only. */
	spans = OF(IPV6, "10.0.0.0/8");
	expect(&spans, 0);
}

static void a_span_is_written_by_the_fewest_prefixes(void **state)
{
	struct span span = { 1, 6 };

	assert_int_equal(span_prefix(&span, IPV4), 32);
	assert_int_equal(span_prefixes(&span, IPV4), 4);
	span = (struct span){ 1, span_last(IPV4) };
	assert_int_equal(span_prefixes(&span, IPV4), 32);
	span = (struct span){ 0, span_last(IPV4) - 1 };
	assert_int_equal(span_prefixes(&span, IPV4), 32);
	span = (struct span){ 1, span_last(IPV6) };
	assert_int_equal(span_prefixes(&span, IPV6), 128);
	span = (struct span){ 1, span_last(IPV6) - 1 };
	assert_int_equal(span_prefixes(&span, IPV6), 254);
	span = (struct span){ span_last(IPV6), span_last(IPV6) };
	assert_int_equal(span_prefix(&span, IPV6), 128);
	assert_int_equal(span_prefixes(&span, IPV6), 1);
}

static void numbers_are_addresses_and_back(void **state)
{
	static const char *const texts[] = {
		"0.0.0.0", "192.0.2.1", "255.255.255.255", "::",
		"2001:db8::8000:0:0:1",
		"ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff",
	};
	struct ip ip, again;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(texts); i++) {
		assert_true(ip_parse(texts[i], &ip));
		again = span_ip(ip_family(&ip), span_number(&ip));
		assert_true(ip_equal(&ip, &again));
	}
}

static void the_whole_less_its_ends_is_the_middle(void **state)
{
	struct spans whole = OF(IPV6, "::/0"), ends, middle, none;

	ends = OF(IPV6, "::", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff");
	middle = spans_less(&whole, &ends);
	assert_int_equal(middle.count, 1);
	assert_true(middle.items[0].low == 1);
	assert_true(middle.items[0].high == span_last(IPV6) - 1);
	none = spans_both(&middle, &ends);
	expect(&none, 0);
	none = spans_less(&ends, &whole);
	expect(&none, 0);
	none = spans_both(&whole, &middle);
	assert_true(spans_equal(&none, &middle));
	assert_false(spans_equal(&none, &whole));
	spans_free(&none);
	spans_free(&middle);
	spans_free(&ends);
	spans_free(&whole);
}

#define NUMBERS	40

/* A random set, and the bits of its numbers. */
static struct spans draw(uint64_t *bits)
{
	struct spans spans = { 0 };
	int count = rand() % 6, i, j;

	*bits = 0;
	for (i = 0; i < count; i++) {
		int low = rand() % NUMBERS, high = low + rand() % 8;

		if (high >= NUMBERS)
			high = NUMBERS - 1;
		spans_add(&spans, (unsigned int)low, (unsigned int)high);
		for (j = low; j <= high; j++)
			*bits |= 1ULL << j;
	}
	spans_sort(&spans);
	return spans;
}

static void expect_bits(struct spans spans, uint64_t bits)
{
	uint64_t found = 0;
	size_t i;
	int j;

	for (i = 0; i < spans.count; i++) {
		assert_true(spans.items[i].low <= spans.items[i].high);
		/* A gap lies before each but the first. */
		if (i)
			assert_true(spans.items[i].low >
				    spans.items[i - 1].high + 1);
		for (j = (int)spans.items[i].low;
		     j <= (int)spans.items[i].high; j++)
			found |= 1ULL << j;
	}
	assert_int_equal(found, bits);
	spans_free(&spans);
}

static void operations_agree_with_a_bitmap(void **state)
{
	int round;

	srand(1);
	for (round = 0; round < 20000; round++) {
		uint64_t left, right;
		struct spans a = draw(&left), b = draw(&right);

		expect_bits(spans_copy(&a), left);
		expect_bits(spans_both(&a, &b), left & right);
		expect_bits(spans_less(&a, &b), left & ~right);
		assert_int_equal(spans_equal(&a, &b), left == right);
		spans_free(&a);
		spans_free(&b);
	}
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(neighbours_and_parts_are_one_span),
	cmocka_unit_test(a_span_is_written_by_the_fewest_prefixes),
	cmocka_unit_test(numbers_are_addresses_and_back),
	cmocka_unit_test(the_whole_less_its_ends_is_the_middle),
	cmocka_unit_test(operations_agree_with_a_bitmap),
};

int main(void)
{
	return cmocka_run_group_tests(tests, NULL, NULL);
}
