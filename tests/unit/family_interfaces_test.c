// SPDX-License-Identifier: GPL-2.0-only
/* Devices come and go, with numbers near and far, with memory and without. */

#include "family/asking.h"

#define NEAR	65536

enum { WAN, LAN, OTHER, VRF, DEVICES };

static struct net_device devices[DEVICES];

static const u8 all = BIT(NF_EDGE_SIDE_EXTERNAL) | BIT(NF_EDGE_SIDE_INTERNAL) |
		      BIT(NF_EDGE_SIDE_EDGE);

static int start(struct kunit *test)
{
	static const char *const names[] = { "wan0", "lan0", "eth9", "vrf0" };
	int err = start_family(), i;

	memset(devices, 0, sizeof(devices));
	for (i = 0; i < DEVICES; i++) {
		devices[i].net = &init_net;
		devices[i].ifindex = 3 + 2 * i;
		devices[i].next = i ? &devices[i - 1] : NULL;
		strscpy(devices[i].name, names[i], IFNAMSIZ);
	}
	devices[VRF].vrf = true;
	init_net.devices = &devices[DEVICES - 1];
	return err;
}

static void end(struct kunit *test)
{
	end_family();
}

static void load(struct kunit *test)
{
	struct sk_buff *skb = request(NF_EDGE_CMD_LOAD);

	put_switches(skb, NF_EDGE_MODE_ENFORCE, 0, 0);
	put_node(skb, "edge1", "131.107.155.10", "131.107.155.12");
	put_interface(skb, "wan0", BIT(NF_EDGE_SIDE_EXTERNAL));
	put_interface(skb, "lan0", BIT(NF_EDGE_SIDE_INTERNAL));
	KUNIT_ASSERT_EQ(test, ask(skb), 0);
}

static const struct nf_edge_ifmap *map(void)
{
	return en->snapshot->ifmap;
}

/* The fast path agrees with the whole question, or says that it has to be asked. */
static struct nf_edge_arrival arrival(struct kunit *test, u32 ifindex)
{
	struct nf_edge_arrival quick = nf_edge_ifmap_quick(map(), ifindex);
	struct nf_edge_arrival whole = nf_edge_ifmap_arrival(map(), ifindex);

	if (!(quick.guards & NF_EDGE_GUARD_EXEMPT))
		KUNIT_ASSERT_EQ(test, memcmp(&quick, &whole, sizeof(quick)), 0);
	return whole;
}

static void expect(struct kunit *test, u32 ifindex, u8 sides, u8 guards)
{
	struct nf_edge_arrival a = arrival(test, ifindex);

	KUNIT_ASSERT_EQ(test, a.sides, sides);
	KUNIT_ASSERT_EQ(test, a.guards, guards);
}

static void tell(struct net_device *dev, unsigned long what)
{
	rtnl_lock();
	shim_netdev_notifier->notifier_call(shim_netdev_notifier, what, dev);
	rtnl_unlock();
}

static void expect_all(struct kunit *test)
{
	expect(test, devices[WAN].ifindex, BIT(NF_EDGE_SIDE_EXTERNAL),
	       NF_EDGE_GUARD_EXTERNAL);
	expect(test, devices[LAN].ifindex, BIT(NF_EDGE_SIDE_INTERNAL),
	       NF_EDGE_GUARD_INTERNAL);
	expect(test, devices[VRF].ifindex, 0, NF_EDGE_GUARD_EXEMPT);
	/* The side that no interface is bound to. */
	expect(test, devices[OTHER].ifindex, BIT(NF_EDGE_SIDE_EDGE), 0);
	expect(test, 1, BIT(NF_EDGE_SIDE_EDGE), 0);
	expect(test, NEAR - 1, BIT(NF_EDGE_SIDE_EDGE), 0);
	expect(test, NEAR, BIT(NF_EDGE_SIDE_EDGE), 0);
	expect(test, 0x7fffffff, BIT(NF_EDGE_SIDE_EDGE), 0);
}

