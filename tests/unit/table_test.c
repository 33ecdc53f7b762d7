// SPDX-License-Identifier: GPL-2.0-only
/*
 * Tables on terminals that are too narrow.
 */
#include <locale.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/macros.h"
#include "output/stdout.h"
#include "output/table.h"

enum { ID, PORTS, PEERS, LIVE, COLUMNS };

static const struct column items[COLUMNS] = {
	[ID] = { .name = "ID" },
	[PORTS] = { .name = "PORTS", .number = true, .wraps = true },
	[PEERS] = { .name = "PEERS", .wraps = true },
	[LIVE] = { .name = "LIVE", .wraps = true },
};

static const struct columns columns = { items, COLUMNS };

static void line(struct table *table, const char *id, const char *ports,
		 const char *peers, const char *live)
{
	table_line(table);
	table_put(table, ID, id);
	table_put(table, PORTS, ports);
	table_put(table, PEERS, peers);
	table_put(table, LIVE, live);
}

/* A new string: a site with a row of many ports and peers, at a width. */
static char *printed(size_t width)
{
	struct table *table = table_new(&columns, "show", NULL);
	char *text = NULL;
	size_t size;

	line(table, "external/5", "5061 (443)", "any", "yes");
	line(table, "external/9", "50000-59999", "any", "no: row is off");
	line(table, "site/administration",
	     "tcp/22,tcp/135,tcp/3389,udp/3389,tcp/49152-65535",
	     "admins-of-the-east,admins-of-the-west", "yes");
	if (width)
		table_fit(table, width);
	out = open_memstream(&text, &size);
	table_print(table);
	fclose(out);
	table_free(table);
	return text;
}

static size_t width_of(const char *text)
{
	size_t widest = 0, octets;

	for (; *text; text += octets + 1) {
		octets = strcspn(text, "\n");
		if (octets > widest)
			widest = octets;
	}
	return widest;
}

static void test_a_table_that_fits_stays_as_it_is(void **state)
{
	char *whole = printed(0), *wide = printed(width_of(whole));

	assert_true(width_of(whole) > 80);
	assert_string_equal(wide, whole);
	free(wide);
	free(whole);
}

static void test_long_texts_are_cut_at_commas_for_80_columns(void **state)
{
	char *text = printed(80);

	assert_string_equal(text,
"ID                  PORTS                    PEERS               LIVE\n"
"external/5          5061 (443)               any                 yes\n"
"external/9          50000-59999              any                 no: row is off\n"
"site/administration tcp/22,tcp/135,tcp/3389, admins-of-the-east, yes\n"
"                    udp/3389,tcp/49152-65535 admins-of-the-west  \n");
	assert_true(width_of(text) <= 80);
	free(text);
}

static void test_a_sentence_keeps_its_commas(void **state)
{
	struct table *table = table_new(&columns, "show", "ID,PEERS");
	char *text = NULL;
	size_t size;

	table_line(table);
	table_put(table, ID, "a");
	table_put(table, PEERS, "over TCP, begun by this Edge");
	table_fit(table, 15);
	out = open_memstream(&text, &size);
	table_print(table);
	fclose(out);
	table_free(table);
	assert_string_equal(text, "ID PEERS\n"
				  "a  over TCP,\n"
				  "   begun by\n"
				  "   this Edge\n");
	free(text);
}

static void test_nothing_is_cut_within_a_word(void **state)
{
	char *text = printed(1);

	assert_non_null(strstr(text, "tcp/49152-65535"));
	assert_non_null(strstr(text, "admins-of-the-west"));
	assert_non_null(strstr(text, "site/administration"));
	assert_true(width_of(text) > 1);
	free(text);
}

static void test_no_word_is_lost(void **state)
{
	static const char *const words[] = {
		"tcp/22", "tcp/135", "tcp/3389", "udp/3389", "tcp/49152-65535",
		"admins-of-the-east", "admins-of-the-west", "5061", "(443)",
		"row", "off",
	};
	size_t width, i;
	char *text;

	for (width = 1; width < 130; width++) {
		text = printed(width);
		for (i = 0; i < sizeof(words) / sizeof(*words); i++)
			assert_non_null(strstr(text, words[i]));
		free(text);
	}
}

