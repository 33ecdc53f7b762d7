// SPDX-License-Identifier: GPL-2.0-only
/*
 * show and counters print each number of the module at its own place.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <errno.h>
#include <fnmatch.h>
#include <jansson.h>
#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <netinet/in.h>
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

/* --- status */

static void status_prints_each_number_at_its_place(void **state)
{
	json_t *object, *conntrack, *interfaces, *events, *lost;

	GOOD(show, "show", "status", "--json");
	object = json();
	expect_text(object, "version", NF_EDGE_VERSION);
	expect_bool(object, "loaded", true);
	expect_text(object, "mode", "audit");
	expect_int(object, "generation", 41);
	expect_int(object, "governed", 5);
	expect_words(object, "zones", "external internal federation pic xmpp");
	expect_words(object, "features",
		     "xmpp remote-access federation web-conferencing federation-av ocs2007 cls pic live-messenger");
	expect_words(object, "switched", "mode zone xmpp feature av");
	expect_words(object, "ping", "internal");
	expect_bool(object, "expose_cls_ports", false);
	expect_int(object, "offloaded", 17);
	expect_int(object, "offloaded_connections", 0);
	events = json_object_get(object, "events");
	expect_int(events, "listeners", 2);
	lost = json_object_get(events, "lost");
	expect_int(lost, "suppressed", 19);
	expect_int(lost, "ring_full", 23);
	expect_int(lost, "socket_full", 29);
	conntrack = json_object_get(object, "conntrack");
	expect_int(conntrack, "count", 11);
	expect_int(conntrack, "max", 65536);
	expect_int(conntrack, "drop", 7);
	expect_int(conntrack, "early_drop", 13);
	interfaces = json_object_get(object, "interfaces");
	assert_int_equal(json_array_size(interfaces), 2);
	expect_text(json_array_get(interfaces, 0), "name", "wan0");
	expect_words(json_array_get(interfaces, 0), "sides", "external");
	expect_bool(json_array_get(interfaces, 0), "present", true);
	expect_text(json_array_get(interfaces, 1), "name", "lan0");
	expect_words(json_array_get(interfaces, 1), "sides", "internal edge");
	expect_bool(json_array_get(interfaces, 1), "present", false);
	json_decref(object);
	policy->expose_cls_ports = true;
	GOOD(show, "show", "status", "--json");
	object = json();
	expect_bool(object, "expose_cls_ports", true);
	json_decref(object);
}

static void status_tells_people_the_same(void **state)
{
	unsetenv("TERM");
	GOOD(show, "show", "status");
	says("mode AUDIT: NOTHING IS DROPPED, generation 41\n");
	says("governed   5 addresses of 2 nodes\n");
	says("features   xmpp remote-access federation web-conferencing federation-av ocs2007 cls pic live-messenger; off: av\n");
	says("switched   mode, zone xmpp, feature av, until the next load\n");
	says("ping       internal\n");
	says("wan0            external\n");
	says("lan0            internal edge, ABSENT\n");
	says("drops      5500 packets, 5520 would-be; spoofed 202;");
	says("conntrack  11 of 65536 entries\n");
	says("dropped 7 packets");
	says("gave up 13 entries");
	says("17 governed packets were of offloaded connections");
	says("events     2 listeners; lost: 19 beyond the rate, 23 in the kernel, 29 on the way\n");
	is_silent_of("nearly full");
	is_silent_of("flowtables");
	is_silent_of("governed connection");

	module.view.conntrack_count = 58982;
	module.view.conntrack_drop = 0;
	module.view.conntrack_early_drop = 0;
	module.view.offloaded = 0;
	module.view.listeners = 1;
	module.view.lost = (struct loss){ 0 };
	GOOD(show, "show", "status");
	says("events     1 listener; nothing was lost\n");
	module.view.listeners = 0;
	GOOD(show, "show", "status");
	is_silent_of("listener");
	is_silent_of("nearly full");
	is_silent_of(" dropped ");
	is_silent_of("gave up");
	is_silent_of("offloaded connections");
	module.view.conntrack_count = 58983;
	GOOD(show, "show", "status");
	says("nearly full");
	module.view.conntrack_max = 1000;
	module.view.conntrack_count = 899;
	GOOD(show, "show", "status");
	is_silent_of("nearly full");
	module.view.conntrack_count = 900;
	GOOD(show, "show", "status");
	says("nearly full");

	policy->mode = NF_EDGE_MODE_ENFORCE;
	module.view.governed = 1;
	GOOD(show, "show", "status");
	says("mode enforce, generation 41\n");
	says("governed   1 address of 2 nodes\n");
	says("switched   zone xmpp, feature av,");

	module.view.loaded = false;
	GOOD(show, "show", "status");
	says("NO POLICY LOADED");
	is_silent_of("governed   ");
}

