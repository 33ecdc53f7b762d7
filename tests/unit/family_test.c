// SPDX-License-Identifier: GPL-2.0-only
/* Requests and their answers; a refusal leaves nothing behind. */

#include "family/asking.h"

#define ALL_ZONES	(BIT(NF_EDGE_ZONE_XMPP + 1) - 1)
#define ALL_FEATURES	(BIT(NF_EDGE_FEATURE_LIVE_MESSENGER + 1) - 1)

static struct net_device wan0 = { .name = "wan0", .ifindex = 7 };

static int start(struct kunit *test)
{
	int err = start_family();

	wan0.net = &init_net;
	init_net.devices = &wan0;
	roll(11);
	reply_error = 0;
	conntrack_error = 0;
	while_going_live = NULL;
	shim_before_lock = NULL;
	portid = 100;
	return err;
}

static void end(struct kunit *test)
{
	end_family();
}

/* Two nodes: three addresses, one of them of two services. */
static void put_site(struct sk_buff *skb)
{
	struct nlattr *nest, *list;

	put_node(skb, "edge1", "131.107.155.10", "131.107.155.10");
	put_node(skb, "edge2", "2001:db8::10", "2001:db8::11");
	put_interface(skb, "wan0", BIT(NF_EDGE_SIDE_EXTERNAL));
	put_interface(skb, "lan0", BIT(NF_EDGE_SIDE_INTERNAL));
	nla_put_u32(skb, NF_EDGE_A_POLICY_PING, BIT(NF_EDGE_SIDE_EXTERNAL));
	nest = begin_peers(skb, NF_EDGE_PEER_SET_CRL);
	list = nla_nest_start(skb, NF_EDGE_A_PEERS_PREFIXES_IPV4);
	list->nla_type &= NLA_TYPE_MASK;
	put_entry(skb, list, "192.0.2.0/24");
	put_entry(skb, list, "198.51.100.0/25");
	nla_nest_end(skb, nest);
	nla_nest_end(skb, begin_peers(skb, NF_EDGE_PEER_SET_FRONTEND));
}

static struct sk_buff *load_request(u32 mode, u32 zones, u32 features)
{
	struct sk_buff *skb = request(NF_EDGE_CMD_LOAD);

	put_switches(skb, mode, zones, features);
	put_site(skb);
	return skb;
}

static void load(struct kunit *test, u32 mode, u32 zones, u32 features)
{
	KUNIT_ASSERT_EQ(test, ask(load_request(mode, zones, features)), 0);
}

static void load_all(struct kunit *test)
{
	load(test, NF_EDGE_MODE_ENFORCE, ALL_ZONES, ALL_FEATURES);
}

static void expect_number(struct kunit *test, int attribute, s64 value)
{
	KUNIT_ASSERT_EQ(test, number(answered(attribute)), value);
}

static void expect_refusal(struct kunit *test, int err, int wanted,
			   const char *sentence)
{
	KUNIT_ASSERT_EQ(test, err, wanted);
	KUNIT_ASSERT_NOT_NULL(test, extack._msg);
	KUNIT_ASSERT_STREQ(test, extack._msg, sentence);
}

/* --- the policy in force */

