// SPDX-License-Identifier: GPL-2.0-only
/* Transactions: peer sets that sockets send before a load. */

#include "family/site.h"

static int add_peers(u32 set, const char *text)
{
	struct sk_buff *skb = request(NF_EDGE_CMD_PEERS_ADD);
	struct nlattr *nest = begin_peers(skb, set), *list;

	list = nla_reserve(skb, NF_EDGE_A_PEERS_PREFIXES_IPV4, 0);
	put_entry(skb, list, text);
	nla_nest_end(skb, nest);
	return ask(skb);
}

static void close_socket(u32 number, int protocol)
{
	shim_netlink_release(&init_net, protocol, number);
}

static u32 prefixes_in_force(void)
{
	return en->snapshot->site->n_prefixes;
}

static void a_transaction_is_of_one_socket(struct kunit *test)
{
	KUNIT_ASSERT_EQ(test, ask_for(NF_EDGE_CMD_BEGIN), 0);
	KUNIT_ASSERT_EQ(test, add_peers(NF_EDGE_PEER_SET_DNS, "10.0.0.0/8"), 0);
	KUNIT_ASSERT_EQ(test, ask_for(NF_EDGE_CMD_BEGIN), -EBUSY);
	portid = 101;
	expect_refusal(test, add_peers(NF_EDGE_PEER_SET_DNS, "11.0.0.0/8"),
		       -EINVAL, "this socket has no transaction: begin one");
	KUNIT_ASSERT_EQ(test, ask_for(NF_EDGE_CMD_BEGIN), 0);
	close_socket(101, NETLINK_GENERIC + 1);
	close_socket(102, NETLINK_GENERIC);
	KUNIT_ASSERT_EQ(test, add_peers(NF_EDGE_PEER_SET_DNS, "12.0.0.0/8"), 0);
	close_socket(101, NETLINK_GENERIC);
	KUNIT_ASSERT_EQ(test, add_peers(NF_EDGE_PEER_SET_DNS, "12.0.0.0/8"),
			-EINVAL);

	portid = 100;
	load_all(test);
	KUNIT_ASSERT_EQ(test, prefixes_in_force(), 3);
	KUNIT_ASSERT_EQ(test, en->snapshot->site->n_of_set[NF_EDGE_PEER_SET_DNS],
			1);
	/* The transaction is over with its load. */
	load_all(test);
	KUNIT_ASSERT_EQ(test, prefixes_in_force(), 2);
}

static void a_namespace_has_four_transactions(struct kunit *test)
{
	for (portid = 200; portid < 204; portid++)
		KUNIT_ASSERT_EQ(test, ask_for(NF_EDGE_CMD_BEGIN), 0);
	expect_refusal(test, ask_for(NF_EDGE_CMD_BEGIN), -EBUSY,
		       "four policies are being loaded at once: try again later");
	close_socket(202, NETLINK_GENERIC);
	KUNIT_ASSERT_EQ(test, ask_for(NF_EDGE_CMD_BEGIN), 0);
}

/* Exactly the policy in force is no change; one prefix more or less is one. */
static void a_dry_run_tries_all_of_its_transaction(struct kunit *test)
{
	static const char *const prefixes[] = {
		"10.0.0.0/8", "11.0.0.0/8", "12.0.0.0/8",
	};
	struct sk_buff *skb = load_request(NF_EDGE_MODE_ENFORCE, ALL_ZONES,
					   ALL_FEATURES);
	int i;

	KUNIT_ASSERT_EQ(test, ask_for(NF_EDGE_CMD_BEGIN), 0);
	for (i = 0; i < 2; i++)
		KUNIT_ASSERT_EQ(test, add_peers(NF_EDGE_PEER_SET_DNS,
						prefixes[i]), 0);
	load_all(test);
	nla_put_flag(skb, NF_EDGE_A_POLICY_DRY_RUN);
	KUNIT_ASSERT_EQ(test, ask_for(NF_EDGE_CMD_BEGIN), 0);
	for (i = 0; i < 3; i++) {
		KUNIT_ASSERT_EQ(test, add_peers(NF_EDGE_PEER_SET_DNS,
						prefixes[i]), 0);
		KUNIT_ASSERT_EQ(test, hand_over(skb), 0);
		expect_number(test, NF_EDGE_A_POLICY_CHANGED, i != 1);
	}
	nlmsg_free(skb);
}

