// SPDX-License-Identifier: GPL-2.0-only
/*
 * Rates of two readings: differences that are never negative, lines that are
 * sorted and filtered, histories, and their numbers as text.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "counted.h"
#include "print/rates.h"
#include "rates/live.h"

static struct rates rates;
static struct reading *before, *now;

static int begin(void **state)
{
	before = reading(10);
	now = reading(12);
	return 0;
}

static int end(void **state)
{
	rates_free(&rates);
	reading_free(before);
	reading_free(now);
	return 0;
}

static void each_counter_is_subtracted_from_its_own(void **state)
{
	uint64_t *old[COUNTERS_OF_COUNTS], *new[COUNTERS_OF_COUNTS];
	size_t n, i, k;

	for (n = 0; n < 2; n++)
		for (i = 0; i < ARRAY_SIZE(ids); i++) {
			counts_counters(row(before, n, i), old);
			counts_counters(row(now, n, i), new);
			for (k = 0; k < COUNTERS_OF_COUNTS; k++) {
				*old[k] = 1000;
				*new[k] = 1000 + n * 100 + i * 10 + k;
			}
		}
	for (i = 0; i < REASON_COUNT; i++) {
		before->report.drops[i] = (struct drop_counts){ 5, 6, 7, 8 };
		now->report.drops[i] = (struct drop_counts){
			5 + i, 16 + i, 27 + i, 38 + i
		};
	}
	rates_between(&rates, before, now);
	assert_true(rates.seconds > 1.999 && rates.seconds < 2.001);
	assert_int_equal(rates.restart, RESTART_NONE);
	assert_int_equal(rates.anew_count, 0);
	for (n = 0; n < 2; n++)
		for (i = 0; i < ARRAY_SIZE(ids); i++) {
			counts_counters(&rates.nodes[n].rows[i], new);
			for (k = 0; k < COUNTERS_OF_COUNTS; k++)
				assert_int_equal(*new[k], n * 100 + i * 10 + k);
		}
	for (i = 0; i < REASON_COUNT; i++) {
		assert_int_equal(rates.drops[i].packets, i);
		assert_int_equal(rates.drops[i].bytes, 10 + i);
		assert_int_equal(rates.drops[i].would_be_packets, 20 + i);
		assert_int_equal(rates.drops[i].would_be_bytes, 30 + i);
	}
	/* The reading itself stays, for the next difference. */
	assert_int_equal(row(now, 1, 2)->denied, 1125);
}

static void counters_that_were_reset_count_from_zero(void **state)
{
	*row(before, 0, 1) = (struct counts){
		.known = true, .packets_to_edge = 500, .denied = 9,
	};
	*row(now, 0, 1) = (struct counts){
		.known = true, .packets_to_edge = 3, .denied = 20,
	};
	row(before, 1, 1)->packets_to_edge = 10;
	row(now, 1, 1)->packets_to_edge = 14;
	before->report.drops[3].packets = 8;
	now->report.drops[3].packets = 2;
	now->report.drops[3].bytes = 80;
	rates_between(&rates, before, now);
	assert_int_equal(rates.nodes[0].rows[1].packets_to_edge, 3);
	assert_int_equal(rates.nodes[0].rows[1].denied, 20);
	assert_int_equal(rates.nodes[1].rows[1].packets_to_edge, 4);
	assert_int_equal(rates.drops[3].packets, 2);
	assert_int_equal(rates.drops[3].bytes, 80);
	assert_int_equal(rates.anew_count, 2);
	assert_string_equal(rates.anew[0], "edge1 external/14");
	assert_string_equal(rates.anew[1], "no-row");
}

static void another_profile_leaves_drops(void **state)
{
	now->report.view.policy.profile = NF_EDGE_PROFILE_SFB2019;
	now->report.view.generation = 8;
	row(before, 0, 0)->connections = 5;
	row(now, 0, 0)->connections = 6;
	before->report.drops[0].packets = 1000000;
	now->report.drops[0].packets = 1000001;
	rates_between(&rates, before, now);
	assert_int_equal(rates.restart, RESTART_NODES);
	assert_int_equal(rates.nodes[0].rows[0].connections, 6);
	assert_int_equal(rates.drops[0].packets, 1);
}

