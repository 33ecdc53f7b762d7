// SPDX-License-Identifier: GPL-2.0-only
/* Requests and their answers; a refusal leaves nothing behind. */

#include "family/site.h"

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

static void name_interface(char *name, u8 number)
{
	snprintf(name, IFNAMSIZ, "interface-no%03u", number);
}

/* As many interfaces as a policy has, each with its longest name and a device. */
static void status_has_room_for_every_interface(struct kunit *test)
{
	struct sk_buff *skb = request(NF_EDGE_CMD_LOAD);
	const struct nlmsghdr *nlh;
	const struct nlattr *attr;
	int left, i, n = 0;
	char name[IFNAMSIZ];

	put_switches(skb, NF_EDGE_MODE_ENFORCE, ALL_ZONES, ALL_FEATURES);
	put_node(skb, "edge1", "131.107.155.10", "131.107.155.11");
	for (i = 0; i < NF_EDGE_MAX_INTERFACES; i++) {
		name_interface(name, i);
		put_interface(skb, name, BIT(NF_EDGE_SIDE_EXTERNAL));
	}
	KUNIT_ASSERT_EQ(test, ask(skb), 0);
	strscpy(wan0.name, "interface-no255", sizeof(wan0.name));
	KUNIT_ASSERT_EQ(test, ask_for(NF_EDGE_CMD_STATUS_GET), 0);
	strscpy(wan0.name, "wan0", sizeof(wan0.name));
	nlh = (const void *)answer->head;
	nla_for_each_attr(attr, payload_of(nlh), payload_size(nlh), left) {
		if (nla_type(attr) != NF_EDGE_A_POLICY_INTERFACE)
			continue;
		name_interface(name, n++);
		KUNIT_ASSERT_TRUE(test, !nla_strcmp(
				  nested(attr, NF_EDGE_A_INTERFACE_NAME), name));
		KUNIT_ASSERT_EQ(test, number(nested(attr,
						    NF_EDGE_A_INTERFACE_IFINDEX)),
				n == NF_EDGE_MAX_INTERFACES ? 7 : -1);
	}
	KUNIT_ASSERT_EQ(test, n, NF_EDGE_MAX_INTERFACES);
	/* The counters of the processors stand behind the interfaces. */
	expect_number(test, NF_EDGE_A_POLICY_OFFLOADED, 0);
}

