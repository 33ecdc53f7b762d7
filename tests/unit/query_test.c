// SPDX-License-Identifier: GPL-2.0-only
/*
 * Small parts of the tool: queries, words, prefixes, differences of policies.
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
#include "policy/changes.h"
#include "policy/profiles.h"
#include "question.h"

static void questions_are_read(void **state)
{
	struct query query;
	char text[INET6_ADDRSTRLEN];

	good("--in wan0 tcp 198.51.100.7:40000 131.107.155.10:443", &query);
	assert_string_equal(query.in, "wan0");
	assert_int_equal(query.protocol, IPPROTO_TCP);
	assert_string_equal(ip_format(&query.source, text), "198.51.100.7");
	assert_int_equal(query.port, 443);

	good("udp --local [2001:db8::7]:40000 [2001:db8::10]:3478", &query);
	assert_string_equal(query.in, "");
	assert_int_equal(query.protocol, IPPROTO_UDP);
	assert_int_equal(query.port, 3478);

	good("--in=lan0 udp 2001:db8::7 [2001:db8::10]:65535", &query);
	assert_int_equal(query.port, 65535);
	good("--local icmp 192.0.2.1 192.0.2.2", &query);
	assert_int_equal(query.protocol, IPPROTO_ICMP);
	good("--local icmp 2001:db8::1 [2001:db8::2]", &query);
	assert_int_equal(query.protocol, IPPROTO_ICMPV6);
}

static int make_pool(void **state)
{
	struct node *node = node_add(&pool, "edge1.example");

	give(node, NF_EDGE_SERVICE_ACCESS, "192.0.2.10");
	give(node, NF_EDGE_SERVICE_ACCESS, "2001:db8::10");
	give(node, NF_EDGE_SERVICE_AV, "192.0.2.30");
	give(node, NF_EDGE_SERVICE_AV, "192.0.2.31");
	give(node, NF_EDGE_SERVICE_INTERNAL, "2001:db8:1::10");
	give(node_add(&pool, "edge2"), NF_EDGE_SERVICE_ACCESS, "192.0.2.11");
	return 0;
}

static void named(const char *text, const char *source, const char *destination)
{
	char first[INET6_ADDRSTRLEN], second[INET6_ADDRSTRLEN], *why;
	struct query query;

	good(text, &query);
	assert_true(query_is_named(&query));
	if (!parse(text, &pool, &query, &why))
		fail_msg("%s: %s", text, why);
	assert_false(query_is_named(&query));
	assert_string_equal(ip_format(&query.source, first), source);
	assert_string_equal(ip_format(&query.destination, second), destination);
}

static void misnamed(const char *text, const char *sentence)
{
	struct query query;
	char *why;

	assert_false(parse(text, &pool, &query, &why));
	assert_string_equal(why, sentence);
	free(why);
}

static void names_of_services_stand_for_their_addresses(void **state)
{
	struct query query;
	char *why;

	named("--in a tcp 198.51.100.7 edge1.example.access:443",
	      "198.51.100.7", "192.0.2.10");
	named("--in a tcp 2001:db8:7::1 edge1.example.access:443",
	      "2001:db8:7::1", "2001:db8::10");
	named("--in a tcp edge1.example.access:5 [2001:db8:7::1]:80",
	      "2001:db8::10", "2001:db8:7::1");
	named("--in a tcp edge1.example.access edge2.access:443",
	      "192.0.2.10", "192.0.2.11");
	named("--in a tcp edge1.example.internal edge1.example.access:443",
	      "2001:db8:1::10", "2001:db8::10");
	named("--in a tcp edge1.example.access/6 edge1.example.access:443",
	      "2001:db8::10", "2001:db8::10");
	named("--in a tcp edge1.example.access edge1.example.access/4:443",
	      "192.0.2.10", "192.0.2.10");
	named("--local icmp edge1.example.internal edge1.example.access",
	      "2001:db8:1::10", "2001:db8::10");
	assert_true(parse("--local icmp edge1.example.internal 2001:db8::1",
			  &pool, &query, &why));
	assert_int_equal(query.protocol, IPPROTO_ICMPV6);
	assert_true(parse("--local icmp edge2.access edge2.access", &pool,
			  &query, &why));
	assert_int_equal(query.protocol, IPPROTO_ICMP);
}

static void names_that_the_policy_does_not_have_are_refused(void **state)
{
	static const struct policy none;
	struct query query;
	char *why;

	misnamed("--in a tcp 192.0.2.1 edge3.access:1",
		 "edge3.access:1: no node has this name; the nearest is edge2");
	misnamed("--in a tcp 192.0.2.1 edge2.av:1",
		 "edge2.av:1: edge2 has no address of av");
	misnamed("--in a tcp 192.0.2.1 edge2.acess:1",
		 "edge2.acess:1: is no service of edge2; the nearest is access");
	misnamed("--in a tcp 192.0.2.1 edge2:1",
		 "edge2:1: is a node; write edge2.access");
	misnamed("--in a tcp 192.0.2.1 edeg2.acess:1",
		 "edeg2.acess:1: is no address; the nearest is edge2.access");
	misnamed("--in a tcp 192.0.2.1 edge2.access/6:1",
		 "edge2.access/6:1: has no IPv6 address");
	misnamed("--in a tcp 192.0.2.1 edge1.example.access/6:1",
		 "edge1.example.access/6:1: is not of the same family as 192.0.2.1");
	misnamed("--in a tcp 2001:db8::1 edge2.access:1",
		 "edge2.access:1: has no IPv6 address");
	misnamed("--in a tcp 192.0.2.1 edge1.example.av:1",
		 "edge1.example.av:1: has 2 IPv4 addresses; write one of 192.0.2.30, 192.0.2.31");
	misnamed("--in a tcp edge1.example.access edge1.example.access:1",
		 "edge1.example.access: has addresses of both families; write edge1.example.access/4 or edge1.example.access/6");
	misnamed("--in a tcp edge1.example.access edge1.example.internal/4:1",
		 "edge1.example.internal/4:1: has no IPv4 address");
	misnamed("--in a tcp 192.0.2.1 [edge2.access]:1",
		 "[edge2.access]:1: is a name, which stands in no brackets; write edge2.access:1");
	misnamed("--in a tcp 192.0.2.1 edge2.access",
		 "edge2.access: the destination port is missing");
	misnamed("--in a icmp 192.0.2.1 edge2.access:1",
		 "edge2.access:1: an echo request has no ports");
	bad("--in a tcp 192.0.2.1 edge2.example:1",
	    "is a name, and names are not looked up; write its address, NODE.SERVICE or peers SET");
	assert_false(parse("--in a tcp 192.0.2.1 edge2.access:1", &none, &query,
			   &why));
	assert_string_equal(why, "edge2.access:1: no policy is loaded, so there is no node; write an address");
	free(why);
}

static void questions_that_make_no_sense_are_refused(void **state)
{
	bad("tcp 192.0.2.1 192.0.2.2:80", "one of --in IFACE and --local");
	bad("--in a --local tcp 192.0.2.1 192.0.2.2:80", "exclude");
	bad("--in", "not the name of an interface");
	bad("--in a23456789012345x tcp 192.0.2.1 192.0.2.2:80", "not the name");
	bad("--local tcp 192.0.2.1", "a packet is");
	bad("--local tcp 192.0.2.1 192.0.2.2:80 x", "one word too many");
	bad("--local tcp 192.0.2.1 192.0.2.2", "port is missing");
	bad("--local tcp 192.0.2.1 192.0.2.2:65536", "192.0.2.2:65536: has no such port");
	bad("--local tcp 192.0.2.1: 192.0.2.2:80", "no port behind its colon");
	bad("--local tcp 192.0.2.1 192.0.2.2:80-90", "range of ports");
	bad("--local tcp 192.0.2.256 192.0.2.2:80", "above 255");
	bad("--local tcp [192.0.2.1]:5 192.0.2.2:80", "write 192.0.2.1:5");
	bad("--local tcp [2001:db8::1 192.0.2.2:80", "not closed");
	bad("--local tcp 192.0.2.0/24 192.0.2.2:80", "is a prefix");
	bad("--local tcp 192.0.2.1 edge.example.com:80", "is a name");
	bad("--local tcp fe80::1%eth0 [fe80::2]:80", "write fe80::1");
	bad("--local tcp 192.0.2.1 192.0.2.2,192.0.2.3:80", "more than one");
	bad("--local tcp 192.0.2.01 192.0.2.2:80", "octal ones have; write 192.0.2.1");
	bad("--local tcp 2001:db8::1 2001:db8::2:80", "write [2001:db8::7]:443");
	bad("--local tcp 2001:db8::1 192.0.2.2:80", "same family");
	bad("--local sctp 192.0.2.1 192.0.2.2:80", "unknown protocol");
	bad("--local icmp 192.0.2.1 192.0.2.2:80", "no ports");
	bad("--local icmp 192.0.2.1:1 192.0.2.2", "no ports");
	bad("--loud tcp 192.0.2.1 192.0.2.2:80", "unknown option");
}

static void the_table_is_whole(void **state)
{
	const struct row_table *table = &profiles[0];
	const struct row *row = table->row;

	assert_int_equal(table->count, 37);
	assert_int_equal(rows_find(table, "external/1"), 0);
	assert_int_equal(rows_find(table, "xmpp/3"), 36);
	assert_int_equal(rows_find(table, "xmpp/4"), -1);
	assert_true(row_same_flow(&row[rows_find(table, "external/5")],
				  &row[rows_find(table, "pic/3")]));
	assert_false(row_same_flow(&row[rows_find(table, "external/6")],
				   &row[rows_find(table, "external/7")]));
}

static void prefixes_are_read_and_written(void **state)
{
	static const char *const texts[] = {
		"10.0.0.0/8", "0.0.0.0/0", "192.0.2.1", "2001:db8::/32",
		"2001:db8::1", "::/0",
	};
	char *why, text[PREFIX_TEXT];
	unsigned int length;
	struct ip ip;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(texts); i++) {
		assert_null(prefix_parse(texts[i], &ip, &length));
		assert_string_equal(prefix_format(&ip, length, text), texts[i]);
	}
	/* Longer than any address, by one and by more. */
	memset(text, '1', sizeof(text));
	text[INET6_ADDRSTRLEN] = '\0';
	assert_false(prefix_read(text, &ip, &length));
	memcpy(text + INET6_ADDRSTRLEN, "/8", 3);
	assert_false(prefix_read(text, &ip, &length));

	why = prefix_parse("2001:db8::1/32", &ip, &length);
	assert_string_equal(why, "has host bits set; write 2001:db8::/32");
	free(why);
}

