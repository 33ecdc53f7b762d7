// SPDX-License-Identifier: GPL-2.0-only
/* Listeners: who gets which events, and what is told of those that are lost. */

#include "../../kmod/events.h"
#include "family/site.h"

#define KINDS	(BIT(NF_EDGE_KINDS) - 1)

/* --- listening */

static int listen_as(u32 as, struct sk_buff *skb)
{
	u32 was = portid;
	int err;

	portid = as;
	err = ask(skb);
	portid = was;
	return err;
}

static struct sk_buff *listen_request(void)
{
	return request(NF_EDGE_CMD_LISTEN);
}

static void listen_for(struct kunit *test, u32 as, int attribute, u32 value)
{
	struct sk_buff *skb = listen_request();

	nla_put_u32(skb, attribute, value);
	KUNIT_ASSERT_EQ(test, listen_as(as, skb), 0);
}

static void listen_to_all(struct kunit *test, u32 as)
{
	KUNIT_ASSERT_EQ(test, listen_as(as, listen_request()), 0);
}

static void close_socket(u32 number)
{
	shim_netlink_release(&init_net, NETLINK_GENERIC, number);
}

/* --- events, as the hooks write them */

static struct nf_edge_event told(u8 kind, u64 rows)
{
	return (struct nf_edge_event){
		.time = 5000000007, .rows = rows, .kind = kind,
		.source.ip = cpu_to_be32(0xc0000207),
		.destination.ip = cpu_to_be32(0x836b9b0a),
		.ifindex = 7, .len = 60, .sport = 40000, .dport = 443,
		.l4proto = IPPROTO_TCP, .tcp_flags = 2,
		.flags = NF_EDGE_EVENT_IPV4 | NF_EDGE_EVENT_PORTS |
			 NF_EDGE_EVENT_TCP,
		.destination_services = BIT(NF_EDGE_SERVICE_ACCESS) |
					BIT(NF_EDGE_SERVICE_AV),
		.generation = en->snapshot->generation,
	};
}

static void write_event(struct nf_edge_event event)
{
	struct nf_edge_ring *ring = en->events->ring[shim_cpu];

	ring->event[ring->head++ % NF_EDGE_RING_SIZE] = event;
}

static void work(void)
{
	en->events_work.work.run(&en->events_work.work);
}

/* --- what was sent */

/* The event of this number among those sent to a socket, or NULL. */
static const struct nlattr *sent_attr(u32 to, int type, unsigned int number)
{
	const struct nlmsghdr *nlh;
	const struct nlattr *attr;
	unsigned int i;
	int left;

	for (i = 0; i < n_sent; i++) {
		if (sent_to[i] != to)
			continue;
		nlh = (const void *)sent[i]->head;
		nla_for_each_attr(attr, payload_of(nlh), payload_size(nlh), left)
			if (nla_type(attr) == type && !number--)
				return attr;
	}
	return NULL;
}

static const struct nlattr *event_to(u32 to, unsigned int number)
{
	return sent_attr(to, NF_EDGE_A_LISTEN_EVENT, number);
}

static unsigned int events_to(u32 to)
{
	unsigned int n = 0;

	while (event_to(to, n))
		n++;
	return n;
}

static s64 field(const struct nlattr *nest, int type)
{
	return number(nested(nest, type));
}

static const char *text(const struct nlattr *nest, int type)
{
	const struct nlattr *attr = nested(nest, type);

	return attr ? nla_data(attr) : "(none)";
}

/* What a socket was told last of a kind's losses. */
static const struct nlattr *lost_of(u32 to, u32 kind)
{
	const struct nlattr *lost, *last = NULL;
	bool permitted = kind == NF_EDGE_KIND_PERMITTED;
	unsigned int i;

	for (i = 0; (lost = sent_attr(to, NF_EDGE_A_LISTEN_LOST, i)); i++)
		if (field(lost, NF_EDGE_A_LOST_VERDICT) ==
		    (permitted ? NF_EDGE_VERDICT_ACCEPT : NF_EDGE_VERDICT_DROP) &&
		    field(lost, NF_EDGE_A_LOST_REASON) ==
		    (permitted ? -1 : (s64)kind))
			last = lost;
	return last;
}

static void expect_lost(struct kunit *test, u32 to, u32 kind, s64 suppressed,
			s64 ring_full, s64 socket_full)
{
	const struct nlattr *lost = lost_of(to, kind);

	KUNIT_ASSERT_NOT_NULL(test, lost);
	KUNIT_ASSERT_EQ(test, field(lost, NF_EDGE_A_LOST_SUPPRESSED), suppressed);
	KUNIT_ASSERT_EQ(test, field(lost, NF_EDGE_A_LOST_RING_FULL), ring_full);
	KUNIT_ASSERT_EQ(test, field(lost, NF_EDGE_A_LOST_SOCKET_FULL),
			socket_full);
}

/* --- tests */

