// SPDX-License-Identifier: GPL-2.0-only
/* Dumps of rows, nodes, sets and prefixes, whole in a buffer of any size. */

#include "family/asking.h"

/* Octets that the largest message with one entry needs. */
#define SMALLEST	512
#define LARGEST		6000

#define PREFIXES	150	/* of a set and family */

static const struct nf_edge_site *site;
static u32 at, set_at, generation;

static int start(struct kunit *test)
{
	int err = start_family();

	roll(3);
	at = 0;
	return err;
}

static void end(struct kunit *test)
{
	end_family();
}

static void put_list(struct sk_buff *skb, u32 set, bool ipv6)
{
	struct nlattr *nest = begin_peers(skb, set), *list;
	char text[32];
	int i;

	list = nla_reserve(skb, ipv6 ? NF_EDGE_A_PEERS_PREFIXES_IPV6 :
			   NF_EDGE_A_PEERS_PREFIXES_IPV4, 0);
	for (i = 0; i < PREFIXES; i++) {
		snprintf(text, sizeof(text),
			 ipv6 ? "2001:db8:%x::/48" : "10.%d.0.0/16", i + 1);
		put_entry(skb, list, text);
	}
	nla_nest_end(skb, nest);
}

/* Two nodes of many addresses, sets of one family, of both, and of none. */
static void load(struct kunit *test)
{
	struct sk_buff *skb = request(NF_EDGE_CMD_LOAD);
	char name[16], text[32];
	struct nlattr *nest;
	int node, i;

	put_switches(skb, NF_EDGE_MODE_ENFORCE,
		     BIT(NF_EDGE_ZONE_EXTERNAL) | BIT(NF_EDGE_ZONE_PIC),
		     BIT(NF_EDGE_FEATURE_AV) | BIT(NF_EDGE_FEATURE_PIC));
	for (node = 0; node < 9; node++) {
		nest = nla_nest_start(skb, NF_EDGE_A_POLICY_NODE);
		snprintf(name, sizeof(name), "edge%d", node);
		nla_put_string(skb, NF_EDGE_A_NODE_NAME, name);
		for (i = 0; i < 10; i++) {
			snprintf(text, sizeof(text), i % 2 ? "2001:db8::%d:%d" :
				 "192.0.%d.%d", node + 1, i + 1);
			put_address(skb, i % 3, text);
		}
		nla_nest_end(skb, nest);
	}
	put_list(skb, NF_EDGE_PEER_SET_DNS, false);
	put_list(skb, NF_EDGE_PEER_SET_CRL, true);
	put_list(skb, NF_EDGE_PEER_SET_PIC_PARTNERS, false);
	put_list(skb, NF_EDGE_PEER_SET_PIC_PARTNERS, true);
	nla_nest_end(skb, begin_peers(skb, NF_EDGE_PEER_SET_CMS));
	KUNIT_ASSERT_EQ(test, ask(skb), 0);
	site = en->snapshot->site;
	generation = en->generation;
	KUNIT_ASSERT_EQ(test, site->n_prefixes, 4 * PREFIXES);
}

static const struct nlattr *said(const struct nlmsghdr *nlh, int type)
{
	return attr_in(payload_of(nlh), payload_size(nlh), type);
}

/* The next prefix of the site, in the order of sets. */
static const struct nf_edge_prefix *next_prefix(u32 set)
{
	while (at < site->n_prefixes && site->prefix[at].set != set)
		at++;
	return at < site->n_prefixes ? &site->prefix[at++] : NULL;
}

static void prefixes(struct kunit *test, const struct nlmsghdr *nlh)
{
	const struct nlattr *peers = said(nlh, NF_EDGE_A_POLICY_PEERS);
	const struct nlattr *four, *six, *list;
	int size, octets, i;

	KUNIT_ASSERT_EQ(test, number(said(nlh, NF_EDGE_A_POLICY_GENERATION)),
			generation);
	if (number(nested(peers, NF_EDGE_A_PEERS_SET)) != set_at) {
		KUNIT_ASSERT_NULL(test, next_prefix(set_at));
		set_at = number(nested(peers, NF_EDGE_A_PEERS_SET));
		at = 0;
	}
	four = nested(peers, NF_EDGE_A_PEERS_PREFIXES_IPV4);
	six = nested(peers, NF_EDGE_A_PEERS_PREFIXES_IPV6);
	KUNIT_ASSERT_TRUE(test, !four != !six);
	list = four ?: six;
	octets = four ? 4 : 16;
	size = octets + 4;
	KUNIT_ASSERT_TRUE(test, nla_len(list) && !(nla_len(list) % size));
	for (i = 0; i < nla_len(list); i += size) {
		const u8 *entry = (u8 *)nla_data(list) + i;
		const struct nf_edge_prefix *p = next_prefix(set_at);
		__be64 wanted[2];

		KUNIT_ASSERT_NOT_NULL(test, p);
		wanted[0] = cpu_to_be64(p->hi);
		wanted[1] = cpu_to_be64(p->lo);
		KUNIT_ASSERT_EQ(test, p->ipv6, !four);
		KUNIT_ASSERT_EQ(test, memcmp(entry, wanted, octets), 0);
		KUNIT_ASSERT_EQ(test, entry[octets], p->len);
		KUNIT_ASSERT_NULL(test, memchr_inv(entry + octets + 1, 0, 3));
	}
}