static void add(struct peer_set *set, const char *text)
{
	unsigned int length;
	struct ip ip;

	assert_null(prefix_parse(text, &ip, &length));
	peer_set_add(set, &ip, length);
	set->bound = true;
	peer_set_sort(set);
}

static bool contains(const struct peer_set *set, const char *text)
{
	struct ip ip;

	assert_true(ip_parse(text, &ip));
	return peer_set_contains(set, &ip);
}

static void a_set_contains_its_prefixes_to_the_border(void **state)
{
	static const char *const inside[] = {
		"10.1.0.0", "10.1.255.255", "192.0.2.7", "224.0.0.0",
		"255.255.255.255", "2001:db8::", "2001:db8:ffff::ffff",
		"2001:db9::1",
	};
	static const char *const outside[] = {
		"10.0.255.255", "10.2.0.0", "192.0.2.6", "192.0.2.8",
		"223.255.255.255", "2001:db7:ffff::", "2001:db9::",
		"2001:db9::2",
	};
	struct peer_set set = { 0 };
	struct policy policy = { 0 };
	size_t i;

	assert_false(contains(&set, "0.0.0.0"));
	add(&set, "192.0.2.7");
	add(&set, "224.0.0.0/3");
	add(&set, "10.1.0.0/16");
	add(&set, "2001:db9::1");
	add(&set, "2001:db8::/32");
	for (i = 0; i < ARRAY_SIZE(inside); i++)
		assert_true(contains(&set, inside[i]));
	for (i = 0; i < ARRAY_SIZE(outside); i++)
		assert_false(contains(&set, outside[i]));
	add(&set, "::/0");
	add(&set, "0.0.0.0/0");
	for (i = 0; i < ARRAY_SIZE(outside); i++)
		assert_true(contains(&set, outside[i]));
	policy.sets[0] = set;
	policy_free(&policy);
}

