// SPDX-License-Identifier: GPL-2.0-only
/*
 * Ways round the policy that devices, routes and filters of tc open, in the lists
 * of a kernel that a test makes up.
 */
#include <linux/if_link.h>
#include <linux/lwtunnel.h>
#include <linux/neighbour.h>
#include <linux/pkt_cls.h>
#include <linux/rtnetlink.h>
#include <linux/tc_act/tc_mirred.h>
#include <netlink/errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/macros.h"
#include "netlink/attribute.h"
#include "system/ways.h"
#include "verbs/kernel.h"

/* Numbers of the devices that each test has. */
enum { LO = 1, WAN, LAN, DMZ, OTHER };

static struct policy policy;
static struct ways ways;

static struct nl_msg *device(int index, const char *name, unsigned int flags)
{
	struct ifinfomsg head = { .ifi_index = index, .ifi_flags = flags };
	struct nl_msg *msg = kernel_tells(RTM_GETLINK, RTM_NEWLINK, &head,
					  sizeof(head));

	nla_put_string(msg, IFLA_IFNAME, name);
	return msg;
}

static void put_kind(struct nl_msg *msg, const char *kind)
{
	struct nlattr *info = attr_nest(msg, IFLA_LINKINFO);

	nla_put_string(msg, IFLA_INFO_KIND, kind);
	nla_nest_end(msg, info);
}

/* A device above or below others; 0 for none. */
static struct nl_msg *special(int index, const char *name, const char *kind,
			      int lower, int master)
{
	struct nl_msg *msg = device(index, name, 0);

	put_kind(msg, kind);
	if (lower)
		nla_put_u32(msg, IFLA_LINK, (uint32_t)lower);
	if (master)
		nla_put_u32(msg, IFLA_MASTER, (uint32_t)master);
	return msg;
}

static void bind_device(const char *name, unsigned int sides)
{
	interface_add(&policy, name)->sides = sides;
}

static int begin(void **state)
{
	static const char *const addresses[] = {
		"131.107.155.10", "2001:db8:155::10",
	};
	struct node *node;
	struct ip ip;
	size_t i;

	kernel_begin();
	ways_procfs = procfs;
	node = node_add(&policy, "edge1");
	for (i = 0; i < ARRAY_SIZE(addresses); i++) {
		assert_true(ip_parse(addresses[i], &ip));
		node_bind(node, NF_EDGE_SERVICE_ACCESS, &ip, 1);
	}
	bind_device("wan0", 1U << NF_EDGE_SIDE_EXTERNAL);
	bind_device("lan0", 1U << NF_EDGE_SIDE_INTERNAL);
	bind_device("dmz0", 1U << NF_EDGE_SIDE_EDGE);
	device(LO, "lo", IFF_LOOPBACK);
	device(WAN, "wan0", 0);
	device(LAN, "lan0", 0);
	device(DMZ, "dmz0", 0);
	return 0;
}

static int end(void **state)
{
	ways_free(&ways);
	policy_free(&policy);
	kernel_end();
	return 0;
}

/* --- what is found */

static void look(void)
{
	ways_free(&ways);
	ways = (struct ways){ .policy = &policy };
	ways_of_devices(&ways);
	ways_of_filters(&ways);
}

static void no_way(void)
{
	look();
	if (ways.count)
		fail_msg("%s %s: %s", ways.items[0].kind, ways.items[0].where,
			 ways.items[0].text);
}

/* NULL for any sentence. */
static void has_way(const char *kind, const char *where, const char *sentence)
{
	size_t i;

	for (i = 0; i < ways.count; i++)
		if (!strcmp(ways.items[i].kind, kind) &&
		    !strcmp(ways.items[i].where, where) &&
		    (!sentence || !strcmp(ways.items[i].text, sentence)))
			return;
	if (ways.count)
		print_error("%s %s: %s\n", ways.items[0].kind,
			    ways.items[0].where, ways.items[0].text);
	fail_msg("no %s of %s: %s", kind, where, sentence ? sentence : "any");
}

static void one_way(const char *kind, const char *where, const char *sentence)
{
	look();
	has_way(kind, where, sentence);
	assert_int_equal(ways.count, 1);
}

static void devices_alone_open_no_way(void **state)
{
	no_way();
	/* Each bound device is asked for further hardware addresses. */
	assert_int_equal(kernel_times(RTM_GETNEIGH), 3);
	assert_int_equal(kernel_times(RTM_GETROUTE), 1);
	assert_int_equal(kernel_times(RTM_GETTFILTER), 0);
}

