// SPDX-License-Identifier: GPL-2.0-only
/*
 * The SSH sessions that a policy must not cut, each as a question to the
 * classifier: would the policy let the session begin?
 *
 * A session is a connection that is alive.  The tool is run from the session
 * whose socket a process above holds.  Without such a process, in tmux for
 * example, the variable SSH_CONNECTION may be stale, and all sessions of this
 * host are taken care of.
 */
#include <ifaddrs.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <netinet/in.h>
#include <netlink/attr.h>
#include <netlink/msg.h>
#include <netlink/netlink.h>
#include <netlink/socket.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/fail.h"
#include "base/foreign.h"
#include "base/memory.h"
#include "netlink/attribute.h"
#include "policy/names.h"
#include "system/ancestry.h"
#include "system/links.h"
#include "system/sockets.h"
#include "system/ssh.h"

/* The port of SSH servers, where nothing names another. */
#define SSH_PORT	22

static bool has_address(const struct sockaddr *address, const struct ip *ip)
{
	if (!address || address->sa_family != ip->family)
		return false;
	if (ip->family == AF_INET)
		return !memcmp(&((const struct sockaddr_in *)
				 (const void *)address)->sin_addr,
			       ip->bytes, 4);
	return !memcmp(&((const struct sockaddr_in6 *)
			 (const void *)address)->sin6_addr, ip->bytes, 16);
}

static bool find_interface(const struct ip *ip, char *name, size_t size)
{
	struct ifaddrs *list, *entry;
	bool found = false;

	if (getifaddrs(&list))
		return false;
	for (entry = list; entry && !found; entry = entry->ifa_next) {
		if (!has_address(entry->ifa_addr, ip))
			continue;
		snprintf(name, size, "%s", entry->ifa_name);
		found = true;
	}
	freeifaddrs(list);
	return found;
}

static int read_route(struct nl_msg *msg, void *arg)
{
	struct nlattr *attrs[RTA_MAX + 1];
	uint32_t *ifindex = arg;

	if (nlmsg_hdr(msg)->nlmsg_type == RTM_NEWROUTE &&
	    nlmsg_parse(nlmsg_hdr(msg), sizeof(struct rtmsg), attrs, RTA_MAX,
			NULL) >= 0)
		*ifindex = attr_u32(attrs[RTA_OIF]);
	return NL_OK;
}

/* The interface that packets of a local address leave by: 0 if none. */
static uint32_t route_of(const struct ip *from, const struct ip *to)
{
	unsigned int bits = ip_bits(to);
	struct rtmsg head = {
		.rtm_family = (unsigned char)to->family,
		.rtm_src_len = (unsigned char)bits,
		.rtm_dst_len = (unsigned char)bits,
	};
	struct nl_msg *request = nlmsg_alloc_simple(RTM_GETROUTE, 0);
	struct nl_sock *socket = nl_socket_alloc();
	uint32_t ifindex = 0;

	if (!socket || !request ||
	    nlmsg_append(request, &head, sizeof(head), NLMSG_ALIGNTO))
		out_of_memory();
	nla_put(request, RTA_SRC, (int)bits / 8, from->bytes);
	nla_put(request, RTA_DST, (int)bits / 8, to->bytes);
	nl_socket_modify_cb(socket, NL_CB_VALID, NL_CB_CUSTOM, read_route,
			    &ifindex);
	if (nl_connect(socket, NETLINK_ROUTE) >= 0 &&
	    nl_send_auto(socket, request) >= 0)
		nl_recvmsgs_default(socket);
	nlmsg_free(request);
	nl_socket_free(socket);
	return ifindex;
}

/* The device that packets of a connection arrive on: the one that the socket
 * is bound to; in a VRF the one that has the address; else the one that leads
 * back to the client, which may have come by another one than that with the
 * address that it dialled.
 */
