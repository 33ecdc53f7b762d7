// SPDX-License-Identifier: GPL-2.0-only
/*
 * Ways round the policy that rules of nftables open, and the ruleset that holds
 * the policy in place of nf_edge; in the lists of a kernel that a test makes up.
 */
#include <fcntl.h>
#include <netinet/in.h>
#include <linux/netfilter.h>
#include <linux/netfilter/nf_nat.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nf_tables_compat.h>
#include <linux/netfilter/nfnetlink.h>
#include <linux/netfilter/xt_CT.h>
#include <netlink/errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <cmocka.h>

#include "base/macros.h"
#include "base/memory.h"
#include "netlink/attribute.h"
#include "system/stand_in.h"
#include "system/ways.h"
#include "verbs/kernel.h"

#define TABLES_TYPE(name)	(NFNL_SUBSYS_NFTABLES << 8 | NFT_MSG_##name)

#define EDGE		"131.107.155.10"
#define EDGE6		"2001:db8:155::10"
#define OTHER		"192.0.2.1"
#define OTHER6		"2001:db8:2::1"

#define TRANSLATES(from, to)						\
	"translates " from " to the Edge address " to "; bind " from " to the same node, or no row permits these connections"
#define ANY(to)								\
	"translates any destination to the Edge address " to "; let the rule match an address that is bound to the same node"
#define ZONE	"tracks connections in a zone; an answer in another zone is refused as invalid, so give both directions the same one"
#define REWRITE	"writes a destination into packets, which leads to an Edge past the policy; translate with dnat instead"

static struct policy policy;
static struct ways ways;

static int begin(void **state)
{
	static const char *const addresses[] = { EDGE, EDGE6 };
	struct node *node = node_add(&policy, "edge1");
	struct ip ip;
	size_t i;

	kernel_begin();
	for (i = 0; i < ARRAY_SIZE(addresses); i++) {
		assert_true(ip_parse(addresses[i], &ip));
		node_bind(node, NF_EDGE_SERVICE_ACCESS, &ip, 1);
	}
	return 0;
}

static int end(void **state)
{
	ways_free(&ways);
	policy_free(&policy);
	kernel_end();
	return 0;
}

static void look(void)
{
	ways_free(&ways);
	ways = (struct ways){ .policy = &policy };
	ways_of_rules(&ways);
}

static void no_way(void)
{
	look();
	if (ways.count)
		fail_msg("%s %s: %s", ways.items[0].kind, ways.items[0].where,
			 ways.items[0].text);
}

/* The ways that are found, in this order, each a kind and a sentence. */
static void has_ways(size_t count, const char *const wanted[][2])
{
	size_t i;

	look();
	for (i = 0; i < count && i < ways.count; i++) {
		assert_string_equal(ways.items[i].kind, wanted[i][0]);
		assert_string_equal(ways.items[i].text, wanted[i][1]);
		assert_string_equal(ways.items[i].where, "ip t c");
	}
	assert_int_equal(ways.count, count);
}

static void one_way(const char *kind, const char *sentence)
{
	const char *const wanted[][2] = { { kind, sentence } };

	has_ways(1, wanted);
}

/* --- rules */

static struct {
	struct nl_msg *msg;
	struct nlattr *expressions, *expression, *data;
} rule;

static void begin_rule_of(uint8_t family)
{
	struct nfgenmsg head = { .nfgen_family = family };

	rule.msg = kernel_tells(TABLES_TYPE(GETRULE), TABLES_TYPE(NEWRULE),
				&head, sizeof(head));
	nla_put_string(rule.msg, NFTA_RULE_TABLE, "t");
	nla_put_string(rule.msg, NFTA_RULE_CHAIN, "c");
	rule.expressions = attr_nest(rule.msg, NFTA_RULE_EXPRESSIONS);
}

static void begin_rule(void)
{
	begin_rule_of(NFPROTO_IPV4);
}

static void end_rule(void)
{
	nla_nest_end(rule.msg, rule.expressions);
}

static void begin_expression(const char *name)
{
	rule.expression = attr_nest(rule.msg, NFTA_LIST_ELEM);
	nla_put_string(rule.msg, NFTA_EXPR_NAME, name);
	rule.data = attr_nest(rule.msg, NFTA_EXPR_DATA);
}

static void end_expression(void)
{
	nla_nest_end(rule.msg, rule.data);
	nla_nest_end(rule.msg, rule.expression);
}

static void put_u32(int attribute, uint32_t value)
{
	nla_put_u32(rule.msg, attribute, htonl(value));
}