/* wan0 has an XDP program. */
static void add_way(void)
{
	struct ifinfomsg head = { .ifi_index = 3 };
	struct nl_msg *msg = new_message(RTM_NEWLINK, &head, sizeof(head));
	struct nlattr *xdp;

	nla_put_string(msg, IFLA_IFNAME, "wan0");
	xdp = attr_nest(msg, IFLA_XDP);
	nla_put_u8(msg, IFLA_XDP_ATTACHED, XDP_ATTACHED_SKB);
	nla_nest_end(msg, xdp);
	add_message(msg);
}

static void status_warns_of_ways_round(void **state)
{
	json_t *object;

	GOOD(show, "show", "status");
	is_silent_of("XDP");
	add_way();
	GOOD(show, "show", "status");
	says("  WARNING    wan0: has an XDP program, which forwards or answers packets past the policy");
	GOOD(show, "show", "status", "--json");
	object = json();
	expect_text(item(object, "ways_round", "where", "wan0"), "way", "xdp");
	json_decref(object);
	/* Nothing is governed: there is no way round. */
	module.view.loaded = false;
	GOOD(show, "show", "status");
	is_silent_of("XDP");
}

#define TIME	"20[0-9][0-9]-[01][0-9]-[0-3][0-9] [0-2][0-9]:[0-5][0-9]:[0-5][0-9]+0000"

static void waits_so(const char *pattern)
{
	char *whole = xformat("*\n  pending    %s\n*", pattern);

	GOOD(show, "show", "status");
	if (fnmatch(whole, printed, 0) != 0)
		fail_msg("%s: not in %s", pattern, printed);
	free(whole);
}

static void status_tells_what_becomes_of_a_change_that_waits(void **state)
{
	json_t *object, *pending;

	setenv("TZ", "UTC", 1);
	module.view.waiting = (struct waiting){
		.waits = true, .left = 60, .generation = 41, .loaded = true,
		.back = 40, .back_mode = NF_EDGE_MODE_ENFORCE,
	};
	waits_so("generation 40 comes back in 1m 00s, at " TIME ", unless: edgectl confirm 41 (or edgectl rollback)");
	GOOD(show, "show", "status", "--json");
	object = json();
	pending = json_object_get(object, "pending");
	expect_int(pending, "seconds_left", 60);
	expect_int(pending, "back_generation", 40);
	expect_text(pending, "back_mode", "enforce");
	json_decref(object);
	module.view.waiting.back_mode = NF_EDGE_MODE_AUDIT;
	waits_so("generation 40 comes back in 1m 00s, at " TIME " (mode audit: nothing is dropped then), unless: edgectl confirm 41 (or edgectl rollback)");
	module.view.waiting.loaded = false;
	waits_so("nothing is governed again in 1m 00s, at " TIME ", unless: edgectl confirm 41 (or edgectl rollback)");
	GOOD(show, "show", "status", "--json");
	object = json();
	pending = json_object_get(object, "pending");
	assert_true(json_is_null(json_object_get(pending, "back_generation")));
	assert_true(json_is_null(json_object_get(pending, "back_mode")));
	json_decref(object);
	module.view.waiting.waits = false;
	GOOD(show, "show", "status", "--json");
	object = json();
	assert_true(json_is_null(json_object_get(object, "pending")));
	json_decref(object);
}

