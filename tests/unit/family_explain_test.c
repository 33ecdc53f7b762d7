// SPDX-License-Identifier: GPL-2.0-only
/* Queries: each verdict with all that belongs to it, and each refusal. */

#include "family/asking.h"

#define ALL_ZONES	(BIT(NF_EDGE_ZONE_XMPP + 1) - 1)
#define ALL_FEATURES	(BIT(NF_EDGE_FEATURE_LIVE_MESSENGER + 1) - 1)

static struct net_device vrf0 = { .name = "vrf0", .ifindex = 9, .vrf = true };

/* An Edge with all sides bound, the inside known, and zone pic off. */
static struct sk_buff *load_request(const char *second)
{
	struct sk_buff *skb = request(NF_EDGE_CMD_LOAD);
	struct nlattr *nest, *list;

	put_switches(skb, NF_EDGE_MODE_ENFORCE,
		     ALL_ZONES & ~BIT(NF_EDGE_ZONE_PIC),
		     ALL_FEATURES & ~BIT(NF_EDGE_FEATURE_REMOTE_ACCESS));
	nest = nla_nest_start(skb, NF_EDGE_A_POLICY_NODE);
	nla_put_string(skb, NF_EDGE_A_NODE_NAME, "edge1");
	put_address(skb, NF_EDGE_SERVICE_ACCESS, "131.107.155.10");
	put_address(skb, NF_EDGE_SERVICE_INTERNAL, "172.25.33.10");
	nla_nest_end(skb, nest);
	put_node(skb, second, "2001:db8::20", "131.107.155.22");
	put_interface(skb, "wan0", BIT(NF_EDGE_SIDE_EXTERNAL));
	put_interface(skb, "lan0", BIT(NF_EDGE_SIDE_INTERNAL));
	put_interface(skb, "dmz0", BIT(NF_EDGE_SIDE_EDGE));
	nla_put_u32(skb, NF_EDGE_A_POLICY_PING, BIT(NF_EDGE_SIDE_EXTERNAL));
	nest = begin_peers(skb, NF_EDGE_PEER_SET_INTERNAL_NETWORKS);
	list = nla_reserve(skb, NF_EDGE_A_PEERS_PREFIXES_IPV4, 0);
	put_entry(skb, list, "192.168.0.0/16");
	nla_nest_end(skb, nest);
	nest = begin_peers(skb, NF_EDGE_PEER_SET_CRL);
	list = nla_reserve(skb, NF_EDGE_A_PEERS_PREFIXES_IPV4, 0);
	put_entry(skb, list, "203.0.113.80/32");
	nla_nest_end(skb, nest);
	return skb;
}

static int start(struct kunit *test)
{
	int err = start_family();

	if (err)
		return err;
	vrf0.net = &init_net;
	init_net.devices = &vrf0;
	return ask(load_request("edge2"));
}

static void end(struct kunit *test)
{
	end_family();
}

struct question {
	const char *in;		/* NULL for the local host */
	u8 protocol;
	const char *source;
	const char *destination;
	int port;		/* -1 for none */
};

static void put_query(struct sk_buff *skb, const struct question *q)
{
	struct nlattr *nest = nla_nest_start(skb, NF_EDGE_A_POLICY_QUERY);
	struct address source = read_address(q->source);
	struct address to = read_address(q->destination);

	if (q->in)
		nla_put_string(skb, NF_EDGE_A_QUERY_IN, q->in);
	else
		nla_put_flag(skb, NF_EDGE_A_QUERY_LOCAL);
	nla_put_u8(skb, NF_EDGE_A_QUERY_PROTOCOL, q->protocol);
	nla_put(skb, source.ipv6 ? NF_EDGE_A_QUERY_SOURCE_IPV6 :
		NF_EDGE_A_QUERY_SOURCE_IPV4, source.ipv6 ? 16 : 4, source.octets);
	nla_put(skb, to.ipv6 ? NF_EDGE_A_QUERY_DESTINATION_IPV6 :
		NF_EDGE_A_QUERY_DESTINATION_IPV4, to.ipv6 ? 16 : 4, to.octets);
	if (q->port >= 0)
		nla_put_u16(skb, NF_EDGE_A_QUERY_DESTINATION_PORT, q->port);
	nla_nest_end(skb, nest);
}

static struct sk_buff *query(const struct question *q)
{
	struct sk_buff *skb = request(NF_EDGE_CMD_EXPLAIN);

	put_query(skb, q);
	return skb;
}

static s64 told(int attribute)
{
	return number(nested(answered(NF_EDGE_A_POLICY_QUERY), attribute));
}

