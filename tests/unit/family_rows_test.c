// SPDX-License-Identifier: GPL-2.0-only
/* Rows, sets and ports of a load: what is good, and what is refused. */

#include "family/own.h"

/* --- what is loaded */

static void a_row_is_loaded_as_it_is_said(struct kunit *test)
{
	struct own_row own = rdp;
	const struct nf_edge_row *row;

	own.nodes[0] = "edge2";
	KUNIT_ASSERT_EQ(test, ask(load_of(&own)), 0);
	expect_number(test, NF_EDGE_A_POLICY_PROFILE, 0);
	KUNIT_ASSERT_EQ(test, in_force()->n, ROWS + 1);
	row = &in_force()->row[ROWS];
	KUNIT_ASSERT_STREQ(test, row->id, "site/rdp");
	KUNIT_ASSERT_STREQ(test, row->note, "jump hosts");
	KUNIT_ASSERT_EQ(test, row->zone, NF_EDGE_ZONE_SITE);
	KUNIT_ASSERT_EQ(test, row->service, NF_EDGE_SERVICE_AV);
	KUNIT_ASSERT_EQ(test, row->direction, NF_EDGE_DIRECTION_IN);
	KUNIT_ASSERT_EQ(test, row->side, NF_EDGE_SIDE_EXTERNAL);
	KUNIT_ASSERT_EQ(test, row->feature, NF_EDGE_FEATURE_NONE);
	KUNIT_ASSERT_EQ(test, row->nodes, BIT(1));
	KUNIT_ASSERT_EQ(test, row->peer_sets, BIT(ADMINS));
	KUNIT_ASSERT_TRUE(test, !row->any_when_unbound && !row->exposed);
	KUNIT_ASSERT_EQ(test, row->n_ports, 2);
	KUNIT_ASSERT_EQ(test, row->ports[1].low, 3389);
	KUNIT_ASSERT_EQ(test, row->ports[1].high, 3390);
	KUNIT_ASSERT_EQ(test, row->ports[1].l4proto, UDP);
	KUNIT_ASSERT_EQ(test, nf_edge_rows_by_port(&in_force()->port_map, UDP,
						   3390), BIT_ULL(ROWS));

	/* The same again is no change, and keeps the table. */
	row = in_force()->row;
	KUNIT_ASSERT_EQ(test, ask(load_of(&own)), 0);
	expect_number(test, NF_EDGE_A_POLICY_CHANGED, 0);
	KUNIT_ASSERT_PTR_EQ(test, in_force()->row, row);
	own.note = NULL;
	KUNIT_ASSERT_EQ(test, ask(load_of(&own)), 0);
	expect_number(test, NF_EDGE_A_POLICY_CHANGED, 1);
	expect_one_reference_each(test);
}

static void good_rows_are_loaded(struct kunit *test)
{
	static const struct own_row good[] = {
		{ "any-out", NF_EDGE_SERVICE_AV, NF_EDGE_DIRECTION_OUT,
		  { { TCP, 1, 65535 } }, NONE, true },
		{ "exposed", NF_EDGE_SERVICE_AV, NF_EDGE_DIRECTION_IN,
		  { { TCP, 443, 443 } }, 0, true, true },
		{ "inside", NF_EDGE_SERVICE_INTERNAL, NF_EDGE_DIRECTION_OUT,
		  { { UDP, 123, 123 } }, NONE, true },
		{ "documented", NF_EDGE_SERVICE_ACCESS, NF_EDGE_DIRECTION_IN,
		  { { TCP, 22, 22 } }, BIT(NF_EDGE_PEER_SET_CMS) |
		  BIT(NF_EDGE_PEER_SET_INTERNAL_NETWORKS) },
		{ "a-name-of-just-31-characters-000", 0, 0,
		  { { TCP, 22, 22 } }, BIT(NF_EDGE_PEER_SET_CMS) },
	};
	struct sk_buff *skb = load_of(&rdp);
	struct own_row last = good[4];
	u32 i;

	last.name = "a-name-of-just-31-characters-00";
	/* Just long enough. */
	put_prefixes(skb, NF_EDGE_PEER_SET_CMS, "12.0.0.0/8");
	put_prefixes(skb, NF_EDGE_PEER_SET_CMS, "2600::/16");
	for (i = 0; i < 4; i++)
		put_own_row(skb, &good[i]);
	put_own_row(skb, &last);
	KUNIT_ASSERT_EQ(test, ask(skb), 0);
	KUNIT_ASSERT_EQ(test, in_force()->n, ROWS + 6);
	KUNIT_ASSERT_TRUE(test, in_force()->row[ROWS + 2].exposed);
	KUNIT_ASSERT_EQ(test, ask(load_of(&good[4])), -EINVAL);
	KUNIT_ASSERT_EQ(test, in_force()->n, ROWS + 6);
}

