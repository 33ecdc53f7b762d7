// SPDX-License-Identifier: GPL-2.0-only
/*
 * HTML: what is opened is closed, texts and attributes are escaped; numbers of
 * the page in full and in short.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/macros.h"
#include "output/html.h"
#include "print/page.h"

static struct html html;
static char *written;
static size_t size;

static int begin(void **state)
{
	html_begin(&html, open_memstream(&written, &size));
	return 0;
}

static int end(void **state)
{
	free(written);
	written = NULL;
	return 0;
}

static void expect(const char *text)
{
	fclose(html.stream);
	assert_string_equal(written, text);
}

/* The end of the first element stands on a line of its own. */
static void elements_are_closed_in_their_order(void **state)
{
	html_open(&html, "p");
	html_set(&html, "class", "%s-%d", "a", 1);
	html_text(&html, "one ");
	html_leaf(&html, "b", "%u", 2U);
	html_text(&html, " three");
	html_close(&html);
	expect("<!DOCTYPE html>\n<p class=\"a-1\">one <b>2</b> three\n</p>");
}

static void children_stand_on_lines_of_their_own(void **state)
{
	html_open(&html, "tr");
	html_leaf(&html, "td", "%s", "");
	html_open(&html, "br");
	html_void(&html);
	html_leaf(&html, "td", "%s", "x");
	html_close(&html);
	expect("<!DOCTYPE html>\n<tr>\n<td></td>\n<br>\n<td>x</td>\n</tr>");
}

static void texts_and_attributes_are_escaped(void **state)
{
	html_open(&html, "p");
	html_set(&html, "title", "%s", "\"><script>&'");
	html_text(&html, "%s", "</p><a href=\"x\">&amp;\xff\x1b\xe2\x80\xae%s");
	html_close(&html);
	expect("<!DOCTYPE html>\n<p title=\"&quot;&gt;&lt;script&gt;&amp;'\">"
	       "&lt;/p&gt;&lt;a href=&quot;x&quot;&gt;&amp;amp;\\xff\\x1b\\u202e%s\n</p>");
}

static void lines_stay_lines(void **state)
{
	html_open(&html, "pre");
	html_lines(&html, "<a>\n\tb\n");
	html_close(&html);
	expect("<!DOCTYPE html>\n<pre>&lt;a&gt;\n\\tb\n\n</pre>");
}

static void is(char *text, const char *wanted)
{
	assert_string_equal(text, wanted);
	free(text);
}

static void numbers_are_told_in_full_and_in_short(void **state)
{
	is(page_grouped(0), "0");
	is(page_grouped(999), "999");
	is(page_grouped(1000), "1,000");
	is(page_grouped(123456), "123,456");
	is(page_grouped(UINT64_MAX), "18,446,744,073,709,551,615");
	is(page_bytes(0), "0 B");
	is(page_bytes(999), "999 B");
	is(page_bytes(1000), "1.0 kB");
	is(page_bytes(999949), "999.9 kB");
	is(page_bytes(999950), "1.0 MB");
	is(page_bytes(UINT64_MAX), "18.4 EB");
}

#define HTML_TEST(name)	cmocka_unit_test_setup_teardown(name, begin, end)

static const struct CMUnitTest tests[] = {
	HTML_TEST(elements_are_closed_in_their_order),
	HTML_TEST(children_stand_on_lines_of_their_own),
	HTML_TEST(texts_and_attributes_are_escaped),
	HTML_TEST(lines_stay_lines),
	cmocka_unit_test(numbers_are_told_in_full_and_in_short),
};

int main(void)
{
	return cmocka_run_group_tests(tests, NULL, NULL);
}