static void status_says_what_was_loaded(struct kunit *test)
{
	struct sk_buff *skb = load_request(NF_EDGE_MODE_AUDIT,
					   BIT(NF_EDGE_ZONE_PIC),
					   BIT(NF_EDGE_FEATURE_AV));

	KUNIT_ASSERT_EQ(test, ask_for(NF_EDGE_CMD_STATUS_GET), 0);
	expect_number(test, NF_EDGE_A_POLICY_GENERATION, 0);
	KUNIT_ASSERT_NULL(test, answered(NF_EDGE_A_POLICY_MODE));
	KUNIT_ASSERT_NULL(test, answered(NF_EDGE_A_POLICY_GOVERNED));

	nla_put_flag(skb, NF_EDGE_A_POLICY_EXPOSE_CLS_PORTS);
	KUNIT_ASSERT_EQ(test, ask(skb), 0);
	expect_number(test, NF_EDGE_A_POLICY_GENERATION, 1);
	expect_number(test, NF_EDGE_A_POLICY_GOVERNED, 3);
	expect_number(test, NF_EDGE_A_POLICY_CHANGED, 1);

	KUNIT_ASSERT_EQ(test, ask_for(NF_EDGE_CMD_STATUS_GET), 0);
	expect_number(test, NF_EDGE_A_POLICY_GENERATION, 1);
	expect_number(test, NF_EDGE_A_POLICY_MODE, NF_EDGE_MODE_AUDIT);
	expect_number(test, NF_EDGE_A_POLICY_ZONES, BIT(NF_EDGE_ZONE_PIC));
	expect_number(test, NF_EDGE_A_POLICY_FEATURES, BIT(NF_EDGE_FEATURE_AV));
	expect_number(test, NF_EDGE_A_POLICY_LOADED_MODE, NF_EDGE_MODE_AUDIT);
	expect_number(test, NF_EDGE_A_POLICY_LOADED_ZONES, BIT(NF_EDGE_ZONE_PIC));
	expect_number(test, NF_EDGE_A_POLICY_LOADED_FEATURES,
		      BIT(NF_EDGE_FEATURE_AV));
	expect_number(test, NF_EDGE_A_POLICY_PING, BIT(NF_EDGE_SIDE_EXTERNAL));
	KUNIT_ASSERT_NOT_NULL(test, answered(NF_EDGE_A_POLICY_EXPOSE_CLS_PORTS));
	/* One address of two services is one address. */
	expect_number(test, NF_EDGE_A_POLICY_GOVERNED, 3);

	KUNIT_ASSERT_EQ(test, ask_for(NF_EDGE_CMD_FLUSH), 0);
	expect_number(test, NF_EDGE_A_POLICY_GOVERNED, 3);
	expect_number(test, NF_EDGE_A_POLICY_GENERATION, 2);
}

static void status_names_the_devices_that_are_there(struct kunit *test)
{
	const struct nlmsghdr *nlh;
	const struct nlattr *attr;
	int left, n = 0;

	load_all(test);
	KUNIT_ASSERT_EQ(test, ask_for(NF_EDGE_CMD_STATUS_GET), 0);
	nlh = (const void *)answer->head;
	nla_for_each_attr(attr, payload_of(nlh), payload_size(nlh), left) {
		bool there;

		if (nla_type(attr) != NF_EDGE_A_POLICY_INTERFACE)
			continue;
		n++;
		there = !nla_strcmp(nested(attr, NF_EDGE_A_INTERFACE_NAME),
				    "wan0");
		KUNIT_ASSERT_EQ(test, number(nested(attr,
						    NF_EDGE_A_INTERFACE_IFINDEX)),
				there ? 7 : -1);
		KUNIT_ASSERT_EQ(test, number(nested(attr,
						    NF_EDGE_A_INTERFACE_SIDES)),
				there ? BIT(NF_EDGE_SIDE_EXTERNAL) :
				BIT(NF_EDGE_SIDE_INTERNAL));
	}
	KUNIT_ASSERT_EQ(test, n, 2);
}

static void status_adds_up_what_every_cpu_counted(struct kunit *test)
{
	int cpu;

	init_net.ct.count = 5;
	for_each_possible_cpu(cpu) {
		struct ip_conntrack_stat *stat = per_cpu_ptr(init_net.ct.stat,
							     cpu);

		stat->drop = 100 + cpu;
		stat->early_drop = 1000 + 10 * cpu;
		stat->insert_failed = 20000 + 1000 * cpu;
		per_cpu_ptr(en->drops, cpu)->offloaded = 10000 + 100 * cpu;
	}
	KUNIT_ASSERT_EQ(test, ask_for(NF_EDGE_CMD_STATUS_GET), 0);
	expect_number(test, NF_EDGE_A_POLICY_CONNTRACK_COUNT, 5);
	expect_number(test, NF_EDGE_A_POLICY_CONNTRACK_MAX, 65536);
	expect_number(test, NF_EDGE_A_POLICY_CONNTRACK_DROP, 303);
	expect_number(test, NF_EDGE_A_POLICY_CONNTRACK_EARLY_DROP, 3030);
	expect_number(test, NF_EDGE_A_POLICY_CONNTRACK_INSERT_FAILED, 63000);
	expect_number(test, NF_EDGE_A_POLICY_OFFLOADED, 30300);
}

static int switch_to(int attribute, u32 value)
{
	struct sk_buff *skb = request(NF_EDGE_CMD_SWITCH);

	nla_put_u32(skb, attribute, value);
	return ask(skb);
}

