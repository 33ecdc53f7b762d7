// SPDX-License-Identifier: GPL-2.0-only
/*
 * Transactions: peer sets too large for one message, collected for the load of
 * the same socket; and the policy of the socket's last dry run, which explain
 * may be asked of.
 */

#include <linux/netlink.h>
#include <linux/slab.h>

#include "array.h"
#include "netlink/family.h"
#include "netlink/netlink-gen.h"
#include "netlink/parse_peers.h"
#include "netlink/transaction.h"
#include "netns.h"
#include "publish.h"
#include "snapshot.h"

#define TRANSACTIONS_MAX	4	/* per namespace */

/**
 * nf_edge_transaction_find - the transaction of a socket
 * @en: the namespace
 * @portid: the socket's port
 *
 * Context: @en->mutex is held.
 * Return: the transaction, or NULL.
 */
struct nf_edge_transaction *nf_edge_transaction_find(struct nf_edge_net *en,
						     u32 portid)
{
	struct nf_edge_transaction *t;

	lockdep_assert_held(&en->mutex);
	list_for_each_entry(t, &en->transactions, list)
		if (t->portid == portid)
			return t;
	return NULL;
}

/**
 * nf_edge_transaction_try - keep a policy that is not published
 * @en: the namespace
 * @t: the transaction; the policy that it kept before is forgotten
 * @snapshot: the policy; @t takes a reference
 *
 * Interfaces are resolved as by a publish, and not followed afterwards.
 *
 * Context: may sleep; @en->mutex is held; takes RTNL.
 * Return: 0 or -ENOMEM, with nothing kept.
 */
int nf_edge_transaction_try(struct nf_edge_net *en,
			    struct nf_edge_transaction *t,
			    struct nf_edge_snapshot *snapshot)
{
	int err;

	lockdep_assert_held(&en->mutex);
	nf_edge_transaction_forget(t);
	err = nf_edge_resolve(en, snapshot);
	if (err)
		return err;
	refcount_inc(&snapshot->refs);
	t->tried = snapshot;
	return 0;
}

/**
 * nf_edge_transaction_forget - forget the policy that a dry run kept
 * @t: the transaction
 *
 * Context: the namespace's mutex is held.
 */
void nf_edge_transaction_forget(struct nf_edge_transaction *t)
{
	if (t->tried)
		nf_edge_snapshot_put(t->tried);
	t->tried = NULL;
}

/**
 * nf_edge_tried_get - pin the policy that a socket has tried
 * @en: the namespace
 * @portid: the socket's port
 * @extack: says why there is none
 *
 * Context: may sleep; takes the namespace's mutex.
 * Return: the policy, for nf_edge_snapshot_put(), or -EINVAL as a pointer.
 */
struct nf_edge_snapshot *nf_edge_tried_get(struct nf_edge_net *en, u32 portid,
					   struct netlink_ext_ack *extack)
{
	struct nf_edge_snapshot *snapshot = NULL;
	struct nf_edge_transaction *t;

	mutex_lock(&en->mutex);
	t = nf_edge_transaction_find(en, portid);
	if (t)
		snapshot = t->tried;
	if (snapshot)
		refcount_inc(&snapshot->refs);
	mutex_unlock(&en->mutex);
	if (snapshot)
		return snapshot;
	NL_SET_ERR_MSG(extack,
		       "this socket has tried no policy: begin a transaction, and send a load or a switch with dry-run");
	return ERR_PTR(-EINVAL);
}

/**
 * nf_edge_transaction_end - unlink and free a transaction
 * @t: the transaction
 *
 * Context: the namespace's mutex is held.
 */
void nf_edge_transaction_end(struct nf_edge_transaction *t)
{
	list_del(&t->list);
	nf_edge_transaction_forget(t);
	nf_edge_prefixes_free(&t->prefixes);
	kfree(t);
}

/**
 * nf_edge_transactions_end - end all transactions of a namespace
 * @en: the namespace
 *
 * Context: @en->mutex is held.
 */
void nf_edge_transactions_end(struct nf_edge_net *en)
{
	struct nf_edge_transaction *t, *next;

	list_for_each_entry_safe(t, next, &en->transactions, list)
		nf_edge_transaction_end(t);
}

static int begin_transaction(struct nf_edge_net *en, struct genl_info *info,
			     struct sk_buff *msg)
{
	struct nf_edge_transaction *t;
	int n = 0;

	if (nla_put_u32(msg, NF_EDGE_A_POLICY_GENERATION, en->generation))
		return -EMSGSIZE;
	list_for_each_entry(t, &en->transactions, list) {
		if (t->portid == info->snd_portid) {
			NL_SET_ERR_MSG(info->extack,
				       "this socket has a transaction open: load, or close the socket");
			return -EBUSY;
		}
		n++;
	}
	if (n >= TRANSACTIONS_MAX) {
		NL_SET_ERR_MSG(info->extack,
			       "four policies are being loaded at once: try again later");
		return -EBUSY;
	}
	t = kzalloc(sizeof(*t), GFP_KERNEL_ACCOUNT);
	if (!t)
		return -ENOMEM;
	t->portid = info->snd_portid;
	t->generation = en->generation;
	list_add(&t->list, &en->transactions);
	return 0;
}

