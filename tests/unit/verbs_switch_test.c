// SPDX-License-Identifier: GPL-2.0-only
/*
 * Switches, refusals, and answers that are late or not the kernel's.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <errno.h>
#include <jansson.h>
#include <netinet/in.h>
#include <linux/netfilter/nf_conntrack_common.h>
#include <linux/netfilter/nfnetlink.h>
#include <linux/netfilter/nfnetlink_conntrack.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "policy/profiles.h"
#include "policy/table.h"

#include "verbs/site.h"
#include "base/macros.h"
#include "base/memory.h"
#include "netlink/attribute.h"

/* --- switches */

static bool may_permit(size_t i)
{
	return module.view.states[i].live &&
	       !row_at_nobody(&profiles[0].row[i], module.view.states[i].bound);
}

/* Each row dead by the switch alone, beside each live row of its flow. */
static size_t expect_pairs(json_t *pairs, bool is_zone, uint32_t which)
{
	size_t killed, by, n = 0;

	for (killed = 0; killed < profiles[0].count; killed++) {
		const struct row *row = &profiles[0].row[killed];
		uint32_t dead = module.view.states[killed].dead;

		if (is_zone ? row->zone != which ||
			      dead != 1U << NF_EDGE_DEAD_ZONE_OFF :
		    row->feature != (int)which ||
		    dead != 1U << NF_EDGE_DEAD_FEATURE_OFF)
			continue;
		for (by = 0; by < profiles[0].count; by++) {
			if (!may_permit(by) ||
			    !row_same_flow(row, &profiles[0].row[by]))
				continue;
			expect_text(json_array_get(pairs, n), "row", row->id);
			expect_text(json_array_get(pairs, n), "by",
				    profiles[0].row[by].id);
			n++;
		}
	}
	assert_int_equal(json_array_size(pairs), n);
	return n;
}

/* Of the sets that rows wait for, none is bound, or all are. */
static void a_switch_lists_exactly_the_rows_that_still_permit(void **state)
{
	size_t found = 0, beside_nobody = 0, i;
	uint32_t which;
	int bound, kind;

	for (bound = 0; bound < 2; bound++) {
		for (kind = 0; kind < 2; kind++) {
			for (which = 0; which < (kind ? 5 : 10); which++) {
				const char *word = names_word(kind ?
					&names_zones : &names_features, which);
				json_t *object;

				policy->zones = ALL_ZONES;
				policy->features = ALL_FEATURES;
				*(kind ? &policy->zones : &policy->features) &=
					~(1U << which);
				if (bound)
					add(NF_EDGE_PEER_SET_PIC_PARTNERS,
					    "203.0.113.0/24");
				set_rows();
				GOOD(switch, kind ? "zone" : "feature", "off",
				     word, "--json");
				object = json();
				expect_text(object, kind ? "zone" : "feature",
					    word);
				expect_bool(object, "on", false);
				expect_bool(object, "changed", true);
				expect_int(object, "generation", 41);
				found += expect_pairs(json_object_get(object,
						"still_permitted"), kind, which);
				json_decref(object);
				for (i = 0; i < profiles[0].count; i++)
					beside_nobody += module.view.states[i].live &&
							 !may_permit(i);
			}
		}
	}
	assert_true(found > 0);
	assert_true(beside_nobody > 0);
}