/* A prefix is refused with a word; NULL for one that is not. */
static void is_unfit(const char *text, const char *word)
{
	unsigned int length;
	struct ip ip;
	char *why = prefix_parse(text, &ip, &length);

	if (word ? !why || !strstr(why, word) : !!why)
		fail_msg("%s: %s", text, why ? why : "is taken");
	free(why);
}

/* Each range: its prefix, its last address, and the neighbours of both. */
static void prefixes_of_no_host_are_refused_to_the_border(void **state)
{
	static const struct {
		const char *prefix, *wider, *last, *before, *behind, *what;
	} ranges[] = {
		{ "0.0.0.0/32", "0.0.0.0/31", "0.0.0.0", "0.0.0.1", "0.0.0.1",
		  "unspecified" },
		{ "127.0.0.0/8", "126.0.0.0/7", "127.255.255.255",
		  "126.255.255.255", "128.0.0.0", "loopback" },
		{ "169.254.0.0/16", "169.254.0.0/15", "169.254.255.255",
		  "169.253.255.255", "169.255.0.0", "link-local" },
		{ "224.0.0.0/4", "224.0.0.0/3", "239.255.255.255",
		  "223.255.255.255", "240.0.0.0", "multicast" },
		{ "255.255.255.255/32", "255.255.255.254/31", "255.255.255.255",
		  "255.255.255.254", "255.255.255.254", "broadcast" },
		{ "::/128", "::/127", "::", "::2", "::2", "unspecified" },
		{ "::1/128", "::/126", "::1", "::2", "::2", "loopback" },
		{ "::ffff:0:0/96", "::fffe:0:0/95", "::ffff:ffff:ffff",
		  "::fffe:ffff:ffff", "::1:0:0:0", "IPv4-mapped" },
		{ "fe80::/10", "fe80::/9",
		  "febf:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "fe7f:ffff::1",
		  "fec0::", "link-local" },
		{ "ff00::/8", "fe00::/7", "ffff:ffff::ffff", "feff::1",
		  "2001:db8::1", "multicast" },
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(ranges); i++) {
		is_unfit(ranges[i].prefix, ranges[i].what);
		is_unfit(ranges[i].last, ranges[i].what);
		is_unfit(ranges[i].wider, NULL);
		is_unfit(ranges[i].before, NULL);
		is_unfit(ranges[i].behind, NULL);
	}
}

