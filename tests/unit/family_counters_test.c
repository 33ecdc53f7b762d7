// SPDX-License-Identifier: GPL-2.0-only
/* Counters over netlink: each number, read and reset in each order of events. */

#include "../../kmod/netlink/dump.h"
#include "family/asking.h"

static const struct nf_edge_masks masks = { .table = &flow_table };

static int start(struct kunit *test)
{
	struct sk_buff *skb;
	int err = start_family();

	if (err)
		return err;
	roll(17);
	skb = request(NF_EDGE_CMD_LOAD);
	put_switches(skb, NF_EDGE_MODE_AUDIT, 0, 0);
	put_node(skb, "edge1", "131.107.155.10", "131.107.155.12");
	put_node(skb, "edge2", "131.107.155.20", "131.107.155.22");
	return ask(skb);
}

static void end(struct kunit *test)
{
	end_family();
}

/* --- refused packets of a namespace */

static struct nf_edge_drops dropped, told;

/* Counts on every CPU, both kinds of every reason. */
static void drop_some(void)
{
	u32 i, j;

	for (i = 0; i < 200; i++) {
		enum nf_edge_reason reason = dice() % NF_EDGE_REASONS;
		u32 len = 20 + dice() % 1480;

		j = dice() % 2;
		run_on_cpu(dice());
		nf_edge_count_drop(en->drops, reason, j, len);
		dropped.reason[reason].packets[j]++;
		dropped.reason[reason].bytes[j] += len;
	}
}

/* Adds an answer to the sum of all before. */
static void hear_drops(void)
{
	const struct nlmsghdr *nlh = (const void *)answer->head;
	const struct nlattr *attr;
	int left;

	nla_for_each_attr(attr, payload_of(nlh), payload_size(nlh), left) {
		struct nf_edge_drop *drop;

		if (nla_type(attr) != NF_EDGE_A_DROPS_DROP)
			continue;
		drop = &told.reason[number(nested(attr, NF_EDGE_A_DROP_REASON))];
		drop->packets[0] += number(nested(attr, NF_EDGE_A_DROP_PACKETS));
		drop->bytes[0] += number(nested(attr, NF_EDGE_A_DROP_BYTES));
		drop->packets[1] += number(nested(attr,
						  NF_EDGE_A_DROP_WOULD_BE_PACKETS));
		drop->bytes[1] += number(nested(attr,
						NF_EDGE_A_DROP_WOULD_BE_BYTES));
	}
}

static int ask_drops(bool reset)
{
	struct sk_buff *skb = request(NF_EDGE_CMD_DROPS_GET);

	if (reset)
		nla_put_flag(skb, NF_EDGE_A_DROPS_RESET);
	return ask(skb);
}

static void expect_drops(struct kunit *test)
{
	KUNIT_ASSERT_EQ(test, memcmp(&told, &dropped, sizeof(told)), 0);
}

static void forget_drops(void)
{
	memset(&told, 0, sizeof(told));
	memset(&dropped, 0, sizeof(dropped));
}

static void a_reset_starts_every_kind_of_drop_from_zero(struct kunit *test)
{
	int round;

	forget_drops();
	for (round = 0; round < 3; round++) {
		drop_some();
		/* To read alone resets nothing. */
		KUNIT_ASSERT_EQ(test, ask_drops(false), 0);
		KUNIT_ASSERT_EQ(test, ask_drops(true), 0);
		hear_drops();
		expect_drops(test);
		forget_drops();
		KUNIT_ASSERT_EQ(test, ask_drops(false), 0);
		hear_drops();
		expect_drops(test);
	}
}

/* --- counters of a node */

static struct nf_edge_counters hit[2], heard[2];

static struct nf_edge_node *node_of(int n)
{
	return en->snapshot->site->node[n];
}

static const char *name_of(int n)
{
	return n ? "edge2" : "edge1";
}

static void count(struct nf_edge_counts *counts, u32 toward, u32 len,
		  bool new, bool denied)
{
	counts->packets[toward]++;
	counts->bytes[toward] += len;
	counts->connections += new;
	counts->denied += denied;
}

