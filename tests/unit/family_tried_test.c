// SPDX-License-Identifier: GPL-2.0-only
/* Policies that are tried, and connections that are asked of them. */

#include <net/dst.h>

#include "family/site.h"

#define WAN	7
#define LAN	8
#define DMZ	9

static struct net_device devices[] = {
	{ .name = "wan0", .ifindex = WAN, .net = &init_net },
	{ .name = "lan0", .ifindex = LAN, .net = &init_net },
	{ .name = "dmz0", .ifindex = DMZ, .net = &init_net },
	{ .name = "lo", .ifindex = 1, .flags = IFF_LOOPBACK, .net = &init_net },
	{ .name = "site", .ifindex = 10, .vrf = true, .net = &init_net },
};

/* Edges are behind dmz0; the last octet leads to any other device. */
static int route(u8 last, struct net_device **dev)
{
	static const u8 places[] = { 0, 1, 2, 3, 4 };

	if (last == 250)
		return -ENETUNREACH;
	if (last == 251)
		return -ENOMEM;
	*dev = &devices[last >= 240 && last < 245 ? places[last - 240] :
			last < 30 ? 2 : 0];
	return 0;
}

static struct sk_buff *site_request(void)
{
	struct sk_buff *skb = request(NF_EDGE_CMD_LOAD);
	struct nlattr *nest;

	put_switches(skb, NF_EDGE_MODE_ENFORCE, ALL_ZONES, ALL_FEATURES);
	nest = nla_nest_start(skb, NF_EDGE_A_POLICY_NODE);
	nla_put_string(skb, NF_EDGE_A_NODE_NAME, "edge1");
	put_address(skb, NF_EDGE_SERVICE_ACCESS, "131.107.155.10");
	/* Behind wan0, and of the local host. */
	put_address(skb, NF_EDGE_SERVICE_ACCESS, "131.107.155.240");
	put_address(skb, NF_EDGE_SERVICE_ACCESS, "131.107.155.243");
	put_address(skb, NF_EDGE_SERVICE_AV, "2001:db8::10");
	nla_nest_end(skb, nest);
	put_interface(skb, "wan0", BIT(NF_EDGE_SIDE_EXTERNAL));
	put_interface(skb, "lan0", BIT(NF_EDGE_SIDE_INTERNAL));
	put_interface(skb, "dmz0", BIT(NF_EDGE_SIDE_EDGE));
	return skb;
}

static int start_site(struct kunit *test)
{
	unsigned int i;
	int err = start_family();

	if (err)
		return err;
	shim_route = route;
	for (i = 0; i < ARRAY_SIZE(devices); i++)
		devices[i].next = i + 1 < ARRAY_SIZE(devices) ?
				  &devices[i + 1] : NULL;
	init_net.devices = devices;
	return ask(site_request());
}

static void end_site(struct kunit *test)
{
	KUNIT_ASSERT_EQ(test, shim_dsts, 0);
	end_family();
	shim_route = NULL;
}

struct tuples {
	u8 protocol;
	const char *source, *destination;
	const char *reply_source, *reply_destination;	/* NULL: not translated */
	int port;		/* -1 for none */
	int type;		/* -1 for none */
};

static void put_end(struct sk_buff *skb, const char *text, int ipv4, int ipv6)
{
	struct address a = read_address(text);

	nla_put(skb, a.ipv6 ? ipv6 : ipv4, a.ipv6 ? 16 : 4, a.octets);
}

static void put_connection(struct sk_buff *skb, const struct tuples *t)
{
	struct nlattr *nest = nla_nest_start(skb, NF_EDGE_A_POLICY_QUERY);

	nla_put_u8(skb, NF_EDGE_A_QUERY_PROTOCOL, t->protocol);
	put_end(skb, t->source, NF_EDGE_A_QUERY_SOURCE_IPV4,
		NF_EDGE_A_QUERY_SOURCE_IPV6);
	put_end(skb, t->destination, NF_EDGE_A_QUERY_DESTINATION_IPV4,
		NF_EDGE_A_QUERY_DESTINATION_IPV6);
	put_end(skb, t->reply_source ?: t->destination,
		NF_EDGE_A_QUERY_REPLY_SOURCE_IPV4,
		NF_EDGE_A_QUERY_REPLY_SOURCE_IPV6);
	put_end(skb, t->reply_destination ?: t->source,
		NF_EDGE_A_QUERY_REPLY_DESTINATION_IPV4,
		NF_EDGE_A_QUERY_REPLY_DESTINATION_IPV6);
	if (t->port >= 0)
		nla_put_u16(skb, NF_EDGE_A_QUERY_DESTINATION_PORT, t->port);
	if (t->type >= 0)
		nla_put_u8(skb, NF_EDGE_A_QUERY_ICMP_TYPE, t->type);
	nla_nest_end(skb, nest);
}