static void expect(const struct policy *before, const struct policy *after,
		   const char *const *lines, size_t count)
{
	struct changes changes;
	size_t i;

	diff_policies(&changes, before, after);
	assert_int_equal(changes.count, count);
	for (i = 0; i < count; i++)
		assert_string_equal(changes.lines[i], lines[i]);
	diff_free(&changes);
}

static void what_tells_two_policies_apart_is_listed(void **state)
{
	static const char *const lines[] = {
		"mode: audit, was enforce",
		"zones: added pic, removed xmpp",
		"interface a: added edge, removed external",
		"interface b: added with side internal",
		"node n: access added 192.0.2.2, removed 192.0.2.1",
		"peers dns: bound, 1 prefix",
		"peers cms: 1 prefix added, 2 removed",
	};
	struct policy before = { .zones = 1U << NF_EDGE_ZONE_XMPP };
	struct policy after = { .zones = 1U << NF_EDGE_ZONE_PIC };
	struct ip ip;

	before.mode = NF_EDGE_MODE_ENFORCE;
	after.mode = NF_EDGE_MODE_AUDIT;
	interface_add(&before, "a")->sides = 1U << NF_EDGE_SIDE_EXTERNAL;
	interface_add(&after, "a")->sides = 1U << NF_EDGE_SIDE_EDGE;
	interface_add(&after, "b")->sides = 1U << NF_EDGE_SIDE_INTERNAL;
	ip_parse("192.0.2.1", &ip);
	node_bind(node_add(&before, "n"), NF_EDGE_SERVICE_ACCESS, &ip, 0);
	ip_parse("192.0.2.2", &ip);
	node_bind(node_add(&after, "n"), NF_EDGE_SERVICE_ACCESS, &ip, 0);
	add(&before.sets[NF_EDGE_PEER_SET_CMS], "10.0.0.0/8");
	add(&before.sets[NF_EDGE_PEER_SET_CMS], "10.0.0.0/16");
	add(&before.sets[NF_EDGE_PEER_SET_CMS], "2001:db8::/32");
	add(&after.sets[NF_EDGE_PEER_SET_CMS], "10.0.0.0/8");
	add(&after.sets[NF_EDGE_PEER_SET_CMS], "10.0.0.0/8");
	add(&after.sets[NF_EDGE_PEER_SET_CMS], "2001:db8::/33");
	add(&after.sets[NF_EDGE_PEER_SET_DNS], "192.0.2.53");

	expect(&before, &after, lines, ARRAY_SIZE(lines));
	expect(&before, &before, NULL, 0);
	policy_free(&before);
	policy_free(&after);
}

