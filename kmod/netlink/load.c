// SPDX-License-Identifier: GPL-2.0-only
/*
 * Load: build a policy from a message and the socket's transaction, and publish
 * it.
 */

#include <linux/slab.h>

#include "netlink/explain.h"
#include "netlink/family.h"
#include "netlink/netlink-gen.h"
#include "netlink/parse.h"
#include "netlink/parse_peers.h"
#include "netlink/parse_switches.h"
#include "netlink/pending.h"
#include "netlink/transaction.h"
#include "netns.h"
#include "snapshot.h"
#include "table.h"

#define STALE "the policy changed while this was being loaded; nothing was changed, load again"

#define TOO_MANY_OVERLAPS "prefixes of different peer sets overlap in too many ways; nothing was changed: bind fewer sets, or fewer prefixes that are in several"

/* Build the policy that a load and its transaction, if any, describe. */
static struct nf_edge_snapshot *
build_snapshot(struct genl_info *info, struct nf_edge_transaction *t,
	       const struct nf_edge_snapshot *old, bool dry_run)
{
	struct nf_edge_prefixes *prefixes;
	struct nf_edge_snapshot *snapshot = NULL;
	struct nf_edge_switches switches, loaded;
	u32 bound_sets = t ? t->bound_sets : 0;
	struct nf_edge_site *site;
	int err;

	err = nf_edge_parse_switches(info, &switches);
	if (err)
		return ERR_PTR(err);
	prefixes = kzalloc(sizeof(*prefixes), GFP_KERNEL);
	if (!prefixes)
		return ERR_PTR(-ENOMEM);
	err = (t ? nf_edge_transaction_take(t, dry_run, prefixes) : 0) ?:
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
	err = nf_edge_check_switches(info->attrs[NF_EDGE_A_POLICY_ZONES],
				     info->attrs[NF_EDGE_A_POLICY_FEATURES],
				     site->table, info->extack) ?:
	      nf_edge_parse_row_ids(info, NF_EDGE_A_POLICY_ROW_OFF, site->table,
				    &switches.rows_off) ?:
	      nf_edge_parse_loaded(info, site->table, &switches, &loaded);
	if (err)
		goto put_site;
	if (old && nf_edge_site_equal(site, old->site)) {
		/* An equal site keeps its address index. */
		nf_edge_site_put(site);
		site = old->site;
		refcount_inc(&site->refs);
	} else {
		err = nf_edge_site_index(site);
		if (err == -ENOSPC)
			NL_SET_ERR_MSG(info->extack, TOO_MANY_OVERLAPS);
	}
	if (!err) {
		snapshot = nf_edge_snapshot_create(site, &switches, &loaded);
		err = snapshot ? 0 : -ENOMEM;
	}
put_site:
	nf_edge_site_put(site);
free_prefixes:
	nf_edge_prefixes_free(prefixes);
	kfree(prefixes);
	return err ? ERR_PTR(err) : snapshot;
}

/*
 * Refuse a load that does not start from the policy in force, or whose
 * transaction is broken.
 */
static int check_origin(struct nf_edge_net *en, struct genl_info *info,
			const struct nf_edge_transaction *t)
{
	const struct nlattr *attr = info->attrs[NF_EDGE_A_POLICY_GENERATION];

	int err = t ? nf_edge_transaction_check(t, info->extack) : 0;

	if (err)
		return err;
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

static int load_locked(struct nf_edge_net *en, struct genl_info *info,
		       struct nf_edge_transaction *t, bool dry_run,
		       struct sk_buff *msg)
{
	const struct nlattr *timeout = info->attrs[NF_EDGE_A_POLICY_CONFIRM_TIMEOUT];
	struct nf_edge_snapshot *old, *snapshot;
	bool changed;
	int err;

	err = nf_edge_nl_check_timeout(timeout, info->extack);
	if (!err && !dry_run)
		err = nf_edge_nl_refuse_pending(en, info->extack);
	if (!err)
		err = check_origin(en, info, t);
	if (err)
		return err;
	old = rcu_dereference_protected(en->snapshot,
					lockdep_is_held(&en->mutex));
	/* Never hold three policies: this one takes the place of the tried one. */
	if (t)
		nf_edge_transaction_forget(t);
	snapshot = build_snapshot(info, t, old, dry_run);
	if (IS_ERR(snapshot))
		return PTR_ERR(snapshot);

	changed = !old || snapshot->site != old->site ||
		  !nf_edge_same_switches(&snapshot->switches, &old->switches) ||
		  !nf_edge_same_switches(&snapshot->loaded, &old->loaded);
	/* Fill the reply first: nothing may fail after the policy is published. */
	err = nla_put_u32(msg, NF_EDGE_A_POLICY_GENERATION,
			  en->generation + (changed && !dry_run)) ?:
	      nla_put_u32(msg, NF_EDGE_A_POLICY_GOVERNED,
			  snapshot->site->index.n_edge) ?:
	      nla_put_u8(msg, NF_EDGE_A_POLICY_CHANGED, changed) ?:
	      nla_put_u32(msg, NF_EDGE_A_POLICY_PROFILE,
			  snapshot->site->table->profile) ?:
	      nf_edge_put_answers(info, snapshot, msg);
	if (!err && changed && !dry_run) {
		err = nf_edge_nl_publish(en, snapshot, timeout, info->extack);
		if (!err) {
			nf_edge_nl_announce(en, snapshot, NF_EDGE_CHANGE_LOAD);
			return 0;
		}
	}
	if (!err && t && dry_run)
		err = nf_edge_transaction_try(en, t, snapshot);
	nf_edge_snapshot_put(snapshot);
	return err;
}

/* Count the queries of a load.  Only a dry run may have queries. */
static int count_queries(struct genl_info *info, bool dry_run)
{
	int n = nf_edge_count_queries(info);

	if (n > 0 && !dry_run) {
		NL_SET_ERR_MSG_ATTR(info->extack,
				    info->attrs[NF_EDGE_A_POLICY_QUERY],
				    "only a dry run answers queries");
		return -EINVAL;
	}
	return n;
}

/**
 * nf_edge_nl_load_doit - load a policy, or in a dry run check a policy
 * @skb: the request
 * @info: attributes of the request
 *
 * Context: process context; takes the namespace's mutex and RTNL.
 * Return: 0 or a negative error, with the extack set for a wrong attribute.
 */
int nf_edge_nl_load_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct nf_edge_net *en = nf_edge_net(genl_info_net(info));
	bool dry_run = info->attrs[NF_EDGE_A_POLICY_DRY_RUN];
	struct nf_edge_transaction *t;
	struct sk_buff *msg = NULL;
	int err, sent, n;

	n = count_queries(info, dry_run);
	if (n >= 0)
		msg = nf_edge_nl_reply(info, 256 + n * NF_EDGE_ANSWER_SIZE);

	mutex_lock(&en->mutex);
	t = nf_edge_transaction_find(en, info->snd_portid);
	err = n < 0 ? n :
	      !msg ? -ENOMEM : load_locked(en, info, t, dry_run, msg);
	if (t && !dry_run)
		nf_edge_transaction_end(t);
	mutex_unlock(&en->mutex);

	if (err == -ENOMEM)
		NL_SET_ERR_MSG(info->extack,
			       "the kernel has no memory for this; nothing was changed");
	sent = nf_edge_nl_send(info, msg, err);
	/* A published policy stands, whether or not its reply arrives. */
	return dry_run ? sent : err;
}