/* Each kind of switch, and a load of what it made: the switch is kept. */
static void a_load_of_what_a_switch_made_is_a_change(struct kunit *test)
{
	static const struct {
		int attribute;
		u32 value, mode, zones, features;
	} switches[] = {
		{ NF_EDGE_A_SWITCH_MODE, NF_EDGE_MODE_AUDIT,
		  NF_EDGE_MODE_AUDIT, ALL_ZONES, ALL_FEATURES },
		{ NF_EDGE_A_SWITCH_ZONES_OFF, BIT(NF_EDGE_ZONE_PIC),
		  NF_EDGE_MODE_ENFORCE, ALL_ZONES & ~BIT(NF_EDGE_ZONE_PIC),
		  ALL_FEATURES },
		{ NF_EDGE_A_SWITCH_FEATURES_OFF, BIT(NF_EDGE_FEATURE_AV),
		  NF_EDGE_MODE_ENFORCE, ALL_ZONES,
		  ALL_FEATURES & ~BIT(NF_EDGE_FEATURE_AV) },
	};
	int i;

	for (i = 0; i < ARRAY_SIZE(switches); i++) {
		u32 mode = switches[i].mode, zones = switches[i].zones;
		u32 features = switches[i].features, generation;

		load_all(test);
		KUNIT_ASSERT_EQ(test, switch_to(switches[i].attribute,
						switches[i].value), 0);
		generation = en->generation;
		expect_number(test, NF_EDGE_A_SWITCH_GENERATION, generation);
		expect_number(test, NF_EDGE_A_SWITCH_CHANGED, 1);
		KUNIT_ASSERT_EQ(test, ask_for(NF_EDGE_CMD_STATUS_GET), 0);
		expect_number(test, NF_EDGE_A_POLICY_MODE, mode);
		expect_number(test, NF_EDGE_A_POLICY_ZONES, zones);
		expect_number(test, NF_EDGE_A_POLICY_FEATURES, features);
		expect_number(test, NF_EDGE_A_POLICY_LOADED_MODE,
			      NF_EDGE_MODE_ENFORCE);
		expect_number(test, NF_EDGE_A_POLICY_LOADED_ZONES, ALL_ZONES);
		expect_number(test, NF_EDGE_A_POLICY_LOADED_FEATURES,
			      ALL_FEATURES);

		load(test, mode, zones, features);
		expect_number(test, NF_EDGE_A_POLICY_CHANGED, 1);
		KUNIT_ASSERT_EQ(test, ask_for(NF_EDGE_CMD_STATUS_GET), 0);
		expect_number(test, NF_EDGE_A_POLICY_GENERATION,
			      generation + 1);
		expect_number(test, NF_EDGE_A_POLICY_LOADED_MODE, mode);
		expect_number(test, NF_EDGE_A_POLICY_LOADED_ZONES, zones);
		expect_number(test, NF_EDGE_A_POLICY_LOADED_FEATURES, features);
		load(test, mode, zones, features);
		expect_number(test, NF_EDGE_A_POLICY_CHANGED, 0);
	}
}

static int explain(const char *destination, u16 port)
{
	struct sk_buff *skb = request(NF_EDGE_CMD_EXPLAIN);
	struct nlattr *nest = nla_nest_start(skb, NF_EDGE_A_POLICY_QUERY);
	struct address source = read_address("203.0.113.7");
	struct address to = read_address(destination);

	nla_put_string(skb, NF_EDGE_A_QUERY_IN, "wan0");
	nla_put_u8(skb, NF_EDGE_A_QUERY_PROTOCOL, IPPROTO_TCP);
	nla_put(skb, NF_EDGE_A_QUERY_SOURCE_IPV4, 4, source.octets);
	nla_put(skb, NF_EDGE_A_QUERY_DESTINATION_IPV4, 4, to.octets);
	nla_put_u16(skb, NF_EDGE_A_QUERY_DESTINATION_PORT, port);
	nla_nest_end(skb, nest);
	return ask(skb);
}

static s64 told(int attribute)
{
	return number(nested(answered(NF_EDGE_A_POLICY_QUERY), attribute));
}