static void a_dry_run_leaves_a_transaction_as_it_is(struct kunit *test)
{
	struct sk_buff *skb = load_request(NF_EDGE_MODE_ENFORCE, ALL_ZONES,
					   ALL_FEATURES);
	int i;

	nla_put_flag(skb, NF_EDGE_A_POLICY_DRY_RUN);
	KUNIT_ASSERT_EQ(test, ask_for(NF_EDGE_CMD_BEGIN), 0);
	KUNIT_ASSERT_EQ(test, add_peers(NF_EDGE_PEER_SET_DNS, "10.0.0.0/8"), 0);
	for (i = 0; i < 2; i++) {
		KUNIT_ASSERT_EQ(test, hand_over(skb), 0);
		expect_number(test, NF_EDGE_A_POLICY_CHANGED, 1);
		expect_number(test, NF_EDGE_A_POLICY_GENERATION, 0);
	}
	KUNIT_ASSERT_NULL(test, en->snapshot);
	until_it_has_memory(test, skb, 0);
	KUNIT_ASSERT_EQ(test, add_peers(NF_EDGE_PEER_SET_CMS, "11.0.0.0/8"), 0);
	load_all(test);
	KUNIT_ASSERT_EQ(test, prefixes_in_force(), 4);
}

static void refused_peers_break_their_transaction(struct kunit *test)
{
	KUNIT_ASSERT_EQ(test, ask_for(NF_EDGE_CMD_BEGIN), 0);
	KUNIT_ASSERT_EQ(test, add_peers(NF_EDGE_PEER_SET_DNS, "10.0.0.0/8"), 0);
	KUNIT_ASSERT_EQ(test, add_peers(NF_EDGE_PEER_SET_DNS, "224.0.0.0/4"),
			-EINVAL);
	expect_refusal(test, add_peers(NF_EDGE_PEER_SET_DNS, "12.0.0.0/8"),
		       -EINVAL,
		       "peers of this transaction were refused, so it cannot be loaded");
	KUNIT_ASSERT_EQ(test, ask(load_request(NF_EDGE_MODE_ENFORCE, 0, 0)),
			-EINVAL);
	KUNIT_ASSERT_NULL(test, en->snapshot);
	load_all(test);
	KUNIT_ASSERT_EQ(test, prefixes_in_force(), 2);
}

static void a_policy_that_changed_is_not_overwritten(struct kunit *test)
{
	struct sk_buff *skb;

	load_all(test);
	KUNIT_ASSERT_EQ(test, ask_for(NF_EDGE_CMD_BEGIN), 0);
	portid = 101;
	KUNIT_ASSERT_EQ(test, switch_to(NF_EDGE_A_SWITCH_MODE,
					NF_EDGE_MODE_AUDIT), 0);
	portid = 100;
	KUNIT_ASSERT_EQ(test, ask(load_request(NF_EDGE_MODE_ENFORCE, 0, 0)),
			-ESTALE);
	skb = load_request(NF_EDGE_MODE_ENFORCE, 0, 0);
	nla_put_u32(skb, NF_EDGE_A_POLICY_GENERATION, 1);
	KUNIT_ASSERT_EQ(test, ask(skb), -ESTALE);
	skb = load_request(NF_EDGE_MODE_ENFORCE, 0, 0);
	nla_put_u32(skb, NF_EDGE_A_POLICY_GENERATION, 2);
	KUNIT_ASSERT_EQ(test, ask(skb), 0);
	expect_number(test, NF_EDGE_A_POLICY_GENERATION, 3);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(a_transaction_is_of_one_socket),
	KUNIT_CASE(a_namespace_has_four_transactions),
	KUNIT_CASE(a_dry_run_tries_all_of_its_transaction),
	KUNIT_CASE(a_dry_run_leaves_a_transaction_as_it_is),
	KUNIT_CASE(refused_peers_break_their_transaction),
	KUNIT_CASE(a_policy_that_changed_is_not_overwritten),
	{}
};

static struct kunit_suite suite = {
	.name = "nf_edge_family_transaction",
	.init = start,
	.exit = end,
	.test_cases = cases,
};

kunit_test_suite(suite);