static void switches_send_one_attribute(void **state)
{
	static const struct {
		const char *verb, *state, *word;
		int attribute;
		uint32_t value;
	} switches[] = {
		{ "zone", "off", "pic", NF_EDGE_A_SWITCH_ZONES_OFF,
		  1U << NF_EDGE_ZONE_PIC },
		{ "zone", "on", "xmpp", NF_EDGE_A_SWITCH_ZONES_ON,
		  1U << NF_EDGE_ZONE_XMPP },
		{ "feature", "off", "cls", NF_EDGE_A_SWITCH_FEATURES_OFF,
		  1U << NF_EDGE_FEATURE_CLS },
		{ "feature", "on", "av", NF_EDGE_A_SWITCH_FEATURES_ON,
		  1U << NF_EDGE_FEATURE_AV },
		{ "mode", "audit", NULL, NF_EDGE_A_SWITCH_MODE,
		  NF_EDGE_MODE_AUDIT },
		{ "mode", "enforce", NULL, NF_EDGE_A_SWITCH_MODE,
		  NF_EDGE_MODE_ENFORCE },
	};
	struct nlmsghdr *asked;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(switches); i++) {
		verb_fn verb = switches[i].word ? cmd_switch :
						  cmd_mode;
		int type, n = 0;

		if (run_verb(verb, switches[i].verb, switches[i].state,
			     switches[i].word, NULL) != DONE)
			fail_msg("%s", complained);
		asked = request_of(NF_EDGE_CMD_SWITCH, 0);
		for (type = 1; type <= NF_EDGE_A_SWITCH_MAX; type++)
			n += !!attr_of(asked, type);
		assert_int_equal(n, 1);
		assert_int_equal(nla_get_u32(attr_of(asked,
						     switches[i].attribute)),
				 switches[i].value);
		says("generation 41");
		/* A switch that may end connections looks for those that it does not reach. */
		assert_int_equal(!!request_of(NF_EDGE_CMD_NODE_GET, 0),
				 !strcmp(switches[i].state, "off") ||
				 !strcmp(switches[i].state, "enforce"));
	}
	module.changed = false;
	GOOD(switch, "zone", "off", "pic");
	says("nothing changed: zone pic is off already");
}

static void row_switches_send_each_id_once(void **state)
{
	static const char *const states[] = { "off", "on" };
	struct nlmsghdr *asked;
	struct nlattr *attr;
	json_t *object;
	size_t i;
	int left;

	for (i = 0; i < ARRAY_SIZE(states); i++) {
		char sent[128] = "";

		GOOD(switch, "row", states[i], "external/9", "pic/3",
		     "external/9", "--json");
		asked = request_of(NF_EDGE_CMD_SWITCH, 0);
		nlmsg_for_each_attr(attr, asked, GENL_HDRLEN, left) {
			assert_int_equal(nla_type(attr), i ?
					 NF_EDGE_A_SWITCH_ROW_ON :
					 NF_EDGE_A_SWITCH_ROW_OFF);
			strcat(sent, nla_get_string(attr));
			strcat(sent, ";");
		}
		assert_string_equal(sent, "external/9;pic/3;");
		object = json();
		expect_words(object, "rows", "external/9 pic/3");
		expect_bool(object, "on", i);
		json_decref(object);
	}
	GOOD(switch, "row", "on", "pic/3");
	says("row pic/3 is on until the next load, generation 41\n");
	GOOD(switch, "row", "off", "pic/3", "pic/1");
	says("rows pic/3, pic/1 are off until the next load, generation 41\n");
	module.changed = false;
	GOOD(switch, "row", "off", "pic/3");
	says("nothing changed: row pic/3 is off already\n");
}

/* Rows that another switch kills as well have no pair. */
static void a_row_that_is_off_is_permitted_by_rows_of_its_nodes(void **state)
{
	int off = rows_find(&module.view.table, "pic/3");
	json_t *object, *pairs;

	set_rows();
	module.view.states[off].live = false;
	module.view.states[off].dead = 1U << NF_EDGE_DEAD_ROW_OFF;
	GOOD(switch, "row", "off", "pic/3", "--json");
	object = json();
	pairs = json_object_get(object, "still_permitted");
	assert_int_equal(json_array_size(pairs), 1);
	expect_text(json_array_get(pairs, 0), "row", "pic/3");
	expect_text(json_array_get(pairs, 0), "by", "external/5");
	expect_text(json_array_get(pairs, 0), "switch", "row off external/5");
	json_decref(object);
	/* Zone or feature are off as well: this switch killed nothing. */
	module.view.states[off].dead |= 1U << NF_EDGE_DEAD_ZONE_OFF;
	GOOD(switch, "row", "off", "pic/3");
	is_silent_of("still permitted");
	module.view.states[off].dead = 1U << NF_EDGE_DEAD_ROW_OFF;
	GOOD(switch, "row", "off", "pic/1");
	is_silent_of("still permitted");
}

