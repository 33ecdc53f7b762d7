// SPDX-License-Identifier: GPL-2.0-only
/*
 * TCP connections that others have opened to this host, by sock_diag, and
 * their original tuples, by ctnetlink.  Neither needs /proc.
 */
#include <linux/inet_diag.h>
#include <linux/netfilter/nfnetlink.h>
#include <linux/netfilter/nfnetlink_conntrack.h>
#include <linux/sock_diag.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <netlink/attr.h>
#include <netlink/errno.h>
#include <netlink/msg.h>
#include <netlink/netlink.h>
#include <netlink/socket.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "netlink/attribute.h"
#include "system/sockets.h"

#define CT_GET	(NFNL_SUBSYS_CTNETLINK << 8 | IPCTNL_MSG_CT_GET)
#define CT_NEW	(NFNL_SUBSYS_CTNETLINK << 8 | IPCTNL_MSG_CT_NEW)

/* Ports that something listens on, a bit each, and the connections so far. */
struct reading {
	struct connections *connections;
	uint8_t listened[(UINT16_MAX + 1) / 8];
};

/* A socket of both families names IPv4 addresses by IPv6 ones. */
static void read_ip(struct ip *ip, uint8_t family, const __be32 *address)
{
	static const uint8_t mapped[12] = { [10] = 0xff, [11] = 0xff };

	*ip = (struct ip){ .family = family };
	if (family == AF_INET) {
		memcpy(ip->bytes, address, 4);
	} else if (!memcmp(address, mapped, sizeof(mapped))) {
		ip->family = AF_INET;
		memcpy(ip->bytes, address + 3, 4);
	} else {
		memcpy(ip->bytes, address, 16);
	}
}

static int add_socket(struct nl_msg *msg, void *arg)
{
	const struct nlmsghdr *header = nlmsg_hdr(msg);
	const struct inet_diag_msg *diag = nlmsg_data(header);
	struct connections *connections;
	struct reading *reading = arg;
	struct connection *one;
	uint16_t port;

	if (header->nlmsg_type != SOCK_DIAG_BY_FAMILY ||
	    nlmsg_datalen(header) < (int)sizeof(*diag))
		return NL_SKIP;
	port = ntohs(diag->id.idiag_sport);
	if (diag->idiag_state == TCP_LISTEN)
		reading->listened[port / 8] |= (uint8_t)(1U << port % 8);
	if (diag->idiag_state != TCP_ESTABLISHED)
		return NL_OK;

	connections = reading->connections;
	connections->items = xgrow(connections->items,
				   &connections->capacity,
				   connections->count, sizeof(*one));
	one = &connections->items[connections->count++];
	*one = (struct connection){
		.local_port = port,
		.peer_port = ntohs(diag->id.idiag_dport),
		.ifindex = diag->id.idiag_if,
		.inode = diag->idiag_inode,
	};
	read_ip(&one->local, diag->idiag_family, diag->id.idiag_src);
	read_ip(&one->peer, diag->idiag_family, diag->id.idiag_dst);
	return NL_OK;
}

static bool read_family(struct nl_sock *socket, uint8_t family)
{
	struct inet_diag_req_v2 request = {
		.sdiag_family = family,
		.sdiag_protocol = IPPROTO_TCP,
		.idiag_states = 1U << TCP_ESTABLISHED | 1U << TCP_LISTEN,
	};

	return nl_send_simple(socket, SOCK_DIAG_BY_FAMILY, NLM_F_DUMP,
			      &request, sizeof(request)) >= 0 &&
	       nl_recvmsgs_default(socket) >= 0;
}

/* Leave out connections that this host has opened. */
static void keep_incoming(struct reading *reading)
{
	struct connections *connections = reading->connections;
	size_t from, to = 0;

	for (from = 0; from < connections->count; from++) {
		uint16_t port = connections->items[from].local_port;

		if (reading->listened[port / 8] & (1U << port % 8))
			connections->items[to++] = connections->items[from];
	}
	connections->count = to;
}

/**
 * connections_read - list the connections to ports of this host
 * @connections: filled in; connections_free() it
 *
 * Return: false when the kernel does not tell.
 */
bool connections_read(struct connections *connections)
{
	struct reading reading = { .connections = connections };
	struct nl_sock *socket = nl_socket_alloc();
	bool known;

	*connections = (struct connections){ 0 };
	if (!socket)
		out_of_memory();
	nl_socket_modify_cb(socket, NL_CB_VALID, NL_CB_CUSTOM, add_socket,
			    &reading);
	known = nl_connect(socket, NETLINK_SOCK_DIAG) >= 0 &&
		read_family(socket, AF_INET) && read_family(socket, AF_INET6);
	nl_socket_free(socket);
	keep_incoming(&reading);
	return known;
}

/**
 * connections_free - forget the list
 * @connections: the connections
 */
void connections_free(struct connections *connections)
{
	free(connections->items);
	*connections = (struct connections){ 0 };
}

