// SPDX-License-Identifier: GPL-2.0-only
/*
 * Text that others wrote: characters that a terminal would obey or hide are
 * escaped, and characters that resemble usual ones are named.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>
#include <jansson.h>

#include "base/fail.h"
#include "base/foreign.h"
#include "output/json.h"
#include "print/findings.h"

#define FILES	13U

static void shown(const char *text, const char *line)
{
	char *got = foreign_shown(text);

	assert_string_equal(got, line);
	free(got);
}

static void what_a_terminal_obeys_is_escaped(void **state)
{
	shown("a\nb\r\tc", "a\\nb\\r\\tc");
	shown("\x1b[31mred\x07\x7f", "\\x1b[31mred\\x07\\x7f");
	shown("\xc2\x9b" "31m", "\\u009b31m");
	shown("a\u202e\u2066b", "a\\u202e\\u2066b");
	shown("a\U000e0041b", "a\\U000e0041b");
}

static void what_a_terminal_hides_is_escaped(void **state)
{
	shown("wan0\u200b", "wan0\\u200b");
	shown("wan0\u00a0", "wan0\\u00a0");
	shown("\ufeffmode", "\\ufeffmode");
}

static void utf8_is_shown_as_it_is(void **state)
{
	static const char text[] =
		"\u201cwan1\u201d \u00e9 \u0430 \u4e2d \U0001f600 'a' \\ ~";

	shown(text, text);
	shown("", "");
}

static void put_utf8(char *to, uint32_t c)
{
	static const unsigned char first[] = { 0, 0, 0xc0, 0xe0, 0xf0 };
	int octets = c < 0x80 ? 1 : c < 0x800 ? 2 : c < 0x10000 ? 3 : 4, i;

	to[octets] = '\0';
	for (i = octets - 1; i; i--, c >>= 6)
		to[i] = (char)(0x80 | (c & 0x3f));
	*to = (char)(c | (octets > 1 ? first[octets] : 0));
}

/* Ranges of characters that people see, or do not see. */
static void a_character_is_escaped_that_nobody_sees(void **state)
{
	static const struct {
		uint32_t first, last;
		bool hidden;
	} ranges[] = {
		{ 0x01, 0x1f, true }, { 0x20, 0x7e, false },
		{ 0x7f, 0xa0, true }, { 0xa1, 0xac, false },
		{ 0xad, 0xad, true }, { 0xae, 0x34e, false },
		{ 0x34f, 0x34f, true }, { 0x350, 0x61b, false },
		{ 0x61c, 0x61c, true }, { 0x115f, 0x1160, true },
		{ 0x1680, 0x1680, true }, { 0x180b, 0x180e, true },
		{ 0x2000, 0x200f, true }, { 0x2010, 0x2027, false },
		{ 0x2028, 0x202f, true }, { 0x2030, 0x205e, false },
		{ 0x205f, 0x2064, true }, { 0x2066, 0x206f, true },
		{ 0x2070, 0x2fff, false }, { 0x3000, 0x3000, true },
		{ 0x3001, 0x3163, false }, { 0x3164, 0x3164, true },
		{ 0x3165, 0xd7ff, false }, { 0xfe00, 0xfe0f, true },
		{ 0xfe10, 0xfefe, false }, { 0xfeff, 0xfeff, true },
		{ 0xff00, 0xff9f, false }, { 0xffa0, 0xffa0, true },
		{ 0xfff9, 0xfffb, true }, { 0x10000, 0x1ffff, false },
		{ 0xe0000, 0xe0fff, true },
	};
	char text[8], *got;
	uint32_t c;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(ranges); i++)
		for (c = ranges[i].first; c <= ranges[i].last; c++) {
			put_utf8(text, c);
			got = foreign_shown(text);
			if ((*got == '\\' && c != '\\') != ranges[i].hidden)
				fail_msg("U+%04X: %s", (unsigned int)c, got);
			free(got);
		}
}