static void an_event_has_the_names_of_its_policy(struct kunit *test)
{
	const struct nlattr *e;

	load_all(test);
	listen_to_all(test, 200);
	expect_number(test, NF_EDGE_A_LISTEN_RATE, NF_EDGE_RATE_DEFAULT);
	write_event(told(NF_EDGE_REASON_NO_ROW, 0));
	write_event(told(NF_EDGE_REASON_PEER, BIT_ULL(0) | BIT_ULL(3)));
	write_event(told(NF_EDGE_KIND_PERMITTED, BIT_ULL(5)));
	KUNIT_ASSERT_TRUE(test, en->events_work.waits);
	work();
	KUNIT_ASSERT_TRUE(test, en->events_work.waits);
	KUNIT_ASSERT_EQ(test, n_sent, 1);
	KUNIT_ASSERT_EQ(test, events_to(200), 3);

	e = event_to(200, 0);
	KUNIT_ASSERT_EQ(test, field(e, NF_EDGE_A_EVENT_VERDICT),
			NF_EDGE_VERDICT_DROP);
	KUNIT_ASSERT_EQ(test, field(e, NF_EDGE_A_EVENT_REASON),
			NF_EDGE_REASON_NO_ROW);
	KUNIT_ASSERT_EQ(test, field(e, NF_EDGE_A_EVENT_MODE),
			NF_EDGE_MODE_ENFORCE);
	KUNIT_ASSERT_EQ(test, field(e, NF_EDGE_A_EVENT_TIME), 5000000007);
	KUNIT_ASSERT_STREQ(test, text(e, NF_EDGE_A_EVENT_NEAR), "(none)");
	KUNIT_ASSERT_STREQ(test, text(e, NF_EDGE_A_EVENT_IN), "wan0");
	KUNIT_ASSERT_EQ(test, field(e, NF_EDGE_A_EVENT_IFINDEX), 7);
	KUNIT_ASSERT_STREQ(test, text(e, NF_EDGE_A_EVENT_SOURCE_NODE), "(none)");
	KUNIT_ASSERT_STREQ(test, text(e, NF_EDGE_A_EVENT_DESTINATION_NODE),
			   "edge1");
	KUNIT_ASSERT_EQ(test, field(e, NF_EDGE_A_EVENT_DESTINATION_SERVICES),
			BIT(NF_EDGE_SERVICE_ACCESS) | BIT(NF_EDGE_SERVICE_AV));
	KUNIT_ASSERT_EQ(test, field(e, NF_EDGE_A_EVENT_SOURCE_SERVICES), -1);
	KUNIT_ASSERT_EQ(test, field(e, NF_EDGE_A_EVENT_SOURCE_IPV4),
			cpu_to_be32(0xc0000207));
	KUNIT_ASSERT_EQ(test, field(e, NF_EDGE_A_EVENT_DESTINATION_IPV4),
			cpu_to_be32(0x836b9b0a));
	KUNIT_ASSERT_EQ(test, field(e, NF_EDGE_A_EVENT_SOURCE_IPV6), -1);
	KUNIT_ASSERT_EQ(test, field(e, NF_EDGE_A_EVENT_PROTOCOL), IPPROTO_TCP);
	KUNIT_ASSERT_EQ(test, field(e, NF_EDGE_A_EVENT_SOURCE_PORT), 40000);
	KUNIT_ASSERT_EQ(test, field(e, NF_EDGE_A_EVENT_DESTINATION_PORT), 443);
	KUNIT_ASSERT_EQ(test, field(e, NF_EDGE_A_EVENT_TCP_FLAGS), 2);
	KUNIT_ASSERT_EQ(test, field(e, NF_EDGE_A_EVENT_ICMP_TYPE), -1);
	KUNIT_ASSERT_EQ(test, field(e, NF_EDGE_A_EVENT_LENGTH), 60);
	KUNIT_ASSERT_EQ(test, field(e, NF_EDGE_A_EVENT_GENERATION), 1);
	KUNIT_ASSERT_TRUE(test, !nested(e, NF_EDGE_A_EVENT_REPLY));
	KUNIT_ASSERT_TRUE(test, !nested(e, NF_EDGE_A_EVENT_ERROR));

	e = event_to(200, 1);
	KUNIT_ASSERT_STREQ(test, text(e, NF_EDGE_A_EVENT_NEAR),
			   en->snapshot->site->table->row[0].id);
	KUNIT_ASSERT_STREQ(test, text(e, NF_EDGE_A_EVENT_ROW), "(none)");

	e = event_to(200, 2);
	KUNIT_ASSERT_EQ(test, field(e, NF_EDGE_A_EVENT_VERDICT),
			NF_EDGE_VERDICT_ACCEPT);
	KUNIT_ASSERT_EQ(test, field(e, NF_EDGE_A_EVENT_REASON), -1);
	KUNIT_ASSERT_EQ(test, field(e, NF_EDGE_A_EVENT_MODE), -1);
	KUNIT_ASSERT_STREQ(test, text(e, NF_EDGE_A_EVENT_ROW),
			   en->snapshot->site->table->row[5].id);
}

