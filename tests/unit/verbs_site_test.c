// SPDX-License-Identifier: GPL-2.0-only
/*
 * Rows, peer sets and ports of the site's own, and a profile: each verb shows them
 * as the module has them, in text and in JSON.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <jansson.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "policy/profiles.h"
#include "policy/table.h"
#include "verbs/site.h"
#include "base/macros.h"

#define QUESTION	"--in", "lan0", "tcp", "192.0.2.7:1", "172.25.33.11:3389"
#define ECHO		"--in", "lan0", "icmp", "192.0.2.7", "172.25.33.11"

#define LONGEST		"site/a-name-that-takes-all-its-place"

/* Numbers of sets that the profile does not have. */
#define ADMINS		31U
#define MONITOR		30U

static int begin_own(void **state)
{
	int error = begin_site(state);
	struct site_row *own;

	policy->profile = NF_EDGE_PROFILE_SFB2019;
	policy->zones = 1U << NF_EDGE_ZONE_EXTERNAL |
			1U << NF_EDGE_ZONE_INTERNAL | 1U << NF_EDGE_ZONE_SITE;
	policy->features = profile_features(policy->profile);
	module.view.loaded_zones = policy->zones;
	module.view.loaded_features = policy->features;
	policy->ports[PORT_ACCESS_CLIENT] = (struct port_move){
		.moved = true, .low = 4443, .high = 4443,
	};
	add_own_set(ADMINS, "admins", "192.168.10.64/28");
	add_own_set(MONITOR, "monitor", NULL);

	own = add_own_row("rdp", NF_EDGE_SERVICE_INTERNAL, NF_EDGE_DIRECTION_IN,
			  1U << ADMINS | 1U << NF_EDGE_PEER_SET_FRONTEND);
	add_ports(own, IPPROTO_TCP, 3389, 3389);
	add_ports(own, IPPROTO_TCP, 5985, 5986);
	strcpy(own->note, "jump hosts");
	own = add_own_row("probe", NF_EDGE_SERVICE_AV, NF_EDGE_DIRECTION_IN, 0);
	add_ports(own, IPPROTO_TCP, 443, 443);
	add_ports(own, IPPROTO_UDP, 3478, 3478);
	own->exposed = true;
	site_row_add_node(own, "edge1");
	own = add_own_row(strchr(LONGEST, '/') + 1, NF_EDGE_SERVICE_INTERNAL,
			  NF_EDGE_DIRECTION_OUT, 1U << MONITOR);
	add_ports(own, IPPROTO_UDP, 514, 514);
	policy_table(&module.view.table, policy);
	set_rows();
	return error;
}

#define OWN_TEST(name)							\
	cmocka_unit_test_setup_teardown(name, begin_own, end_site)

static void the_status_names_profile_and_rows_off(void **state)
{
	json_t *object;

	GOOD(show, "show", "status", "--json");
	object = json();
	expect_text(object, "profile", "sfb2019");
	expect_words(object, "rows_off", "");
	expect_text(object, "ping_peers", NULL);
	json_decref(object);
	GOOD(show, "show", "status");
	says("  profile    sfb2019\n");
	says("  zones      external internal site\n");
	says("  ping       internal\n");
	is_silent_of("rows off");
	is_silent_of("off: ");

	policy_turn_off(policy, "external/9", 0);
	policy_turn_off(policy, "site/rdp", 0);
	policy->narrows_ping = true;
	policy->ping_peers = 1U << ADMINS | 1U << NF_EDGE_PEER_SET_FRONTEND;
	GOOD(show, "show", "status", "--json");
	object = json();
	expect_words(object, "rows_off", "external/9 site/rdp");
	expect_words(object, "switched", "mode row external/9 row site/rdp");
	expect_words(object, "ping_peers", "frontend admins");
	json_decref(object);
	policy->zones = 1U << NF_EDGE_ZONE_EXTERNAL;
	GOOD(show, "show", "status");
	says("  zones      external; off: internal site\n");
	says("  rows off   external/9 site/rdp\n");
	says("  ping       internal, peers frontend or admins\n");
	policy->ping_peers = 0;
	GOOD(show, "show", "status", "--json");
	object = json();
	expect_words(object, "ping_peers", "");
	json_decref(object);
	GOOD(show, "show", "status");
	says("  ping       internal, peers nobody\n");

	module.view.loaded = false;
	GOOD(show, "show", "status", "--json");
	object = json();
	expect_text(object, "profile", NULL);
	json_decref(object);
	module.view.loaded = true;
	policy->profile = PROFILE_COUNT;
	assert_int_equal(RUN(show, "show", "status"), SYSTEM);
	complains("the module has a profile that this edgectl does not know\n");
}

