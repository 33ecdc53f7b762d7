// SPDX-License-Identifier: GPL-2.0-only
/*
 * Changes that wait for their confirmation: publish, confirm, roll back, expire.
 */

#include <linux/module.h>
#include <linux/printk.h>

#include "confirm.h"
#include "netlink/family.h"
#include "netlink/netlink-gen.h"
#include "netlink/pending.h"
#include "netns.h"
#include "publish.h"
#include "snapshot.h"

/**
 * nf_edge_nl_check_timeout - refuse to let a change wait for too long
 * @timeout: the request's confirm-timeout, or NULL
 * @extack: says why
 *
 * Context: any.
 * Return: 0, or -ERANGE.
 */
int nf_edge_nl_check_timeout(const struct nlattr *timeout,
			     struct netlink_ext_ack *extack)
{
	if (!timeout || nla_get_u32(timeout) <= NF_EDGE_CONFIRM_TIMEOUT_MAX)
		return 0;
	NL_SET_ERR_MSG_ATTR(extack, timeout,
			    "a change waits for a day at most");
	return -ERANGE;
}

/**
 * nf_edge_nl_refuse_pending - refuse a change while another waits
 * @en: the namespace
 * @extack: says why
 *
 * Context: @en->mutex is held.
 * Return: 0, or -EBUSY while a change waits for its confirmation.
 */
int nf_edge_nl_refuse_pending(const struct nf_edge_net *en,
			      struct netlink_ext_ack *extack)
{
	if (!en->pending)
		return 0;
	NL_SET_ERR_MSG(extack,
		       "a change waits for its confirmation: confirm it, or roll it back, first");
	return -EBUSY;
}

/**
 * nf_edge_nl_publish - publish a policy, with a way back if the request asks
 * @en: the namespace
 * @snapshot: the policy; its reference goes to the namespace on success
 * @timeout: the request's confirm-timeout, checked, or NULL; with one, no
 *	change waits
 * @extack: receives the reason of an error
 *
 * Context: may sleep; @en->mutex is held; takes RTNL.
 * Return: 0, or a negative error with the previous policy still in force.
 */
int nf_edge_nl_publish(struct nf_edge_net *en,
		       struct nf_edge_snapshot *snapshot,
		       const struct nlattr *timeout,
		       struct netlink_ext_ack *extack)
{
	struct nf_edge_pending *pending;
	int err;

	if (!timeout)
		return nf_edge_publish(en, snapshot, NULL, extack);
	pending = nf_edge_pending_create(rcu_dereference_protected(en->snapshot,
								   lockdep_is_held(&en->mutex)),
					 snapshot);
	if (!pending)
		return -ENOMEM;
	err = nf_edge_publish(en, snapshot, pending->rest, extack);
	if (err)
		nf_edge_pending_free(pending);
	else
		nf_edge_confirm_wait(en, pending, nla_get_u32(timeout));
	return err;
}

static struct nf_edge_snapshot *in_force(const struct nf_edge_net *en)
{
	return rcu_dereference_protected(en->snapshot,
					 lockdep_is_held(&en->mutex));
}

/* Say which policy is in force after the request. */
static int put_outcome(struct sk_buff *msg, u32 generation,
		       const struct nf_edge_snapshot *snapshot)
{
	if (nla_put_u32(msg, NF_EDGE_A_POLICY_GENERATION, generation) ||
	    nla_put_u32(msg, NF_EDGE_A_POLICY_GOVERNED,
			snapshot ? snapshot->site->index.n_edge : 0) ||
	    (snapshot && nla_put_u32(msg, NF_EDGE_A_POLICY_MODE,
				     snapshot->switches.mode)))
		return -EMSGSIZE;
	return 0;
}

static int check_waits(const struct nf_edge_net *en, struct genl_info *info)
{
	if (en->pending)
		return 0;
	NL_SET_ERR_MSG(info->extack, "no change waits for its confirmation");
	return -ENOENT;
}

