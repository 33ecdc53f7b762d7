// SPDX-License-Identifier: GPL-2.0-only
/*
 * advise says what was not used, with its evidence, and folds.
 */
#include <errno.h>
#include <jansson.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#include "base/memory.h"
#include "policy/table.h"
#include "policy/profiles.h"
#include "usage/store.h"
#include "verbs/site.h"

#define DAYS(n)	((uint64_t)(n) * USAGE_DAY)

/* A module whose counters are zero, and a fold of them. */
static int begin_usage(void **state)
{
	int error = begin_site(state);

	module.silent = true;
	GOOD(advise, "advise", "--record");
	assert_string_equal(printed, "");
	return error;
}

#define USAGE_TEST(name)						\
	cmocka_unit_test_setup_teardown(name, begin_usage, end_site)

/* All rows that can permit something were hit a minute ago, for 40 days. */
static void watch(void)
{
	uint64_t now = (uint64_t)time(NULL);
	struct store store;
	size_t i;

	assert_null(store_begin(&store));
	for (i = 0; i < store.usage->row_count; i++) {
		struct usage_row *row = &store.usage->rows[i];

		row->first_seen = now - DAYS(43);
		row->seen = now;
		row->watched = DAYS(41);
		row->last_hit = now - 60;
	}
	store.usage->first = now - DAYS(43);
	store.usage->watched = DAYS(41);
	assert_null(store_write(&store));
	store_end(&store);
}

/* @ago is the days since the last hit, 0 for never. */
static void be_quiet(const char *names, unsigned int quiet, unsigned int ago)
{
	struct row_ids list = ids(names);
	struct store store;
	size_t i, k;

	assert_null(store_begin(&store));
	for (k = 0; k < list.count; k++) {
		for (i = 0; i < store.usage->row_count; i++)
			if (!strcmp(store.usage->rows[i].id, list.id[k]))
				break;
		assert_true(i < store.usage->row_count);
		store.usage->rows[i].quiet = DAYS(quiet);
		store.usage->rows[i].last_hit = ago ?
			(uint64_t)time(NULL) - DAYS(ago) : 0;
		if (store.usage->rows[i].watched > DAYS(quiet) && !ago)
			store.usage->rows[i].watched = DAYS(quiet);
	}
	assert_null(store_write(&store));
	store_end(&store);
}

static void what_is_used_gets_no_advice(void **state)
{
	json_t *answer;

	(void)state;
	watch();
	GOOD(advise, "advise");
	says("Watched for 41d 00h since ");
	is_silent_of("edgectl row off");
	is_silent_of("edgectl zone off");
	GOOD(advise, "advise", "--json");
	answer = json();
	expect_int(answer, "schema_version", 1);
	expect_int(answer, "days", 30);
	expect_words(answer, "young", "");
	/* Rows that hold for any peer, and the set frontend, which is empty. */
	assert_int_equal(json_array_size(json_object_get(answer, "advice")), 2);
	json_decref(answer);
}

/* pic/1 to pic/2 and pic/4 to pic/6 have no peers here: they permit nothing. */
static void a_zone_whose_rows_were_not_hit_is_told_whole(void **state)
{
	json_t *answer, *advice;

	(void)state;
	add(NF_EDGE_PEER_SET_PIC_PARTNERS, "192.0.2.0/24");
	set_rows();
	watch();
	be_quiet("pic/1 pic/2", 35, 0);
	be_quiet("pic/3", 35, 36);
	GOOD(advise, "advise");
	says("\n  zone pic\n"
	     "    rows     pic/1, pic/2, pic/3\n"
	     "    seen     last hit ");
	says("    now      edgectl zone off pic\n"
	     "    for good zones = { external, internal, federation }\n"
	     "    breaks   SIP from public IM providers; SIP to public IM providers; public IM\n"
	     "             users sign in; the same flow as external/5\n"
	     "    still    external/5, external/6, external/7, federation/1 permit ports of it\n"
	     "             all the same\n");
	GOOD(advise, "advise", "--json");
	answer = json();
	advice = item(answer, "advice", "subject", "zone pic");
	expect_text(advice, "kind", "unused");
	expect_words(advice, "rows", "pic/1 pic/2 pic/3");
	expect_text(advice, "now", "edgectl zone off pic");
	expect_text(advice, "rare", NULL);
	expect_words(advice, "still_permitted_by",
		     "external/5 external/6 external/7 federation/1");
	assert_int_equal(json_array_size(json_object_get(answer, "advice")), 3);
	json_decref(answer);
	/* One hit of one row, and the zone is used. */
	be_quiet("pic/2", 0, 1);
	GOOD(advise, "advise", "--json");
	is_silent_of("zone pic");
	says("\"edgectl row off pic/1\"");
}