static void own_ssh_row(const char *name, const char *node, const char *other)
{
	struct site_row *own;

	own = add_own_row(name, NF_EDGE_SERVICE_INTERNAL, NF_EDGE_DIRECTION_IN, 0);
	add_ports(own, IPPROTO_TCP, 22, 22);
	site_row_add_node(own, node);
	if (other)
		site_row_add_node(own, other);
}

static void switch_first_off(size_t pairs)
{
	json_t *object;

	policy_table(&module.view.table, policy);
	set_rows();
	GOOD(switch, "row", "off", "site/first", "--json");
	object = json();
	assert_int_equal(json_array_size(json_object_get(object,
							 "still_permitted")),
			 pairs);
	if (pairs)
		expect_text(json_array_get(json_object_get(object,
							   "still_permitted"), 0),
			    "by", "site/third");
	json_decref(object);
}

/* A pair of rows needs a node that has both. */
static void a_row_of_another_node_permits_nothing_of_a_row_that_is_off(void **state)
{
	policy->zones |= 1U << NF_EDGE_ZONE_SITE;
	policy_turn_off(policy, "site/first", 0);
	own_ssh_row("first", "edge1", NULL);
	own_ssh_row("second", "edge2", NULL);
	switch_first_off(0);
	own_ssh_row("third", "edge2", "edge1");
	switch_first_off(1);
}

/* The name of a section row lacks the zone of the id. */
static void the_name_of_a_row_is_answered_with_its_id(void **state)
{
	own_ssh_row("rdp", "edge1", NULL);
	policy_table(&module.view.table, policy);
	assert_int_equal(RUN(switch, "row", "off", "rdp"), REFUSED);
	complains("edgectl: rdp: profile lync2013-scaled-public has no such row, nor has the site; write site/rdp");
	assert_int_equal(RUN(switch, "row", "off", "rd"), REFUSED);
	complains("none is near");
	assert_null(request_of(NF_EDGE_CMD_SWITCH, 0));
}

/* Zone, feature, nodes and peers of rows that are on, and of one without fault. */
static void a_row_that_is_on_says_why_it_permits_nothing(void **state)
{
	static const struct {
		const char *row, *why, *text;
	} idle[] = {
		{ "external/5", NULL, NULL },
		{ "site/good", NULL, NULL },
		{ "external/8", "node", "no node has the service webconf" },
		{ "pic/1", "zone feature peers",
		  "zone pic is off (edgectl zone on pic); feature pic is off (edgectl feature on pic); its peers are in no list: bind pic-partners" },
		{ "external/15", "feature",
		  "feature av is off (edgectl feature on av)" },
		{ "site/lost", "node",
		  "none of its nodes has the service access" },
	};
	struct site_row *own;
	json_t *object, *list;
	size_t i;

	own = add_own_row("good", NF_EDGE_SERVICE_ACCESS, NF_EDGE_DIRECTION_IN, 0);
	add_ports(own, IPPROTO_TCP, 22, 22);
	site_row_add_node(own, "edge1");
	own = add_own_row("lost", NF_EDGE_SERVICE_ACCESS, NF_EDGE_DIRECTION_IN, 0);
	add_ports(own, IPPROTO_TCP, 22, 22);
	site_row_add_node(own, "edge2");
	policy->zones = (ALL_ZONES & ~(1U << NF_EDGE_ZONE_PIC)) |
			1U << NF_EDGE_ZONE_SITE;
	policy->features &= ~(1U << NF_EDGE_FEATURE_PIC);
	policy_table(&module.view.table, policy);
	set_rows();
	for (i = 0; i < ARRAY_SIZE(idle); i++) {
		GOOD(switch, "row", "on", idle[i].row);
		if (idle[i].text)
			says(idle[i].text);
		else
			is_silent_of("permits nothing");
		GOOD(switch, "row", "on", idle[i].row, "--json");
		object = json();
		list = json_object_get(object, "permits_nothing");
		assert_int_equal(json_array_size(list), !!idle[i].why);
		if (idle[i].why) {
			expect_text(json_array_get(list, 0), "row", idle[i].row);
			expect_words(json_array_get(list, 0), "why", idle[i].why);
		}
		json_decref(object);
	}
	GOOD(switch, "row", "off", "pic/1");
	is_silent_of("permits nothing");
}

