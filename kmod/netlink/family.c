// SPDX-License-Identifier: GPL-2.0-only
/*
 * The generic netlink family: registration, replies, and the multicast group
 * that announces changes.
 */

#include "netlink/audit.h"
#include "netlink/family.h"
#include "netlink/netlink-gen.h"
#include "netlink/put_pending.h"
#include "netns.h"
#include "snapshot.h"
#include "table.h"

/*
 * The generated groups, less open: to join takes CAP_NET_ADMIN in the user
 * namespace that owns the network namespace.
 */
static const struct genl_multicast_group groups[] = {
	[NF_EDGE_NLGRP_POLICY] = {
		.name	= NF_EDGE_MCGRP_POLICY,
		.flags	= GENL_MCAST_CAP_NET_ADMIN,
	},
};

/**
 * nf_edge_count_attrs - count attributes of a request
 * @info: the request
 * @type: their type
 * @max: how many there may be; the next one is pointed at
 *
 * Return: the number, or -E2BIG.
 */
int nf_edge_count_attrs(struct genl_info *info, int type, int max)
{
	const struct nlattr *attr;
	int rem, n = 0;

	nf_edge_for_each_attr(attr, info, type, rem) {
		if (n++ == max) {
			NL_SET_BAD_ATTR(info->extack, attr);
			return -E2BIG;
		}
	}
	return n;
}

/**
 * nf_edge_nl_reply - begin the reply to a request
 * @info: the request
 * @size: room for attributes, in octets
 *
 * Context: may sleep.
 * Return: the reply, for nf_edge_nl_send(); or NULL without memory.
 */
struct sk_buff *nf_edge_nl_reply(struct genl_info *info, size_t size)
{
	struct sk_buff *msg = genlmsg_new(size, GFP_KERNEL);

	if (msg && !genlmsg_put_reply(msg, info, &nf_edge_nl_family, 0,
				      info->genlhdr->cmd)) {
		nlmsg_free(msg);
		return NULL;
	}
	return msg;
}

/**
 * nf_edge_nl_send - send a reply, or drop the reply of a request that failed
 * @info: the request
 * @msg: from nf_edge_nl_reply(); consumed. NULL only with an error in @err
 * @err: of the request
 *
 * Context: process context; may sleep.
 * Return: @err, or a negative error when the receiver has no room.
 */
int nf_edge_nl_send(struct genl_info *info, struct sk_buff *msg, int err)
{
	if (err) {
		nlmsg_free(msg);
		return err;
	}
	nlmsg_end(msg, nlmsg_hdr(msg));
	return genlmsg_reply(msg, info);
}

/**
 * nf_edge_nl_change - handle a request that changes a namespace
 * @info: the request
 * @change: makes the change and fills the reply, under the namespace's mutex
 *
 * @change fills the reply first: nothing may fail after the change.
 *
 * Context: may sleep; takes the namespace's mutex.
 * Return: 0 or the error of @change. A reply that finds no room at the receiver
 * is no error, because the change stands.
 */
int nf_edge_nl_change(struct genl_info *info, nf_edge_nl_change_fn change)
{
	struct nf_edge_net *en = nf_edge_net(genl_info_net(info));
	struct sk_buff *msg = nf_edge_nl_reply(info, NLMSG_GOODSIZE);
	int err;

	if (!msg)
		return -ENOMEM;
	mutex_lock(&en->mutex);
	err = change(en, info, msg);
	mutex_unlock(&en->mutex);
	nf_edge_nl_send(info, msg, err);
	return err;
}

/**
 * nf_edge_nl_announce - tell a change to audit and to the namespace's listeners
 * @en: the namespace
 * @snapshot: the policy in force, or NULL
 * @change: the kind of change
 *
 * The change stands without an announcement: lack of memory is no error.
 *
 * Context: may sleep; @en->mutex is held.
 */
void nf_edge_nl_announce(struct nf_edge_net *en,
			 const struct nf_edge_snapshot *snapshot,
			 enum nf_edge_change change)
{
	struct sk_buff *msg;
	void *header;

	nf_edge_audit(snapshot, en->generation, change);
	msg = genlmsg_new(NLMSG_GOODSIZE, GFP_KERNEL);
	if (!msg)
		return;
	header = genlmsg_put(msg, 0, 0, &nf_edge_nl_family, 0,
			     NF_EDGE_CMD_POLICY_NTF);
	if (!header ||
	    nla_put_u32(msg, NF_EDGE_A_POLICY_GENERATION, en->generation) ||
	    (snapshot &&
	     (nla_put_u32(msg, NF_EDGE_A_POLICY_MODE,
			  snapshot->switches.mode) ||
	      nla_put_u32(msg, NF_EDGE_A_POLICY_PROFILE,
			  snapshot->site->table->profile))) ||
	    nla_put_u32(msg, NF_EDGE_A_POLICY_CHANGE, change) ||
	    nf_edge_nl_put_pending(en, msg)) {
		nlmsg_free(msg);
		return;
	}
	genlmsg_end(msg, header);
	genlmsg_multicast_netns(&nf_edge_nl_family, en->net, msg, 0,
				NF_EDGE_NLGRP_POLICY, GFP_KERNEL);
}

/**
 * nf_edge_family_init - register the family
 *
 * Context: process context; may sleep.
 * Return: 0 or a negative error.
 */
int nf_edge_family_init(void)
{
	nf_edge_nl_family.mcgrps = groups;
	return genl_register_family(&nf_edge_nl_family);
}

/**
 * nf_edge_family_exit - unregister the family
 *
 * Context: process context; may sleep.
 */
void nf_edge_family_exit(void)
{
	genl_unregister_family(&nf_edge_nl_family);
}
