// SPDX-License-Identifier: GPL-2.0-only
/*
 * Words of a question that are no numbers: names of ports and of peer sets.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/macros.h"
#include "policy/answers.h"
#include "question.h"

static int make_pool(void **state)
{
	struct node *node = node_add(&pool, "edge1.example");

	give(node, NF_EDGE_SERVICE_ACCESS, "192.0.2.10");
	give(node, NF_EDGE_SERVICE_ACCESS, "2001:db8::10");
	give(node, NF_EDGE_SERVICE_INTERNAL, "2001:db8:1::10");
	give(node_add(&pool, "edge2"), NF_EDGE_SERVICE_ACCESS, "192.0.2.11");
	return 0;
}

static void misnamed(const char *text, const char *sentence)
{
	struct query query;
	char *why;

	assert_false(parse(text, &pool, &query, &why));
	assert_string_equal(why, sentence);
	free(why);
}

static void a_port(const char *text, uint16_t port)
{
	struct query query;

	good(text, &query);
	assert_int_equal(query.port, port);
	assert_true(query.has_words);
	assert_false(query_is_named(&query));
}

static void names_of_ports_stand_for_their_numbers(void **state)
{
	struct query query;

	static const struct {
		const char *name;
		uint16_t tcp, udp;
	} names[] = {
		{ "ssh", 22 }, { "dns", 53, 53 }, { "domain", 53, 53 },
		{ "http", 80 }, { "ntp", 0, 123 }, { "https", 443 },
		{ "smb", 445 }, { "rdp", 3389, 3389 }, { "stun", 3478, 3478 },
		{ "turn", 3478, 3478 }, { "sip", 5060, 5060 },
		{ "sip-tls", 5061 }, { "sips", 5061 }, { "mras", 5062 },
		{ "xmpp-server", 5269 }, { "winrm", 5985 },
		{ "winrm-https", 5986 }, { "psom", 8057 }, { "wsus", 8530 },
	};
	char text[64];
	size_t i;

	for (i = 0; i < ARRAY_SIZE(names); i++) {
		snprintf(text, sizeof(text), "--local tcp 192.0.2.1 192.0.2.2:%s",
			 names[i].name);
		if (names[i].tcp)
			a_port(text, names[i].tcp);
		snprintf(text, sizeof(text), "--local udp 192.0.2.1 192.0.2.2:%s",
			 names[i].name);
		if (names[i].udp)
			a_port(text, names[i].udp);
	}
	a_port("--local tcp 192.0.2.1 192.0.2.2:https", 443);
	a_port("--local tcp 192.0.2.1:dns 192.0.2.2:sip-tls", 5061);
	a_port("--local udp 2001:db8::1 [2001:db8::2]:stun", 3478);
	a_port("--local tcp 192.0.2.1 192.0.2.2:rdp", 3389);
	a_port("--local udp 192.0.2.1 192.0.2.2:ntp", 123);
	a_port("--local tcp 192.0.2.1 192.0.2.2:psom", 8057);
	good("--local tcp 192.0.2.1:40000 192.0.2.2:443", &query);
	assert_false(query.has_words);
}

static void names_of_no_port_are_refused(void **state)
{
	bad("--local tcp 192.0.2.1 192.0.2.2:htps",
	    "192.0.2.2:htps: htps is no name of a tcp port; the nearest is https");
	bad("--local tcp 192.0.2.1 192.0.2.2:ntp",
	    "ntp is the name of udp port 123; write the number of a tcp port");
	bad("--local udp 192.0.2.1 192.0.2.2:psom",
	    "psom is the name of tcp port 8057; write the number of a udp port");
	bad("--local tcp 192.0.2.1 192.0.2.2:50k", "write the number of the port");
	bad("--local tcp 192.0.2.1:nonsuchport 192.0.2.2:80",
	    "192.0.2.1:nonsuchport: nonsuchport is no name of a tcp port");
	bad("--local sctp 192.0.2.1 192.0.2.2:http", "unknown protocol");
	bad("--local icmp 192.0.2.1 192.0.2.2:http", "no ports");
}

static void put(struct peer_set *set, const char *text)
{
	unsigned int length;
	struct ip ip;

	assert_true(prefix_read(text, &ip, &length));
	set->bound = true;
	peer_set_add(set, &ip, length);
}

static void sets_have_one_place_and_a_name(void **state)
{
	bad("--local tcp peers", "write peers frontend");
	bad("--local tcp 192.0.2.1 peers --json", "write peers frontend");
	bad("--local tcp peers a peers b:80", "b:80: is the second peer set");
	bad("--local tcp peers a 192.0.2.1:80 x", "one word too many");
	bad("--local tcp peers [a] 192.0.2.1:80", "stands in no brackets");
	bad("--local tcp peers a 192.0.2.1", "port is missing");
}

static void names_of_sets_stand_for_their_addresses(void **state)
{
	struct peer_set *frontend = &pool.sets[NF_EDGE_PEER_SET_FRONTEND];
	struct peer_set *own = &pool.sets[20];
	char text[INET6_ADDRSTRLEN], *why;
	struct query query;

	put(frontend, "192.0.2.90");
	put(frontend, "2001:db8:7::/64");
	snprintf(own->own, sizeof(own->own), "admins");
	put(own, "192.0.2.128/28");
	pool.sets[NF_EDGE_PEER_SET_CMS].bound = true;

	assert_true(parse("--in a tcp peers frontend edge2.access:443", &pool,
			  &query, &why));
	assert_ptr_equal(query.set, frontend);
	assert_true(query.set_is_source && query.has_set && query.has_words);
	assert_int_equal(query.source.family, AF_INET);
	assert_true(parse("--in a tcp 2001:db8::1 peers frontend:https", &pool,
			  &query, &why));
	assert_ptr_equal(query.set, frontend);
	assert_false(query.set_is_source);
	assert_int_equal(query.destination.family, AF_INET6);
	assert_true(parse("--in a icmp peers admins edge1.example.access", &pool,
			  &query, &why));
	assert_ptr_equal(query.set, own);
	assert_string_equal(ip_format(&query.destination, text), "192.0.2.10");

	misnamed("--in a tcp peers frontent edge2.access:443",
		 "frontent: no peer set has this name; the nearest is frontend");
	misnamed("--in a tcp peers crl edge2.access:443",
		 "crl: is not bound, so it has no addresses; write an address");
	misnamed("--in a tcp peers cms edge2.access:443",
		 "cms: is empty; write an address");
	misnamed("--in a tcp peers admins edge1.example.internal:443",
		 "edge1.example.internal:443: is not of the same family as admins");
	misnamed("--in a tcp peers frontend edge1.example.access:443",
		 "frontend: has prefixes of both families; name the family of the other end, as in edge1.access/4");
	misnamed("--in a tcp peers edge2 edge1.example.access:443",
		 "edge2: no peer set has this name; there are internal-networks, xmpp-partners, crl, dns, federation-partners, xmpp-gateway, director, frontend, sba, cms, cls-controller, pic-partners, live-messenger-clients, admins");
}

/* A set of one address asks once, and a larger one at each edge inside it. */
static int note_asked(const struct query *query, struct verdict *verdict,
		      void *arg)
{
	char text[INET6_ADDRSTRLEN], *asked = arg;

	sprintf(asked + strlen(asked), "%s ", ip_format(&query->source, text));
	*verdict = (struct verdict){
		.verdict = peer_set_contains(&pool.sets[NF_EDGE_PEER_SET_SBA],
					     &query->source) ?
			   NF_EDGE_VERDICT_ACCEPT : NF_EDGE_VERDICT_DROP,
		.reason = -1,
	};
	return 0;
}