/* All names of a repeated attribute, with blanks between. */
static const char *names(int attribute)
{
	const struct nlattr *nest = answered(NF_EDGE_A_POLICY_QUERY), *attr;
	static char text[256];
	int left;

	*text = '\0';
	nla_for_each_nested(attr, nest, left)
		if (nla_type(attr) == attribute)
			snprintf(text + strlen(text), sizeof(text) - strlen(text),
				 "%s%s", *text ? " " : "", (char *)nla_data(attr));
	return text;
}

static const struct {
	struct question question;
	int verdict;
	int reason;		/* -1 for none */
	const char *rows;
	const char *near;
	const char *from;
	const char *to;
} answers[] = {
	/* A row, its peer without a name. */
	{ { "wan0", IPPROTO_TCP, "203.0.113.7", "131.107.155.10", 5061 },
	  NF_EDGE_VERDICT_ACCEPT, -1, "external/6", "", "", "edge1" },
	{ { "wan0", IPPROTO_UDP, "203.0.113.7", "131.107.155.22", 3478 },
	  NF_EDGE_VERDICT_ACCEPT, -1, "external/14", "", "", "edge2" },
	/* From one node to the other, each end with a row. */
	{ { "dmz0", IPPROTO_UDP, "131.107.155.22", "131.107.155.22", 3478 },
	  NF_EDGE_VERDICT_ACCEPT, -1, "external/13 external/14", "", "edge2",
	  "edge2" },
	{ { "dmz0", IPPROTO_TCP, "131.107.155.10", "203.0.113.80", 80 },
	  NF_EDGE_VERDICT_ACCEPT, -1, "external/2", "", "edge1", "" },
	{ { NULL, IPPROTO_TCP, "203.0.113.7", "131.107.155.10", 5061 },
	  NF_EDGE_VERDICT_ACCEPT, -1, "external/6", "", "", "edge1" },
	/* Echo takes no row. */
	{ { "wan0", IPPROTO_ICMP, "203.0.113.7", "131.107.155.10", -1 },
	  NF_EDGE_VERDICT_ACCEPT, -1, "", "", "", "edge1" },
	{ { "wan0", IPPROTO_ICMPV6, "2001:db8:9::1", "2001:db8::20", -1 },
	  NF_EDGE_VERDICT_ACCEPT, -1, "", "", "", "edge2" },
	{ { "lan0", IPPROTO_ICMP, "192.168.0.7", "172.25.33.10", -1 },
	  NF_EDGE_VERDICT_DROP, NF_EDGE_REASON_NO_ROW, "", "", "", "edge1" },
	/* Each reason, with its near rows. */
	{ { "wan0", IPPROTO_TCP, "192.168.0.7", "131.107.155.10", 5061 },
	  NF_EDGE_VERDICT_DROP, NF_EDGE_REASON_SPOOFED, "", "", "", "edge1" },
	{ { "wan0", IPPROTO_TCP, "131.107.155.22", "203.0.113.7", 443 },
	  NF_EDGE_VERDICT_DROP, NF_EDGE_REASON_SPOOFED, "", "", "edge2", "" },
	{ { "dmz0", IPPROTO_TCP, "131.107.155.22", "127.0.0.1", 443 },
	  NF_EDGE_VERDICT_DROP, NF_EDGE_REASON_SPOOFED, "", "", "edge2", "" },
	{ { "wan0", IPPROTO_TCP, "203.0.113.7", "172.25.33.10", 443 },
	  NF_EDGE_VERDICT_DROP, NF_EDGE_REASON_ISOLATION, "", "", "", "edge1" },
	{ { "wan0", IPPROTO_TCP, "203.0.113.7", "131.107.155.10", 22 },
	  NF_EDGE_VERDICT_DROP, NF_EDGE_REASON_NO_ROW, "", "", "", "edge1" },
	{ { "wan0", IPPROTO_TCP, "203.0.113.7", "131.107.155.22", 50002 },
	  NF_EDGE_VERDICT_DROP, NF_EDGE_REASON_CLS_GUARD, "", "external/11", "",
	  "edge2" },
	{ { "lan0", IPPROTO_TCP, "203.0.113.7", "131.107.155.10", 5061 },
	  NF_EDGE_VERDICT_DROP, NF_EDGE_REASON_INTERFACE, "", "external/6", "",
	  "edge1" },
	{ { "dmz0", IPPROTO_TCP, "131.107.155.10", "203.0.113.81", 80 },
	  NF_EDGE_VERDICT_DROP, NF_EDGE_REASON_PEER, "", "external/2", "edge1",
	  "" },
	{ { "wan0", IPPROTO_TCP, "203.0.113.7", "131.107.155.10", 443 },
	  NF_EDGE_VERDICT_DROP, NF_EDGE_REASON_DISABLED, "", "external/5 pic/3",
	  "", "edge1" },
	{ { "lan0", IPPROTO_TCP, "203.0.113.7", "131.107.155.10", 443 },
	  NF_EDGE_VERDICT_DROP, NF_EDGE_REASON_SEVERAL, "", "external/5 pic/3",
	  "", "edge1" },
	/* Nobody's packet, and devices that are never judged. */
	{ { "wan0", IPPROTO_TCP, "203.0.113.7", "203.0.113.8", 443 },
	  NF_EDGE_VERDICT_NOT_GOVERNED, -1, "", "", "", "" },
	{ { "lo", IPPROTO_TCP, "203.0.113.7", "131.107.155.10", 22 },
	  NF_EDGE_VERDICT_NOT_GOVERNED, -1, "", "", "", "" },
	{ { "vrf0", IPPROTO_TCP, "203.0.113.7", "131.107.155.10", 22 },
	  NF_EDGE_VERDICT_NOT_GOVERNED, -1, "", "", "", "" },
};