static void explain_tells_the_mode_that_holds_now(struct kunit *test)
{
	u32 mode;

	KUNIT_ASSERT_EQ(test, explain("131.107.155.10", 443), 0);
	KUNIT_ASSERT_EQ(test, told(NF_EDGE_A_QUERY_VERDICT),
			NF_EDGE_VERDICT_NOT_GOVERNED);
	KUNIT_ASSERT_EQ(test, told(NF_EDGE_A_QUERY_MODE), -1);
	load_all(test);
	for (mode = 0; mode < 4; mode++) {
		KUNIT_ASSERT_EQ(test, switch_to(NF_EDGE_A_SWITCH_MODE,
						mode % 2), 0);
		KUNIT_ASSERT_EQ(test, explain("131.107.155.10", 443), 0);
		KUNIT_ASSERT_EQ(test, told(NF_EDGE_A_QUERY_MODE), mode % 2);
		KUNIT_ASSERT_EQ(test, told(NF_EDGE_A_QUERY_VERDICT),
				NF_EDGE_VERDICT_ACCEPT);
		expect_number(test, NF_EDGE_A_POLICY_GENERATION,
			      en->generation);
		KUNIT_ASSERT_EQ(test, explain("131.107.155.10", 444), 0);
		KUNIT_ASSERT_EQ(test, told(NF_EDGE_A_QUERY_MODE), mode % 2);
		KUNIT_ASSERT_EQ(test, told(NF_EDGE_A_QUERY_REASON),
				NF_EDGE_REASON_NO_ROW);
	}
}

/* --- refusals */

/* References of the nodes that are in force: one a site, or a leak. */
static void expect_one_reference_each(struct kunit *test)
{
	const struct nf_edge_snapshot *snapshot = en->snapshot;
	u32 i;

	KUNIT_ASSERT_EQ(test, refcount_read(&snapshot->refs), 1);
	KUNIT_ASSERT_EQ(test, refcount_read(&snapshot->site->refs), 1);
	for (i = 0; i < snapshot->site->n_nodes; i++)
		KUNIT_ASSERT_EQ(test, refcount_read(&snapshot->nodes[i]->refs), 1);
}

/* LeakSanitizer sees the memory that no reference counts. */
static void a_refused_load_holds_nothing(struct kunit *test)
{
	struct nlattr *nest, *list;
	struct sk_buff *skb;
	int i;

	load_all(test);
	/* Two nodes of a name that is in force. */
	skb = load_request(NF_EDGE_MODE_ENFORCE, ALL_ZONES, ALL_FEATURES);
	put_node(skb, "edge1", "131.107.155.20", "131.107.155.21");
	expect_refusal(test, ask(skb), -EINVAL, "two nodes have this name");
	expect_one_reference_each(test);

	/* An address of two nodes, when all nodes have their references. */
	skb = load_request(NF_EDGE_MODE_ENFORCE, ALL_ZONES, ALL_FEATURES);
	put_node(skb, "edge3", "131.107.155.10", "131.107.155.21");
	expect_refusal(test, ask(skb), -EINVAL, "two nodes bind this address");
	expect_one_reference_each(test);

	/* Of many prefixes the last, of either family. */
	for (i = 0; i < 2; i++) {
		skb = load_request(NF_EDGE_MODE_ENFORCE, ALL_ZONES,
				   ALL_FEATURES);
		nest = begin_peers(skb, NF_EDGE_PEER_SET_DNS);
		list = nla_reserve(skb, i ? NF_EDGE_A_PEERS_PREFIXES_IPV6 :
				   NF_EDGE_A_PEERS_PREFIXES_IPV4, 0);
		put_entry(skb, list, i ? "2001:db8::/32" : "10.0.0.0/8");
		put_entry(skb, list, i ? "fe80::/10" : "169.254.0.0/16");
		nla_nest_end(skb, nest);
		KUNIT_ASSERT_EQ(test, ask(skb), -EINVAL);
		KUNIT_ASSERT_PTR_EQ(test, extack.bad_attr,
				    nla_data(list) + (i ? 20 : 8));
		expect_one_reference_each(test);
	}

	/* The interface comes last. */
	skb = load_request(NF_EDGE_MODE_ENFORCE, ALL_ZONES, ALL_FEATURES);
	put_interface(skb, "lo", BIT(NF_EDGE_SIDE_EDGE));
	expect_refusal(test, ask(skb), -EINVAL,
		       "a loopback interface is never governed");
	expect_one_reference_each(test);
	KUNIT_ASSERT_EQ(test, en->generation, 1);
	KUNIT_ASSERT_EQ(test, events, 1);
}

