// SPDX-License-Identifier: GPL-2.0-only
/* Map of interfaces: devices come and go, with small and large ifindex. */

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

/* Compare the look-up of the fast path, unless EXEMPT leads to the slow path. */
static struct nf_edge_arrival arrival(struct kunit *test, u32 ifindex)
{
	struct nf_edge_arrival quick = nf_edge_ifmap_arrival_fast(map(), ifindex);
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
	struct netdev_notifier_info info = { dev };

	rtnl_lock();
	shim_netdev_notifier->notifier_call(shim_netdev_notifier, what, &info);
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
				KUNIT_ASSERT_EQ(test, nf_edge_ifmap_arrival_fast(
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
	KUNIT_ASSERT_EQ(test, map()->n_overflow, 1);
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

/* Who loads pays; not who happens to rename or delete a device. */
static void an_event_makes_a_map_on_nobody_s_account(struct kunit *test)
{
	load(test);
	KUNIT_ASSERT_EQ(test, shim_kvzalloc_gfp, GFP_KERNEL_ACCOUNT);
	rename_to(&devices[WAN], "wan1");
	expect(test, devices[WAN].ifindex, BIT(NF_EDGE_SIDE_EDGE), 0);
	KUNIT_ASSERT_EQ(test, shim_kvzalloc_gfp, GFP_KERNEL);
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

/* --- masters of bonds, teams and bridges */

static struct net_device bond, bridge;

static void enslave(struct net_device *dev, struct net_device *master)
{
	struct netdev_notifier_changeupper_info info = {
		.info.dev = dev, .upper_dev = master ?: dev->master,
		.master = true, .linking = master,
	};

	dev->master = master;
	rtnl_lock();
	shim_netdev_notifier->notifier_call(shim_netdev_notifier,
					    NETDEV_CHANGEUPPER, &info);
	rtnl_unlock();
}

static void add_masters(struct kunit *test)
{
	bond = (struct net_device){
		.net = &init_net, .ifindex = 20, .name = "bond7",
		.next = init_net.devices,
	};
	bridge = (struct net_device){
		.net = &init_net, .ifindex = NEAR + 20, .name = "br0",
		.next = &bond,
	};
	init_net.devices = &bridge;
	load(test);
	expect(test, bond.ifindex, BIT(NF_EDGE_SIDE_EDGE), 0);
	expect(test, bridge.ifindex, BIT(NF_EDGE_SIDE_EDGE), 0);
}

/* Whoever owns the name: packets on these take the slow path. */
static void a_bridge_in_a_vrf_is_told_apart(struct kunit *test)
{
	const u8 side = BIT(NF_EDGE_SIDE_EDGE);

	add_masters(test);
	bridge.bridge = true;
	enslave(&bond, &devices[VRF]);
	expect(test, bond.ifindex, side, 0);
	bond.lower = &bridge;
	enslave(&bond, &devices[VRF]);
	expect(test, bond.ifindex, side, NF_EDGE_GUARD_BRIDGE);
	enslave(&bridge, &devices[VRF]);
	expect(test, bridge.ifindex, side, NF_EDGE_GUARD_BRIDGE);
	rename_to(&devices[WAN], "wan1");
	rename_to(&bridge, "wan0");
	expect(test, bridge.ifindex, BIT(NF_EDGE_SIDE_EXTERNAL),
	       NF_EDGE_GUARD_EXTERNAL | NF_EDGE_GUARD_BRIDGE);
	rename_to(&bridge, "br0");
	enslave(&bridge, NULL);
	expect(test, bridge.ifindex, side, 0);
	enslave(&bond, NULL);
	expect(test, bond.ifindex, side, 0);
}

/* The side and guard of a member are those of all masters above it. */
static void packets_of_a_member_arrive_guarded_on_its_masters(struct kunit *test)
{
	add_masters(test);
	enslave(&devices[WAN], &bond);
	expect(test, bond.ifindex, BIT(NF_EDGE_SIDE_EXTERNAL),
	       NF_EDGE_GUARD_EXTERNAL);
	expect(test, bridge.ifindex, BIT(NF_EDGE_SIDE_EDGE), 0);
	enslave(&bond, &bridge);
	expect(test, bond.ifindex, BIT(NF_EDGE_SIDE_EXTERNAL),
	       NF_EDGE_GUARD_EXTERNAL);
	expect(test, bridge.ifindex, BIT(NF_EDGE_SIDE_EXTERNAL),
	       NF_EDGE_GUARD_EXTERNAL);
	expect(test, devices[WAN].ifindex, BIT(NF_EDGE_SIDE_EXTERNAL),
	       NF_EDGE_GUARD_EXTERNAL);
	KUNIT_ASSERT_PTR_EQ(test, nf_edge_arrival_dev(&devices[WAN]), &bridge);

	/* A VRF around the bond hands none of its packets on. */
	enslave(&bond, NULL);
	expect(test, bridge.ifindex, BIT(NF_EDGE_SIDE_EDGE), 0);
	enslave(&bond, &devices[VRF]);
	expect(test, bond.ifindex, BIT(NF_EDGE_SIDE_EXTERNAL),
	       NF_EDGE_GUARD_EXTERNAL);
	expect(test, devices[VRF].ifindex, 0, NF_EDGE_GUARD_EXEMPT);
	KUNIT_ASSERT_PTR_EQ(test, nf_edge_arrival_dev(&devices[WAN]), &bond);
	enslave(&bond, NULL);

	enslave(&devices[WAN], NULL);
	expect_all(test);
	expect(test, bond.ifindex, BIT(NF_EDGE_SIDE_EDGE), 0);
	expect(test, bridge.ifindex, BIT(NF_EDGE_SIDE_EDGE), 0);
}

/* Whatever the order in which they come and go. */
static void members_of_different_sides_leave_none_to_their_master(struct kunit *test)
{
	const u8 both = NF_EDGE_GUARD_EXTERNAL | NF_EDGE_GUARD_INTERNAL;
	int order;

	add_masters(test);
	for (order = 0; order < 2; order++) {
		struct net_device *first = &devices[order ? LAN : WAN];
		struct net_device *second = &devices[order ? WAN : LAN];

		enslave(first, &bridge);
		enslave(second, &bridge);
		expect(test, bridge.ifindex, 0, both);
		enslave(first, NULL);
		expect(test, bridge.ifindex,
		       order ? BIT(NF_EDGE_SIDE_EXTERNAL) :
			       BIT(NF_EDGE_SIDE_INTERNAL),
		       order ? NF_EDGE_GUARD_EXTERNAL : NF_EDGE_GUARD_INTERNAL);
		enslave(second, NULL);
		expect(test, bridge.ifindex, BIT(NF_EDGE_SIDE_EDGE), 0);
	}

	/* One that is not bound holds none of a bound one's sides. */
	enslave(&devices[WAN], &bond);
	enslave(&devices[OTHER], &bridge);
	expect(test, bridge.ifindex, BIT(NF_EDGE_SIDE_EDGE), 0);
	enslave(&bond, &bridge);
	expect(test, bond.ifindex, BIT(NF_EDGE_SIDE_EXTERNAL),
	       NF_EDGE_GUARD_EXTERNAL);
	expect(test, bridge.ifindex, 0, NF_EDGE_GUARD_EXTERNAL);
	enslave(&devices[OTHER], NULL);
	expect(test, bridge.ifindex, BIT(NF_EDGE_SIDE_EXTERNAL),
	       NF_EDGE_GUARD_EXTERNAL);
}

/* A bound master speaks for members that are not bound, not for bound ones. */
static void a_bound_master_keeps_what_it_shares_with_bound_members(struct kunit *test)
{
	const struct nf_edge_ifmap *before;

	add_masters(test);
	rename_to(&bridge, "lan0");
	rename_to(&devices[LAN], "lan1");
	before = map();
	enslave(&devices[OTHER], &bridge);
	enslave(&devices[OTHER], NULL);
	enslave(&devices[OTHER], &bond);
	KUNIT_ASSERT_PTR_EQ(test, map(), before);
	enslave(&bond, &bridge);
	expect(test, bridge.ifindex, BIT(NF_EDGE_SIDE_INTERNAL),
	       NF_EDGE_GUARD_INTERNAL);
	expect(test, bond.ifindex, BIT(NF_EDGE_SIDE_EDGE), 0);

	enslave(&devices[WAN], &bridge);
	expect(test, bridge.ifindex, 0, NF_EDGE_GUARD_INTERNAL |
					NF_EDGE_GUARD_EXTERNAL);
	enslave(&devices[WAN], NULL);
	expect(test, bridge.ifindex, BIT(NF_EDGE_SIDE_INTERNAL),
	       NF_EDGE_GUARD_INTERNAL);
}

/* Names are given and taken while devices are members. */
static void a_member_binds_its_master_by_its_name_at_any_moment(struct kunit *test)
{
	add_masters(test);
	enslave(&devices[OTHER], &bond);
	expect(test, bond.ifindex, BIT(NF_EDGE_SIDE_EDGE), 0);
	rename_to(&devices[WAN], "wan1");
	rename_to(&devices[OTHER], "wan0");
	expect(test, bond.ifindex, BIT(NF_EDGE_SIDE_EXTERNAL),
	       NF_EDGE_GUARD_EXTERNAL);
	rename_to(&devices[OTHER], "eth9");
	expect(test, bond.ifindex, BIT(NF_EDGE_SIDE_EDGE), 0);
	rename_to(&devices[OTHER], "wan0");

	/* Gone from the list, and let go of when that is told. */
	devices[LAN].next = &devices[WAN];
	devices[VRF].next = &devices[LAN];
	tell(&devices[OTHER], NETDEV_UNREGISTER);
	expect(test, bond.ifindex, BIT(NF_EDGE_SIDE_EDGE), 0);
}

/* No side, and all guards that an event brings, on each device of the way. */
static void without_memory_masters_hold_no_side_and_all_guards(struct kunit *test)
{
	add_masters(test);
	enslave(&devices[LAN], &bond);
	set_allocations_left(0);
	enslave(&bond, &bridge);
	set_allocations_left(-1);
	expect(test, bond.ifindex, 0, NF_EDGE_GUARD_INTERNAL);
	expect(test, bridge.ifindex, 0, NF_EDGE_GUARD_INTERNAL);
	expect(test, devices[OTHER].ifindex, 0, 0);
	expect(test, devices[WAN].ifindex, BIT(NF_EDGE_SIDE_EXTERNAL),
	       NF_EDGE_GUARD_EXTERNAL);
	set_allocations_left(0);
	enslave(&devices[WAN], &bond);
	set_allocations_left(-1);
	expect(test, bond.ifindex, 0, NF_EDGE_GUARD_INTERNAL |
				      NF_EDGE_GUARD_EXTERNAL);
	expect(test, bridge.ifindex, 0, NF_EDGE_GUARD_INTERNAL |
					NF_EDGE_GUARD_EXTERNAL);
	expect(test, devices[WAN].ifindex, 0, NF_EDGE_GUARD_EXTERNAL);

	/* Any change of masters mends all, of whatever device. */
	enslave(&devices[LAN], NULL);
	enslave(&devices[WAN], NULL);
	enslave(&bond, NULL);
	expect_all(test);
	expect(test, bond.ifindex, BIT(NF_EDGE_SIDE_EDGE), 0);
	expect(test, bridge.ifindex, BIT(NF_EDGE_SIDE_EDGE), 0);
	set_allocations_left(0);
	rename_to(&devices[LAN], "lan1");
	set_allocations_left(-1);
	expect(test, devices[OTHER].ifindex, 0, 0);
	enslave(&devices[OTHER], &bond);
	expect(test, devices[OTHER].ifindex, BIT(NF_EDGE_SIDE_EDGE), 0);
}

static void some_devices_cannot_be_bound(struct kunit *test)
{
	static const char *const sentences[] = {
		"a loopback interface is never governed",
		"packets are judged on the interfaces of a VRF: bind those",
		"packets of a member arrive on its bond, team or bridge: bind that",
	};
	int i;

	for (i = 0; i < ARRAY_SIZE(sentences); i++) {
		struct sk_buff *skb = request(NF_EDGE_CMD_LOAD);

		devices[OTHER].flags = i == 0 ? IFF_LOOPBACK : 0;
		devices[OTHER].vrf = i == 1;
		devices[OTHER].master = i == 2 ? &devices[LAN] : NULL;
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
	KUNIT_CASE(an_event_makes_a_map_on_nobody_s_account),
	KUNIT_CASE(without_memory_a_device_holds_no_side),
	KUNIT_CASE(a_side_without_an_interface_is_held_by_all_others),
	KUNIT_CASE(a_bridge_in_a_vrf_is_told_apart),
	KUNIT_CASE(packets_of_a_member_arrive_guarded_on_its_masters),
	KUNIT_CASE(members_of_different_sides_leave_none_to_their_master),
	KUNIT_CASE(a_bound_master_keeps_what_it_shares_with_bound_members),
	KUNIT_CASE(a_member_binds_its_master_by_its_name_at_any_moment),
	KUNIT_CASE(without_memory_masters_hold_no_side_and_all_guards),
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