static void each_verdict_has_its_grounds(struct kunit *test)
{
	int i;

	for (i = 0; i < ARRAY_SIZE(answers); i++) {
		KUNIT_ASSERT_EQ(test, ask(query(&answers[i].question)), 0);
		KUNIT_ASSERT_EQ(test, told(NF_EDGE_A_QUERY_VERDICT),
				answers[i].verdict);
		KUNIT_ASSERT_EQ(test, told(NF_EDGE_A_QUERY_REASON),
				answers[i].reason);
		KUNIT_ASSERT_EQ(test, told(NF_EDGE_A_QUERY_MODE),
				NF_EDGE_MODE_ENFORCE);
		KUNIT_ASSERT_STREQ(test, names(NF_EDGE_A_QUERY_ROW),
				   answers[i].rows);
		KUNIT_ASSERT_STREQ(test, names(NF_EDGE_A_QUERY_NEAR),
				   answers[i].near);
		KUNIT_ASSERT_STREQ(test, names(NF_EDGE_A_QUERY_SOURCE_NODE),
				   answers[i].from);
		KUNIT_ASSERT_STREQ(test, names(NF_EDGE_A_QUERY_DESTINATION_NODE),
				   answers[i].to);
	}
}

static void a_refused_query_pins_no_policy(struct kunit *test)
{
	static const struct {
		struct question question;
		const char *sentence;
	} refusals[] = {
		{ { "wan0", IPPROTO_SCTP, "192.0.2.1", "192.0.2.2", 1 },
		  "the protocol must be TCP, UDP or the family's ICMP" },
		{ { "wan0", IPPROTO_TCP, "192.0.2.1", "192.0.2.2", -1 },
		  "a destination port is required with TCP and UDP" },
		{ { "wan0", IPPROTO_ICMP, "192.0.2.1", "192.0.2.2", 1 },
		  "an echo request has no port" },
		{ { "wan0", IPPROTO_ICMP, "2001:db8::1", "2001:db8::2", -1 },
		  "the protocol must be TCP, UDP or the family's ICMP" },
		{ { "wan0", IPPROTO_TCP, "192.0.2.1", "2001:db8::2", 1 },
		  "a source and a destination of one family are required" },
		{ { "", IPPROTO_TCP, "192.0.2.1", "192.0.2.2", 1 },
		  "an interface needs a name" },
	};
	int i;

	for (i = 0; i < ARRAY_SIZE(refusals); i++) {
		KUNIT_ASSERT_EQ(test, ask(query(&refusals[i].question)), -EINVAL);
		KUNIT_ASSERT_STREQ(test, extack._msg, refusals[i].sentence);
		KUNIT_ASSERT_EQ(test, refcount_read(&en->snapshot->refs), 1);
	}
	KUNIT_ASSERT_EQ(test, ask_for(NF_EDGE_CMD_EXPLAIN), -EINVAL);
	KUNIT_ASSERT_STREQ(test, extack._msg, "a query is required");
}

/* --- the borders of what a node may bind, and a set may hold */

static int load_address(const char *text)
{
	struct sk_buff *skb = request(NF_EDGE_CMD_LOAD);

	put_switches(skb, NF_EDGE_MODE_ENFORCE, 0, 0);
	put_node(skb, "edge1", "198.18.0.1", text);
	nla_put_flag(skb, NF_EDGE_A_POLICY_DRY_RUN);
	return ask(skb);
}

