// SPDX-License-Identifier: GPL-2.0-only
/*
 * export nftables: each service, prefix and mode of the policy in force has its
 * own text in the ruleset.
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
#include "verbs/site.h"

/* An address of two services stands in the set of each, and once in all. */
static void an_address_stands_in_each_of_its_sets(void **state)
{
	give(&policy->nodes[0], NF_EDGE_SERVICE_WEBCONF, "131.107.155.30");
	GOOD(export, "export", "nftables");
	says("set webconf_ipv4 {\n\t\ttype ipv4_addr\n\t\telements = { 131.107.155.30 comment \"edge1\" }");
	says("set av_ipv4 {\n\t\ttype ipv4_addr\n\t\telements = { 131.107.155.30 comment \"edge1\" }");
	/* edge, outward, and these two. */
	assert_int_equal(times_said("131.107.155.30 comment"), 4);
	module.view.loaded = false;
	assert_int_equal(RUN(export, "export", "nftables"), REFUSED);
}

/* One node with one address of one service. */
static void serve(unsigned int service, const char *address)
{
	policy->nodes[0].count = 0;
	policy->nodes[1].count = 0;
	give(&policy->nodes[0], (uint8_t)service, address);
	set_rows();
	GOOD(export, "export", "nftables");
}

static void expect(bool wanted, const char *format, ...)
{
	char text[256];
	va_list words;

	va_start(words, format);
	vsnprintf(text, sizeof(text), format, words);
	va_end(words);
	if (wanted)
		says(text);
	else
		is_silent_of(text);
}

static void a_service_has_its_own_sets_and_chains(void **state)
{
	static const struct {
		const char *address, *family, *ip, *type;
	} kinds[] = {
		{ "192.0.2.9", "ipv4", "ip", "ipv4_addr" },
		{ "2001:db8::9", "ipv6", "ip6", "ipv6_addr" },
	};
	unsigned int service, other;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(kinds); i++) {
		for (service = 0; service < SERVICE_COUNT; service++) {
			const char *f = kinds[i].family, *ip = kinds[i].ip;
			bool inside = service == NF_EDGE_SERVICE_INTERNAL;

			serve(service, kinds[i].address);
			for (other = 0; other < SERVICE_COUNT; other++) {
				const char *word = names_word(&names_services,
							      other);

				expect(other == service, "\t\t%s daddr @%s_%s tcp dport { ",
				       ip, word, f);
				expect(other == service, "\t\t%s saddr @%s_%s tcp sport { ",
				       ip, word, f);
				expect(other == service, "\tset %s_%s {\n\t\ttype %s\n\t\telements = { %s comment \"edge1\" }",
				       word, f, kinds[i].type, kinds[i].address);
			}
			expect(!inside, "\tset outward_%s {\n\t\ttype %s\n\t\telements = { %s comment \"edge1\" }",
			       f, kinds[i].type, kinds[i].address);
			expect(true, "\t\tct original %s saddr @edge_%s iifname != { \"lan0\" } goto refused comment \"side edge\"\n",
			       ip, f);
			expect(!inside, "\t\tct original %s daddr @outward_%s iifname != { \"wan0\" } goto refused comment \"side external\"\n",
			       ip, f);
			expect(inside, "\t\tct original %s daddr @internal_%s iifname != { \"lan0\" } goto refused comment \"side internal\"\n",
			       ip, f);
		}
	}
}

/* An Edge address is taken out of the internal networks. */
static void prefixes_stay_prefixes_where_no_edge_is_inside(void **state)
{
	static const struct {
		const char *edge, *elements;
	} cases[] = {
		{ "192.0.3.1", "192.0.2.0/29" },
		{ "192.0.1.255", "192.0.2.0/29" },
		{ "192.0.2.8", "192.0.2.0/29" },
		{ "192.0.2.0", "192.0.2.1-192.0.2.7" },
		{ "192.0.2.1", "192.0.2.0,\n\t\t\t     192.0.2.2-192.0.2.7" },
		{ "192.0.2.6", "192.0.2.0-192.0.2.5,\n\t\t\t     192.0.2.7" },
		{ "192.0.2.7", "192.0.2.0-192.0.2.6" },
	};
	size_t i;

	add(NF_EDGE_PEER_SET_INTERNAL_NETWORKS, "192.0.2.0/29");
	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		serve(NF_EDGE_SERVICE_AV, cases[i].edge);
		expect(true, "\tset internal-networks_ipv4 {\n\t\ttype ipv4_addr\n\t\tflags interval\n\t\telements = { %s }\n",
		       cases[i].elements);
	}
}

static void only_audit_drops_nothing(void **state)
{
	static const struct {
		uint8_t mode;
		const char *word;
	} modes[] = {
		{ NF_EDGE_MODE_AUDIT, "audit" },
		{ NF_EDGE_MODE_ENFORCE, "enforce" },
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(modes); i++) {
		bool audit = modes[i].mode == NF_EDGE_MODE_AUDIT;

		policy->mode = modes[i].mode;
		GOOD(export, "export", "nftables");
		expect(true, "\n# generation 41, mode %s%s\n", modes[i].word,
		       audit ? ": NOTHING IS DROPPED, what would be is counted" : "");
		expect(audit, "\t\tcounter name \"refused\" accept\n");
		expect(!audit, "\t\tcounter name \"refused\" drop\n");
	}
}

/* Every set that a rule names has to be there, or nft takes none of the text. */
static void expect_named_sets(void)
{
	char name[64], text[80];
	const char *at = printed;

	while ((at = strchr(at, '@'))) {
		at++;
		assert_int_equal(sscanf(at, "%63[a-z0-9_-]", name), 1);
		snprintf(text, sizeof(text), "\tset %s {", name);
		says(text);
	}
}

static void a_rule_names_no_set_that_is_not_there(void **state)
{
	unsigned int set, service;

	policy->interfaces[1].sides = 1U << NF_EDGE_SIDE_INTERNAL;
	for (service = 0; service < SERVICE_COUNT; service++) {
		for (set = 0; set < PEER_SET_COUNT; set++)
			policy->sets[set].bound = false;
		serve(service, "192.0.2.9");
		expect_named_sets();
		for (set = 0; set < PEER_SET_COUNT; set++) {
			add(set, set % 2 ? "2001:db8:1::/48" : "10.1.0.0/16");
			serve(service, "192.0.2.9");
			expect_named_sets();
			serve(service, "2001:db8::9");
			expect_named_sets();
		}
	}
}

static const struct CMUnitTest tests[] = {
	SITE_TEST(an_address_stands_in_each_of_its_sets),
	SITE_TEST(a_service_has_its_own_sets_and_chains),
	SITE_TEST(prefixes_stay_prefixes_where_no_edge_is_inside),
	SITE_TEST(only_audit_drops_nothing),
	SITE_TEST(a_rule_names_no_set_that_is_not_there),
};

int main(void)
{
	return cmocka_run_group_tests(tests, NULL, NULL);
}