static void devices_are_known_by_number_and_name(void **state)
{
	look();
	assert_int_equal(ways.device_count, 4);
	assert_string_equal(ways_device(&ways, WAN)->name, "wan0");
	assert_true(ways_device(&ways, WAN)->is_bound);
	assert_false(ways_device(&ways, WAN)->bears_edges);
	assert_true(ways_device(&ways, DMZ)->bears_edges);
	assert_false(ways_device(&ways, LO)->is_bound);
	assert_null(ways_device(&ways, OTHER));
	assert_null(ways_device(&ways, 0));
}

static void without_bound_devices_all_but_loopback_are(void **state)
{
	policy.interface_count = 0;
	special(OTHER, "other0", "dummy", 0, 0);
	look();
	assert_true(ways_device(&ways, OTHER)->is_bound);
	assert_true(ways_device(&ways, OTHER)->bears_edges);
	assert_false(ways_device(&ways, LO)->is_bound);
	assert_false(ways_device(&ways, LO)->bears_edges);
	policy.interface_count = 3;
}

static void a_list_of_devices_that_is_not_told_is_said(void **state)
{
	kernel_fails(RTM_GETLINK, -NLE_PERM, 1);
	one_way("unseen", "rtnetlink",
		"does not tell which devices there are, so that they were not looked at");
}

/* The list changed, and is read anew, up to ten times. */
static void a_list_that_changes_is_read_again(void **state)
{
	kernel_fails(RTM_GETLINK, -NLE_DUMP_INTR, 9);
	no_way();
	assert_int_equal(kernel_times(RTM_GETLINK), 10);
	assert_int_equal(ways.device_count, 4);
	kernel_fails(RTM_GETLINK, -NLE_DUMP_INTR, 10);
	one_way("unseen", "rtnetlink", NULL);
}

static void messages_that_are_no_devices_are_let_alone(void **state)
{
	struct ifinfomsg head = { .ifi_index = OTHER };
	struct nl_msg *msg;

	msg = kernel_tells(RTM_GETLINK, RTM_DELLINK, &head, sizeof(head));
	nla_put_string(msg, IFLA_IFNAME, "other0");
	kernel_tells(RTM_GETLINK, RTM_NEWLINK, &head, sizeof(head));
	look();
	assert_int_equal(ways.device_count, 4);
}

/* --- bridges */

#define BRIDGE		"bridge/bridge-nf-"
#define SEES_IPV4	"sys/net/" BRIDGE "call-iptables"
#define SEES_IPV6	"sys/net/" BRIDGE "call-ip6tables"
#define SEES_VLAN	"sys/net/" BRIDGE "filter-vlan-tagged"
#define SEES_PPPOE	"sys/net/" BRIDGE "filter-pppoe-tagged"

static void see_all(void)
{
	write_proc(SEES_IPV4, "1\n");
	write_proc(SEES_IPV6, "1\n");
	write_proc(SEES_VLAN, "1\n");
	write_proc(SEES_PPPOE, "1\n");
}

/* dmz0 and another are ports. */
static struct nl_msg *add_bridge(void)
{
	struct nl_msg *bridge = device(10, "br0", 0);

	nla_put_u32(device(DMZ + 100, "dmz1", 0), IFLA_MASTER, 10);
	bind_device("dmz1", 1U << NF_EDGE_SIDE_EDGE);
	nla_put_u32(device(OTHER, "port0", 0), IFLA_MASTER, 10);
	return bridge;
}

static void a_bridge_that_netfilter_does_not_see_is_a_way(void **state)
{
	put_kind(add_bridge(), "bridge");
	see_all();
	no_way();
	write_proc(SEES_IPV4, "0\n");
	one_way("bridge", "br0",
		"carries IPv4 between its ports past the policy; set net.bridge.bridge-nf-call-iptables = 1");
	policy.nodes[0].bindings[0] = policy.nodes[0].bindings[1];
	no_way();
	write_proc(SEES_IPV6, "0\n");
	one_way("bridge", "br0",
		"carries IPv6 between its ports past the policy; set net.bridge.bridge-nf-call-ip6tables = 1");
}