static void flags_are_told_as_they_are(struct kunit *test)
{
	struct nf_edge_event event;
	const struct nlattr *e;

	load_all(test);
	listen_to_all(test, 200);
	event = told(NF_EDGE_REASON_NO_ROW, 0);
	event.flags = NF_EDGE_EVENT_ICMP | NF_EDGE_EVENT_WOULD_BE |
		      NF_EDGE_EVENT_REPLY | NF_EDGE_EVENT_ERROR;
	event.ifindex = 99;
	event.l4proto = IPPROTO_ICMPV6;
	event.icmp_type = 1;
	event.icmp_code = 4;
	event.source_services = BIT(NF_EDGE_SERVICE_AV);
	event.source_node = 1;
	memset(&event.source, 0x20, 16);
	write_event(event);
	event.ifindex = 0;
	write_event(event);
	work();
	e = event_to(200, 0);
	KUNIT_ASSERT_EQ(test, field(e, NF_EDGE_A_EVENT_MODE), NF_EDGE_MODE_AUDIT);
	KUNIT_ASSERT_NOT_NULL(test, nested(e, NF_EDGE_A_EVENT_REPLY));
	KUNIT_ASSERT_NOT_NULL(test, nested(e, NF_EDGE_A_EVENT_ERROR));
	KUNIT_ASSERT_EQ(test, field(e, NF_EDGE_A_EVENT_ICMP_TYPE), 1);
	KUNIT_ASSERT_EQ(test, field(e, NF_EDGE_A_EVENT_ICMP_CODE), 4);
	KUNIT_ASSERT_EQ(test, field(e, NF_EDGE_A_EVENT_SOURCE_PORT), -1);
	KUNIT_ASSERT_EQ(test, field(e, NF_EDGE_A_EVENT_TCP_FLAGS), -1);
	KUNIT_ASSERT_STREQ(test, text(e, NF_EDGE_A_EVENT_SOURCE_NODE), "edge2");
	KUNIT_ASSERT_EQ(test, nla_len(nested(e, NF_EDGE_A_EVENT_SOURCE_IPV6)), 16);
	KUNIT_ASSERT_TRUE(test, !nested(e, NF_EDGE_A_EVENT_SOURCE_IPV4));
	/* The interface is gone, and its number stays. */
	KUNIT_ASSERT_STREQ(test, text(e, NF_EDGE_A_EVENT_IN), "(none)");
	KUNIT_ASSERT_EQ(test, field(e, NF_EDGE_A_EVENT_IFINDEX), 99);
	e = event_to(200, 1);
	KUNIT_ASSERT_EQ(test, field(e, NF_EDGE_A_EVENT_IFINDEX), -1);
}

static void put_prefix(struct sk_buff *skb, int type, const char *prefix)
{
	struct nlattr *list = nla_reserve(skb, type, 0);

	put_entry(skb, list, prefix);
}

/* Sends one refused packet: whether a socket with that filter gets it. */
static bool gets(struct kunit *test, struct sk_buff *filter,
		 struct nf_edge_event event)
{
	bool got;

	KUNIT_ASSERT_EQ(test, listen_as(200, filter), 0);
	write_event(event);
	work();
	got = events_to(200) == 1;
	KUNIT_ASSERT_EQ(test, events_to(200), got);
	close_socket(200);
	forget_sent();
	return got;
}

static struct sk_buff *filter_u32(int attribute, u32 value)
{
	struct sk_buff *skb = listen_request();

	nla_put_u32(skb, attribute, value);
	return skb;
}

static struct sk_buff *filter_text(int attribute, const char *value)
{
	struct sk_buff *skb = listen_request();

	nla_put_string(skb, attribute, value);
	return skb;
}

static struct sk_buff *filter_prefix(int attribute, const char *prefix)
{
	struct sk_buff *skb = listen_request();

	put_prefix(skb, attribute, prefix);
	return skb;
}

