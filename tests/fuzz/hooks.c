// SPDX-License-Identifier: GPL-2.0-only
/*
 * Comparison of fast path and slow path: publish a policy as a load does, and
 * give each packet to the registered hooks and to the slow path alone.
 */
#include <linux/inet.h>
#include <linux/netfilter_ipv4.h>
#include <linux/timekeeping.h>

#include "hooks.h"

#define PACKETS_MAX	64

static struct nf_edge_net en;
static struct nf_edge_node *nodes[HOOKS_NODES];
static unsigned int slow;

#define DEVICE(_name, _ifindex)	\
	.net = &init_net, .name = (_name), .ifindex = (_ifindex)

static struct net_device lo = { DEVICE("lo", 1), .flags = IFF_LOOPBACK };
static struct net_device vrf = { DEVICE("vrf", 2), .vrf = true };
static struct net_device near[4] = {
	{ DEVICE("near0", 3) }, { DEVICE("near1", 4) },
	{ DEVICE("near2", 9) }, { DEVICE("near3", 10) },
};
static struct net_device far[2] = {
	{ DEVICE("far0", 70000) }, { DEVICE("far1", 70001) },
};
static struct net_device *const devices[] = {
	&near[0], &near[1], &near[2], &near[3], &far[0], &far[1],
	&near[0], &near[1], &near[2], &near[3], &near[0], &near[1],
	&near[2], &near[3], &lo, &vrf,
};

/* All that one packet may have changed: at most one event is told. */
struct counts {
	struct nf_edge_node_hits node[HOOKS_NODES];
	struct nf_edge_drops drops;
	struct nf_edge_event event;
	u64 told;
};

unsigned int __real_nf_edge_slowpath(const struct nf_edge_snapshot *snapshot,
				     struct sk_buff *skb,
				     const struct nf_hook_state *state);
unsigned int __wrap_nf_edge_slowpath(const struct nf_edge_snapshot *snapshot,
				     struct sk_buff *skb,
				     const struct nf_hook_state *state);
unsigned int
__real_nf_edge_slowpath_first(const struct nf_edge_snapshot *snapshot,
			      struct sk_buff *skb,
			      const struct nf_hook_state *state);
unsigned int
__wrap_nf_edge_slowpath_first(const struct nf_edge_snapshot *snapshot,
			      struct sk_buff *skb,
			      const struct nf_hook_state *state);

unsigned int __wrap_nf_edge_slowpath(const struct nf_edge_snapshot *snapshot,
				     struct sk_buff *skb,
				     const struct nf_hook_state *state)
{
	slow++;
	return __real_nf_edge_slowpath(snapshot, skb, state);
}

unsigned int
__wrap_nf_edge_slowpath_first(const struct nf_edge_snapshot *snapshot,
			      struct sk_buff *skb,
			      const struct nf_hook_state *state)
{
	slow++;
	return __real_nf_edge_slowpath_first(snapshot, skb, state);
}

/* A test reads the rings itself. */
static void drain(struct nf_edge_net *namespace,
		  const struct nf_edge_snapshot *old)
{
}

/**
 * hooks_init - make the namespace, once
 *
 * Return: 0, or a negative error.
 */
int hooks_init(void)
{
	static struct nf_edge_table full = { .n = NF_EDGE_TABLE_ROWS };
	int i, err = nf_edge_snapshots_init();

	if (err)
		return err;
	/* Each of them can be a node of any table. */
	for (i = 0; i < (int)ARRAY_SIZE(nodes); i++)
		nodes[i] = nf_edge_node_create("edge", &full);
	init_net.generic = &en;
	en.net = &init_net;
	en.drops = alloc_percpu(struct nf_edge_drops);
	mutex_init(&en.mutex);
	nf_edge_events_init(&en, drain);
	nf_edge_hooks_init(&en);
	return nf_edge_netdev_init();
}

static void forget_event(struct counts *counts)
{
	memset(&counts->event, 0, sizeof(counts->event));
	counts->told = 0;
}