static void frames_with_tags_are_ways_of_their_own(void **state)
{
	put_kind(add_bridge(), "bridge");
	see_all();
	write_proc(SEES_VLAN, "0\n");
	one_way("vlan-tags", "br0",
		"carries frames with VLAN tags between its ports past the policy; set net.bridge.bridge-nf-filter-vlan-tagged = 1");
	write_proc(SEES_PPPOE, "0\n");
	look();
	assert_int_equal(ways.count, 2);
	has_way("pppoe-tags", "br0",
		"carries frames with PPPoE headers between its ports past the policy; set net.bridge.bridge-nf-filter-pppoe-tagged = 1");
}

static void without_br_netfilter_a_bridge_is_a_way(void **state)
{
	put_kind(add_bridge(), "bridge");
	one_way("bridge", "br0",
		"carries frames between its ports past the policy; load br_netfilter, or make this host route between them");
}

/* Settings of the bridge itself make the kernel call netfilter, too. */
static void expect_called(bool ipv4, bool ipv6, const char *sentence)
{
	struct nl_msg *bridge = add_bridge();
	struct nlattr *info = attr_nest(bridge, IFLA_LINKINFO), *data;

	nla_put_string(bridge, IFLA_INFO_KIND, "bridge");
	data = attr_nest(bridge, IFLA_INFO_DATA);
	nla_put_u8(bridge, IFLA_BR_NF_CALL_IPTABLES, ipv4);
	nla_put_u8(bridge, IFLA_BR_NF_CALL_IP6TABLES, ipv6);
	nla_nest_end(bridge, data);
	nla_nest_end(bridge, info);
	see_all();
	write_proc(SEES_IPV4, "0\n");
	write_proc(SEES_IPV6, "0\n");
	one_way("bridge", "br0", sentence);
}

static void a_bridge_may_call_netfilter_itself(void **state)
{
	expect_called(true, false,
		      "carries IPv6 between its ports past the policy; set net.bridge.bridge-nf-call-ip6tables = 1");
}

static void a_bridge_may_do_so_for_ipv6(void **state)
{
	expect_called(false, true,
		      "carries IPv4 between its ports past the policy; set net.bridge.bridge-nf-call-iptables = 1");
}

static void a_bridge_of_one_port_carries_nothing(void **state)
{
	special(10, "br0", "bridge", 0, 0);
	nla_put_u32(device(DMZ + 100, "dmz1", 0), IFLA_MASTER, 10);
	bind_device("dmz1", 1U << NF_EDGE_SIDE_EDGE);
	no_way();
}

static void a_bridge_of_others_is_none_of_the_policy(void **state)
{
	special(10, "br0", "bridge", 0, 0);
	special(OTHER, "port0", "veth", 0, 10);
	special(OTHER + 1, "port1", "veth", 0, 10);
	no_way();
	bind_device("br0", 1U << NF_EDGE_SIDE_EDGE);
	one_way("bridge", "br0", NULL);
}

/* --- devices that share a wire */

static const uint8_t vrrp[2][6] = {
	{ 0x00, 0x00, 0x5e, 0x00, 0x01, 0x34 },
	{ 0x00, 0x00, 0x5e, 0x00, 0x02, 0x34 },
};

static void put_mode(struct nl_msg *msg, const char *kind, uint16_t mode)
{
	struct nlattr *info = attr_nest(msg, IFLA_LINKINFO), *data;

	nla_put_string(msg, IFLA_INFO_KIND, kind);
	data = attr_nest(msg, IFLA_INFO_DATA);
	nla_put_u16(msg, IFLA_IPVLAN_MODE, mode);
	nla_nest_end(msg, data);
	nla_nest_end(msg, info);
}

static struct nl_msg *guest(int lower)
{
	struct nl_msg *msg = device(OTHER, "guest0", 0);

	nla_put_u32(msg, IFLA_LINK, (uint32_t)lower);
	return msg;
}

#define TAKES(kind)							\
	"the " kind " device guest0 takes frames from its wire past the policy; use a veth pair and a route, or bind guest0 if this host has it"
#define SHARES(kind)							\
	"the " kind " device guest0 shares its wire past the guards and sides of the policy; use a veth pair and a route"

static void a_macvlan_device_takes_frames(void **state)
{
	put_kind(guest(DMZ), "macvlan");
	one_way("macvlan", "dmz0", TAKES("macvlan"));
	bind_device("guest0", 1U << NF_EDGE_SIDE_EDGE);
	no_way();
}

static void a_macvtap_device_takes_frames_bound_or_not(void **state)
{
	put_kind(guest(WAN), "macvtap");
	one_way("macvlan", "wan0", TAKES("macvtap"));
	bind_device("guest0", 1U << NF_EDGE_SIDE_EDGE);
	one_way("macvlan", "wan0", TAKES("macvtap"));
}

