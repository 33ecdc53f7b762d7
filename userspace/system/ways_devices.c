// SPDX-License-Identifier: GPL-2.0-only
/*
 * Ways round the policy that devices and routes show, by rtnetlink: bridges,
 * devices that share a wire with a bound one, XDP programs, segment routing.
 */
#include <linux/if_bridge.h>
#include <linux/if_link.h>
#include <linux/lwtunnel.h>
#include <linux/neighbour.h>
#include <linux/rtnetlink.h>
#include <netlink/attr.h>
#include <netlink/errno.h>
#include <netlink/msg.h>
#include <netlink/netlink.h>
#include <netlink/socket.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "netlink/attribute.h"
#include "system/ways.h"

/* Attempts to read a list that keeps changing. */
#define ATTEMPTS	10

#define MAC_TEXT	18

/* Further hardware addresses of a device. */
struct extra_macs {
	struct ways *ways;
	const struct device *device;
};

/**
 * ways_dump - ask the kernel for a list
 * @socket: a connected socket
 * @type: the request
 * @head: fixed header of the request
 * @size: octets of the header
 * @add: called for each message of the answer
 * @arg: for @add, which has to bear a message twice
 *
 * Return: false when the kernel did not tell all.
 */
bool ways_dump(struct nl_sock *socket, int type, void *head,
	       size_t size, int (*add)(struct nl_msg *msg, void *arg),
	       void *arg)
{
	int attempt, error = -NLE_DUMP_INTR;

	nl_socket_modify_cb(socket, NL_CB_VALID, NL_CB_CUSTOM, add, arg);
	for (attempt = 0; attempt < ATTEMPTS && error == -NLE_DUMP_INTR;
	     attempt++) {
		error = nl_send_simple(socket, type, NLM_F_DUMP, head, size);
		if (error >= 0)
			error = nl_recvmsgs_default(socket);
	}
	return error >= 0;
}

/**
 * ways_device - find a device by number
 * @ways: the list, with its devices
 * @index: the number
 *
 * Return: the device, or NULL.
 */
const struct device *ways_device(const struct ways *ways, int index)
{
	size_t i;

	for (i = 0; i < ways->device_count; i++)
		if (index && ways->devices[i].index == index)
			return &ways->devices[i];
	return NULL;
}

static void read_data(struct device *device, struct nlattr *data)
{
	struct nlattr *bridge[IFLA_BR_MAX + 1], *ipvlan[IFLA_IPVLAN_MAX + 1];

	if (!strcmp(device->kind, "bridge") &&
	    nla_parse_nested(bridge, IFLA_BR_MAX, data, NULL) >= 0) {
		device->calls[IPV4] =
			attr_u8(bridge[IFLA_BR_NF_CALL_IPTABLES]);
		device->calls[IPV6] =
			attr_u8(bridge[IFLA_BR_NF_CALL_IP6TABLES]);
	}
	if (!strcmp(device->kind, "ipvlan") &&
	    nla_parse_nested(ipvlan, IFLA_IPVLAN_MAX, data, NULL) >= 0)
		device->is_l3 = attr_u16(ipvlan[IFLA_IPVLAN_MODE]) !=
				IPVLAN_MODE_L2;
}

/* Return: true when the policy judges packets of a device. */
static void bind_device(const struct policy *policy, struct device *device,
			unsigned int flags)
{
	const struct interface *interface =
		interface_find(policy, device->name);

	if (policy->interface_count) {
		device->is_bound = !!interface;
		device->bears_edges = interface &&
			interface->sides & (1U << NF_EDGE_SIDE_EDGE);
	} else {
		device->is_bound = !(flags & IFF_LOOPBACK);
		device->bears_edges = device->is_bound;
	}
	device->carries = device->is_bound;
}

