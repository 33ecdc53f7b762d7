// SPDX-License-Identifier: GPL-2.0-only
/*
 * Connections that an nftables flowtable has taken over are forwarded before
 * PRE_ROUTING, where nf_edge does not see them.  Connection tracking knows the
 * connections that flowtables took; their list is long, and is read only where
 * a flowtable exists.
 */
#include <linux/netfilter/nf_conntrack_common.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nfnetlink.h>
#include <linux/netfilter/nfnetlink_conntrack.h>
#include <netlink/attr.h>
#include <netlink/errno.h>
#include <netlink/msg.h>
#include <netlink/netlink.h>
#include <netlink/socket.h>
#include <stdlib.h>

#include "base/memory.h"
#include "netlink/attribute.h"
#include "system/flowtables.h"
#include "system/nfnetlink.h"

/* Attempts to read a ruleset that keeps changing. */
#define ATTEMPTS	10

#define TABLES_LIST	(NFNL_SUBSYS_NFTABLES << 8 | NFT_MSG_GETFLOWTABLE)
#define TABLES_ITEM	(NFNL_SUBSYS_NFTABLES << 8 | NFT_MSG_NEWFLOWTABLE)
#define CONNECTIONS_LIST (NFNL_SUBSYS_CTNETLINK << 8 | IPCTNL_MSG_CT_GET)
#define CONNECTIONS_ITEM (NFNL_SUBSYS_CTNETLINK << 8 | IPCTNL_MSG_CT_NEW)

/* The argument of add_connection(). */
struct search {
	struct offload *offload;
	const struct policy *policy;
};

/* The other families of nf_tables have no flowtables. */
static const char *family_word(uint8_t family)
{
	switch (family) {
	case PF_INET:
		return "ip";
	case PF_INET6:
		return "ip6";
	default:
		return "inet";
	}
}

static void read_devices(struct flowtable *table, struct nlattr *hook)
{
	struct nlattr *attrs[NFTA_FLOWTABLE_HOOK_MAX + 1], *device;
	int left;

	if (!hook || nla_parse_nested(attrs, NFTA_FLOWTABLE_HOOK_MAX, hook,
				      NULL) < 0 ||
	    !attrs[NFTA_FLOWTABLE_HOOK_DEVS])
		return;
	nla_for_each_nested(device, attrs[NFTA_FLOWTABLE_HOOK_DEVS], left) {
		table->devices = xgrow(table->devices,
				       &table->device_capacity,
				       table->device_count,
				       sizeof(*table->devices));
		table->devices[table->device_count++] =
			xstrdup(nla_get_string(device));
	}
}

static int add_table(struct nl_msg *msg, void *arg)
{
	struct nlattr *attrs[NFTA_FLOWTABLE_MAX + 1];
	struct nlmsghdr *header = nlmsg_hdr(msg);
	struct offload *offload = arg;
	struct flowtable *table;

	if (header->nlmsg_type != TABLES_ITEM ||
	    nlmsg_parse(header, sizeof(struct nfgenmsg), attrs,
			NFTA_FLOWTABLE_MAX, NULL) < 0 ||
	    !attrs[NFTA_FLOWTABLE_TABLE] || !attrs[NFTA_FLOWTABLE_NAME])
		return NL_SKIP;

	offload->tables = xgrow(offload->tables, &offload->capacity,
				offload->count, sizeof(*table));
	table = &offload->tables[offload->count++];
	*table = (struct flowtable){ 0 };
	table->name = xformat("%s %s %s",
			      family_word(((struct nfgenmsg *)
					nlmsg_data(header))->nfgen_family),
			      nla_get_string(attrs[NFTA_FLOWTABLE_TABLE]),
			      nla_get_string(attrs[NFTA_FLOWTABLE_NAME]));
	read_devices(table, attrs[NFTA_FLOWTABLE_HOOK]);
	return NL_OK;
}