/* Each set of devices behind the border between near and far. */
static void any_device_may_have_a_far_number(struct kunit *test)
{
	u32 far, i;

	for (far = 0; far < BIT(DEVICES); far++) {
		for (i = 0; i < DEVICES; i++)
			devices[i].ifindex = (far & BIT(i) ? NEAR + 1 : 3) + i;
		load(test);
		expect_all(test);
		for (i = 0; i < DEVICES; i++)
			if (far & BIT(i) && i != OTHER)
				KUNIT_ASSERT_EQ(test, nf_edge_ifmap_quick(
						map(), devices[i].ifindex).guards,
						NF_EDGE_GUARD_EXEMPT);
		KUNIT_ASSERT_EQ(test, ask_for(NF_EDGE_CMD_FLUSH), 0);
	}
}

static void numbers_at_the_border_are_kept_apart(struct kunit *test)
{
	devices[WAN].ifindex = NEAR - 1;
	devices[LAN].ifindex = NEAR;
	load(test);
	KUNIT_ASSERT_EQ(test, map()->n, NEAR);
	KUNIT_ASSERT_EQ(test, map()->n_far, 1);
	expect(test, NEAR - 1, BIT(NF_EDGE_SIDE_EXTERNAL),
	       NF_EDGE_GUARD_EXTERNAL);
	expect(test, NEAR, BIT(NF_EDGE_SIDE_INTERNAL), NF_EDGE_GUARD_INTERNAL);
	expect(test, NEAR + 1, BIT(NF_EDGE_SIDE_EDGE), 0);
}

static void rename_to(struct net_device *dev, const char *name)
{
	strscpy(dev->name, name, IFNAMSIZ);
	tell(dev, NETDEV_CHANGENAME);
}

static void a_name_takes_its_sides_along(struct kunit *test)
{
	const struct nf_edge_ifmap *before;

	load(test);
	before = map();
	tell(&devices[OTHER], NETDEV_REGISTER);
	tell(&devices[WAN], NETDEV_UP);
	KUNIT_ASSERT_PTR_EQ(test, map(), before);

	rename_to(&devices[WAN], "wan1");
	expect(test, devices[WAN].ifindex, BIT(NF_EDGE_SIDE_EDGE), 0);
	rename_to(&devices[OTHER], "wan0");
	expect(test, devices[OTHER].ifindex, BIT(NF_EDGE_SIDE_EXTERNAL),
	       NF_EDGE_GUARD_EXTERNAL);
	expect(test, devices[LAN].ifindex, BIT(NF_EDGE_SIDE_INTERNAL),
	       NF_EDGE_GUARD_INTERNAL);

	/* Gone from the list when that is told, as the kernel does. */
	init_net.devices = &devices[LAN];
	tell(&devices[OTHER], NETDEV_UNREGISTER);
	expect(test, devices[OTHER].ifindex, BIT(NF_EDGE_SIDE_EDGE), 0);
	KUNIT_ASSERT_EQ(test, map()->n, devices[LAN].ifindex + 1);
}

/* The device of the event, near or far, holds no side; nor do unbound ones. */
static void without_memory_a_device_holds_no_side(struct kunit *test)
{
	u32 far;

	for (far = 0; far < 2; far++) {
		strscpy(devices[OTHER].name, "eth9", IFNAMSIZ);
		devices[WAN].ifindex = far ? NEAR + 7 : 3;
		load(test);
		set_allocations_left(0);
		rename_to(&devices[WAN], "wan1");
		set_allocations_left(-1);
		expect(test, devices[WAN].ifindex, 0, 0);
		expect(test, devices[OTHER].ifindex, 0, 0);
		expect(test, NEAR + 1, 0, 0);
		expect(test, devices[LAN].ifindex, BIT(NF_EDGE_SIDE_INTERNAL),
		       NF_EDGE_GUARD_INTERNAL);

		/* A device without a place: its guard is on all that have none. */
		devices[OTHER].ifindex = NEAR + 99;
		set_allocations_left(0);
		rename_to(&devices[OTHER], "wan0");
		set_allocations_left(-1);
		expect(test, devices[OTHER].ifindex, 0, NF_EDGE_GUARD_EXTERNAL);
		expect(test, NEAR + 2, 0, NF_EDGE_GUARD_EXTERNAL);

		/* The next change of any device mends all. */
		strscpy(devices[OTHER].name, "eth9", IFNAMSIZ);
		strscpy(devices[WAN].name, "wan0", IFNAMSIZ);
		tell(&devices[OTHER], NETDEV_REGISTER);
		expect_all(test);
		KUNIT_ASSERT_EQ(test, ask_for(NF_EDGE_CMD_FLUSH), 0);
	}
}

