// SPDX-License-Identifier: GPL-2.0-only
/* Tables in force: profiles, single rows off, dumps, counters. */

#include "family/own.h"

/* --- profiles and switches */

static void a_profile_has_its_zones_and_features(struct kunit *test)
{
	struct sk_buff *skb;

	skb = load_request(NF_EDGE_MODE_ENFORCE, BIT(NF_EDGE_ZONE_PIC), 0);
	nla_put_u32(skb, NF_EDGE_A_POLICY_PROFILE, NF_EDGE_PROFILE_SFB2015);
	expect_refusal(test, ask(skb), -EINVAL,
		       "no row of the profile is in one of these zones");
	skb = load_request(NF_EDGE_MODE_ENFORCE, BIT(NF_EDGE_ZONE_SITE),
			   BIT(NF_EDGE_FEATURE_OCS2007));
	nla_put_u32(skb, NF_EDGE_A_POLICY_PROFILE, NF_EDGE_PROFILE_SFB2015);
	expect_refusal(test, ask(skb), -EINVAL,
		       "no row of the profile is for one of these features");
	skb = load_request(NF_EDGE_MODE_ENFORCE, BIT(NF_EDGE_ZONE_SITE), 0);
	nla_put_u32(skb, NF_EDGE_A_POLICY_PROFILE, NF_EDGE_PROFILE_SFB2015);
	KUNIT_ASSERT_EQ(test, ask(skb), 0);
	KUNIT_ASSERT_EQ(test, in_force()->n, 25);
	expect_refusal(test, switch_to(NF_EDGE_A_SWITCH_ZONES_ON,
				       BIT(NF_EDGE_ZONE_PIC)), -EINVAL,
		       "no row of the profile is in one of these zones");
	expect_refusal(test, switch_to(NF_EDGE_A_SWITCH_ZONES_OFF,
				       BIT(NF_EDGE_ZONE_PIC)), -EINVAL,
		       "no row of the profile is in one of these zones");
	expect_refusal(test, switch_to(NF_EDGE_A_SWITCH_FEATURES_ON,
				       BIT(NF_EDGE_FEATURE_PIC)), -EINVAL,
		       "no row of the profile is for one of these features");
	KUNIT_ASSERT_EQ(test, ask_for(NF_EDGE_CMD_STATUS_GET), 0);
	expect_number(test, NF_EDGE_A_POLICY_PROFILE, NF_EDGE_PROFILE_SFB2015);
	KUNIT_ASSERT_EQ(test, ask_for(NF_EDGE_CMD_DROPS_GET), 0);
	expect_number(test, NF_EDGE_A_DROPS_PROFILE, NF_EDGE_PROFILE_SFB2015);
}

static int switch_rows(const char *on, const char *off)
{
	struct sk_buff *skb = request(NF_EDGE_CMD_SWITCH);

	if (on)
		nla_put_string(skb, NF_EDGE_A_SWITCH_ROW_ON, on);
	if (off)
		nla_put_string(skb, NF_EDGE_A_SWITCH_ROW_OFF, off);
	return ask(skb);
}

/* The ids that a status has, one behind the other. */
static const char *ids_of(int attribute)
{
	static char text[200];
	const struct nlmsghdr *nlh;
	const struct nlattr *attr;
	int left;

	text[0] = '\0';
	ask_for(NF_EDGE_CMD_STATUS_GET);
	nlh = (const void *)answer->head;
	nla_for_each_attr(attr, payload_of(nlh), payload_size(nlh), left)
		if (nla_type(attr) == attribute)
			snprintf(text + strlen(text), sizeof(text) - strlen(text),
				 "%s ", (const char *)nla_data(attr));
	return text;
}

