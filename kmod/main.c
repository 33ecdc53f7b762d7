// SPDX-License-Identifier: GPL-2.0-only
/*
 * nf_edge: netfilter enforcement of the Lync Server 2013 Edge port policy.
 */

#include <linux/module.h>
#include <net/net_namespace.h>

#include "confirm.h"
#include "hook.h"
#include "nat.h"
#include "netdev.h"
#include "netlink/family.h"
#include "netlink/listen.h"
#include "netlink/pending.h"
#include "netlink/transaction.h"
#include "netns.h"
#include "publish.h"
#include "rings.h"
#include "snapshot.h"

unsigned int nf_edge_net_id __ro_after_init;

static int __net_init net_init(struct net *net)
{
	struct nf_edge_net *en = nf_edge_net(net);

	en->net = net;
	en->drops = alloc_percpu_gfp(struct nf_edge_drops, GFP_KERNEL_ACCOUNT);
	if (!en->drops)
		return -ENOMEM;
	mutex_init(&en->mutex);
	mutex_init(&en->reset_mutex);
	INIT_LIST_HEAD(&en->transactions);
	nf_edge_confirm_init(en, nf_edge_nl_expire);
	nf_edge_listeners_start(en);
	nf_edge_hooks_init(en);
	nf_edge_nat_hooks_init(en);
	return 0;
}

/*
 * Unregister hooks after all devices are gone, so that no packet is forwarded
 * without hooks.  Conntrack, which the hooks need, exits later: its pernet
 * operations were registered earlier.
 */
static void __net_exit net_exit_batch(struct list_head *nets)
{
	bool hooked = false;
	struct net *net;

	list_for_each_entry(net, nets, exit_list) {
		struct nf_edge_net *en = nf_edge_net(net);

		mutex_lock(&en->mutex);
		nf_edge_transactions_end(en);
		nf_edge_confirm_end(en);
		hooked |= nf_edge_unpublish(en);
		mutex_unlock(&en->mutex);
	}
	/* Packets of the local host may still be in a hook. */
	if (hooked)
		synchronize_rcu();
	list_for_each_entry(net, nets, exit_list) {
		nf_edge_confirm_exit(nf_edge_net(net));
		nf_edge_listeners_end(nf_edge_net(net));
		free_percpu(nf_edge_net(net)->drops);
	}
}

static struct pernet_operations net_ops = {
	.init		= net_init,
	.exit_batch	= net_exit_batch,
	.id		= &nf_edge_net_id,
	.size		= sizeof(struct nf_edge_net),
};

static int __init nf_edge_init(void)
{
	int err;

	err = nf_edge_snapshots_init();
	if (err)
		return err;
	err = register_pernet_subsys(&net_ops);
	if (err)
		goto err_snapshots;
	err = nf_edge_netdev_init();
	if (err)
		goto err_net;
	err = nf_edge_nat_init();
	if (err)
		goto err_netdev;
	err = nf_edge_transactions_init();
	if (err)
		goto err_nat;
	err = nf_edge_listeners_init();
	if (err)
		goto err_transactions;
	nf_edge_tracing_ready(true);
	err = nf_edge_family_init();
	if (err)
		goto err_tracing;
	return 0;

err_tracing:
	nf_edge_tracing_ready(false);
	nf_edge_listeners_exit();
err_transactions:
	nf_edge_transactions_exit();
err_nat:
	nf_edge_nat_exit();
err_netdev:
	nf_edge_netdev_exit();
err_net:
	unregister_pernet_subsys(&net_ops);
err_snapshots:
	nf_edge_snapshots_exit();
	return err;
}

static void __exit nf_edge_exit(void)
{
	nf_edge_family_exit();
	nf_edge_tracing_ready(false);
	nf_edge_listeners_exit();
	nf_edge_transactions_exit();
	nf_edge_nat_exit();
	nf_edge_netdev_exit();
	unregister_pernet_subsys(&net_ops);
	nf_edge_snapshots_exit();
}

module_init(nf_edge_init);
module_exit(nf_edge_exit);

MODULE_DESCRIPTION("Netfilter enforcement of the Lync Server 2013 Edge port policy");
MODULE_LICENSE("GPL");
MODULE_VERSION(NF_EDGE_VERSION);