static void expect_range(json_t *row, size_t i, const char *protocol,
			 json_int_t low, json_int_t high)
{
	json_t *range = json_array_get(json_object_get(row, "port_ranges"), i);

	expect_text(range, "protocol", protocol);
	expect_int(range, "low", low);
	expect_int(range, "high", high);
}

static void rows_have_their_origin_and_all_their_ports(void **state)
{
	json_t *object, *row;

	GOOD(show, "show", "rows", "--json");
	object = json();
	expect_text(object, "profile", "sfb2019");
	assert_int_equal(json_array_size(json_object_get(object, "rows")), 26);
	row = item(object, "rows", "id", "external/5");
	expect_text(row, "origin", "document");
	expect_text(row, "ports", "4443");
	expect_int(row, "port_low", 4443);
	expect_text(row, "documented_ports", "443");
	expect_text(row, "nodes", NULL);
	expect_bool(row, "exposed", false);
	expect_range(row, 0, "tcp", 4443, 4443);
	row = item(object, "rows", "id", "external/6");
	expect_text(row, "documented_ports", NULL);
	row = item(object, "rows", "id", "site/rdp");
	expect_text(row, "zone", "site");
	expect_text(row, "origin", "site");
	expect_text(row, "protocol", "tcp");
	expect_text(row, "ports", "3389,5985-5986");
	expect_range(row, 1, "tcp", 5985, 5986);
	expect_text(row, "documented_ports", NULL);
	expect_words(row, "peer_sets", "frontend admins");
	expect_words(row, "peers", "frontend admins");
	expect_text(row, "nodes", NULL);
	expect_text(row, "note", "jump hosts");
	row = item(object, "rows", "id", "site/probe");
	expect_text(row, "protocol", "tcp,udp");
	expect_text(row, "ports", "tcp/443,udp/3478");
	expect_range(row, 0, "tcp", 443, 443);
	expect_range(row, 1, "udp", 3478, 3478);
	expect_words(row, "peers", "any");
	expect_words(row, "nodes", "edge1");
	expect_bool(row, "exposed", true);
	row = item(object, "rows", "id", LONGEST);
	expect_words(row, "peer_sets", "monitor");
	expect_words(row, "peers", "");
	json_decref(object);

	GOOD(show, "show", "rows", "-o", "PORTS,ID");
	says("      4443 (443) external/5\n");
	says("            5061 external/6\n");
	GOOD(show, "show", "rows", "-o", "ID,PROTOCOL,PEERS,SETS,NODES,EXPOSED,ORIGIN");
	says(LONGEST " udp      nobody          monitor             all   no      site\n");
	says("site/rdp                             tcp      frontend,admins frontend,admins     all   no      site\n");
	says("site/probe                           tcp,udp  any                                 edge1 yes     site\n");
	says("external/2                           tcp      crl             crl                 all   no      document\n");
}

