/* SPDX-License-Identifier: GPL-2.0-only */
/* Site of the tests of the family: two nodes, two interfaces, two sets. */
#ifndef FAMILY_SITE_H
#define FAMILY_SITE_H

#include "asking.h"

#define ALL_ZONES	(BIT(NF_EDGE_ZONE_XMPP + 1) - 1)
#define ALL_FEATURES	(BIT(NF_EDGE_FEATURE_LIVE_MESSENGER + 1) - 1)

static struct net_device wan0 = { .name = "wan0", .ifindex = 7 };

static inline int start(struct kunit *test)
{
	int err = start_family();

	wan0.net = &init_net;
	init_net.devices = &wan0;
	roll(11);
	return err;
}

static inline void end(struct kunit *test)
{
	end_family();
}

/* Two nodes: three addresses, one of them of two services. */
static inline void put_site(struct sk_buff *skb)
{
	struct nlattr *nest, *list;

	put_node(skb, "edge1", "131.107.155.10", "131.107.155.10");
	put_node(skb, "edge2", "2001:db8::10", "2001:db8::11");
	put_interface(skb, "wan0", BIT(NF_EDGE_SIDE_EXTERNAL));
	put_interface(skb, "lan0", BIT(NF_EDGE_SIDE_INTERNAL));
	nla_put_u32(skb, NF_EDGE_A_POLICY_PING, BIT(NF_EDGE_SIDE_EXTERNAL));
	nest = begin_peers(skb, NF_EDGE_PEER_SET_CRL);
	list = nla_nest_start(skb, NF_EDGE_A_PEERS_PREFIXES_IPV4);
	list->nla_type &= NLA_TYPE_MASK;
	put_entry(skb, list, "192.0.2.0/24");
	put_entry(skb, list, "198.51.100.0/25");
	nla_nest_end(skb, nest);
	nla_nest_end(skb, begin_peers(skb, NF_EDGE_PEER_SET_FRONTEND));
}

static inline struct sk_buff *load_request(u32 mode, u32 zones, u32 features)
{
	struct sk_buff *skb = request(NF_EDGE_CMD_LOAD);

	put_switches(skb, mode, zones, features);
	put_site(skb);
	return skb;
}

static inline void load(struct kunit *test, u32 mode, u32 zones, u32 features)
{
	KUNIT_ASSERT_EQ(test, ask(load_request(mode, zones, features)), 0);
}

static inline void load_all(struct kunit *test)
{
	load(test, NF_EDGE_MODE_ENFORCE, ALL_ZONES, ALL_FEATURES);
}

static inline void expect_number(struct kunit *test, int attribute, s64 value)
{
	KUNIT_ASSERT_EQ(test, number(answered(attribute)), value);
}

static inline void expect_refusal(struct kunit *test, int err, int wanted,
				  const char *sentence)
{
	KUNIT_ASSERT_EQ(test, err, wanted);
	KUNIT_ASSERT_NOT_NULL(test, extack._msg);
	KUNIT_ASSERT_STREQ(test, extack._msg, sentence);
}

static inline int switch_to(int attribute, u32 value)
{
	struct sk_buff *skb = request(NF_EDGE_CMD_SWITCH);

	nla_put_u32(skb, attribute, value);
	return ask(skb);
}

/* References of the nodes that are in force: one a site, or a leak. */
static inline void expect_one_reference_each(struct kunit *test)
{
	const struct nf_edge_snapshot *snapshot = en->snapshot;
	u32 i;

	KUNIT_ASSERT_EQ(test, refcount_read(&snapshot->refs), 1);
	KUNIT_ASSERT_EQ(test, refcount_read(&snapshot->site->refs), 1);
	for (i = 0; i < snapshot->site->n_nodes; i++)
		KUNIT_ASSERT_EQ(test, refcount_read(&snapshot->nodes[i]->refs), 1);
}

/* Asks again with one allocation more, until all succeed. */
static inline void until_it_has_memory(struct kunit *test, struct sk_buff *skb,
				       int wanted)
{
	const struct nf_edge_snapshot *before = en->snapshot;
	u32 generation = en->generation;
	int left, err;

	for (left = 0;; left++) {
		KUNIT_ASSERT_TRUE(test, left < 500);
		set_allocations_left(left);
		err = hand_over(skb);
		if (allocations_left() >= 0)
			break;
		set_allocations_left(-1);
		KUNIT_ASSERT_TRUE(test, err == -ENOMEM || err == wanted);
		if (err != -ENOMEM)
			break;
		KUNIT_ASSERT_PTR_EQ(test, en->snapshot, before);
		KUNIT_ASSERT_EQ(test, en->generation, generation);
		KUNIT_ASSERT_TRUE(test, !en->mutex.locked &&
					!en->reset_mutex.locked &&
					!shim_rtnl.locked);
		if (before)
			expect_one_reference_each(test);
	}
	set_allocations_left(-1);
	KUNIT_ASSERT_EQ(test, err, wanted);
	KUNIT_ASSERT_TRUE(test, left > 0);
	nlmsg_free(skb);
}

#endif
