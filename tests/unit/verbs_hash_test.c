// SPDX-License-Identifier: GPL-2.0-only
/*
 * show hash of the policy in force: as it was loaded, and with its switches.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <errno.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/memory.h"
#include "base/sha256.h"
#include "policy/hash.h"
#include "verbs/site.h"

/* The module of begin_site() is in mode audit, without xmpp and av. */
static void undo_switches(void)
{
	module.view.loaded_mode = policy->mode;
	module.view.loaded_zones = policy->zones;
	module.view.loaded_features = policy->features;
}

static char *hash_of(const char *key)
{
	json_t *object;
	char *hex;

	GOOD(show, "show", "hash", "--json");
	object = json();
	hex = xstrdup(json_string_value(json_object_get(object, key)));
	json_decref(object);
	return hex;
}

static void switches_have_a_hash_of_their_own(void **state)
{
	char *all, *switched, *undone;
	json_t *object;

	GOOD(show, "show", "hash", "--json");
	object = json();
	expect_int(object, "generation", 41);
	expect_words(object, "switched", "mode zone xmpp feature av");
	json_decref(object);
	all = hash_of("all");
	switched = hash_of("in_force");
	assert_string_not_equal(all, switched);
	GOOD(show, "show", "hash");
	says("switched: yes (mode, zone xmpp, feature av)\n");
	says(all);
	says(switched);

	/* A load of the same, as it is in force now. */
	undo_switches();
	GOOD(show, "show", "hash");
	says("switched: no\n");
	undone = hash_of("all");
	assert_string_equal(undone, switched);
	free(undone);
	undone = hash_of("in_force");
	assert_string_equal(undone, switched);
	free(undone);

	/* A row that is off by a switch, then one that the load has off. */
	policy_turn_off(policy, "external/5", 0);
	GOOD(show, "show", "hash");
	says("switched: yes (row external/5)\n");
	undone = hash_of("all");
	assert_string_equal(undone, switched);
	free(undone);
	snprintf(module.view.loaded_off[0].id,
		 sizeof(module.view.loaded_off[0].id), "external/5");
	module.view.loaded_off_count = 1;
	undone = hash_of("all");
	assert_string_not_equal(undone, switched);
	free(undone);
	GOOD(show, "show", "hash");
	says("switched: no\n");
	/* Rows that the load has off, and that switches have on again. */
	policy->off_count = 0;
	snprintf(module.view.loaded_off[1].id,
		 sizeof(module.view.loaded_off[1].id), "external/6");
	module.view.loaded_off_count = 2;
	GOOD(show, "show", "hash");
	says("switched: yes (row external/5, row external/6)\n");
	free(switched);
	free(all);
}

static void all_is_the_hash_that_others_ask_for(void **state)
{
	char *hex, *all;

	undo_switches();
	hex = policy_hash(policy);
	assert_int_equal(strlen(hex), SHA256_DIGITS);
	all = hash_of("all");
	assert_string_equal(all, hex);
	free(all);
	free(hex);
}

static void expect_part(json_t *answer, const char *name, const char *lines)
{
	char hex[SHA256_DIGITS + 1];
	char *text = xformat("nf_edge policy 1\npart %s\n%s", name, lines);

	sha256_text(text, strlen(text), hex);
	expect_text(item(answer, "parts", "part", name), "sha256", hex);
	free(text);
}

/* Hosts of other releases make the same of this site, by docs/compare.md. */
static void each_part_has_the_hash_of_its_documented_text(void **state)
{
	json_t *answer;

	GOOD(show, "show", "hash", "--json");
	answer = json();
	/* tests/test_hash.py has the text, and so tells whether another is right. */
	expect_text(item(answer, "parts", "part", "table"), "sha256",
		    "4f9ce30ca060b63cc7ac895d70d47a3a0d43fe89084c4f465e8dca04f12275f9");
	expect_part(answer, "settings",
		    "mode enforce\nzone external\nzone federation\nzone internal\nzone pic\n"
		    "feature av\nfeature cls\nfeature federation\nfeature federation-av\n"
		    "feature live-messenger\nfeature ocs2007\nfeature pic\n"
		    "feature remote-access\nfeature web-conferencing\nfeature xmpp\n"
		    "ping internal\nping-peers anybody\nexpose-cls-ports false\n");
	expect_part(answer, "interfaces",
		    "interface lan0 edge\ninterface lan0 internal\ninterface wan0 external\n");
	expect_part(answer, "nodes",
		    "address edge1 access 836b9b0a\n"
		    "address edge1 av 20010db8000000000000000000000030\n"
		    "address edge1 av 836b9b1e\n"
		    "address edge2 internal ac19210b\n"
		    "node edge1\nnode edge2\n");
	expect_part(answer, "peers/crl",
		    "range c0000200 c00002ff\nrange c6336400 c633647f\n"
		    "range 20010db8000700000000000000000000 20010db80007ffffffffffffffffffff\n");
	expect_part(answer, "peers/frontend", "");
	json_decref(answer);
}

static void without_a_policy_there_is_no_hash(void **state)
{
	module.view.loaded = false;
	assert_int_equal(RUN(show, "show", "hash"), REFUSED);
	complains("no policy is loaded");
	is_silent_of("all");
}

static void hash_takes_one_file_and_no_columns(void **state)
{
	assert_int_equal(RUN(show, "show", "hash", "a", "b"), USAGE);
	complains("b: is one word too many");
	assert_int_equal(RUN(show, "show", "rows", "a"), USAGE);
	complains("a: is one word too many");
	assert_int_equal(RUN(show, "show", "hash", "-o", "ID"), USAGE);
	complains("hash is none");
	assert_int_equal(RUN(show, "show", "hash", "/nonexistent"), REFUSED);
	complains("edgectl: /nonexistent: 1 error\n");
	assert_int_equal(module.n, 0);
}

static const struct CMUnitTest tests[] = {
	SITE_TEST(switches_have_a_hash_of_their_own),
	SITE_TEST(all_is_the_hash_that_others_ask_for),
	SITE_TEST(each_part_has_the_hash_of_its_documented_text),
	SITE_TEST(without_a_policy_there_is_no_hash),
	SITE_TEST(hash_takes_one_file_and_no_columns),
};

int main(void)
{
	return cmocka_run_group_tests(tests, NULL, NULL);
}