static void forget_tables(struct offload *offload)
{
	while (offload->count) {
		struct flowtable *table = &offload->tables[--offload->count];

		while (table->device_count)
			free(table->devices[--table->device_count]);
		free(table->devices);
		free(table->name);
	}
}

static bool is_bound_attr(const struct policy *policy, struct nlattr *attr,
			  sa_family_t family)
{
	struct ip ip = { .family = family };

	if (!attr)
		return false;
	nla_memcpy(ip.bytes, attr, family == AF_INET ? 4 : 16);
	return policy_binds(policy, &ip);
}

/* Return: true when a tuple of a connection names an Edge address. */
static bool is_governed(const struct policy *policy, struct nlattr *tuple)
{
	struct nlattr *attrs[CTA_TUPLE_MAX + 1], *ip[CTA_IP_MAX + 1];

	return tuple &&
	       nla_parse_nested(attrs, CTA_TUPLE_MAX, tuple, NULL) >= 0 &&
	       attrs[CTA_TUPLE_IP] &&
	       nla_parse_nested(ip, CTA_IP_MAX, attrs[CTA_TUPLE_IP],
				NULL) >= 0 &&
	       (is_bound_attr(policy, ip[CTA_IP_V4_SRC], AF_INET) ||
		is_bound_attr(policy, ip[CTA_IP_V4_DST], AF_INET) ||
		is_bound_attr(policy, ip[CTA_IP_V6_SRC], AF_INET6) ||
		is_bound_attr(policy, ip[CTA_IP_V6_DST], AF_INET6));
}

static int add_connection(struct nl_msg *msg, void *arg)
{
	struct nlattr *attrs[CTA_MAX + 1];
	struct search *search = arg;

	if (nlmsg_hdr(msg)->nlmsg_type != CONNECTIONS_ITEM ||
	    nlmsg_parse(nlmsg_hdr(msg), sizeof(struct nfgenmsg), attrs,
			CTA_MAX, NULL) < 0)
		return NL_SKIP;
	/* Older kernels know no filter, and list all. */
	if (ntohl(attr_u32(attrs[CTA_STATUS])) & IPS_OFFLOAD &&
	    (is_governed(search->policy, attrs[CTA_TUPLE_ORIG]) ||
	     is_governed(search->policy, attrs[CTA_TUPLE_REPLY])))
		search->offload->connections++;
	return NL_OK;
}

static void read_tables(struct nl_sock *socket, struct offload *offload)
{
	int attempt;

	nl_socket_modify_cb(socket, NL_CB_VALID, NL_CB_CUSTOM, add_table,
			    offload);
	for (attempt = 0; attempt < ATTEMPTS; attempt++) {
		forget_tables(offload);
		if (nfnetlink_dump(socket, TABLES_LIST, 0) != -NLE_DUMP_INTR)
			break;
	}
}

/**
 * offload_read - look for connections that bypass the policy
 * @offload: filled in; offload_free() it
 * @policy: the policy, with its nodes, whose addresses to look for; NULL for
 *	the flowtables only
 *
 * A kernel without nf_tables has no flowtable.
 */
void offload_read(struct offload *offload, const struct policy *policy)
{
	struct search search = { .offload = offload, .policy = policy };
	struct nl_sock *socket = nl_socket_alloc();

	*offload = (struct offload){ .known = true };
	if (!socket)
		out_of_memory();
	if (nl_connect(socket, NETLINK_NETFILTER) >= 0) {
		read_tables(socket, offload);
		if (offload->count && policy) {
			nl_socket_modify_cb(socket, NL_CB_VALID, NL_CB_CUSTOM,
					    add_connection, &search);
			offload->known =
				nfnetlink_dump(socket, CONNECTIONS_LIST,
					       IPS_OFFLOAD) >= 0;
		}
	}
	nl_socket_free(socket);
}

/**
 * offload_free - forget flowtables and connections
 * @offload: the flowtables and connections
 */
void offload_free(struct offload *offload)
{
	forget_tables(offload);
	free(offload->tables);
	*offload = (struct offload){ 0 };
}