/* Asks again with one allocation more, until all succeed. */
static void until_it_has_memory(struct kunit *test, struct sk_buff *skb,
				int wanted)
{
	const struct nf_edge_snapshot *before = en->snapshot;
	u32 generation = en->generation;
	int left, err;

	for (left = 0;; left++) {
		KUNIT_ASSERT_TRUE(test, left < 500);
		set_allocations_left(left);
		err = hand_over(skb);
		if (allocations_left() >= 0)
			break;
		set_allocations_left(-1);
		KUNIT_ASSERT_TRUE(test, err == -ENOMEM || err == wanted);
		if (err != -ENOMEM)
			break;
		KUNIT_ASSERT_PTR_EQ(test, en->snapshot, before);
		KUNIT_ASSERT_EQ(test, en->generation, generation);
		KUNIT_ASSERT_TRUE(test, !en->mutex.locked &&
					!en->reset_mutex.locked &&
					!shim_rtnl.locked);
		if (before)
			expect_one_reference_each(test);
	}
	set_allocations_left(-1);
	KUNIT_ASSERT_EQ(test, err, wanted);
	KUNIT_ASSERT_TRUE(test, left > 0);
	nlmsg_free(skb);
}

static void a_request_without_memory_changes_nothing(struct kunit *test)
{
	struct sk_buff *skb;

	until_it_has_memory(test, load_request(NF_EDGE_MODE_AUDIT, ALL_ZONES,
					       ALL_FEATURES), 0);
	until_it_has_memory(test, load_request(NF_EDGE_MODE_ENFORCE, ALL_ZONES,
					       ALL_FEATURES), 0);
	skb = load_request(NF_EDGE_MODE_ENFORCE, ALL_ZONES, ALL_FEATURES);
	put_node(skb, "edge3", "131.107.155.30", "131.107.155.31");
	nla_put_flag(skb, NF_EDGE_A_POLICY_DRY_RUN);
	until_it_has_memory(test, skb, 0);
	until_it_has_memory(test, request(NF_EDGE_CMD_STATUS_GET), 0);
	until_it_has_memory(test, request(NF_EDGE_CMD_DROPS_GET), 0);
	skb = request(NF_EDGE_CMD_COUNTERS_GET);
	nla_put_string(skb, NF_EDGE_A_COUNTERS_NODE, "edge1");
	until_it_has_memory(test, skb, 0);
	skb = request(NF_EDGE_CMD_SWITCH);
	nla_put_u32(skb, NF_EDGE_A_SWITCH_ZONES_OFF, BIT(NF_EDGE_ZONE_PIC));
	until_it_has_memory(test, skb, 0);
	until_it_has_memory(test, request(NF_EDGE_CMD_BEGIN), 0);
	until_it_has_memory(test, request(NF_EDGE_CMD_FLUSH), 0);
}

static void a_reader_sees_no_policy_that_is_not_live(void)
{
	assert(!ask_for(NF_EDGE_CMD_STATUS_GET));
	assert(!answered(NF_EDGE_A_POLICY_MODE));
	assert(number(answered(NF_EDGE_A_POLICY_GENERATION)) == en->generation);
}

static void a_first_policy_is_seen_when_it_is_live(struct kunit *test)
{
	struct sk_buff *skb = load_request(NF_EDGE_MODE_AUDIT, ALL_ZONES,
					   ALL_FEATURES);

	while_going_live = a_reader_sees_no_policy_that_is_not_live;
	conntrack_error = -ENOMEM;
	KUNIT_ASSERT_EQ(test, hand_over(skb), -ENOMEM);
	KUNIT_ASSERT_NULL(test, en->snapshot);
	KUNIT_ASSERT_EQ(test, en->generation, 0);
	KUNIT_ASSERT_EQ(test, events, 0);
	conntrack_error = 0;
	KUNIT_ASSERT_EQ(test, ask(skb), 0);
	KUNIT_ASSERT_EQ(test, ask_for(NF_EDGE_CMD_STATUS_GET), 0);
	expect_number(test, NF_EDGE_A_POLICY_MODE, NF_EDGE_MODE_AUDIT);
	KUNIT_ASSERT_EQ(test, events, 1);
}