static void an_address_that_changes_its_service_is_a_change(void **state)
{
	static const char *const lines[] = {
		"node n: access removed 192.0.2.1",
		"node n: av added 192.0.2.1",
	};
	static const char *const back[] = {
		"node n: access added 192.0.2.1",
		"node n: av removed 192.0.2.1",
	};
	static const char *const other[] = {
		"node n: av added 192.0.2.1",
	};
	struct policy before = { 0 }, after = { 0 };
	struct node *node;
	struct ip ip;

	ip_parse("192.0.2.1", &ip);
	node_bind(node_add(&before, "n"), NF_EDGE_SERVICE_ACCESS, &ip, 0);
	node = node_add(&after, "n");
	node_bind(node, NF_EDGE_SERVICE_AV, &ip, 0);
	expect(&before, &after, lines, ARRAY_SIZE(lines));
	expect(&after, &before, back, ARRAY_SIZE(back));
	/* Of both services now: one is new. */
	node_bind(node, NF_EDGE_SERVICE_ACCESS, &ip, 0);
	expect(&before, &after, other, ARRAY_SIZE(other));
	policy_free(&before);
	policy_free(&after);
}

/* Each part of a policy, added and removed. */
static void each_change_is_one_line(void **state)
{
	struct policy nothing = { 0 }, one = { 0 }, other = { 0 };
	static const char *const comes[] = {
		"mode: enforce", "zones: added pic", "features: added av cls",
		"ping: added external", "expose-cls-ports: on",
		"interface a: added with side external internal",
		"node n: added", "node n: webconf added 2001:db8::1 192.0.2.7",
		"peers crl: bound, 2 prefixes", "peers frontend: bound, 0 prefixes",
	};
	static const char *const goes[] = {
		"zones: removed pic", "features: removed av cls",
		"ping: removed external", "expose-cls-ports: off",
		"interface b: added with side edge",
		"interface a: removed, had side external internal",
		"node m: added", "node n: removed, with its counters",
		"peers crl: not bound any more, had 2 prefixes",
		"peers frontend: not bound any more, had 0 prefixes",
	};
	struct node *node;
	struct ip ip;

	one.mode = other.mode = NF_EDGE_MODE_ENFORCE;
	one.zones = 1U << NF_EDGE_ZONE_PIC;
	one.features = 1U << NF_EDGE_FEATURE_AV | 1U << NF_EDGE_FEATURE_CLS;
	one.ping = 1U << NF_EDGE_SIDE_EXTERNAL;
	one.expose_cls_ports = true;
	interface_add(&one, "a")->sides =
		1U << NF_EDGE_SIDE_EXTERNAL | 1U << NF_EDGE_SIDE_INTERNAL;
	interface_add(&other, "b")->sides = 1U << NF_EDGE_SIDE_EDGE;
	node = node_add(&one, "n");
	ip_parse("2001:db8::1", &ip);
	node_bind(node, NF_EDGE_SERVICE_WEBCONF, &ip, 0);
	ip_parse("192.0.2.7", &ip);
	node_bind(node, NF_EDGE_SERVICE_WEBCONF, &ip, 0);
	node_add(&other, "m");
	add(&one.sets[NF_EDGE_PEER_SET_CRL], "10.0.0.0/8");
	add(&one.sets[NF_EDGE_PEER_SET_CRL], "2001:db8::/32");
	one.sets[NF_EDGE_PEER_SET_FRONTEND].bound = true;
	expect(&nothing, &one, comes, ARRAY_SIZE(comes));
	expect(&one, &other, goes, ARRAY_SIZE(goes));
	policy_free(&one);
	policy_free(&other);
}

