// SPDX-License-Identifier: GPL-2.0-only
/*
 * export nftables of what a site adds to its profile: ports, rows, peer sets and
 * nodes have their own text in the ruleset.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/macros.h"
#include "policy/table.h"
#include "verbs/site.h"

/* Numbers of sets that no profile has, in the order of falling names. */
#define EDGE		31U
#define MONITOR		30U

#define ROW_OF(own)	"ct original ip daddr @" own "_ipv4 "

static void export(void)
{
	policy_table(&module.view.table, policy);
	set_rows();
	GOOD(export, "export", "nftables");
}

static int begin_own(void **state)
{
	int error = begin_site(state);

	policy->zones |= 1U << NF_EDGE_ZONE_SITE;
	give(&policy->nodes[1], NF_EDGE_SERVICE_AV, "131.107.155.31");
	add_own_set(EDGE, "edge", "192.0.2.64/28");
	add_own_set(MONITOR, "monitor", NULL);
	return error;
}

#define OWN_TEST(name)							\
	cmocka_unit_test_setup_teardown(name, begin_own, end_site)

static void says_elements(const char *set, const char *elements)
{
	char text[512];

	snprintf(text, sizeof(text), "\tset %s {\n\t\ttype ipv4_addr\n%s", set,
		 elements);
	says(text);
}

static void the_profile_stands_in_the_header(void **state)
{
	export();
	says("\n# profile lync2013-scaled-public\n");
	policy->profile = NF_EDGE_PROFILE_SFB2019;
	export();
	says("\n# profile sfb2019\n");
	is_silent_of("counter pic/3 ");
}

static void a_row_stands_at_its_port_in_force(void **state)
{
	policy->ports[PORT_ACCESS_CLIENT] = (struct port_move){
		.moved = true, .low = 4443, .high = 4443,
	};
	export();
	says("\t\tmeta l4proto tcp ct original proto-dst 4443 " ROW_OF("access") "ct original ip saddr != @internal_ipv4 return comment \"external/5, pic/3: access in\"\n");
	says("\t\tip daddr @access_ipv4 tcp dport { 4443, 5061, 5269 } return\n");
	is_silent_of("proto-dst 443 " ROW_OF("access"));
}

/* The guard stands on TCP alone, and on each range that has a port of its own. */
static void ranges_of_a_row_are_merged_and_cut(void **state)
{
	struct site_row *own = add_own_row("many", NF_EDGE_SERVICE_ACCESS,
					   NF_EDGE_DIRECTION_IN, 1U << EDGE);

	add_ports(own, IPPROTO_TCP, 50010, 50012);
	add_ports(own, IPPROTO_UDP, 50001, 50003);
	add_ports(own, IPPROTO_TCP, 50000, 50001);
	add_ports(own, IPPROTO_TCP, 50003, 50010);
	add_ports(own, IPPROTO_TCP, 50004, 50005);
	add_ports(own, IPPROTO_TCP, 50002, 50002);
	add_ports(own, IPPROTO_TCP, 50013, 50013);
	add_ports(own, IPPROTO_TCP, 80, 80);
	export();
	says("\t\tmeta l4proto tcp ct original proto-dst 80 " ROW_OF("access"));
	says("\t\tmeta l4proto tcp ct original proto-dst 50000 " ROW_OF("access"));
	says("\t\tmeta l4proto tcp ct original proto-dst 50004-50013 " ROW_OF("access"));
	says("\t\tmeta l4proto udp ct original proto-dst 50001-50003 " ROW_OF("access"));
	says("\t\tmeta l4proto icmp ct protocol udp ct original proto-dst 50001-50003 " ROW_OF("access"));
	says("\t\tip daddr @access_ipv4 tcp dport { 80, 443, 5061, 5269, 50000-50013 } return\n");
	says("\t\tip daddr @access_ipv4 udp dport { 50001-50003 } return\n");
	assert_int_equal(times_said(" daddr @access_ipv4 tcp dport"), 1);
	/* To return from its end, to be counted, and to be cited. */
	assert_int_equal(times_said("site/many: access in\""), 8);
	assert_int_equal(times_said("counter name \"site/many\""), 4);

	policy->expose_cls_ports = true;
	export();
	says("\t\tmeta l4proto tcp ct original proto-dst 50000-50013 " ROW_OF("access"));
}