static void put_value(struct nl_msg *msg, int attribute, const char *text)
{
	struct nlattr *nest = attr_nest(msg, attribute);
	struct ip ip;

	assert_true(ip_parse(text, &ip));
	nla_put(msg, NFTA_DATA_VALUE, ip.family == AF_INET ? 4 : 16, ip.bytes);
	nla_nest_end(msg, nest);
}

/* Octets of a header, into a register or out of one. */
static void payload(int which, uint32_t reg, uint32_t base, uint32_t offset,
		    uint32_t length)
{
	begin_expression("payload");
	put_u32(which, reg);
	put_u32(NFTA_PAYLOAD_BASE, base);
	put_u32(NFTA_PAYLOAD_OFFSET, offset);
	put_u32(NFTA_PAYLOAD_LEN, length);
	end_expression();
}

static void load_destination(uint32_t reg)
{
	payload(NFTA_PAYLOAD_DREG, reg, NFT_PAYLOAD_NETWORK_HEADER, 16, 4);
}

static void compare(uint32_t reg, uint32_t op, const char *text)
{
	begin_expression("cmp");
	put_u32(NFTA_CMP_SREG, reg);
	put_u32(NFTA_CMP_OP, op);
	put_value(rule.msg, NFTA_CMP_DATA, text);
	end_expression();
}

static void immediate(uint32_t reg, const char *text)
{
	begin_expression("immediate");
	put_u32(NFTA_IMMEDIATE_DREG, reg);
	put_value(rule.msg, NFTA_IMMEDIATE_DATA, text);
	end_expression();
}

static void nat(uint32_t type, uint32_t family, uint32_t reg)
{
	begin_expression("nat");
	put_u32(NFTA_NAT_TYPE, type);
	put_u32(NFTA_NAT_FAMILY, family);
	put_u32(NFTA_NAT_REG_ADDR_MIN, reg);
	end_expression();
}

static void dnat(uint32_t reg)
{
	nat(NFT_NAT_DNAT, NFPROTO_IPV4, reg);
}

/* 0 for no register that gets the value of a map. */
static void lookup(const char *set, uint32_t from, uint32_t to, uint32_t flags)
{
	begin_expression("lookup");
	nla_put_string(rule.msg, NFTA_LOOKUP_SET, set);
	put_u32(NFTA_LOOKUP_SREG, from);
	if (to)
		put_u32(NFTA_LOOKUP_DREG, to);
	put_u32(NFTA_LOOKUP_FLAGS, flags);
	end_expression();
}

static void other_expression(const char *name)
{
	begin_expression(name);
	put_u32(1, 7);
	end_expression();
}

/* ip daddr FROM dnat to TO */
static void translate(const char *from, const char *to)
{
	begin_rule();
	load_destination(NFT_REG_1);
	compare(NFT_REG_1, NFT_CMP_EQ, from);
	immediate(NFT_REG_1, to);
	dnat(NFT_REG_1);
	end_rule();
}

/* An element of a set, or of a map when it has a value. */
static void has_element(const char *set, const char *key, const char *value)
{
	struct nfgenmsg head = { .nfgen_family = NFPROTO_IPV4 };
	struct nl_msg *msg = kernel_tells(TABLES_TYPE(GETSETELEM),
					  TABLES_TYPE(NEWSETELEM), &head,
					  sizeof(head));
	struct nlattr *elements, *element;

	nla_put_string(msg, NFTA_SET_ELEM_LIST_TABLE, "t");
	nla_put_string(msg, NFTA_SET_ELEM_LIST_SET, set);
	elements = attr_nest(msg, NFTA_SET_ELEM_LIST_ELEMENTS);
	element = attr_nest(msg, NFTA_LIST_ELEM);
	put_value(msg, NFTA_SET_ELEM_KEY, key);
	if (value)
		put_value(msg, NFTA_SET_ELEM_DATA, value);
	nla_nest_end(msg, element);
	nla_nest_end(msg, elements);
}

/* --- translations */

static void without_rules_there_is_no_way(void **state)
{
	no_way();
	assert_int_equal(kernel_times(TABLES_TYPE(GETRULE)), 1);
	assert_int_equal(kernel_times(TABLES_TYPE(GETSETELEM)), 0);
}

static void a_kernel_without_nf_tables_has_no_rule(void **state)
{
	translate(OTHER, EDGE);
	kernel_is_deaf();
	no_way();
	assert_int_equal(kernel_times(TABLES_TYPE(GETRULE)), 0);
}