static struct sk_buff *question(const struct tuples *t, bool tried)
{
	struct sk_buff *skb = request(NF_EDGE_CMD_EXPLAIN);

	if (tried)
		nla_put_flag(skb, NF_EDGE_A_POLICY_TRIED);
	put_connection(skb, t);
	return skb;
}

static s64 told(int attribute)
{
	return number(nested(answered(NF_EDGE_A_POLICY_QUERY), attribute));
}

#define ACCEPT	NF_EDGE_VERDICT_ACCEPT
#define DROP	NF_EDGE_VERDICT_DROP
#define FREE	NF_EDGE_VERDICT_NOT_GOVERNED
#define TCP	IPPROTO_TCP
#define UDP	IPPROTO_UDP

static const struct {
	struct tuples tuples;
	int verdict, reason, reply, reply_reason;
} known[] = {
	/* From outside, from inside, from the edge's own side. */
	{ { TCP, "198.51.100.240", "131.107.155.10", NULL, NULL, 443, -1 },
	  ACCEPT, -1, ACCEPT, -1 },
	{ { TCP, "192.168.10.241", "131.107.155.10", NULL, NULL, 443, -1 },
	  DROP, NF_EDGE_REASON_INTERFACE, ACCEPT, -1 },
	{ { TCP, "198.51.100.242", "131.107.155.10", NULL, NULL, 443, -1 },
	  DROP, NF_EDGE_REASON_INTERFACE, ACCEPT, -1 },
	/* Of the local host, of no route, and by a VRF: nothing is asked. */
	{ { TCP, "198.51.100.243", "131.107.155.10", NULL, NULL, 443, -1 },
	  ACCEPT, -1, ACCEPT, -1 },
	{ { TCP, "198.51.100.250", "131.107.155.10", NULL, NULL, 443, -1 },
	  ACCEPT, -1, ACCEPT, -1 },
	{ { TCP, "198.51.100.244", "131.107.155.10", NULL, NULL, 443, -1 },
	  ACCEPT, -1, ACCEPT, -1 },
	{ { TCP, "198.51.100.240", "131.107.155.10", NULL, NULL, 3389, -1 },
	  DROP, NF_EDGE_REASON_NO_ROW, DROP, NF_EDGE_REASON_NO_ROW },
	{ { UDP, "2001:db8:51::f0", "2001:db8::10", NULL, NULL, 3478, -1 },
	  ACCEPT, -1, ACCEPT, -1 },
	/* Translated: judged as the initiator wrote the packet. */
	{ { TCP, "198.51.100.240", "131.107.155.10", "172.16.0.5", NULL, 443,
	    -1 }, ACCEPT, -1, ACCEPT, -1 },
	{ { TCP, "198.51.100.240", "192.0.2.99", "131.107.155.10", NULL, 443,
	    -1 }, DROP, NF_EDGE_REASON_NO_ROW, DROP, NF_EDGE_REASON_NO_ROW },
	{ { TCP, "172.16.0.5", "198.51.100.240", NULL, "131.107.155.10", 5061,
	    -1 }, DROP, NF_EDGE_REASON_NO_ROW, DROP, NF_EDGE_REASON_NO_ROW },
	{ { TCP, "172.16.0.5", "198.51.100.240", NULL, "192.0.2.99", 5061, -1 },
	  FREE, -1, FREE, -1 },
	/* Replies of an edge address that a route leads to outside. */
	{ { UDP, "198.51.100.240", "192.0.2.98", NULL, NULL, 53, -1 },
	  FREE, -1, FREE, -1 },
	/* Echo is off; other types and protocols are of no row. */
	{ { IPPROTO_ICMP, "198.51.100.240", "131.107.155.10", NULL, NULL, -1,
	    8 }, DROP, NF_EDGE_REASON_NO_ROW, DROP, NF_EDGE_REASON_NO_ROW },
	{ { IPPROTO_ICMP, "198.51.100.240", "131.107.155.10", NULL, NULL, -1,
	    13 }, DROP, NF_EDGE_REASON_NO_ROW, DROP, NF_EDGE_REASON_NO_ROW },
	{ { 47, "198.51.100.240", "131.107.155.10", NULL, NULL, -1, -1 },
	  DROP, NF_EDGE_REASON_NO_ROW, DROP, NF_EDGE_REASON_NO_ROW },
	/* Replies that come from outside are spoofed, whatever the request is. */
	{ { TCP, "198.51.100.240", "131.107.155.240", NULL, NULL, 443, -1 },
	  ACCEPT, -1, DROP, NF_EDGE_REASON_SPOOFED },
	{ { TCP, "198.51.100.240", "131.107.155.240", NULL, NULL, 3389, -1 },
	  DROP, NF_EDGE_REASON_NO_ROW, DROP, NF_EDGE_REASON_SPOOFED },
	/* One end of the local host, then both, then both but for NAT. */
	{ { TCP, "198.51.100.240", "131.107.155.243", NULL, NULL, 3389, -1 },
	  DROP, NF_EDGE_REASON_NO_ROW, DROP, NF_EDGE_REASON_NO_ROW },
	{ { TCP, "198.51.100.243", "131.107.155.243", NULL, NULL, 3389, -1 },
	  FREE, -1, FREE, -1 },
	{ { TCP, "198.51.100.243", "131.107.155.243", "192.0.2.240", NULL,
	    3389, -1 },
	  DROP, NF_EDGE_REASON_NO_ROW, DROP, NF_EDGE_REASON_NO_ROW },
	/* Both ends of the local host: never governed. */
	{ { TCP, "198.51.100.243", "192.0.2.243", NULL, NULL, 443, -1 },
	  FREE, -1, FREE, -1 },
};

