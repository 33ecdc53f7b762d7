// SPDX-License-Identifier: GPL-2.0-only
/*
 * The family, its status, switches and flush.  Load, dumps, counters and
 * explain are in files of their own.
 */

#include <linux/slab.h>
#include <net/netfilter/nf_conntrack.h>

#include "netlink/family.h"
#include "netlink/netlink-gen.h"

/* As generated, but joining takes CAP_NET_ADMIN in the namespace's owner. */
static const struct genl_multicast_group groups[] = {
	[NF_EDGE_NLGRP_POLICY] = {
		.name	= NF_EDGE_MCGRP_POLICY,
		.flags	= GENL_MCAST_CAP_NET_ADMIN,
	},
};

static int put_u64(struct sk_buff *msg, int attribute, u64 value, int pad)
{
	return nla_put_u64_64bit(msg, attribute, value, pad);
}

/**
 * nf_edge_nl_reply - begin the reply to a message
 * @info: the message
 * @size: room for attributes, octets
 * @header: for genlmsg_end()
 *
 * Return: the reply, or NULL without memory.
 */
struct sk_buff *nf_edge_nl_reply(struct genl_info *info, size_t size,
				 void **header)
{
	struct sk_buff *msg = genlmsg_new(size, GFP_KERNEL);

	if (!msg)
		return NULL;
	*header = genlmsg_put_reply(msg, info, &nf_edge_nl_family, 0,
				    info->genlhdr->cmd);
	if (!*header) {
		nlmsg_free(msg);
		return NULL;
	}
	return msg;
}

/**
 * nf_edge_nl_send - send the reply to a change that is made
 * @msg: the reply
 * @header: from nf_edge_nl_reply()
 * @info: the message
 *
 * The change stands, also when the reply finds no room at the receiver: an
 * error would say that nothing was changed.
 *
 * Return: 0.
 */
int nf_edge_nl_send(struct sk_buff *msg, void *header, struct genl_info *info)
{
	genlmsg_end(msg, header);
	genlmsg_reply(msg, info);
	return 0;
}

static int put_interface(struct sk_buff *msg, struct net *net,
			 const struct nf_edge_interface *interface)
{
	const struct net_device *dev;
	struct nlattr *nest;
	int ifindex = 0;

	rcu_read_lock();
	dev = dev_get_by_name_rcu(net, interface->name);
	if (dev && !strcmp(dev->name, interface->name))
		ifindex = dev->ifindex;
	rcu_read_unlock();

	nest = nla_nest_start(msg, NF_EDGE_A_POLICY_INTERFACE);
	if (!nest ||
	    nla_put_string(msg, NF_EDGE_A_INTERFACE_NAME, interface->name) ||
	    nla_put_u32(msg, NF_EDGE_A_INTERFACE_SIDES, interface->sides) ||
	    (ifindex &&
	     nla_put_u32(msg, NF_EDGE_A_INTERFACE_IFINDEX, ifindex)))
		return -EMSGSIZE;
	nla_nest_end(msg, nest);
	return 0;
}

static int put_conntrack(struct sk_buff *msg, struct net *net)
{
	u64 drop = 0, early_drop = 0, insert_failed = 0;
	int cpu;

	for_each_possible_cpu(cpu) {
		const struct ip_conntrack_stat *stat =
			per_cpu_ptr(net->ct.stat, cpu);

		drop += stat->drop;
		early_drop += stat->early_drop;
		insert_failed += stat->insert_failed;
	}
	if (nla_put_u32(msg, NF_EDGE_A_POLICY_CONNTRACK_COUNT,
			nf_conntrack_count(net)) ||
	    nla_put_u32(msg, NF_EDGE_A_POLICY_CONNTRACK_MAX,
			nf_edge_conntrack_max(net)) ||
	    put_u64(msg, NF_EDGE_A_POLICY_CONNTRACK_DROP, drop,
		    NF_EDGE_A_POLICY_PAD) ||
	    put_u64(msg, NF_EDGE_A_POLICY_CONNTRACK_EARLY_DROP, early_drop,
		    NF_EDGE_A_POLICY_PAD) ||
	    put_u64(msg, NF_EDGE_A_POLICY_CONNTRACK_INSERT_FAILED,
		    insert_failed, NF_EDGE_A_POLICY_PAD))
		return -EMSGSIZE;
	return 0;
}