static void an_ipvlan_device_shares_the_wire(void **state)
{
	put_mode(guest(DMZ), "ipvlan", IPVLAN_MODE_L2);
	one_way("ipvlan", "dmz0", SHARES("ipvlan"));
	bind_device("guest0", 1U << NF_EDGE_SIDE_EDGE);
	no_way();
}

static void an_ipvlan_device_of_layer_3_does_bound_or_not(void **state)
{
	bind_device("guest0", 1U << NF_EDGE_SIDE_EDGE);
	put_mode(guest(DMZ), "ipvlan", IPVLAN_MODE_L3S);
	one_way("ipvlan", "dmz0", SHARES("ipvlan"));
}

static void an_ipvtap_device_is_one_of_ipvlan(void **state)
{
	put_kind(guest(LAN), "ipvtap");
	one_way("ipvlan", "lan0", SHARES("ipvtap"));
}

static void a_device_of_vrrp_is_told_as_such(void **state)
{
	static const char said[] =
		"what comes in by the VRRP address of guest0 arrives on that device, which is bound to no side, and is refused (interface); take use_vmac out of keepalived.conf";
	struct nl_msg *msg = guest(DMZ);

	put_kind(msg, "macvlan");
	nla_put(msg, IFLA_ADDRESS, 6, vrrp[0]);
	one_way("vmac", "dmz0", said);
	bind_device("guest0", 1U << NF_EDGE_SIDE_EDGE);
	no_way();
}

static void a_device_of_vrrp_for_ipv6_is_one_too(void **state)
{
	struct nl_msg *msg = guest(DMZ);

	put_kind(msg, "macvlan");
	nla_put(msg, IFLA_ADDRESS, 6, vrrp[1]);
	one_way("vmac", "dmz0", NULL);
}

static void devices_on_other_wires_are_no_way(void **state)
{
	struct nl_msg *msg;

	special(10, "other0", "dummy", 0, 0);
	put_kind(guest(10), "macvlan");
	/* A number of another namespace, which dmz0 has by chance. */
	msg = special(11, "guest1", "macvlan", DMZ, 0);
	nla_put_u32(msg, IFLA_LINK_NETNSID, 0);
	special(12, "guest2", "vlan", DMZ, 0);
	special(13, "guest3", "macvlan", 99, 0);
	no_way();
}

static void has_address(int ifindex, uint8_t flags, const uint8_t *mac,
			int size)
{
	struct ndmsg head = { .ndm_ifindex = ifindex, .ndm_flags = flags };
	struct nl_msg *msg = kernel_tells(RTM_GETNEIGH, RTM_NEWNEIGH, &head,
					  sizeof(head));

	if (mac)
		nla_put(msg, NDA_LLADDR, size, mac);
}

static void a_device_of_another_namespace_leaves_its_address(void **state)
{
	static const uint8_t mac[] = { 0x02, 0x1b, 0xbc, 0x00, 0x0f, 0xfe };

	has_address(DMZ, NTF_SELF, mac, 6);
	one_way("macvlan", "dmz0",
		"frames for 02:1b:bc:00:0f:fe go to a macvlan device of another namespace past the policy; use a veth pair and a route");
}

static void other_hardware_addresses_are_no_way(void **state)
{
	static const uint8_t mac[] = { 0x02, 0, 0, 0, 0, 1 };
	static const uint8_t group[] = { 0x01, 0x00, 0x5e, 0, 0, 1 };
	static const uint8_t own[] = { 0x02, 0, 0, 0, 0, 2 };
	static const uint8_t long_one[] = { 0x02, 0, 0, 0, 0, 3, 0, 0 };
	struct nl_msg *msg;

	/* The kernel's own list has its device and its groups. */
	nla_put(special(10, "dmz1", "veth", 0, 0), IFLA_ADDRESS, 6, own);
	bind_device("dmz1", 1U << NF_EDGE_SIDE_EDGE);
	has_address(10, NTF_SELF, own, 6);
	has_address(DMZ, NTF_SELF, group, 6);
	has_address(DMZ, NTF_MASTER, mac, 6);
	has_address(DMZ, NTF_SELF, long_one, 8);
	has_address(DMZ, NTF_SELF, NULL, 0);
	has_address(OTHER, NTF_SELF, mac, 6);
	no_way();
	/* A device that is here, and was told itself. */
	has_address(DMZ, NTF_SELF, mac, 6);
	one_way("macvlan", "dmz0", NULL);
	msg = guest(DMZ);
	put_kind(msg, "vlan");
	nla_put(msg, IFLA_ADDRESS, 6, mac);
	no_way();
}

