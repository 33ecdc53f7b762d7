// SPDX-License-Identifier: GPL-2.0-only
/*
 * Loading a policy.  Peer sets that pass one message are collected in a
 * transaction, which belongs to a socket and ends with it.
 */

#include <linux/netlink.h>
#include <linux/slab.h>

#include "array.h"
#include "netlink/family.h"
#include "netlink/netlink-gen.h"
#include "netlink/parse.h"

#define TRANSACTIONS_MAX	4	/* a namespace */

#define BROKEN "peers of this transaction were refused, so it cannot be loaded"
#define STALE "the policy changed while this was being loaded; nothing was changed, load again"

/**
 * struct nf_edge_transaction - peer sets on their way
 * @list: in the namespace's transactions, under its mutex
 * @portid: of the socket that owns it
 * @generation: of the policy when it began
 * @bound_sets: mask of the sets that were named
 * @broken: something of it was refused, so that it is not what was meant
 * @prefixes: theirs
 */
struct nf_edge_transaction {
	struct list_head list;
	u32 portid;
	u32 generation;
	u32 bound_sets;
	bool broken;
	struct nf_edge_prefixes prefixes;
};

static struct nf_edge_transaction *find_transaction(struct nf_edge_net *en,
						    u32 portid)
{
	struct nf_edge_transaction *t;

	lockdep_assert_held(&en->mutex);
	list_for_each_entry(t, &en->transactions, list)
		if (t->portid == portid)
			return t;
	return NULL;
}

static void end_transaction(struct nf_edge_transaction *t)
{
	list_del(&t->list);
	nf_edge_prefixes_free(&t->prefixes);
	kfree(t);
}

/**
 * nf_edge_transactions_end - end all transactions of a namespace
 * @en: the namespace, whose mutex is held
 */
void nf_edge_transactions_end(struct nf_edge_net *en)
{
	struct nf_edge_transaction *t, *next;

	list_for_each_entry_safe(t, next, &en->transactions, list)
		end_transaction(t);
}

static int begin_locked(struct nf_edge_net *en, struct genl_info *info)
{
	struct nf_edge_transaction *t;
	int n = 0;

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

int nf_edge_nl_begin_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct nf_edge_net *en = nf_edge_net(genl_info_net(info));
	struct sk_buff *msg;
	void *header;
	int err;

	msg = nf_edge_nl_reply(info, NLMSG_GOODSIZE, &header);
	if (!msg)
		return -ENOMEM;
	mutex_lock(&en->mutex);
	err = nla_put_u32(msg, NF_EDGE_A_POLICY_GENERATION, en->generation) ?:
	      begin_locked(en, info);
	mutex_unlock(&en->mutex);
	if (err) {
		nlmsg_free(msg);
		return err;
	}
	return nf_edge_nl_send(msg, header, info);
}

int nf_edge_nl_peers_add_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct nf_edge_net *en = nf_edge_net(genl_info_net(info));
	struct nf_edge_transaction *t;
	int err;

	mutex_lock(&en->mutex);
	t = find_transaction(en, info->snd_portid);
	if (!t) {
		NL_SET_ERR_MSG(info->extack,
			       "this socket has no transaction: begin one");
		err = -EINVAL;
	} else if (t->broken) {
		NL_SET_ERR_MSG(info->extack, BROKEN);
		err = -EINVAL;
	} else {
		err = nf_edge_parse_peers(info, &t->prefixes, &t->bound_sets);
		if (err) {
			/* Without them, a load would open rows to any. */
			t->broken = true;
			nf_edge_prefixes_free(&t->prefixes);
		}
	}
	mutex_unlock(&en->mutex);
	return err;
}