enum { NAME, ZONE, FEATURE, FILE_NAME, NOTE, WIDE };

static const struct column wide_items[WIDE] = {
	[NAME] = { .name = "NAME" },
	[ZONE] = { .name = "ZONE", .spare = 1 },
	[FEATURE] = { .name = "FEATURE", .spare = 2 },
	[FILE_NAME] = { .name = "FILE", .shortens = true },
	[NOTE] = { .name = "NOTE", .wraps = true },
};

static const struct columns wide = { wide_items, WIDE };

/* A new string: a table of 69 columns at a width. */
static char *narrow(const char *verb, const char *wanted, size_t width)
{
	struct table *table = table_new(&wide, verb, wanted);
	char *text = NULL;
	size_t size;

	table_line(table);
	table_put(table, NAME, "external/5");
	table_put(table, ZONE, "external");
	table_put(table, FEATURE, "remote-access");
	table_put(table, FILE_NAME, "/etc/nf_edge/a.conf");
	table_put(table, NOTE, "a note of a row");
	table_fit(table, width);
	out = open_memstream(&text, &size);
	table_print(table);
	fclose(out);
	table_free(table);
	return text;
}

static void expect_narrow(const char *verb, const char *wanted, size_t width,
			  const char *expected)
{
	char *text = narrow(verb, wanted, width);

	assert_string_equal(text, expected);
	free(text);
}

static void test_less_important_columns_are_left_out_and_named(void **state)
{
	expect_narrow("show", NULL, 69,
"NAME       ZONE     FEATURE       FILE                NOTE\n"
"external/5 external remote-access /etc/nf_edge/a.conf a note of a row\n");
	expect_narrow("show", NULL, 68,
"NAME       ZONE     FEATURE       FILE                NOTE\n"
"external/5 external remote-access /etc/nf_edge/a.conf a note of a\n"
"                                                      row\n");
	expect_narrow("show", NULL, 60,
"NAME       FEATURE       FILE                NOTE\n"
"external/5 remote-access /etc/nf_edge/a.conf a note of a row\n"
"(too narrow for ZONE; option -o shows it)\n");
	expect_narrow("show", NULL, 47,
"NAME       FILE                NOTE\n"
"external/5 /etc/nf_edge/a.conf a note of a row\n"
"(too narrow for ZONE, FEATURE; option -o shows\n"
" them)\n");
	expect_narrow("", NULL, 60,
"NAME       FEATURE       FILE                NOTE\n"
"external/5 remote-access /etc/nf_edge/a.conf a note of a row\n"
"(too narrow for ZONE)\n");
}

static void test_a_column_that_is_named_is_never_left_out(void **state)
{
	expect_narrow("show", "+zone", 60,
"NAME       ZONE     FILE                NOTE\n"
"external/5 external /etc/nf_edge/a.conf a note of a row\n"
"(too narrow for FEATURE; option -o shows it)\n");
	expect_narrow("show", "NAME,ZONE,FEATURE", 20,
"NAME       ZONE     FEATURE\n"
"external/5 external remote-access\n");
}

static void test_texts_are_shortened_last_and_have_a_mark(void **state)
{
	expect_narrow("show", NULL, 40,
"NAME       FILE              NOTE\n"
"external/5 /etc/nf.../a.conf a note of a\n"
"                             row\n"
"(too narrow for ZONE, FEATURE; option -o\n"
" shows them)\n");
	expect_narrow("show", "FILE", 1,
"FILE\n"
"/etc/...conf\n");
}

static void test_numbers_are_printed_to_the_right(void **state)
{
	struct table *table = table_new(&columns, "show", "PORTS,ID");
	char *text = NULL;
	size_t size;

	table_line(table);
	table_number(table, PORTS, 0);
	table_put(table, ID, "a");
	table_line(table);
	table_number(table, PORTS, UINTMAX_MAX);
	table_put(table, ID, "b");
	table_number(table, LIVE, 1);
	assert_true(table_shows(table, PORTS));
	assert_false(table_shows(table, LIVE));
	out = open_memstream(&text, &size);
	table_print(table);
	fclose(out);
	table_free(table);
	assert_string_equal(text,
"               PORTS ID\n"
"                   0 a\n"
"18446744073709551615 b\n");
	free(text);
}