static void status_json_without_a_policy_has_no_mode(void **state)
{
	json_t *object;

	module.view.loaded = false;
	GOOD(show, "show", "status", "--json");
	object = json();
	expect_bool(object, "loaded", false);
	expect_text(object, "mode", NULL);
	expect_text(object, "profile", NULL);
	expect_words(object, "zones", "");
	json_decref(object);
}

/* --- rows, nodes, sets */

static void each_row_says_why_it_is_dead(void **state)
{
	json_t *object, *row;
	size_t i;

	policy->zones = 1U << NF_EDGE_ZONE_EXTERNAL;
	policy->features = ALL_FEATURES & ~(1U << NF_EDGE_FEATURE_PIC);
	set_rows();
	GOOD(show, "show", "rows", "--json");
	object = json();
	expect_int(object, "generation", 41);
	for (i = 0; i < profiles[0].count; i++) {
		const struct row *r = &profiles[0].row[i];
		bool zone = r->zone == NF_EDGE_ZONE_EXTERNAL;
		bool feature = r->feature != NF_EDGE_FEATURE_PIC;

		row = item(object, "rows", "id", r->id);
		expect_bool(row, "live", zone && feature);
		expect_int(row, "port_low", r->port_low);
		expect_int(row, "port_high", r->port_high);
		expect_text(row, "note", r->note);
		expect_text(row, "role", r->role);
		expect_text(row, "application", r->application);
		expect_bool(row, "any_when_unbound", r->any_when_unbound);
		expect_text(row, "why_not", !zone ? "zone" :
					    !feature ? "feature" : NULL);
	}
	/* Sets that are bound, any, and nobody. */
	expect_words(item(object, "rows", "id", "external/2"), "peers", "crl");
	expect_words(item(object, "rows", "id", "external/5"), "peers", "any");
	expect_words(item(object, "rows", "id", "pic/1"), "peers", "");
	json_decref(object);
	GOOD(show, "show", "rows", "-o", "ID,PEERS,LIVE,SETS");
	says("no: zone pic is off");
	says("nobody");
}

static void nodes_and_sets_are_printed_whole(void **state)
{
	json_t *object, *one;

	GOOD(show, "show", "nodes", "--json");
	object = json();
	one = item(object, "nodes", "node", "edge1");
	expect_words(one, "access", "131.107.155.10");
	expect_words(one, "webconf", "");
	expect_words(one, "av", "2001:db8::30 131.107.155.30");
	expect_words(one, "internal", "");
	expect_words(item(object, "nodes", "node", "edge2"), "internal",
		     "172.25.33.11");
	json_decref(object);

	GOOD(show, "show", "peers", "--json");
	object = json();
	one = item(object, "peers", "set", "crl");
	expect_bool(one, "bound", true);
	expect_int(one, "prefixes", 3);
	expect_words(one, "rows", "external/2");
	one = item(object, "peers", "set", "frontend");
	expect_bool(one, "bound", true);
	expect_int(one, "prefixes", 0);
	expect_bool(item(object, "peers", "set", "dns"), "bound", false);
	assert_int_equal(json_array_size(json_object_get(object, "peers")), 13);
	assert_int_equal(RUN(show, "show", "peers", "frontent"), REFUSED);
	complains("edgectl: frontent: unknown peer set; the nearest is frontend\n");
	assert_string_equal(printed, "");
	assert_int_equal(RUN(show, "show", "peers", "frontent", "--json"),
			 REFUSED);
	assert_string_equal(printed, "");
	assert_int_equal(RUN(show, "show", "peers", "crl", "dns"), USAGE);
	complains("dns: is one word too many");
	assert_int_equal(RUN(show, "show", "nodes", "edge1"), USAGE);
	complains("edge1: is one word too many");
	GOOD(show, "show", "peers", "crl");
	assert_string_equal(printed, "SET BOUND PREFIXES ROWS\n"
				     "crl yes          3 external/2\n");
	GOOD(show, "show", "peers", "crl", "-o", "PREFIXES");
	assert_string_equal(printed, "PREFIXES\n       3\n");
	json_decref(object);
	GOOD(show, "show", "peers", "crl", "--json");
	object = json();
	expect_text(object, "profile", "lync2013-scaled-public");
	assert_int_equal(json_array_size(json_object_get(object, "peers")), 1);
	one = item(object, "peers", "set", "crl");
	expect_int(one, "prefixes", 3);
	json_decref(object);

	GOOD(show, "show", "config");
	says("mode = audit\n");
	says("192.0.2.0/24");
	says("2001:db8:7::/48");
	says("131.107.155.30");
	says("peers frontend");
}