/* --- what is refused, and where */

struct refusal {
	struct own_row row;
	const char *sentence;
	int at;		/* attribute of the row, 0 for the row itself */
	int err;
};

#define R(...)	{ "row", NF_EDGE_SERVICE_AV, NF_EDGE_DIRECTION_IN, __VA_ARGS__ }
#define ONE	{ { TCP, 22, 22 } }

static void rows_are_refused_where_they_are_wrong(struct kunit *test)
{
	static const struct refusal refusals[] = {
		{ { NULL, 0, 0, ONE, BIT(ADMINS) },
		  "a row's name is 1 to 31 of a-z 0-9 -" },
		{ { "", 0, 0, ONE, BIT(ADMINS) },
		  "a row's name is 1 to 31 of a-z 0-9 -",
		  NF_EDGE_A_SITE_ROW_NAME },
		{ { "Rdp", 0, 0, ONE, BIT(ADMINS) },
		  "a row's name is 1 to 31 of a-z 0-9 -",
		  NF_EDGE_A_SITE_ROW_NAME },
		{ { "r_p", 0, 0, ONE, BIT(ADMINS) },
		  "a row's name is 1 to 31 of a-z 0-9 -",
		  NF_EDGE_A_SITE_ROW_NAME },
		{ { "rdp", 0, 0, ONE, BIT(ADMINS) },
		  "two rows of the site's own have this name",
		  NF_EDGE_A_SITE_ROW_NAME },
		{ { "row", NONE, 0, ONE, BIT(ADMINS) },
		  "a row needs a service and one direction, in or out" },
		{ { "row", 0, NONE, ONE, BIT(ADMINS) },
		  "a row needs a service and one direction, in or out" },
		{ R({}, BIT(ADMINS)), "a row needs at least one port" },
		{ R({ { TCP, 0, 5 } }, BIT(ADMINS)),
		  "there is no port 0: ports are 1 to 65535", NONE },
		{ R({ { TCP, 6, 5 } }, BIT(ADMINS)),
		  "the range of ports is turned round", NONE },
		{ R({ { IPPROTO_ICMP, 6, 7 } }, BIT(ADMINS)),
		  "the protocol of a row is TCP or UDP", NONE },
		{ R({ { TCP, NONE, 5 } }, BIT(ADMINS)),
		  "ports need a protocol, and a first and a last port",
		  NF_EDGE_A_SITE_ROW_PORTS },
		{ R({ { TCP, 5, NONE } }, BIT(ADMINS)),
		  "ports need a protocol, and a first and a last port",
		  NF_EDGE_A_SITE_ROW_PORTS },
		{ R({ { NONE, 5, 5 } }, BIT(ADMINS)),
		  "ports need a protocol, and a first and a last port",
		  NF_EDGE_A_SITE_ROW_PORTS },
		{ R({ { 6, 1, 1 }, { 6, 2, 2 }, { 6, 3, 3 }, { 6, 4, 4 },
		      { 6, 5, 5 }, { 6, 6, 6 }, { 6, 7, 7 }, { 6, 8, 8 },
		      { 6, 9, 9 }, { 6, 10, 10 }, { 6, 11, 11 }, { 6, 12, 12 },
		      { 6, 13, 13 }, { 6, 14, 14 }, { 6, 15, 15 },
		      { 6, 16, 16 }, { 6, 17, 17 } }, BIT(ADMINS)),
		  "more than 16 ports and ranges", NONE, -E2BIG },
		{ R(ONE, NONE), "a row needs peers: sets, or any alone" },
		{ R(ONE, 0), "a row needs peers: sets, or any alone",
		  NF_EDGE_A_SITE_ROW_SETS },
		{ R(ONE, BIT(ADMINS), true, true),
		  "a row needs peers: sets, or any alone",
		  NF_EDGE_A_SITE_ROW_SETS },
		{ R(ONE, BIT(MONITOR)),
		  "the row has a set that the profile does not have, and that no own-set names",
		  NF_EDGE_A_SITE_ROW_SETS },
		{ R(ONE, BIT(ADMINS), .nodes = { "edge3" }),
		  "the policy has no node of this name", NF_EDGE_A_SITE_ROW_NODES },
		{ R(ONE, NONE, true),
		  "the row lets much of the Internet in, by any or by a prefix shorter than /8 or /16: narrow its peers, or say that it is exposed" },
		{ R(ONE, BIT(NF_EDGE_PEER_SET_SBA)),
		  "the row lets much of the Internet in, by any or by a prefix shorter than /8 or /16: narrow its peers, or say that it is exposed" },
		{ R(ONE, BIT(NF_EDGE_PEER_SET_DNS) | BIT(ADMINS)),
		  "the row lets much of the Internet in, by any or by a prefix shorter than /8 or /16: narrow its peers, or say that it is exposed" },
		{ R(ONE, BIT(ADMINS), .exposed = true),
		  "the row is not exposed: leave this out",
		  NF_EDGE_A_SITE_ROW_EXPOSED },
		{ { "row", NF_EDGE_SERVICE_AV, NF_EDGE_DIRECTION_OUT, ONE, NONE,
		    true, true }, "the row is not exposed: leave this out",
		  NF_EDGE_A_SITE_ROW_EXPOSED },
		{ { "row", NF_EDGE_SERVICE_INTERNAL, NF_EDGE_DIRECTION_IN, ONE,
		    BIT(NF_EDGE_PEER_SET_SBA), .exposed = true },
		  "the row is not exposed: leave this out",
		  NF_EDGE_A_SITE_ROW_EXPOSED },
		{ { "row", NF_EDGE_SERVICE_INTERNAL, NF_EDGE_DIRECTION_IN, ONE,
		    NONE, true },
		  "any would let every address in to an internal one: bind internal-networks, or name sets" },
	};
	u32 i;

	load_all(test);
	for (i = 0; i < ARRAY_SIZE(refusals); i++) {
		const struct refusal *r = &refusals[i];
		struct sk_buff *skb = load_of(&rdp);
		const struct nlattr *row;

		/* Just too short, and in two sets. */
		put_prefixes(skb, NF_EDGE_PEER_SET_SBA, "128.0.0.0/7");
		put_prefixes(skb, NF_EDGE_PEER_SET_DNS, "2600::/15");
		put_prefixes(skb, NF_EDGE_PEER_SET_CMS, "12.0.0.0/8");
		row = (void *)skb->tail;
		put_own_row(skb, &r->row);
		expect_refusal(test, hand_over(skb), r->err ?: -EINVAL,
			       r->sentence);
		if (r->at >= 0)
			KUNIT_ASSERT_PTR_EQ(test, extack.bad_attr,
					    r->at ? nested(row, r->at) : row);
		nlmsg_free(skb);
		KUNIT_ASSERT_EQ(test, en->generation, 1);
		expect_one_reference_each(test);
	}
}

