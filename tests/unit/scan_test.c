// SPDX-License-Identifier: GPL-2.0-only
/*
 * The scanner with a table of its own: each kind of statement, and a section
 * of each kind.
 */
#include <stdio.h>

#include "base/memory.h"
#include "config/scan.h"
#include "reading.h"

/* The values that were set, a line each. */
static char said[4096];
static struct section top;

static void say(struct config *to, const struct value *value)
{
	size_t length = strlen(said);

	(void)to;
	snprintf(said + length, sizeof(said) - length, "%s%s%s %s=%s\n",
		 value->section->key ? value->section->key->name : "top",
		 value->section->name ? " " : "",
		 value->section->name ? value->section->name : "",
		 value->key->name, value->word);
}

static void *open_section(struct config *to, const struct section *section)
{
	(void)to;
	return (void *)section->key;
}

static const struct key inner[] = {
	{ .name = "one", .kind = KEY_ONE, .set = say },
	{ .name = "list", .kind = KEY_LIST, .set = say },
	{ }
};

/* A section with a key of the name that a section of the top has. */
static const struct key inner_both[] = {
	{ .name = "one", .kind = KEY_ONE, .set = say },
	{ .name = "peers", .kind = KEY_LIST, .set = say },
	{ }
};

static const struct key keys[] = {
	{ .name = "mode", .kind = KEY_ONE, .set = say,
	  .required = "mode = x" },
	{ .name = "words", .kind = KEY_LIST, .set = say },
	{ .name = "row", .kind = KEY_SECTIONS, .open = open_section,
	  .keys = inner },
	{ .name = "ports", .kind = KEY_SECTION, .open = open_section,
	  .keys = inner },
	{ .name = "peers", .kind = KEY_SECTIONS, .open = open_section,
	  .keys = inner },
	{ .name = "both", .kind = KEY_SECTIONS, .open = open_section,
	  .keys = inner_both },
	{ }
};

static void scan(const char *text)
{
	config_free(&config);
	config = (struct config){ .file = "edge.conf" };
	*said = '\0';
	scan_text(&config, text, keys, &top);
}

static void only_error(const char *text, unsigned int line, const char *word,
		       const char *sentence)
{
	scan(text);
	error(line, word, sentence);
	errors(1);
}

static void each_kind_of_statement_sets_its_words(void **state)
{
	scan("mode = a\nwords = { b, \"c d\", 'e' , }\n"
	     "row r/1 { one = f list = g }\nports { list = { h } }\n"
	     "row r/2 { one = i }\n");
	errors(0);
	assert_string_equal(said,
			    "top mode=a\ntop words=b\ntop words=c d\n"
			    "top words=e\nrow r/1 one=f\nrow r/1 list=g\n"
			    "ports list=h\nrow r/2 one=i\n");
	assert_int_equal(top.key_lines[0], 1);
	assert_int_equal(top.key_lines[2], 3);
	assert_int_equal(top.key_lines[3], 4);
}

static void a_section_without_a_name_stands_once(void **state)
{
	only_error("mode = a\nports { one = b }\nports { one = c }\n", 3,
		   "ports", "is given again; line 2 has it already");
	assert_string_equal(said, "top mode=a\nports one=b\n");
	only_error("mode = a\nwords = b\nports\n", 3, "ports",
		   "has no braces; write ports { ... }");
	only_error("mode = a\nports tcp { one = b }\n", 2, "tcp",
		   "names a section that has no name; write ports { ... }");
	only_error("mode = a\nports {\nrow r { one = b }\n", 2, "ports",
		   "the section that begins here is not closed");
	assert_string_equal(said, "top mode=a\nrow r one=b\n");
}

static void a_section_with_a_name_stands_once_for_each(void **state)
{
	only_error("mode = a\nrow r { one = b }\nrow r { one = c }\n", 3, "r",
		   "a second section row; line 2 has the first");
	assert_string_equal(said, "top mode=a\nrow r one=b\n");
	only_error("mode = a\nrow r\n", 2, "row",
		   "has no braces; write row NAME { ... }");
	only_error("mode = a\nrow { }\n", 2, "row",
		   "has no name; write row NAME { ... }");
	only_error("mode = a\nrow\n", 2, "row",
		   "has no name; write row NAME { ... }");
}

/* In a section that is not closed, a key of the section and of the top is the
 * top's where a name and a brace follow.
 */