static void an_unknown_row_is_answered_with_the_nearest(void **state)
{
	char *longest = malloc(200);

	assert_int_equal(RUN(switch, "row", "off", "external/5", "external/99"),
			 REFUSED);
	complains("edgectl: external/99: profile lync2013-scaled-public has no such row, nor has the site; ");
	complains("external/9");
	assert_null(request_of(NF_EDGE_CMD_SWITCH, 0));
	memset(longest, 'x', 199);
	longest[199] = '\0';
	assert_int_equal(RUN(switch, "row", "on", longest), REFUSED);
	assert_null(request_of(NF_EDGE_CMD_SWITCH, 0));
	free(longest);
	assert_int_equal(RUN(switch, "row", "off"), USAGE);
	complains("the row is missing");
	assert_int_equal(RUN(switch, "row", "of", "pic/3"), USAGE);
	complains("of: write on or off");
	module.view.loaded = false;
	assert_int_equal(RUN(switch, "row", "off", "pic/3"), REFUSED);
	complains("no policy is loaded");
}

static void enforce_does_not_cut_its_own_session(void **state)
{
	session = (struct query){
		.in = "wan0", .protocol = IPPROTO_TCP, .port = 22,
		.source = ip("198.51.100.7"), .destination = ip("131.107.155.10"),
	};
	module.tried = (struct verdict){
		.verdict = NF_EDGE_VERDICT_DROP,
		.reason = NF_EDGE_REASON_NO_ROW, .mode = NF_EDGE_MODE_AUDIT,
	};
	assert_int_equal(RUN(mode, "mode", "enforce"), REFUSED);
	complains("would cut the SSH session");
	complains("131.107.155.10, port 22 on wan0: no-row");
	assert_null(request_of(NF_EDGE_CMD_SWITCH, 0));
	GOOD(mode, "mode", "enforce", "--force");
	assert_non_null(request_of(NF_EDGE_CMD_SWITCH, 0));
	GOOD(mode, "mode", "audit");
	assert_null(request_of(NF_EDGE_CMD_EXPLAIN, 0));
	module.tried.verdict = NF_EDGE_VERDICT_ACCEPT;
	GOOD(mode, "mode", "enforce");
	assert_non_null(request_of(NF_EDGE_CMD_EXPLAIN, 0));
}

static const struct verdict passes = {
	.verdict = NF_EDGE_VERDICT_ACCEPT, .reason = -1,
	.mode = NF_EDGE_MODE_ENFORCE,
};

/* The policy of before passes the session, and the tried one drops it. */
static void a_session_to_be_cut(struct verdict *now)
{
	session = (struct query){
		.in = "lan0", .protocol = IPPROTO_TCP, .port = 22,
		.source = ip("192.168.10.5"),
		.destination = ip("172.25.33.10"),
	};
	*now = passes;
	module.now = now;
	module.tried = (struct verdict){
		.verdict = NF_EDGE_VERDICT_DROP,
		.reason = NF_EDGE_REASON_DISABLED,
		.mode = NF_EDGE_MODE_ENFORCE,
	};
}

/* Each request to switch was a dry run. */
static void expect_no_switch(void)
{
	struct nlmsghdr *asked;
	unsigned int n;

	for (n = 0; (asked = request_of(NF_EDGE_CMD_SWITCH, n)); n++)
		assert_non_null(attr_of(asked, NF_EDGE_A_SWITCH_DRY_RUN));
	assert_true(n > 0);
}