/* Takes what this CPU counted away. */
static void take(struct counts *counts)
{
	struct nf_edge_ring *ring;
	int i;

	for (i = 0; i < HOOKS_NODES; i++) {
		struct nf_edge_node_hits *hits =
			per_cpu_ptr(nodes[i]->cpu, shim_cpu);

		counts->node[i] = *hits;
		memset(hits, 0, sizeof(*hits));
	}
	counts->drops = *per_cpu_ptr(en.drops, shim_cpu);
	memset(per_cpu_ptr(en.drops, shim_cpu), 0, sizeof(counts->drops));
	forget_event(counts);
	if (!en.events)
		return;
	ring = en.events->ring[shim_cpu];
	counts->told = ring->head - ring->tail;
	if (counts->told)
		counts->event = ring->event[ring->tail % NF_EDGE_RING_SIZE];
	ring->tail = ring->head;
}

static bool are_same(const struct counts *a, const struct counts *b)
{
	return !memcmp(a, b, sizeof(*a));
}

/* The hook of the packet's family there, by its order. */
static const struct nf_hook_ops *find_hook(const struct nf_hook_state *state,
					   bool behind_conntrack)
{
	const struct nf_hook_ops *found = NULL;
	int i;

	for (i = 0; i < NF_EDGE_HOOKS; i++) {
		const struct nf_hook_ops *ops = &en.hooks[i];

		if (ops->pf == state->pf && ops->hooknum == state->hook &&
		    (ops->priority > NF_IP_PRI_CONNTRACK) == behind_conntrack) {
			EXPECT(!found);
			found = ops;
		}
	}
	EXPECT(found);
	return found;
}

/* The reason of the only packet that was refused, or -1. */
static int reason_of(const struct nf_edge_drops *drops, bool would_be)
{
	int i;

	for (i = 0; i < NF_EDGE_REASONS; i++)
		if (drops->reason[i].packets[would_be])
			return i;
	return -1;
}

static int refused_for(const struct nf_edge_drops *drops)
{
	int reason = reason_of(drops, false);

	return reason >= 0 ? reason : reason_of(drops, true);
}

static void print_counts(const char *name, unsigned int verdict,
			 const struct counts *c)
{
	const u64 *word = (const u64 *)c;
	size_t i;

	fprintf(stderr, "%s: verdict %u, reason %d, would-be %d;", name, verdict,
		reason_of(&c->drops, false), reason_of(&c->drops, true));
	for (i = 0; i < sizeof(*c) / sizeof(*word); i++)
		if (word[i])
			fprintf(stderr, " [%zu]=%llu", i,
				(unsigned long long)word[i]);
	fputc('\n', stderr);
}

/* What one way made of a packet. */
struct outcome {
	unsigned int verdict;
	unsigned int slow;
	struct counts counts;
};

static void expect_same(const struct flow *flow, const char *name,
			const struct outcome *got, const struct outcome *wanted)
{
	if (got->verdict == wanted->verdict &&
	    are_same(&got->counts, &wanted->counts))
		return;
	flow_print(flow);
	print_counts(name, got->verdict, &got->counts);
	print_counts("other", wanted->verdict, &wanted->counts);
	WRONG("the %s differs from the other path", name);
}

static void decide_slowly(struct sk_buff *skb, struct flow *flow,
			  struct outcome *outcome)
{
	outcome->verdict = __real_nf_edge_slowpath(rcu_dereference(en.snapshot),
						   skb, &flow->state);
	take(&outcome->counts);
}

static void run_hook(const struct nf_hook_ops *ops, struct sk_buff *skb,
		     struct flow *flow, struct outcome *outcome)
{
	slow = 0;
	outcome->verdict = ops->hook(ops->priv, skb, &flow->state);
	outcome->slow = slow;
	take(&outcome->counts);
	EXPECT(outcome->verdict == NF_ACCEPT || outcome->verdict == NF_DROP);
}

/* Whether a guard of the interface calls the source spoofed. */
static bool is_guarded(const struct flow *flow)
{
	const struct nf_edge_snapshot *snapshot = rcu_dereference(en.snapshot);
	bool ipv4 = flow->state.pf == NFPROTO_IPV4;
	struct nf_edge_arrival arrival =
		nf_edge_ifmap_arrival(rcu_dereference(snapshot->ifmap),
				      flow->skb.dev->ifindex);

	return nf_edge_class_of(&snapshot->index, ipv4,
				nf_edge_source(&flow->skb, ipv4))->spoofed_on &
	       arrival.guards &
	       (NF_EDGE_GUARD_EXTERNAL | NF_EDGE_GUARD_INTERNAL);
}

static bool ct_done(const struct flow *flow)
{
	return flow->before && flow->before != ((unsigned long)&flow->template |
						IP_CT_NEW);
}