static void a_section_is_closed_before_a_section_of_its_key(void **state)
{
	static const char *const closed[] = {
		"peers = { p, q }", "peers { p, q }", "peers p", "peers",
		"peers = p, q", "peers p = { q }", "peers += { p }",
	};
	char text[256];
	size_t i, j;

	only_error("mode = a\nboth b { one = c\npeers p { one = d }\n"
		   "both q { one = e }\n", 2, "b",
		   "the section that begins here is not closed; add }");
	assert_string_equal(said, "top mode=a\nboth b one=c\npeers p one=d\n"
			    "both q one=e\n");
	only_error("mode = a\nboth b { peers = { c }\npeers p { one = d }\n", 2,
		   "b", "the section that begins here is not closed; add }");
	assert_string_equal(said, "top mode=a\nboth b peers=c\npeers p one=d\n");
	scan("mode = a\nboth b { peers = { c } }\npeers p { one = d }\n");
	errors(0);
	assert_string_equal(said, "top mode=a\nboth b peers=c\npeers p one=d\n");
	for (i = 0; i < ARRAY_SIZE(closed); i++) {
		snprintf(text, sizeof(text), "mode = a\nboth b { one = c\n%s }\n",
			 closed[i]);
		scan(text);
		for (j = 0; j < config.errors.count; j++)
			assert_null(strstr(config.errors.items[j].message,
					   "section that begins here"));
	}
}

/* Errors of one statement: a section as a key, a key as a section, a list as
 * one word, words as a list.
 */
static const struct {
	const char *text, *word, *sentence;
} faults[] = {
	{ "row = r", "row", "is a section, not a key; write row NAME { ... }" },
	{ "row =", "row", "is a section, not a key" },
	{ "row += r", "row", "is a section, not a key" },
	{ "row = { r }", "row", "is a section, not a key" },
	{ "row = r, q", "row", "is a section, not a key" },
	{ "row = r { one = z }", "row", "is a section, not a key" },
	{ "row r = x", "row", "is a section, not a key" },
	{ "row r = { x }", "row", "is a section, not a key" },
	{ "row r = { one = z }", "row", "is a section, not a key" },
	{ "ports = x", "ports", "is a section, not a key; write ports { ... }" },
	{ "ports = { x }", "ports", "is a section, not a key" },
	{ "ports = { one = z }", "ports", "is a section, not a key" },
	{ "row r x", "row", "has no braces; write row NAME { ... }" },
	{ "row r one = x", "row", "has no braces" },
	{ "row r one = x list = { y } }", "row", "has no braces" },
	{ "row r\n one = x\n list = { y }\n}", "row", "has no braces" },
	{ "row 'r {\n one = x\n}", "'r {", "the quote that begins it" },
	{ "words x", "words", "has no = before its value; write words = { ... }" },
	{ "words x, y", "words", "has no = before its value" },
	{ "words { x }", "words", "has no = before its value" },
	{ "words\n{ x }", "words", "has no = before its value" },
	{ "words { x = y }", "words", "has no = before its value" },
	{ "words =", "words", "has no value; write words = { ... }" },
	{ "words = ( x, y )", "words", "has no value" },
	{ "words: x", "words:", "does not belong here; of keys, the nearest is words" },
	{ "words: { x }", "words:", "unknown section; the nearest is words" },
	{ "words = x, y", "words", "is a list without braces; write words = { x, ... }" },
	{ "words = x y", "words", "is a list without braces" },
	{ "words = x,\n y", "words", "is a list without braces" },
	{ "words = [x, y]", "words", "write words = { one, ... }" },
	{ "words = [ x, y ]", "words", "is a list without braces" },
	{ "ports { one x }", "one", "has no = before its value; write one = value" },
	{ "ports { one }", "one", "has no value; write one = value" },
	{ "ports { one = { x } }", "one", "takes one value, not a list; leave out the braces" },
	{ "ports { one = x y }", "one", "takes one value; put a value with blanks into quotes" },
	{ "ports { one = x, y }", "one", "takes one value; put" },
	{ "ports { x }", "x", "does not belong here; of keys, there are one, list" },
	{ "ports { x, y,\n x }", "x", "does not belong here" },
	{ "ports { onee = x, y }", "onee", "unknown key; the nearest is one" },
	{ "ports { onee { x } }", "onee", "unknown section; the nearest is one" },
	{ "ports { onee = }", "onee", "unknown key" },
	{ "words = x.y 1.*.*", "words", "is a list without braces" },
	{ "words = 10.0.*.*", "10.0.*.*", "has a wild card" },
	{ "words = { x y z }", "y", "there is no comma before it" },
	{ "ports { one = x row r { one = z } }", "ports",
	  "the section that begins here is not closed" },
};