static void a_feature_is_told_where_no_zone_is(void **state)
{
	json_t *answer, *advice;

	(void)state;
	watch();
	be_quiet("external/5 pic/3", 31, 0);
	GOOD(advise, "advise", "--json");
	answer = json();
	advice = item(answer, "advice", "subject", "zone pic");
	advice = item(answer, "advice", "subject", "feature remote-access");
	expect_words(advice, "rows", "external/5 pic/3");
	expect_text(advice, "now", "edgectl feature off remote-access");
	json_decref(answer);
}

/* Both rows of one flow, or neither is closed. */
static void rows_of_one_flow_are_told_together(void **state)
{
	json_t *answer, *advice;

	(void)state;
	watch();
	be_quiet("external/7 federation/1", 31, 40);
	be_quiet("external/4", 31, 0);
	GOOD(advise, "advise", "--json");
	answer = json();
	advice = item(answer, "advice", "subject", "zone federation");
	expect_words(advice, "still_permitted_by", "external/7");
	advice = item(answer, "advice", "subject", "row external/4");
	expect_text(advice, "lasting", "rows-off = { external/4 }");
	expect_text(advice, "evidence", "never hit in 31 days that were watched");
	json_decref(answer);
	GOOD(advise, "advise");
	says("    still    external/7 permits ports of it all the same\n");
	policy_turn_off(policy, "external/2", 0);
	set_rows();
	add_own_row("probe", NF_EDGE_SERVICE_ACCESS, NF_EDGE_DIRECTION_OUT, 0);
	GOOD(advise, "advise");
	says("    rare     a federated partner may call once a year\n");
}

static void a_young_row_gets_no_advice(void **state)
{
	json_t *answer;

	(void)state;
	watch();
	be_quiet("external/4", 29, 0);
	/* Hit long ago, and since then watched for too short a time. */
	be_quiet("external/3", 10, 39);
	GOOD(advise, "advise");
	says("Too young to say, watched for less than 30 days:\n"
	     "  external/3, external/4\n");
	is_silent_of("edgectl row off");
	GOOD(advise, "advise", "--days", "29", "--json");
	answer = json();
	expect_words(answer, "young", "external/3");
	assert_non_null(item(answer, "advice", "subject", "row external/4"));
	json_decref(answer);
}

/* Counters are newer than the last fold. */
static void a_hit_since_the_last_fold_counts(void **state)
{
	(void)state;
	watch();
	be_quiet("external/4", 35, 0);
	GOOD(advise, "advise");
	says("row external/4");
	module.silent = false;
	/* Last hits of 1970: long ago, so nothing changes. */
	GOOD(advise, "advise");
	says("row external/4");
}

static void rows_that_permit_nothing_get_no_advice(void **state)
{
	(void)state;
	watch();
	be_quiet("external/13 external/14 pic/1", 35, 0);
	GOOD(advise, "advise");
	is_silent_of("external/13");
	is_silent_of("edgectl row off");
	is_silent_of("edgectl zone off");
}

static void rare_rows_are_named_as_such(void **state)
{
	json_t *answer, *advice;

	(void)state;
	watch();
	be_quiet("external/2 external/3 external/4 internal/9", 35, 0);
	GOOD(advise, "advise", "--json");
	answer = json();
	expect_text(item(answer, "advice", "subject", "row external/2"), "rare",
		    "revocation lists are fetched when an old one runs out");
	expect_text(item(answer, "advice", "subject", "row external/3"), "rare",
		    "DNS takes TCP for answers that are too long for UDP");
	expect_text(item(answer, "advice", "subject", "row external/4"), "rare",
		    NULL);
	advice = item(answer, "rows", "row", "external/6");
	expect_text(advice, "rare", "a federated partner may call once a year");
	json_decref(answer);
}