static void a_configuration_is_an_object_too(void **state)
{
	struct site_row *own;
	json_t *object, *wanted;

	policy->zones = 1U << NF_EDGE_ZONE_EXTERNAL | 1U << NF_EDGE_ZONE_PIC;
	policy->features = 1U << NF_EDGE_FEATURE_AV;
	policy->narrows_ping = true;
	policy->ping_peers = 1U << NF_EDGE_PEER_SET_CRL;
	policy->expose_cls_ports = true;
	policy_turn_off(policy, "external/5", 0);
	own = add_own_row("probe", NF_EDGE_SERVICE_AV, NF_EDGE_DIRECTION_IN, 0);
	add_ports(own, IPPROTO_TCP, 8443, 8443);
	add_ports(own, IPPROTO_UDP, 9000, 9010);
	own->exposed = true;
	strcpy(own->note, "a note");
	own = add_own_row("watch", NF_EDGE_SERVICE_INTERNAL,
			  NF_EDGE_DIRECTION_OUT, 1U << NF_EDGE_PEER_SET_CRL);
	add_ports(own, IPPROTO_TCP, 22, 22);
	site_row_add_node(own, "edge2");
	policy_table(&module.view.table, policy);
	set_rows();
	GOOD(show, "show", "config", "--json");
	object = json();
	wanted = json_loads(
		"{\"schema_version\": 1, \"generation\": 41,"
		" \"profile\": \"lync2013-scaled-public\", \"mode\": \"audit\","
		" \"zones\": [\"external\", \"pic\"], \"features\": [\"av\"],"
		" \"rows_off\": [\"external/5\"], \"ping\": [\"internal\"],"
		" \"ping_peers\": [\"crl\"], \"expose_cls_ports\": true,"
		" \"interfaces\": {\"wan0\": [\"external\"],"
		"  \"lan0\": [\"internal\", \"edge\"]},"
		" \"nodes\": [{\"node\": \"edge1\", \"access\": [\"131.107.155.10\"],"
		"  \"webconf\": [], \"av\": [\"2001:db8::30\", \"131.107.155.30\"],"
		"  \"internal\": []}, {\"node\": \"edge2\", \"access\": [],"
		"  \"webconf\": [], \"av\": [], \"internal\": [\"172.25.33.11\"]}],"
		" \"ports\": {},"
		" \"peers\": {\"frontend\": [], \"crl\": [\"192.0.2.0/24\","
		"  \"198.51.100.0/25\", \"2001:db8:7::/48\"]},"
		" \"rows\": [{\"name\": \"probe\", \"service\": \"av\","
		"  \"direction\": \"in\", \"ports\": [\"tcp/8443\", \"udp/9000-9010\"],"
		"  \"peers\": [\"any\"], \"nodes\": null, \"exposed\": true,"
		"  \"note\": \"a note\"},"
		"  {\"name\": \"watch\", \"service\": \"internal\","
		"  \"direction\": \"out\", \"ports\": [\"tcp/22\"],"
		"  \"peers\": [\"crl\"], \"nodes\": [\"edge2\"], \"exposed\": false,"
		"  \"note\": \"\"}]}", 0, NULL);
	assert_non_null(wanted);
	if (!json_equal(object, wanted))
		fail_msg("%s", printed);
	json_decref(wanted);
	json_decref(object);
}

/* --- counters */