static void one_fault_is_one_error(void **state)
{
	char text[256];
	size_t i;

	for (i = 0; i < ARRAY_SIZE(faults); i++) {
		snprintf(text, sizeof(text), "mode = a\n%s\nrow q { one = b }\n",
			 faults[i].text);
		only_error(text, 2, faults[i].word, faults[i].sentence);
		assert_non_null(strstr(said, "row q one=b\n"));
	}
	only_error("mode = a\nports { one = b }\n{ x }\n", 3, "{",
		   "does not belong here; take it out");
	only_error("mode = a\nports { one = b }\n= x\n", 3, "=",
		   "does not belong here; take it out");
	only_error("mode = a ports { one b }\n", 1, "one", "has no =");
	only_error("mode = a\nports { one = b }\n}\n", 3, "}",
		   "does not belong here; take it out");
	scan("mode = a ports { one = x\nrow r { one = z }\n}\n}\n");
	error(1, "ports", "the section that begins here is not closed");
	error(4, "}", "does not belong here; take it out");
	errors(2);
}

/* The statement behind a fault is read as if the fault were not there. */
static void two_faults_are_two_errors(void **state)
{
	char text[256];
	size_t i, j;

	for (i = 0; i < ARRAY_SIZE(faults); i++) {
		const char *lines = faults[i].text;
		unsigned int line = 3;

		for (j = 0; lines[j]; j++)
			line += lines[j] == '\n';
		snprintf(text, sizeof(text), "mode = a\n%s\nrow { one = b }\n",
			 lines);
		scan(text);
		error(2, faults[i].word, faults[i].sentence);
		error(line, "row", "has no name");
		errors(2);
	}
	scan("mode = a\nwords = x, \"y\nports { one = { \"z } }\n");
	error(2, "words", "is a list without braces");
	error(2, "\"y", "quote");
	error(3, "\"z } }", "quote");
}

static void a_required_key_is_missed(void **state)
{
	only_error("", 1, "mode", "is missing; write mode = x");
}

/* Good words of a list are set, whatever stands beside them. */
static void errors_hide_no_others(void **state)
{
	scan("mode = { a }\nwords = { b c, d;, \"f, g }\n, h }\n");
	error(1, "mode", "takes one value");
	error(2, "c", "no comma");
	error(2, "\"f, g }", "quote");
	errors(3);
	assert_string_equal(said, "top words=b\ntop words=d;\ntop words=h\n");
}

static void is_word(const char *text, const char *meant)
{
	char line[256], want[256];

	snprintf(line, sizeof(line), "mode = %s\n", text);
	snprintf(want, sizeof(want), "top mode=%s\n", meant);
	scan(line);
	errors(0);
	assert_string_equal(said, want);
}

static void quotes_and_escapes(void **state)
{
	is_word("a\\nb", "a\\nb");
	is_word("a//b", "a//b");
	is_word("\"\"", "");
	is_word("'a\\nb\\'c\\\\d\"'", "a\\nb'c\\d\"");
	is_word("\"a\\\"b\\\\c'\"", "a\"b\\c'");
	is_word("\"\\a\\b\\e\\f\\n\\r\\t\\v\\q\\$\"", "\a\b\033\f\n\r\t\vq$");
	is_word("\"\\x41\\x4g\\x041\\xg\"", "A\004g\0041xg");
}

/* A number that stands for no character, or for the end of a string. */
static void numbers_of_no_character(void **state)
{
	static const char *const words[] = {
		"a\\0b", "\\400", "\\8", "\\18", "\\1234", "\\x0", "\\x00b",
	};
	char text[64];
	size_t i;

	for (i = 0; i < ARRAY_SIZE(words); i++) {
		snprintf(text, sizeof(text), "mode = \"%s\"\n", words[i]);
		only_error(text, 1, words[i], "no character has this number");
		assert_string_equal(said, "");
	}
}

/* The value, or the section, of a broken word is skipped with it. */
static void a_broken_word_is_one_error(void **state)
{
	only_error("mode = a\n\"\\8\" = { b }\n", 2, "\\8", "no character");
	only_error("mode = a\n${X} = b\n", 2, "${X}", "environment");
	only_error("mode = a\n\"\\8\" r { one = { b } }\n", 2, "\\8",
		   "no character");
	only_error("mode = a\n'row\nrow r { one = b }\n", 2, "'row", "quote");
	assert_string_equal(said, "top mode=a\nrow r one=b\n");
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_kind_of_statement_sets_its_words),
		cmocka_unit_test(a_section_without_a_name_stands_once),
		cmocka_unit_test(a_section_with_a_name_stands_once_for_each),
		cmocka_unit_test(a_section_is_closed_before_a_section_of_its_key),
		cmocka_unit_test(one_fault_is_one_error),
		cmocka_unit_test(two_faults_are_two_errors),
		cmocka_unit_test(a_required_key_is_missed),
		cmocka_unit_test(errors_hide_no_others),
		cmocka_unit_test(quotes_and_escapes),
		cmocka_unit_test(numbers_of_no_character),
		cmocka_unit_test(a_broken_word_is_one_error),
	};

	return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