static void a_switch_off_does_not_cut_its_own_session(void **state)
{
	static const char *const words[][2] = {
		{ "zone", "pic" }, { "feature", "av" }, { "row", "pic/3" },
	};
	struct nlmsghdr *asked;
	struct verdict now;
	char *said;
	size_t i;

	a_session_to_be_cut(&now);
	for (i = 0; i < ARRAY_SIZE(words); i++) {
		const char *verb = words[i][0], *word = words[i][1];

		forget_requests();
		assert_int_equal(RUN(switch, verb, "off", word), REFUSED);
		said = xformat("edgectl: %s off %s would cut the SSH session that this runs in (172.25.33.10, port 22 on lan0: disabled; from 192.168.10.5); nothing was changed, --force does it all the same\n",
			       verb, word);
		assert_string_equal(complained, said);
		free(said);
		expect_no_switch();
		assert_int_equal(RUN(switch, verb, "off", word, "--confirm",
				     "60"), REFUSED);
		expect_no_switch();
		forget_requests();
		GOOD(switch, verb, "off", word, "--force");
		assert_null(request_of(NF_EDGE_CMD_EXPLAIN, 0));
		asked = request_of(NF_EDGE_CMD_SWITCH, 0);
		assert_null(attr_of(asked, NF_EDGE_A_SWITCH_DRY_RUN));
		GOOD(switch, verb, "on", word);
		assert_null(request_of(NF_EDGE_CMD_EXPLAIN, 0));
	}
	assert_int_equal(RUN(switch, "row", "off", "pic/3", "pic/1"), REFUSED);
	complains("edgectl: row off pic/3 pic/1 would cut");
}

/* The twins: a session that stays, is dropped already, or is in audit. */
static void a_switch_off_that_cuts_no_session_needs_no_force(void **state)
{
	struct verdict now;
	struct nlmsghdr *asked;

	a_session_to_be_cut(&now);
	module.tried = passes;
	GOOD(switch, "zone", "off", "pic");
	asked = request_of(NF_EDGE_CMD_SWITCH, 1);
	assert_null(attr_of(asked, NF_EDGE_A_SWITCH_DRY_RUN));
	/* What was judged is what is switched. */
	assert_int_equal(nla_get_u32(attr_of(asked,
					     NF_EDGE_A_SWITCH_GENERATION)), 41);
	a_session_to_be_cut(&now);
	now = module.tried;
	GOOD(switch, "zone", "off", "pic");
	a_session_to_be_cut(&now);
	module.tried.mode = NF_EDGE_MODE_AUDIT;
	now.mode = NF_EDGE_MODE_AUDIT;
	GOOD(switch, "zone", "off", "pic");
	a_session_to_be_cut(&now);
	module.tried.verdict = NF_EDGE_VERDICT_NOT_GOVERNED;
	GOOD(switch, "zone", "off", "pic", "--confirm", "60");
	complains("this SSH session does not cross the policy");
}

/* A switch without the right to ask about sessions is none. */
static void a_session_that_cannot_be_asked_about_stops_the_switch(void **state)
{
	struct verdict now;

	a_session_to_be_cut(&now);
	module.tried = passes;
	module.refused = NF_EDGE_CMD_BEGIN;
	module.error = EPERM;
	assert_int_equal(RUN(switch, "zone", "off", "pic"), SYSTEM);
	complains("cannot switch: it takes root");
	assert_null(request_of(NF_EDGE_CMD_SWITCH, 0));
	assert_null(request_of(NF_EDGE_CMD_EXPLAIN, 0));
}

/* The kernel is busy with four loads, or with a change that waits. */
static void a_change_that_waits_is_named(void **state)
{
	module.refused = NF_EDGE_CMD_SWITCH;
	module.error = EBUSY;
	module.sentence = "four at once";
	assert_int_equal(RUN(switch, "zone", "on", "pic"), REFUSED);
	assert_string_equal(complained, "edgectl: cannot switch: four at once\n");
	module.view.waiting = (struct waiting){
		.waits = true, .left = 60, .generation = 41,
	};
	assert_int_equal(RUN(switch, "zone", "on", "pic"), REFUSED);
	complains("edgectl: nothing was changed: generation 41 waits for its confirmation until ");
	complains(", in 1m 00s; edgectl confirm 41 or edgectl rollback first\n");
}