static void expect_counts(json_t *one, size_t node, size_t i)
{
	static const char *const keys[] = {
		"connections", "packets_to_edge", "bytes_to_edge",
		"packets_from_edge", "bytes_from_edge", "denied", "last_hit",
	};
	size_t k;

	for (k = 0; k < ARRAY_SIZE(keys); k++)
		expect_int(one, keys[k],
			   (json_int_t)((node + 1) * 10000 + i * 10 + k + 1));
}

static void counters_print_each_number_at_its_place(void **state)
{
	static const char *const names[] = { "edge1", "edge2" };
	json_t *object, *rows, *services, *drops;
	size_t n, i;

	GOOD(counters, "counters", "--json");
	assert_non_null(request_of(NF_EDGE_CMD_COUNTERS_DUMP, 0));
	assert_null(request_of(NF_EDGE_CMD_COUNTERS_DUMP, 1));
	assert_null(request_of(NF_EDGE_CMD_COUNTERS_GET, 0));
	object = json();
	expect_int(object, "generation", 41);
	rows = json_object_get(object, "rows");
	services = json_object_get(object, "services");
	drops = json_object_get(object, "drops");
	assert_int_equal(json_array_size(rows), 2 * profiles[0].count);
	assert_int_equal(json_array_size(services), 2 * SERVICE_COUNT);
	assert_int_equal(json_array_size(drops), REASON_COUNT);
	for (n = 0; n < 2; n++) {
		for (i = 0; i < profiles[0].count; i++) {
			json_t *one = json_array_get(rows,
						     n * profiles[0].count + i);

			expect_text(one, "node", names[n]);
			expect_text(one, "row", profiles[0].row[i].id);
			expect_counts(one, n, i);
		}
		for (i = 0; i < SERVICE_COUNT; i++) {
			json_t *one = json_array_get(services,
						     n * SERVICE_COUNT + i);

			expect_text(one, "service",
				    names_word(&names_services,
					       (uint32_t)i));
			expect_counts(one, n, i);
		}
	}
	for (i = 0; i < REASON_COUNT; i++) {
		json_t *one = json_array_get(drops, i);

		expect_text(one, "reason", names_word(&names_reasons,
						      (uint32_t)i));
		expect_int(one, "packets", (json_int_t)(100 * (i + 1)));
		expect_int(one, "bytes", (json_int_t)(100 * (i + 1) + 1));
		expect_int(one, "would_be_packets",
			   (json_int_t)(100 * (i + 1) + 2));
		expect_int(one, "would_be_bytes",
			   (json_int_t)(100 * (i + 1) + 3));
	}
	json_decref(object);
	GOOD(counters, "counters");
	says("10001      10002    10003        10004      10005  10006");
}

/* Local time with its distance from UTC, UTC, or an age. */
static void last_hits_are_printed_as_asked(void **state)
{
	static const struct {
		const char *option;
		int year;	/* position of the dash behind the year */
		char last;	/* of the moment, a digit for 0 */
	} styles[] = {
		{ "--nonzero", 4, 0 }, { "--utc", 4, 'Z' }, { "--ages", 0, 'h' },
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(styles); i++) {
		char *line, *end;

		GOOD(counters, "counters", "-o", "LAST-HIT", styles[i].option);
		line = strchr(printed, '\n') + 1;
		end = line + strcspn(line, "\n");
		while (end > line && end[-1] == ' ')
			end--;
		line += strspn(line, " ");
		assert_int_equal(line[4] == '-', styles[i].year != 0);
		if (styles[i].last)
			assert_int_equal(end[-1], styles[i].last);
		else
			assert_in_range(end[-1], '0', '9');
	}
}

