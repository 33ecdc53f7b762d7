// SPDX-License-Identifier: GPL-2.0-only
/*
 * Keys of the screen without a terminal, and text of a given width.
 */
#include <locale.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/macros.h"
#include "screen/fit.h"
#include "screen/state.h"
#include "screen/terminal.h"

#define LINES	20U

static struct rate_line all[LINES];
static const struct rate_line *order[LINES];
static struct shown shown = { order, LINES, 5 };
static struct state state;

static int begin(void **unused)
{
	size_t i;

	for (i = 0; i < LINES; i++) {
		snprintf(all[i].name, sizeof(all[i].name), "line%zu", i);
		order[i] = &all[i];
	}
	shown.count = LINES;
	shown.room = 5;
	state_begin(&state, BY_ROWS);
	return 0;
}

static void press(const char *keys)
{
	for (; *keys; keys++)
		state_key(&state, &shown, *keys);
}

static void press_key(int key)
{
	state_key(&state, &shown, key);
	state_scroll(&state, &shown);
}

static void each_view_has_its_key(void **unused)
{
	static const char keys[] = "4321";
	size_t i;

	for (i = 0; i < 4; i++) {
		press((char[]){ keys[i], '\0' });
		assert_int_equal(state.by, 3 - i);
	}
	press("v");
	assert_int_equal(state.by, BY_NODES);
	press("\tv");
	assert_int_equal(state.by, BY_REASONS);
	press("v");
	assert_int_equal(state.by, BY_ROWS);
}

static void columns_sort_in_turn_and_each_view_has_its_own(void **unused)
{
	const enum measure *sorted = &state.order[BY_ROWS].sorted;

	assert_int_equal(*sorted, MEASURE_PACKETS);
	press("s");
	assert_int_equal(*sorted, MEASURE_BYTES);
	press("s");
	assert_int_equal(*sorted, MEASURE_DENIED);
	press("s");
	assert_int_equal(*sorted, MEASURES);
	press("sr");
	assert_int_equal(*sorted, MEASURE_CONNECTIONS);
	assert_true(state.order[BY_ROWS].reverse);
	press("4");
	assert_int_equal(state.order[BY_REASONS].sorted, MEASURE_REFUSED);
	assert_false(state.order[BY_REASONS].reverse);
	press("ss");
	assert_int_equal(state.order[BY_REASONS].sorted, MEASURE_REFUSED_BYTES);
	press("r");
	press("r");
	assert_false(state.order[BY_REASONS].reverse);
	assert_int_equal(*sorted, MEASURE_CONNECTIONS);
}

static void a_chosen_line_is_followed_by_its_name(void **unused)
{
	size_t i;

	assert_int_equal(state_place(&state, &shown), 0);
	press_key(PRESS_UP);
	for (i = 0; i < 7; i++)
		press_key(PRESS_DOWN);
	assert_string_equal(state.chosen, "line7");
	assert_int_equal(state.top, 3);
	order[7] = &all[0];
	order[0] = &all[7];
	state_scroll(&state, &shown);
	assert_int_equal(state_place(&state, &shown), 0);
	assert_int_equal(state.top, 0);
	begin(NULL);
	press_key(PRESS_END);
	assert_string_equal(state.chosen, "line19");
	assert_int_equal(state.top, 15);
	press_key(PRESS_DOWN);
	assert_string_equal(state.chosen, "line19");
	press_key(PRESS_PAGE_UP);
	assert_string_equal(state.chosen, "line14");
	press("kj");
	assert_string_equal(state.chosen, "line14");
	press_key(PRESS_PAGE_DOWN);
	press_key(PRESS_HOME);
	assert_string_equal(state.chosen, "");
	/* A line that is gone leaves the first. */
	press_key(PRESS_DOWN);
	shown.count = 1;
	state_scroll(&state, &shown);
	assert_int_equal(state_place(&state, &shown), 0);
	/* No line at all, on no room at all. */
	shown.count = 0;
	shown.room = 0;
	press_key(PRESS_DOWN);
	press_key(PRESS_PAGE_UP);
	press_key(PRESS_ENTER);
	assert_int_equal(state.page, PAGE_LINES);
	assert_int_equal(state.top, 0);
}