static void connections_are_judged_in_both_directions(struct kunit *test)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(known); i++) {
		KUNIT_ASSERT_EQ(test, ask(question(&known[i].tuples, false)), 0);
		KUNIT_ASSERT_EQ(test, told(NF_EDGE_A_QUERY_VERDICT),
				known[i].verdict);
		KUNIT_ASSERT_EQ(test, told(NF_EDGE_A_QUERY_REASON),
				known[i].reason);
		KUNIT_ASSERT_EQ(test, told(NF_EDGE_A_QUERY_REPLY_VERDICT),
				known[i].reply);
		KUNIT_ASSERT_EQ(test, told(NF_EDGE_A_QUERY_REPLY_REASON),
				known[i].reply_reason);
	}
}

static const struct tuples client = {
	TCP, "198.51.100.240", "131.107.155.10", NULL, NULL, 443, -1
};

#define NOTHING_TRIED "this socket has tried no policy: begin a transaction, and send a load or a switch with dry-run"

static int try_switch(int attribute, u32 value)
{
	struct sk_buff *skb = request(NF_EDGE_CMD_SWITCH);

	nla_put_u32(skb, attribute, value);
	nla_put_flag(skb, NF_EDGE_A_SWITCH_DRY_RUN);
	return ask(skb);
}

static void close_socket(u32 number)
{
	shim_netlink_release(&init_net, NETLINK_GENERIC, number);
}

static void expect_tried(struct kunit *test, int verdict)
{
	KUNIT_ASSERT_EQ(test, ask(question(&client, true)), 0);
	KUNIT_ASSERT_EQ(test, told(NF_EDGE_A_QUERY_VERDICT), verdict);
	KUNIT_ASSERT_EQ(test, ask(question(&client, false)), 0);
	KUNIT_ASSERT_EQ(test, told(NF_EDGE_A_QUERY_VERDICT), ACCEPT);
}