/**
 * nf_edge_nl_begin_doit - open a transaction for a socket
 * @skb: the request
 * @info: attributes of the request
 *
 * Context: process context; takes the namespace's mutex.
 * Return: 0 or a negative error, with the extack set for a wrong attribute.
 */
int nf_edge_nl_begin_doit(struct sk_buff *skb, struct genl_info *info)
{
	return nf_edge_nl_change(info, begin_transaction);
}

/**
 * nf_edge_transaction_check - refuse a transaction that lost a peer set
 * @t: the transaction
 * @extack: says why
 *
 * Context: the namespace's mutex is held.
 * Return: 0, or -EINVAL when a request of the transaction was refused.
 */
int nf_edge_transaction_check(const struct nf_edge_transaction *t,
			      struct netlink_ext_ack *extack)
{
	if (!t->broken)
		return 0;
	NL_SET_ERR_MSG(extack,
		       "peers of this transaction were refused, so it cannot be loaded");
	return -EINVAL;
}

/**
 * nf_edge_nl_peers_add_doit - add peer sets to a transaction
 * @skb: the request
 * @info: attributes of the request
 *
 * An error breaks the transaction: a load of it fails.
 *
 * Context: process context; takes the namespace's mutex.
 * Return: 0 or a negative error, with the extack set for a wrong attribute.
 */
int nf_edge_nl_peers_add_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct nf_edge_net *en = nf_edge_net(genl_info_net(info));
	struct nf_edge_transaction *t;
	int err;

	mutex_lock(&en->mutex);
	t = nf_edge_transaction_find(en, info->snd_portid);
	if (!t) {
		NL_SET_ERR_MSG(info->extack,
			       "this socket has no transaction: begin one");
		err = -EINVAL;
		goto unlock;
	}
	err = nf_edge_transaction_check(t, info->extack);
	if (err)
		goto unlock;
	err = nf_edge_parse_peers(info, &t->prefixes, &t->bound_sets);
	if (err) {
		/* A load without these peers would open rows to any peer. */
		t->broken = true;
		nf_edge_prefixes_free(&t->prefixes);
	}
unlock:
	mutex_unlock(&en->mutex);
	return err;
}

/**
 * nf_edge_transaction_take - move the prefixes out of a transaction
 * @t: the transaction
 * @dry_run: copy the prefixes instead, and leave @t as it is
 * @p: receives one run, or none; empty before
 *
 * Context: may sleep; the namespace's mutex is held.
 * Return: 0 or -ENOMEM.
 */
int nf_edge_transaction_take(struct nf_edge_transaction *t, bool dry_run,
			     struct nf_edge_prefixes *p)
{
	struct nf_edge_prefix *copy;
	int err;

	err = nf_edge_prefixes_finish(&t->prefixes);
	if (err || !t->prefixes.n_runs)
		return err;
	if (!dry_run) {
		swap(*p, t->prefixes);
		return 0;
	}
	copy = nf_edge_array(t->prefixes.total, sizeof(*copy));
	if (!copy)
		return -ENOMEM;
	memcpy(copy, t->prefixes.run[0].at,
	       array_size(t->prefixes.total, sizeof(*copy)));
	p->run[0].at = copy;
	p->run[0].n = t->prefixes.total;
	p->total = t->prefixes.total;
	p->n_runs = 1;
	return 0;
}

/* End the transaction of a socket that closes. */
static int netlink_event(struct notifier_block *nb, unsigned long event,
			 void *ptr)
{
	struct netlink_notify *notify = ptr;
	struct nf_edge_transaction *t;
	struct nf_edge_net *en;

	if (event != NETLINK_URELEASE || notify->protocol != NETLINK_GENERIC)
		return NOTIFY_DONE;
	en = nf_edge_net(notify->net);
	/* Without a transaction, do not wait for the load of another socket. */
	if (list_empty_careful(&en->transactions))
		return NOTIFY_DONE;
	mutex_lock(&en->mutex);
	t = nf_edge_transaction_find(en, notify->portid);
	if (t)
		nf_edge_transaction_end(t);
	mutex_unlock(&en->mutex);
	return NOTIFY_DONE;
}

static struct notifier_block netlink_notifier = {
	.notifier_call = netlink_event,
};

/**
 * nf_edge_transactions_init - watch for sockets that close
 *
 * Context: process context; may sleep.
 * Return: 0 or a negative error.
 */
int nf_edge_transactions_init(void)
{
	return netlink_register_notifier(&netlink_notifier);
}

/**
 * nf_edge_transactions_exit - stop watching for sockets that close
 *
 * Context: process context; may sleep.
 */
void nf_edge_transactions_exit(void)
{
	netlink_unregister_notifier(&netlink_notifier);
}