static void typed_text_is_the_filter(void **unused)
{
	size_t i;

	press("/q?1");
	assert_true(state.typing && !state.done);
	assert_string_equal(state.filter, "q?1");
	press_key(PRESS_BACKSPACE);
	press_key(PRESS_UP);
	press_key(PRESS_OTHER);
	assert_string_equal(state.filter, "q?");
	press_key(PRESS_ENTER);
	assert_false(state.typing);
	assert_string_equal(state.filter, "q?");
	press_key(PRESS_ESCAPE);
	assert_string_equal(state.filter, "");
	press("/x");
	press_key(PRESS_ESCAPE);
	assert_false(state.typing);
	assert_string_equal(state.filter, "");
	press("/");
	press_key(PRESS_BACKSPACE);
	for (i = 0; i < 100; i++)
		press("a");
	assert_int_equal(strlen(state.filter), FILTER_LENGTH);
}

static void pages_open_and_close(void **unused)
{
	press_key(PRESS_DOWN);
	press_key(PRESS_ENTER);
	assert_int_equal(state.page, PAGE_DETAILS);
	assert_string_equal(state.chosen, "line1");
	press("s1");
	assert_int_equal(state.page, PAGE_DETAILS);
	press("p");
	assert_true(state.paused);
	press(" ");
	assert_false(state.paused);
	press_key(PRESS_ESCAPE);
	assert_int_equal(state.page, PAGE_LINES);
	press_key(PRESS_HOME);
	press_key(PRESS_ENTER);
	assert_string_equal(state.chosen, "line0");
	press("?");
	assert_int_equal(state.page, PAGE_HELP);
	press("x");
	assert_int_equal(state.page, PAGE_LINES);
	press("2");
	press_key(PRESS_ENTER);
	assert_int_equal(state.page, PAGE_LINES);
	assert_non_null(state.hint);
	press("x");
	assert_null(state.hint);
	press("hq");
	assert_true(state.done);
}

static void text_is_cut_by_columns(void **unused)
{
	static const struct {
		const char *text;
		size_t width;
		const char *cut;
		const char *plain;
	} texts[] = {
		{ "", 0, "", "" }, { "word", 4, "word", "word" },
		{ "words", 4, "wor~", "wor~" }, { "words", 1, "~", "~" },
		{ "words", 0, "", "" },
		{ "\u2588\u2588\u2588", 3, "\u2588\u2588\u2588", "??~" },
		{ "\u6f22\u5b57kanji", 5, "\u6f22\u5b57~", "????~" },
		{ "\u6f22\u5b57kanji", 4, "\u6f22~", "???~" },
		{ "a\xff", 2, "a\xff", "a?" },
	};
	char *cut;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(texts); i++) {
		cut = fit_text(texts[i].text, texts[i].width, true);
		assert_string_equal(cut, texts[i].cut);
		assert_true(fit_width(cut) <= texts[i].width);
		free(cut);
		cut = fit_text(texts[i].text, texts[i].width, false);
		assert_string_equal(cut, texts[i].plain);
		free(cut);
	}
}

static void sentences_break_at_blanks(void **unused)
{
	assert_int_equal(fit_words("one two three", 13), 13);
	assert_int_equal(fit_words("one two three", 12), 7);
	assert_int_equal(fit_words("one two three", 7), 7);
	assert_int_equal(fit_words("one two three", 6), 3);
	assert_int_equal(fit_words("longword next", 4), 4);
	assert_int_equal(fit_words("", 4), 0);
}

#define TEST(name)	cmocka_unit_test_setup(name, begin)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(each_view_has_its_key),
		TEST(columns_sort_in_turn_and_each_view_has_its_own),
		TEST(a_chosen_line_is_followed_by_its_name),
		TEST(typed_text_is_the_filter),
		TEST(pages_open_and_close),
		TEST(text_is_cut_by_columns),
		TEST(sentences_break_at_blanks),
	};

	setlocale(LC_CTYPE, "C.UTF-8");
	return cmocka_run_group_tests(tests, NULL, NULL);
}