static bool find_way(const struct connection *connection,
		     const struct ip *client, char *name, size_t size)
{
	char leads_back[IF_NAMESIZE];
	const struct link *link;
	struct links links;
	uint32_t ifindex;
	bool found;

	links_read(&links);
	found = connection->ifindex &&
		if_indextoname(connection->ifindex, name);
	link = found ? link_find(&links, name) : NULL;
	if (!found || (link && link->is_vrf)) {
		found = find_interface(&connection->local, name, size);
		link = found ? link_find(&links, name) : NULL;
		ifindex = found && !(link && link->is_in_vrf) ?
			  route_of(&connection->local, client) : 0;
		if (ifindex && if_indextoname(ifindex, leads_back))
			snprintf(name, size, "%s", leads_back);
	}
	links_free(&links);
	return found;
}

static bool is_known(const struct sessions *sessions, const struct query *query)
{
	size_t i;

	for (i = 0; i < sessions->count; i++) {
		const struct query *other = &sessions->items[i];

		if (ip_equal(&other->source, &query->source) &&
		    ip_equal(&other->destination,
			     &query->destination) &&
		    other->port == query->port && !strcmp(other->in, query->in))
			return true;
	}
	return false;
}

/* The policy judges a connection by its original tuple: sshd may stand behind
 * NAT of this host.
 */
static void add(struct sessions *sessions, const struct connection *connection)
{
	struct connection original;
	struct query *query;

	switch (connection_original(connection, &original)) {
	case ORIGINAL_UNKNOWN:
		sessions->unknown = "connection tracking does not tell whether NAT is between";
		original = *connection;
		break;
	case ORIGINAL_NONE:
		original = *connection;
		break;
	case ORIGINAL_FOUND:
		break;
	}
	sessions->items = xgrow(sessions->items, &sessions->capacity,
				sessions->count, sizeof(*query));
	query = &sessions->items[sessions->count];
	*query = (struct query){
		.protocol = IPPROTO_TCP,
		.source = original.peer,
		.destination = original.local,
		.port = original.local_port,
	};
	if (!find_way(connection, &original.peer, query->in, sizeof(query->in)))
		sessions->unknown = "no interface has the address that a session came to";
	else if (!is_known(sessions, query))
		sessions->count++;
}

/* "198.51.100.7 50000 192.0.2.1 22" */
static bool parse(const char *variable, struct connection *connection)
{
	char client[64], server[64];
	unsigned int port, peer_port;

	*connection = (struct connection){ 0 };
	if (!variable || sscanf(variable, "%63s %u %63s %u", client, &peer_port,
				server, &port) != 4 ||
	    port > UINT16_MAX || peer_port > UINT16_MAX)
		return false;
	client[strcspn(client, "%")] = '\0';
	server[strcspn(server, "%")] = '\0';
	connection->local_port = (uint16_t)port;
	connection->peer_port = (uint16_t)peer_port;
	return ip_parse(client, &connection->peer) &&
	       ip_parse(server, &connection->local) &&
	       connection->peer.family == connection->local.family;
}

static bool same(const struct connection *a, const struct connection *b)
{
	return a->local_port == b->local_port &&
	       a->peer_port == b->peer_port &&
	       ip_equal(&a->local, &b->local) &&
	       ip_equal(&a->peer, &b->peer);
}

static void add_held(struct sessions *sessions,
		     const struct connections *alive,
		     const struct inodes *inodes)
{
	size_t i;

	for (i = 0; i < alive->count; i++)
		if (ancestry_has(inodes, alive->items[i].inode))
			add(sessions, &alive->items[i]);
}

static void add_named(struct sessions *sessions,
		      const struct connections *alive,
		      const struct connection *named)
{
	size_t i;

	for (i = 0; i < alive->count; i++)
		if (same(&alive->items[i], named))
			add(sessions, &alive->items[i]);
}

/* The sessions of all SSH servers; without /proc, those at a port of one. */
static void add_all(struct sessions *sessions, const struct connections *alive,
		    uint16_t port)
{
	struct inodes servers;
	size_t i;

	ancestry_servers(&servers);
	for (i = 0; i < alive->count; i++)
		if (alive->items[i].local_port == SSH_PORT ||
		    alive->items[i].local_port == port ||
		    ancestry_has(&servers, alive->items[i].inode))
			add(sessions, &alive->items[i]);
	free(servers.items);
}