static void a_row_of_the_site_is_taken_out(void **state)
{
	struct site_row *own;
	json_t *answer;

	(void)state;
	policy->zones |= 1U << NF_EDGE_ZONE_SITE;
	own = add_own_row("probe", NF_EDGE_SERVICE_ACCESS,
			  NF_EDGE_DIRECTION_IN, 0);
	add_ports(own, 6, 8080, 8080);
	strcpy(own->note, "balancer \xc3\xa9\x1b");
	own = add_own_row("other", NF_EDGE_SERVICE_ACCESS,
			  NF_EDGE_DIRECTION_IN, 0);
	add_ports(own, 6, 8081, 8081);
	policy_table(&module.view.table, policy);
	set_rows();
	GOOD(advise, "advise", "--record");
	watch();
	be_quiet("site/probe", 35, 0);
	GOOD(advise, "advise", "--json");
	answer = json();
	expect_text(item(answer, "advice", "subject", "row site/probe"),
		    "lasting", "take out row probe { ... }");
	json_decref(answer);
	GOOD(advise, "advise");
	says("    breaks   balancer \xc3\xa9\\x1b\n");
}

/* --- peers */

static char peers_file[64];

/* A file of peers, each row with its peers behind it. */
static void learn(const char *rows)
{
	FILE *stream;

	snprintf(peers_file, sizeof(peers_file), "%s/peers.json",
		 getenv(STATE_VARIABLE));
	stream = fopen(peers_file, "we");
	assert_non_null(stream);
	fprintf(stream,
		"{\"schema_version\":1,\"began\":1000,\"ended\":87400,\"permitted\":9,\"refused\":0,\"beyond\":0,\"suppressed\":0,\"ring_full\":0,\"socket_full\":0,\"rows\":[%s]}",
		rows);
	assert_int_equal(fclose(stream), 0);
}

#define KEY(row)	"\"key\":\"lync2013-scaled-public " row "\","
#define OTHERS(n)							\
	"\"permitted_others_ipv4\":" n ",\"permitted_others_ipv6\":0,"	\
	"\"refused_others_ipv4\":0,\"refused_others_ipv6\":0"
#define PEER(prefix, n)	"{\"prefix\":\"" prefix "\",\"count\":" n "}"
#define PERMITTED(row, peers)						\
	"{" KEY(row) "\"permitted\":[" peers "],\"refused\":[]," OTHERS("0") "}"
#define REFUSALS(row, peers)						\
	"{" KEY(row) "\"permitted\":[],\"refused\":[" peers "]," OTHERS("0") "}"
#define SIP_IN		"external/6 access in tcp 5061"
#define SIP_OUT		"external/7 access out tcp 5061"
#define SIP_INSIDE	"internal/2 internal in tcp 5061"
#define PSOM_INSIDE	"internal/4 internal in tcp 8057"

/* frontend is bound by the site; unbound, internal/2 and internal/3 hold for any
 * peer, whom director or frontend may be.
 */
static void unbind(unsigned int set)
{
	peer_set_free(&policy->sets[set]);
	policy->sets[set].bound = false;
	set_rows();
}

static void sets_are_proposed_for_what_was_seen(void **state)
{
	json_t *answer, *advice;

	(void)state;
	watch();
	learn(PERMITTED(SIP_IN, PEER("198.51.100.7", "3") ","
			PEER("2001:db8:9::/48", "2")) ","
	      PERMITTED(SIP_OUT, PEER("203.0.113.0/24", "4")));
	GOOD(advise, "advise", "--learned", peers_file, "--json");
	answer = json();
	advice = item(answer, "advice", "subject", "federation-partners");
	expect_text(advice, "kind", "any-peer");
	expect_words(advice, "rows", "external/6 external/7 federation/1");
	expect_text(advice, "lasting",
		    "peers federation-partners { prefixes = { 198.51.100.7, 203.0.113.0/24, 2001:db8:9::/48 } }");
	expect_text(advice, "evidence",
		    "holds for any peer; 9 connections were seen, with peers in 3 prefixes");
	expect_text(advice, "breaks", "peers that were not seen in 1d 00h");
	json_decref(answer);
	GOOD(advise, "advise", "--learned", peers_file);
	says("    for good peers federation-partners { prefixes = { 198.51.100.7,\n"
	     "             203.0.113.0/24, 2001:db8:9::/48 } }\n");
}

/* Sets of one row are bound together: each peer is a member of one. */
static void sets_of_one_row_are_proposed_together(void **state)
{
	json_t *answer, *advice;

	(void)state;
	policy->features |= 1U << NF_EDGE_FEATURE_AV;
	unbind(NF_EDGE_PEER_SET_FRONTEND);
	watch();
	learn(PERMITTED(SIP_INSIDE, PEER("192.168.10.80", "1") ","
			PEER("192.168.10.90", "2")) ","
	      PERMITTED(PSOM_INSIDE, PEER("192.168.10.90", "2")));
	GOOD(advise, "advise", "--learned", peers_file, "--json");
	answer = json();
	advice = item(answer, "advice", "subject", "director, frontend");
	expect_text(advice, "lasting",
		    "peers director { prefixes = { 192.168.10.80 } }\n"
		    "peers frontend { prefixes = { 192.168.10.90 } }");
	json_decref(answer);
}