/* No octet behind the text is looked at. */
static void an_encoding_is_told_by_what_there_is(void **state)
{
	static const struct {
		const char *octets;
		size_t length;
		const char *name;
	} cases[] = {
		{ "", 0, NULL }, { "m", 1, NULL }, { "\xff", 1, NULL },
		{ "\xfe", 1, NULL }, { "mo", 2, NULL },
		{ "m\0", 2, NULL }, { "\xff\xfe", 2, "UTF-16" },
		{ "\xfe\xff", 2, "UTF-16" }, { "\0\0\xfe", 3, NULL },
		{ "m\0o", 3, NULL }, { "\xff\xfe\0", 3, "UTF-16" },
		{ "mode", 4, NULL }, { "\xef\xbb\xbfm", 4, NULL },
		{ "\0\0\0\0", 4, NULL }, { "m\0o\0", 4, "UTF-16" },
		{ "\0m\0o", 4, "UTF-16" }, { "\xff\xfem\0", 4, "UTF-16" },
		{ "m\0\0\0", 4, "UTF-32" }, { "\0\0\0m", 4, "UTF-32" },
		{ "\xff\xfe\0\0", 4, "UTF-32" },
		{ "\0\0\xfe\xff", 4, "UTF-32" },
	};
	const char *got;
	char *octets;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		octets = malloc(cases[i].length);
		assert_true(octets || !cases[i].length);
		memcpy(octets, cases[i].octets, cases[i].length);
		got = foreign_encoding(octets, cases[i].length);
		free(octets);
		if (!got != !cases[i].name ||
		    (got && strcmp(got, cases[i].name) != 0))
			fail_msg("%zu: %s", i, got ? got : "nothing");
	}
}

static void octets_that_are_no_utf8_are_escaped(void **state)
{
	shown("caf\xe9", "caf\\xe9");
	/* Longer than need be, a surrogate, beyond the last, cut, a lone one. */
	shown("\xc0\xaf", "\\xc0\\xaf");
	shown("\xe0\x80\xaf", "\\xe0\\x80\\xaf");
	shown("\xed\xa0\x80", "\\xed\\xa0\\x80");
	shown("\xf4\x90\x80\x80", "\\xf4\\x90\\x80\\x80");
	shown("\xe2\x80", "\\xe2\\x80");
	shown("\x80z", "\\x80z");
	shown("\xf0\x9f\x98\x80\xff", "\U0001f600\\xff");
}

static void words_are_cut_between_characters(void **state)
{
	char word[400] = "", *got;
	int i;

	for (i = 0; i < 100; i++)
		strcat(word, "\u00e9");
	got = foreign_shown_word(word);
	assert_int_equal(strlen(got), 2 * 64 + 3);
	assert_string_equal(got + 2 * 64, "...");
	free(got);
	got = foreign_shown_word("");
	assert_string_equal(got, "\"\"");
	free(got);
}

static void odd(const char *text, const char *sentence)
{
	char *got = foreign_odd(text);

	if (!got || strcmp(got, sentence) != 0)
		fail_msg("%s: %s", text, got ? got : "nothing");
	free(got);
}

static void characters_that_are_taken_for_others_are_named(void **state)
{
	odd("\u201cwan1\u201d",
	    "U+201C in it is a typographic quote; write \"");
	odd("\u2018wan1", "U+2018 in it is a typographic quote; write '");
	odd("wan\u00a00", "U+00A0 in it is a non-breaking space; write a usual space, or none");
	odd("wan0\u200b", "U+200B in it is a zero-width space; take it out");
	odd("w\u0430n0", "U+0430 in it is a Cyrillic letter; write a");
	odd("\u039fne", "U+039F in it is a Greek letter; write O");
	odd("remote\u2013access",
	    "U+2013 in it is a typographic dash; write -");
	odd("\uff57an0", "U+FF57 in it is a full-width character; write w");
	odd("a\x1b", "U+001B in it is a control character; take it out");
	odd("caf\xe9", "the octet \\xe9 in it is no UTF-8");
	assert_null(foreign_odd("wan0 \"quoted\" caf\u00e9 \u4e2d"));
}

static void what_was_meant_is_found(void **state)
{
	static const char *const meant[][2] = {
		{ "\u201cwan1\u201d", "wan1" }, { "w\u0430n\u043e", "wano" },
		{ " wan1 ", "wan1" }, { "\ufeff'wan1'\u200b", "wan1" },
		{ "eth\u20130", "eth-0" }, { "\u00e9th0", "\u00e9th0" },
		{ "wan1\xff", "wan1" }, { "\x1bwan1", "wan1" },
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(meant); i++) {
		char *got = foreign_plain(meant[i][0]);

		assert_string_equal(got, meant[i][1]);
		free(got);
	}
}

/* What a function prints of findings: a new string. */
static char *printed(const struct findings *findings)
{
	char *text = NULL;
	size_t size;
	FILE *before = stderr;

	stderr = open_memstream(&text, &size);
	findings_print(findings);
	fclose(stderr);
	stderr = before;
	return text;
}

static size_t lines(const char *text)
{
	size_t count = 0;

	for (; *text; text++)
		count += *text == '\n';
	return count;
}