static int load_prefix(const char *text)
{
	struct sk_buff *skb = request(NF_EDGE_CMD_LOAD);
	struct nlattr *nest, *list;

	put_switches(skb, NF_EDGE_MODE_ENFORCE, 0, 0);
	put_node(skb, "edge1", "198.18.0.1", "198.18.0.2");
	nest = begin_peers(skb, NF_EDGE_PEER_SET_CRL);
	list = nla_reserve(skb, strchr(text, ':') ?
			   NF_EDGE_A_PEERS_PREFIXES_IPV6 :
			   NF_EDGE_A_PEERS_PREFIXES_IPV4, 0);
	put_entry(skb, list, text);
	nla_nest_end(skb, nest);
	nla_put_flag(skb, NF_EDGE_A_POLICY_DRY_RUN);
	return ask(skb);
}

/* Each range: its prefix, its last address, and the neighbours of both. */
static void addresses_of_no_host_are_refused_to_the_border(struct kunit *test)
{
	static const struct {
		const char *prefix, *wider, *last, *before, *behind;
	} ranges[] = {
		{ "0.0.0.0/32", "0.0.0.0/31", "0.0.0.0", "0.0.0.1", "0.0.0.1" },
		{ "127.0.0.0/8", "126.0.0.0/7", "127.255.255.255",
		  "126.255.255.255", "128.0.0.0" },
		{ "169.254.0.0/16", "169.254.0.0/15", "169.254.255.255",
		  "169.253.255.255", "169.255.0.0" },
		{ "224.0.0.0/4", "224.0.0.0/3", "239.255.255.255",
		  "223.255.255.255", "240.0.0.0" },
		{ "255.255.255.255/32", "255.255.255.254/31", "255.255.255.255",
		  "255.255.255.254", "255.255.255.254" },
		{ "::/128", "::/127", "::", "::2", "::2" },
		{ "::1/128", "::/126", "::1", "::2", "::2" },
		{ "::ffff:0:0/96", "::fffe:0:0/95", "::ffff:ffff:ffff",
		  "::fffe:ffff:ffff", "::1:0:0:0" },
		{ "fe80::/10", "fe80::/9", "febf:ffff:ffff:ffff:ffff:ffff:ffff:ffff",
		  "fe7f:ffff::1", "fec0::" },
		{ "ff00::/8", "fe00::/7", "ffff:ffff::ffff", "feff::1",
		  "2001:db8::1" },
	};
	int i;

	for (i = 0; i < ARRAY_SIZE(ranges); i++) {
		KUNIT_ASSERT_EQ(test, load_prefix(ranges[i].prefix), -EINVAL);
		KUNIT_ASSERT_EQ(test, load_prefix(ranges[i].last), -EINVAL);
		KUNIT_ASSERT_EQ(test, load_prefix(ranges[i].wider), 0);
		KUNIT_ASSERT_EQ(test, load_prefix(ranges[i].before), 0);
		KUNIT_ASSERT_EQ(test, load_address(ranges[i].last), -EINVAL);
		KUNIT_ASSERT_EQ(test, load_address(ranges[i].before), 0);
		KUNIT_ASSERT_EQ(test, load_address(ranges[i].behind), 0);
	}
}

/* As many addresses of each service as may be, and one more of one. */
static void a_service_has_sixteen_addresses(struct kunit *test)
{
	int more, i, service;

	for (more = -1; more < NF_EDGE_SERVICES; more++) {
		struct sk_buff *skb = request(NF_EDGE_CMD_LOAD);
		struct nlattr *nest;
		char text[32];

		put_switches(skb, NF_EDGE_MODE_ENFORCE, 0, 0);
		nest = nla_nest_start(skb, NF_EDGE_A_POLICY_NODE);
		nla_put_string(skb, NF_EDGE_A_NODE_NAME, "edge1");
		for (service = 0; service < NF_EDGE_SERVICES; service++) {
			int n = NF_EDGE_MAX_ADDRESSES + (service == more);

			for (i = 0; i < n; i++) {
				snprintf(text, sizeof(text), "10.%d.0.%d",
					 service, i + 1);
				put_address(skb, service, text);
			}
		}
		nla_nest_end(skb, nest);
		put_interface(skb, "lan0", BIT(NF_EDGE_SIDE_INTERNAL));
		KUNIT_ASSERT_EQ(test, ask(skb), more < 0 ? 0 : -E2BIG);
	}
}

