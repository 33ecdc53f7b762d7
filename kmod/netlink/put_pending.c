// SPDX-License-Identifier: GPL-2.0-only
/*
 * The change that waits for its confirmation, in replies and announcements.
 */

#include <net/netlink.h>
#include <uapi/linux/nf_edge.h>

#include "confirm.h"
#include "netlink/put_pending.h"
#include "netns.h"
#include "snapshot.h"

/**
 * nf_edge_nl_put_pending - add the change that waits to a message
 * @en: the namespace
 * @msg: receives seconds left, and the policy that comes back; nothing when no
 *	change waits
 *
 * Context: any but a hook; takes @en->pending_lock.
 * Return: 0 or -EMSGSIZE.
 */
int nf_edge_nl_put_pending(struct nf_edge_net *en, struct sk_buff *msg)
{
	const struct nf_edge_pending *pending;
	int err = 0;

	spin_lock(&en->pending_lock);
	pending = en->pending;
	if (pending)
		err = nla_put_u32(msg, NF_EDGE_A_POLICY_CONFIRM_LEFT,
				  nf_edge_confirm_left(en));
	if (!err && pending && pending->back)
		err = nla_put_u32(msg, NF_EDGE_A_POLICY_CONFIRM_BACK,
				  pending->generation) ?:
		      nla_put_u32(msg, NF_EDGE_A_POLICY_CONFIRM_BACK_MODE,
				  pending->back->switches.mode);
	spin_unlock(&en->pending_lock);
	return err;
}