/* A message that asks for nothing, by the number and to the port of who asked. */
static void an_answer_is_addressed_to_the_request(struct kunit *test)
{
	static const u8 commands[] = {
		NF_EDGE_CMD_STATUS_GET, NF_EDGE_CMD_DROPS_GET,
		NF_EDGE_CMD_BEGIN, NF_EDGE_CMD_SWITCH, NF_EDGE_CMD_FLUSH,
	};
	int i;

	load_all(test);
	for (i = 0; i < ARRAY_SIZE(commands); i++) {
		const struct genlmsghdr *header;
		const struct nlmsghdr *nlh;

		KUNIT_ASSERT_EQ(test, ask_for(commands[i]), 0);
		nlh = (const void *)answer->head;
		header = (const void *)(answer->head + NLMSG_HDRLEN);
		KUNIT_ASSERT_EQ(test, nlh->nlmsg_flags, 0);
		KUNIT_ASSERT_EQ(test, nlh->nlmsg_seq, 1);
		KUNIT_ASSERT_EQ(test, nlh->nlmsg_pid, portid);
		KUNIT_ASSERT_EQ(test, nlh->nlmsg_len, answer->len);
		KUNIT_ASSERT_EQ(test, header->cmd, commands[i]);
	}
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

/* Of two interfaces that are bound twice the first by name is at fault. */
static void the_first_interface_that_is_bound_twice_is_named(struct kunit *test)
{
	static const char *const names[] = { "wan1", "lan1", "wan1", "lan1" };
	struct sk_buff *skb;
	int i;

	skb = load_request(NF_EDGE_MODE_ENFORCE, ALL_ZONES, ALL_FEATURES);
	for (i = 0; i < ARRAY_SIZE(names); i++)
		put_interface(skb, names[i], BIT(NF_EDGE_SIDE_INTERNAL));
	expect_refusal(test, hand_over(skb), -EINVAL,
		       "the interface is bound twice");
	KUNIT_ASSERT_NOT_NULL(test, extack.bad_attr);
	KUNIT_ASSERT_TRUE(test, !nla_strcmp(nested(extack.bad_attr,
						   NF_EDGE_A_INTERFACE_NAME),
					    "lan1"));
	nlmsg_free(skb);
	KUNIT_ASSERT_NULL(test, en->snapshot);
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
	KUNIT_ASSERT_EQ(test, shim_hooks, 0);
	KUNIT_ASSERT_EQ(test, shim_module_refs, 0);
	conntrack_error = 0;
	KUNIT_ASSERT_EQ(test, ask(skb), 0);
	KUNIT_ASSERT_EQ(test, ask_for(NF_EDGE_CMD_STATUS_GET), 0);
	expect_number(test, NF_EDGE_A_POLICY_MODE, NF_EDGE_MODE_AUDIT);
	KUNIT_ASSERT_EQ(test, events, 1);
	KUNIT_ASSERT_EQ(test, shim_hooks, NF_EDGE_HOOKS);
	KUNIT_ASSERT_EQ(test, shim_module_refs, 1);
	/* A later policy takes neither again. */
	while_going_live = NULL;
	load_all(test);
	KUNIT_ASSERT_EQ(test, shim_hooks, NF_EDGE_HOOKS);
	KUNIT_ASSERT_EQ(test, shim_module_refs, 1);
	KUNIT_ASSERT_EQ(test, ask_for(NF_EDGE_CMD_FLUSH), 0);
	KUNIT_ASSERT_EQ(test, shim_hooks, 0);
	KUNIT_ASSERT_EQ(test, conntrack_refs, 0);
	KUNIT_ASSERT_EQ(test, shim_module_refs, 0);
}

static struct kunit *running;
static int readers;

static void one_message(struct kunit *test, const struct nlmsghdr *nlh)
{
	KUNIT_ASSERT_EQ(test, number_of(nlh, NF_EDGE_A_POLICY_GENERATION), 2);
}

static void one_row(struct kunit *test, const struct nlmsghdr *nlh)
{
	KUNIT_ASSERT_EQ(test, number_of(nlh, NF_EDGE_A_ROW_GENERATION), 2);
}

/* The policy is in force, and the namespace's number is still the last one. */
static void a_reader_between(struct mutex *m)
{
	struct sk_buff *keep = answer;

	if (m != &shim_rtnl || !en->mutex.locked || en->generation != 1)
		return;
	shim_after_unlock = NULL;
	readers++;
	answer = NULL;
	KUNIT_ASSERT_EQ(running, ask_for(NF_EDGE_CMD_STATUS_GET), 0);
	expect_number(running, NF_EDGE_A_POLICY_MODE, NF_EDGE_MODE_AUDIT);
	expect_number(running, NF_EDGE_A_POLICY_GENERATION, 2);
	KUNIT_ASSERT_EQ(running, explain("131.107.155.10", 443), 0);
	expect_number(running, NF_EDGE_A_POLICY_GENERATION, 2);
	dump(running, NF_EDGE_CMD_NODE_GET, 4096, one_message);
	dump(running, NF_EDGE_CMD_PEERS_GET, 4096, one_message);
	dump(running, NF_EDGE_CMD_PREFIX_GET, 4096, one_message);
	dump(running, NF_EDGE_CMD_ROW_GET, 4096, one_row);
	nlmsg_free(answer);
	answer = keep;
}

static void a_reader_between_tells_the_number_of_what_it_reads(struct kunit *test)
{
	load_all(test);
	running = test;
	readers = 0;
	shim_after_unlock = a_reader_between;
	load(test, NF_EDGE_MODE_AUDIT, ALL_ZONES, ALL_FEATURES);
	KUNIT_ASSERT_EQ(test, readers, 1);
	expect_number(test, NF_EDGE_A_POLICY_GENERATION, 2);
}

static void expect_event(struct kunit *test, s64 generation, s64 mode,
			 s64 change)
{
	KUNIT_ASSERT_EQ(test, event.generation, generation);
	KUNIT_ASSERT_EQ(test, event.mode, mode);
	KUNIT_ASSERT_EQ(test, event.change, change);
}

static void each_change_is_told_as_it_is(struct kunit *test)
{
	load_all(test);
	expect_event(test, 1, NF_EDGE_MODE_ENFORCE, NF_EDGE_CHANGE_LOAD);
	KUNIT_ASSERT_EQ(test, switch_to(NF_EDGE_A_SWITCH_MODE,
					NF_EDGE_MODE_AUDIT), 0);
	expect_event(test, 2, NF_EDGE_MODE_AUDIT, NF_EDGE_CHANGE_SWITCH);
	load_all(test);
	expect_event(test, 3, NF_EDGE_MODE_ENFORCE, NF_EDGE_CHANGE_LOAD);
	KUNIT_ASSERT_EQ(test, switch_to(NF_EDGE_A_SWITCH_ZONES_ON, ALL_ZONES),
			0);
	load_all(test);
	KUNIT_ASSERT_EQ(test, events, 3);
	KUNIT_ASSERT_EQ(test, ask_for(NF_EDGE_CMD_FLUSH), 0);
	expect_event(test, 4, -1, NF_EDGE_CHANGE_FLUSH);
	KUNIT_ASSERT_EQ(test, ask_for(NF_EDGE_CMD_FLUSH), 0);
	KUNIT_ASSERT_EQ(test, events, 4);
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

static struct kunit_case cases[] = {
	KUNIT_CASE(status_says_what_was_loaded),
	KUNIT_CASE(status_names_the_devices_that_are_there),
	KUNIT_CASE(status_has_room_for_every_interface),
	KUNIT_CASE(an_answer_is_addressed_to_the_request),
	KUNIT_CASE(status_adds_up_what_every_cpu_counted),
	KUNIT_CASE(a_load_of_what_a_switch_made_is_a_change),
	KUNIT_CASE(explain_tells_the_mode_that_holds_now),
	KUNIT_CASE(a_refused_load_holds_nothing),
	KUNIT_CASE(the_first_interface_that_is_bound_twice_is_named),
	KUNIT_CASE(a_request_without_memory_changes_nothing),
	KUNIT_CASE(a_first_policy_is_seen_when_it_is_live),
	KUNIT_CASE(a_change_stands_whose_answer_finds_no_room),
	KUNIT_CASE(a_reader_between_tells_the_number_of_what_it_reads),
	KUNIT_CASE(each_change_is_told_as_it_is),
	{}
};

static struct kunit_suite suite = {
	.name = "nf_edge_family",
	.init = start,
	.exit = end,
	.test_cases = cases,
};

kunit_test_suite(suite);