/* --- programs, ports of Open vSwitch, segment routing */

static void put_xdp(struct nl_msg *msg, uint8_t attached)
{
	struct nlattr *xdp = attr_nest(msg, IFLA_XDP);

	nla_put_u8(msg, IFLA_XDP_ATTACHED, attached);
	nla_nest_end(msg, xdp);
}

static void a_program_on_a_bound_device_is_a_way(void **state)
{
	struct nl_msg *msg = device(10, "wan1", 0);

	put_xdp(msg, XDP_ATTACHED_DRV);
	no_way();
	bind_device("wan1", 1U << NF_EDGE_SIDE_EXTERNAL);
	one_way("xdp", "wan1",
		"has an XDP program, which forwards or answers packets past the policy unless it only drops and passes; detach it with ip link set dev wan1 xdp off");
}

static void no_program_is_no_way(void **state)
{
	put_xdp(device(10, "wan1", 0), XDP_ATTACHED_NONE);
	bind_device("wan1", 1U << NF_EDGE_SIDE_EXTERNAL);
	no_way();
}

/* wan1 is a VLAN on a bond of two ports; the list has the lowest first. */
static void a_program_below_a_bound_device_is_a_way(void **state)
{
	struct nl_msg *port = device(10, "port0", 0);

	put_xdp(port, XDP_ATTACHED_SKB);
	nla_put_u32(port, IFLA_MASTER, 11);
	special(11, "bond0", "bond", 0, 0);
	no_way();
	special(12, "wan1", "vlan", 11, 0);
	no_way();
	bind_device("wan1", 1U << NF_EDGE_SIDE_EXTERNAL);
	one_way("xdp", "port0", NULL);
	/* Above, or beside, is not below. */
	put_xdp(special(13, "above0", "vlan", 12, 0), XDP_ATTACHED_SKB);
	put_xdp(special(14, "beside0", "vlan", 11, 0), XDP_ATTACHED_SKB);
	one_way("xdp", "port0", NULL);
}

static void a_port_of_open_vswitch_is_a_way(void **state)
{
	special(10, "ovs0", "openvswitch", 0, 0);
	no_way();
	bind_device("ovs0", 1U << NF_EDGE_SIDE_EDGE);
	one_way("ovs", "ovs0",
		"is a port of Open vSwitch, which switches between its other ports past the policy; make this host route between them");
}

static void has_route(const char *destination, uint8_t length, uint16_t encap,
		      int type)
{
	struct rtmsg head = { .rtm_family = AF_INET6, .rtm_dst_len = length };
	struct nl_msg *msg = kernel_tells(RTM_GETROUTE, type, &head,
					  sizeof(head));
	struct ip ip;

	if (destination) {
		assert_true(ip_parse(destination, &ip));
		nla_put(msg, RTA_DST, 16, ip.bytes);
	}
	nla_put_u16(msg, RTA_ENCAP_TYPE, encap);
}

static void a_route_that_unpacks_segments_is_a_way(void **state)
{
	static const char said[] =
		"unpacks segment routing (seg6local), which leads to an Edge past the policy; take the route away, or end it on another host";

	has_route("2001:db8:2::", 48, LWTUNNEL_ENCAP_SEG6_LOCAL, RTM_NEWROUTE);
	one_way("segment-routing", "route 2001:db8:2::/48", said);
	has_route(NULL, 0, LWTUNNEL_ENCAP_SEG6_LOCAL, RTM_NEWROUTE);
	look();
	assert_int_equal(ways.count, 2);
	has_way("segment-routing", "route ::/0", said);
	/* Without an Edge of IPv6 nobody asks. */
	policy.nodes[0].count = 1;
	no_way();
}

static void other_routes_are_no_way(void **state)
{
	has_route("2001:db8:2::", 48, LWTUNNEL_ENCAP_SEG6, RTM_NEWROUTE);
	has_route("2001:db8:3::", 48, LWTUNNEL_ENCAP_NONE, RTM_NEWROUTE);
	has_route("2001:db8:4::", 48, LWTUNNEL_ENCAP_SEG6_LOCAL, RTM_DELROUTE);
	no_way();
}

/* --- filters of tc */