/* The first of row, zone and feature. */
static void the_first_switch_that_kills_a_row_is_named(void **state)
{
	static const struct {
		bool row, zone, feature;
		const char *word, *text;
	} cases[] = {
		{ false, false, false, NULL, "yes" },
		{ true, true, true, "row", "no: row is off" },
		{ true, false, false, "row", "no: row is off" },
		{ false, true, true, "zone", "no: zone external is off" },
		{ false, true, false, "zone", "no: zone external is off" },
		{ false, false, true, "feature", "no: feature remote-access is off" },
	};
	uint32_t zones = policy->zones, features = policy->features;
	char line[80];
	json_t *object;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		policy->off_count = 0;
		if (cases[i].row)
			policy_turn_off(policy, "external/5", 0);
		policy->zones = zones & ~((uint32_t)cases[i].zone <<
					  NF_EDGE_ZONE_EXTERNAL);
		policy->features = features & ~((uint32_t)cases[i].feature <<
						NF_EDGE_FEATURE_REMOTE_ACCESS);
		set_rows();
		GOOD(show, "show", "rows", "--json");
		object = json();
		expect_text(item(object, "rows", "id", "external/5"), "why_not",
			    cases[i].word);
		json_decref(object);
		GOOD(show, "show", "rows", "-o", "LIVE,ID");
		snprintf(line, sizeof(line), "%-32s external/5\n", cases[i].text);
		if (cases[i].feature && !cases[i].zone)
			says(line);
		else
			says(cases[i].text);
	}
}

static void sets_are_those_of_the_profile_and_the_site_s_own(void **state)
{
	json_t *object, *sets, *one;
	size_t count;

	GOOD(show, "show", "peers", "--json");
	object = json();
	expect_text(object, "profile", "sfb2019");
	sets = json_object_get(object, "peers");
	count = json_array_size(sets);
	assert_int_equal(count, 2 + (size_t)__builtin_popcount(profile_sets(policy->profile)));
	expect_text(json_array_get(sets, count - 2), "set", "admins");
	expect_text(json_array_get(sets, count - 1), "set", "monitor");
	one = item(object, "peers", "set", "admins");
	expect_bool(one, "bound", true);
	expect_int(one, "prefixes", 1);
	expect_words(one, "rows", "site/rdp");
	one = item(object, "peers", "set", "monitor");
	expect_bool(one, "bound", false);
	expect_words(one, "rows", LONGEST);
	json_decref(object);
	GOOD(show, "show", "peers");
	says("admins              yes          1 site/rdp\n");
	says("monitor             no           0 " LONGEST "\n");
	is_silent_of("pic-partners");
}

static void counters_are_of_rows_of_the_site_too(void **state)
{
	json_t *object, *rows;

	GOOD(counters, "counters", "--node", "edge2", "--json");
	object = json();
	expect_text(object, "profile", "sfb2019");
	rows = json_object_get(object, "rows");
	assert_int_equal(json_array_size(rows), 26);
	expect_text(json_array_get(rows, 25), "row", LONGEST);
	expect_int(json_array_get(rows, 25), "connections", 20000 + 250 + 1);
	json_decref(object);
	GOOD(counters, "counters", "--node", "edge2", "-o",
	     "ROW,PROTOCOL,PORTS,CONNECTIONS");
	says(LONGEST " udp                   514       20251\n");
	says("site/probe                           tcp,udp  tcp/443,udp/3478       20241\n");
	says("external/5                           tcp                  4443       20031\n");
}

static void drops(uint32_t reason, const char *near)
{
	module.tried = (struct verdict){
		.verdict = NF_EDGE_VERDICT_DROP, .reason = (int)reason,
		.near = ids(near), .mode = NF_EDGE_MODE_ENFORCE,
	};
	assert_int_equal(RUN(explain, "explain", QUESTION), REFUSED);
}