static void counters_ask_for_what_the_options_say(void **state)
{
	struct nlmsghdr *asked;
	json_t *object;

	GOOD(counters, "counters", "--node", "edge2", "--zone", "pic",
	     "--reset", "--json");
	asked = request_of(NF_EDGE_CMD_COUNTERS_GET, 0);
	assert_string_equal(nla_get_string(attr_of(asked, NF_EDGE_A_COUNTERS_NODE)),
			    "edge2");
	assert_int_equal(nla_get_u32(attr_of(asked, NF_EDGE_A_COUNTERS_ZONE)),
			 NF_EDGE_ZONE_PIC);
	assert_non_null(attr_of(asked, NF_EDGE_A_COUNTERS_RESET));
	assert_null(request_of(NF_EDGE_CMD_COUNTERS_GET, 1));
	assert_null(request_of(NF_EDGE_CMD_DROPS_GET, 0));
	object = json();
	expect_counts(json_array_get(json_object_get(object, "rows"), 0), 1,
		      (size_t)rows_find(&profiles[0], "pic/1"));
	assert_int_equal(json_array_size(json_object_get(object, "services")), 0);
	json_decref(object);

	GOOD(counters, "counters", "--zone", "pic");
	asked = request_of(NF_EDGE_CMD_COUNTERS_DUMP, 0);
	assert_int_equal(nla_get_u32(attr_of(asked, NF_EDGE_A_COUNTERS_ZONE)),
			 NF_EDGE_ZONE_PIC);
	assert_null(request_of(NF_EDGE_CMD_COUNTERS_GET, 0));

	GOOD(counters, "counters", "--reset");
	assert_non_null(attr_of(request_of(NF_EDGE_CMD_COUNTERS_GET, 1),
				NF_EDGE_A_COUNTERS_RESET));
	assert_null(request_of(NF_EDGE_CMD_COUNTERS_DUMP, 0));
	assert_non_null(attr_of(request_of(NF_EDGE_CMD_DROPS_GET, 0),
				NF_EDGE_A_DROPS_RESET));
	assert_int_equal(RUN(counters, "counters", "--node", "edge3"), REFUSED);
	complains("edge3: unknown node");
}

/* A module without the dump is asked a node at a time, and tells the same. */
static void counters_of_an_older_module_are_the_same(void **state)
{
	json_t *dumped, *asked;

	GOOD(counters, "counters", "--json");
	dumped = json();
	module.refused = NF_EDGE_CMD_COUNTERS_DUMP;
	module.error = EOPNOTSUPP;
	GOOD(counters, "counters", "--json");
	asked = json();
	json_object_del(dumped, "time");
	json_object_del(asked, "time");
	assert_true(json_equal(dumped, asked));
	json_decref(dumped);
	json_decref(asked);
	assert_non_null(request_of(NF_EDGE_CMD_COUNTERS_GET, 1));
	assert_null(request_of(NF_EDGE_CMD_COUNTERS_GET, 2));
}

/* All is told of the nodes that there are, after another look at them. */
static void expect_a_second_look(size_t nodes)
{
	json_t *object = json();

	assert_int_equal(json_array_size(json_object_get(object, "services")),
			 nodes * SERVICE_COUNT);
	json_decref(object);
	assert_non_null(request_of(NF_EDGE_CMD_NODE_GET, 1));
	assert_null(request_of(NF_EDGE_CMD_NODE_GET, 2));
}

/* Between the list of nodes and their counters, a node leaves. */
static void a_node_that_left_is_no_row_of_zeros(void **state)
{
	json_t *object;

	module.cut = NF_EDGE_CMD_COUNTERS_DUMP;
	GOOD(counters, "counters", "--json");
	expect_a_second_look(2);
	/* The policy as well. */
	module.refused = NF_EDGE_CMD_COUNTERS_DUMP;
	module.error = ENOENT;
	module.times = 1;
	GOOD(counters, "counters", "--json");
	expect_a_second_look(2);
	/* Or another policy has as many nodes. */
	module.late = 1;
	GOOD(counters, "counters", "--json");
	expect_a_second_look(2);
	module.refused = NF_EDGE_CMD_COUNTERS_DUMP;
	module.error = EOPNOTSUPP;
	module.late = 1;
	GOOD(counters, "counters", "--json");
	expect_a_second_look(2);

	module.refused = NF_EDGE_CMD_COUNTERS_GET;
	module.error = ENOENT;
	module.times = 1;
	GOOD(counters, "counters", "--node", "edge2", "--json");
	expect_a_second_look(1);

	/* A reset of the others is told, and not asked again. */
	module.refused = NF_EDGE_CMD_COUNTERS_GET;
	module.times = 1;
	GOOD(counters, "counters", "--reset", "--json");
	object = json();
	assert_int_equal(json_array_size(json_object_get(object, "services")),
			 SERVICE_COUNT);
	expect_text(json_array_get(json_object_get(object, "services"), 0),
		    "node", "edge2");
	json_decref(object);
	assert_null(request_of(NF_EDGE_CMD_NODE_GET, 1));

	module.refused = NF_EDGE_CMD_DROPS_GET;
	module.error = ENOMEM;
	assert_int_equal(RUN(counters, "counters"), SYSTEM);
	complains("cannot read the counters");
}