/* Whether a connection was counted on a row. */
static bool has_opened(const struct counts *counts)
{
	int i, j;

	for (i = 0; i < HOOKS_NODES; i++)
		for (j = 0; j < NF_EDGE_TABLE_ROWS; j++)
			if (counts->node[i].row[j][0].connections ||
			    counts->node[i].row[j][1].connections)
				return true;
	return false;
}

/* An event is told of what is refused or opens a connection, and of no more. */
static void check_event(const struct flow *flow, const struct counts *counts)
{
	int reason = refused_for(&counts->drops);
	const struct nf_edge_event *event = &counts->event;
	bool told;

	if (!en.events)
		return;
	told = reason >= 0 || has_opened(counts);
	if (counts->told == told && !told)
		return;
	if (counts->told != told ||
	    event->kind != (reason >= 0 ? reason : NF_EDGE_KIND_PERMITTED) ||
	    !(event->flags & NF_EDGE_EVENT_WOULD_BE) !=
	    (reason_of(&counts->drops, true) < 0) ||
	    !(event->flags & NF_EDGE_EVENT_IPV4) !=
	    (flow->state.pf != NFPROTO_IPV4) ||
	    event->len != flow->skb.len) {
		flow_print(flow);
		print_counts("event", NF_ACCEPT, counts);
		WRONG("an event is missing, or not of this packet");
	}
}

/* Whether br_netfilter has shown the packet to the hooks, and a VRF does again. */
static bool was_shown(const struct flow *flow)
{
	const struct nf_edge_snapshot *snapshot = rcu_dereference(en.snapshot);
	struct nf_edge_arrival arrival =
		nf_edge_ifmap_arrival(rcu_dereference(snapshot->ifmap),
				      flow->skb.dev->ifindex);

	return flow->state.hook == NF_INET_PRE_ROUTING &&
	       flow->skb.nf_bridge && !flow->bridge.in_prerouting &&
	       arrival.guards & NF_EDGE_GUARD_BRIDGE;
}

/* Whether the packet is an ICMP error, without options and fragments. */
static bool is_error(const struct flow *flow)
{
	bool ipv4 = flow->state.pf == NFPROTO_IPV4;
	unsigned int least = (ipv4 ? sizeof(struct iphdr) :
				     sizeof(struct ipv6hdr)) + 1;
	const u8 *octet = flow->linear[0];

	if (((flow->after & 7) != IP_CT_RELATED &&
	     (flow->after & 7) != IP_CT_RELATED_REPLY) ||
	    skb_headlen(&flow->skb) < least)
		return false;
	return ipv4 ? octet[0] == 0x45 && !octet[6] && !octet[7] &&
		      octet[9] == IPPROTO_ICMP : octet[6] == IPPROTO_ICMPV6;
}

/* Some packets are on no row, or are not judged again. */
static void check_uncounted(const struct flow *flow,
			    const struct outcome *decided,
			    struct hooks_tally *tally)
{
	static const struct nf_edge_node_hits none[HOOKS_NODES];
	static const struct counts nothing;
	bool shown = was_shown(flow);

	tally->shown += shown;
	if (shown && (decided->verdict != NF_ACCEPT ||
		      !are_same(&decided->counts, &nothing))) {
		flow_print(flow);
		WRONG("what a bridge has shown is judged again");
	}
	if (!is_error(flow) || refused_for(&decided->counts.drops) >= 0)
		return;
	tally->errors++;
	if (memcmp(decided->counts.node, none, sizeof(none))) {
		flow_print(flow);
		WRONG("an ICMP error is counted on a row");
	}
}

/* The first hook knows no connection: nor what an event says of one. */
static void forget_connection(struct counts *counts)
{
	counts->drops.offloaded = 0;
	counts->event.flags &= ~(NF_EDGE_EVENT_REPLY | NF_EDGE_EVENT_ERROR);
}

/* The first hook may only do what the deciding hook would do. */
static void check_first(struct flow *flow, const struct outcome *decided,
			struct hooks_tally *tally)
{
	static const struct counts nothing;
	static struct outcome first, wanted;
	int reason;