static int put_policy(struct sk_buff *msg, struct nf_edge_net *en,
		      const struct nf_edge_snapshot *snapshot)
{
	const struct nf_edge_switches *loaded = &snapshot->loaded;
	const struct nf_edge_switches *now = &snapshot->switches;
	const struct nf_edge_site *site = snapshot->site;
	u32 i;

	if (nla_put_u32(msg, NF_EDGE_A_POLICY_MODE, now->mode) ||
	    nla_put_u32(msg, NF_EDGE_A_POLICY_ZONES, now->zones) ||
	    nla_put_u32(msg, NF_EDGE_A_POLICY_FEATURES, now->features) ||
	    nla_put_u32(msg, NF_EDGE_A_POLICY_PING, site->ping) ||
	    (site->expose_cls_ports &&
	     nla_put_flag(msg, NF_EDGE_A_POLICY_EXPOSE_CLS_PORTS)) ||
	    nla_put_u32(msg, NF_EDGE_A_POLICY_LOADED_MODE, loaded->mode) ||
	    nla_put_u32(msg, NF_EDGE_A_POLICY_LOADED_ZONES, loaded->zones) ||
	    nla_put_u32(msg, NF_EDGE_A_POLICY_LOADED_FEATURES,
			loaded->features) ||
	    nla_put_u32(msg, NF_EDGE_A_POLICY_GOVERNED, site->index.n_edge))
		return -EMSGSIZE;
	for (i = 0; i < site->n_interfaces; i++)
		if (put_interface(msg, en->net, &site->interface[i]))
			return -EMSGSIZE;
	return 0;
}

int nf_edge_nl_status_get_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct nf_edge_net *en = nf_edge_net(genl_info_net(info));
	struct nf_edge_snapshot *snapshot;
	struct nf_edge_drops *drops;
	struct sk_buff *msg = NULL;
	size_t size = 512;
	void *header;
	int err;

	snapshot = nf_edge_snapshot_get(en);
	if (snapshot)
		size += snapshot->site->n_interfaces *
			(4 * nla_total_size(4) + nla_total_size(IFNAMSIZ));
	drops = kmalloc(sizeof(*drops), GFP_KERNEL);
	if (drops)
		msg = nf_edge_nl_reply(info, size, &header);
	if (!msg) {
		err = -ENOMEM;
		goto out;
	}
	nf_edge_drops_sum(en->drops, drops);
	if (nla_put_string(msg, NF_EDGE_A_POLICY_VERSION, NF_EDGE_VERSION) ||
	    nla_put_u32(msg, NF_EDGE_A_POLICY_GENERATION,
			snapshot ? snapshot->generation :
				   READ_ONCE(en->generation)) ||
	    (snapshot && put_policy(msg, en, snapshot)) ||
	    put_conntrack(msg, en->net) ||
	    put_u64(msg, NF_EDGE_A_POLICY_OFFLOADED, drops->offloaded,
		    NF_EDGE_A_POLICY_PAD)) {
		nlmsg_free(msg);
		err = -EMSGSIZE;
		goto out;
	}
	genlmsg_end(msg, header);
	err = genlmsg_reply(msg, info);
out:
	kfree(drops);
	if (snapshot)
		nf_edge_snapshot_put(snapshot);
	return err;
}

/**
 * nf_edge_nl_announce - tell the namespace's listeners of a change
 * @en: the namespace, whose mutex is held
 * @switches: what is in force now, NULL for no policy
 * @change: what was done
 *
 * The change is made: without memory or listeners nothing is said.
 */
void nf_edge_nl_announce(struct nf_edge_net *en,
			 const struct nf_edge_switches *switches,
			 enum nf_edge_change change)
{
	struct sk_buff *msg;
	void *header;