static void a_new_module_begins_with_all_counters(void **state)
{
	now->report.view.generation = 1;
	row(before, 0, 0)->connections = 5;
	row(now, 0, 0)->connections = 6;
	before->report.drops[0].packets = 1000;
	now->report.drops[0].packets = 1001;
	rates_between(&rates, before, now);
	assert_int_equal(rates.restart, RESTART_ALL);
	assert_int_equal(rates.nodes[0].rows[0].connections, 6);
	assert_int_equal(rates.drops[0].packets, 1001);
}

/* Nodes and rows are found by name, wherever they stand. */
static void a_policy_may_change_its_nodes_and_rows(void **state)
{
	struct row_table *table = &now->report.view.table;
	struct counts first = { .known = true, .packets_to_edge = 107 };

	strcpy(now->report.nodes[0].node, "edge2");
	strcpy(now->report.nodes[1].node, "edge3");
	table->row[0].id = "site/rdp";
	table->row[2].id = "site/new";
	row(before, 1, 2)->packets_to_edge = 100;
	*row(now, 0, 0) = first;
	row(now, 0, 2)->packets_to_edge = 11;
	row(now, 1, 1)->packets_to_edge = 9;
	rates_between(&rates, before, now);
	assert_int_equal(rates.nodes[0].rows[0].packets_to_edge, 7);
	assert_int_equal(rates.nodes[0].rows[2].packets_to_edge, 11);
	assert_int_equal(rates.nodes[1].rows[1].packets_to_edge, 9);
	assert_int_equal(rates.anew_count, 0);
}

static void a_policy_may_go_and_come(void **state)
{
	free(now->report.nodes);
	now->report.nodes = NULL;
	now->report.node_count = 0;
	now->report.view.loaded = false;
	rates_between(&rates, before, now);
	assert_int_equal(rates.node_count, 0);
	rates_free(&rates);
	row(before, 0, 0)->packets_to_edge = 3;
	now->report.view.generation = 6;
	rates_between(&rates, now, before);
	assert_int_equal(rates.nodes[0].rows[0].packets_to_edge, 3);
	/* Two readings at once, or in the wrong order, make no wild rate. */
	assert_true(rates.seconds > 0);
}

static void totals_are_those_of_services_and_reasons(void **state)
{
	struct drop_counts refused;
	struct counts sum;

	row(now, 0, 0)->packets_to_edge = 1000;
	now->report.nodes[0].services[0].packets_to_edge = 1;
	now->report.nodes[0].services[2].bytes_from_edge = 2;
	now->report.nodes[1].services[2].packets_to_edge = 4;
	now->report.nodes[1].services[1].packets_to_edge = 8;
	now->report.drops[0].packets = 16;
	now->report.drops[9].would_be_packets = 32;
	rates_between(&rates, before, now);
	rates_permitted(&rates, &sum);
	rates_refused(&rates, &refused);
	assert_int_equal(sum.packets_to_edge, 5);
	assert_int_equal(sum.bytes_from_edge, 2);
	assert_int_equal(refused.packets, 16);
	assert_int_equal(refused.would_be_packets, 32);
}

static void expect_order(const struct rate_lines *lines, enum measure sorted,
			 bool reverse, const char *filter, const char *wanted)
{
	const struct rate_order order = { sorted, reverse };
	const struct rate_line **line;
	char seen[256] = "";
	size_t count, i;

	line = rate_lines_order(lines, &order, filter, &count);
	for (i = 0; i < count; i++) {
		strcat(seen, i ? " " : "");
		strcat(seen, line[i]->name);
	}
	free(line);
	assert_string_equal(seen, wanted);
}