static void findings_of_others_are_escaped(void **state)
{
	struct findings findings = { 0 };
	json_t *json, *first;
	char *text;

	findings_add(&findings, "a\nb", 3, "x\x1by", "the kernel says %s",
		     "\x07\xff");
	text = printed(&findings);
	assert_string_equal(text, "a\\nb:3: x\\x1by: the kernel says \\x07\\xff; U+001B in it is a control character; take it out\n");
	free(text);

	/* A machine gets the name itself, if JSON can have it. */
	json = findings_json(&findings, false);
	first = json_array_get(json, 0);
	assert_string_equal(json_string_value(json_object_get(first, "file")),
			    "a\nb");
	assert_non_null(json_object_get(first, "message"));
	json_decref(json);
	findings_free(&findings);
}

static void twenty_of_a_file_are_printed_in_order(void **state)
{
	struct findings findings = { 0 };
	unsigned int i;
	json_t *json;
	char *text;

	for (i = 0; i < 20; i++)
		findings_add(&findings, "edge.conf", 20 - i, "w", "is wrong");
	findings_sort(&findings, "edge.conf");
	text = printed(&findings);
	assert_int_equal(lines(text), 20);
	assert_null(strstr(text, "more"));
	free(text);

	for (i = 0; i < 500000; i++)
		findings_add(&findings, "a.list", i + 1, "w", "is wrong");
	findings_sort(&findings, "edge.conf");
	text = printed(&findings);
	assert_int_equal(lines(text), 41);
	assert_ptr_equal(strstr(text, "edge.conf:1: "), text);
	assert_non_null(strstr(text, "\na.list:20: "));
	assert_null(strstr(text, "\na.list:21: "));
	assert_non_null(strstr(text, "\nedgectl: a.list: 499980 more not shown\n"));
	free(text);

	assert_int_equal(findings.total, 500020);
	assert_int_equal(findings_left_out(&findings), 499980);
	json = findings_json(&findings, false);
	assert_int_equal(json_array_size(json), 40);
	json_decref(json);
	findings_free(&findings);
}

static void a_hundred_in_all_are_printed(void **state)
{
	struct findings findings = { 0 };
	unsigned int i, file;
	char name[16], *text;

	for (file = 0; file < FILES; file++)
		for (i = 0; i < 30; i++) {
			snprintf(name, sizeof(name), "%02u.list", file);
			findings_add(&findings, name, i + 1, "w", "is wrong");
		}
	findings_sort(&findings, "edge.conf");
	text = printed(&findings);
	/* Five files, what is left of each, and what is left of the others. */
	assert_int_equal(lines(text), 100 + 5 + 1);
	assert_non_null(strstr(text, "\nedgectl: 04.list: 10 more not shown\n"
			       "edgectl: 240 more not shown, in other files\n"));
	free(text);
	findings_free(&findings);
}

static void a_complaint_escapes_what_is_put_into_it(void **state)
{
	int pipes[2], before = dup(STDERR_FILENO);
	char text[256] = "";

	assert_int_equal(pipe(pipes), 0);
	fflush(stderr);
	dup2(pipes[1], STDERR_FILENO);
	fail_usage("explain", "%s: unknown", "\x1b\u201cx");
	fflush(stderr);
	dup2(before, STDERR_FILENO);
	close(before);
	close(pipes[1]);
	assert_true(read(pipes[0], text, sizeof(text) - 1) > 0);
	close(pipes[0]);
	assert_string_equal(text, "edgectl: \\x1b\u201cx: unknown; U+001B in it is a control character; take it out; see edgectl explain --help\n");
}

static void json_is_whole_whatever_a_name_is(void **state)
{
	static const char *const names[] = {
		"wan0", "\u201cwan0\u201d", "a\x1b\n", "caf\xe9", "\xed\xa0\x80",
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(names); i++) {
		json_t *text = out_json_text(names[i]);

		assert_non_null(text);
		json_decref(text);
	}
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_a_terminal_obeys_is_escaped),
		cmocka_unit_test(what_a_terminal_hides_is_escaped),
		cmocka_unit_test(utf8_is_shown_as_it_is),
		cmocka_unit_test(a_character_is_escaped_that_nobody_sees),
		cmocka_unit_test(an_encoding_is_told_by_what_there_is),
		cmocka_unit_test(octets_that_are_no_utf8_are_escaped),
		cmocka_unit_test(words_are_cut_between_characters),
		cmocka_unit_test(characters_that_are_taken_for_others_are_named),
		cmocka_unit_test(what_was_meant_is_found),
		cmocka_unit_test(findings_of_others_are_escaped),
		cmocka_unit_test(twenty_of_a_file_are_printed_in_order),
		cmocka_unit_test(a_hundred_in_all_are_printed),
		cmocka_unit_test(a_complaint_escapes_what_is_put_into_it),
		cmocka_unit_test(json_is_whole_whatever_a_name_is),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
