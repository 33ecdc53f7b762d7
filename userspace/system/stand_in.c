// SPDX-License-Identifier: GPL-2.0-only
/*
 * The nftables ruleset that holds the policy when nf_edge cannot: the table
 * "inet nf_edge", which boot/fallback loads.
 */
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nfnetlink.h>
#include <netlink/attr.h>
#include <netlink/errno.h>
#include <netlink/msg.h>
#include <netlink/netlink.h>
#include <netlink/socket.h>
#include <string.h>
#include <sys/stat.h>

#include "base/memory.h"
#include "system/module_kernel.h"
#include "system/nfnetlink.h"
#include "system/stand_in.h"

#define TABLE		"nf_edge"

/* NFPROTO_INET: linux/netfilter.h has it, and its own struct in_addr. */
#define FAMILY_INET	1

/* A chain that only boot/closed.nft has. */
#define CLOSED_CHAIN	"closed_forward"

#define CHAINS_LIST	(NFNL_SUBSYS_NFTABLES << 8 | NFT_MSG_GETCHAIN)
#define CHAINS_ITEM	(NFNL_SUBSYS_NFTABLES << 8 | NFT_MSG_NEWCHAIN)

/* Attempts to read a ruleset that keeps changing. */
#define ATTEMPTS	10

static int take_chain(struct nl_msg *msg, void *arg)
{
	struct nlattr *attrs[NFTA_CHAIN_MAX + 1];
	struct nlmsghdr *header = nlmsg_hdr(msg);
	struct stand_in *stand_in = arg;
	const struct nfgenmsg *head;

	if (header->nlmsg_type != CHAINS_ITEM ||
	    nlmsg_parse(header, sizeof(*head), attrs, NFTA_CHAIN_MAX,
			NULL) < 0 ||
	    !attrs[NFTA_CHAIN_TABLE] || !attrs[NFTA_CHAIN_NAME])
		return NL_SKIP;
	head = nlmsg_data(header);
	if (head->nfgen_family != FAMILY_INET ||
	    strcmp(nla_get_string(attrs[NFTA_CHAIN_TABLE]), TABLE) != 0)
		return NL_SKIP;
	if (!strcmp(nla_get_string(attrs[NFTA_CHAIN_NAME]), CLOSED_CHAIN))
		stand_in->state = STAND_IN_CLOSED;
	else if (stand_in->state == STAND_IN_NONE)
		stand_in->state = STAND_IN_POLICY;
	return NL_OK;
}

static void read_chains(struct nl_sock *socket, struct stand_in *stand_in)
{
	int attempt;

	nl_socket_modify_cb(socket, NL_CB_VALID, NL_CB_CUSTOM, take_chain,
			    stand_in);
	for (attempt = 0; attempt < ATTEMPTS; attempt++) {
		stand_in->state = STAND_IN_NONE;
		if (nfnetlink_dump(socket, CHAINS_LIST, 0) != -NLE_DUMP_INTR)
			break;
	}
}

/**
 * stand_in_read - look for a ruleset that holds the policy in place of nf_edge
 * @stand_in: filled in
 * @kept: name of the file of the kept ruleset
 *
 * A kernel without nf_tables has none, and is not made to load nf_tables.
 */
void stand_in_read(struct stand_in *stand_in, const char *kept)
{
	struct nl_sock *socket;
	struct stat status;

	*stand_in = (struct stand_in){ 0 };
	if (!stat(kept, &status))
		stand_in->kept = (uint64_t)status.st_mtime;
	if (!module_is_in_kernel("nf_tables"))
		return;
	socket = nl_socket_alloc();
	if (!socket)
		out_of_memory();
	if (nl_connect(socket, NETLINK_NETFILTER) >= 0)
		read_chains(socket, stand_in);
	nl_socket_free(socket);
}

/**
 * stand_in_word - the word for JSON
 * @stand_in: what nftables holds
 *
 * Return: the word.
 */
const char *stand_in_word(const struct stand_in *stand_in)
{
	switch (stand_in->state) {
	case STAND_IN_POLICY:
		return "policy";
	case STAND_IN_CLOSED:
		return "closed";
	default:
		return "none";
	}
}