static int load_internal(const char *internal, u32 sides, const char *other)
{
	struct sk_buff *skb = request(NF_EDGE_CMD_LOAD);
	struct nlattr *nest;

	put_switches(skb, NF_EDGE_MODE_ENFORCE, 0, 0);
	nest = nla_nest_start(skb, NF_EDGE_A_POLICY_NODE);
	nla_put_string(skb, NF_EDGE_A_NODE_NAME, "edge1");
	put_address(skb, NF_EDGE_SERVICE_INTERNAL, internal);
	put_address(skb, NF_EDGE_SERVICE_AV, other);
	nla_nest_end(skb, nest);
	put_interface(skb, "dmz0", sides);
	return ask(skb);
}

static void an_internal_address_is_alone_and_has_an_inside(struct kunit *test)
{
	u32 inside = BIT(NF_EDGE_SIDE_INTERNAL), outside = BIT(NF_EDGE_SIDE_EDGE);

	KUNIT_ASSERT_EQ(test, load_internal("10.0.0.1", inside, "10.0.0.1"),
			-EINVAL);
	KUNIT_ASSERT_STREQ(test, extack._msg,
			   "an internal address serves nothing else");
	KUNIT_ASSERT_EQ(test, load_internal("10.0.0.1", outside, "10.0.0.2"),
			-EINVAL);
	KUNIT_ASSERT_EQ(test, load_internal("10.0.0.1", inside | outside,
					    "10.0.0.2"), 0);
}

/* A few differ; many are between addresses of the second node. */
static int turn(int n, int count)
{
	return count < NF_EDGE_MAX_QUERIES ? n : 2;
}

/* Each query has its own answer of the longest names, in the queries' order. */
static void a_dry_run_answers_as_many_queries_as_it_may(struct kunit *test)
{
	static const int counts[] = { 9, NF_EDGE_MAX_QUERIES,
				      NF_EDGE_MAX_QUERIES + 1 };
	char name[NF_EDGE_NODE_NAME_MAX + 1] = "";
	const struct nlmsghdr *nlh;
	const struct nlattr *attr;
	int i, n, left;

	memset(name, 'e', NF_EDGE_NODE_NAME_MAX);
	for (i = 0; i < ARRAY_SIZE(counts); i++) {
		struct sk_buff *skb = load_request(name);

		nla_put_flag(skb, NF_EDGE_A_POLICY_DRY_RUN);
		for (n = 0; n < counts[i]; n++)
			put_query(skb, &answers[turn(n, counts[i])].question);
		if (counts[i] > NF_EDGE_MAX_QUERIES) {
			KUNIT_ASSERT_EQ(test, ask(skb), -E2BIG);
			KUNIT_ASSERT_STREQ(test, extack._msg,
					   "more than 16 queries");
			break;
		}
		KUNIT_ASSERT_EQ(test, ask(skb), 0);
		n = 0;
		nlh = (const void *)answer->head;
		nla_for_each_attr(attr, payload_of(nlh), payload_size(nlh), left) {
			int wanted = answers[turn(n, counts[i])].verdict;

			if (nla_type(attr) != NF_EDGE_A_POLICY_QUERY)
				continue;
			KUNIT_ASSERT_EQ(test, number(nested(attr,
							    NF_EDGE_A_QUERY_VERDICT)),
					wanted);
			n++;
		}
		KUNIT_ASSERT_EQ(test, n, counts[i]);
		KUNIT_ASSERT_EQ(test, en->generation, 1);
	}
}

static void only_a_dry_run_answers_queries(struct kunit *test)
{
	struct sk_buff *skb = load_request("edge2");

	put_query(skb, &answers[0].question);
	KUNIT_ASSERT_EQ(test, ask(skb), -EINVAL);
	KUNIT_ASSERT_STREQ(test, extack._msg,
			   "only a dry run answers queries");
	KUNIT_ASSERT_EQ(test, en->generation, 1);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(each_verdict_has_its_grounds),
	KUNIT_CASE(a_refused_query_pins_no_policy),
	KUNIT_CASE(addresses_of_no_host_are_refused_to_the_border),
	KUNIT_CASE(a_service_has_sixteen_addresses),
	KUNIT_CASE(an_internal_address_is_alone_and_has_an_inside),
	KUNIT_CASE(a_dry_run_answers_as_many_queries_as_it_may),
	KUNIT_CASE(only_a_dry_run_answers_queries),
	{}
};

static struct kunit_suite suite = {
	.name = "nf_edge_family_explain",
	.init = start,
	.exit = end,
	.test_cases = cases,
};

kunit_test_suite(suite);