static void lines_are_sums_over_nodes(void **state)
{
	struct rate_lines lines;

	row(now, 0, 1)->packets_to_edge = 3;
	row(now, 1, 1)->packets_from_edge = 4;
	row(now, 1, 1)->last_hit = 77;
	row(now, 0, 1)->last_hit = 78;
	row(now, 0, 2)->known = false;
	row(now, 1, 2)->known = false;
	now->report.nodes[1].services[2].denied = 6;
	rates_between(&rates, before, now);

	rate_lines_make(&lines, BY_ROWS, &rates, now);
	assert_int_equal(lines.count, 2);
	assert_string_equal(lines.line[1].name, "external/14");
	assert_int_equal(rate_line_count(&lines.line[1], MEASURE_PACKETS), 7);
	assert_int_equal(lines.line[1].counts.last_hit, 78);
	assert_string_equal(lines.line[1].about, "access in tcp 443: media");
	rate_lines_free(&lines);

	rate_lines_make(&lines, BY_NODES, &rates, now);
	assert_int_equal(lines.count, 2);
	assert_int_equal(rate_line_count(&lines.line[1], MEASURE_DENIED), 6);
	rate_lines_free(&lines);

	rate_lines_make(&lines, BY_SERVICES, &rates, now);
	assert_int_equal(lines.count, 2);
	assert_string_equal(lines.line[1].name, "av");
	assert_string_equal(lines.line[1].about, "of edge1, edge2");
	rate_lines_free(&lines);
}

static void reasons_tell_what_was_dropped(void **state)
{
	struct rate_lines lines;

	now->report.drops[7] = (struct drop_counts){ 1, 10, 2, 20 };
	rates_between(&rates, before, now);
	rate_lines_make(&lines, BY_REASONS, &rates, now);
	assert_int_equal(lines.count, REASON_COUNT);
	assert_string_equal(lines.line[7].name, "peer");
	assert_int_equal(rate_line_count(&lines.line[7], MEASURE_REFUSED), 3);
	assert_int_equal(rate_line_count(&lines.line[7], MEASURE_DROPPED), 1);
	assert_int_equal(rate_line_count(&lines.line[7], MEASURE_REFUSED_BYTES),
			 30);
	rate_lines_free(&lines);
}

static void lines_are_sorted_and_filtered(void **state)
{
	struct rate_lines lines;

	row(now, 0, 1)->packets_to_edge = 3;
	row(now, 0, 2)->denied = 1;
	rates_between(&rates, before, now);
	rate_lines_make(&lines, BY_ROWS, &rates, now);
	expect_order(&lines, MEASURE_PACKETS, false, "",
		     "external/14 external/5 site/rdp");
	expect_order(&lines, MEASURE_PACKETS, true, "",
		     "external/5 site/rdp external/14");
	expect_order(&lines, MEASURE_DENIED, false, "",
		     "site/rdp external/5 external/14");
	expect_order(&lines, MEASURES, false, "",
		     "external/5 external/14 site/rdp");
	expect_order(&lines, MEASURES, true, "",
		     "site/rdp external/14 external/5");
	/* Of lines that are equal now, the one that had more comes first. */
	lines.line[2].recent[MEASURE_PACKETS] = 1;
	expect_order(&lines, MEASURE_PACKETS, false, "",
		     "external/14 site/rdp external/5");
	expect_order(&lines, MEASURE_PACKETS, false, "RDP", "site/rdp");
	expect_order(&lines, MEASURE_PACKETS, false, "sign", "external/5");
	expect_order(&lines, MEASURE_PACKETS, false, "nothing", "");
	expect_order(&lines, MEASURE_PACKETS, false,
		     "a text that is longer than any line of them all", "");
	rate_lines_free(&lines);
}

/* A line "a" with so many packets. */
static void sample(struct rate_histories *histories, const char *name,
		   uint64_t packets)
{
	struct rate_line line = { .counts.packets_to_edge = packets };
	struct rate_lines lines = { .line = &line, .count = 1 };

	strcpy(line.name, name);
	rate_histories_add(histories, &lines, 2.0);
}

static void expect_bars(const struct rate_histories *histories, size_t width,
			bool blocks, const char *wanted)
{
	char *bars = rate_history_bars(rate_history_of(histories, "a"),
				       MEASURE_PACKETS, width, blocks);

	assert_string_equal(bars, wanted);
	free(bars);
}