static void filters_let_through_what_they_name(struct kunit *test)
{
	const struct nf_edge_row *row;
	struct nf_edge_event refused, permitted, from;
	u32 drop = BIT(NF_EDGE_VERDICT_DROP);
	u32 accept = BIT(NF_EDGE_VERDICT_ACCEPT);

	load_all(test);
	row = en->snapshot->site->table->row;
	refused = told(NF_EDGE_REASON_PEER, BIT_ULL(0));
	permitted = told(NF_EDGE_KIND_PERMITTED, BIT_ULL(1));
	from = refused;
	from.source_services = BIT(NF_EDGE_SERVICE_AV);
	from.source_node = 1;

#define GETS(filter, event)	KUNIT_ASSERT_TRUE(test, gets(test, filter, event))
#define NOT(filter, event)	KUNIT_ASSERT_TRUE(test, !gets(test, filter, event))
	GETS(filter_u32(NF_EDGE_A_LISTEN_VERDICTS, drop), refused);
	NOT(filter_u32(NF_EDGE_A_LISTEN_VERDICTS, accept), refused);
	GETS(filter_u32(NF_EDGE_A_LISTEN_VERDICTS, accept), permitted);
	NOT(filter_u32(NF_EDGE_A_LISTEN_VERDICTS, drop), permitted);
	GETS(filter_u32(NF_EDGE_A_LISTEN_REASONS, BIT(NF_EDGE_REASON_PEER)),
	     refused);
	NOT(filter_u32(NF_EDGE_A_LISTEN_REASONS, BIT(NF_EDGE_REASON_NO_ROW)),
	    refused);
	NOT(filter_u32(NF_EDGE_A_LISTEN_REASONS, BIT(NF_EDGE_REASON_PEER)),
	    permitted);
	GETS(filter_u32(NF_EDGE_A_LISTEN_ZONES, BIT(row[0].zone)), refused);
	NOT(filter_u32(NF_EDGE_A_LISTEN_ZONES,
		       ALL_ZONES & ~BIT(row[0].zone)), refused);
	GETS(filter_text(NF_EDGE_A_LISTEN_ROW, row[0].id), refused);
	NOT(filter_text(NF_EDGE_A_LISTEN_ROW, row[1].id), refused);
	GETS(filter_text(NF_EDGE_A_LISTEN_NODE, "edge1"), refused);
	NOT(filter_text(NF_EDGE_A_LISTEN_NODE, "edge2"), refused);
	GETS(filter_text(NF_EDGE_A_LISTEN_NODE, "edge2"), from);
	GETS(filter_prefix(NF_EDGE_A_LISTEN_PREFIXES_IPV4, "192.0.2.0/28"),
	     refused);
	GETS(filter_prefix(NF_EDGE_A_LISTEN_PREFIXES_IPV4, "131.107.155.10/32"),
	     refused);
	NOT(filter_prefix(NF_EDGE_A_LISTEN_PREFIXES_IPV4, "192.0.2.16/28"),
	    refused);
	NOT(filter_prefix(NF_EDGE_A_LISTEN_PREFIXES_IPV6, "c000:200::/24"),
	    refused);
	refused.flags &= ~NF_EDGE_EVENT_IPV4;
	NOT(filter_prefix(NF_EDGE_A_LISTEN_PREFIXES_IPV4, "192.0.2.0/28"),
	    refused);
	GETS(filter_prefix(NF_EDGE_A_LISTEN_PREFIXES_IPV6, "c000:200::/24"),
	     refused);
}

/* Of rows and zones both must suit; of rows any. */
static void parts_of_a_filter_add_up(struct kunit *test)
{
	const struct nf_edge_row *row;
	struct nf_edge_event event;
	struct sk_buff *skb;

	load_all(test);
	row = en->snapshot->site->table->row;
	event = told(NF_EDGE_REASON_PEER, BIT_ULL(0));
	skb = filter_text(NF_EDGE_A_LISTEN_ROW, row[1].id);
	nla_put_string(skb, NF_EDGE_A_LISTEN_ROW, row[0].id);
	GETS(skb, event);
	skb = filter_text(NF_EDGE_A_LISTEN_ROW, row[0].id);
	nla_put_u32(skb, NF_EDGE_A_LISTEN_ZONES, ALL_ZONES & ~BIT(row[0].zone));
	NOT(skb, event);
	skb = filter_text(NF_EDGE_A_LISTEN_ROW, row[0].id);
	nla_put_string(skb, NF_EDGE_A_LISTEN_NODE, "edge2");
	NOT(skb, event);
	skb = filter_u32(NF_EDGE_A_LISTEN_VERDICTS,
			 BIT(NF_EDGE_VERDICT_DROP) | BIT(NF_EDGE_VERDICT_ACCEPT));
	nla_put_u32(skb, NF_EDGE_A_LISTEN_REASONS, BIT(NF_EDGE_REASON_SPOOFED));
	GETS(skb, told(NF_EDGE_KIND_PERMITTED, BIT_ULL(0)));
	skb = filter_prefix(NF_EDGE_A_LISTEN_PREFIXES_IPV6, "2001:db8::/32");
	put_prefix(skb, NF_EDGE_A_LISTEN_PREFIXES_IPV4, "192.0.2.7/32");
	GETS(skb, event);
}

static void expect_refused_filter(struct kunit *test, struct sk_buff *filter,
				  int wanted, const char *sentence)
{
	expect_refusal(test, listen_as(200, filter), wanted, sentence);
	KUNIT_ASSERT_NOT_NULL(test, extack.bad_attr);
	KUNIT_ASSERT_TRUE(test, list_empty(&en->listeners));
	KUNIT_ASSERT_TRUE(test, !en->events);
}

