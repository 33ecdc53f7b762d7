// SPDX-License-Identifier: GPL-2.0-only
/*
 * Advice about unknown words: near words, words of other tools, lists.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/macros.h"
#include "base/nearest.h"
#include "policy/names.h"

static const char *const verbs[] = {
	"check", "load", "test", "show", "counters", "explain", "export", "zone",
	"feature", "mode", "flush",
};

static void advises(char *advice, const char *wanted)
{
	assert_string_equal(advice, wanted);
	free(advice);
}

static void verb(const char *word, const char *wanted)
{
	advises(nearest_advice("verb", verbs, ARRAY_SIZE(verbs), word), wanted);
}

#define ALL_VERBS	"there are check, load, test, show, counters, " \
			"explain, export, zone, feature, mode, flush"

static void a_near_word_is_named(void **state)
{
	verb("lod", "the nearest is load");
	verb("laod", "the nearest is load");
	verb("LOAD", "the nearest is load");
	verb("counter", "the nearest is counters");
	verb("exp", "the nearest is export");
	verb("explian", "the nearest is explain");
	advises(names_advice(&names_zones, "exteral"),
		"the nearest is external");
	advises(names_advice(&names_features, "Remote-Access"),
		"the nearest is remote-access");
	advises(names_advice(&names_features, "web-confrencing"),
		"the nearest is web-conferencing");
	advises(names_advice(&names_peer_sets, "frontends"),
		"the nearest is frontend");
	advises(names_advice(&names_modes, "enfroce"),
		"the nearest is enforce");
}

static void words_are_listed_where_none_is_near(void **state)
{
	static const char *const one[] = { "edge1" };
	static const char *const many[31] = {
		[0 ... 30] = "edge1",
	};

	verb("xyzzy", ALL_VERBS);
	verb("", ALL_VERBS);
	verb("ex", ALL_VERBS);
	verb("externals", ALL_VERBS);
	verb("0123456789012345678901234567890123456789012345678901234567890123",
	     ALL_VERBS);
	advises(names_advice(&names_sides, "north"),
		"there are external, internal, edge");
	advises(nearest_advice("node", one, 1, "frontend"), "there is edge1");
	advises(nearest_advice("node", many, 31, "frontend"),
		"there are 31, and none is near");
	assert_null(nearest_word(verbs, 0, "load"));
	assert_null(nearest_word(verbs, ARRAY_SIZE(verbs), "status"));
}

static void words_of_other_tools_are_known(void **state)
{
	verb("status", "write show status");
	verb("Status", "write show status");
	verb("list", "write show rows");
	verb("stats", "write counters");
	verb("all", "write show or counters");
	verb("reload", "write load");
	verb("start", "write load");
	verb("stop", "write flush");
	verb("undo", "write rollback");
	verb("log", "write history, or monitor for packets");
	verb("compare", "write diff");
	verb("commit", "write load, or confirm to keep a change that waits");
	verb("try", "write load --confirm");
	verb("plan", "write check");
	verb("watch", "write top, or monitor for packets");
	advises(names_advice(&names_zones, "jabber"), "write xmpp");
	advises(names_advice(&names_features, "video"), "write av");
	advises(names_advice(&names_modes, "dry-run"), "write audit");
	advises(names_advice(&names_sides, "dmz"), "write edge");
	/* Of another kind, the word is only far. */
	advises(names_advice(&names_zones, "status"),
		"there are external, internal, federation, pic, xmpp, site");
}

static void zones_and_features_are_told_apart(void **state)
{
	advises(names_advice(&names_zones, "remote-access"),
		"there is a feature of this name");
	advises(names_advice(&names_features, "external"),
		"there is a zone of this name");
}

static void only_letters_of_ascii_have_a_case(void **state)
{
	assert_true(nearest_same_letters("ID", "id"));
	assert_true(nearest_same_letters("LAST-HIT", "Last-Hit"));
	assert_true(nearest_same_letters("", ""));
	assert_false(nearest_same_letters("ID", "IDS"));
	assert_false(nearest_same_letters("IDS", "ID"));
	assert_false(nearest_same_letters("I\xcc\x87" "D", "ID"));
	assert_false(nearest_same_letters("\xc4", "\xe4"));
	assert_false(nearest_same_letters("[", "{"));
	assert_false(nearest_same_letters("@", "`"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_near_word_is_named),
		cmocka_unit_test(words_are_listed_where_none_is_near),
		cmocka_unit_test(words_of_other_tools_are_known),
		cmocka_unit_test(zones_and_features_are_told_apart),
		cmocka_unit_test(only_letters_of_ascii_have_a_case),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
