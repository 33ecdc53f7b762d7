// SPDX-License-Identifier: GPL-2.0-only
/*
 * Tables and the status on terminals of many widths, and elsewhere.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/memory.h"
#include "verbs/site.h"

#define LONG_NAME	"edge-frankfurt-01.example.org"

static size_t widest_line(void)
{
	size_t widest = 0, octets;
	const char *text;

	for (text = printed; *text; text += octets + !!text[octets]) {
		octets = strcspn(text, "\n");
		/* Blanks at the end are not seen. */
		while (octets && text[octets - 1] == ' ')
			octets--;
		widest = octets > widest ? octets : widest;
		octets = strcspn(text, "\n");
	}
	return widest;
}

/* Tell whether a text has a word between blanks, commas and ends of lines. */
static bool has_word(const char *text, const char *word, size_t length)
{
	static const char ends[] = " ,\n";
	const char *at = text;
	size_t octets;

	while (*at) {
		at += strspn(at, ends);
		octets = strcspn(at, ends);
		if (octets == length && !strncmp(at, word, length))
			return true;
		at += octets;
	}
	return false;
}

/* Each word on the screen stands in the output that is not cut, but for a
 * remark about the width.
 */
static void expect_whole_words(const char *whole)
{
	const char *at = printed;
	size_t octets;

	while (*at) {
		octets = strcspn(at, " ,\n");
		if (at[0] == '(' && (at == printed || at[-1] == '\n'))
			at += strcspn(at, ")") + 1;
		else if (octets && !memmem(at, octets, "...", 3) &&
			 !has_word(whole, at, octets))
			fail_msg("%.*s: is no word of %s", (int)octets, at,
				 whole);
		else
			at += octets + !!at[octets];
	}
}

#define AT_WIDTHS(from, verb, ...)					\
	do {								\
		char *whole;						\
									\
		terminal_width = 0;					\
		GOOD(verb, __VA_ARGS__);				\
		whole = xstrdup(printed);				\
		for (terminal_width = 1; terminal_width < 200;		\
		     terminal_width++) {				\
			GOOD(verb, __VA_ARGS__);			\
			expect_whole_words(whole);			\
			if (terminal_width < (from))			\
				continue;				\
			if (widest_line() > terminal_width)		\
				fail_msg("%zu columns: %s",		\
					 terminal_width, printed);	\
		}							\
		terminal_width = 0;					\
		free(whole);						\
	} while (0)

static int begin_screens(void **state)
{
	begin_site(state);
	policy->zones = 1U << NF_EDGE_ZONE_EXTERNAL;
	policy->features &= ~(1U << NF_EDGE_FEATURE_REMOTE_ACCESS |
			      1U << NF_EDGE_FEATURE_LIVE_MESSENGER);
	set_rows();
	return 0;
}

static int end_screens(void **state)
{
	terminal_width = 0;
	return end_site(state);
}

static void rows_fit_80_columns(void **state)
{
	AT_WIDTHS(80, show, "show", "rows");
	terminal_width = 80;
	GOOD(show, "show", "rows");
	says("ID           SERVICE  DIRECTION PROTOCOL ");
	says("(too narrow for ZONE, FEATURE; option -o shows them)\n");
	terminal_width = 200;
	GOOD(show, "show", "rows");
	says("ID           ZONE       SERVICE  DIRECTION PROTOCOL ");
	is_silent_of("too narrow");
}

static void peers_keep_their_commas(void **state)
{
	AT_WIDTHS(80, show, "show", "peers");
	terminal_width = 60;
	GOOD(show, "show", "peers");
	says(",\n");
}

static void counters_fit_80_columns(void **state)
{
	AT_WIDTHS(80, counters, "counters");
}

static void names_of_nodes_are_whole(void **state)
{
	snprintf(policy->nodes[0].name, sizeof(policy->nodes[0].name),
		 "%s", LONG_NAME);
	AT_WIDTHS(80, show, "show", "nodes");
	AT_WIDTHS(80, counters, "counters");
	terminal_width = 80;
	GOOD(counters, "counters");
	says(LONG_NAME " external/1 ");
}

static void the_status_is_cut_at_blanks(void **state)
{
	unsetenv("TERM");
	AT_WIDTHS(40, show, "show", "status");
	terminal_width = 80;
	GOOD(show, "show", "status");
	says("  features   xmpp federation web-conferencing federation-av ocs2007 cls pic;\n"
	     "             off: remote-access av live-messenger\n");
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
#define SCREEN_TEST(name) \
		cmocka_unit_test_setup_teardown(name, begin_screens, end_screens)
		SCREEN_TEST(rows_fit_80_columns),
		SCREEN_TEST(peers_keep_their_commas),
		SCREEN_TEST(counters_fit_80_columns),
		SCREEN_TEST(names_of_nodes_are_whole),
		SCREEN_TEST(the_status_is_cut_at_blanks),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