/* Frames come up from port to bridge or bond, and from a device to a VLAN. */
static void mark_carriers(struct ways *ways)
{
	bool changed = true;
	size_t i, j;

	while (changed) {
		changed = false;
		for (i = 0; i < ways->device_count; i++) {
			struct device *low = &ways->devices[i];

			for (j = 0; !low->carries && j < ways->device_count;
			     j++) {
				const struct device *high = &ways->devices[j];

				low->carries = high->carries &&
					       (low->master == high->index ||
						high->lower == low->index);
				changed |= low->carries;
			}
		}
	}
}

static int add_device(struct nl_msg *msg, void *arg)
{
	struct nlattr *attrs[IFLA_MAX + 1], *info[IFLA_INFO_MAX + 1] = { 0 };
	struct nlattr *xdp[IFLA_XDP_MAX + 1] = { 0 };
	const struct ifinfomsg *head;
	struct ways *ways = arg;
	struct device *device;

	if (nlmsg_hdr(msg)->nlmsg_type != RTM_NEWLINK ||
	    nlmsg_parse(nlmsg_hdr(msg), sizeof(*head), attrs, IFLA_MAX,
			NULL) < 0 || !attrs[IFLA_IFNAME])
		return NL_SKIP;
	head = nlmsg_data(nlmsg_hdr(msg));
	if (ways_device(ways, head->ifi_index))
		return NL_SKIP;
	if (attrs[IFLA_LINKINFO])
		nla_parse_nested(info, IFLA_INFO_MAX, attrs[IFLA_LINKINFO],
				 NULL);
	if (attrs[IFLA_XDP])
		nla_parse_nested(xdp, IFLA_XDP_MAX, attrs[IFLA_XDP], NULL);

	ways->devices = xgrow(ways->devices, &ways->device_capacity,
			      ways->device_count, sizeof(*device));
	device = &ways->devices[ways->device_count++];
	*device = (struct device){ .index = head->ifi_index };
	nla_strlcpy(device->name, attrs[IFLA_IFNAME], sizeof(device->name));
	if (info[IFLA_INFO_KIND])
		nla_strlcpy(device->kind, info[IFLA_INFO_KIND],
			    sizeof(device->kind));
	if (info[IFLA_INFO_DATA])
		read_data(device, info[IFLA_INFO_DATA]);
	/* A number of another namespace says nothing here. */
	if (!attrs[IFLA_LINK_NETNSID])
		device->lower = (int)attr_u32(attrs[IFLA_LINK]);
	device->master = (int)attr_u32(attrs[IFLA_MASTER]);
	if (attrs[IFLA_ADDRESS])
		nla_memcpy(device->mac, attrs[IFLA_ADDRESS],
			   sizeof(device->mac));
	device->has_xdp = attr_u8(xdp[IFLA_XDP_ATTACHED]) !=
			  XDP_ATTACHED_NONE;
	bind_device(ways->policy, device, head->ifi_flags);
	return NL_OK;
}

/* Frames of a family that a bridge carries from port to port. */
static void of_bridged_family(struct ways *ways, const struct device *bridge,
			      unsigned int family, const char *setting)
{
	sa_family_t af = family == IPV4 ? AF_INET : AF_INET6;

	if (ways_has_family(ways, af) && !bridge->calls[family] &&
	    ways_sysctl("bridge/%s", setting) == 0)
		ways_add(ways, "bridge", bridge->name,
			 "carries %s between its ports past the policy; set net.bridge.%s = 1",
			 family == IPV4 ? "IPv4" : "IPv6", setting);
}

