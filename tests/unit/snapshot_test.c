// SPDX-License-Identifier: GPL-2.0-only
/* Snapshots: built whole, published by one pointer, freed by the last reader. */

#include <kunit/test.h>
#include <linux/module.h>
#include <linux/netfilter.h>
#include <linux/rtnetlink.h>
#include <net/net_namespace.h>

#include "../../kmod/events.h"
#include "../../kmod/netns.h"
#include "../../kmod/node.h"
#include "../../kmod/publish.h"
#include "../../kmod/snapshot.h"
#include "words.h"

static const struct nf_edge_switches everything = {
	.mode = NF_EDGE_MODE_ENFORCE,
	.zones = BIT(NF_EDGE_ZONE_XMPP + 1) - 1,
	.features = BIT(NF_EDGE_FEATURE_LIVE_MESSENGER + 1) - 1,
};
static const struct nf_edge_switches nothing = {
	.mode = NF_EDGE_MODE_AUDIT,
};

static struct nf_edge_net *en;

static unsigned int let_by(void *priv, struct sk_buff *skb,
			   const struct nf_hook_state *state)
{
	return NF_ACCEPT;
}

/* Nobody listens. */
static void drain(struct nf_edge_net *namespace,
		  const struct nf_edge_snapshot *old)
{
}

static int start(struct kunit *test)
{
	int i, err = nf_edge_snapshots_init();

	en = kzalloc(sizeof(*en), GFP_KERNEL);
	if (err || !en)
		return err ?: -ENOMEM;
	en->net = &init_net;
	mutex_init(&en->mutex);
	nf_edge_events_init(en, drain);
	for (i = 0; i < NF_EDGE_HOOKS; i++)
		en->hooks[i] = (struct nf_hook_ops){
			.hook = let_by,
			.pf = NFPROTO_IPV4,
			.hooknum = NF_INET_PRE_ROUTING,
			.priority = i,
		};
	return 0;
}

static void end(struct kunit *test)
{
	nf_edge_snapshots_exit();
	kfree(en);
}

/* One node, two addresses, an interface and a prefix. */
static struct nf_edge_site *make_site(struct kunit *test)
{
	struct nf_edge_site *site = kzalloc(sizeof(*site), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, site);
	refcount_set(&site->refs, 1);
	site->ping = BIT(NF_EDGE_SIDE_INTERNAL);
	site->sets.bound = BIT(NF_EDGE_PEER_SET_INTERNAL_NETWORKS);
	site->table = new_table(NF_EDGE_PROFILE_LYNC2013_SCALED_PUBLIC);
	KUNIT_ASSERT_NOT_NULL(test, site->table);
	site->node[site->n_nodes++] = nf_edge_node_create("edge1", site->table);
	site->address = kvcalloc(2, sizeof(*site->address), GFP_KERNEL);
	site->interface = kvcalloc(1, sizeof(*site->interface), GFP_KERNEL);
	site->prefix = kvcalloc(1, sizeof(*site->prefix), GFP_KERNEL);
	KUNIT_ASSERT_TRUE(test, site->node[0] && site->address &&
				site->interface && site->prefix);
	site->address[0] = edge_address("131.107.155.10",
					NF_EDGE_SERVICE_ACCESS, 0);
	site->address[1] = edge_address("172.25.33.10",
					NF_EDGE_SERVICE_INTERNAL, 0);
	site->n_addresses = 2;
	strscpy(site->interface[0].name, "lan0", IFNAMSIZ);
	site->interface[0].sides = BIT(NF_EDGE_SIDE_INTERNAL);
	site->n_interfaces = 1;
	site->prefix[0] = read_prefix("192.168.10.0/24",
				      NF_EDGE_PEER_SET_INTERNAL_NETWORKS);
	site->n_prefixes = 1;
	KUNIT_ASSERT_EQ(test, nf_edge_site_index(site), 0);
	return site;
}

/* A snapshot of a site of its own. */
static struct nf_edge_snapshot *
make_snapshot(struct kunit *test, const struct nf_edge_switches *switches)
{
	struct nf_edge_site *site = make_site(test);
	struct nf_edge_snapshot *snapshot =
		nf_edge_snapshot_create(site, switches, switches);

	nf_edge_site_put(site);
	KUNIT_ASSERT_NOT_NULL(test, snapshot);
	return snapshot;
}

static const struct nf_edge_snapshot *in_force(void)
{
	return rcu_access_pointer(en->snapshot);
}

static int publish(struct nf_edge_snapshot *snapshot)
{
	int err;

	mutex_lock(&en->mutex);
	err = nf_edge_publish(en, snapshot, NULL, NULL);
	mutex_unlock(&en->mutex);
	return err;
}

static void unpublish(void)
{
	mutex_lock(&en->mutex);
	nf_edge_unpublish(en);
	mutex_unlock(&en->mutex);
}