static void the_guard_leaves_other_rows_alone(void **state)
{
	struct site_row *own = add_own_row("out", NF_EDGE_SERVICE_ACCESS,
					   NF_EDGE_DIRECTION_OUT, 1U << EDGE);

	add_ports(own, IPPROTO_TCP, 50001, 50001);
	own = add_own_row("inside", NF_EDGE_SERVICE_INTERNAL,
			  NF_EDGE_DIRECTION_IN, 1U << EDGE);
	add_ports(own, IPPROTO_TCP, 50002, 50003);
	own = add_own_row("guarded", NF_EDGE_SERVICE_ACCESS,
			  NF_EDGE_DIRECTION_IN, 1U << EDGE);
	add_ports(own, IPPROTO_TCP, 50002, 50003);
	export();
	says("proto-dst 50001 ct original ip saddr @access_ipv4 ct original ip daddr @peers/edge_ipv4 return");
	says("proto-dst 50002-50003 " ROW_OF("internal") "ct original ip saddr @peers/edge_ipv4 return");
	is_silent_of("50003 " ROW_OF("access"));
}

static void a_row_that_names_nodes_is_theirs_alone(void **state)
{
	struct site_row *own = add_own_row("probe", NF_EDGE_SERVICE_AV,
					   NF_EDGE_DIRECTION_IN, 0);

	add_ports(own, IPPROTO_TCP, 444, 444);
	site_row_add_node(own, "edge2");
	export();
	says_elements("av_ipv4", "\t\telements = { 131.107.155.30 comment \"edge1\",\n\t\t\t     131.107.155.31 comment \"edge2\" }\n");
	says_elements("site/probe_ipv4", "\t\telements = { 131.107.155.31 comment \"edge2\" }\n");
	says("proto-dst 444 " ROW_OF("site/probe") "ct original ip saddr != @internal_ipv4 return comment \"site/probe: av in\"\n");
	says("\t\tip daddr @site/probe_ipv4 tcp dport { 444 } return\n");
	says("\t\tip saddr @site/probe_ipv4 tcp sport { 444 } return\n");
	says("\t\tip daddr @av_ipv4 tcp dport { 443, 50000-59999 } return\n");
	/* edge2 has no address of this family. */
	is_silent_of("site/probe_ipv6");

	/* Dead, it names headers nevertheless. */
	policy_turn_off(policy, "site/probe", 0);
	export();
	says("\n# Off, and left out: ");
	says(" site/probe\n");
	says("\t\tip daddr @site/probe_ipv4 tcp dport { 444 } return\n");
	is_silent_of("counter site/probe ");
	is_silent_of("proto-dst 444 ");
}

static void a_row_of_nodes_without_its_service_is_left_out(void **state)
{
	struct site_row *own = add_own_row("lost", NF_EDGE_SERVICE_ACCESS,
					   NF_EDGE_DIRECTION_IN, 0);

	add_ports(own, IPPROTO_TCP, 444, 444);
	site_row_add_node(own, "edge2");
	export();
	is_silent_of("site/lost");
	is_silent_of(" 444 ");
}

static void rows_with_all_in_common_share_a_rule(void **state)
{
	struct site_row *own = add_own_row("same", NF_EDGE_SERVICE_AV,
					   NF_EDGE_DIRECTION_IN, 0);

	add_ports(own, IPPROTO_TCP, 443, 443);
	own = add_own_row("more", NF_EDGE_SERVICE_AV, NF_EDGE_DIRECTION_IN, 0);
	add_ports(own, IPPROTO_TCP, 443, 443);
	add_ports(own, IPPROTO_UDP, 3478, 3478);
	policy->features = ALL_FEATURES;
	export();
	says("return comment \"external/15, site/same: av in\"\n");
	says("return comment \"site/more: av in\"\n");
}

static void rows_off_are_left_out(void **state)
{
	policy_turn_off(policy, "external/5", 0);
	export();
	says("\n# switched since the load: ");
	says("row external/5");
	says("Off, and left out: external/5 ");
	says("return comment \"pic/3: access in\"\n");
	is_silent_of("counter external/5 ");
	/* A dead row names headers. */
	policy_turn_off(policy, "pic/3", 0);
	export();
	is_silent_of("proto-dst 443 " ROW_OF("access"));
	says("\t\tip daddr @access_ipv4 tcp dport { 443, 5061, 5269 } return\n");
}

static void add_peers_row(uint32_t sets)
{
	struct site_row *own = add_own_row("peered", NF_EDGE_SERVICE_AV,
					   NF_EDGE_DIRECTION_IN, sets);

	add_ports(own, IPPROTO_TCP, 444, 444);
	export();
}