/* A new string: texts in a column of text, of numbers, and of text again. */
static char *put_texts(const char *const texts[][3], size_t lines, size_t width)
{
	struct table *table = table_new(&columns, "show", "ID,PORTS,PEERS");
	char *text = NULL;
	size_t size, i;

	for (i = 0; i < lines; i++) {
		table_line(table);
		if (texts[i][0])
			table_put(table, ID, texts[i][0]);
		if (texts[i][1])
			table_put(table, PORTS, texts[i][1]);
		if (texts[i][2])
			table_put(table, PEERS, texts[i][2]);
	}
	if (width)
		table_fit(table, width);
	out = open_memstream(&text, &size);
	table_print(table);
	fclose(out);
	table_free(table);
	return text;
}

/* A cell without a text is blank, and the last of a line is nothing. */
static void test_cells_without_a_text_are_blank(void **state)
{
	static const char *const texts[][3] = {
		{ "a", "1", "any" }, { NULL, "22", "any" }, { "ccc", NULL, "any" },
		{ "d", "4", NULL }, { NULL, NULL, NULL }, { "", "", "" },
	};
	char *text = put_texts(texts, ARRAY_SIZE(texts), 0);

	assert_string_equal(text,
"ID  PORTS PEERS\n"
"a       1 any\n"
"       22 any\n"
"ccc       any\n"
"d       4 \n"
"          \n"
"          \n");
	free(text);
	text = put_texts(texts, 0, 0);
	assert_string_equal(text, "");
	free(text);
}

/* On the terminal, not in memory: wide ones take two cells, and marks none. */
static void test_columns_stand_below_each_other_whatever_the_characters(void **state)
{
	static const char *const texts[][3] = {
		{ "caf\u00e9", "1", "any" }, { "cafe\u0301", "2", "any" },
		{ "\u6f22\u5b57", "3", "any" }, { "a\u6f22,b\u5b57,cc", "4", "any" },
	};
	static const char *const cut[][3] = {
		{ "a", "1", "\u6f22\u5b57\u6f22\u5b57\u6f22\u5b57,\u5b57\u6f22\u5b57" },
	};
	char *text;

	assert_non_null(setlocale(LC_CTYPE, "C.UTF-8"));
	text = put_texts(texts, ARRAY_SIZE(texts), 0);
	assert_string_equal(text,
"ID         PORTS PEERS\n"
"caf\u00e9           1 any\n"
"cafe\u0301           2 any\n"
"\u6f22\u5b57           3 any\n"
"a\u6f22,b\u5b57,cc     4 any\n");
	free(text);
	text = put_texts(cut, 1, 27);
	assert_string_equal(text,
"ID PORTS PEERS\n"
"a      1 \u6f22\u5b57\u6f22\u5b57\u6f22\u5b57,\n"
"         \u5b57\u6f22\u5b57\n");
	free(text);
	setlocale(LC_CTYPE, "C");
	/* There no character is known to be wide, and each is one. */
	text = put_texts(texts, 3, 0);
	assert_string_equal(text,
"ID    PORTS PEERS\n"
"caf\u00e9      1 any\n"
"cafe\u0301     2 any\n"
"\u6f22\u5b57        3 any\n");
	free(text);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_cells_without_a_text_are_blank),
		cmocka_unit_test(test_columns_stand_below_each_other_whatever_the_characters),
		cmocka_unit_test(test_a_table_that_fits_stays_as_it_is),
		cmocka_unit_test(test_long_texts_are_cut_at_commas_for_80_columns),
		cmocka_unit_test(test_a_sentence_keeps_its_commas),
		cmocka_unit_test(test_nothing_is_cut_within_a_word),
		cmocka_unit_test(test_no_word_is_lost),
		cmocka_unit_test(test_less_important_columns_are_left_out_and_named),
		cmocka_unit_test(test_a_column_that_is_named_is_never_left_out),
		cmocka_unit_test(test_texts_are_shortened_last_and_have_a_mark),
		cmocka_unit_test(test_numbers_are_printed_to_the_right),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