static void a_side_without_an_interface_is_held_by_all_others(struct kunit *test)
{
	struct sk_buff *skb = request(NF_EDGE_CMD_LOAD);

	put_switches(skb, NF_EDGE_MODE_ENFORCE, 0, 0);
	put_node(skb, "edge1", "131.107.155.10", "131.107.155.12");
	KUNIT_ASSERT_EQ(test, ask(skb), 0);
	expect(test, devices[WAN].ifindex, all, 0);
	expect(test, devices[VRF].ifindex, 0, NF_EDGE_GUARD_EXEMPT);
	expect(test, NEAR, all, 0);

	/* Two sides together have no guard. */
	skb = request(NF_EDGE_CMD_LOAD);
	put_switches(skb, NF_EDGE_MODE_ENFORCE, 0, 0);
	put_node(skb, "edge1", "131.107.155.10", "131.107.155.12");
	put_interface(skb, "wan0", BIT(NF_EDGE_SIDE_EXTERNAL) |
				   BIT(NF_EDGE_SIDE_EDGE));
	KUNIT_ASSERT_EQ(test, ask(skb), 0);
	expect(test, devices[WAN].ifindex, BIT(NF_EDGE_SIDE_EXTERNAL) |
					   BIT(NF_EDGE_SIDE_EDGE), 0);
	expect(test, devices[LAN].ifindex, BIT(NF_EDGE_SIDE_INTERNAL), 0);
	skb = request(NF_EDGE_CMD_LOAD);
	put_switches(skb, NF_EDGE_MODE_ENFORCE, 0, 0);
	put_node(skb, "edge1", "131.107.155.10", "131.107.155.12");
	put_interface(skb, "lan0", BIT(NF_EDGE_SIDE_INTERNAL) |
				   BIT(NF_EDGE_SIDE_EDGE));
	KUNIT_ASSERT_EQ(test, ask(skb), 0);
	expect(test, devices[LAN].ifindex, BIT(NF_EDGE_SIDE_INTERNAL) |
					   BIT(NF_EDGE_SIDE_EDGE), 0);
	expect(test, devices[WAN].ifindex, BIT(NF_EDGE_SIDE_EXTERNAL), 0);
}

static void some_devices_cannot_be_bound(struct kunit *test)
{
	static const char *const sentences[] = {
		"a loopback interface is never governed",
		"packets are judged on the interfaces of a VRF: bind those",
		"packets of a bridge port arrive on its bridge: bind that",
	};
	int i;

	for (i = 0; i < ARRAY_SIZE(sentences); i++) {
		struct sk_buff *skb = request(NF_EDGE_CMD_LOAD);

		devices[OTHER].flags = i == 0 ? IFF_LOOPBACK : 0;
		devices[OTHER].vrf = i == 1;
		devices[OTHER].bridge_port = i == 2;
		put_switches(skb, NF_EDGE_MODE_ENFORCE, 0, 0);
		put_node(skb, "edge1", "131.107.155.10", "131.107.155.12");
		put_interface(skb, "eth9", BIT(NF_EDGE_SIDE_EXTERNAL));
		KUNIT_ASSERT_EQ(test, ask(skb), -EINVAL);
		KUNIT_ASSERT_STREQ(test, extack._msg, sentences[i]);
	}
}

static struct kunit_case cases[] = {
	KUNIT_CASE(any_device_may_have_a_far_number),
	KUNIT_CASE(numbers_at_the_border_are_kept_apart),
	KUNIT_CASE(a_name_takes_its_sides_along),
	KUNIT_CASE(without_memory_a_device_holds_no_side),
	KUNIT_CASE(a_side_without_an_interface_is_held_by_all_others),
	KUNIT_CASE(some_devices_cannot_be_bound),
	{}
};

static struct kunit_suite suite = {
	.name = "nf_edge_family_interfaces",
	.init = start,
	.exit = end,
	.test_cases = cases,
};

kunit_test_suite(suite);