#define INGRESS	TC_H_MAKE(TC_H_CLSACT, TC_H_MIN_INGRESS)
#define EGRESS	TC_H_MAKE(TC_H_CLSACT, TC_H_MIN_EGRESS)

static void has_qdisc(int ifindex, const char *kind)
{
	struct tcmsg head = { .tcm_ifindex = ifindex };

	nla_put_string(kernel_tells(RTM_GETQDISC, RTM_NEWQDISC, &head,
				    sizeof(head)), TCA_KIND, kind);
}

static struct nl_msg *has_filter(int ifindex, uint32_t parent, const char *kind)
{
	struct tcmsg head = { .tcm_ifindex = ifindex, .tcm_parent = parent };
	struct nl_msg *msg = kernel_tells(RTM_GETTFILTER, RTM_NEWTFILTER, &head,
					  sizeof(head));

	nla_put_string(msg, TCA_KIND, kind);
	return msg;
}

/* Options without an action. */
static void put_options(struct nl_msg *msg)
{
	struct nlattr *options = attr_nest(msg, TCA_OPTIONS);

	nla_put_u32(msg, TCA_BPF_CLASSID, 7);
	nla_nest_end(msg, options);
}

/* One action of a filter, among the options at an attribute. */
static void has_action(int ifindex, uint32_t parent, const char *classifier,
		       int attribute, const char *kind)
{
	struct nl_msg *msg = has_filter(ifindex, parent, classifier);
	struct nlattr *options = attr_nest(msg, TCA_OPTIONS), *actions, *action;

	actions = attr_nest(msg, attribute);
	action = attr_nest(msg, 1);
	if (kind)
		nla_put_string(msg, TCA_ACT_KIND, kind);
	else
		nla_put_u32(msg, TCA_ACT_INDEX, 7);
	nla_nest_end(msg, action);
	nla_nest_end(msg, actions);
	nla_nest_end(msg, options);
}

/* The parameters, or what a kernel leaves of them. */
static void has_parms(int ifindex, uint32_t parent, int attribute,
		      const struct tc_mirred *parms, int size)
{
	struct nl_msg *msg = has_filter(ifindex, parent, "matchall");
	struct nlattr *options = attr_nest(msg, TCA_OPTIONS), *actions, *action;
	struct nlattr *inner;

	actions = attr_nest(msg, TCA_MATCHALL_ACT);
	action = attr_nest(msg, 1);
	nla_put_string(msg, TCA_ACT_KIND, "mirred");
	inner = attr_nest(msg, TCA_ACT_OPTIONS);
	nla_put(msg, attribute, size, parms);
	nla_nest_end(msg, inner);
	nla_nest_end(msg, action);
	nla_nest_end(msg, actions);
	nla_nest_end(msg, options);
}

static void has_redirection(int ifindex, uint32_t parent, int how, int target)
{
	struct tc_mirred parms = {
		.eaction = how, .ifindex = (uint32_t)target,
	};

	has_parms(ifindex, parent, TCA_MIRRED_PARMS, &parms, sizeof(parms));
}

#define REDIRECTS(target)						\
	"a tc filter redirects packets to " target " before the policy sees them; take it away with tc filter del dev wan0 ingress"

static void a_redirection_is_a_way(void **state)
{
	has_qdisc(WAN, "clsact");
	has_redirection(WAN, INGRESS, TCA_EGRESS_REDIR, DMZ);
	one_way("tc", "wan0", REDIRECTS("dmz0"));
	/* Both places of the device were looked at. */
	assert_int_equal(kernel_times(RTM_GETTFILTER), 2);
}

static void a_redirection_inward_is_a_way_too(void **state)
{
	has_qdisc(WAN, "ingress");
	has_redirection(WAN, INGRESS, TCA_INGRESS_REDIR, 77);
	one_way("tc", "wan0", REDIRECTS("another device"));
}

static void a_copy_is_no_redirection(void **state)
{
	has_qdisc(WAN, "clsact");
	has_redirection(WAN, INGRESS, TCA_EGRESS_MIRROR, DMZ);
	has_redirection(WAN, INGRESS, TCA_INGRESS_MIRROR, DMZ);
	no_way();
}

static void a_detour_that_comes_back_is_no_redirection(void **state)
{
	special(10, "ifb0", "ifb", 0, 0);
	has_qdisc(WAN, "clsact");
	has_redirection(WAN, INGRESS, TCA_EGRESS_REDIR, 10);
	/* Packets that leave have been judged. */
	has_redirection(WAN, EGRESS, TCA_EGRESS_REDIR, DMZ);
	no_way();
}