/* The first status has the version, the last one the generation. */
static void a_part_that_is_refused_ends_the_reading(void **state)
{
	static const struct {
		uint8_t command;
		int spared;
	} parts[] = {
		{ NF_EDGE_CMD_STATUS_GET, 0 }, { NF_EDGE_CMD_STATUS_GET, 1 },
		{ NF_EDGE_CMD_ROW_GET, 0 }, { NF_EDGE_CMD_NODE_GET, 0 },
		{ NF_EDGE_CMD_PEERS_GET, 0 }, { NF_EDGE_CMD_PREFIX_GET, 0 },
		{ NF_EDGE_CMD_STATUS_GET, 2 },
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(parts); i++) {
		module.refused = parts[i].command;
		module.spared = parts[i].spared;
		module.error = EIO;
		module.times = 1;
		forget_requests();
		assert_int_equal(RUN(show, "show", "config"), SYSTEM);
		assert_int_equal(module.n, i + 1);
	}
}

static void rows_need_no_policy(void **state)
{
	module.view.loaded = false;
	GOOD(show, "show", "rows");
	GOOD(show, "show", "peers");
	assert_int_not_equal(RUN(show, "show", "nodes"), DONE);
	complains("no policy is loaded");
}

static void nonzero_leaves_out_zero_alone(void **state)
{
	json_t *object, *drops;
	size_t i, j;

	module.silent = true;
	GOOD(counters, "counters", "--json");
	object = json();
	expect_text(json_array_get(json_object_get(object, "rows"), 0),
		    "last_hit", NULL);
	json_decref(object);
	for (i = 0; i < REASON_COUNT; i++)
		for (j = 0; j < 4; j++)
			module.drop[i][j] = i == j;
	GOOD(counters, "counters", "--nonzero", "--json");
	object = json();
	drops = json_object_get(object, "drops");
	assert_int_equal(json_array_size(drops), 4);
	assert_int_equal(json_array_size(json_object_get(object, "rows")), 0);
	assert_int_equal(json_array_size(json_object_get(object, "services")), 0);
	json_decref(object);
}

static const struct CMUnitTest tests[] = {
	SITE_TEST(status_prints_each_number_at_its_place),
	SITE_TEST(status_tells_people_the_same),
	SITE_TEST(status_warns_of_ways_round),
	SITE_TEST(status_tells_what_becomes_of_a_change_that_waits),
	SITE_TEST(status_json_without_a_policy_has_no_mode),
	SITE_TEST(each_row_says_why_it_is_dead),
	SITE_TEST(nodes_and_sets_are_printed_whole),
	SITE_TEST(a_configuration_is_an_object_too),
	SITE_TEST(counters_print_each_number_at_its_place),
	SITE_TEST(last_hits_are_printed_as_asked),
	SITE_TEST(counters_ask_for_what_the_options_say),
	SITE_TEST(counters_of_an_older_module_are_the_same),
	SITE_TEST(a_node_that_left_is_no_row_of_zeros),
	SITE_TEST(a_part_that_is_refused_ends_the_reading),
	SITE_TEST(rows_need_no_policy),
	SITE_TEST(nonzero_leaves_out_zero_alone),
};

int main(void)
{
	return cmocka_run_group_tests(tests, NULL, NULL);
}
