// SPDX-License-Identifier: GPL-2.0-only
/*
 * The SSH session that the tool is run from, as a question to the
 * classifier: would the policy have let it begin?
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
#include <sys/types.h>
#include <unistd.h>

#include "client.h"
#include "edgectl.h"
#include "links.h"
#include "names.h"
#include "ssh.h"

#define VARIABLE	"SSH_CONNECTION="

/* The parent's number is the fourth word of stat; the second one, in
 * parentheses, may hold anything.
 */
static pid_t parent_of(pid_t pid)
{
	char path[64], stat[512], *close;
	int parent = 0;
	FILE *file;

	snprintf(path, sizeof(path), "/proc/%d/stat", (int)pid);
	file = fopen(path, "re");
	if (!file)
		return 0;
	stat[fread(stat, 1, sizeof(stat) - 1, file)] = '\0';
	fclose(file);
	close = strrchr(stat, ')');
	if (!close || sscanf(close, ") %*c %d", &parent) != 1)
		return 0;
	return parent;
}

static char *find_in_environment(pid_t pid)
{
	char path[64], *entry = NULL, *found = NULL;
	size_t size = 0;
	FILE *file;

	snprintf(path, sizeof(path), "/proc/%d/environ", (int)pid);
	file = fopen(path, "re");
	if (!file)
		return NULL;
	while (!found && getdelim(&entry, &size, '\0', file) > 0)
		if (!strncmp(entry, VARIABLE, strlen(VARIABLE)))
			found = nf_edge_strdup(entry + strlen(VARIABLE));
	free(entry);
	fclose(file);
	return found;
}

/* sudo takes the variable away; the shell that called it has it still. */
static char *find_session(void)
{
	const char *value = getenv("SSH_CONNECTION");
	char *found = NULL;
	pid_t pid;

	if (value)
		return nf_edge_strdup(value);
	for (pid = getppid(); pid > 1 && !found; pid = parent_of(pid))
		found = find_in_environment(pid);
	return found;
}

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
		*ifindex = nf_edge_attr_u32(attrs[RTA_OIF]);
	return NL_OK;
}

/* The interface that packets of a local address leave by: 0 if none. */
static uint32_t route_of(const struct ip *from, const struct ip *to)
{
	unsigned int bits = nf_edge_ip_bits(to);
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
		nf_edge_out_of_memory();
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

static bool is_in_vrf(const char *name)
{
	const struct link *link;
	struct links links;
	bool is;

	nf_edge_links_read(&links);
	link = nf_edge_link_find(&links, name);
	is = link && link->is_in_vrf;
	nf_edge_links_free(&links);
	return is;
}

/* The client may have come by another interface than the one with the address
 * that it dialled: by the one that leads back to it, as a rule.  Routes of a
 * VRF are not asked for.
 */
static void find_way(struct query *query)
{
	char name[IF_NAMESIZE];
	uint32_t ifindex;

	if (is_in_vrf(query->in))
		return;
	ifindex = route_of(&query->destination, &query->source);
	if (ifindex && if_indextoname(ifindex, name))
		snprintf(query->in, sizeof(query->in), "%s", name);
}

/**
 * nf_edge_ssh_query - make the session into a question
 * @query: filled in
 *
 * Return: false when the tool is not run from an SSH session, or when no
 * interface has the address that the session came to.
 */
bool nf_edge_ssh_query(struct query *query)
{
	char client[64], server[64], *session = find_session();
	unsigned int port;
	bool parsed;

	memset(query, 0, sizeof(*query));
	parsed = session && sscanf(session, "%63s %*s %63s %u", client, server,
				   &port) == 3 && port <= UINT16_MAX;
	free(session);
	if (!parsed)
		return false;
	client[strcspn(client, "%")] = '\0';
	server[strcspn(server, "%")] = '\0';
	if (!nf_edge_ip_parse(client, &query->source) ||
	    !nf_edge_ip_parse(server, &query->destination) ||
	    query->source.family != query->destination.family)
		return false;
	query->protocol = IPPROTO_TCP;
	query->port = (uint16_t)port;
	if (!find_interface(&query->destination, query->in, sizeof(query->in)))
		return false;
	find_way(query);
	return true;
}

/**
 * nf_edge_ssh_check - refuse what would cut the session
 * @session: the session
 * @verdict: the policy's answer to it
 * @what: what would cut it
 *
 * Return: DONE, or REFUSED after a complaint.
 */
enum outcome nf_edge_ssh_check(const struct query *session,
			       const struct verdict *verdict,
			       const char *what)
{
	char text[INET6_ADDRSTRLEN];

	if (verdict->verdict != NF_EDGE_VERDICT_DROP)
		return DONE;
	return nf_edge_fail(REFUSED,
			    "%s would cut the SSH session that this runs in (%s, port %u on %s: %s); nothing was changed, --force does it all the same",
			    what, nf_edge_ip_format(&session->destination, text),
			    session->port, session->in,
			    nf_edge_word(&nf_edge_reasons,
					 (uint32_t)verdict->reason));
}