static void find_alive(struct sessions *sessions,
		       const struct connections *alive,
		       const struct ancestry *ancestry,
		       const struct connection *named, bool has_name)
{
	size_t by_name;

	add_held(sessions, alive, &ancestry->sockets);
	if (sessions->count || sessions->unknown)
		return;
	/* No terminal, and below no session: the system runs the tool. */
	if (!ancestry->variable && !ancestry->terminal && ancestry->whole)
		return;
	/* The named one may be alive, and another one be looked from. */
	if (has_name)
		add_named(sessions, alive, named);
	by_name = sessions->count;
	add_all(sessions, alive, named->local_port);
	if (sessions->count > by_name)
		sessions->whose = MAYBE_OURS;
}

/**
 * sessions_find - look for the sessions to take care of
 * @sessions: filled in; sessions_free() it
 */
void sessions_find(struct sessions *sessions)
{
	struct connections alive;
	struct connection named;
	struct ancestry ancestry;
	bool known, has_name;

	*sessions = (struct sessions){ .whose = OURS };
	known = connections_read(&alive);
	ancestry_read(&ancestry);
	has_name = parse(ancestry.variable, &named);
	if (known)
		find_alive(sessions, &alive, &ancestry, &named, has_name);
	else if (ancestry.variable || ancestry.terminal || !ancestry.whole)
		sessions->unknown = "the kernel does not list its TCP connections";
	if (!sessions->count && has_name) {
		sessions->whose = NAMED;
		add(sessions, &named);
	}
	ancestry_free(&ancestry);
	connections_free(&alive);
}

/**
 * sessions_free - forget the sessions
 * @sessions: the sessions
 */
void sessions_free(struct sessions *sessions)
{
	free(sessions->items);
	*sessions = (struct sessions){ 0 };
}

/**
 * sessions_note - warn on standard error of what the sessions do not prove
 * @sessions: the sessions, which session_check() let by
 * @waits: the change waits for its confirmation
 */
void sessions_note(const struct sessions *sessions, bool waits)
{
	if (waits && sessions->aside)
		fail_warn("this SSH session does not cross the policy, so that it goes on proves nothing: before edgectl confirm, open a connection that does");
	if (sessions->unknown)
		fail_warn("whether this cuts an SSH session of yours could not be told: %s",
			  sessions->unknown);
}

/**
 * session_check - refuse a change that would cut a session
 * @sessions: the sessions; notes one that does not cross the policy
 * @i: which of them
 * @verdict: answer of the policy to the session
 * @what: the change that would cut the session
 *
 * Return: DONE, or REFUSED after a complaint.
 */
enum outcome session_check(struct sessions *sessions, size_t i,
			   const struct verdict *verdict,
			   const char *what)
{
	static const char *const which[] = {
		[OURS] = "would cut the SSH session that this runs in",
		[MAYBE_OURS] = "would cut an SSH session that this may run in",
		[NAMED] =
		"would cut the SSH session that SSH_CONNECTION names, which is not seen alive here",
	};
	const struct query *session = &sessions->items[i];
	char from[INET6_ADDRSTRLEN], to[INET6_ADDRSTRLEN], *in;
	enum outcome outcome;

	sessions->aside |= verdict->verdict == NF_EDGE_VERDICT_NOT_GOVERNED;
	if (verdict->verdict != NF_EDGE_VERDICT_DROP)
		return DONE;
	in = foreign_shown(session->in);
	outcome = fail_with(REFUSED,
			    "%s %s (%s, port %u on %s: %s; from %s); nothing was changed, --force does it all the same",
			    what, which[sessions->whose],
			    ip_format(&session->destination, to),
			    session->port, in,
			    names_word(&names_reasons,
				       (uint32_t)verdict->reason),
			    ip_format(&session->source, from));
	free(in);
	return outcome;
}