/* With internal-networks bound, any is whom the site calls internal. */
static void any_inside_needs_to_know_what_is_internal(struct kunit *test)
{
	static const struct own_row any = {
		"row", NF_EDGE_SERVICE_INTERNAL, NF_EDGE_DIRECTION_IN, ONE,
		NONE, true,
	};
	struct sk_buff *skb = load_of(&any);

	expect_refusal(test, ask(skb), -EINVAL,
		       "any would let every address in to an internal one: bind internal-networks, or name sets");
	skb = load_request(NF_EDGE_MODE_ENFORCE, ALL_ZONES, ALL_FEATURES);
	put_prefixes(skb, NF_EDGE_PEER_SET_INTERNAL_NETWORKS, "10.0.0.0/8");
	put_own_row(skb, &any);
	KUNIT_ASSERT_EQ(test, ask(skb), 0);
}

static void a_table_has_64_rows_and_no_more(struct kunit *test)
{
	struct sk_buff *skb = begin_load();
	struct own_row row = rdp;
	char name[8];
	u32 i;

	row.name = name;
	for (i = ROWS; i < NF_EDGE_TABLE_ROWS; i++) {
		snprintf(name, sizeof(name), "r%u", i);
		put_own_row(skb, &row);
	}
	KUNIT_ASSERT_EQ(test, hand_over(skb), 0);
	KUNIT_ASSERT_EQ(test, in_force()->n, 64);
	snprintf(name, sizeof(name), "more");
	put_own_row(skb, &row);
	expect_refusal(test, hand_over(skb), -E2BIG,
		       "more than 64 rows: the profile's and the site's own");
	KUNIT_ASSERT_STREQ(test, nla_data(nested(extack.bad_attr,
						 NF_EDGE_A_SITE_ROW_NAME)),
			   "more");
	nlmsg_free(skb);
}