	flow->skb._nfct = flow->before;
	run_hook(find_hook(&flow->state, false), &flow->skb, flow, &first);
	if (first.verdict == NF_ACCEPT) {
		if (!are_same(&first.counts, &nothing)) {
			flow_print(flow);
			print_counts("first", first.verdict, &first.counts);
			WRONG("a first hook that accepts has counted");
		}
		reason = reason_of(&decided->counts.drops, false);
		if (reason == NF_EDGE_REASON_SPOOFED && !ct_done(flow) &&
		    is_guarded(flow) && !rcu_dereference(en.snapshot)->starting) {
			flow_print(flow);
			WRONG("what a guard calls spoofed is left to conntrack");
		}
		return;
	}
	reason = reason_of(&first.counts.drops, false);
	EXPECT(reason >= 0);
	tally->first[reason]++;
	tally->first_fast += !first.slow;
	if (!flow->real)
		return;
	wanted = *decided;
	forget_connection(&wanted.counts);
	expect_same(flow, "first hook", &first, &wanted);
}

static void add(struct hooks_tally *tally, const struct flow *flow,
		const struct outcome *fast)
{
	int dropped = reason_of(&fast->counts.drops, false);
	int would_be = reason_of(&fast->counts.drops, true);
	static struct counts without_drops;
	static const struct counts nothing;

	tally->packets++;
	tally->fast += !fast->slow;
	if (dropped >= 0)
		tally->dropped[dropped][0]++;
	else if (would_be >= 0)
		tally->dropped[would_be][1]++;
	else
		tally->accepted++;
	without_drops = fast->counts;
	memset(&without_drops.drops, 0, sizeof(without_drops.drops));
	if (!fast->slow && !are_same(&without_drops, &nothing))
		tally->counted[(flow->after & 7) == IP_CT_ESTABLISHED_REPLY]++;
}

static void check(struct flow *flow, struct hooks_tally *tally)
{
	const struct nf_hook_ops *ops = find_hook(&flow->state, true);
	static struct outcome fast, slowly;
	struct sk_buff *skb;

	skb = ops->priority < NF_IP_PRI_NAT_DST ? &flow->skb : &flow->behind;
	skb->_nfct = flow->after;
	decide_slowly(skb, flow, &slowly);
	check_event(flow, &slowly.counts);
	check_uncounted(flow, &slowly, tally);
	tally->told += slowly.counts.told;
	run_hook(ops, skb, flow, &fast);
	/* No packet of an established connection opens it, in a kernel. */
	if ((flow->after & 7) == IP_CT_ESTABLISHED &&
	    !nf_ct_is_confirmed(&flow->ct) && !fast.slow)
		forget_event(&slowly.counts);
	expect_same(flow, "fast path", &fast, &slowly);
	add(tally, flow, &fast);
	tally->connections += !was_shown(flow) &&
		connections_check(flow, rcu_dereference(en.snapshot),
				  refused_for(&slowly.counts.drops));
	if (flow->state.hook == NF_INET_PRE_ROUTING)
		check_first(flow, &fast, tally);
}

static const char *const interface_names[] = {
	"near0", "near1", "near2", "far0", "far1", "absent",
};

static void bind_interfaces(struct nf_edge_site *site, struct input *in)
{
	unsigned int i, how;

	site->interface = kvcalloc(ARRAY_SIZE(interface_names),
				   sizeof(*site->interface), GFP_KERNEL);
	for (i = 0; i < ARRAY_SIZE(interface_names); i++) {
		struct nf_edge_interface *interface;

		how = read_u8(in);
		if (!(how & 7) || how >> 3 == 31)
			continue;
		interface = &site->interface[site->n_interfaces++];
		strscpy(interface->name, interface_names[i], IFNAMSIZ);
		/* Of two, one has a side and the guards of it. */
		interface->sides = how & 8 ? BIT(how % 3) : how & 7;
	}
}

static void plug_devices(struct input *in)
{
	unsigned int how = read_u8(in), i;

	init_net.devices = &lo;
	lo.next = &vrf;
	vrf.next = &near[0];
	for (i = 0; i < ARRAY_SIZE(near); i++)
		near[i].next = i + 1 < ARRAY_SIZE(near) ? &near[i + 1] : NULL;
	if (how & 1) {
		near[3].next = &far[0];
		far[0].next = how & 2 ? &far[1] : NULL;
	}
	near[3].bridge = how & 4;
	near[3].master = how & 4 ? &vrf : NULL;
}