static void an_address_translated_to_an_edge_s_is_a_way(void **state)
{
	translate(OTHER, EDGE);
	one_way("dnat", TRANSLATES(OTHER, EDGE));
}

static void translations_within_the_policy_are_none(void **state)
{
	translate(EDGE, EDGE);
	translate(OTHER, "10.0.0.1");
	translate(EDGE, "10.0.0.1");
	no_way();
}

static void any_address_translated_is_a_way(void **state)
{
	begin_rule();
	immediate(NFT_REG_1, EDGE);
	dnat(NFT_REG_1);
	end_rule();
	one_way("dnat", ANY(EDGE));
}

static void translations_of_ipv6_are_read(void **state)
{
	begin_rule();
	payload(NFTA_PAYLOAD_DREG, NFT_REG_1, NFT_PAYLOAD_NETWORK_HEADER, 24, 16);
	compare(NFT_REG_1, NFT_CMP_EQ, OTHER6);
	immediate(NFT_REG_1, EDGE6);
	nat(NFT_NAT_DNAT, NFPROTO_IPV6, NFT_REG_1);
	end_rule();
	one_way("dnat", TRANSLATES(OTHER6, EDGE6));
}

static void a_source_translated_is_no_way(void **state)
{
	begin_rule();
	immediate(NFT_REG_1, EDGE);
	nat(NFT_NAT_SNAT, NFPROTO_IPV4, NFT_REG_1);
	end_rule();
	no_way();
}

/* Only an equal destination is one that the rule takes. */
static void other_comparisons_name_no_destination(void **state)
{
	static const struct {
		uint32_t base, offset, length;
	} others[] = {
		{ NFT_PAYLOAD_NETWORK_HEADER, 12, 4 },
		{ NFT_PAYLOAD_NETWORK_HEADER, 16, 3 },
		{ NFT_PAYLOAD_NETWORK_HEADER, 17, 4 },
		{ NFT_PAYLOAD_NETWORK_HEADER, 16, 16 },
		{ NFT_PAYLOAD_NETWORK_HEADER, 24, 4 },
		{ NFT_PAYLOAD_NETWORK_HEADER, 8, 16 },
		{ NFT_PAYLOAD_TRANSPORT_HEADER, 16, 4 },
		{ NFT_PAYLOAD_LL_HEADER, 24, 16 },
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(others); i++) {
		begin_rule();
		payload(NFTA_PAYLOAD_DREG, NFT_REG_1, others[i].base,
			others[i].offset, others[i].length);
		compare(NFT_REG_1, NFT_CMP_EQ, EDGE);
		immediate(NFT_REG_1, EDGE);
		dnat(NFT_REG_1);
		end_rule();
		one_way("dnat", ANY(EDGE));
		kernel_end();
		kernel_begin();
	}
	begin_rule();
	load_destination(NFT_REG_1);
	compare(NFT_REG_1, NFT_CMP_NEQ, EDGE);
	immediate(NFT_REG_1, EDGE);
	dnat(NFT_REG_1);
	end_rule();
	one_way("dnat", ANY(EDGE));
}

static void registers_have_two_numbers(void **state)
{
	static const uint32_t pairs[][2] = {
		{ NFT_REG_1, NFT_REG32_00 }, { NFT_REG_2, NFT_REG32_04 },
		{ NFT_REG_3, NFT_REG32_08 }, { NFT_REG_4, NFT_REG32_12 },
		{ NFT_REG32_15, NFT_REG32_15 },
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(pairs); i++) {
		begin_rule();
		load_destination(pairs[i][1]);
		compare(pairs[i][0], NFT_CMP_EQ, OTHER);
		immediate(pairs[i][0], EDGE);
		immediate(i ? NFT_REG32_01 : NFT_REG32_02, "10.0.0.1");
		dnat(pairs[i][1]);
		end_rule();
		one_way("dnat", TRANSLATES(OTHER, EDGE));
		kernel_end();
		kernel_begin();
	}
}

static void registers_that_there_are_not_hold_nothing(void **state)
{
	static const uint32_t wrong[] = {
		NFT_REG_VERDICT, NFT_REG_4 + 1, NFT_REG32_00 - 1,
		NFT_REG32_15 + 1, 1000000,
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(wrong); i++) {
		begin_rule();
		load_destination(wrong[i]);
		compare(wrong[i], NFT_CMP_EQ, OTHER);
		immediate(wrong[i], EDGE);
		lookup("s", wrong[i], wrong[i], 0);
		dnat(wrong[i]);
		end_rule();
	}
	no_way();
	assert_int_equal(kernel_times(TABLES_TYPE(GETSETELEM)), 0);
}