static void wrong_filters_are_refused(struct kunit *test)
{
	struct sk_buff *skb;
	struct nlattr *list;
	int i;

	load_all(test);
	expect_refused_filter(test, filter_u32(NF_EDGE_A_LISTEN_VERDICTS, 0),
			      -EINVAL,
			      "events have the verdict accept or drop: name one of them, or both");
	expect_refused_filter(test,
			      filter_u32(NF_EDGE_A_LISTEN_VERDICTS,
					 BIT(NF_EDGE_VERDICT_DROP) |
					 BIT(NF_EDGE_VERDICT_NOT_GOVERNED)),
			      -EINVAL,
			      "events have the verdict accept or drop: name one of them, or both");
	expect_refused_filter(test, filter_u32(NF_EDGE_A_LISTEN_REASONS, 0),
			      -EINVAL,
			      "no reason is named: leave reasons out for all");
	expect_refused_filter(test, filter_u32(NF_EDGE_A_LISTEN_ZONES, 0),
			      -EINVAL,
			      "no zone is named: leave zones out for all");
	skb = filter_u32(NF_EDGE_A_LISTEN_VERDICTS, BIT(NF_EDGE_VERDICT_ACCEPT));
	nla_put_u32(skb, NF_EDGE_A_LISTEN_REASONS, BIT(NF_EDGE_REASON_PEER));
	expect_refused_filter(test, skb, -EINVAL,
			      "only refused packets have a reason: ask for the verdict drop");
	expect_refused_filter(test, filter_text(NF_EDGE_A_LISTEN_NODE, "edge3"),
			      -EINVAL, "the policy has no node of this name");
	expect_refused_filter(test, filter_text(NF_EDGE_A_LISTEN_ROW, "none/1"),
			      -EINVAL, "the policy has no row of this id");
	expect_refused_filter(test,
			      filter_prefix(NF_EDGE_A_LISTEN_PREFIXES_IPV4,
					    "192.0.2.1/28"),
			      -EINVAL, "host bits are set in a prefix");
	for (i = 0; i < 2 * NF_EDGE_PREFIX_IPV4_SIZE; i++) {
		if (i == NF_EDGE_PREFIX_IPV4_SIZE)
			continue;
		skb = listen_request();
		nla_put(skb, NF_EDGE_A_LISTEN_PREFIXES_IPV4, i,
			"\xc0\0\2\1\x20\0\0\0\xc0\0\2\2\x20\0\0");
		expect_refused_filter(test, skb, -EINVAL,
				      "the list of prefixes is empty, or ends inside an entry");
	}
	expect_refused_filter(test,
			      filter_u32(NF_EDGE_A_LISTEN_RATE,
					 NF_EDGE_RATE_MAX + 1),
			      -EINVAL, "more than 100000 events a second");
	skb = listen_request();
	for (i = 0; i <= NF_EDGE_MAX_FILTERS; i++)
		nla_put_string(skb, NF_EDGE_A_LISTEN_ROW,
			       en->snapshot->site->table->row[0].id);
	expect_refused_filter(test, skb, -E2BIG, "more than 16 rows in a filter");
	skb = listen_request();
	list = nla_reserve(skb, NF_EDGE_A_LISTEN_PREFIXES_IPV4, 0);
	for (i = 0; i <= NF_EDGE_MAX_FILTERS; i++)
		put_entry(skb, list, "192.0.2.0/24");
	expect_refused_filter(test, skb, -E2BIG,
			      "more than 16 prefixes in a filter");
	KUNIT_ASSERT_EQ(test, listen_as(200, filter_u32(NF_EDGE_A_LISTEN_RATE, 0)),
			-EINVAL);
	/* What a policy to come may have is accepted where there is none. */
	KUNIT_ASSERT_EQ(test, ask_for(NF_EDGE_CMD_FLUSH), 0);
	KUNIT_ASSERT_EQ(test, listen_as(200, filter_text(NF_EDGE_A_LISTEN_NODE,
							 "edge3")), 0);
}

static void eight_sockets_listen(struct kunit *test)
{
	u32 i;

	load_all(test);
	for (i = 0; i < NF_EDGE_MAX_LISTENERS; i++)
		listen_to_all(test, 200 + i);
	KUNIT_ASSERT_EQ(test, static_branch_unlikely(&nf_edge_events_key), 1);
	expect_refusal(test, listen_as(300, listen_request()), -EBUSY,
		       "eight sockets listen in this network namespace: end one of them");
	expect_refusal(test, listen_as(200, listen_request()), -EBUSY,
		       "this socket listens already: close it to listen to something else");
	write_event(told(NF_EDGE_REASON_NO_ROW, 0));
	work();
	for (i = 0; i < NF_EDGE_MAX_LISTENERS; i++)
		KUNIT_ASSERT_EQ(test, events_to(200 + i), 1);
	KUNIT_ASSERT_EQ(test, events_to(300), 0);
	forget_sent();

	/* Neither another protocol's socket nor a stranger ends a listener. */
	shim_netlink_release(&init_net, NETLINK_GENERIC + 1, 203);
	close_socket(300);
	expect_refusal(test, listen_as(300, listen_request()), -EBUSY,
		       "eight sockets listen in this network namespace: end one of them");
	close_socket(203);
	listen_to_all(test, 300);
	write_event(told(NF_EDGE_REASON_NO_ROW, 0));
	work();
	KUNIT_ASSERT_EQ(test, events_to(203), 0);
	KUNIT_ASSERT_EQ(test, events_to(300), 1);
}

