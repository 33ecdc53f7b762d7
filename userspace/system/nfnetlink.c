// SPDX-License-Identifier: GPL-2.0-only
/*
 * Lists of netfilter's own netlink families.
 */
#include <arpa/inet.h>
#include <linux/netfilter/nfnetlink.h>
#include <linux/netfilter/nfnetlink_conntrack.h>
#include <netlink/attr.h>
#include <netlink/msg.h>
#include <sys/socket.h>

#include "base/memory.h"
#include "system/nfnetlink.h"

/**
 * nfnetlink_dump - ask for a list, and hand each item to the socket's callback
 * @socket: a socket of NETLINK_NETFILTER
 * @type: subsystem and message
 * @ct_status: of connections, the status bits to list; 0 for all
 *
 * Context: makes the kernel load the subsystem.
 *
 * Return: 0, or an error of libnl.
 */
int nfnetlink_dump(struct nl_sock *socket, int type, uint32_t ct_status)
{
	struct nfgenmsg head = { .nfgen_family = AF_UNSPEC };
	struct nl_msg *request = nlmsg_alloc_simple(type, NLM_F_DUMP);
	int error;

	if (!request || nlmsg_append(request, &head, sizeof(head), NLMSG_ALIGNTO))
		out_of_memory();
	if (ct_status)
		nla_put_u32(request, CTA_STATUS, htonl(ct_status));
	error = nl_send_auto(socket, request);
	nlmsg_free(request);
	return error < 0 ? error : nl_recvmsgs_default(socket);
}