static void too_many_peers_are_told(void **state)
{
	(void)state;
	watch();
	learn("{" KEY(SIP_IN) "\"permitted\":[" PEER("198.51.100.7", "3")
	      "],\"refused\":[]," OTHERS("1") "}");
	GOOD(advise, "advise", "--learned", peers_file, "--json");
	says("seen in more than 64 prefixes of /16 or /32");
	is_silent_of("198.51.100.7");
}

static bool names_row(json_t *advice, const char *id)
{
	json_t *row;
	size_t i;

	json_array_foreach(json_object_get(advice, "rows"), i, row)
		if (!strcmp(json_string_value(row), id))
			return true;
	return false;
}

static void rows_of_which_nobody_was_seen_are_told(void **state)
{
	json_t *answer, *advice;

	(void)state;
	watch();
	learn("");
	GOOD(advise, "advise", "--learned", peers_file, "--json");
	answer = json();
	advice = item(answer, "advice", "subject", "rows that hold for any peer");
	expect_text(advice, "evidence",
		    "sets can narrow them; no peer of theirs was seen");
	expect_text(advice, "now", "edgectl learn, for a longer time");
	assert_true(names_row(advice, "external/6"));
	json_decref(answer);
	/* Rows with a proposal are not among them. */
	learn(PERMITTED(SIP_IN, PEER("198.51.100.7", "3")));
	GOOD(advise, "advise", "--learned", peers_file, "--json");
	answer = json();
	advice = item(answer, "advice", "subject", "rows that hold for any peer");
	assert_false(names_row(advice, "external/6"));
	json_decref(answer);
}

/* Peers of a row that has other ports now are those of another row. */
static void peers_of_a_changed_row_are_none(void **state)
{
	(void)state;
	watch();
	learn(PERMITTED("external/6 access in tcp 5062",
			PEER("198.51.100.7", "3")));
	GOOD(advise, "advise", "--learned", peers_file, "--json");
	is_silent_of("198.51.100.7");
}

static void lost_events_are_told(void **state)
{
	FILE *stream;

	(void)state;
	watch();
	learn(PERMITTED(SIP_IN, PEER("198.51.100.7", "3")));
	stream = fopen(peers_file, "r+e");
	assert_non_null(stream);
	fputs("{\"schema_version\":1,\"began\":1000,\"ended\":87400,\"permitted\":9,\"refused\":0,\"beyond\":7",
	      stream);
	fclose(stream);
	GOOD(advise, "advise", "--learned", peers_file, "--json");
	says("7 events were lost, so that peers may be missing");
}

static void a_peer_that_is_refused_often_is_told(void **state)
{
	json_t *answer, *advice;

	(void)state;
	policy->features |= 1U << NF_EDGE_FEATURE_AV;
	unbind(NF_EDGE_PEER_SET_FRONTEND);
	add(NF_EDGE_PEER_SET_FRONTEND, "192.168.10.90/32");
	set_rows();
	watch();
	learn(REFUSALS(SIP_INSIDE, PEER("192.168.10.5", "1204") ","
		       PEER("192.168.10.6", "9")) ","
	      REFUSALS(PSOM_INSIDE, PEER("192.168.10.5", "11")));
	GOOD(advise, "advise", "--learned", peers_file, "--json");
	answer = json();
	advice = item(answer, "advice", "subject", "peers frontend");
	expect_text(advice, "kind", "refused-peer");
	expect_text(advice, "evidence",
		    "192.168.10.5 was refused 1204 times, and would pass internal/2, internal/4 as a member");
	expect_text(advice, "breaks",
		    "nothing; a member may use internal/2, internal/3, internal/4, internal/5");
	is_silent_of("192.168.10.6");
	json_decref(answer);
}