static void only_listeners_cost(struct kunit *test)
{
	load_all(test);
	KUNIT_ASSERT_EQ(test, en->snapshot->slow, NF_EDGE_SLOW_RARE);
	listen_for(test, 200, NF_EDGE_A_LISTEN_REASONS, BIT(NF_EDGE_REASON_PEER));
	KUNIT_ASSERT_EQ(test, en->events->wanted, BIT(NF_EDGE_REASON_PEER));
	KUNIT_ASSERT_EQ(test, en->snapshot->slow, NF_EDGE_SLOW_NEW);
	listen_for(test, 201, NF_EDGE_A_LISTEN_RATE, 5);
	KUNIT_ASSERT_EQ(test, en->events->wanted, KINDS);
	KUNIT_ASSERT_EQ(test, en->events->rate, NF_EDGE_RATE_DEFAULT);
	listen_for(test, 202, NF_EDGE_A_LISTEN_RATE, 500);
	KUNIT_ASSERT_EQ(test, en->events->rate, 500);
	/* A new policy goes on telling. */
	load(test, NF_EDGE_MODE_AUDIT, ALL_ZONES, ALL_FEATURES);
	KUNIT_ASSERT_EQ(test, en->snapshot->slow, NF_EDGE_SLOW_NEW);
	close_socket(201);
	close_socket(202);
	KUNIT_ASSERT_EQ(test, en->events->wanted, BIT(NF_EDGE_REASON_PEER));
	KUNIT_ASSERT_EQ(test, en->events->rate, NF_EDGE_RATE_DEFAULT);
	close_socket(200);
	KUNIT_ASSERT_TRUE(test, !en->events);
	KUNIT_ASSERT_TRUE(test, !static_branch_unlikely(&nf_edge_events_key));
	KUNIT_ASSERT_EQ(test, en->snapshot->slow, NF_EDGE_SLOW_RARE);
	/* The work ends by itself. */
	en->events_work.waits = false;
	work();
	KUNIT_ASSERT_TRUE(test, !en->events_work.waits);
	load_all(test);
	KUNIT_ASSERT_EQ(test, en->snapshot->slow, NF_EDGE_SLOW_RARE);
}

static void a_tracepoint_costs_as_a_listener_does(struct kunit *test)
{
	load_all(test);
	/* Namespaces may not have their state yet. */
	nf_edge_tracing_start();
	KUNIT_ASSERT_EQ(test, en->snapshot->slow, NF_EDGE_SLOW_RARE);
	KUNIT_ASSERT_TRUE(test, static_branch_unlikely(&nf_edge_events_key));
	load(test, NF_EDGE_MODE_AUDIT, ALL_ZONES, ALL_FEATURES);
	KUNIT_ASSERT_EQ(test, en->snapshot->slow, NF_EDGE_SLOW_NEW);
	nf_edge_tracing_ready(true);
	nf_edge_tracing_stop();
	KUNIT_ASSERT_EQ(test, en->snapshot->slow, NF_EDGE_SLOW_RARE);
	KUNIT_ASSERT_TRUE(test, !static_branch_unlikely(&nf_edge_events_key));

	/* Both tracepoints, and a listener that ends between. */
	nf_edge_tracing_start();
	KUNIT_ASSERT_EQ(test, en->snapshot->slow, NF_EDGE_SLOW_NEW);
	nf_edge_tracing_start();
	listen_to_all(test, 200);
	close_socket(200);
	KUNIT_ASSERT_EQ(test, en->snapshot->slow, NF_EDGE_SLOW_NEW);
	nf_edge_tracing_stop();
	KUNIT_ASSERT_EQ(test, en->snapshot->slow, NF_EDGE_SLOW_NEW);
	listen_to_all(test, 200);
	nf_edge_tracing_stop();
	KUNIT_ASSERT_EQ(test, en->snapshot->slow, NF_EDGE_SLOW_NEW);
	close_socket(200);
	KUNIT_ASSERT_EQ(test, en->snapshot->slow, NF_EDGE_SLOW_RARE);
	KUNIT_ASSERT_TRUE(test, !static_branch_unlikely(&nf_edge_events_key));
	nf_edge_tracing_ready(false);
}

static void losses_are_told_three_ways_apart(struct kunit *test)
{
	struct nf_edge_ring *ring;

	load_all(test);
	listen_for(test, 200, NF_EDGE_A_LISTEN_VERDICTS,
		   BIT(NF_EDGE_VERDICT_DROP));
	ring = en->events->ring[1];
	work();
	KUNIT_ASSERT_EQ(test, n_sent, 0);
	ring->suppressed[NF_EDGE_REASON_NO_ROW] = 5;
	en->events->ring[2]->suppressed[NF_EDGE_REASON_NO_ROW] = 6;
	ring->full[NF_EDGE_REASON_PEER] = 7;
	ring->suppressed[NF_EDGE_KIND_PERMITTED] = 9;
	work();
	expect_lost(test, 200, NF_EDGE_REASON_NO_ROW, 11, 0, 0);
	expect_lost(test, 200, NF_EDGE_REASON_PEER, 0, 7, 0);
	KUNIT_ASSERT_TRUE(test, !lost_of(200, NF_EDGE_KIND_PERMITTED));
	KUNIT_ASSERT_TRUE(test, !lost_of(200, NF_EDGE_REASON_SPOOFED));
	forget_sent();

	/* Told once, and to who comes later as from then on. */
	listen_to_all(test, 201);
	work();
	KUNIT_ASSERT_EQ(test, n_sent, 0);
	ring->suppressed[NF_EDGE_REASON_NO_ROW] = 8;
	ring->suppressed[NF_EDGE_KIND_PERMITTED] = 10;
	work();
	expect_lost(test, 200, NF_EDGE_REASON_NO_ROW, 14, 0, 0);
	expect_lost(test, 201, NF_EDGE_REASON_NO_ROW, 3, 0, 0);
	expect_lost(test, 201, NF_EDGE_KIND_PERMITTED, 1, 0, 0);
	KUNIT_ASSERT_TRUE(test, !lost_of(201, NF_EDGE_REASON_PEER));
}