static void sites_differ_in_whatever_differs(struct kunit *test)
{
	struct nf_edge_site *a = make_site(test), *b = make_site(test);

#define DIFFERS(field, value)						\
	do {								\
		__typeof__(b->field) was = b->field;			\
									\
		KUNIT_ASSERT_TRUE(test, nf_edge_site_equal(a, b));	\
		b->field = value;					\
		KUNIT_ASSERT_TRUE(test, !nf_edge_site_equal(a, b));	\
		b->field = was;						\
	} while (0)

	DIFFERS(n_addresses, 1);
	DIFFERS(n_interfaces, 0);
	DIFFERS(n_prefixes, 0);
	DIFFERS(sets.bound, 0);
	DIFFERS(ping, 0);
	DIFFERS(expose_cls_ports, true);
	DIFFERS(node[0]->name[4], '2');
	DIFFERS(address[0].hi, 1);
	DIFFERS(address[0].lo, 1);
	DIFFERS(address[0].service, NF_EDGE_SERVICE_AV);
	DIFFERS(address[1].hi, 1);
	DIFFERS(address[1].lo, 1);
	DIFFERS(address[1].ipv6, true);
	DIFFERS(address[1].service, NF_EDGE_SERVICE_AV);
	DIFFERS(address[1].node, 1);
	DIFFERS(interface[0].sides, 0);
	DIFFERS(interface[0].name[3], '1');
	DIFFERS(prefix[0].len, 25);
	DIFFERS(prefix[0].set, NF_EDGE_PEER_SET_CRL);
	KUNIT_ASSERT_TRUE(test, nf_edge_site_equal(b, a));
	nf_edge_site_put(a);
	nf_edge_site_put(b);
}

static void a_snapshot_is_its_site_and_its_switches(struct kunit *test)
{
	struct nf_edge_site *site = make_site(test);
	struct nf_edge_snapshot *on, *off;
	struct address address = read_address("172.25.33.10");
	struct nf_edge_masks masks;

	on = nf_edge_snapshot_create(site, &everything, &everything);
	off = nf_edge_snapshot_create(site, &nothing, &everything);
	KUNIT_ASSERT_TRUE(test, on && off);
	KUNIT_ASSERT_EQ(test, refcount_read(&site->refs), 3);

	nf_edge_make_masks(&masks, site->table, &everything, site->ping,
			   false);
	KUNIT_ASSERT_EQ(test, memcmp(&masks, &on->masks, sizeof(masks)), 0);
	KUNIT_ASSERT_TRUE(test, memcmp(&masks, &off->masks, sizeof(masks)));
	nf_edge_make_masks(&masks, site->table, &nothing, site->ping,
			   false);
	KUNIT_ASSERT_EQ(test, memcmp(&masks, &off->masks, sizeof(masks)), 0);
	KUNIT_ASSERT_EQ(test, off->switches.mode, NF_EDGE_MODE_AUDIT);
	KUNIT_ASSERT_EQ(test, off->loaded.mode, NF_EDGE_MODE_ENFORCE);

	/* The index is one, and outlives the snapshot that came first. */
	nf_edge_site_put(site);
	nf_edge_snapshot_put(on);
	KUNIT_ASSERT_PTR_EQ(test, off->index.class, site->index.class);
	KUNIT_ASSERT_EQ(test, look_up(&off->index, &address)->services,
			BIT(NF_EDGE_SERVICE_INTERNAL));
	nf_edge_snapshot_put(off);
}

static void readers_keep_the_policy_that_they_pinned(struct kunit *test)
{
	struct nf_edge_snapshot *first = make_snapshot(test, &everything);
	struct nf_edge_snapshot *second = make_snapshot(test, &nothing);
	struct nf_edge_snapshot *pinned;

	KUNIT_ASSERT_NULL(test, nf_edge_snapshot_get(en));
	KUNIT_ASSERT_EQ(test, publish(first), 0);
	KUNIT_ASSERT_EQ(test, first->generation, 1);
	KUNIT_ASSERT_NOT_NULL(test, rcu_access_pointer(first->ifmap));
	pinned = nf_edge_snapshot_get(en);
	KUNIT_ASSERT_PTR_EQ(test, pinned, first);
	KUNIT_ASSERT_EQ(test, refcount_read(&first->refs), 2);

	KUNIT_ASSERT_EQ(test, publish(second), 0);
	KUNIT_ASSERT_PTR_EQ(test, in_force(), second);
	KUNIT_ASSERT_EQ(test, second->generation, 2);
	KUNIT_ASSERT_EQ(test, refcount_read(&pinned->refs), 1);
	KUNIT_ASSERT_STREQ(test, pinned->nodes[0]->name, "edge1");
	nf_edge_snapshot_put(pinned);

	unpublish();
	KUNIT_ASSERT_NULL(test, nf_edge_snapshot_get(en));
	KUNIT_ASSERT_EQ(test, en->generation, 3);
	unpublish();
	KUNIT_ASSERT_EQ(test, en->generation, 3);
}