/* Whatever is not followed may have written any register. */
static void unknown_expressions_forget_the_registers(void **state)
{
	static const char *const names[] = { "bitwise", "ct", "meta", "cmpx" };
	size_t i;

	for (i = 0; i < ARRAY_SIZE(names); i++) {
		begin_rule();
		immediate(NFT_REG_1, EDGE);
		other_expression(names[i]);
		dnat(NFT_REG_1);
		end_rule();
	}
	begin_rule();
	immediate(NFT_REG_1, EDGE);
	load_destination(NFT_REG_1);
	dnat(NFT_REG_1);
	end_rule();
	no_way();
	/* A counter writes none, but nobody knows. */
	begin_rule();
	other_expression("counter");
	immediate(NFT_REG_1, EDGE);
	dnat(NFT_REG_1);
	end_rule();
	one_way("dnat", ANY(EDGE));
}

static void a_rule_begins_with_nothing_known(void **state)
{
	begin_rule();
	load_destination(NFT_REG_1);
	compare(NFT_REG_1, NFT_CMP_EQ, OTHER);
	immediate(NFT_REG_1, EDGE);
	end_rule();
	begin_rule();
	dnat(NFT_REG_1);
	end_rule();
	no_way();
}

/* --- maps and sets */

static void each_pair_of_a_map_is_looked_at(void **state)
{
	begin_rule();
	load_destination(NFT_REG_1);
	lookup("m", NFT_REG_1, NFT_REG_1, 0);
	dnat(NFT_REG_1);
	end_rule();
	has_element("m", EDGE, EDGE);
	has_element("m", "192.0.2.9", "10.0.0.1");
	no_way();
	has_element("m", OTHER, EDGE);
	has_element("another", "192.0.2.8", EDGE);
	one_way("dnat", TRANSLATES(OTHER, EDGE));
}

static void a_map_by_something_else_translates_any_address(void **state)
{
	begin_rule();
	payload(NFTA_PAYLOAD_DREG, NFT_REG_1, NFT_PAYLOAD_NETWORK_HEADER, 12, 4);
	lookup("m", NFT_REG_1, NFT_REG_1, 0);
	dnat(NFT_REG_1);
	end_rule();
	has_element("m", EDGE, EDGE);
	one_way("dnat", ANY(EDGE));
}

static void each_address_of_a_set_is_looked_at(void **state)
{
	begin_rule();
	load_destination(NFT_REG_1);
	lookup("s", NFT_REG_1, 0, 0);
	immediate(NFT_REG_1, EDGE);
	dnat(NFT_REG_1);
	end_rule();
	has_element("s", EDGE, NULL);
	no_way();
	has_element("s", OTHER, NULL);
	one_way("dnat", TRANSLATES(OTHER, EDGE));
}

static void a_set_that_is_left_out_translates_any_address(void **state)
{
	begin_rule();
	load_destination(NFT_REG_1);
	lookup("s", NFT_REG_1, 0, NFT_LOOKUP_F_INV);
	immediate(NFT_REG_1, EDGE);
	dnat(NFT_REG_1);
	end_rule();
	has_element("s", EDGE, NULL);
	one_way("dnat", ANY(EDGE));
}

static void a_set_of_something_else_does_too(void **state)
{
	begin_rule();
	payload(NFTA_PAYLOAD_DREG, NFT_REG_1, NFT_PAYLOAD_NETWORK_HEADER, 12, 4);
	lookup("s", NFT_REG_1, 0, 0);
	immediate(NFT_REG_1, EDGE);
	dnat(NFT_REG_1);
	end_rule();
	has_element("s", EDGE, NULL);
	one_way("dnat", ANY(EDGE));
}

/* One address beats the set that holds it. */
static void a_destination_beside_a_set_is_the_one(void **state)
{
	begin_rule();
	load_destination(NFT_REG_1);
	lookup("s", NFT_REG_1, 0, 0);
	compare(NFT_REG_1, NFT_CMP_EQ, OTHER);
	immediate(NFT_REG_1, EDGE);
	dnat(NFT_REG_1);
	end_rule();
	has_element("s", "192.0.2.9", NULL);
	one_way("dnat", TRANSLATES(OTHER, EDGE));
}