/* The transaction's prefixes become @p; a dry run leaves them where they are. */
static int take_prefixes(struct nf_edge_transaction *t, bool dry_run,
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

/* Edge addresses count on their nodes. */
static void bind_hits(struct nf_edge_site *site)
{
	struct nf_edge_class *class = site->index.class;
	u32 i;

	for (i = 1; i <= site->index.n_edge; i++)
		class[i].hits = site->node[class[i].node]->cpu;
}

/* What a message, and a transaction if there is one, would put in force. */
static struct nf_edge_snapshot *
build_snapshot(struct genl_info *info, struct nf_edge_transaction *t,
	       const struct nf_edge_snapshot *old, bool dry_run)
{
	struct nf_edge_prefixes *prefixes;
	struct nf_edge_snapshot *snapshot = NULL;
	struct nf_edge_switches switches;
	u32 bound_sets = t ? t->bound_sets : 0;
	struct nf_edge_site *site;
	int err;

	err = nf_edge_parse_switches(info, &switches);
	if (err)
		return ERR_PTR(err);
	prefixes = kzalloc(sizeof(*prefixes), GFP_KERNEL);
	if (!prefixes)
		return ERR_PTR(-ENOMEM);
	err = (t ? take_prefixes(t, dry_run, prefixes) : 0) ?:
	      nf_edge_parse_peers(info, prefixes, &bound_sets) ?:
	      nf_edge_prefixes_finish(prefixes);
	if (err)
		goto free_prefixes;

	site = nf_edge_parse_site(info, old ? old->site : NULL, prefixes,
				  bound_sets);
	if (IS_ERR(site)) {
		err = PTR_ERR(site);
		goto free_prefixes;
	}
	if (old && nf_edge_site_equal(site, old->site)) {
		/* The same addresses: their index serves on. */
		nf_edge_site_put(site);
		site = old->site;
		refcount_inc(&site->refs);
	} else {
		err = nf_edge_addr_index_build(&site->index, site->address,
					       site->n_addresses, site->prefix,
					       site->n_prefixes, bound_sets);
		if (!err)
			bind_hits(site);
	}
	if (!err) {
		snapshot = nf_edge_snapshot_create(site, &switches, &switches);
		err = snapshot ? 0 : -ENOMEM;
	}
	nf_edge_site_put(site);
free_prefixes:
	nf_edge_prefixes_free(prefixes);
	kfree(prefixes);
	return err ? ERR_PTR(err) : snapshot;
}

/* A load must come from the policy in force, and from a whole transaction. */
static int check_origin(struct nf_edge_net *en, struct genl_info *info,
			const struct nf_edge_transaction *t)
{
	const struct nlattr *attr = info->attrs[NF_EDGE_A_POLICY_GENERATION];

	if (t && t->broken) {
		NL_SET_ERR_MSG(info->extack, BROKEN);
		return -EINVAL;
	}
	if (attr && nla_get_u32(attr) != en->generation) {
		NL_SET_ERR_MSG_ATTR(info->extack, attr, STALE);
		return -ESTALE;
	}
	if (t && t->generation != en->generation) {
		NL_SET_ERR_MSG(info->extack, STALE);
		return -ESTALE;
	}
	return 0;
}

static int put_answers(struct genl_info *info,
		       const struct nf_edge_snapshot *snapshot,
		       struct sk_buff *msg)
{
	struct nlattr *attr;
	int rem, err;

	nf_edge_for_each_attr(attr, info, NF_EDGE_A_POLICY_QUERY, rem) {
		err = nf_edge_explain(genl_info_net(info), snapshot, attr, msg,
				      info->extack);
		if (err)
			return err;
	}
	return 0;
}

static int load_locked(struct nf_edge_net *en, struct genl_info *info,
		       struct nf_edge_transaction *t, bool dry_run,
		       struct sk_buff *msg)
{
	struct nf_edge_snapshot *old, *snapshot;
	bool changed;
	int err;

	err = check_origin(en, info, t);
	if (err)
		return err;
	old = rcu_dereference_protected(en->snapshot,
					lockdep_is_held(&en->mutex));
	snapshot = build_snapshot(info, t, old, dry_run);
	if (IS_ERR(snapshot))
		return PTR_ERR(snapshot);

	changed = !old || snapshot->site != old->site ||
		  !nf_edge_same_switches(&snapshot->switches, &old->switches) ||
		  !nf_edge_same_switches(&snapshot->loaded, &old->loaded);
	/* The reply first: nothing may fail once the policy is published. */
	err = nla_put_u32(msg, NF_EDGE_A_POLICY_GENERATION,
			  en->generation + (changed && !dry_run)) ?:
	      nla_put_u32(msg, NF_EDGE_A_POLICY_GOVERNED,
			  snapshot->site->index.n_edge) ?:
	      nla_put_u8(msg, NF_EDGE_A_POLICY_CHANGED, changed) ?:
	      put_answers(info, snapshot, msg);
	if (!err && changed && !dry_run) {
		err = nf_edge_publish(en, snapshot, info->extack);
		if (!err) {
			nf_edge_nl_announce(en, &snapshot->switches,
					    NF_EDGE_CHANGE_LOAD);
			return 0;
		}
	}
	nf_edge_snapshot_put(snapshot);
	return err;
}

/* How many queries a message carries, if it may. */
static int count_queries(struct genl_info *info, bool dry_run)
{
	const struct nlattr *attr;
	int rem, n = 0;

	nf_edge_for_each_attr(attr, info, NF_EDGE_A_POLICY_QUERY, rem)
		n++;
	if (n && !dry_run) {
		NL_SET_ERR_MSG_ATTR(info->extack,
				    info->attrs[NF_EDGE_A_POLICY_QUERY],
				    "only a dry run answers queries");
		return -EINVAL;
	}
	if (n > NF_EDGE_MAX_QUERIES) {
		NL_SET_ERR_MSG_ATTR(info->extack,
				    info->attrs[NF_EDGE_A_POLICY_QUERY],
				    "more than 16 queries");
		return -E2BIG;
	}
	return n;
}

int nf_edge_nl_load_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct nf_edge_net *en = nf_edge_net(genl_info_net(info));
	bool dry_run = info->attrs[NF_EDGE_A_POLICY_DRY_RUN];
	struct nf_edge_transaction *t;
	struct sk_buff *msg = NULL;
	void *header;
	int err, n;

	n = count_queries(info, dry_run);
	if (n >= 0)
		msg = nf_edge_nl_reply(info, 256 + n * NF_EDGE_ANSWER_SIZE,
				       &header);

	mutex_lock(&en->mutex);
	t = find_transaction(en, info->snd_portid);
	err = n < 0 ? n :
	      !msg ? -ENOMEM : load_locked(en, info, t, dry_run, msg);
	if (t && !dry_run)
		end_transaction(t);
	mutex_unlock(&en->mutex);

	if (err) {
		if (err == -ENOMEM)
			NL_SET_ERR_MSG(info->extack,
				       "the kernel has no memory for this; nothing was changed");
		nlmsg_free(msg);
		return err;
	}
	if (!dry_run)
		return nf_edge_nl_send(msg, header, info);
	genlmsg_end(msg, header);
	return genlmsg_reply(msg, info);
}

/* A socket that closes takes its transaction along. */
static int netlink_event(struct notifier_block *nb, unsigned long event,
			 void *ptr)
{
	struct netlink_notify *notify = ptr;
	struct nf_edge_transaction *t;
	struct nf_edge_net *en;

	if (event != NETLINK_URELEASE || notify->protocol != NETLINK_GENERIC)
		return NOTIFY_DONE;
	en = nf_edge_net(notify->net);
	/* No load need be waited for, of which the socket has no part. */
	if (list_empty_careful(&en->transactions))
		return NOTIFY_DONE;
	mutex_lock(&en->mutex);
	t = find_transaction(en, notify->portid);
	if (t)
		end_transaction(t);
	mutex_unlock(&en->mutex);
	return NOTIFY_DONE;
}

static struct notifier_block netlink_notifier = {
	.notifier_call = netlink_event,
};

/**
 * nf_edge_transactions_init - watch sockets from now on
 *
 * Return: 0 or a negative error.
 */
int nf_edge_transactions_init(void)
{
	return netlink_register_notifier(&netlink_notifier);
}

/**
 * nf_edge_transactions_exit - watch sockets no more
 */
void nf_edge_transactions_exit(void)
{
	netlink_unregister_notifier(&netlink_notifier);
}