static void a_filter_needs_its_place_on_a_bound_device(void **state)
{
	struct tcmsg head = { .tcm_ifindex = LAN };

	special(10, "other0", "dummy", 0, 0);
	has_qdisc(WAN, "fq");
	has_qdisc(10, "clsact");
	nla_put_string(kernel_tells(RTM_GETQDISC, RTM_DELQDISC, &head,
				    sizeof(head)), TCA_KIND, "clsact");
	kernel_tells(RTM_GETQDISC, RTM_NEWQDISC, &head, sizeof(head));
	has_redirection(WAN, INGRESS, TCA_EGRESS_REDIR, DMZ);
	has_redirection(LAN, INGRESS, TCA_EGRESS_REDIR, DMZ);
	has_redirection(10, INGRESS, TCA_EGRESS_REDIR, DMZ);
	no_way();
	assert_int_equal(kernel_times(RTM_GETTFILTER), 0);
}

static void connection_tracking_by_tc_is_a_way(void **state)
{
	has_qdisc(WAN, "clsact");
	has_action(WAN, EGRESS, "flower", TCA_FLOWER_ACT, "ct");
	no_way();
	has_action(WAN, INGRESS, "flower", TCA_FLOWER_ACT, "ct");
	one_way("tc", "wan0",
		"a tc filter tracks connections (ct) before the policy sees them, and hardware forwards these; take it away with tc filter del dev wan0 ingress");
}

#define RUNS(place)							\
	"a tc filter runs a program (bpf), which forwards or changes packets past the policy unless it only drops and passes; tc filter show dev wan0 " place " names it"

static void a_program_is_a_way_at_both_places(void **state)
{
	has_qdisc(WAN, "clsact");
	has_action(WAN, INGRESS, "matchall", TCA_MATCHALL_ACT, "bpf");
	one_way("tc", "wan0", RUNS("ingress"));
	has_action(WAN, EGRESS, "matchall", TCA_MATCHALL_ACT, "bpf");
	look();
	assert_int_equal(ways.count, 2);
	has_way("tc", "wan0", RUNS("egress"));
}

static void a_program_as_filter_is_a_way_at_both_places(void **state)
{
	struct nl_msg *msg;

	has_qdisc(WAN, "clsact");
	msg = has_filter(WAN, INGRESS, "bpf");
	no_way();	/* Without options there is no filter yet. */
	put_options(msg);
	one_way("tc", "wan0", RUNS("ingress"));
	msg = has_filter(WAN, EGRESS, "bpf");
	put_options(msg);
	look();
	assert_int_equal(ways.count, 2);
	has_way("tc", "wan0", RUNS("egress"));
}

static void headers_changed_behind_the_policy_are_a_way(void **state)
{
	static const char *const kinds[] = { "nat", "pedit" };
	size_t i;

	has_qdisc(WAN, "clsact");
	for (i = 0; i < ARRAY_SIZE(kinds); i++) {
		has_action(WAN, INGRESS, "u32", TCA_U32_ACT, kinds[i]);
		has_action(WAN, EGRESS, "u32", TCA_U32_ACT, "gact");
	}
	no_way();
	for (i = 0; i < ARRAY_SIZE(kinds); i++) {
		has_action(WAN, EGRESS, "u32", TCA_U32_ACT, kinds[i]);
		one_way("tc", "wan0",
			"a tc filter changes headers behind the policy; take it away with tc filter del dev wan0 egress");
		kernel_end();
		kernel_begin();
		device(WAN, "wan0", 0);
		has_qdisc(WAN, "clsact");
	}
}

/* Each classifier has its actions at a place of its own. */
static void actions_of_each_classifier_are_read(void **state)
{
	static const struct {
		const char *kind;
		int attribute;
	} classifiers[] = {
		{ "basic", TCA_BASIC_ACT },
		{ "bpf", TCA_BPF_ACT },
		{ "cgroup", TCA_CGROUP_ACT },
		{ "flow", TCA_FLOW_ACT },
		{ "flower", TCA_FLOWER_ACT },
		{ "fw", TCA_FW_ACT },
		{ "matchall", TCA_MATCHALL_ACT },
		{ "route", TCA_ROUTE4_ACT },
		{ "u32", TCA_U32_ACT },
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(classifiers); i++) {
		kernel_end();
		kernel_begin();
		device(WAN, "wan0", 0);
		has_qdisc(WAN, "clsact");
		has_action(WAN, INGRESS, classifiers[i].kind,
			   classifiers[i].attribute + 1, "ct");
		has_action(WAN, INGRESS, "unknown", classifiers[i].attribute,
			   "ct");
		look();
		assert_int_equal(ways.count, !strcmp(classifiers[i].kind, "bpf"));
		has_action(WAN, INGRESS, classifiers[i].kind,
			   classifiers[i].attribute, "ct");
		look();
		assert_int_equal(ways.count,
				 1 + !strcmp(classifiers[i].kind, "bpf"));
	}
}