/* As a hook does, which pins nothing. KASAN or ASan says if it is freed. */
static void a_policy_outlives_whom_it_was_in_force_for(struct kunit *test)
{
	struct nf_edge_snapshot *second = make_snapshot(test, &nothing);
	struct address address = read_address("172.25.33.10");
	struct nf_edge_snapshot *read;
	unsigned int services;
	u32 generation;

	KUNIT_ASSERT_EQ(test, publish(make_snapshot(test, &everything)), 0);
	rcu_read_lock();
	read = rcu_dereference(en->snapshot);
	/* What publish() comes to, which itself may sleep. */
	rcu_assign_pointer(en->snapshot, second);
	nf_edge_snapshot_put(read);
	generation = read->generation;
	services = look_up(&read->index, &address)->services;
	rcu_read_unlock();
	unpublish();
	KUNIT_ASSERT_EQ(test, generation, 1);
	KUNIT_ASSERT_EQ(test, services, BIT(NF_EDGE_SERVICE_INTERNAL));
}

/* Publishes with each allocation failing in turn, and at last with none. */
static void publish_in_the_end(struct kunit *test,
			       struct nf_edge_snapshot *snapshot)
{
	const struct nf_edge_snapshot *before = in_force();
	unsigned int holds = module_refcount(THIS_MODULE);
	u32 generation = en->generation;
	bool failed = true;
	int left, err, refused = 0;

	for (left = 0; failed; left++) {
		KUNIT_ASSERT_TRUE(test, left < 500);
		set_allocations_left(left);
		err = publish(snapshot);
		failed = allocations_left() < 0;
		set_allocations_left(-1);
		KUNIT_ASSERT_TRUE(test, !err || failed);
		if (!err)
			break;
		refused++;
		KUNIT_ASSERT_PTR_EQ(test, in_force(), before);
		KUNIT_ASSERT_EQ(test, en->generation, generation);
		KUNIT_ASSERT_EQ(test, module_refcount(THIS_MODULE), holds);
		KUNIT_ASSERT_EQ(test, refcount_read(&snapshot->refs), 1);
	}
	KUNIT_ASSERT_TRUE(test, refused > 0);
	KUNIT_ASSERT_PTR_EQ(test, in_force(), snapshot);
	KUNIT_ASSERT_EQ(test, en->generation, generation + 1);
}

#ifndef __KERNEL__
static int grace_periods;

static void count_grace(void)
{
	grace_periods += !shim_hooks && in_force();
}

/* Packets that are in the hooks when these go have the policy still. */
static void a_policy_outlives_the_hooks_by_a_grace_period(struct kunit *test)
{
	KUNIT_ASSERT_EQ(test, publish(make_snapshot(test, &everything)), 0);
	shim_grace = count_grace;
	unpublish();
	shim_grace = NULL;
	KUNIT_ASSERT_EQ(test, grace_periods, 1);
}
#endif

static void a_publish_without_memory_changes_nothing(struct kunit *test)
{
	unsigned int holds = module_refcount(THIS_MODULE);

	publish_in_the_end(test, make_snapshot(test, &everything));
	KUNIT_ASSERT_EQ(test, module_refcount(THIS_MODULE), holds + 1);
	publish_in_the_end(test, make_snapshot(test, &nothing));
	KUNIT_ASSERT_EQ(test, module_refcount(THIS_MODULE), holds + 1);
	unpublish();
	KUNIT_ASSERT_EQ(test, module_refcount(THIS_MODULE), holds);
}

static void a_snapshot_without_memory_takes_no_reference(struct kunit *test)
{
	struct nf_edge_site *site = make_site(test);
	struct nf_edge_snapshot *snapshot;

	set_allocations_left(0);
	snapshot = nf_edge_snapshot_create(site, &nothing, &nothing);
	set_allocations_left(-1);
	/* A kernel looks for so much memory in pages of their own. */
	KUNIT_ASSERT_EQ(test, refcount_read(&site->refs), snapshot ? 2 : 1);
#ifdef __KERNEL__
	if (snapshot)
		nf_edge_snapshot_put(snapshot);
#else
	KUNIT_ASSERT_NULL(test, snapshot);
#endif
	nf_edge_site_put(site);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(sites_differ_in_whatever_differs),
	KUNIT_CASE(a_snapshot_is_its_site_and_its_switches),
	KUNIT_CASE(readers_keep_the_policy_that_they_pinned),
	KUNIT_CASE(a_policy_outlives_whom_it_was_in_force_for),
#ifndef __KERNEL__
	KUNIT_CASE(a_policy_outlives_the_hooks_by_a_grace_period),
#endif
	KUNIT_CASE(a_publish_without_memory_changes_nothing),
	KUNIT_CASE(a_snapshot_without_memory_takes_no_reference),
	{}
};

static struct kunit_suite suite = {
	.name = "nf_edge_snapshot",
	.init = start,
	.exit = end,
	.test_cases = cases,
};

kunit_test_suite(suite);