static struct site_row *row_of_two(struct policy *policy, uint16_t first,
				   uint16_t second)
{
	struct site_row *row = site_row_add(policy, "r");

	node_add(policy, "a");
	row->service = NF_EDGE_SERVICE_INTERNAL;
	row->direction = NF_EDGE_DIRECTION_IN;
	row->port_count = 2;
	row->ports[0] = (struct port_range){ IPPROTO_TCP, first, first };
	row->ports[1] = (struct port_range){ IPPROTO_TCP, second, second };
	return row;
}

/* The module keeps the order of ports, and none of nodes; counters go with nodes. */
static void ports_of_a_row_have_an_order_and_nodes_counters(void **state)
{
	static const char *const order[] = { "row r: in: another order" };
	static const char *const node[] = {
		"row r: nodes: added c, removed b, with its counters",
	};
	static const char *const grows[] = { "row r: nodes: added c" };
	static const char *const shrinks[] = {
		"row r: nodes: removed c b, with their counters",
	};
	static const char *const all[] = { "row r: all nodes have it" };
	static const char *const some[] = {
		"row r: nodes a b, was all; the counters of other nodes go",
	};
	struct policy one = { 0 }, turned = { 0 }, other = { 0 };
	struct policy any = { 0 }, first = { 0 };
	struct site_row *row;

	row = row_of_two(&one, 22, 3389);
	site_row_add_node(row, "a");
	site_row_add_node(row, "b");
	row = row_of_two(&turned, 22, 3389);
	site_row_add_node(row, "b");
	site_row_add_node(row, "a");
	expect(&one, &turned, NULL, 0);
	row->ports[0].low = row->ports[0].high = 3389;
	row->ports[1].low = row->ports[1].high = 22;
	expect(&one, &turned, order, ARRAY_SIZE(order));
	row = row_of_two(&other, 22, 3389);
	site_row_add_node(row, "c");
	site_row_add_node(row, "a");
	expect(&one, &other, node, ARRAY_SIZE(node));
	site_row_add_node(row, "b");
	expect(&one, &other, grows, ARRAY_SIZE(grows));
	site_row_add_node(row_of_two(&first, 22, 3389), "a");
	expect(&other, &first, shrinks, ARRAY_SIZE(shrinks));
	row_of_two(&any, 22, 3389);
	expect(&one, &any, all, ARRAY_SIZE(all));
	expect(&any, &one, some, ARRAY_SIZE(some));
	policy_free(&any);
	policy_free(&first);
	policy_free(&one);
	policy_free(&turned);
	policy_free(&other);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(questions_are_read),
		cmocka_unit_test(questions_that_make_no_sense_are_refused),
		cmocka_unit_test(names_of_services_stand_for_their_addresses),
		cmocka_unit_test(names_that_the_policy_does_not_have_are_refused),
		cmocka_unit_test(the_table_is_whole),
		cmocka_unit_test(prefixes_are_read_and_written),
		cmocka_unit_test(a_set_contains_its_prefixes_to_the_border),
		cmocka_unit_test(prefixes_of_no_host_are_refused_to_the_border),
		cmocka_unit_test(what_tells_two_policies_apart_is_listed),
		cmocka_unit_test(an_address_that_changes_its_service_is_a_change),
		cmocka_unit_test(each_change_is_one_line),
		cmocka_unit_test(ports_of_a_row_have_an_order_and_nodes_counters),
	};

	return cmocka_run_group_tests(tests, make_pool, forget_pool);
}