static void a_set_without_an_edge_behind_is_not_asked_for(void **state)
{
	begin_rule();
	load_destination(NFT_REG_1);
	lookup("s", NFT_REG_1, 0, 0);
	immediate(NFT_REG_1, "10.0.0.1");
	dnat(NFT_REG_1);
	end_rule();
	has_element("s", OTHER, NULL);
	no_way();
	assert_int_equal(kernel_times(TABLES_TYPE(GETSETELEM)), 0);
}

/* --- destinations written, frames forwarded, zones */

static void write_header(uint32_t offset, uint32_t length)
{
	payload(NFTA_PAYLOAD_SREG, NFT_REG_1, NFT_PAYLOAD_NETWORK_HEADER,
		offset, length);
}

static void an_edge_s_address_written_is_a_way(void **state)
{
	begin_rule();
	immediate(NFT_REG_1, EDGE);
	write_header(16, 4);
	end_rule();
	one_way("rewrite", REWRITE);
}

static void an_address_that_nobody_knows_is_one_too(void **state)
{
	begin_rule();
	payload(NFTA_PAYLOAD_DREG, NFT_REG_1, NFT_PAYLOAD_NETWORK_HEADER, 12, 4);
	write_header(16, 4);
	end_rule();
	one_way("rewrite", REWRITE);
}

static void what_else_is_written_is_none(void **state)
{
	begin_rule();
	immediate(NFT_REG_1, "10.0.0.1");
	write_header(16, 4);
	immediate(NFT_REG_1, EDGE);
	write_header(12, 4);
	end_rule();
	no_way();
}

static void frames_are_forwarded_at_ingress_alone(void **state)
{
	static const char *const names[] = { "fwd", "dup" };
	size_t i;

	begin_rule();
	other_expression("fwd");
	other_expression("dup");
	end_rule();
	no_way();
	for (i = 0; i < ARRAY_SIZE(names); i++) {
		kernel_end();
		kernel_begin();
		begin_rule_of(NFPROTO_NETDEV);
		other_expression(names[i]);
		end_rule();
		look();
		assert_int_equal(ways.count, 1);
		assert_string_equal(ways.items[0].kind, "forward");
		assert_string_equal(ways.items[0].where, "netdev t c");
		assert_string_equal(ways.items[0].text,
				    "sends frames to another device (fwd or dup) past the policy; take the rule away");
	}
}

static void track(int which, uint32_t key)
{
	begin_expression("ct");
	put_u32(which, NFT_REG_1);
	put_u32(NFTA_CT_KEY, key);
	end_expression();
}

static void a_zone_is_a_way_where_it_is_set(void **state)
{
	begin_rule();
	track(NFTA_CT_DREG, NFT_CT_ZONE);
	track(NFTA_CT_SREG, NFT_CT_MARK);
	end_rule();
	no_way();
	begin_rule();
	track(NFTA_CT_SREG, NFT_CT_ZONE);
	end_rule();
	one_way("zone", ZONE);
}

static void each_family_has_its_word(void **state)
{
	static const struct {
		uint8_t family;
		const char *where;
	} words[] = {
		{ NFPROTO_IPV4, "ip t c" },
		{ NFPROTO_IPV6, "ip6 t c" },
		{ NFPROTO_NETDEV, "netdev t c" },
		{ NFPROTO_BRIDGE, "bridge t c" },
		{ NFPROTO_ARP, "arp t c" },
		{ NFPROTO_INET, "inet t c" },
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(words); i++) {
		begin_rule_of(words[i].family);
		track(NFTA_CT_SREG, NFT_CT_ZONE);
		end_rule();
	}
	look();
	assert_int_equal(ways.count, ARRAY_SIZE(words));
	for (i = 0; i < ARRAY_SIZE(words); i++)
		assert_string_equal(ways.items[i].where, words[i].where);
}

/* --- rules of iptables */

static void target(const char *name, uint32_t revision, const void *info,
		   size_t size)
{
	begin_expression("target");
	nla_put_string(rule.msg, NFTA_TARGET_NAME, name);
	put_u32(NFTA_TARGET_REV, revision);
	nla_put(rule.msg, NFTA_TARGET_INFO, (int)size, info);
	end_expression();
}

static void zones_of_iptables_are_read(void **state)
{
	struct xt_ct_target_info info = { .zone = 3 };

	begin_rule();
	target("CT", 2, &info, sizeof(info) - 1);
	target("CTX", 2, &info, sizeof(info));
	info.zone = 0;
	target("CT", 2, &info, sizeof(info));
	end_rule();
	no_way();
	info.zone = 3;
	begin_rule();
	target("CT", 2, &info, sizeof(info));
	end_rule();
	one_way("zone", ZONE);
}

