// SPDX-License-Identifier: GPL-2.0-only
/*
 * Change a loaded policy: switch and flush.
 */

#include "confirm.h"
#include "netlink/family.h"
#include "netlink/netlink-gen.h"
#include "netlink/parse_switches.h"
#include "netlink/pending.h"
#include "netlink/transaction.h"
#include "netns.h"
#include "publish.h"
#include "snapshot.h"

static u32 attr_u32(const struct nlattr *attr)
{
	return attr ? nla_get_u32(attr) : 0;
}

/*
 * Apply the switches of a request to @now.  Return NULL, or an attribute that
 * contradicts another.
 */
static const struct nlattr *apply_switches(struct nlattr **attrs,
					   struct nf_edge_switches *now)
{
	const struct nlattr *zones_off = attrs[NF_EDGE_A_SWITCH_ZONES_OFF];
	const struct nlattr *features_off = attrs[NF_EDGE_A_SWITCH_FEATURES_OFF];
	u32 zones_on = attr_u32(attrs[NF_EDGE_A_SWITCH_ZONES_ON]);
	u32 features_on = attr_u32(attrs[NF_EDGE_A_SWITCH_FEATURES_ON]);

	if (attr_u32(zones_off) & zones_on)
		return zones_off;
	if (attr_u32(features_off) & features_on)
		return features_off;
	now->zones = (now->zones | zones_on) & ~attr_u32(zones_off);
	now->features = (now->features | features_on) & ~attr_u32(features_off);
	if (attrs[NF_EDGE_A_SWITCH_MODE])
		now->mode = nla_get_u32(attrs[NF_EDGE_A_SWITCH_MODE]);
	return NULL;
}

/* Apply the switches of single rows. */
static int apply_rows(struct genl_info *info, const struct nf_edge_table *table,
		      struct nf_edge_switches *now)
{
	u64 on, off;
	int err;

	err = nf_edge_parse_row_ids(info, NF_EDGE_A_SWITCH_ROW_ON, table,
				    &on) ?:
	      nf_edge_parse_row_ids(info, NF_EDGE_A_SWITCH_ROW_OFF, table,
				    &off);
	if (err)
		return err;
	if (on & off) {
		NL_SET_ERR_MSG_ATTR(info->extack,
				    info->attrs[NF_EDGE_A_SWITCH_ROW_OFF],
				    "a row is switched both on and off");
		return -EINVAL;
	}
	now->rows_off = (now->rows_off & ~on) | off;
	return 0;
}

/* Keep a switched policy in the transaction of the socket, if one is open. */
static int try_switched(struct nf_edge_net *en, struct genl_info *info,
			struct nf_edge_snapshot *snapshot)
{
	struct nf_edge_transaction *t;

	t = nf_edge_transaction_find(en, info->snd_portid);
	return t ? nf_edge_transaction_try(en, t, snapshot) : 0;
}

static int change_switches(struct nf_edge_net *en, struct genl_info *info,
			   struct sk_buff *msg)
{
	const struct nlattr *seen = info->attrs[NF_EDGE_A_SWITCH_GENERATION];
	bool dry_run = info->attrs[NF_EDGE_A_SWITCH_DRY_RUN];
	const struct nf_edge_snapshot *old;
	const struct nlattr *timeout;
	struct nf_edge_snapshot *snapshot;
	struct nf_edge_switches now;
	const struct nlattr *bad;
	bool changed;
	int err;

	old = rcu_dereference_protected(en->snapshot,
					lockdep_is_held(&en->mutex));
	if (!old) {
		NL_SET_ERR_MSG(info->extack, "no policy is loaded");
		return -ENOENT;
	}
	timeout = info->attrs[NF_EDGE_A_SWITCH_CONFIRM_TIMEOUT];
	err = nf_edge_nl_check_timeout(timeout, info->extack);
	if (!err && timeout)
		err = nf_edge_nl_refuse_pending(en, info->extack);
	if (err)
		return err;
	if (seen && nla_get_u32(seen) != en->generation) {
		NL_SET_ERR_MSG_ATTR(info->extack, seen,
				    "the policy changed meanwhile; nothing was changed, try again");
		return -ESTALE;
	}
	now = old->switches;
	bad = apply_switches(info->attrs, &now);
	if (bad) {
		NL_SET_ERR_MSG_ATTR(info->extack, bad,
				    "a zone or feature is switched both on and off");
		return -EINVAL;
	}
	err = apply_rows(info, old->site->table, &now) ?:
	      nf_edge_check_switches(info->attrs[NF_EDGE_A_SWITCH_ZONES_ON],
				     info->attrs[NF_EDGE_A_SWITCH_FEATURES_ON],
				     old->site->table, info->extack) ?:
	      nf_edge_check_switches(info->attrs[NF_EDGE_A_SWITCH_ZONES_OFF],
				     info->attrs[NF_EDGE_A_SWITCH_FEATURES_OFF],
				     old->site->table, info->extack);
	if (err)
		return err;
	changed = !nf_edge_same_switches(&now, &old->switches);
	if (nla_put_u32(msg, NF_EDGE_A_SWITCH_GENERATION,
			en->generation + (changed && !dry_run)) ||
	    nla_put_u8(msg, NF_EDGE_A_SWITCH_CHANGED, changed))
		return -EMSGSIZE;
	if (!changed && !dry_run)
		return 0;

	snapshot = nf_edge_snapshot_create(old->site, &now, &old->loaded);
	if (!snapshot)
		return -ENOMEM;
	err = dry_run ? try_switched(en, info, snapshot) :
			nf_edge_nl_publish(en, snapshot, timeout, info->extack);
	if (err || dry_run) {
		nf_edge_snapshot_put(snapshot);
		return err;
	}
	nf_edge_nl_announce(en, snapshot, NF_EDGE_CHANGE_SWITCH);
	return 0;
}

/**
 * nf_edge_nl_switch_doit - switch zones, features, rows and mode, or try to
 * @skb: the request
 * @info: attributes of the request
 *
 * While a change waits for its confirmation, a switch is part of that change,
 * unless the switch asks for a confirmation of its own: that is refused.
 *
 * Context: process context; takes the namespace's mutex and RTNL.
 * Return: 0 or a negative error, with the extack set for a wrong attribute.
 */
int nf_edge_nl_switch_doit(struct sk_buff *skb, struct genl_info *info)
{
	return nf_edge_nl_change(info, change_switches);
}

static int flush_policy(struct nf_edge_net *en, struct genl_info *info,
			struct sk_buff *msg)
{
	const struct nf_edge_snapshot *old;

	old = rcu_dereference_protected(en->snapshot,
					lockdep_is_held(&en->mutex));
	if (nla_put_u32(msg, NF_EDGE_A_POLICY_GENERATION,
			en->generation + !!old) ||
	    nla_put_u32(msg, NF_EDGE_A_POLICY_GOVERNED,
			old ? old->site->index.n_edge : 0))
		return -EMSGSIZE;
	if (old) {
		nf_edge_confirm_end(en);
		nf_edge_unpublish(en);
		nf_edge_nl_announce(en, NULL, NF_EDGE_CHANGE_FLUSH);
	}
	return 0;
}

/**
 * nf_edge_nl_flush_doit - take the policy out of force
 * @skb: the request
 * @info: attributes of the request
 *
 * Context: process context; takes the namespace's mutex and RTNL.
 * Return: 0 or a negative error; 0 also without a policy.
 */
int nf_edge_nl_flush_doit(struct sk_buff *skb, struct genl_info *info)
{
	return nf_edge_nl_change(info, flush_policy);
}