static void bars_are_relative_to_the_highest(void **state)
{
	struct rate_histories histories = { 0 };
	unsigned int i;

	expect_bars(&histories, 30, true, "");
	sample(&histories, "a", 0);
	expect_bars(&histories, 30, true, "");
	sample(&histories, "a", 1);
	sample(&histories, "a", 400);
	sample(&histories, "a", 800);
	sample(&histories, "a", 0);
	expect_bars(&histories, 30, true, ".\u2581\u2585\u2588.");
	expect_bars(&histories, 30, false, ".:*@.");
	/* The newest that fit, relative to the highest of them. */
	expect_bars(&histories, 2, true, "\u2588.");
	for (i = 0; i < 40; i++)
		sample(&histories, "a", i < 39 ? 8 : 4);
	expect_bars(&histories, 99, false, "@@@@@@@@@@@@@@@@@@@@@@@@@@@@@*");
	/* A line that is gone begins anew. */
	sample(&histories, "b", 8);
	assert_null(rate_history_of(&histories, "a"));
	sample(&histories, "a", 8);
	expect_bars(&histories, 30, false, "@");
	rate_histories_free(&histories);
}

static void followed_rates_are_those_of_the_last_two_readings(void **state)
{
	struct live live = { 0 };
	struct reading *third = reading(15);
	size_t i;

	row(now, 0, 0)->packets_to_edge = 8;
	row(third, 0, 0)->packets_to_edge = 11;
	live_add(&live, before);
	assert_null(live.before);
	live_add(&live, now);
	assert_int_equal(live.lines[BY_ROWS].count, 3);
	assert_int_equal(rate_line_count(&live.lines[BY_ROWS].line[0],
					 MEASURE_PACKETS), 8);
	live_add(&live, third);
	assert_true(live.rates.seconds > 2.999 && live.rates.seconds < 3.001);
	assert_int_equal(rate_line_count(&live.lines[BY_ROWS].line[0],
					 MEASURE_PACKETS), 3);
	assert_true(live.lines[BY_ROWS].line[0].recent[MEASURE_PACKETS] > 4.9);
	for (i = 0; i < BY_COUNT; i++)
		assert_true(live.histories[i].count == live.lines[i].count);
	live_forget(&live);
	assert_null(live.now);
	live_forget(&live);
	before = NULL;
	now = NULL;
}

static void rates_are_short_and_never_a_false_zero(void **state)
{
	static const struct {
		double rate;
		const char *full;
		const char *shown;
	} numbers[] = {
		{ 0, "0", "0" }, { 0.0001, "<0.01", "<0.01" },
		{ 0.0167, "0.02", "0.02" }, { 0.94, "0.94", "0.94" },
		{ 0.9997, "1.0", "1.0" }, { 24.96, "25.0", "25.0" },
		{ 99.94, "99.9", "99.9" }, { 99.96, "100", "100" },
		{ 9999.4, "9999", "9999" }, { 9999.6, "10000", "10.0k" },
		{ 99999, "99999", "100k" }, { 999400, "999400", "999k" },
		{ 999900, "999900", "1.0M" }, { 1e9, "1000000000", "1.0G" },
		{ 18446744073709551615.0, "18446744073709551616", "18.4E" },
	};
	char *text;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(numbers); i++) {
		text = rates_number(numbers[i].rate);
		assert_string_equal(text, numbers[i].full);
		free(text);
		text = rates_short(numbers[i].rate);
		assert_string_equal(text, numbers[i].shown);
		assert_true(strlen(text) <= 6);
		free(text);
	}
}

#define TEST(name)	cmocka_unit_test_setup_teardown(name, begin, end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(each_counter_is_subtracted_from_its_own),
		TEST(counters_that_were_reset_count_from_zero),
		TEST(another_profile_leaves_drops),
		TEST(a_new_module_begins_with_all_counters),
		TEST(a_policy_may_change_its_nodes_and_rows),
		TEST(a_policy_may_go_and_come),
		TEST(totals_are_those_of_services_and_reasons),
		TEST(lines_are_sums_over_nodes),
		TEST(reasons_tell_what_was_dropped),
		TEST(lines_are_sorted_and_filtered),
		TEST(bars_are_relative_to_the_highest),
		TEST(followed_rates_are_those_of_the_last_two_readings),
		TEST(rates_are_short_and_never_a_false_zero),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