static void prefixes_are_dumped_whole_into_a_buffer_of_any_size(struct kunit *test)
{
	size_t size;

	load(test);
	for (size = SMALLEST; size < LARGEST; size++) {
		at = 0;
		set_at = NF_EDGE_PEER_SET_CRL;
		KUNIT_ASSERT_TRUE(test, dump(test, NF_EDGE_CMD_PREFIX_GET, size,
					     prefixes) >= 4);
		KUNIT_ASSERT_EQ(test, set_at, NF_EDGE_PEER_SET_PIC_PARTNERS);
		KUNIT_ASSERT_NULL(test, next_prefix(set_at));
	}
}

static void nodes(struct kunit *test, const struct nlmsghdr *nlh)
{
	const struct nlattr *node = said(nlh, NF_EDGE_A_POLICY_NODE), *attr;
	u32 i = 0;
	int left;

	KUNIT_ASSERT_EQ(test, number(said(nlh, NF_EDGE_A_POLICY_GENERATION)),
			generation);
	KUNIT_ASSERT_STREQ(test, nla_data(nested(node, NF_EDGE_A_NODE_NAME)),
			   site->node[at]->name);
	nla_for_each_nested(attr, node, left) {
		const struct nlattr *octets;
		const struct nf_edge_address *a;
		__be64 wanted[2];

		if (nla_type(attr) != NF_EDGE_A_NODE_ADDRESS)
			continue;
		while (site->address[i].node != at)
			i++;
		a = &site->address[i++];
		wanted[0] = cpu_to_be64(a->hi);
		wanted[1] = cpu_to_be64(a->lo);
		KUNIT_ASSERT_EQ(test, number(nested(attr,
						    NF_EDGE_A_ADDRESS_SERVICE)),
				a->service);
		octets = nested(attr, a->ipv6 ? NF_EDGE_A_ADDRESS_IPV6 :
						NF_EDGE_A_ADDRESS_IPV4);
		KUNIT_ASSERT_EQ(test, nla_len(octets), a->ipv6 ? 16 : 4);
		KUNIT_ASSERT_EQ(test, memcmp(nla_data(octets), wanted,
					     nla_len(octets)), 0);
	}
	for (; i < site->n_addresses; i++)
		KUNIT_ASSERT_TRUE(test, site->address[i].node != at);
	at++;
}

static void peers(struct kunit *test, const struct nlmsghdr *nlh)
{
	const struct nlattr *nest = said(nlh, NF_EDGE_A_POLICY_PEERS);

	KUNIT_ASSERT_EQ(test, number(said(nlh, NF_EDGE_A_POLICY_GENERATION)),
			generation);
	KUNIT_ASSERT_EQ(test, number(nested(nest, NF_EDGE_A_PEERS_SET)), at);
	KUNIT_ASSERT_EQ(test, number(nested(nest, NF_EDGE_A_PEERS_COUNT)),
			at == NF_EDGE_PEER_SET_CMS ? 0 :
			at == NF_EDGE_PEER_SET_DNS ||
			at == NF_EDGE_PEER_SET_CRL ? PREFIXES :
			at == NF_EDGE_PEER_SET_PIC_PARTNERS ? 2 * PREFIXES : -1);
	at++;
}