static void each_part_of_a_set_is_asked_about(void **state)
{
	struct peer_set *director = &pool.sets[NF_EDGE_PEER_SET_DIRECTOR];
	struct answers answers = { 0 };
	struct query query;
	char asked[4096] = "", *why;

	put(director, "198.51.100.0/24");
	put(director, "255.255.255.255");
	put(&pool.sets[NF_EDGE_PEER_SET_SBA], "198.51.100.0/30");
	put(&pool.sets[NF_EDGE_PEER_SET_SBA], "198.51.100.128/25");
	give(node_find(&pool, "edge2"), NF_EDGE_SERVICE_AV, "198.51.100.7");
	assert_true(parse("--in a tcp peers director edge2.access:443", &pool,
			  &query, &why));
	assert_int_equal(answers_ask(&answers, &pool, &query, note_asked, asked),
			 0);
	assert_string_equal(asked, "198.51.100.0 198.51.100.4 198.51.100.7 198.51.100.8 198.51.100.128 255.255.255.255 ");
	assert_int_equal(answers.count, 2);
	assert_int_equal(answers.items[0].verdict.verdict, NF_EDGE_VERDICT_ACCEPT);
	assert_int_equal(answers.items[0].addresses.count, 2);
	assert_int_equal(answers.items[1].addresses.count, 2);
	assert_true(answers.items[1].addresses.items[0].high ==
		    answers.items[0].addresses.items[1].low - 1);
	assert_ptr_equal(answers_worst(&answers), &answers.items[1]);
	answers_free(&answers);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(names_of_ports_stand_for_their_numbers),
		cmocka_unit_test(names_of_no_port_are_refused),
		cmocka_unit_test(sets_have_one_place_and_a_name),
		cmocka_unit_test(names_of_sets_stand_for_their_addresses),
		cmocka_unit_test(each_part_of_a_set_is_asked_about),
	};

	return cmocka_run_group_tests(tests, make_pool, forget_pool);
}