/* All sets have members, and every row is used. */
static void without_advice_that_is_said(void **state)
{
	unsigned int i;

	(void)state;
	for (i = 0; i < SETS_MAX; i++)
		if (profile_sets(policy->profile) & (1U << i))
			add(i, "192.168.10.90/32");
	policy->zones = ALL_ZONES;
	policy->features = ALL_FEATURES;
	set_rows();
	watch();
	GOOD(advise, "advise");
	says("There is nothing to advise.\n");
	policy->sets[NF_EDGE_PEER_SET_FRONTEND].bound = false;
	set_rows();
	GOOD(advise, "advise");
	is_silent_of("nothing to advise");
}

static void peers_that_are_refused_are_told_up_to_ten(void **state)
{
	(void)state;
	unbind(NF_EDGE_PEER_SET_FRONTEND);
	add(NF_EDGE_PEER_SET_FRONTEND, "192.168.10.90/32");
	set_rows();
	watch();
	learn(REFUSALS(PSOM_INSIDE,
		       PEER("192.168.10.1", "20") "," PEER("192.168.10.2", "20") ","
		       PEER("192.168.10.3", "20") "," PEER("192.168.10.4", "20") ","
		       PEER("192.168.10.5", "20") "," PEER("192.168.10.6", "20") ","
		       PEER("192.168.10.7", "20") "," PEER("192.168.10.8", "20") ","
		       PEER("192.168.10.9", "20") "," PEER("192.168.10.10", "20") ","
		       PEER("192.168.10.11", "20") "," PEER("192.168.10.12", "20")));
	GOOD(advise, "advise", "--learned", peers_file, "--json");
	assert_int_equal(times_said("\"refused-peer\""), 10);
	says("192.168.10.10 was refused 20 times");
	is_silent_of("192.168.10.11");
}

static void sets_of_no_use_are_told(void **state)
{
	json_t *answer, *advice;

	(void)state;
	add(NF_EDGE_PEER_SET_LIVE_MESSENGER_CLIENTS, "192.0.2.0/24");
	policy->features &= ~(1U << NF_EDGE_FEATURE_LIVE_MESSENGER);
	set_rows();
	watch();
	GOOD(advise, "advise", "--json");
	answer = json();
	advice = item(answer, "advice", "subject",
		      "peers live-messenger-clients");
	expect_text(advice, "lasting",
		    "take out peers live-messenger-clients { ... }");
	advice = item(answer, "advice", "subject", "peers frontend");
	expect_text(advice, "evidence",
		    "is bound, and nobody is in it: it permits nothing");
	is_silent_of("peers crl {");
	json_decref(answer);
}

static void warnings_of_a_configuration_are_passed_on(void **state)
{
	char name[64];
	FILE *stream;

	(void)state;
	snprintf(name, sizeof(name), "%s/edge.conf", getenv(STATE_VARIABLE));
	stream = fopen(name, "we");
	assert_non_null(stream);
	fputs("mode = audit\nzones = { external }\nfeatures = { av }\n"
	      "interface wan0 { sides = { external } }\n"
	      "node edge1 { av = { 131.107.155.30 } }\n", stream);
	fclose(stream);
	GOOD(advise, "advise", name, "--json");
	says("\"kind\": \"warning\"");
	says("edge.conf:3\"");
	says("no SIP reaches the Access Edge without");
	stream = fopen(name, "we");
	fputs("mode = nonsense\n", stream);
	fclose(stream);
	assert_int_equal(RUN(advise, "advise", name), REFUSED);
	complains("edge.conf:1: nonsense");
	assert_int_equal(RUN(advise, "advise", "--learned", name), REFUSED);
	complains("holds no peers; write it with edgectl learn --file");
}

static void usage_is_a_table(void **state)
{
	json_t *answer, *row;

	(void)state;
	watch();
	be_quiet("external/4", 35, 0);
	GOOD(advise, "advise", "--usage", "-o", "ROW,WATCHED,GAPS,QUIET,CONN/DAY");
	says("external/4   35d 00h 8d 00h 35d 00h      0.0");
	says("external/5   41d 00h 2d 00h      0s      0.0");
	GOOD(advise, "advise", "--usage", "--json");
	answer = json();
	row = item(answer, "rows", "row", "external/4");
	expect_int(row, "watched_seconds", DAYS(35));
	expect_int(row, "quiet_seconds", DAYS(35));
	expect_text(row, "last_hit", NULL);
	expect_bool(row, "live", true);
	expect_bool(item(answer, "rows", "row", "pic/1"), "live", false);
	json_decref(answer);
}

static void before_the_first_fold_nothing_is_known(void **state)
{
	(void)state;
	GOOD(advise, "advise");
	says("The use of rows was never recorded: edgectl advise --record does so");
	says("Too young to say");
	GOOD(advise, "advise", "--usage", "--json");
	says("\"first_fold\": null");
}