static void messages_that_are_no_filters_are_let_alone(void **state)
{
	struct tcmsg head = { .tcm_ifindex = WAN, .tcm_parent = INGRESS };
	struct tc_mirred parms = {
		.eaction = TCA_EGRESS_REDIR, .ifindex = DMZ,
	};
	struct nl_msg *msg;

	has_qdisc(WAN, "clsact");
	msg = kernel_tells(RTM_GETTFILTER, RTM_DELTFILTER, &head, sizeof(head));
	nla_put_string(msg, TCA_KIND, "bpf");
	put_options(msg);
	msg = kernel_tells(RTM_GETTFILTER, RTM_NEWTFILTER, &head, sizeof(head));
	put_options(msg);
	/* Actions that do not say all of themselves. */
	has_action(WAN, INGRESS, "flower", TCA_FLOWER_ACT, "mirred");
	has_action(WAN, INGRESS, "flower", TCA_FLOWER_ACT, NULL);
	has_action(WAN, INGRESS, "unknown", 0, "ct");
	has_parms(WAN, INGRESS, TCA_MIRRED_TM, &parms, sizeof(parms));
	has_parms(WAN, INGRESS, TCA_MIRRED_PARMS, &parms, sizeof(parms) - 1);
	no_way();
}

#define TEST(name)	cmocka_unit_test_setup_teardown(name, begin, end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(devices_alone_open_no_way),
		TEST(devices_are_known_by_number_and_name),
		TEST(without_bound_devices_all_but_loopback_are),
		TEST(a_list_of_devices_that_is_not_told_is_said),
		TEST(a_list_that_changes_is_read_again),
		TEST(messages_that_are_no_devices_are_let_alone),
		TEST(a_bridge_that_netfilter_does_not_see_is_a_way),
		TEST(frames_with_tags_are_ways_of_their_own),
		TEST(without_br_netfilter_a_bridge_is_a_way),
		TEST(a_bridge_may_call_netfilter_itself),
		TEST(a_bridge_may_do_so_for_ipv6),
		TEST(a_bridge_of_one_port_carries_nothing),
		TEST(a_bridge_of_others_is_none_of_the_policy),
		TEST(a_macvlan_device_takes_frames),
		TEST(a_macvtap_device_takes_frames_bound_or_not),
		TEST(an_ipvlan_device_shares_the_wire),
		TEST(an_ipvlan_device_of_layer_3_does_bound_or_not),
		TEST(an_ipvtap_device_is_one_of_ipvlan),
		TEST(a_device_of_vrrp_is_told_as_such),
		TEST(a_device_of_vrrp_for_ipv6_is_one_too),
		TEST(devices_on_other_wires_are_no_way),
		TEST(a_device_of_another_namespace_leaves_its_address),
		TEST(other_hardware_addresses_are_no_way),
		TEST(a_program_on_a_bound_device_is_a_way),
		TEST(no_program_is_no_way),
		TEST(a_program_below_a_bound_device_is_a_way),
		TEST(a_port_of_open_vswitch_is_a_way),
		TEST(a_route_that_unpacks_segments_is_a_way),
		TEST(other_routes_are_no_way),
		TEST(a_redirection_is_a_way),
		TEST(a_redirection_inward_is_a_way_too),
		TEST(a_copy_is_no_redirection),
		TEST(a_detour_that_comes_back_is_no_redirection),
		TEST(a_filter_needs_its_place_on_a_bound_device),
		TEST(connection_tracking_by_tc_is_a_way),
		TEST(a_program_is_a_way_at_both_places),
		TEST(a_program_as_filter_is_a_way_at_both_places),
		TEST(headers_changed_behind_the_policy_are_a_way),
		TEST(actions_of_each_classifier_are_read),
		TEST(messages_that_are_no_filters_are_let_alone),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