static void expect_lost_in_all(struct kunit *test, s64 listeners,
			       s64 suppressed, s64 ring_full, s64 socket_full)
{
	KUNIT_ASSERT_EQ(test, ask_for(NF_EDGE_CMD_STATUS_GET), 0);
	expect_number(test, NF_EDGE_A_POLICY_LISTENERS, listeners);
	expect_number(test, NF_EDGE_A_POLICY_EVENTS_SUPPRESSED, suppressed);
	expect_number(test, NF_EDGE_A_POLICY_EVENTS_RING_FULL, ring_full);
	expect_number(test, NF_EDGE_A_POLICY_EVENTS_SOCKET_FULL, socket_full);
}

/* Of rings and sockets that are there, and of those that are gone. */
static void losses_outlive_their_listener(struct kunit *test)
{
	struct nf_edge_ring *ring;

	load_all(test);
	memset(&en->lost, 0, sizeof(en->lost));
	expect_lost_in_all(test, 0, 0, 0, 0);
	listen_to_all(test, 200);
	listen_to_all(test, 201);
	ring = en->events->ring[shim_cpu];
	ring->suppressed[NF_EDGE_REASON_PEER] = 5;
	ring->full[NF_EDGE_KIND_PERMITTED] = 7;
	unicast_error = -ENOBUFS;
	write_event(told(NF_EDGE_REASON_NO_ROW, 0));
	work();
	unicast_error = 0;
	expect_lost_in_all(test, 2, 5, 7, 2);
	close_socket(200);
	expect_lost_in_all(test, 1, 5, 7, 2);
	close_socket(201);
	expect_lost_in_all(test, 0, 5, 7, 2);
	listen_to_all(test, 200);
	en->events->ring[shim_cpu]->suppressed[NF_EDGE_REASON_PEER] = 3;
	expect_lost_in_all(test, 1, 8, 7, 2);
	close_socket(200);
	expect_lost_in_all(test, 0, 8, 7, 2);
}

static void a_socket_without_room_is_told_later(struct kunit *test)
{
	int i;

	load_all(test);
	listen_to_all(test, 200);
	unicast_error = -ENOBUFS;
	for (i = 0; i < 100; i++)
		write_event(told(NF_EDGE_REASON_NO_ROW, 0));
	write_event(told(NF_EDGE_KIND_PERMITTED, 1));
	work();
	work();
	unicast_error = 0;
	write_event(told(NF_EDGE_REASON_NO_ROW, 0));
	work();
	KUNIT_ASSERT_EQ(test, events_to(200), 1);
	expect_lost(test, 200, NF_EDGE_REASON_NO_ROW, 0, 0, 100);
	expect_lost(test, 200, NF_EDGE_KIND_PERMITTED, 0, 0, 1);
	forget_sent();
	work();
	KUNIT_ASSERT_EQ(test, n_sent, 0);

	/* No memory for a message is the same to the socket. */
	write_event(told(NF_EDGE_REASON_NO_ROW, 0));
	set_allocations_left(0);
	work();
	set_allocations_left(-1);
	work();
	KUNIT_ASSERT_EQ(test, events_to(200), 0);
	expect_lost(test, 200, NF_EDGE_REASON_NO_ROW, 0, 0, 101);
}

static void a_full_message_is_followed_by_another(struct kunit *test)
{
	unsigned int i;
	u32 n;

	load_all(test);
	n = en->snapshot->site->table->n;
	listen_to_all(test, 200);
	for (i = 0; i < 300; i++) {
		struct nf_edge_event event = told(NF_EDGE_REASON_PEER,
						  i % 3 ? 1 : BIT_ULL(n) - 1);

		event.sport = i;
		write_event(event);
	}
	work();
	/* A quarter of a ring has waited: the work comes again at once. */
	KUNIT_ASSERT_EQ(test, en->events_work.delay, 1);
	KUNIT_ASSERT_TRUE(test, n_sent > 10);
	for (i = 0; i < 300; i++)
		KUNIT_ASSERT_EQ(test, field(event_to(200, i),
					    NF_EDGE_A_EVENT_SOURCE_PORT), i);
	KUNIT_ASSERT_TRUE(test, !event_to(200, 300));
	KUNIT_ASSERT_TRUE(test, !lost_of(200, NF_EDGE_REASON_PEER));
	work();
	KUNIT_ASSERT_EQ(test, en->events_work.delay, HZ / 20);
}