/* The nftables sets edge_ipv4 and internal_ipv4 are those of Edge addresses. */
static void sets_of_the_site_have_names_of_their_own(void **state)
{
	add_peers_row(1U << EDGE);
	says_elements("peers/edge_ipv4", "\t\tflags interval\n\t\telements = { 192.0.2.64/28 }\n");
	says("proto-dst 444 " ROW_OF("av") "ct original ip saddr @peers/edge_ipv4 return");
	assert_int_equal(times_said("\tset edge_ipv4 {"), 1);
}

static void a_union_has_the_prefixes_of_its_bound_sets(void **state)
{
	/* MONITOR is not bound, the front ends are none. */
	add_peers_row(1U << EDGE | 1U << MONITOR | 1U << NF_EDGE_PEER_SET_CRL |
		      1U << NF_EDGE_PEER_SET_FRONTEND);
	says_elements("peers/crl_or_frontend_or_edge_ipv4", "\t\tflags interval\n\t\telements = { 192.0.2.0/24,\n\t\t\t     198.51.100.0/25 }\n");
	says("ct original ip saddr @peers/crl_or_frontend_or_edge_ipv4 return");
}

static void a_row_of_no_bound_set_is_at_nobody(void **state)
{
	add_peers_row(1U << MONITOR);
	says("At nobody, and left out: ");
	says(" site/peered\n");
	is_silent_of("proto-dst 444 ");
	says("\t\tip daddr @av_ipv4 tcp dport { 443-444, 50000-59999 } return\n");
}

static void a_long_name_of_a_union_gives_way(void **state)
{
	uint32_t sets = 0;
	char name[32];
	unsigned int i;

	for (i = 20; i < 30; i++) {
		snprintf(name, sizeof(name), "a-name-that-takes-all-of-it-%u", i);
		add_own_set(i, name, "192.0.2.0/24");
		sets |= 1U << i;
	}
	add_peers_row(sets);
	says_elements("union/3ff00000_ipv4", "\t\tflags interval\n\t\telements = { 192.0.2.0/24 }\n");
	says("ct original ip saddr @union/3ff00000_ipv4 return");
}

static void an_edge_address_is_inside_by_no_prefix(void **state)
{
	add(NF_EDGE_PEER_SET_INTERNAL_NETWORKS, "131.107.155.30/31");
	add_peers_row(1U << NF_EDGE_PEER_SET_INTERNAL_NETWORKS | 1U << EDGE);
	says_elements("internal-networks_ipv4", "\t\tflags interval\n\t}\n");
	says_elements("peers/internal-networks_or_edge_ipv4", "\t\tflags interval\n\t\telements = { 192.0.2.64/28 }\n");
	/* By a prefix of another set of the union, one is a peer. */
	add(EDGE, "131.107.155.30/32");
	export();
	says_elements("internal-networks_ipv4", "\t\tflags interval\n\t}\n");
	says_elements("peers/internal-networks_or_edge_ipv4", "\t\tflags interval\n\t\telements = { 131.107.155.30,\n\t\t\t     192.0.2.64/28 }\n");
}

static void a_set_stands_once_whoever_asks(void **state)
{
	add(NF_EDGE_PEER_SET_INTERNAL_NETWORKS, "10.0.0.0/8");
	add_peers_row(1U << NF_EDGE_PEER_SET_INTERNAL_NETWORKS);
	assert_int_equal(times_said("\tset internal-networks_ipv4 {"), 1);
}

static void only_peers_may_ping(void **state)
{
	export();
	is_silent_of("ping-peers");
	policy->narrows_ping = true;
	policy->ping_peers = 1U << EDGE | 1U << MONITOR;
	export();
	says_elements("ping-peers_ipv4", "\t\tflags interval\n\t\telements = { 192.0.2.64/28 }\n");
	says("\t\tct original ip saddr @edge_ipv4 ct original ip daddr != @ping-peers_ipv4 goto refused\n"
	     "\t\tct original ip daddr @edge_ipv4 ct original ip saddr != @ping-peers_ipv4 goto refused\n");
	policy->ping_peers = 0;
	export();
	says_elements("ping-peers_ipv4", "\t\tflags interval\n\t}\n");
	says("saddr != @ping-peers_ipv4 goto refused\n");
}

