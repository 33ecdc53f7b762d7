// SPDX-License-Identifier: GPL-2.0-only
/*
 * NAT hook: drop connections that source NAT hides behind an edge address.
 *
 * Source NAT runs after the deciding hook, and may write an edge address into
 * the first packet of any connection.  A hook after source NAT drops that
 * packet.  Namespaces with a policy have the hook, and only once the module
 * nf_nat is loaded: a machine without NAT does not pay for the hook.
 */

#include <linux/module.h>
#include <linux/netfilter_ipv4.h>
#include <linux/netfilter_ipv6.h>
#include <net/netfilter/nf_conntrack.h>

#include "drops.h"
#include "events.h"
#include "judge.h"
#include "nat.h"
#include "netns.h"
#include "skb.h"
#include "snapshot.h"

#define PRIORITY_POSTROUTING	(NF_IP_PRI_NAT_SRC + 5)

static_assert((int)NF_IP_PRI_NAT_SRC == (int)NF_IP6_PRI_NAT_SRC);

static DEFINE_MUTEX(nat_mutex);	/* protects the two below */
static LIST_HEAD(followed);	/* namespaces with a policy */
static bool nat_is_there;	/* nf_nat is loaded */

/* Check whether the deciding hook has counted a packet as spoofed, in audit. */
static bool was_spoofed(const struct nf_edge_snapshot *snapshot,
			const struct sk_buff *skb, bool ipv4,
			const struct nf_conntrack_tuple *original)
{
	struct nf_edge_arrival arrival;

	if (!skb->skb_iif)
		return false;
	arrival = nf_edge_ifmap_arrival(rcu_dereference(snapshot->ifmap),
					skb->skb_iif);
	return nf_edge_spoofed(nf_edge_class_of(&snapshot->index, ipv4,
						&original->src.u3),
			       nf_edge_class_of(&snapshot->index, ipv4,
						&original->dst.u3),
			       arrival.guards);
}

/* Tell listeners of a packet, by its addresses before NAT. */
static void tell_no_row(const struct nf_edge_snapshot *snapshot,
			const struct sk_buff *skb,
			const struct nf_hook_state *state,
			const struct nf_conntrack_tuple *original, bool ipv4,
			bool would_be)
{
	const struct nf_edge_judgement judgement = {
		.reason = NF_EDGE_REASON_NO_ROW,
	};
	const struct nf_edge_packet packet = {
		.header_source = nf_edge_class_of(&snapshot->index, ipv4,
						  &original->src.u3),
		.header_destination = nf_edge_class_of(&snapshot->index, ipv4,
						       &original->dst.u3),
	};

	nf_edge_tell_refused(snapshot, skb, state, &packet, &judgement,
			     would_be);
}

/*
 * Judge a packet that source NAT has just translated.  Two cases are the
 * deciding hook's: connections that destination NAT leads to an edge address,
 * and later packets of a connection.
 */
static noinline unsigned int
refuse_snat_to_edge(struct nf_edge_net *en, const struct sk_buff *skb,
		    const struct nf_hook_state *state, const struct nf_conn *ct,
		    bool ipv4)
{
	const struct nf_conntrack_tuple *original, *reply;
	const struct nf_edge_addr_index *index;
	struct nf_edge_snapshot *snapshot;
	bool audit;

	snapshot = rcu_dereference(en->snapshot);
	if (!snapshot || READ_ONCE(snapshot->starting) ||
	    nf_edge_exempt(skb, state->out))
		return NF_ACCEPT;
	index = &snapshot->index;
	original = &ct->tuplehash[IP_CT_DIR_ORIGINAL].tuple;
	reply = &ct->tuplehash[IP_CT_DIR_REPLY].tuple;
	if (!nf_edge_class_of(index, ipv4, &reply->dst.u3)->services ||
	    nf_edge_class_of(index, ipv4, &reply->src.u3)->services ||
	    nf_edge_class_of(index, ipv4, &original->src.u3)->services ||
	    nf_edge_class_of(index, ipv4, &original->dst.u3)->services)
		return NF_ACCEPT;
	audit = snapshot->switches.mode == NF_EDGE_MODE_AUDIT;
	if (audit && was_spoofed(snapshot, skb, ipv4, original))
		return NF_ACCEPT;
	if (static_branch_unlikely(&nf_edge_events_key))
		tell_no_row(snapshot, skb, state, original, ipv4, audit);
	nf_edge_count_drop(snapshot->drops, NF_EDGE_REASON_NO_ROW, audit,
			   skb->len);
	return audit ? NF_ACCEPT : NF_DROP;
}