/* A device takes another's name while there is no memory to follow it. */
static void rename_without_memory(struct input *in)
{
	static struct net_device *const renamed[] = {
		&near[0], &near[2], &near[3], &far[0], &far[1],
	};
	struct net_device *dev = renamed[pick(in, ARRAY_SIZE(renamed))];
	struct netdev_notifier_info info = { .dev = dev };
	char was[IFNAMSIZ];

	memcpy(was, dev->name, sizeof(was));
	strscpy(dev->name, interface_names[pick(in, ARRAY_SIZE(interface_names))],
		sizeof(dev->name));
	shim_allocations_left = 0;
	shim_netdev_notifier->notifier_call(shim_netdev_notifier,
					    NETDEV_CHANGENAME, &info);
	shim_allocations_left = -1;
	memcpy(dev->name, was, sizeof(was));
}

/* What is shorter makes nearly every address one of its set. */
static void drop_short_prefixes(struct ref_site *ref)
{
	int i, n = 0;

	for (i = 0; i < ref->n_prefixes; i++)
		if (ref->prefix[i].length >= 8)
			ref->prefix[n++] = ref->prefix[i];
	ref->n_prefixes = n;
}

static struct nf_edge_snapshot *read_policy(struct ref_site *ref,
					    struct input *in)
{
	struct nf_edge_site *site = kzalloc(sizeof(*site), GFP_KERNEL);
	struct nf_edge_switches switches = { 0 };
	struct nf_edge_snapshot *snapshot;
	unsigned int i, how;

	site_read(ref, in);
	how = read_u8(in);
	if (how & 0x10)
		drop_short_prefixes(ref);
	refcount_set(&site->refs, 1);
	site->n_nodes = HOOKS_NODES;
	for (i = 0; i < HOOKS_NODES; i++) {
		site->node[i] = nodes[i];
		refcount_inc(&nodes[i]->refs);
	}
	site->table = site_table(ref);
	site->ping = ref->ping;
	site->expose_cls_ports = ref->expose_cls_ports;
	site_index(ref, site->table, 1 + (how >> 2), &site->index);
	for (i = 1; i <= site->index.n_edge; i++) {
		struct nf_edge_class *class = &site->index.class[i];

		class->hits = nodes[class->node]->cpu;
	}
	bind_interfaces(site, in);
	switches.rows_off = ref->rows_off;
	switches.zones = how & 1 ? 0x3f : ref->zones;
	switches.features = how & 2 ? 0x3ff : ref->features;
	switches.mode = how >> 2 & 3 ? NF_EDGE_MODE_ENFORCE :
				       NF_EDGE_MODE_AUDIT;
	snapshot = nf_edge_snapshot_create(site, &switches, &switches);
	nf_edge_site_put(site);
	return snapshot;
}

/* Every count has been looked at: no CPU but the packet's had one. */
static void expect_nothing_left(void)
{
	static const struct counts nothing;
	static struct counts left;

	for (shim_cpu = 0; shim_cpu < HOOKS_CPUS; shim_cpu++) {
		take(&left);
		EXPECT(are_same(&left, &nothing));
	}
	shim_cpu = 0;
}

static void listen_to_all(void)
{
	EXPECT(!nf_edge_events_start(&en));
	en.events->wanted = BIT(NF_EDGE_KINDS) - 1;
	en.events->rate = NF_EDGE_RATE_MAX;
}

/**
 * hooks_run - check all packets of an input
 * @in: the input: a policy, then packets
 * @tally: added to
 */
void hooks_run(struct input *in, struct hooks_tally *tally)
{
	static struct ref_site ref;
	struct nf_edge_snapshot *snapshot;
	struct flow flow;
	unsigned int how;
	int n;

	shim_stopped_clock = 1;
	snapshot = read_policy(&ref, in);
	plug_devices(in);
	how = read_u8(in);
	mutex_lock(&en.mutex);
	EXPECT(!nf_edge_publish(&en, snapshot, NULL, NULL));
	if (how % 16 == 1) {
		snapshot->starting = true;
		snapshot->slow = NF_EDGE_SLOW_NEW;
	}
	if (how % 4 == 3)
		listen_to_all();
	if (how % 8 == 2)
		rename_without_memory(in);
	for (n = 0; in->left && n < PACKETS_MAX; n++) {
		flow_read(&flow, &ref, in, devices, ARRAY_SIZE(devices));
		shim_cpu = n % HOOKS_CPUS;
		check(&flow, tally);
		flow_free(&flow);
	}
	expect_nothing_left();
	snapshot->starting = false;
	if (en.events)
		nf_edge_events_free(nf_edge_events_stop(&en));
	nf_edge_unpublish(&en);
	mutex_unlock(&en.mutex);
}