/* An error would say that nothing was changed. */
static void a_change_stands_whose_answer_finds_no_room(struct kunit *test)
{
	struct sk_buff *skb;

	reply_error = -EAGAIN;
	load_all(test);
	KUNIT_ASSERT_EQ(test, en->generation, 1);
	KUNIT_ASSERT_EQ(test, switch_to(NF_EDGE_A_SWITCH_MODE,
					NF_EDGE_MODE_AUDIT), 0);
	KUNIT_ASSERT_EQ(test, en->generation, 2);
	KUNIT_ASSERT_EQ(test, ask_for(NF_EDGE_CMD_BEGIN), 0);
	KUNIT_ASSERT_TRUE(test, !list_empty_careful(&en->transactions));
	KUNIT_ASSERT_EQ(test, ask_for(NF_EDGE_CMD_FLUSH), 0);
	KUNIT_ASSERT_NULL(test, en->snapshot);
	KUNIT_ASSERT_EQ(test, events, 3);

	/* Where nothing changed, the answer is all there is. */
	portid++;
	skb = load_request(NF_EDGE_MODE_AUDIT, ALL_ZONES, ALL_FEATURES);
	nla_put_flag(skb, NF_EDGE_A_POLICY_DRY_RUN);
	KUNIT_ASSERT_EQ(test, ask(skb), -EAGAIN);
	KUNIT_ASSERT_EQ(test, ask_for(NF_EDGE_CMD_STATUS_GET), -EAGAIN);
}

/* --- transactions */

static int add_peers(u32 set, const char *text)
{
	struct sk_buff *skb = request(NF_EDGE_CMD_PEERS_ADD);
	struct nlattr *nest = begin_peers(skb, set), *list;

	list = nla_reserve(skb, NF_EDGE_A_PEERS_PREFIXES_IPV4, 0);
	put_entry(skb, list, text);
	nla_nest_end(skb, nest);
	return ask(skb);
}

static void close_socket(u32 number, int protocol)
{
	struct netlink_notify notify = { &init_net, number, protocol };

	shim_netlink_notifier->notifier_call(shim_netlink_notifier,
					     NETLINK_URELEASE, &notify);
}

static u32 prefixes_in_force(void)
{
	return en->snapshot->site->n_prefixes;
}

static void a_transaction_is_of_one_socket(struct kunit *test)
{
	KUNIT_ASSERT_EQ(test, ask_for(NF_EDGE_CMD_BEGIN), 0);
	KUNIT_ASSERT_EQ(test, add_peers(NF_EDGE_PEER_SET_DNS, "10.0.0.0/8"), 0);
	KUNIT_ASSERT_EQ(test, ask_for(NF_EDGE_CMD_BEGIN), -EBUSY);
	portid = 101;
	expect_refusal(test, add_peers(NF_EDGE_PEER_SET_DNS, "11.0.0.0/8"),
		       -EINVAL, "this socket has no transaction: begin one");
	KUNIT_ASSERT_EQ(test, ask_for(NF_EDGE_CMD_BEGIN), 0);
	close_socket(101, NETLINK_GENERIC + 1);
	close_socket(102, NETLINK_GENERIC);
	KUNIT_ASSERT_EQ(test, add_peers(NF_EDGE_PEER_SET_DNS, "12.0.0.0/8"), 0);
	close_socket(101, NETLINK_GENERIC);
	KUNIT_ASSERT_EQ(test, add_peers(NF_EDGE_PEER_SET_DNS, "12.0.0.0/8"),
			-EINVAL);

	portid = 100;
	load_all(test);
	KUNIT_ASSERT_EQ(test, prefixes_in_force(), 3);
	KUNIT_ASSERT_EQ(test, en->snapshot->site->n_of_set[NF_EDGE_PEER_SET_DNS],
			1);
	/* The transaction is over with its load. */
	load_all(test);
	KUNIT_ASSERT_EQ(test, prefixes_in_force(), 2);
}