/* A TIME that is left out takes the word behind it. */
static void a_word_in_the_place_of_time_is_named(void **state)
{
	static const char said[] =
		"--confirm pic/3: is no time from 1s to 24h; write it as 60s, 10m or 1h";

	assert_int_equal(RUN(switch, "row", "off", "--confirm", "pic/3"), USAGE);
	complains(said);
	assert_int_equal(RUN(switch, "row", "--confirm", "pic/3"), USAGE);
	complains(said);
	assert_int_equal(RUN(mode, "mode", "--confirm", "enforce"), USAGE);
	complains("--confirm enforce: is no time");
	assert_int_equal(RUN(load, "load", "--confirm", "new.conf"), USAGE);
	complains("--confirm new.conf: is no time");
	assert_int_equal(RUN(rollback, "rollback", "--confirm", "x"), USAGE);
	complains("--confirm x: is no time");
	/* The twin: the time is one, and the row is what is missing. */
	assert_int_equal(RUN(switch, "row", "off", "--confirm", "60s"), USAGE);
	complains("the row is missing");
	assert_int_equal(RUN(mode, "mode", "--confirm", "60s"), USAGE);
	complains("write enforce or audit");
}

/* --- answers that do not come from the kernel, or not at once */

static void another_socket_is_not_the_kernel(void **state)
{
	json_t *object;

	module.forges = true;
	GOOD(show, "show", "status", "--json");
	object = json();
	expect_int(object, "generation", 41);
	expect_int(object, "governed", 5);
	json_decref(object);
	GOOD(flush, "flush", "--json");
	object = json();
	expect_int(object, "generation", 41);
	json_decref(object);
}

static void a_policy_that_changes_is_read_again_whole(void **state)
{
	json_t *object;
	int changes;

	for (changes = 1; changes <= 3; changes++) {
		module.moves = changes;
		GOOD(show, "show", "nodes", "--json");
		object = json();
		assert_int_equal(json_array_size(json_object_get(object,
								 "nodes")), 2);
		expect_int(object, "generation", module.view.generation);
		json_decref(object);
	}
	module.cut = NF_EDGE_CMD_NODE_GET;
	GOOD(show, "show", "nodes", "--json");
	object = json();
	assert_int_equal(json_array_size(json_object_get(object, "nodes")), 2);
	json_decref(object);
	module.moves = 1000;
	assert_int_equal(RUN(show, "show", "nodes"), SYSTEM);
	complains("the policy changes faster than it can be read");
}

static void a_refusal_ends_as_the_kernel_says(void **state)
{
	static const struct {
		int error;
		const char *sentence;
		enum outcome outcome;
		const char *said;
	} refusals[] = {
		{ EPERM, NULL, SYSTEM, "it takes root" },
		{ EINVAL, "what it says", REFUSED, "cannot switch: what it says" },
		{ EINVAL, NULL, REFUSED, "cannot switch: Invalid argument" },
		{ ENOENT, "no policy is loaded", REFUSED, "no policy is loaded" },
		{ E2BIG, NULL, REFUSED, "cannot switch: " },
		{ EOPNOTSUPP, NULL, REFUSED, "cannot switch: " },
		{ ENOMEM, NULL, SYSTEM, "cannot switch: Cannot allocate memory" },
		{ EBUSY, "four at once", REFUSED, "cannot switch: four at once" },
		{ ESTALE, NULL, REFUSED, "nothing was changed, try again" },
	};
	size_t i;

	module.refused = NF_EDGE_CMD_SWITCH;
	for (i = 0; i < ARRAY_SIZE(refusals); i++) {
		module.error = refusals[i].error;
		module.sentence = refusals[i].sentence;
		assert_int_equal(RUN(switch, "zone", "off", "pic"),
				 refusals[i].outcome);
		complains(refusals[i].said);
		assert_string_equal(printed, "");
	}
}