static void rows(struct kunit *test, const struct nlmsghdr *nlh)
{
	const struct nf_edge_row *row = &flow_table.row[at];
	const struct nf_edge_snapshot *now = en->snapshot;
	bool featureless = row->feature == NF_EDGE_FEATURE_NONE;
	u32 dead = 0;

	if (now && !(now->switches.zones & BIT(row->zone)))
		dead |= BIT(NF_EDGE_DEAD_ZONE_OFF);
	if (now && !featureless && !(now->switches.features & BIT(row->feature)))
		dead |= BIT(NF_EDGE_DEAD_FEATURE_OFF);
#define SAYS(attribute, value)						\
	KUNIT_ASSERT_EQ(test, number(said(nlh, NF_EDGE_A_ROW_##attribute)), \
			(s64)(value))
#define NAMES(attribute, text)						\
	KUNIT_ASSERT_STREQ(test, nla_data(said(nlh, NF_EDGE_A_ROW_##attribute)), \
			   text)
	NAMES(ID, row->id);
	NAMES(ROLE, row->role);
	NAMES(APPLICATION, row->application);
	NAMES(NOTE, row->note);
	SAYS(ZONE, row->zone);
	SAYS(SERVICE, row->service);
	SAYS(DIRECTION, row->direction);
	SAYS(SIDE, row->side);
	SAYS(PROTOCOL, row->ports[0].l4proto);
	SAYS(PORT_LOW, row->ports[0].low);
	SAYS(PORT_HIGH, row->ports[0].high);
	SAYS(PEER_SETS, row->peer_sets);
	SAYS(BOUND_SETS, now ? row->peer_sets & now->site->sets.bound : 0);
	SAYS(ANY_WHEN_UNBOUND, row->any_when_unbound);
	SAYS(FEATURE, featureless ? -1 : (s64)row->feature);
	SAYS(DEAD, dead);
	SAYS(LIVE, now && !dead);
	SAYS(GENERATION, generation);
	at++;
}

static void all_else_is_dumped_whole_into_a_buffer_of_any_size(struct kunit *test)
{
	static const struct {
		u8 command;
		message_fn message;
		u32 n;
	} dumps[] = {
		{ NF_EDGE_CMD_NODE_GET, nodes, 9 },
		{ NF_EDGE_CMD_PEERS_GET, peers, NF_EDGE_DOCUMENT_SETS },
		{ NF_EDGE_CMD_ROW_GET, rows, ROWS },
	};
	size_t size;
	int i;

	load(test);
	for (i = 0; i < ARRAY_SIZE(dumps); i++) {
		for (size = SMALLEST; size < LARGEST; size += 3) {
			at = 0;
			dump(test, dumps[i].command, size, dumps[i].message);
			KUNIT_ASSERT_EQ(test, at, dumps[i].n);
		}
	}
}

static void without_a_policy_only_rows_are_dumped(struct kunit *test)
{
	generation = 0;
	KUNIT_ASSERT_EQ(test, dump(test, NF_EDGE_CMD_NODE_GET, LARGEST, nodes), 0);
	KUNIT_ASSERT_EQ(test, dump(test, NF_EDGE_CMD_PEERS_GET, LARGEST, peers), 0);
	KUNIT_ASSERT_EQ(test, dump(test, NF_EDGE_CMD_PREFIX_GET, LARGEST,
				   prefixes), 0);
	KUNIT_ASSERT_EQ(test, dump(test, NF_EDGE_CMD_ROW_GET, LARGEST, rows),
			ROWS);
	load(test);
	KUNIT_ASSERT_EQ(test, ask_for(NF_EDGE_CMD_FLUSH), 0);
	generation = 2;
	at = 0;
	KUNIT_ASSERT_EQ(test, dump(test, NF_EDGE_CMD_ROW_GET, LARGEST, rows),
			ROWS);
}

/* Between two messages of a dump, the policy ends. */
static void flush_once(struct kunit *test, const struct nlmsghdr *nlh)
{
	nodes(test, nlh);
	if (at == 1)
		KUNIT_ASSERT_EQ(test, ask_for(NF_EDGE_CMD_FLUSH), 0);
}

static void a_dump_pins_the_policy_that_it_reads(struct kunit *test)
{
	load(test);
	KUNIT_ASSERT_EQ(test, dump(test, NF_EDGE_CMD_NODE_GET, SMALLEST,
				   flush_once), 9);
	KUNIT_ASSERT_NULL(test, en->snapshot);
	KUNIT_ASSERT_EQ(test, dump(test, NF_EDGE_CMD_NODE_GET, SMALLEST, nodes),
			0);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(prefixes_are_dumped_whole_into_a_buffer_of_any_size),
	KUNIT_CASE(all_else_is_dumped_whole_into_a_buffer_of_any_size),
	KUNIT_CASE(without_a_policy_only_rows_are_dumped),
	KUNIT_CASE(a_dump_pins_the_policy_that_it_reads),
	{}
};

static struct kunit_suite suite = {
	.name = "nf_edge_family_dump",
	.init = start,
	.exit = end,
	.test_cases = cases,
};

kunit_test_suite(suite);