/* --- sets of the site's own */

static void sets_are_refused_where_they_are_wrong(struct kunit *test)
{
	static const struct {
		int set;
		const char *name;
		const char *sentence;
	} refusals[] = {
		{ NONE, "clocks", "a set of the site's own needs a number and a name" },
		{ 20, NULL, "a set of the site's own needs a number and a name" },
		{ 20, "", "a set's name is 1 to 31 of a-z 0-9 -, and not any" },
		{ 20, "any", "a set's name is 1 to 31 of a-z 0-9 -, and not any" },
		{ 20, "Clocks", "a set's name is 1 to 31 of a-z 0-9 -, and not any" },
		{ 20, "admins", "two sets have this name" },
		{ 20, "crl", "two sets have this name" },
		{ ADMINS, "clocks",
		  "another set has this number: take one that no set of the profile has" },
		{ NF_EDGE_PEER_SET_SBA, "clocks",
		  "another set has this number: take one that no set of the profile has" },
		{ 0, "clocks",
		  "another set has this number: take one that no set of the profile has" },
		{ 20, "clocks",
		  "no row uses one of the site's own sets, nor does ping-peers" },
	};
	struct sk_buff *skb;
	u32 i;

	for (i = 0; i < ARRAY_SIZE(refusals); i++) {
		skb = load_of(&rdp);
		put_own_set(skb, refusals[i].set, refusals[i].name);
		expect_refusal(test, ask(skb), -EINVAL, refusals[i].sentence);
	}
	skb = load_of(&rdp);
	put_own_set(skb, 20, "clocks");
	nla_put_u32(skb, NF_EDGE_A_POLICY_PING_PEERS, BIT(20));
	KUNIT_ASSERT_EQ(test, ask(skb), 0);
	KUNIT_ASSERT_STREQ(test, in_force()->set_name[20], "clocks");

	/* Bound, or named by ping-peers, but nobody's. */
	skb = load_of(&rdp);
	put_prefixes(skb, 20, "203.0.113.0/24");
	expect_refusal(test, ask(skb), -EINVAL,
		       "peers are bound to a set that the profile does not have, and that no own-set names");
	skb = load_of(&rdp);
	nla_put_u32(skb, NF_EDGE_A_POLICY_PING_PEERS, BIT(20));
	expect_refusal(test, ask(skb), -EINVAL,
		       "ping-peers has a set that the profile does not have, and that no own-set names");
}

/* The number of a set that only other profiles have. */
static void a_number_is_free_where_the_profile_has_no_such_set(struct kunit *test)
{
	struct sk_buff *skb = request(NF_EDGE_CMD_LOAD);
	struct own_row row = rdp;

	put_switches(skb, NF_EDGE_MODE_ENFORCE, BIT(NF_EDGE_ZONE_EXTERNAL), 0);
	put_site(skb);
	nla_put_u32(skb, NF_EDGE_A_POLICY_PROFILE, NF_EDGE_PROFILE_SFB2019);
	put_own_set(skb, NF_EDGE_PEER_SET_PIC_PARTNERS, "clocks");
	row.sets = BIT(NF_EDGE_PEER_SET_PIC_PARTNERS);
	put_own_row(skb, &row);
	KUNIT_ASSERT_EQ(test, ask(skb), 0);
	expect_number(test, NF_EDGE_A_POLICY_PROFILE, NF_EDGE_PROFILE_SFB2019);
	KUNIT_ASSERT_STREQ(test, in_force()->set_name[NF_EDGE_PEER_SET_PIC_PARTNERS],
			   "clocks");
}

/* --- moved ports */