static void single_rows_are_switched(struct kunit *test)
{
	struct sk_buff *skb = load_of(&rdp);
	u64 site_row = BIT_ULL(ROWS);

	nla_put_string(skb, NF_EDGE_A_POLICY_ROW_OFF, "external/9");
	nla_put_string(skb, NF_EDGE_A_POLICY_ROW_OFF, "site/rdp");
	KUNIT_ASSERT_EQ(test, hand_over(skb), 0);
	KUNIT_ASSERT_STREQ(test, ids_of(NF_EDGE_A_POLICY_ROW_OFF),
			   "external/9 site/rdp ");
	KUNIT_ASSERT_EQ(test, en->snapshot->masks.live & site_row, 0);

	KUNIT_ASSERT_EQ(test, switch_rows("site/rdp", "pic/1"), 0);
	expect_number(test, NF_EDGE_A_SWITCH_CHANGED, 1);
	KUNIT_ASSERT_STREQ(test, ids_of(NF_EDGE_A_POLICY_ROW_OFF),
			   "external/9 pic/1 ");
	KUNIT_ASSERT_STREQ(test, ids_of(NF_EDGE_A_POLICY_LOADED_ROW_OFF),
			   "external/9 site/rdp ");
	KUNIT_ASSERT_EQ(test, switch_rows("site/rdp", "pic/1"), 0);
	expect_number(test, NF_EDGE_A_SWITCH_CHANGED, 0);

	expect_refusal(test, switch_rows("pic/1", "pic/1"), -EINVAL,
		       "a row is switched both on and off");
	expect_refusal(test, switch_rows("pic/7", NULL), -EINVAL,
		       "the policy has no row of this id");
	expect_refusal(test, switch_rows(NULL, "site/rd"), -EINVAL,
		       "the policy has no row of this id");

	/* A load says again which are off. */
	KUNIT_ASSERT_EQ(test, hand_over(skb), 0);
	expect_number(test, NF_EDGE_A_POLICY_CHANGED, 1);
	nla_put_string(skb, NF_EDGE_A_POLICY_ROW_OFF, "site/nobody");
	expect_refusal(test, ask(skb), -EINVAL,
		       "the policy has no row of this id");
	KUNIT_ASSERT_STREQ(test, ids_of(NF_EDGE_A_POLICY_ROW_OFF),
			   "external/9 site/rdp ");
}

/* --- what is told of rows and sets */

static u32 heard;

static bool has_string(const struct nlmsghdr *nlh, int type, const char *text)
{
	const struct nlattr *attr;
	int left;

	nla_for_each_attr(attr, payload_of(nlh), payload_size(nlh), left)
		if (nla_type(attr) == type && !nla_strcmp(attr, text))
			return true;
	return false;
}

