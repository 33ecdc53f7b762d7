// SPDX-License-Identifier: GPL-2.0-only
/*
 * The network devices of this namespace, by rtnetlink, and the masters of those
 * that no packet arrives on.
 */
#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <netlink/attr.h>
#include <netlink/msg.h>
#include <netlink/netlink.h>
#include <netlink/socket.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "netlink/attribute.h"
#include "system/links.h"

static bool is_kind(struct nlattr *attr, const char *kind)
{
	return attr && !nla_strcmp(attr, kind);
}

/* The two devices of an HSR or PRP ring. */
static void read_ring(struct link *link, struct nlattr *data)
{
	struct nlattr *attrs[IFLA_HSR_MAX + 1];

	if (!data || nla_parse_nested(attrs, IFLA_HSR_MAX, data, NULL) < 0)
		return;
	link->ring[0] = attr_u32(attrs[IFLA_HSR_SLAVE1]);
	link->ring[1] = attr_u32(attrs[IFLA_HSR_SLAVE2]);
}

static void read_others(struct link *link, struct nlattr *list)
{
	struct nlattr *name;
	int left;

	nla_for_each_nested(name, list, left) {
		if (nla_type(name) != IFLA_ALT_IFNAME)
			continue;
		link->others = xgrow(link->others,
				     &link->other_capacity,
				     link->other_count,
				     sizeof(*link->others));
		link->others[link->other_count++] =
			xformat("%.*s", nla_len(name),
				(const char *)nla_data(name));
	}
}

static int add_link(struct nl_msg *msg, void *arg)
{
	struct nlattr *attrs[IFLA_MAX + 1], *info[IFLA_INFO_MAX + 1] = { 0 };
	const struct ifinfomsg *head = nlmsg_data(nlmsg_hdr(msg));
	struct links *links = arg;
	struct link *link;

	if (nlmsg_hdr(msg)->nlmsg_type != RTM_NEWLINK ||
	    nlmsg_parse(nlmsg_hdr(msg), sizeof(struct ifinfomsg), attrs,
			IFLA_MAX, NULL) < 0 || !attrs[IFLA_IFNAME])
		return NL_SKIP;
	if (attrs[IFLA_LINKINFO])
		nla_parse_nested(info, IFLA_INFO_MAX, attrs[IFLA_LINKINFO],
				 NULL);

	links->items = xgrow(links->items, &links->capacity,
			     links->count, sizeof(*link));
	link = &links->items[links->count++];
	*link = (struct link){
		.ifindex = (uint32_t)head->ifi_index,
		.above = attr_u32(attrs[IFLA_MASTER]),
		.is_vrf = is_kind(info[IFLA_INFO_KIND], "vrf"),
		.is_internal = head->ifi_flags & IFF_LOOPBACK ||
			       is_kind(info[IFLA_INFO_KIND], "ifb"),
		.is_in_vrf = is_kind(info[IFLA_INFO_SLAVE_KIND], "vrf"),
	};
	nla_strlcpy(link->name, attrs[IFLA_IFNAME], sizeof(link->name));
	if (is_kind(info[IFLA_INFO_KIND], "hsr"))
		read_ring(link, info[IFLA_INFO_DATA]);
	if (attrs[IFLA_PROP_LIST])
		read_others(link, attrs[IFLA_PROP_LIST]);
	return NL_OK;
}

/**
 * links_read - list the devices
 * @links: filled in; links_free() it
 *
 * Return: false when the kernel does not tell.
 */
bool links_read(struct links *links)
{
	struct ifinfomsg request = { .ifi_family = AF_UNSPEC };
	struct nl_sock *socket = nl_socket_alloc();
	bool done;

	*links = (struct links){ 0 };
	if (!socket)
		return false;
	nl_socket_modify_cb(socket, NL_CB_VALID, NL_CB_CUSTOM, add_link,
			    links);
	done = nl_connect(socket, NETLINK_ROUTE) >= 0 &&
	       nl_send_simple(socket, RTM_GETLINK, NLM_F_DUMP, &request,
			      sizeof(request)) >= 0 &&
	       nl_recvmsgs_default(socket) >= 0;
	nl_socket_free(socket);
	return done;
}

/**
 * link_find - a device by name
 * @links: the devices
 * @name: name of the device
 *
 * Return: the device, or NULL.
 */
const struct link *link_find(const struct links *links, const char *name)
{
	size_t i;

	for (i = 0; i < links->count; i++)
		if (!strcmp(links->items[i].name, name))
			return &links->items[i];
	return NULL;
}

static const struct link *above(const struct links *links,
				const struct link *link)
{
	size_t i;

	for (i = 0; i < links->count; i++) {
		const struct link *other = &links->items[i];

		if (link->above ? other->ifindex == link->above :
		    link->ifindex && (other->ring[0] == link->ifindex ||
				      other->ring[1] == link->ifindex))
			return other;
	}
	return NULL;
}

/**
 * link_master - the device that packets of a device arrive on
 * @links: the devices
 * @name: name of the device
 *
 * A bond, team or bridge takes the packets of its members, and may be a member
 * itself.  A VRF device does not: packets are judged below the VRF.
 *
 * Return: the uppermost master that is no VRF, or NULL without one.
 */
const struct link *link_master(const struct links *links, const char *name)
{
	const struct link *link = link_find(links, name);
	const struct link *found = NULL;
	size_t steps;

	/* A list that was read while devices changed may hold a circle. */
	for (steps = 0; link && !link->is_in_vrf && steps < links->count;
	     steps++) {
		link = above(links, link);
		if (!link || link->is_vrf)
			break;
		found = link;
	}
	return found;
}

/**
 * links_free - forget the list
 * @links: the devices
 */
void links_free(struct links *links)
{
	size_t i, j;

	for (i = 0; i < links->count; i++) {
		for (j = 0; j < links->items[i].other_count; j++)
			free(links->items[i].others[j]);
		free(links->items[i].others);
	}
	free(links->items);
}