static void of_bridge(struct ways *ways, const struct device *bridge)
{
	static const struct {
		const char *kind;
		const char *frames;
		const char *setting;
	} tags[] = {
		{ "vlan-tags", "VLAN tags", "bridge-nf-filter-vlan-tagged" },
		{ "pppoe-tags", "PPPoE headers",
		  "bridge-nf-filter-pppoe-tagged" },
	};
	bool is_bound = bridge->is_bound;
	size_t i, ports = 0;

	for (i = 0; i < ways->device_count; i++) {
		if (ways->devices[i].master != bridge->index)
			continue;
		ports++;
		is_bound |= ways->devices[i].is_bound;
	}
	if (!is_bound || ports < 2)
		return;
	if (ways_sysctl("bridge/bridge-nf-call-iptables") < 0) {
		ways_add(ways, "bridge", bridge->name,
			 "carries frames between its ports past the policy; load br_netfilter, or make this host route between them");
		return;
	}
	of_bridged_family(ways, bridge, IPV4, "bridge-nf-call-iptables");
	of_bridged_family(ways, bridge, IPV6, "bridge-nf-call-ip6tables");
	for (i = 0; i < ARRAY_SIZE(tags); i++)
		if (ways_sysctl("bridge/%s", tags[i].setting) == 0)
			ways_add(ways, tags[i].kind, bridge->name,
				 "carries frames with %s between its ports past the policy; set net.bridge.%s = 1",
				 tags[i].frames, tags[i].setting);
}

/* Hardware addresses of virtual routers (RFC 9568), for IPv4 and for IPv6. */
static bool is_of_vrrp(const struct device *device)
{
	static const uint8_t ipv4[] = { 0x00, 0x00, 0x5e, 0x00, 0x01 };
	static const uint8_t ipv6[] = { 0x00, 0x00, 0x5e, 0x00, 0x02 };

	return !memcmp(device->mac, ipv4, sizeof(ipv4)) ||
	       !memcmp(device->mac, ipv6, sizeof(ipv6));
}

/* A device that takes frames from the wire of a bound one. */
static void of_shared_wire(struct ways *ways, const struct device *device)
{
	const struct device *lower = ways_device(ways, device->lower);

	if (!lower || !lower->is_bound)
		return;
	if (!strcmp(device->kind, "ipvlan") || !strcmp(device->kind, "ipvtap")) {
		if (device->is_l3 || !device->is_bound)
			ways_add(ways, "ipvlan", lower->name,
				 "the %s device %s shares its wire past the guards and sides of the policy; use a veth pair and a route",
				 device->kind, device->name);
	} else if (!strcmp(device->kind, "macvlan") && !device->is_bound &&
		   is_of_vrrp(device)) {
		ways_add(ways, "vmac", lower->name,
			 "what comes in by the VRRP address of %s arrives on that device, which is bound to no side, and is refused (interface); take use_vmac out of keepalived.conf",
			 device->name);
	} else if (!strcmp(device->kind, "macvtap") ||
		   (!strcmp(device->kind, "macvlan") && !device->is_bound)) {
		ways_add(ways, "macvlan", lower->name,
			 "the %s device %s takes frames from its wire past the policy; use a veth pair and a route, or bind %s if this host has it",
			 device->kind, device->name, device->name);
	}
}

static bool is_of_upper(const struct ways *ways, const struct device *lower,
			const uint8_t *mac)
{
	size_t i;

	for (i = 0; i < ways->device_count; i++)
		if (ways->devices[i].lower == lower->index &&
		    !memcmp(ways->devices[i].mac, mac, sizeof(lower->mac)))
			return true;
	return false;
}

static int add_extra_mac(struct nl_msg *msg, void *arg)
{
	const struct extra_macs *found = arg;
	struct nlattr *attrs[NDA_MAX + 1];
	const struct ndmsg *head;
	char text[MAC_TEXT];
	const uint8_t *mac;

	if (nlmsg_hdr(msg)->nlmsg_type != RTM_NEWNEIGH ||
	    nlmsg_parse(nlmsg_hdr(msg), sizeof(*head), attrs, NDA_MAX,
			NULL) < 0 || !attrs[NDA_LLADDR] ||
	    nla_len(attrs[NDA_LLADDR]) != sizeof(found->device->mac))
		return NL_SKIP;
	head = nlmsg_data(nlmsg_hdr(msg));
	mac = nla_data(attrs[NDA_LLADDR]);
	/* Groups, and devices of this namespace, are no finding. */
	if (head->ndm_ifindex != found->device->index ||
	    !(head->ndm_flags & NTF_SELF) || mac[0] & 1 ||
	    is_of_upper(found->ways, found->device, mac) ||
	    !memcmp(mac, found->device->mac, sizeof(found->device->mac)))
		return NL_SKIP;
	snprintf(text, sizeof(text), "%02x:%02x:%02x:%02x:%02x:%02x", mac[0],
		 mac[1], mac[2], mac[3], mac[4], mac[5]);
	ways_add(found->ways, "macvlan", found->device->name,
		 "frames for %s go to a macvlan device of another namespace past the policy; use a veth pair and a route",
		 text);
	return NL_OK;
}