static void a_socket_asks_the_policy_that_it_tried(struct kunit *test)
{
	u32 generation = en->generation;

	expect_refusal(test, ask(question(&client, true)), -EINVAL,
		       NOTHING_TRIED);
	/* Without a transaction a dry run keeps nothing. */
	KUNIT_ASSERT_EQ(test, try_switch(NF_EDGE_A_SWITCH_ZONES_OFF,
					 ALL_ZONES), 0);
	KUNIT_ASSERT_EQ(test, ask(question(&client, true)), -EINVAL);
	KUNIT_ASSERT_EQ(test, ask_for(NF_EDGE_CMD_BEGIN), 0);
	KUNIT_ASSERT_EQ(test, ask(question(&client, true)), -EINVAL);

	KUNIT_ASSERT_EQ(test, try_switch(NF_EDGE_A_SWITCH_ZONES_OFF,
					 ALL_ZONES), 0);
	expect_tried(test, DROP);
	/* Another socket has tried another policy. */
	portid = 101;
	KUNIT_ASSERT_EQ(test, ask(question(&client, true)), -EINVAL);
	KUNIT_ASSERT_EQ(test, ask_for(NF_EDGE_CMD_BEGIN), 0);
	KUNIT_ASSERT_EQ(test, try_switch(NF_EDGE_A_SWITCH_MODE,
					 NF_EDGE_MODE_AUDIT), 0);
	expect_tried(test, ACCEPT);
	portid = 100;
	expect_tried(test, DROP);
	close_socket(100);
	expect_refusal(test, ask(question(&client, true)), -EINVAL,
		       NOTHING_TRIED);
	portid = 101;
	expect_tried(test, ACCEPT);
	KUNIT_ASSERT_EQ(test, en->generation, generation);
	KUNIT_ASSERT_EQ(test, events, 1);
	close_socket(101);
	expect_one_reference_each(test);
}

static void a_tried_load_is_asked_and_then_loaded(struct kunit *test)
{
	struct sk_buff *skb = site_request(), *other = site_request();
	struct nlattr *nest;

	nest = begin_peers(skb, NF_EDGE_PEER_SET_CRL);
	nla_nest_end(skb, nest);
	nla_put_u32(skb, NF_EDGE_A_POLICY_ZONES, 0);
	nla_put_flag(skb, NF_EDGE_A_POLICY_DRY_RUN);
	KUNIT_ASSERT_EQ(test, ask_for(NF_EDGE_CMD_BEGIN), 0);
	until_it_has_memory(test, skb, 0);
	expect_tried(test, DROP);

	/* The load itself forgets the tried one, and ends the transaction. */
	nla_put_u32(other, NF_EDGE_A_POLICY_MODE, NF_EDGE_MODE_AUDIT);
	KUNIT_ASSERT_EQ(test, ask(other), 0);
	KUNIT_ASSERT_EQ(test, en->generation, 2);
	expect_refusal(test, ask(question(&client, true)), -EINVAL,
		       NOTHING_TRIED);
	expect_one_reference_each(test);
}

static void a_load_after_a_try_is_refused_when_the_policy_moved(struct kunit *test)
{
	struct sk_buff *skb = site_request();

	nla_put_flag(skb, NF_EDGE_A_POLICY_DRY_RUN);
	KUNIT_ASSERT_EQ(test, ask_for(NF_EDGE_CMD_BEGIN), 0);
	KUNIT_ASSERT_EQ(test, ask(skb), 0);
	portid = 101;
	KUNIT_ASSERT_EQ(test, switch_to(NF_EDGE_A_SWITCH_MODE,
					NF_EDGE_MODE_AUDIT), 0);
	portid = 100;
	/* The tried policy is that of the generation before. */
	KUNIT_ASSERT_EQ(test, ask(question(&client, true)), 0);
	expect_number(test, NF_EDGE_A_POLICY_GENERATION, 1);
	KUNIT_ASSERT_EQ(test, ask(site_request()), -ESTALE);
	KUNIT_ASSERT_EQ(test, ask(question(&client, true)), -EINVAL);
}

static void a_switch_is_refused_when_the_policy_moved(struct kunit *test)
{
	struct sk_buff *skb = request(NF_EDGE_CMD_SWITCH);

	nla_put_u32(skb, NF_EDGE_A_SWITCH_MODE, NF_EDGE_MODE_AUDIT);
	nla_put_u32(skb, NF_EDGE_A_SWITCH_GENERATION, 1);
	KUNIT_ASSERT_EQ(test, hand_over(skb), 0);
	KUNIT_ASSERT_EQ(test, en->generation, 2);
	expect_refusal(test, ask(skb), -ESTALE,
		       "the policy changed meanwhile; nothing was changed, try again");
	KUNIT_ASSERT_EQ(test, en->generation, 2);
}