/* nft takes 128 octets of a comment, and no quotes in it. */
static void a_note_is_fit_for_a_comment(void **state)
{
	struct site_row *own = add_own_row("note", NF_EDGE_SERVICE_AV,
					   NF_EDGE_DIRECTION_IN, 0);

	add_ports(own, IPPROTO_TCP, 444, 444);
	strcpy(own->note, "the \"jump\" hosts \t");
	export();
	says(" counter name \"site/note\" comment \"site/note av in: the 'jump' hosts \\t\"\n");
	/* "site/note av in: " has 17 octets, and each of these two. */
	own->note[0] = '\0';
	while (strlen(own->note) < 120)
		strcat(own->note, "\u00e4");
	export();
	says("\u00e4\u00e4\"\n");
	assert_int_equal(times_said("\u00e4"), 2 * 55);
	strcpy(own->note, "x");
	while (strlen(own->note) < 111)
		strcat(own->note, "y");
	export();
	assert_int_equal(times_said("yyy\"\n"), 2);
}

/* The text of a file beside this one, or nothing. */
static char *kept_text(const char *path)
{
	FILE *file = fopen(path, "r");
	char *text = NULL;
	size_t size = 0;

	if (!file || getdelim(&text, &size, '\0', file) < 0)
		fail_msg("%s: cannot be read", path);
	fclose(file);
	return text;
}

static void write_text(const char *path, const char *text)
{
	FILE *file = fopen(path, "w");

	assert_non_null(file);
	fputs(text, file);
	assert_int_equal(fclose(file), 0);
}

/*
 * All of the text, of a site with a bit of everything.  tests/net/test_export.py
 * proves such text by packets; here no word of it changes unnoticed.
 */
static void the_whole_ruleset_is_as_it_was(void **state)
{
	struct site_row *own;
	unsigned int set;
	char *kept;

	for (set = 0; set < PEER_SET_COUNT; set++)
		add(set, set % 2 ? "2001:db8:1::/48" : "198.51.100.0/25");
	give(&policy->nodes[0], NF_EDGE_SERVICE_INTERNAL, "10.0.0.10");
	give(&policy->nodes[1], NF_EDGE_SERVICE_WEBCONF, "2001:db8::12");
	policy->ping = 1U << NF_EDGE_SIDE_EXTERNAL | 1U << NF_EDGE_SIDE_INTERNAL;
	policy->narrows_ping = true;
	policy->ping_peers = 1U << EDGE;
	policy->ports[PORT_ACCESS_CLIENT] = (struct port_move){
		.moved = true, .low = 4443, .high = 4443,
	};
	own = add_own_row("many", NF_EDGE_SERVICE_AV, NF_EDGE_DIRECTION_IN,
			  1U << EDGE | 1U << MONITOR);
	add_ports(own, IPPROTO_TCP, 50000, 50010);
	add_ports(own, IPPROTO_UDP, 161, 161);
	own = add_own_row("time", NF_EDGE_SERVICE_INTERNAL,
			  NF_EDGE_DIRECTION_OUT, 0);
	add_ports(own, IPPROTO_UDP, 123, 123);
	policy_table(&module.view.table, policy);
	policy_turn_off(policy, "external/2", 0);
	set_rows();
	GOOD(export, "export", "nftables");

	/* The first lines name the licence and the version. */
	kept = kept_text("data/export.nft");
	if (strcmp(strchr(kept, '\n'), strchr(printed, '\n')) != 0) {
		write_text("build/export.nft", printed);
		fail_msg("the ruleset is another: diff tests/unit/data/export.nft tests/unit/build/export.nft");
	}
	free(kept);
}

static const struct CMUnitTest tests[] = {
	OWN_TEST(the_profile_stands_in_the_header),
	OWN_TEST(a_row_stands_at_its_port_in_force),
	OWN_TEST(ranges_of_a_row_are_merged_and_cut),
	OWN_TEST(the_guard_leaves_other_rows_alone),
	OWN_TEST(a_row_that_names_nodes_is_theirs_alone),
	OWN_TEST(a_row_of_nodes_without_its_service_is_left_out),
	OWN_TEST(rows_with_all_in_common_share_a_rule),
	OWN_TEST(rows_off_are_left_out),
	OWN_TEST(sets_of_the_site_have_names_of_their_own),
	OWN_TEST(a_union_has_the_prefixes_of_its_bound_sets),
	OWN_TEST(a_row_of_no_bound_set_is_at_nobody),
	OWN_TEST(a_long_name_of_a_union_gives_way),
	OWN_TEST(an_edge_address_is_inside_by_no_prefix),
	OWN_TEST(a_set_stands_once_whoever_asks),
	OWN_TEST(only_peers_may_ping),
	OWN_TEST(a_note_is_fit_for_a_comment),
	OWN_TEST(the_whole_ruleset_is_as_it_was),
};

int main(void)
{
	return cmocka_run_group_tests(tests, NULL, NULL);
}