static void put_ip(struct nl_msg *msg, const struct ip *ip, int ipv4, int ipv6)
{
	if (ip->family == AF_INET)
		nla_put(msg, ipv4, 4, ip->bytes);
	else
		nla_put(msg, ipv6, 16, ip->bytes);
}

/* The tuple of packets from here to the peer. */
static void put_reply(struct nl_msg *msg, const struct connection *connection)
{
	struct nlattr *tuple = attr_nest(msg, CTA_TUPLE_REPLY), *nest;

	nest = attr_nest(msg, CTA_TUPLE_IP);
	put_ip(msg, &connection->local, CTA_IP_V4_SRC, CTA_IP_V6_SRC);
	put_ip(msg, &connection->peer, CTA_IP_V4_DST, CTA_IP_V6_DST);
	nla_nest_end(msg, nest);
	nest = attr_nest(msg, CTA_TUPLE_PROTO);
	nla_put_u8(msg, CTA_PROTO_NUM, IPPROTO_TCP);
	nla_put_u16(msg, CTA_PROTO_SRC_PORT, htons(connection->local_port));
	nla_put_u16(msg, CTA_PROTO_DST_PORT, htons(connection->peer_port));
	nla_nest_end(msg, nest);
	nla_nest_end(msg, tuple);
}

static bool get_ip(struct ip *ip, struct nlattr *ipv4, struct nlattr *ipv6)
{
	struct nlattr *attr = ipv4 ? ipv4 : ipv6;

	if (!attr)
		return false;
	*ip = (struct ip){ .family = ipv4 ? AF_INET : AF_INET6 };
	nla_memcpy(ip->bytes, attr, ipv4 ? 4 : 16);
	return true;
}

static uint16_t get_port(struct nlattr *attr)
{
	uint16_t port = 0;

	if (attr)
		nla_memcpy(&port, attr, sizeof(port));
	return ntohs(port);
}

/* Seen from here: the peer is the source. */
static int read_original(struct nl_msg *msg, void *arg)
{
	struct nlattr *attrs[CTA_MAX + 1], *tuple[CTA_TUPLE_MAX + 1];
	struct nlattr *ip[CTA_IP_MAX + 1], *proto[CTA_PROTO_MAX + 1];
	struct connection *original = arg, found = { 0 };

	if (nlmsg_hdr(msg)->nlmsg_type != CT_NEW ||
	    nlmsg_parse(nlmsg_hdr(msg), sizeof(struct nfgenmsg), attrs,
			CTA_MAX, NULL) < 0 || !attrs[CTA_TUPLE_ORIG] ||
	    nla_parse_nested(tuple, CTA_TUPLE_MAX, attrs[CTA_TUPLE_ORIG],
			     NULL) < 0 ||
	    !tuple[CTA_TUPLE_IP] || !tuple[CTA_TUPLE_PROTO] ||
	    nla_parse_nested(ip, CTA_IP_MAX, tuple[CTA_TUPLE_IP], NULL) < 0 ||
	    nla_parse_nested(proto, CTA_PROTO_MAX, tuple[CTA_TUPLE_PROTO],
			     NULL) < 0 ||
	    !get_ip(&found.peer, ip[CTA_IP_V4_SRC], ip[CTA_IP_V6_SRC]) ||
	    !get_ip(&found.local, ip[CTA_IP_V4_DST], ip[CTA_IP_V6_DST]))
		return NL_SKIP;
	found.peer_port = get_port(proto[CTA_PROTO_SRC_PORT]);
	found.local_port = get_port(proto[CTA_PROTO_DST_PORT]);
	*original = found;
	/* The answer claims that more messages follow, and none does. */
	return NL_STOP;
}

/**
 * connection_original - ask for the original tuple of a connection
 * @connection: the connection, with the addresses of the socket
 * @original: filled in when found: addresses and ports before NAT
 *
 * Return: whether connection tracking knows the connection.
 */
enum original connection_original(const struct connection *connection,
				  struct connection *original)
{
	struct nfgenmsg head = {
		.nfgen_family = (uint8_t)connection->local.family,
	};
	struct nl_msg *request = nlmsg_alloc_simple(CT_GET, 0);
	struct nl_sock *socket = nl_socket_alloc();
	int error;

	if (!socket || !request ||
	    nlmsg_append(request, &head, sizeof(head), NLMSG_ALIGNTO))
		out_of_memory();
	*original = (struct connection){ 0 };
	put_reply(request, connection);
	nl_socket_modify_cb(socket, NL_CB_VALID, NL_CB_CUSTOM, read_original,
			    original);
	error = nl_connect(socket, NETLINK_NETFILTER);
	if (error >= 0)
		error = nl_send_auto(socket, request);
	if (error >= 0)
		error = nl_recvmsgs_default(socket);
	nlmsg_free(request);
	nl_socket_free(socket);
	if (original->local.family)
		return ORIGINAL_FOUND;
	return error == -NLE_OBJ_NOTFOUND ? ORIGINAL_NONE : ORIGINAL_UNKNOWN;
}