static void set_ip(void *to, const char *text)
{
	struct ip ip;

	assert_true(ip_parse(text, &ip));
	memcpy(to, ip.bytes, ip.family == AF_INET ? 4 : 16);
}

static void translations_of_iptables_are_read(void **state)
{
	struct nf_nat_ipv4_multi_range_compat old = { .rangesize = 1 };
	struct nf_nat_range range = { 0 };

	set_ip(&old.range[0].min_ip, EDGE);
	set_ip(&range.min_addr, EDGE);
	begin_rule();
	load_destination(NFT_REG_1);
	compare(NFT_REG_1, NFT_CMP_EQ, OTHER);
	target("DNAT", 0, &old, sizeof(old) - 1);
	target("SNAT", 0, &old, sizeof(old));
	target("DNAT", 1, &range, sizeof(range) - 1);
	end_rule();
	no_way();
	begin_rule();
	load_destination(NFT_REG_1);
	compare(NFT_REG_1, NFT_CMP_EQ, OTHER);
	target("DNAT", 0, &old, sizeof(old));
	end_rule();
	one_way("dnat", TRANSLATES(OTHER, EDGE));
	begin_rule();
	load_destination(NFT_REG_1);
	compare(NFT_REG_1, NFT_CMP_EQ, "192.0.2.9");
	target("DNAT", 1, &range, sizeof(range));
	end_rule();
	has_ways(2, (const char *const[][2]){
		{ "dnat", TRANSLATES(OTHER, EDGE) },
		{ "dnat", TRANSLATES("192.0.2.9", EDGE) },
	});
}

static void translations_of_ip6tables_are_read(void **state)
{
	struct nf_nat_range range = { 0 };

	set_ip(&range.min_addr, EDGE6);
	begin_rule_of(NFPROTO_IPV6);
	target("DNAT", 1, &range, sizeof(range));
	end_rule();
	look();
	assert_int_equal(ways.count, 1);
	assert_string_equal(ways.items[0].where, "ip6 t c");
	assert_string_equal(ways.items[0].text, ANY(EDGE6));
}

/* --- answers that are odd, or late */

/* The expression of a rule that sets a zone. */
static void put_zone(struct nl_msg *msg)
{
	struct nlattr *expressions = attr_nest(msg, NFTA_RULE_EXPRESSIONS);
	struct nlattr *expression = attr_nest(msg, NFTA_LIST_ELEM), *data;

	nla_put_string(msg, NFTA_EXPR_NAME, "ct");
	data = attr_nest(msg, NFTA_EXPR_DATA);
	nla_put_u32(msg, NFTA_CT_SREG, htonl(NFT_REG_1));
	nla_put_u32(msg, NFTA_CT_KEY, htonl(NFT_CT_ZONE));
	nla_nest_end(msg, data);
	nla_nest_end(msg, expression);
	nla_nest_end(msg, expressions);
}

static void messages_that_are_no_rules_are_let_alone(void **state)
{
	struct nfgenmsg head = { .nfgen_family = NFPROTO_IPV4 };
	struct nl_msg *msg;

	msg = kernel_tells(TABLES_TYPE(GETRULE), TABLES_TYPE(DELRULE), &head,
			   sizeof(head));
	nla_put_string(msg, NFTA_RULE_TABLE, "t");
	nla_put_string(msg, NFTA_RULE_CHAIN, "c");
	msg = kernel_tells(TABLES_TYPE(GETRULE), TABLES_TYPE(NEWRULE), &head,
			   sizeof(head));
	nla_put_string(msg, NFTA_RULE_TABLE, "t");
	nla_put_string(msg, NFTA_RULE_CHAIN, "c");
	msg = kernel_tells(TABLES_TYPE(GETRULE), TABLES_TYPE(NEWRULE), &head,
			   sizeof(head));
	nla_put_string(msg, NFTA_RULE_TABLE, "t");
	kernel_tells(TABLES_TYPE(GETRULE), TABLES_TYPE(NEWRULE), &head,
		     sizeof(head));
	no_way();
	/* Rules without a place. */
	msg = kernel_tells(TABLES_TYPE(GETRULE), TABLES_TYPE(NEWRULE), &head,
			   sizeof(head));
	nla_put_string(msg, NFTA_RULE_CHAIN, "c");
	put_zone(msg);
	msg = kernel_tells(TABLES_TYPE(GETRULE), TABLES_TYPE(NEWRULE), &head,
			   sizeof(head));
	nla_put_string(msg, NFTA_RULE_TABLE, "t");
	put_zone(msg);
	no_way();
	/* A translation of nothing, or a look into nothing. */
	begin_rule();
	load_destination(NFT_REG_1);
	begin_expression("lookup");
	put_u32(NFTA_LOOKUP_SREG, NFT_REG_1);
	put_u32(NFTA_LOOKUP_DREG, NFT_REG_1);
	end_expression();
	dnat(NFT_REG_1);
	rule.expression = attr_nest(rule.msg, NFTA_LIST_ELEM);
	nla_put_string(rule.msg, NFTA_EXPR_NAME, "nat");
	nla_nest_end(rule.msg, rule.expression);
	immediate(NFT_REG_1, EDGE);
	begin_expression("nat");
	put_u32(NFTA_NAT_TYPE, NFT_NAT_DNAT);
	end_expression();
	begin_expression("lookup");
	put_u32(NFTA_LOOKUP_SREG, NFT_REG_1);
	end_expression();
	begin_expression("target");
	nla_put_string(rule.msg, NFTA_TARGET_NAME, "DNAT");
	end_expression();
	end_rule();
	no_way();
	assert_int_equal(kernel_times(TABLES_TYPE(GETSETELEM)), 0);
}