static void hear_rows(struct kunit *test, const struct nlmsghdr *nlh)
{
	const struct nf_edge_row *row = &in_force()->row[heard++];
	bool own = heard > ROWS;
	const struct nlattr *ports = attr_in(payload_of(nlh), payload_size(nlh),
					     NF_EDGE_A_ROW_PORTS);

	KUNIT_ASSERT_TRUE(test, has_string(nlh, NF_EDGE_A_ROW_ID, row->id));
	KUNIT_ASSERT_EQ(test, number_of(nlh, NF_EDGE_A_ROW_ORIGIN),
			own ? NF_EDGE_ORIGIN_SITE : NF_EDGE_ORIGIN_DOCUMENT);
	KUNIT_ASSERT_EQ(test, number_of(nlh, NF_EDGE_A_ROW_PROFILE), 0);
	KUNIT_ASSERT_EQ(test, number(nested(ports, NF_EDGE_A_PORTS_LOW)),
			row->ports[0].low);
	KUNIT_ASSERT_EQ(test, number(nested(ports, NF_EDGE_A_PORTS_HIGH)),
			row->ports[0].high);
	KUNIT_ASSERT_EQ(test, number(nested(ports, NF_EDGE_A_PORTS_PROTOCOL)),
			row->ports[0].l4proto);
	if (!strcmp(row->id, "external/15")) {
		KUNIT_ASSERT_EQ(test, number_of(nlh, NF_EDGE_A_ROW_PORT_LOW), 444);
		KUNIT_ASSERT_EQ(test, number_of(nlh, NF_EDGE_A_ROW_DOCUMENTED_LOW),
				443);
		KUNIT_ASSERT_EQ(test, number_of(nlh, NF_EDGE_A_ROW_DOCUMENTED_HIGH),
				443);
		KUNIT_ASSERT_EQ(test, number_of(nlh, NF_EDGE_A_ROW_DEAD),
				BIT(NF_EDGE_DEAD_ROW_OFF));
		KUNIT_ASSERT_EQ(test, number_of(nlh, NF_EDGE_A_ROW_LIVE), 0);
	} else {
		KUNIT_ASSERT_EQ(test, number_of(nlh, NF_EDGE_A_ROW_DOCUMENTED_LOW),
				-1);
	}
	if (!strcmp(row->id, "external/2"))
		KUNIT_ASSERT_TRUE(test, has_string(nlh, NF_EDGE_A_ROW_SET_NAME,
						   "crl"));
	if (!strcmp(row->id, "site/rdp")) {
		KUNIT_ASSERT_TRUE(test, has_string(nlh, NF_EDGE_A_ROW_SET_NAME,
						   "admins"));
		KUNIT_ASSERT_TRUE(test, has_string(nlh, NF_EDGE_A_ROW_NODE,
						   "edge1"));
		KUNIT_ASSERT_TRUE(test, !has_string(nlh, NF_EDGE_A_ROW_NODE,
						    "edge2"));
		KUNIT_ASSERT_EQ(test, number_of(nlh, NF_EDGE_A_ROW_PEER_SETS),
				BIT(ADMINS));
		KUNIT_ASSERT_EQ(test, number_of(nlh, NF_EDGE_A_ROW_ANY), -1);
	}
	if (!strcmp(row->id, "site/open")) {
		KUNIT_ASSERT_EQ(test, number_of(nlh, NF_EDGE_A_ROW_ANY), 0);
		KUNIT_ASSERT_EQ(test, number_of(nlh, NF_EDGE_A_ROW_EXPOSED), 0);
		KUNIT_ASSERT_TRUE(test, !has_string(nlh, NF_EDGE_A_ROW_NODE,
						    "edge1"));
	}
}

static void hear_sets(struct kunit *test, const struct nlmsghdr *nlh)
{
	const struct nlattr *peers = attr_in(payload_of(nlh), payload_size(nlh),
					     NF_EDGE_A_POLICY_PEERS);
	u32 set = number(nested(peers, NF_EDGE_A_PEERS_SET));

	heard++;
	KUNIT_ASSERT_STREQ(test, nla_data(nested(peers, NF_EDGE_A_PEERS_NAME)),
			   set == ADMINS ? "admins" :
					   nf_edge_document_sets[set]);
	KUNIT_ASSERT_EQ(test, number(nested(peers, NF_EDGE_A_PEERS_COUNT)),
			set == ADMINS ? 1 : set == NF_EDGE_PEER_SET_CRL ? 2 :
			set == NF_EDGE_PEER_SET_FRONTEND ? 0 : -1);
}

static void rows_and_sets_are_dumped(struct kunit *test)
{
	static const struct own_row open = {
		"open", NF_EDGE_SERVICE_ACCESS, NF_EDGE_DIRECTION_IN,
		{ { TCP, 8443, 8443 } }, NONE, true, true,
	};
	struct own_row own = rdp;
	struct sk_buff *skb;

	own.nodes[0] = "edge1";
	skb = load_of(&own);
	put_own_row(skb, &open);
	put_port(skb, NF_EDGE_SERVICE_AV, TCP, 443, 443, 444, 444);
	nla_put_string(skb, NF_EDGE_A_POLICY_ROW_OFF, "external/15");
	KUNIT_ASSERT_EQ(test, ask(skb), 0);
	heard = 0;
	KUNIT_ASSERT_EQ(test, dump(test, NF_EDGE_CMD_ROW_GET, 8192, hear_rows),
			ROWS + 2);
	heard = 0;
	KUNIT_ASSERT_EQ(test, dump(test, NF_EDGE_CMD_PEERS_GET, 8192, hear_sets),
			NF_EDGE_DOCUMENT_SETS + 1);
}