/* Refuse to keep a change that the sender has not seen. */
static int check_generation(const struct nf_edge_net *en,
			    struct genl_info *info)
{
	const struct nlattr *seen = info->attrs[NF_EDGE_A_POLICY_GENERATION];

	if (!seen || nla_get_u32(seen) == en->generation)
		return 0;
	NL_SET_ERR_MSG_ATTR(info->extack, seen,
			    "another generation waits for its confirmation; nothing was changed, look at that one first");
	return -ESTALE;
}

static int confirm_change(struct nf_edge_net *en, struct genl_info *info,
			  struct sk_buff *msg)
{
	int err;

	err = check_waits(en, info) ?:
	      check_generation(en, info) ?:
	      put_outcome(msg, en->generation, in_force(en));
	if (err)
		return err;
	nf_edge_confirm_end(en);
	nf_edge_nl_announce(en, in_force(en), NF_EDGE_CHANGE_CONFIRM);
	return 0;
}

/**
 * nf_edge_nl_confirm_doit - keep the change that waits for its confirmation
 * @skb: the request
 * @info: attributes of the request
 *
 * Context: process context; takes the namespace's mutex.
 * Return: 0 or a negative error: -ENOENT when no change waits, -ESTALE when
 * another one waits than the request names.
 */
int nf_edge_nl_confirm_doit(struct sk_buff *skb, struct genl_info *info)
{
	return nf_edge_nl_change(info, confirm_change);
}

static int take_back(struct nf_edge_net *en, struct genl_info *info,
		     struct sk_buff *msg)
{
	int err;

	err = check_waits(en, info);
	if (err)
		return err;
	err = put_outcome(msg, en->generation + 1, en->pending->back);
	if (!err && en->pending->back)
		err = nla_put_u32(msg, NF_EDGE_A_POLICY_CONFIRM_BACK,
				  en->pending->generation);
	if (!err)
		err = nf_edge_confirm_rollback(en);
	if (err)
		return err;
	nf_edge_nl_announce(en, in_force(en), NF_EDGE_CHANGE_ROLLBACK);
	return 0;
}

/**
 * nf_edge_nl_rollback_doit - take back the change that waits
 * @skb: the request
 * @info: attributes of the request
 *
 * Context: process context; takes the namespace's mutex and RTNL.
 * Return: 0 or a negative error, -ENOENT when no change waits.
 */
int nf_edge_nl_rollback_doit(struct sk_buff *skb, struct genl_info *info)
{
	return nf_edge_nl_change(info, take_back);
}

/**
 * nf_edge_nl_expire - take back a change that was not confirmed in time
 * @work: the work of the namespace, queued by its timer
 *
 * The mutex decides between this work and a confirmation: the first holder
 * wins.
 *
 * Context: process context; takes the namespace's mutex and RTNL.
 */
void nf_edge_nl_expire(struct work_struct *work)
{
	struct nf_edge_net *en = container_of(work, struct nf_edge_net,
					      confirm_work);
	u32 generation;

	mutex_lock(&en->mutex);
	/* Confirmed meanwhile; and another change may wait since. */
	if (!en->pending || nf_edge_confirm_left(en))
		goto unlock;
	/*
	 * The policy in force holds the module, and may be gone before the
	 * family has announced that.
	 */
	__module_get(THIS_MODULE);
	generation = en->generation;
	if (nf_edge_confirm_rollback(en)) {
		pr_warn_ratelimited("nf_edge: no memory to take generation %u back: trying again\n",
				    generation);
		nf_edge_confirm_retry(en);
		goto put_module;
	}
	pr_notice("nf_edge: generation %u was not confirmed in time and is taken back: generation %u, %s\n",
		  generation, en->generation, in_force(en) ?
		  "the policy before, is in force" : "nothing is governed");
	nf_edge_nl_announce(en, in_force(en), NF_EDGE_CHANGE_EXPIRE);
put_module:
	module_put(THIS_MODULE);
unlock:
	mutex_unlock(&en->mutex);
}