/* Elements that are no addresses, and messages that are no elements. */
static void other_elements_are_let_alone(void **state)
{
	struct nfgenmsg head = { .nfgen_family = NFPROTO_IPV4 };
	struct nlattr *elements, *element, *key;
	struct nl_msg *msg;

	begin_rule();
	load_destination(NFT_REG_1);
	lookup("s", NFT_REG_1, 0, 0);
	immediate(NFT_REG_1, EDGE);
	dnat(NFT_REG_1);
	end_rule();
	msg = kernel_tells(TABLES_TYPE(GETSETELEM), TABLES_TYPE(NEWSETELEM),
			   &head, sizeof(head));
	nla_put_string(msg, NFTA_SET_ELEM_LIST_TABLE, "t");
	nla_put_string(msg, NFTA_SET_ELEM_LIST_SET, "s");
	no_way();
	elements = attr_nest(msg, NFTA_SET_ELEM_LIST_ELEMENTS);
	element = attr_nest(msg, NFTA_LIST_ELEM);
	key = attr_nest(msg, NFTA_SET_ELEM_KEY);
	nla_put_u32(msg, NFTA_DATA_VERDICT, 0);
	nla_nest_end(msg, key);
	nla_nest_end(msg, element);
	nla_nest_end(msg, elements);
	/* Any address may be in such a set. */
	one_way("dnat", ANY(EDGE));
}

/* Rules are told anew when they change meanwhile, and each way once. */
static void rules_that_change_are_read_again(void **state)
{
	translate(OTHER, EDGE);
	kernel_fails(TABLES_TYPE(GETRULE), -NLE_DUMP_INTR, 3);
	one_way("dnat", TRANSLATES(OTHER, EDGE));
	assert_int_equal(kernel_times(TABLES_TYPE(GETRULE)), 4);
}

/* --- the ruleset in place of nf_edge */

static void has_chain(uint8_t family, int type, const char *table,
		      const char *name)
{
	struct nfgenmsg head = { .nfgen_family = family };
	struct nl_msg *msg = kernel_tells(TABLES_TYPE(GETCHAIN), type, &head,
					  sizeof(head));

	if (table)
		nla_put_string(msg, NFTA_CHAIN_TABLE, table);
	if (name)
		nla_put_string(msg, NFTA_CHAIN_NAME, name);
}

static void stands_in(const char *word)
{
	struct stand_in stand_in;

	stand_in_read(&stand_in, "/nonexistent");
	assert_string_equal(stand_in_word(&stand_in), word);
	assert_int_equal(stand_in.kept, 0);
}

static void a_ruleset_of_the_policy_stands_in(void **state)
{
	kernel_has("nf_tables");
	stands_in("none");
	has_chain(NFPROTO_INET, TABLES_TYPE(NEWCHAIN), "nf_edge", "first");
	has_chain(NFPROTO_INET, TABLES_TYPE(NEWCHAIN), "nf_edge", "second");
	stands_in("policy");
	/* Chains that were read before a change do not count. */
	kernel_fails(TABLES_TYPE(GETCHAIN), -NLE_DUMP_INTR, 9);
	stands_in("policy");
	assert_int_equal(kernel_times(TABLES_TYPE(GETCHAIN)), 12);
	kernel_fails(TABLES_TYPE(GETCHAIN), -NLE_DUMP_INTR, 99);
	stands_in("policy");
	assert_int_equal(kernel_times(TABLES_TYPE(GETCHAIN)), 22);
}