static void count_rows(struct kunit *test, const struct nlmsghdr *nlh)
{
	heard++;
}

/* The largest row there can be fits the room that a dump asks for. */
static void the_largest_row_is_dumped(struct kunit *test)
{
	struct sk_buff *skb = request(NF_EDGE_CMD_LOAD);
	char name[NF_EDGE_NODE_NAME_MAX + 1], note[NF_EDGE_NOTE_MAX + 1];
	struct netlink_callback cb = {};
	struct sock sk = { &init_net };
	struct sk_buff asked = { .sk = &sk };
	struct nlattr *nest;
	u32 i;

	put_switches(skb, NF_EDGE_MODE_ENFORCE, 0, 0);
	for (i = 0; i < 63; i++) {
		char address[20];

		snprintf(name, sizeof(name), "node-of-a-name-of-31-octets-%03u", i);
		snprintf(address, sizeof(address), "192.0.2.%u", i + 1);
		put_node(skb, name, address, address);
	}
	put_node(skb, "z", "198.51.100.1", "198.51.100.1");
	memset(note, 'n', sizeof(note) - 1);
	note[sizeof(note) - 1] = '\0';
	for (i = 13; i < 32; i++) {
		snprintf(name, sizeof(name), "set-of-a-name-of-31-octets-%04u", i);
		put_own_set(skb, i, name);
	}
	nest = nla_nest_start(skb, NF_EDGE_A_POLICY_SITE_ROW);
	nla_put_string(skb, NF_EDGE_A_SITE_ROW_NAME,
		       "row-of-a-name-of-31-octets-0000");
	nla_put_u32(skb, NF_EDGE_A_SITE_ROW_SERVICE, 0);
	nla_put_u32(skb, NF_EDGE_A_SITE_ROW_DIRECTION, 0);
	nla_put_u32(skb, NF_EDGE_A_SITE_ROW_SETS, ~0U);
	nla_put_string(skb, NF_EDGE_A_SITE_ROW_NOTE, note);
	for (i = 0; i < 16; i++)
		put_ports(skb, TCP, 1, 65535);
	for (i = 0; i < 63; i++) {
		snprintf(name, sizeof(name), "node-of-a-name-of-31-octets-%03u", i);
		nla_put_string(skb, NF_EDGE_A_SITE_ROW_NODES, name);
	}
	nla_nest_end(skb, nest);
	KUNIT_ASSERT_EQ(test, ask(skb), 0);

	cb.skb = &asked;
	KUNIT_ASSERT_EQ(test, nf_edge_nl_pin(&cb), 0);
	KUNIT_ASSERT_TRUE(test, cb.min_dump_alloc > 0);
	nf_edge_nl_unpin(&cb);
	heard = 0;
	KUNIT_ASSERT_EQ(test, dump(test, NF_EDGE_CMD_ROW_GET, cb.min_dump_alloc,
				   count_rows), ROWS + 1);
}

/* --- memory, and counters */

static void a_load_without_memory_changes_nothing(struct kunit *test)
{
	load_all(test);
	until_it_has_memory(test, load_of(&rdp), 0);
	KUNIT_ASSERT_EQ(test, in_force()->n, ROWS + 1);
	expect_one_reference_each(test);
}

static void hit_row(u32 place)
{
	struct nf_edge_masks masks = { .table = in_force() };

	nf_edge_hit(&masks, en->snapshot->nodes[0]->cpu, BIT_ULL(place),
		    NF_EDGE_TO_EDGE, 100, true);
}