/* Every counter of every row, on every CPU. */
static void hit_some(void)
{
	u32 i;

	for (i = 0; i < 2000; i++) {
		u32 row = dice() % ROWS, n = dice() % 2;
		u32 toward = dice() % 2, len = 20 + dice() % 1480;
		bool new = dice() % 2, denied = dice() % 2;
		struct nf_edge_node_hits __percpu *hits = node_of(n)->cpu;

		run_on_cpu(dice());
		nf_edge_hit(&masks, hits, BIT_ULL(row), toward, len, new);
		if (denied)
			this_cpu_inc(hits->row[row][0].denied);
		count(&hit[n].row[row], toward, len, new, denied);
		count(&hit[n].service[flow_table.row[row].service], toward, len,
		      new, denied);
	}
}

static void hear_counts(struct nf_edge_counts *counts,
			const struct nlattr *attr)
{
#define ADD(field, attribute)						\
	(counts->field += number(nested(attr, NF_EDGE_A_COUNTS_##attribute)))
	ADD(connections, CONNECTIONS);
	ADD(packets[NF_EDGE_TO_EDGE], PACKETS_TO_EDGE);
	ADD(bytes[NF_EDGE_TO_EDGE], BYTES_TO_EDGE);
	ADD(packets[NF_EDGE_FROM_EDGE], PACKETS_FROM_EDGE);
	ADD(bytes[NF_EDGE_FROM_EDGE], BYTES_FROM_EDGE);
	ADD(denied, DENIED);
}

static void hear_counters(struct kunit *test, int n)
{
	const struct nlmsghdr *nlh = (const void *)answer->head;
	const struct nlattr *attr;
	int left, row;

	KUNIT_ASSERT_STREQ(test, nla_data(answered(NF_EDGE_A_COUNTERS_NODE)),
			   name_of(n));
	KUNIT_ASSERT_EQ(test, number(answered(NF_EDGE_A_COUNTERS_GENERATION)),
			en->generation);
	nla_for_each_attr(attr, payload_of(nlh), payload_size(nlh), left) {
		const struct nlattr *id = nested(attr, NF_EDGE_A_COUNTS_ROW);

		if (nla_type(attr) == NF_EDGE_A_COUNTERS_SERVICE)
			hear_counts(&heard[n].service[number(nested(attr,
					NF_EDGE_A_COUNTS_SERVICE))], attr);
		for (row = 0; nla_type(attr) == NF_EDGE_A_COUNTERS_ROW &&
			      row < ROWS; row++)
			if (!nla_strcmp(id, flow_table.row[row].id))
				hear_counts(&heard[n].row[row], attr);
	}
}

static int ask_counters(int n, int zone, bool reset)
{
	struct sk_buff *skb = request(NF_EDGE_CMD_COUNTERS_GET);

	nla_put_string(skb, NF_EDGE_A_COUNTERS_NODE, name_of(n));
	if (zone >= 0)
		nla_put_u32(skb, NF_EDGE_A_COUNTERS_ZONE, zone);
	if (reset)
		nla_put_flag(skb, NF_EDGE_A_COUNTERS_RESET);
	return ask(skb);
}

static void expect_counters(struct kunit *test)
{
	KUNIT_ASSERT_EQ(test, memcmp(heard, hit, sizeof(heard)), 0);
}

static void forget_counters(void)
{
	memset(heard, 0, sizeof(heard));
	memset(hit, 0, sizeof(hit));
}

static void a_reset_starts_every_counter_from_zero(struct kunit *test)
{
	int round, n;

	forget_counters();
	for (round = 0; round < 3; round++) {
		hit_some();
		for (n = 0; n < 2; n++) {
			KUNIT_ASSERT_EQ(test, ask_counters(n, -1, false), 0);
			KUNIT_ASSERT_EQ(test, ask_counters(n, -1, true), 0);
			hear_counters(test, n);
		}
		expect_counters(test);
		forget_counters();
		for (n = 0; n < 2; n++) {
			KUNIT_ASSERT_EQ(test, ask_counters(n, -1, false), 0);
			hear_counters(test, n);
		}
		expect_counters(test);
	}
}

static void a_reset_of_a_zone_is_of_its_rows_alone(struct kunit *test)
{
	int row, zone;

	forget_counters();
	hit_some();
	memset(&hit[1], 0, sizeof(hit[1]));
	for (zone = NF_EDGE_ZONE_EXTERNAL; zone <= NF_EDGE_ZONE_XMPP; zone++) {
		/* The zone's rows, and those that were reset before. */
		KUNIT_ASSERT_EQ(test, ask_counters(0, zone, true), 0);
		memset(heard, 0, sizeof(heard));
		hear_counters(test, 0);
		for (row = 0; row < ROWS; row++) {
			bool its = flow_table.row[row].zone == (u32)zone;

			KUNIT_ASSERT_EQ(test, heard[0].row[row].packets[0],
					its ? hit[0].row[row].packets[0] : 0);
			if (its)
				memset(&hit[0].row[row], 0,
				       sizeof(hit[0].row[row]));
		}
		KUNIT_ASSERT_EQ(test, heard[0].service[0].packets[0], 0);
		memset(heard, 0, sizeof(heard));
		KUNIT_ASSERT_EQ(test, ask_counters(0, -1, false), 0);
		hear_counters(test, 0);
		expect_counters(test);
	}
}

static void a_reset_without_an_answer_resets_nothing(struct kunit *test)
{
	forget_drops();
	forget_counters();
	drop_some();
	hit_some();
	reply_error = -ECONNREFUSED;
	KUNIT_ASSERT_EQ(test, ask_drops(true), -ECONNREFUSED);
	KUNIT_ASSERT_EQ(test, ask_counters(0, -1, true), -ECONNREFUSED);
	KUNIT_ASSERT_EQ(test, ask_counters(1, -1, true), -ECONNREFUSED);
	reply_error = 0;
	KUNIT_ASSERT_EQ(test, ask_drops(true), 0);
	hear_drops();
	expect_drops(test);
	KUNIT_ASSERT_EQ(test, ask_counters(0, -1, true), 0);
	hear_counters(test, 0);
	KUNIT_ASSERT_EQ(test, ask_counters(1, -1, true), 0);
	hear_counters(test, 1);
	expect_counters(test);
}

/* --- two who reset at once */

static struct kunit *running;

/* Another reader held the mutex until now: packets came, and were told there. */
static void another_resets(struct mutex *m)
{
	shim_before_lock = NULL;
	drop_some();
	hit_some();
	KUNIT_ASSERT_EQ(running, ask_drops(true), 0);
	hear_drops();
	KUNIT_ASSERT_EQ(running, ask_counters(0, -1, true), 0);
	hear_counters(running, 0);
	drop_some();
	hit_some();
}

static void two_resets_at_once_tell_nothing_twice(struct kunit *test)
{
	running = test;
	forget_drops();
	forget_counters();
	drop_some();
	shim_before_lock = another_resets;
	KUNIT_ASSERT_EQ(test, ask_drops(true), 0);
	KUNIT_ASSERT_NULL(test, shim_before_lock);
	hear_drops();
	expect_drops(test);

	shim_before_lock = another_resets;
	KUNIT_ASSERT_EQ(test, ask_counters(0, -1, true), 0);
	KUNIT_ASSERT_NULL(test, shim_before_lock);
	hear_counters(test, 0);
	KUNIT_ASSERT_EQ(test, ask_counters(1, -1, true), 0);
	hear_counters(test, 1);
	expect_counters(test);
}

/* A reset leaves the last hit; a row without a hit has none. */
static void the_last_hit_is_told_of_rows_that_were_hit(struct kunit *test)
{
	const struct nlmsghdr *nlh;
	const struct nlattr *attr;
	int left, round, n = 0;

	nf_edge_hit(&masks, node_of(0)->cpu, BIT_ULL(4), NF_EDGE_TO_EDGE, 100,
		    true);
	for (round = 0; round < 2; round++) {
		KUNIT_ASSERT_EQ(test, ask_counters(0, -1, true), 0);
		nlh = (const void *)answer->head;
		nla_for_each_attr(attr, payload_of(nlh), payload_size(nlh), left) {
			const struct nlattr *id, *last;
			bool its;

			if (!(attr->nla_type & NLA_F_NESTED))
				continue;
			id = nested(attr, NF_EDGE_A_COUNTS_ROW);
			last = nested(attr, NF_EDGE_A_COUNTS_LAST_HIT);
			its = id ? !nla_strcmp(id, flow_table.row[4].id) :
			      number(nested(attr, NF_EDGE_A_COUNTS_SERVICE)) ==
			      flow_table.row[4].service;
			KUNIT_ASSERT_EQ(test, !!last, its);
			n += its;
		}
	}
	KUNIT_ASSERT_EQ(test, n, 4);
}

static void a_request_for_no_counters_says_why(struct kunit *test)
{
	KUNIT_ASSERT_EQ(test, ask_for(NF_EDGE_CMD_COUNTERS_GET), -EINVAL);
	KUNIT_ASSERT_STREQ(test, extack._msg, "a node is required");
	KUNIT_ASSERT_EQ(test, ask_for(NF_EDGE_CMD_FLUSH), 0);
	KUNIT_ASSERT_EQ(test, ask_counters(0, -1, false), -ENOENT);
	KUNIT_ASSERT_STREQ(test, extack._msg, "no policy is loaded");
}

/* --- counters of all nodes */

static int dumped, zone_of_dump;

static struct sk_buff *request_dump(int zone)
{
	struct sk_buff *skb = request(NF_EDGE_CMD_COUNTERS_DUMP);

	dumped = 0;
	zone_of_dump = zone;
	if (zone >= 0)
		nla_put_u32(skb, NF_EDGE_A_COUNTERS_ZONE, zone);
	return skb;
}

/* A message of a dump, but for its header, is what a request is answered. */
static void as_requests_tell(struct kunit *test, const struct nlmsghdr *nlh)
{
	const struct genlmsghdr *header = (const void *)(nlh + 1);
	const struct nlmsghdr *told;

	KUNIT_ASSERT_EQ(test, header->cmd, NF_EDGE_CMD_COUNTERS_DUMP);
	KUNIT_ASSERT_EQ(test, ask_counters(dumped++, zone_of_dump, false), 0);
	told = (const void *)answer->head;
	KUNIT_ASSERT_EQ(test, payload_size(nlh), payload_size(told));
	KUNIT_ASSERT_EQ(test, memcmp(payload_of(nlh), payload_of(told),
				     payload_size(told)), 0);
}

static void a_dump_tells_what_requests_tell(struct kunit *test)
{
	const size_t octets = NF_EDGE_DUMP_ROOM;
	int zone;

	hit_some();
	KUNIT_ASSERT_EQ(test, ask_counters(0, NF_EDGE_ZONE_PIC, true), 0);
	KUNIT_ASSERT_EQ(test, ask_counters(1, -1, true), 0);
	hit_some();
	for (zone = -1; zone <= NF_EDGE_ZONE_SITE; zone++) {
		/* Of buffers for two nodes, and for one. */
		KUNIT_ASSERT_EQ(test, dump_asked(test, request_dump(zone),
						 2 * octets, as_requests_tell), 2);
		KUNIT_ASSERT_TRUE(test, !dump_interrupted);
		KUNIT_ASSERT_EQ(test, ask_counters(0, zone, false), 0);
		KUNIT_ASSERT_EQ(test, dump_asked(test, request_dump(zone),
						 answer->tail - answer->head,
						 as_requests_tell), 2);
		KUNIT_ASSERT_TRUE(test, !dump_interrupted);
	}
}

/* To reset is for requests: an answer of a dump may come to nobody. */
static void a_dump_resets_nothing(struct kunit *test)
{
	struct sk_buff *skb = request_dump(-1);
	int n;

	forget_counters();
	for (n = 0; n < 2; n++)
		KUNIT_ASSERT_EQ(test, ask_counters(n, -1, true), 0);
	hit_some();
	nla_put_flag(skb, NF_EDGE_A_COUNTERS_RESET);
	KUNIT_ASSERT_EQ(test, dump_asked(test, skb, 2 * NF_EDGE_DUMP_ROOM,
					 as_requests_tell), 2);
	for (n = 0; n < 2; n++) {
		KUNIT_ASSERT_EQ(test, ask_counters(n, -1, true), 0);
		hear_counters(test, n);
	}
	expect_counters(test);
}

static void then_switch(struct kunit *test, const struct nlmsghdr *nlh)
{
	struct sk_buff *skb = request(NF_EDGE_CMD_SWITCH);

	as_requests_tell(test, nlh);
	nla_put_u32(skb, NF_EDGE_A_SWITCH_MODE, NF_EDGE_MODE_ENFORCE);
	KUNIT_ASSERT_EQ(test, ask(skb), 0);
}

static void then_flush(struct kunit *test, const struct nlmsghdr *nlh)
{
	as_requests_tell(test, nlh);
	KUNIT_ASSERT_EQ(test, ask_for(NF_EDGE_CMD_FLUSH), 0);
}

static void load_first(struct mutex *m)
{
	struct sk_buff *skb = request(NF_EDGE_CMD_LOAD);

	shim_before_lock = NULL;
	put_switches(skb, NF_EDGE_MODE_AUDIT, 0, 0);
	put_node(skb, "edge1", "131.107.155.10", "131.107.155.12");
	put_node(skb, "edge3", "131.107.155.30", "131.107.155.32");
	KUNIT_ASSERT_EQ(running, ask(skb), 0);
}

/* Between two messages, and before the first. */
static void a_dump_ends_with_the_policy_that_it_is_of(struct kunit *test)
{
	size_t one;

	KUNIT_ASSERT_EQ(test, ask_counters(0, -1, false), 0);
	one = answer->tail - answer->head;
	KUNIT_ASSERT_EQ(test, dump_asked(test, request_dump(-1), one,
					 then_switch), 1);
	KUNIT_ASSERT_TRUE(test, dump_interrupted);

	running = test;
	shim_before_lock = load_first;
	KUNIT_ASSERT_EQ(test, dump_asked(test, request_dump(-1), one,
					 as_requests_tell), 0);
	KUNIT_ASSERT_NULL(test, shim_before_lock);
	KUNIT_ASSERT_TRUE(test, dump_interrupted);

	KUNIT_ASSERT_EQ(test, dump_asked(test, request_dump(-1), one,
					 then_flush), 1);
	KUNIT_ASSERT_TRUE(test, dump_interrupted);
	KUNIT_ASSERT_EQ(test, dump_asked(test, request_dump(-1), one,
					 as_requests_tell), -ENOENT);
	KUNIT_ASSERT_STREQ(test, extack._msg, "no policy is loaded");
}

/* --- counts of a module before this one */

/* A request that gives back what an answer has told. */
static struct sk_buff *give_back(u8 cmd, int node)
{
	const struct nlmsghdr *nlh = (const void *)answer->head;
	struct sk_buff *skb = request(cmd);
	const struct nlattr *attr;
	int left;

	if (node >= 0)
		nla_put_string(skb, NF_EDGE_A_COUNTERS_NODE, name_of(node));
	nla_for_each_attr(attr, payload_of(nlh), payload_size(nlh), left)
		if (attr->nla_type & NLA_F_NESTED)
			nla_put(skb, attr->nla_type, nla_len(attr),
				nla_data(attr));
	return skb;
}

static void twice(void *counts, size_t size)
{
	u64 *count = counts;
	size_t i;

	for (i = 0; i < size / sizeof(*count); i++)
		count[i] *= 2;
}

/* Twice as much is told then, and packets count on. */
static void what_was_read_can_be_added(struct kunit *test)
{
	int n;

	forget_counters();
	forget_drops();
	hit_some();
	drop_some();
	for (n = 0; n < 2; n++) {
		KUNIT_ASSERT_EQ(test, ask_counters(n, -1, false), 0);
		KUNIT_ASSERT_EQ(test, ask(give_back(NF_EDGE_CMD_COUNTERS_ADD,
						    n)), 0);
	}
	KUNIT_ASSERT_EQ(test, ask_drops(false), 0);
	KUNIT_ASSERT_EQ(test, ask(give_back(NF_EDGE_CMD_DROPS_ADD, -1)), 0);
	twice(hit, sizeof(hit));
	twice(&dropped, sizeof(dropped));
	hit_some();
	drop_some();
	for (n = 0; n < 2; n++) {
		KUNIT_ASSERT_EQ(test, ask_counters(n, -1, true), 0);
		hear_counters(test, n);
	}
	expect_counters(test);
	KUNIT_ASSERT_EQ(test, ask_drops(true), 0);
	hear_drops();
	expect_drops(test);

	/* A reset takes them along. */
	forget_counters();
	for (n = 0; n < 2; n++) {
		KUNIT_ASSERT_EQ(test, ask_counters(n, -1, false), 0);
		hear_counters(test, n);
	}
	expect_counters(test);
}

/* The numbers themselves: of a node with no hits of its own. */
static void added_counts_are_told_as_they_were_given(struct kunit *test)
{
	const u64 now = ktime_get_real_ns() / NSEC_PER_SEC;
	const u64 times[] = { 1, now - 1000, now + 1000 };
	const struct nlattr *attr;
	const struct nlmsghdr *nlh;
	struct nlattr *nest;
	int i, left, found;

	for (i = 0; i < ARRAY_SIZE(times); i++) {
		struct sk_buff *skb = request(NF_EDGE_CMD_COUNTERS_ADD);

		nla_put_string(skb, NF_EDGE_A_COUNTERS_NODE, "edge1");
		nest = nla_nest_start(skb, NF_EDGE_A_COUNTERS_ROW);
		nla_put_string(skb, NF_EDGE_A_COUNTS_ROW,
			       flow_table.row[4].id);
		nla_put_u64_64bit(skb, NF_EDGE_A_COUNTS_BYTES_TO_EDGE,
				  1ULL << 40, NF_EDGE_A_COUNTS_PAD);
		nla_put_u64_64bit(skb, NF_EDGE_A_COUNTS_LAST_HIT, times[i],
				  NF_EDGE_A_COUNTS_PAD);
		nla_nest_end(skb, nest);
		KUNIT_ASSERT_EQ(test, ask(skb), 0);
		KUNIT_ASSERT_EQ(test, ask_counters(0, -1, true), 0);
		nlh = (const void *)answer->head;
		found = 0;
		nla_for_each_attr(attr, payload_of(nlh), payload_size(nlh),
				  left) {
			u64 last;

			if (!(attr->nla_type & NLA_F_NESTED) ||
			    !nested(attr, NF_EDGE_A_COUNTS_LAST_HIT))
				continue;
			last = number(nested(attr, NF_EDGE_A_COUNTS_LAST_HIT));
			found++;
			KUNIT_ASSERT_EQ(test, number(nested(attr,
					NF_EDGE_A_COUNTS_BYTES_TO_EDGE)),
					1ULL << 40);
			/* None is later than now. */
			KUNIT_ASSERT_TRUE(test, last >= min(times[i], now) &&
					  last <= min(times[i], now + 60));
		}
		KUNIT_ASSERT_EQ(test, found, 1);
	}
}

static int add_nest(int type, const char *row, int service)
{
	struct sk_buff *skb = request(NF_EDGE_CMD_COUNTERS_ADD);
	struct nlattr *nest;

	nla_put_string(skb, NF_EDGE_A_COUNTERS_NODE, "edge1");
	/* A good one before, which may not be added either. */
	nest = nla_nest_start(skb, NF_EDGE_A_COUNTERS_ROW);
	nla_put_string(skb, NF_EDGE_A_COUNTS_ROW, flow_table.row[0].id);
	nla_put_u64_64bit(skb, NF_EDGE_A_COUNTS_DENIED, 7,
			  NF_EDGE_A_COUNTS_PAD);
	nla_nest_end(skb, nest);
	nest = nla_nest_start(skb, type);
	if (row)
		nla_put_string(skb, NF_EDGE_A_COUNTS_ROW, row);
	if (service >= 0)
		nla_put_u32(skb, NF_EDGE_A_COUNTS_SERVICE, service);
	nla_nest_end(skb, nest);
	return ask(skb);
}

static void counts_that_fit_nowhere_are_refused_whole(struct kunit *test)
{
	struct sk_buff *skb;
	struct nlattr *nest;

	KUNIT_ASSERT_EQ(test, add_nest(NF_EDGE_A_COUNTERS_ROW, "external/99",
				       -1), -EINVAL);
	KUNIT_ASSERT_STREQ(test, extack._msg,
			   "the policy has no row of this id");
	KUNIT_ASSERT_EQ(test, add_nest(NF_EDGE_A_COUNTERS_ROW, NULL, 0),
			-EINVAL);
	KUNIT_ASSERT_STREQ(test, extack._msg,
			   "the policy has no row of this id");
	KUNIT_ASSERT_EQ(test, add_nest(NF_EDGE_A_COUNTERS_SERVICE,
				       flow_table.row[0].id, -1), -EINVAL);
	KUNIT_ASSERT_STREQ(test, extack._msg, "a service is required");
	KUNIT_ASSERT_TRUE(test, add_nest(NF_EDGE_A_COUNTERS_SERVICE, NULL,
					 NF_EDGE_SERVICES) < 0);
	forget_counters();
	KUNIT_ASSERT_EQ(test, ask_counters(0, -1, false), 0);
	hear_counters(test, 0);
	expect_counters(test);

	KUNIT_ASSERT_EQ(test, ask_for(NF_EDGE_CMD_COUNTERS_ADD), -EINVAL);
	KUNIT_ASSERT_STREQ(test, extack._msg, "a node is required");
	skb = request(NF_EDGE_CMD_COUNTERS_ADD);
	nla_put_string(skb, NF_EDGE_A_COUNTERS_NODE, "edge3");
	KUNIT_ASSERT_EQ(test, ask(skb), -ENOENT);
	KUNIT_ASSERT_STREQ(test, extack._msg,
			   "the policy has no node of this name");

	skb = request(NF_EDGE_CMD_DROPS_ADD);
	nest = nla_nest_start(skb, NF_EDGE_A_DROPS_DROP);
	nla_put_u64_64bit(skb, NF_EDGE_A_DROP_PACKETS, 7, NF_EDGE_A_DROP_PAD);
	nla_nest_end(skb, nest);
	KUNIT_ASSERT_EQ(test, ask(skb), -EINVAL);
	KUNIT_ASSERT_STREQ(test, extack._msg, "a reason is required");

	KUNIT_ASSERT_EQ(test, ask_for(NF_EDGE_CMD_FLUSH), 0);
	skb = request(NF_EDGE_CMD_COUNTERS_ADD);
	nla_put_string(skb, NF_EDGE_A_COUNTERS_NODE, "edge1");
	KUNIT_ASSERT_EQ(test, ask(skb), -ENOENT);
	KUNIT_ASSERT_STREQ(test, extack._msg, "no policy is loaded");
}

static struct kunit_case cases[] = {
	KUNIT_CASE(a_reset_starts_every_kind_of_drop_from_zero),
	KUNIT_CASE(a_reset_starts_every_counter_from_zero),
	KUNIT_CASE(a_reset_of_a_zone_is_of_its_rows_alone),
	KUNIT_CASE(a_reset_without_an_answer_resets_nothing),
	KUNIT_CASE(two_resets_at_once_tell_nothing_twice),
	KUNIT_CASE(the_last_hit_is_told_of_rows_that_were_hit),
	KUNIT_CASE(a_request_for_no_counters_says_why),
	KUNIT_CASE(a_dump_tells_what_requests_tell),
	KUNIT_CASE(a_dump_resets_nothing),
	KUNIT_CASE(a_dump_ends_with_the_policy_that_it_is_of),
	KUNIT_CASE(what_was_read_can_be_added),
	KUNIT_CASE(added_counts_are_told_as_they_were_given),
	KUNIT_CASE(counts_that_fit_nowhere_are_refused_whole),
	{}
};

static struct kunit_suite suite = {
	.name = "nf_edge_family_counters",
	.init = start,
	.exit = end,
	.test_cases = cases,
};

kunit_test_suite(suite);