static void events_keep_the_names_of_a_policy_that_goes(struct kunit *test)
{
	struct nf_edge_event future;

	load_all(test);
	listen_to_all(test, 200);
	write_event(told(NF_EDGE_REASON_PEER, 1));
	load(test, NF_EDGE_MODE_AUDIT, ALL_ZONES, ALL_FEATURES);
	KUNIT_ASSERT_EQ(test, events_to(200), 1);
	KUNIT_ASSERT_EQ(test, field(event_to(200, 0),
				    NF_EDGE_A_EVENT_GENERATION), 1);
	expect_one_reference_each(test);
	forget_sent();

	/* The work has come between a publication and its drain. */
	future = told(NF_EDGE_REASON_PEER, 1);
	future.generation++;
	write_event(told(NF_EDGE_REASON_PEER, 1));
	write_event(future);
	work();
	KUNIT_ASSERT_EQ(test, events_to(200), 1);
	load_all(test);
	work();
	KUNIT_ASSERT_EQ(test, events_to(200), 2);
	forget_sent();
	write_event(told(NF_EDGE_REASON_PEER, 1));
	KUNIT_ASSERT_EQ(test, ask_for(NF_EDGE_CMD_FLUSH), 0);
	KUNIT_ASSERT_EQ(test, events_to(200), 1);
	/* Nothing governed, and still listening: the next policy tells. */
	load_all(test);
	write_event(told(NF_EDGE_REASON_PEER, 1));
	work();
	KUNIT_ASSERT_EQ(test, events_to(200), 2);
}

/* A filter's names have other numbers in another policy. */
static void a_filter_follows_the_policy(struct kunit *test)
{
	struct nf_edge_event event;
	struct sk_buff *skb;

	load_all(test);
	KUNIT_ASSERT_EQ(test, listen_as(200, filter_text(NF_EDGE_A_LISTEN_NODE,
							 "edge2")), 0);
	event = told(NF_EDGE_REASON_NO_ROW, 0);
	event.destination_node = 1;
	write_event(event);
	work();
	KUNIT_ASSERT_EQ(test, events_to(200), 1);
	skb = request(NF_EDGE_CMD_LOAD);
	put_switches(skb, NF_EDGE_MODE_ENFORCE, ALL_ZONES, ALL_FEATURES);
	put_node(skb, "edge2", "131.107.155.10", "131.107.155.10");
	put_interface(skb, "wan0", BIT(NF_EDGE_SIDE_EXTERNAL));
	KUNIT_ASSERT_EQ(test, ask(skb), 0);
	write_event(told(NF_EDGE_REASON_NO_ROW, 0));
	work();
	KUNIT_ASSERT_EQ(test, events_to(200), 2);
}

static void the_module_says_when_it_ends(struct kunit *test)
{
	load_all(test);
	listen_to_all(test, 200);
	listen_to_all(test, 201);
	write_event(told(NF_EDGE_REASON_NO_ROW, 0));
	KUNIT_ASSERT_EQ(test, ask_for(NF_EDGE_CMD_FLUSH), 0);
	nf_edge_listeners_end(en);
	KUNIT_ASSERT_EQ(test, events_to(200), 1);
	KUNIT_ASSERT_NOT_NULL(test, sent_attr(200, NF_EDGE_A_LISTEN_END, 0));
	KUNIT_ASSERT_NOT_NULL(test, sent_attr(201, NF_EDGE_A_LISTEN_END, 0));
	KUNIT_ASSERT_TRUE(test, list_empty(&en->listeners));
	KUNIT_ASSERT_TRUE(test, !en->events);
}

static void a_listener_without_memory_is_none(struct kunit *test)
{
	load_all(test);
	until_it_has_memory(test, listen_request(), 0);
	KUNIT_ASSERT_TRUE(test, !list_empty(&en->listeners));
	listen_to_all(test, 201);
	close_socket(100);
	close_socket(201);
	KUNIT_ASSERT_TRUE(test, !static_branch_unlikely(&nf_edge_events_key));
}

static struct kunit_case cases[] = {
	KUNIT_CASE(an_event_has_the_names_of_its_policy),
	KUNIT_CASE(flags_are_told_as_they_are),
	KUNIT_CASE(filters_let_through_what_they_name),
	KUNIT_CASE(parts_of_a_filter_add_up),
	KUNIT_CASE(wrong_filters_are_refused),
	KUNIT_CASE(eight_sockets_listen),
	KUNIT_CASE(only_listeners_cost),
	KUNIT_CASE(a_tracepoint_costs_as_a_listener_does),
	KUNIT_CASE(losses_are_told_three_ways_apart),
	KUNIT_CASE(losses_outlive_their_listener),
	KUNIT_CASE(a_socket_without_room_is_told_later),
	KUNIT_CASE(a_full_message_is_followed_by_another),
	KUNIT_CASE(events_keep_the_names_of_a_policy_that_goes),
	KUNIT_CASE(a_filter_follows_the_policy),
	KUNIT_CASE(the_module_says_when_it_ends),
	KUNIT_CASE(a_listener_without_memory_is_none),
	{}
};

static struct kunit_suite suite = {
	.name = "nf_edge_family_events",
	.init = start,
	.exit = end,
	.test_cases = cases,
};

kunit_test_suite(suite);