static s64 connections_of(const char *id)
{
	struct sk_buff *skb = request(NF_EDGE_CMD_COUNTERS_GET);
	const struct nlmsghdr *nlh;
	const struct nlattr *attr;
	int left;

	nla_put_string(skb, NF_EDGE_A_COUNTERS_NODE, "edge1");
	if (ask(skb))
		return -2;
	nlh = (const void *)answer->head;
	nla_for_each_attr(attr, payload_of(nlh), payload_size(nlh), left)
		if (nla_type(attr) == NF_EDGE_A_COUNTERS_ROW &&
		    !nla_strcmp(nested(attr, NF_EDGE_A_COUNTS_ROW), id))
			return number(nested(attr, NF_EDGE_A_COUNTS_CONNECTIONS));
	return -1;
}

static void counters_follow_the_names_of_rows(struct kunit *test)
{
	struct own_row other = rdp;
	struct sk_buff *skb;

	KUNIT_ASSERT_EQ(test, ask(load_of(&rdp)), 0);
	hit_row(4);
	hit_row(ROWS);
	/* A note, ports and peers are no other row. */
	other.ports[0].low = 22;
	KUNIT_ASSERT_EQ(test, ask(load_of(&other)), 0);
	KUNIT_ASSERT_EQ(test, connections_of("site/rdp"), 1);
	/* Another row before it. */
	other.name = "ssh";
	skb = begin_load();
	put_own_row(skb, &other);
	put_own_row(skb, &rdp);
	KUNIT_ASSERT_EQ(test, hand_over(skb), 0);
	KUNIT_ASSERT_EQ(test, connections_of("external/5"), 1);
	KUNIT_ASSERT_EQ(test, connections_of("site/rdp"), 1);
	KUNIT_ASSERT_EQ(test, connections_of("site/ssh"), 0);
	hit_row(ROWS);
	/* A dry run, and a load that is refused, leave no trace. */
	nlmsg_free(skb);
	skb = load_of(&rdp);
	nla_put_flag(skb, NF_EDGE_A_POLICY_DRY_RUN);
	KUNIT_ASSERT_EQ(test, ask(skb), 0);
	skb = load_of(&rdp);
	put_own_row(skb, &rdp);
	KUNIT_ASSERT_EQ(test, ask(skb), -EINVAL);
	KUNIT_ASSERT_EQ(test, connections_of("site/ssh"), 1);
	/* It leaves, and comes again. */
	KUNIT_ASSERT_EQ(test, ask(load_of(&rdp)), 0);
	KUNIT_ASSERT_EQ(test, connections_of("site/ssh"), -1);
	KUNIT_ASSERT_EQ(test, connections_of("site/rdp"), 1);
	skb = load_of(&rdp);
	put_own_row(skb, &other);
	KUNIT_ASSERT_EQ(test, ask(skb), 0);
	KUNIT_ASSERT_EQ(test, connections_of("site/ssh"), 0);
	KUNIT_ASSERT_EQ(test, connections_of("external/5"), 1);
	/* Another direction is another row. */
	other = rdp;
	other.direction = NF_EDGE_DIRECTION_OUT;
	KUNIT_ASSERT_EQ(test, ask(load_of(&other)), 0);
	KUNIT_ASSERT_EQ(test, connections_of("site/rdp"), 0);
	/* Another profile starts all from zero. */
	skb = begin_load();
	put_own_row(skb, &rdp);
	nla_put_u32(skb, NF_EDGE_A_POLICY_PROFILE,
		    NF_EDGE_PROFILE_LYNC2013_SINGLE_PUBLIC);
	KUNIT_ASSERT_EQ(test, ask(skb), 0);
	KUNIT_ASSERT_EQ(test, connections_of("external/5"), 0);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(a_profile_has_its_zones_and_features),
	KUNIT_CASE(single_rows_are_switched),
	KUNIT_CASE(rows_and_sets_are_dumped),
	KUNIT_CASE(the_largest_row_is_dumped),
	KUNIT_CASE(a_load_without_memory_changes_nothing),
	KUNIT_CASE(counters_follow_the_names_of_rows),
	{}
};

static struct kunit_suite suite = {
	.name = "nf_edge_family_tables",
	.init = start,
	.exit = end,
	.test_cases = cases,
};

kunit_test_suite(suite);