static void an_answer_names_rows_and_sets_of_the_site(void **state)
{
	json_t *object;

	module.tried = (struct verdict){
		.verdict = NF_EDGE_VERDICT_ACCEPT, .reason = -1,
		.rows = ids("internal/2 " LONGEST),
	};
	GOOD(explain, "explain", QUESTION, "--json");
	object = json();
	expect_text(object, "profile", "sfb2019");
	expect_words(object, "rows", "internal/2 " LONGEST);
	json_decref(object);
	GOOD(explain, "explain", QUESTION);
	says("  " LONGEST "\n");
	says("  internal/2                           ");

	drops(NF_EDGE_REASON_PEER, "site/rdp " LONGEST);
	says("    site/rdp                             needs 192.0.2.7 in the peer set frontend or admins\n");
	says("    " LONGEST " needs 172.25.33.11 in the peer set monitor\n");
	drops(NF_EDGE_REASON_PEER, "site/probe");
	says("    site/probe    needs a peer of the external side; internal-networks decides\n");

	policy_turn_off(policy, "site/rdp", 0);
	policy_turn_off(policy, "external/5", 0);
	set_rows();
	drops(NF_EDGE_REASON_DISABLED, "external/5 site/rdp");
	says("    external/5    needs edgectl row on external/5\n");
	says("    site/rdp      needs edgectl row on site/rdp\n");
	policy->zones = 0;
	policy->features = 0;
	set_rows();
	drops(NF_EDGE_REASON_DISABLED, "external/5 site/rdp site/probe");
	says("    external/5    needs edgectl row on external/5 and edgectl zone on external and edgectl feature on remote-access\n");
	says("    site/rdp      needs edgectl row on site/rdp and edgectl zone on site\n");
	says("    site/probe    needs edgectl zone on site\n");
	drops(NF_EDGE_REASON_SEVERAL, "site/rdp");
	says("    site/rdp      needs edgectl row on site/rdp and edgectl zone on site, and more\n");

	module.view.loaded = false;
	module.tried = (struct verdict){
		.verdict = NF_EDGE_VERDICT_NOT_GOVERNED, .reason = -1, .mode = -1,
	};
	GOOD(explain, "explain", QUESTION, "--json");
	object = json();
	expect_text(object, "profile", NULL);
	json_decref(object);
}

static void an_echo_request_of_another_peer_is_told_from_a_side(void **state)
{
	policy->narrows_ping = true;
	policy->ping_peers = 1U << ADMINS | 1U << MONITOR;
	module.tried = (struct verdict){
		.verdict = NF_EDGE_VERDICT_DROP, .mode = NF_EDGE_MODE_ENFORCE,
		.reason = NF_EDGE_REASON_PEER,
	};
	assert_int_equal(RUN(explain, "explain", ECHO), REFUSED);
	says("drop: peer\n"
	     "  Echo requests pass only where a set of ping-peers has the other address.\n"
	     "  To pass: add the address to the peer set admins or monitor.\n");
	is_silent_of("row");
	policy->ping_peers = 0;
	assert_int_equal(RUN(explain, "explain", ECHO), REFUSED);
	says("  To pass: name a set with the address in ping-peers, which is empty.\n");
	module.tried.reason = NF_EDGE_REASON_NO_ROW;
	assert_int_equal(RUN(explain, "explain", ECHO), REFUSED);
	says("  To pass: ping = { external } or { internal } in the configuration.\n");
	is_silent_of("ping-peers");
}

static void a_switch_tells_the_profile_of_its_rows(void **state)
{
	static const struct {
		verb_fn run;
		const char *verb, *state, *word;
	} switches[] = {
		{ cmd_switch, "zone", "off", "site" },
		{ cmd_switch, "zone", "on", "site" },
		{ cmd_mode, "mode", "enforce", NULL },
		{ cmd_mode, "mode", "audit", NULL },
	};
	json_t *object;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(switches); i++) {
		assert_int_equal(run_verb(switches[i].run, switches[i].verb,
					  "--json", switches[i].state,
					  switches[i].word, NULL), DONE);
		object = json();
		expect_text(object, "profile", "sfb2019");
		json_decref(object);
	}
}

static const struct CMUnitTest tests[] = {
	OWN_TEST(the_status_names_profile_and_rows_off),
	OWN_TEST(rows_have_their_origin_and_all_their_ports),
	OWN_TEST(the_first_switch_that_kills_a_row_is_named),
	OWN_TEST(sets_are_those_of_the_profile_and_the_site_s_own),
	OWN_TEST(counters_are_of_rows_of_the_site_too),
	OWN_TEST(an_answer_names_rows_and_sets_of_the_site),
	OWN_TEST(an_echo_request_of_another_peer_is_told_from_a_side),
	OWN_TEST(a_switch_tells_the_profile_of_its_rows),
};

int main(void)
{
	return cmocka_run_group_tests(tests, NULL, NULL);
}