	msg = genlmsg_new(NLMSG_GOODSIZE, GFP_KERNEL);
	if (!msg)
		return;
	header = genlmsg_put(msg, 0, 0, &nf_edge_nl_family, 0,
			     NF_EDGE_CMD_POLICY_NTF);
	if (!header ||
	    nla_put_u32(msg, NF_EDGE_A_POLICY_GENERATION, en->generation) ||
	    (switches &&
	     nla_put_u32(msg, NF_EDGE_A_POLICY_MODE, switches->mode)) ||
	    nla_put_u32(msg, NF_EDGE_A_POLICY_CHANGE, change)) {
		nlmsg_free(msg);
		return;
	}
	genlmsg_end(msg, header);
	genlmsg_multicast_netns(&nf_edge_nl_family, en->net, msg, 0,
				NF_EDGE_NLGRP_POLICY, GFP_KERNEL);
}

static u32 attr_u32(const struct nlattr *attr)
{
	return attr ? nla_get_u32(attr) : 0;
}

/* What the switches of a message make of @now; an attribute that contradicts. */
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

static int switch_locked(struct nf_edge_net *en, struct genl_info *info,
			 struct sk_buff *msg)
{
	const struct nf_edge_snapshot *old;
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
	now = old->switches;
	bad = apply_switches(info->attrs, &now);
	if (bad) {
		NL_SET_ERR_MSG_ATTR(info->extack, bad,
				    "the same is switched on and off");
		return -EINVAL;
	}
	changed = !nf_edge_same_switches(&now, &old->switches);
	if (nla_put_u32(msg, NF_EDGE_A_SWITCH_GENERATION,
			en->generation + changed) ||
	    nla_put_u8(msg, NF_EDGE_A_SWITCH_CHANGED, changed))
		return -EMSGSIZE;
	if (!changed)
		return 0;

	snapshot = nf_edge_snapshot_create(old->site, &now, &old->loaded);
	if (!snapshot)
		return -ENOMEM;
	err = nf_edge_publish(en, snapshot, info->extack);
	if (err) {
		nf_edge_snapshot_put(snapshot);
		return err;
	}
	nf_edge_nl_announce(en, &now, NF_EDGE_CHANGE_SWITCH);
	return 0;
}

int nf_edge_nl_switch_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct nf_edge_net *en = nf_edge_net(genl_info_net(info));
	struct sk_buff *msg;
	void *header;
	int err;

	msg = nf_edge_nl_reply(info, NLMSG_GOODSIZE, &header);
	if (!msg)
		return -ENOMEM;
	mutex_lock(&en->mutex);
	err = switch_locked(en, info, msg);
	mutex_unlock(&en->mutex);
	if (err) {
		nlmsg_free(msg);
		return err;
	}
	return nf_edge_nl_send(msg, header, info);
}

int nf_edge_nl_flush_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct nf_edge_net *en = nf_edge_net(genl_info_net(info));
	const struct nf_edge_snapshot *old;
	struct sk_buff *msg;
	void *header;
	bool had;

	msg = nf_edge_nl_reply(info, NLMSG_GOODSIZE, &header);
	if (!msg)
		return -ENOMEM;
	mutex_lock(&en->mutex);
	old = rcu_dereference_protected(en->snapshot,
					lockdep_is_held(&en->mutex));
	had = old;
	if (nla_put_u32(msg, NF_EDGE_A_POLICY_GENERATION,
			en->generation + had) ||
	    nla_put_u32(msg, NF_EDGE_A_POLICY_GOVERNED,
			had ? old->site->index.n_edge : 0)) {
		mutex_unlock(&en->mutex);
		nlmsg_free(msg);
		return -EMSGSIZE;
	}
	if (had) {
		nf_edge_unpublish(en);
		nf_edge_nl_announce(en, NULL, NF_EDGE_CHANGE_FLUSH);
	}
	mutex_unlock(&en->mutex);
	return nf_edge_nl_send(msg, header, info);
}

/**
 * nf_edge_netlink_init - register the family
 *
 * Return: 0 or a negative error.
 */
int nf_edge_netlink_init(void)
{
	int err;

	err = nf_edge_transactions_init();
	if (err)
		return err;
	nf_edge_nl_family.mcgrps = groups;
	err = genl_register_family(&nf_edge_nl_family);
	if (err)
		nf_edge_transactions_exit();
	return err;
}

/**
 * nf_edge_netlink_exit - unregister the family
 */
void nf_edge_netlink_exit(void)
{
	genl_unregister_family(&nf_edge_nl_family);
	nf_edge_transactions_exit();
}