static void a_dry_run_leaves_a_transaction_as_it_is(struct kunit *test)
{
	struct sk_buff *skb = load_request(NF_EDGE_MODE_ENFORCE, ALL_ZONES,
					   ALL_FEATURES);
	int i;

	nla_put_flag(skb, NF_EDGE_A_POLICY_DRY_RUN);
	KUNIT_ASSERT_EQ(test, ask_for(NF_EDGE_CMD_BEGIN), 0);
	KUNIT_ASSERT_EQ(test, add_peers(NF_EDGE_PEER_SET_DNS, "10.0.0.0/8"), 0);
	for (i = 0; i < 2; i++) {
		KUNIT_ASSERT_EQ(test, hand_over(skb), 0);
		expect_number(test, NF_EDGE_A_POLICY_CHANGED, 1);
		expect_number(test, NF_EDGE_A_POLICY_GENERATION, 0);
	}
	KUNIT_ASSERT_NULL(test, en->snapshot);
	until_it_has_memory(test, skb, 0);
	KUNIT_ASSERT_EQ(test, add_peers(NF_EDGE_PEER_SET_CMS, "11.0.0.0/8"), 0);
	load_all(test);
	KUNIT_ASSERT_EQ(test, prefixes_in_force(), 4);
}

static void refused_peers_break_their_transaction(struct kunit *test)
{
	KUNIT_ASSERT_EQ(test, ask_for(NF_EDGE_CMD_BEGIN), 0);
	KUNIT_ASSERT_EQ(test, add_peers(NF_EDGE_PEER_SET_DNS, "10.0.0.0/8"), 0);
	KUNIT_ASSERT_EQ(test, add_peers(NF_EDGE_PEER_SET_DNS, "224.0.0.0/4"),
			-EINVAL);
	expect_refusal(test, add_peers(NF_EDGE_PEER_SET_DNS, "12.0.0.0/8"),
		       -EINVAL,
		       "peers of this transaction were refused, so it cannot be loaded");
	KUNIT_ASSERT_EQ(test, ask(load_request(NF_EDGE_MODE_ENFORCE, 0, 0)),
			-EINVAL);
	KUNIT_ASSERT_NULL(test, en->snapshot);
	load_all(test);
	KUNIT_ASSERT_EQ(test, prefixes_in_force(), 2);
}

static void a_policy_that_changed_is_not_overwritten(struct kunit *test)
{
	struct sk_buff *skb;

	load_all(test);
	KUNIT_ASSERT_EQ(test, ask_for(NF_EDGE_CMD_BEGIN), 0);
	portid = 101;
	KUNIT_ASSERT_EQ(test, switch_to(NF_EDGE_A_SWITCH_MODE,
					NF_EDGE_MODE_AUDIT), 0);
	portid = 100;
	KUNIT_ASSERT_EQ(test, ask(load_request(NF_EDGE_MODE_ENFORCE, 0, 0)),
			-ESTALE);
	skb = load_request(NF_EDGE_MODE_ENFORCE, 0, 0);
	nla_put_u32(skb, NF_EDGE_A_POLICY_GENERATION, 1);
	KUNIT_ASSERT_EQ(test, ask(skb), -ESTALE);
	skb = load_request(NF_EDGE_MODE_ENFORCE, 0, 0);
	nla_put_u32(skb, NF_EDGE_A_POLICY_GENERATION, 2);
	KUNIT_ASSERT_EQ(test, ask(skb), 0);
	expect_number(test, NF_EDGE_A_POLICY_GENERATION, 3);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(status_says_what_was_loaded),
	KUNIT_CASE(status_names_the_devices_that_are_there),
	KUNIT_CASE(status_adds_up_what_every_cpu_counted),
	KUNIT_CASE(a_load_of_what_a_switch_made_is_a_change),
	KUNIT_CASE(explain_tells_the_mode_that_holds_now),
	KUNIT_CASE(a_refused_load_holds_nothing),
	KUNIT_CASE(a_request_without_memory_changes_nothing),
	KUNIT_CASE(a_first_policy_is_seen_when_it_is_live),
	KUNIT_CASE(a_change_stands_whose_answer_finds_no_room),
	KUNIT_CASE(a_transaction_is_of_one_socket),
	KUNIT_CASE(a_dry_run_leaves_a_transaction_as_it_is),
	KUNIT_CASE(refused_peers_break_their_transaction),
	KUNIT_CASE(a_policy_that_changed_is_not_overwritten),
	{}
};

static struct kunit_suite suite = {
	.name = "nf_edge_family",
	.init = start,
	.exit = end,
	.test_cases = cases,
};

kunit_test_suite(suite);