static void each_allocation_of_a_try_may_fail(struct kunit *test)
{
	struct sk_buff *skb = request(NF_EDGE_CMD_SWITCH);

	KUNIT_ASSERT_EQ(test, ask_for(NF_EDGE_CMD_BEGIN), 0);
	nla_put_u32(skb, NF_EDGE_A_SWITCH_ZONES_OFF, ALL_ZONES);
	nla_put_flag(skb, NF_EDGE_A_SWITCH_DRY_RUN);
	KUNIT_ASSERT_EQ(test, hand_over(skb), 0);
	expect_tried(test, DROP);
	mutex_lock(&en->mutex);
	nf_edge_transaction_forget(nf_edge_transaction_find(en, portid));
	mutex_unlock(&en->mutex);
	until_it_has_memory(test, question(&client, false), 0);
	KUNIT_ASSERT_EQ(test, hand_over(skb), 0);
	expect_tried(test, DROP);
	nlmsg_free(skb);
}

static void refused_connections(struct kunit *test)
{
	static const struct {
		struct tuples tuples;
		int also;		/* a flag or a name, 0 for none */
		const char *sentence;
	} bad[] = {
		{ { TCP, "198.51.100.7", "131.107.155.10", "2001:db8::10",
		    NULL, 443, -1 }, 0,
		  "a connection needs source and destination of its reply tuple, of the family of the original" },
		{ { TCP, "198.51.100.7", "131.107.155.10", NULL, NULL, 443,
		    -1 }, NF_EDGE_A_QUERY_LOCAL,
		  "a connection has no interface: routes tell where its packets arrive" },
		{ { TCP, "198.51.100.7", "131.107.155.10", NULL, NULL, -1,
		    -1 }, 0, "a destination port is required with TCP and UDP" },
		{ { TCP, "198.51.100.7", "131.107.155.10", NULL, NULL, 443,
		    8 }, 0, "only a connection of the family's ICMP has a type" },
		{ { IPPROTO_ICMPV6, "198.51.100.7", "131.107.155.10", NULL,
		    NULL, -1, 128 }, 0,
		  "only a connection of the family's ICMP has a type" },
		{ { 47, "198.51.100.7", "131.107.155.10", NULL, NULL, 443,
		    -1 }, 0, "only a connection of TCP or UDP has a port" },
	};
	struct sk_buff *skb;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(bad); i++) {
		struct nlattr *nest;

		skb = question(&bad[i].tuples, false);
		nest = (void *)payload_of((void *)skb->head);
		if (bad[i].also) {
			nla_put_flag(skb, bad[i].also);
			nla_nest_end(skb, nest);
		}
		expect_refusal(test, ask(skb), -EINVAL, bad[i].sentence);
	}
	/* A dry run without a transaction has no map of interfaces. */
	skb = site_request();
	nla_put_flag(skb, NF_EDGE_A_POLICY_DRY_RUN);
	put_connection(skb, &client);
	expect_refusal(test, ask(skb), -EINVAL,
		       "explain answers queries about connections: try the policy, then ask");
	/* Sixteen in a message, and no more. */
	skb = request(NF_EDGE_CMD_EXPLAIN);
	for (i = 0; i < NF_EDGE_MAX_QUERIES; i++)
		put_connection(skb, &client);
	KUNIT_ASSERT_EQ(test, hand_over(skb), 0);
	put_connection(skb, &client);
	expect_refusal(test, ask(skb), -E2BIG, "more than 16 queries");
	/* No route for want of memory is a failure, and no verdict. */
	skb = question(&(struct tuples){ TCP, "198.51.100.251",
					 "131.107.155.10", NULL, NULL, 443, -1 },
		       false);
	KUNIT_ASSERT_EQ(test, ask(skb), -ENOMEM);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(connections_are_judged_in_both_directions),
	KUNIT_CASE(a_socket_asks_the_policy_that_it_tried),
	KUNIT_CASE(a_tried_load_is_asked_and_then_loaded),
	KUNIT_CASE(a_load_after_a_try_is_refused_when_the_policy_moved),
	KUNIT_CASE(a_switch_is_refused_when_the_policy_moved),
	KUNIT_CASE(each_allocation_of_a_try_may_fail),
	KUNIT_CASE(refused_connections),
	{}
};

static struct kunit_suite suite = {
	.name = "nf_edge_family_tried",
	.init = start_site,
	.exit = end_site,
	.test_cases = cases,
};

kunit_test_suite(suite);