static void ports_are_moved_by_the_documented_ones(struct kunit *test)
{
	struct sk_buff *skb = begin_load();
	const struct nf_edge_table *table;
	u32 i, moved = 0;

	put_own_row(skb, &rdp);
	/* Two change places, a range moves, one stays where it is. */
	put_port(skb, NF_EDGE_SERVICE_ACCESS, TCP, 443, 443, 5061, 5061);
	put_port(skb, NF_EDGE_SERVICE_ACCESS, TCP, 5061, 5061, 443, 443);
	put_port(skb, NF_EDGE_SERVICE_AV, UDP, 50000, 59999, 40000, 40099);
	put_port(skb, NF_EDGE_SERVICE_INTERNAL, TCP, 5062, 5062, 5062, 5062);
	KUNIT_ASSERT_EQ(test, ask(skb), 0);
	table = in_force();
	for (i = 0; i < table->n; i++) {
		const struct nf_edge_row *row = &table->row[i];

		if (i < table->n_document)
			moved += row->ports[0].low != row->documented.low;
		if (!strcmp(row->id, "external/5") || !strcmp(row->id, "pic/3"))
			KUNIT_ASSERT_EQ(test, row->ports[0].low, 5061);
		if (!strcmp(row->id, "external/6") || !strcmp(row->id, "pic/1"))
			KUNIT_ASSERT_EQ(test, row->ports[0].low, 443);
		if (!strcmp(row->id, "external/7"))
			KUNIT_ASSERT_EQ(test, row->ports[0].low, 5061);
		if (!strcmp(row->id, "external/12")) {
			KUNIT_ASSERT_EQ(test, row->ports[0].low, 40000);
			KUNIT_ASSERT_EQ(test, row->ports[0].high, 40099);
		}
	}
	KUNIT_ASSERT_EQ(test, moved, 5);
}

static void ports_are_refused_where_they_are_wrong(struct kunit *test)
{
	static const struct {
		int service, l4proto, documented_low, documented_high, low, high;
		const char *sentence;
	} refusals[] = {
		{ NONE, TCP, 443, 443, 444, 444,
		  "a moved port needs a service, a protocol, the documented ports and those in force" },
		{ NF_EDGE_SERVICE_ACCESS, TCP, 443, 443, 0, 0,
		  "there is no port 0: ports are 1 to 65535" },
		{ NF_EDGE_SERVICE_AV, TCP, 50000, 59999, 60000, 50000,
		  "the range of ports is turned round" },
		{ NF_EDGE_SERVICE_ACCESS, TCP, 443, 443, 444, 445,
		  "a single port moves to a single port" },
		{ NF_EDGE_SERVICE_ACCESS, TCP, 444, 444, 445, 445,
		  "the profile has no in row of this service with these documented ports" },
		{ NF_EDGE_SERVICE_ACCESS, UDP, 443, 443, 445, 445,
		  "the profile has no in row of this service with these documented ports" },
		/* Of an out row, and inside a range. */
		{ NF_EDGE_SERVICE_ACCESS, TCP, 80, 80, 81, 81,
		  "the profile has no in row of this service with these documented ports" },
		{ NF_EDGE_SERVICE_AV, TCP, 50001, 50003, 50001, 50003,
		  "the profile has no in row of this service with these documented ports" },
		{ NF_EDGE_SERVICE_WEBCONF, TCP, 443, 443, 445, 445,
		  "these ports are moved twice" },
	};
	u32 i;

	for (i = 0; i < ARRAY_SIZE(refusals); i++) {
		struct sk_buff *skb = load_of(&rdp);

		put_port(skb, NF_EDGE_SERVICE_WEBCONF, TCP, 443, 443, 444, 444);
		put_port(skb, refusals[i].service, refusals[i].l4proto,
			 refusals[i].documented_low, refusals[i].documented_high,
			 refusals[i].low, refusals[i].high);
		expect_refusal(test, ask(skb), -EINVAL, refusals[i].sentence);
		KUNIT_ASSERT_EQ(test, en->generation, 0);
	}
}

static struct kunit_case cases[] = {
	KUNIT_CASE(a_row_is_loaded_as_it_is_said),
	KUNIT_CASE(good_rows_are_loaded),
	KUNIT_CASE(rows_are_refused_where_they_are_wrong),
	KUNIT_CASE(any_inside_needs_to_know_what_is_internal),
	KUNIT_CASE(a_table_has_64_rows_and_no_more),
	KUNIT_CASE(sets_are_refused_where_they_are_wrong),
	KUNIT_CASE(a_number_is_free_where_the_profile_has_no_such_set),
	KUNIT_CASE(ports_are_moved_by_the_documented_ones),
	KUNIT_CASE(ports_are_refused_where_they_are_wrong),
	{}
};

static struct kunit_suite suite = {
	.name = "nf_edge_family_rows",
	.init = start,
	.exit = end,
	.test_cases = cases,
};

kunit_test_suite(suite);