static __always_inline unsigned int
postrouting(void *priv, const struct sk_buff *skb,
	    const struct nf_hook_state *state, bool ipv4)
{
	enum ip_conntrack_info ctinfo;
	const struct nf_conn *ct = nf_ct_get(skb, &ctinfo);

	if (likely(!ct || (ct->status & (IPS_SRC_NAT | IPS_CONFIRMED)) !=
			  IPS_SRC_NAT))
		return NF_ACCEPT;
	return refuse_snat_to_edge(priv, skb, state, ct, ipv4);
}

static unsigned int postrouting_ipv4(void *priv, struct sk_buff *skb,
				     const struct nf_hook_state *state)
{
	return postrouting(priv, skb, state, true);
}

static unsigned int postrouting_ipv6(void *priv, struct sk_buff *skb,
				     const struct nf_hook_state *state)
{
	return postrouting(priv, skb, state, false);
}

static const struct nf_hook_ops hooks[NF_EDGE_NAT_HOOKS] = {
	{
		.hook		= postrouting_ipv4,
		.pf		= NFPROTO_IPV4,
		.hooknum	= NF_INET_POST_ROUTING,
		.priority	= PRIORITY_POSTROUTING,
	},
	{
		.hook		= postrouting_ipv6,
		.pf		= NFPROTO_IPV6,
		.hooknum	= NF_INET_POST_ROUTING,
		.priority	= PRIORITY_POSTROUTING,
	},
};

/* Register the NAT hooks of a namespace.  The caller holds nat_mutex. */
static int register_hooks(struct nf_edge_net *en)
{
	int err;

	err = nf_register_net_hooks(en->net, en->nat_hooks, NF_EDGE_NAT_HOOKS);
	en->nat_hooked = !err;
	return err;
}

/**
 * nf_edge_nat_follow - keep NAT hooks in a namespace while nf_nat is loaded
 * @en: the namespace, whose first policy goes live
 *
 * Context: may sleep.
 * Return: 0 or a negative error.
 */
int nf_edge_nat_follow(struct nf_edge_net *en)
{
	int err = 0;

	mutex_lock(&nat_mutex);
	if (nat_is_there)
		err = register_hooks(en);
	if (!err)
		list_add(&en->followed, &followed);
	mutex_unlock(&nat_mutex);
	return err;
}

/**
 * nf_edge_nat_unfollow - keep no NAT hooks in a namespace
 * @en: the namespace, which nf_edge_nat_follow() has listed
 *
 * Context: may sleep.
 */
void nf_edge_nat_unfollow(struct nf_edge_net *en)
{
	mutex_lock(&nat_mutex);
	list_del(&en->followed);
	if (en->nat_hooked)
		nf_unregister_net_hooks(en->net, en->nat_hooks,
					NF_EDGE_NAT_HOOKS);
	en->nat_hooked = false;
	mutex_unlock(&nat_mutex);
}

/**
 * nf_edge_nat_hooks_init - copy the NAT hooks into a namespace
 * @en: the namespace; each hook receives it as priv
 *
 * Context: any, before the hooks are registered.
 */
void nf_edge_nat_hooks_init(struct nf_edge_net *en)
{
	int i;

	memcpy(en->nat_hooks, hooks, sizeof(hooks));
	for (i = 0; i < NF_EDGE_NAT_HOOKS; i++)
		en->nat_hooks[i].priv = en;
}

/* Register hooks before nf_nat translates.  An error stops nf_nat's load. */
static int module_event(struct notifier_block *nb, unsigned long event,
			void *data)
{
	const struct module *module = data;
	struct nf_edge_net *en;
	int err = 0;

	if ((event != MODULE_STATE_COMING && event != MODULE_STATE_LIVE) ||
	    strcmp(module->name, "nf_nat"))
		return NOTIFY_DONE;

	mutex_lock(&nat_mutex);
	nat_is_there = true;
	list_for_each_entry(en, &followed, followed) {
		if (en->nat_hooked)
			continue;
		err = register_hooks(en);
		if (err)
			break;
	}
	mutex_unlock(&nat_mutex);
	return notifier_from_errno(err);
}

static struct notifier_block module_notifier = {
	.notifier_call = module_event,
};

/**
 * nf_edge_nat_init - watch for the load of nf_nat
 *
 * Context: process context; may sleep.
 * Return: 0 or a negative error.
 */
int nf_edge_nat_init(void)
{
	int err;

	err = register_module_notifier(&module_notifier);
	if (err)
		return err;
	mutex_lock(&nat_mutex);
	if (rcu_access_pointer(nf_nat_hook))
		nat_is_there = true;
	mutex_unlock(&nat_mutex);
	return 0;
}

/**
 * nf_edge_nat_exit - stop watching for the load of nf_nat
 *
 * Context: process context; may sleep.  No namespace has a policy.
 */
void nf_edge_nat_exit(void)
{
	unregister_module_notifier(&module_notifier);
}