static void a_module_of_another_release_is_asked(void **state)
{
	module.version = "0.0.1";
	assert_int_equal(RUN(show, "show", "status"), DONE);
	complains("edgectl: warning: the module in the kernel is version 0.0.1, this edgectl ");
	/* One warning for all sockets of a run. */
	GOOD(show, "show", "status");
	assert_string_equal(complained, "");
	module.refused = NF_EDGE_CMD_SWITCH;
	module.error = EOPNOTSUPP;
	assert_int_equal(RUN(switch, "zone", "off", "pic"), REFUSED);
	complains("the module in the kernel, version 0.0.1, does not know this operation of edgectl ");
	module.error = EINVAL;
	module.sentence = "Unknown attribute type";
	assert_int_equal(RUN(switch, "zone", "off", "pic"), REFUSED);
	complains("version 0.0.1, does not know part of this request of edgectl ");
	module.sentence = "Unsupported attribute";
	assert_int_equal(RUN(switch, "zone", "off", "pic"), REFUSED);
	complains("version 0.0.1, does not know part of this request of edgectl ");
	/* What it refuses in its own words, it knows. */
	module.sentence = "the zone is empty";
	assert_int_equal(RUN(switch, "zone", "off", "pic"), REFUSED);
	complains("edgectl: cannot switch: the zone is empty");
	module.error = EOPNOTSUPP;
	assert_int_equal(RUN(switch, "zone", "off", "pic"), REFUSED);
	complains("edgectl: cannot switch: the zone is empty");
	module.error = EINVAL;
	module.sentence = "Unknown attribute type";
	/* Of this release, that would be a fault of edgectl. */
	module.version = NF_EDGE_VERSION;
	assert_int_equal(RUN(switch, "zone", "off", "pic"), REFUSED);
	complains("Unknown attribute type");
	module.refused = 0;
	module.family_version = 9;
	assert_int_equal(RUN(show, "show", "status"), SYSTEM);
	complains("the module speaks version 9");
}

/* A verb that can do without the module tells an absent one from this. */
static void a_module_that_does_not_answer_is_an_error(void **state)
{
	module.refused = NF_EDGE_CMD_STATUS_GET;
	module.error = EIO;
	module.times = 1;
	assert_int_equal(RUN(show, "show", "status"), SYSTEM);
	complains("edgectl: nf_edge does not answer: Input/output error\n");
	assert_string_equal(printed, "");
}

/* --- connections that a flowtable took */

static void put_tuple(struct nl_msg *msg, int type, const char *source,
		      const char *destination)
{
	struct ip from = ip(source), to = ip(destination);
	bool ipv4 = from.family == AF_INET;
	struct nlattr *tuple = attr_nest(msg, type);
	struct nlattr *nest = attr_nest(msg, CTA_TUPLE_IP);

	nla_put(msg, ipv4 ? CTA_IP_V4_SRC : CTA_IP_V6_SRC, ipv4 ? 4 : 16,
		from.bytes);
	nla_put(msg, ipv4 ? CTA_IP_V4_DST : CTA_IP_V6_DST, ipv4 ? 4 : 16,
		to.bytes);
	nla_nest_end(msg, nest);
	nla_nest_end(msg, tuple);
}

static void add_connection(uint32_t status, const char *source,
			   const char *dialled, const char *answers,
			   const char *answered)
{
	struct nfgenmsg head = { .nfgen_family = AF_INET };
	struct nl_msg *msg = new_message(NFNL_SUBSYS_CTNETLINK << 8 |
					 IPCTNL_MSG_CT_NEW, &head, sizeof(head));

	put_tuple(msg, CTA_TUPLE_ORIG, source, dialled);
	put_tuple(msg, CTA_TUPLE_REPLY, answers, answered);
	nla_put_u32(msg, CTA_STATUS, htonl(status));
	add_message(msg);
}

