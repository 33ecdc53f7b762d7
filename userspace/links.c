// SPDX-License-Identifier: GPL-2.0-only
/*
 * The network devices of this namespace, by rtnetlink: which exist, and
 * which of them no side can be bound to.
 */
#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <netlink/attr.h>
#include <netlink/msg.h>
#include <netlink/netlink.h>
#include <netlink/socket.h>
#include <stdlib.h>
#include <string.h>

#include "edgectl.h"
#include "links.h"

static bool is_kind(struct nlattr *attr, const char *kind)
{
	return attr && !nla_strcmp(attr, kind);
}

static int add_link(struct nl_msg *msg, void *arg)
{
	struct nlattr *attrs[IFLA_MAX + 1], *info[IFLA_INFO_MAX + 1] = { 0 };
	struct links *links = arg;
	struct link *link;

	if (nlmsg_hdr(msg)->nlmsg_type != RTM_NEWLINK ||
	    nlmsg_parse(nlmsg_hdr(msg), sizeof(struct ifinfomsg), attrs,
			IFLA_MAX, NULL) < 0 || !attrs[IFLA_IFNAME])
		return NL_SKIP;
	if (attrs[IFLA_LINKINFO])
		nla_parse_nested(info, IFLA_INFO_MAX, attrs[IFLA_LINKINFO],
				 NULL);

	links->items = nf_edge_grow(links->items, &links->capacity,
				    links->count, sizeof(*link));
	link = &links->items[links->count++];
	nla_strlcpy(link->name, attrs[IFLA_IFNAME], sizeof(link->name));
	link->is_vrf = is_kind(info[IFLA_INFO_KIND], "vrf");
	link->is_bridge_port = is_kind(info[IFLA_INFO_SLAVE_KIND], "bridge");
	link->is_in_vrf = is_kind(info[IFLA_INFO_SLAVE_KIND], "vrf");
	return NL_OK;
}

/**
 * nf_edge_links_read - list the devices
 * @links: filled in; nf_edge_links_free() it
 *
 * Return: false when the kernel does not tell.
 */
bool nf_edge_links_read(struct links *links)
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
 * nf_edge_link_find - a device by name
 * @links: the devices
 * @name: its name
 *
 * Return: the device, or NULL.
 */
const struct link *nf_edge_link_find(const struct links *links,
				     const char *name)
{
	size_t i;

	for (i = 0; i < links->count; i++)
		if (!strcmp(links->items[i].name, name))
			return &links->items[i];
	return NULL;
}

/**
 * nf_edge_links_free - forget the list
 * @links: the devices
 */
void nf_edge_links_free(struct links *links)
{
	free(links->items);
}