static void without_a_policy_there_is_nothing_to_fold(void **state)
{
	(void)state;
	module.view.loaded = false;
	GOOD(advise, "advise", "--record");
	assert_string_equal(printed, "nothing was recorded: no policy is loaded\n");
	/* The word of before, of units that are installed. */
	GOOD(advise, "advise", "--fold");
	assert_string_equal(printed, "nothing was recorded: no policy is loaded\n");
	assert_int_equal(RUN(advise, "advise"), REFUSED);
	complains("no policy is loaded: edgectl load");
}

/* Hits before a flush or a reset are not lost, where folds are made. */
static void what_sets_counters_to_zero_folds_before(void **state)
{
	struct usage *usage;

	(void)state;
	module.silent = false;
	GOOD(counters, "counters", "--reset");
	assert_null(store_read(&usage));
	assert_true(usage->days[0].hits[0].connections > 0);
	usage_free(usage);
	GOOD(flush, "flush");
	setenv(STATE_VARIABLE, "/dev/null", true);
	GOOD(flush, "flush");
	complains("the usage cannot be recorded: /dev/null/usage: ");
}

static void without_folds_nothing_is_folded(void **state)
{
	struct usage *usage;

	(void)state;
	GOOD(flush, "flush");
	GOOD(counters, "counters", "--reset");
	assert_null(store_read(&usage));
	assert_int_equal(usage->first, 0);
	usage_free(usage);
}

static void faults_are_told_in_one_sentence(void **state)
{
	(void)state;
	setenv(STATE_VARIABLE, "/dev/null", true);
	assert_int_equal(RUN(advise, "advise"), SYSTEM);
	complains("the usage cannot be read: /dev/null/usage: Not a directory; make it a folder of root");
	assert_int_equal(RUN(advise, "advise", "--record"), SYSTEM);
	complains("the usage cannot be recorded: /dev/null/usage: ");
	assert_int_equal(RUN(advise, "advise", "--days", "0"), USAGE);
	complains("--days 0: write a number of 1 to 366");
	assert_int_equal(RUN(advise, "advise", "--days", "367"), USAGE);
	assert_int_equal(RUN(advise, "advise", "--days", "1d"), USAGE);
	assert_int_equal(RUN(advise, "advise", "--record", "--json"), USAGE);
	complains("--record takes no other option");
	assert_int_equal(RUN(advise, "advise", "-o", "ROW"), USAGE);
	complains("-o is for the table of --usage");
}

static const struct CMUnitTest tests[] = {
	USAGE_TEST(what_is_used_gets_no_advice),
	USAGE_TEST(a_zone_whose_rows_were_not_hit_is_told_whole),
	USAGE_TEST(a_feature_is_told_where_no_zone_is),
	USAGE_TEST(rows_of_one_flow_are_told_together),
	USAGE_TEST(a_young_row_gets_no_advice),
	USAGE_TEST(a_hit_since_the_last_fold_counts),
	USAGE_TEST(rows_that_permit_nothing_get_no_advice),
	USAGE_TEST(rare_rows_are_named_as_such),
	USAGE_TEST(a_row_of_the_site_is_taken_out),
	USAGE_TEST(sets_are_proposed_for_what_was_seen),
	USAGE_TEST(sets_of_one_row_are_proposed_together),
	USAGE_TEST(too_many_peers_are_told),
	USAGE_TEST(peers_of_a_changed_row_are_none),
	USAGE_TEST(rows_of_which_nobody_was_seen_are_told),
	USAGE_TEST(lost_events_are_told),
	USAGE_TEST(a_peer_that_is_refused_often_is_told),
		USAGE_TEST(without_advice_that_is_said),
		USAGE_TEST(peers_that_are_refused_are_told_up_to_ten),
	USAGE_TEST(sets_of_no_use_are_told),
	USAGE_TEST(warnings_of_a_configuration_are_passed_on),
	USAGE_TEST(usage_is_a_table),
	SITE_TEST(before_the_first_fold_nothing_is_known),
	SITE_TEST(without_a_policy_there_is_nothing_to_fold),
	USAGE_TEST(what_sets_counters_to_zero_folds_before),
	SITE_TEST(without_folds_nothing_is_folded),
	SITE_TEST(faults_are_told_in_one_sentence),
};

int main(void)
{
	return cmocka_run_group_tests(tests, NULL, NULL);
}