static void the_closed_ruleset_stands_in(void **state)
{
	kernel_has("nf_tables");
	has_chain(NFPROTO_INET, TABLES_TYPE(NEWCHAIN), "nf_edge",
		  "closed_forward");
	stands_in("closed");
	has_chain(NFPROTO_INET, TABLES_TYPE(NEWCHAIN), "nf_edge", "other");
	stands_in("closed");
}

static void chains_of_others_stand_in_for_nothing(void **state)
{
	kernel_has("nf_tables");
	has_chain(NFPROTO_IPV4, TABLES_TYPE(NEWCHAIN), "nf_edge", "first");
	has_chain(NFPROTO_INET, TABLES_TYPE(NEWCHAIN), "nf_edge2", "first");
	has_chain(NFPROTO_INET, TABLES_TYPE(DELCHAIN), "nf_edge", "first");
	has_chain(NFPROTO_INET, TABLES_TYPE(NEWCHAIN), "nf_edge", NULL);
	has_chain(NFPROTO_INET, TABLES_TYPE(NEWCHAIN), NULL, "first");
	stands_in("none");
}

static void nf_tables_is_not_loaded_to_look(void **state)
{
	has_chain(NFPROTO_INET, TABLES_TYPE(NEWCHAIN), "nf_edge", "first");
	stands_in("none");
	assert_int_equal(kernel_times(TABLES_TYPE(GETCHAIN)), 0);
	kernel_has("nf_tables");
	kernel_is_deaf();
	stands_in("none");
	assert_int_equal(kernel_times(TABLES_TYPE(GETCHAIN)), 0);
}

static void the_kept_ruleset_has_its_time(void **state)
{
	struct timespec times[2] = {
		{ .tv_sec = 1700000000 }, { .tv_sec = 1700000000 },
	};
	struct stand_in stand_in;
	char *path = xformat("%s/kept.nft", procfs);

	write_proc("kept.nft", "");
	assert_int_equal(utimensat(AT_FDCWD, path, times, 0), 0);
	stand_in_read(&stand_in, path);
	assert_int_equal(stand_in.kept, 1700000000);
	free(path);
}

#define TEST(name)	cmocka_unit_test_setup_teardown(name, begin, end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(without_rules_there_is_no_way),
		TEST(a_kernel_without_nf_tables_has_no_rule),
		TEST(an_address_translated_to_an_edge_s_is_a_way),
		TEST(translations_within_the_policy_are_none),
		TEST(any_address_translated_is_a_way),
		TEST(translations_of_ipv6_are_read),
		TEST(a_source_translated_is_no_way),
		TEST(other_comparisons_name_no_destination),
		TEST(registers_have_two_numbers),
		TEST(registers_that_there_are_not_hold_nothing),
		TEST(unknown_expressions_forget_the_registers),
		TEST(a_rule_begins_with_nothing_known),
		TEST(each_pair_of_a_map_is_looked_at),
		TEST(a_map_by_something_else_translates_any_address),
		TEST(each_address_of_a_set_is_looked_at),
		TEST(a_set_that_is_left_out_translates_any_address),
		TEST(a_set_of_something_else_does_too),
		TEST(a_destination_beside_a_set_is_the_one),
		TEST(a_set_without_an_edge_behind_is_not_asked_for),
		TEST(an_edge_s_address_written_is_a_way),
		TEST(an_address_that_nobody_knows_is_one_too),
		TEST(what_else_is_written_is_none),
		TEST(frames_are_forwarded_at_ingress_alone),
		TEST(a_zone_is_a_way_where_it_is_set),
		TEST(each_family_has_its_word),
		TEST(zones_of_iptables_are_read),
		TEST(translations_of_iptables_are_read),
		TEST(translations_of_ip6tables_are_read),
		TEST(messages_that_are_no_rules_are_let_alone),
		TEST(other_elements_are_let_alone),
		TEST(rules_that_change_are_read_again),
		TEST(a_ruleset_of_the_policy_stands_in),
		TEST(the_closed_ruleset_stands_in),
		TEST(chains_of_others_stand_in_for_nothing),
		TEST(nf_tables_is_not_loaded_to_look),
		TEST(the_kept_ruleset_has_its_time),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