static void governed_connections_count_by_either_tuple(void **state)
{
	static const char edge[] = "131.107.155.10", edge6[] = "2001:db8::30";
	static const char peer[] = "198.51.100.7", other[] = "192.0.2.99";
	json_t *object, *table;

	GOOD(show, "show", "status", "--json");
	object = json();
	assert_int_equal(json_array_size(json_object_get(object, "flowtables")),
			 0);
	json_decref(object);
	add_flowtable("ft");
	/* Counted: of an Edge at any of four places. */
	add_connection(IPS_OFFLOAD, peer, edge, edge, peer);
	add_connection(IPS_OFFLOAD, edge, peer, peer, edge);
	add_connection(IPS_OFFLOAD, peer, other, edge, peer);
	add_connection(IPS_OFFLOAD, other, peer, peer, edge);
	add_connection(IPS_OFFLOAD, "2001:db8:9::1", edge6, edge6,
		       "2001:db8:9::1");
	/* Not counted: not offloaded, and not of an Edge. */
	add_connection(IPS_CONFIRMED, peer, edge, edge, peer);
	add_connection(IPS_OFFLOAD, peer, other, other, peer);
	add_connection(IPS_OFFLOAD, "2001:db8:9::1", "2001:db8:9::2",
		       "2001:db8:9::2", "2001:db8:9::1");
	GOOD(show, "show", "status", "--json");
	object = json();
	expect_int(object, "offloaded_connections", 5);
	table = json_array_get(json_object_get(object, "flowtables"), 0);
	expect_text(table, "name", "inet fast ft");
	expect_words(table, "devices", "wan0 dmz0");
	json_decref(object);
	GOOD(show, "show", "status");
	says("flowtables inet fast ft (wan0, dmz0)\n");
	says("5 governed connections are offloaded, neither judged nor counted: end them with");
	GOOD(switch, "zone", "off", "pic", "--json");
	object = json();
	expect_int(object, "offloaded_connections", 5);
	json_decref(object);
}

static void flowtables_are_listed_in_order(void **state)
{
	json_t *object, *tables;

	add_flowtable("first");
	add_flowtable("second");
	add_flowtable("third");
	GOOD(show, "show", "status");
	says("flowtables inet fast first (wan0, dmz0); inet fast second (wan0, dmz0); inet fast third (wan0, dmz0)\n");
	GOOD(show, "show", "status", "--json");
	object = json();
	tables = json_object_get(object, "flowtables");
	assert_int_equal(json_array_size(tables), 3);
	expect_text(json_array_get(tables, 0), "name", "inet fast first");
	expect_text(json_array_get(tables, 1), "name", "inet fast second");
	expect_text(json_array_get(tables, 2), "name", "inet fast third");
	json_decref(object);
}

static const struct CMUnitTest tests[] = {
	SITE_TEST(a_switch_lists_exactly_the_rows_that_still_permit),
	SITE_TEST(switches_send_one_attribute),
	SITE_TEST(row_switches_send_each_id_once),
	SITE_TEST(a_row_that_is_off_is_permitted_by_rows_of_its_nodes),
	SITE_TEST(a_row_of_another_node_permits_nothing_of_a_row_that_is_off),
	SITE_TEST(a_row_that_is_on_says_why_it_permits_nothing),
	SITE_TEST(the_name_of_a_row_is_answered_with_its_id),
	SITE_TEST(an_unknown_row_is_answered_with_the_nearest),
	SITE_TEST(enforce_does_not_cut_its_own_session),
	SITE_TEST(a_switch_off_does_not_cut_its_own_session),
	SITE_TEST(a_switch_off_that_cuts_no_session_needs_no_force),
		SITE_TEST(a_session_that_cannot_be_asked_about_stops_the_switch),
	SITE_TEST(a_change_that_waits_is_named),
	SITE_TEST(a_word_in_the_place_of_time_is_named),
	SITE_TEST(another_socket_is_not_the_kernel),
	SITE_TEST(a_policy_that_changes_is_read_again_whole),
	SITE_TEST(a_refusal_ends_as_the_kernel_says),
	SITE_TEST(a_module_of_another_release_is_asked),
	SITE_TEST(a_module_that_does_not_answer_is_an_error),
	SITE_TEST(governed_connections_count_by_either_tuple),
	SITE_TEST(flowtables_are_listed_in_order),
};

int main(void)
{
	return cmocka_run_group_tests(tests, NULL, NULL);
}