/* A macvlan device that was moved into another namespace leaves its hardware
 * address behind, in the list of those that its lower device takes.
 */
static void of_moved_devices(struct ways *ways, struct nl_sock *socket,
			     const struct device *device)
{
	struct ifinfomsg head = {
		.ifi_family = AF_BRIDGE, .ifi_index = device->index,
	};
	struct extra_macs found = { ways, device };

	ways_dump(socket, RTM_GETNEIGH, &head, sizeof(head),
		  add_extra_mac, &found);
}

static int add_route(struct nl_msg *msg, void *arg)
{
	struct nlattr *attrs[RTA_MAX + 1];
	char text[INET6_ADDRSTRLEN];
	const struct rtmsg *head;
	struct ways *ways = arg;
	struct ip ip = { .family = AF_INET6 };
	char *where;

	if (nlmsg_hdr(msg)->nlmsg_type != RTM_NEWROUTE ||
	    nlmsg_parse(nlmsg_hdr(msg), sizeof(*head), attrs, RTA_MAX,
			NULL) < 0 ||
	    attr_u16(attrs[RTA_ENCAP_TYPE]) !=
	    LWTUNNEL_ENCAP_SEG6_LOCAL)
		return NL_SKIP;
	head = nlmsg_data(nlmsg_hdr(msg));
	if (attrs[RTA_DST])
		nla_memcpy(ip.bytes, attrs[RTA_DST], sizeof(ip.bytes));
	where = xformat("route %s/%u", ip_format(&ip, text), head->rtm_dst_len);
	ways_add(ways, "segment-routing", where,
		 "unpacks segment routing (seg6local), which leads to an Edge past the policy; take the route away, or end it on another host");
	free(where);
	return NL_OK;
}

static void of_device(struct ways *ways, const struct device *device)
{
	if (!strcmp(device->kind, "bridge"))
		of_bridge(ways, device);
	of_shared_wire(ways, device);
	if (device->carries && device->has_xdp)
		ways_add(ways, "xdp", device->name,
			 "has an XDP program, which forwards or answers packets past the policy unless it only drops and passes; detach it with ip link set dev %s xdp off",
			 device->name);
	if (device->is_bound && !strcmp(device->kind, "openvswitch"))
		ways_add(ways, "ovs", device->name,
			 "is a port of Open vSwitch, which switches between its other ports past the policy; make this host route between them");
}

/**
 * ways_of_devices - list the devices, and look for ways round in them
 * @ways: the list to add to
 */
void ways_of_devices(struct ways *ways)
{
	struct ifinfomsg links = { .ifi_family = AF_UNSPEC };
	struct rtmsg routes = { .rtm_family = AF_INET6 };
	struct nl_sock *socket = nl_socket_alloc();
	size_t i;

	if (!socket)
		out_of_memory();
	if (nl_connect(socket, NETLINK_ROUTE) < 0 ||
	    !ways_dump(socket, RTM_GETLINK, &links, sizeof(links),
		       add_device, ways)) {
		ways_add(ways, "unseen", "rtnetlink",
			 "does not tell which devices there are, so that they were not looked at");
	} else {
		mark_carriers(ways);
		for (i = 0; i < ways->device_count; i++) {
			of_device(ways, &ways->devices[i]);
			if (ways->devices[i].is_bound)
				of_moved_devices(ways, socket,
						 &ways->devices[i]);
		}
		if (ways_has_family(ways, AF_INET6))
			ways_dump(socket, RTM_GETROUTE, &routes,
				  sizeof(routes), add_route, ways);
	}
	nl_socket_free(socket);
}
