// SPDX-License-Identifier: GPL-2.0-only
/*
 * Counters go from the nodes of one policy to those of the next: nothing is lost
 * and nothing is told twice, also of what packets count on nodes of before.
 */

#include <kunit/test.h>

#include "../../kmod/counters.h"
#include "../../kmod/node.h"
#include "../../kmod/site.h"
#include "words.h"

#define SITES		8
#define ROW_NAMES	6

/* Sites of one node, each with rows of its own, as policies before had them. */
static struct nf_edge_site *site[SITES];
static int in_force;

/* Counts by identity: a row of the profile, or one of the site's own by name. */
static u64 wanted[ROWS + ROW_NAMES];
static u64 wanted_service[NF_EDGE_SERVICES];
static struct nf_edge_counters sum;

static const char *const names[ROW_NAMES] = {
	"site/a", "site/b", "site/c", "site/d", "site/e", "site/f",
};

/* A site with rows of these names, in this order. */
static struct nf_edge_site *make_site(struct kunit *test, u8 profile,
				      const char *rows, const char *node)
{
	struct nf_edge_site *made = kzalloc(sizeof(*made), GFP_KERNEL);
	struct nf_edge_table *table = kvmalloc(sizeof(*table), GFP_KERNEL);

	KUNIT_ASSERT_TRUE(test, made && table);
	nf_edge_table_start(table, profile);
	for (; *rows; rows++)
		table->row[table->n++] = (struct nf_edge_row){
			.id = names[*rows - 'a'], .note = "",
			.zone = NF_EDGE_ZONE_SITE,
			.service = (*rows - 'a') % NF_EDGE_SERVICES,
			.direction = *rows & 1, .n_ports = 1,
			.ports = { { 1000 + *rows, 1000 + *rows, 6 } },
			.nodes = NF_EDGE_ALL_NODES,
			.feature = NF_EDGE_FEATURE_NONE,
		};
	KUNIT_ASSERT_EQ(test, nf_edge_table_lay_out(table), 0);
	refcount_set(&made->refs, 1);
	made->table = table;
	made->node[0] = nf_edge_node_create(node, table);
	KUNIT_ASSERT_NOT_NULL(test, made->node[0]);
	made->n_nodes = 1;
	return made;
}

static void drop_site(int i)
{
	if (site[i])
		nf_edge_site_put(site[i]);
	site[i] = NULL;
}

static int start(struct kunit *test)
{
	memset(wanted, 0, sizeof(wanted));
	memset(wanted_service, 0, sizeof(wanted_service));
	in_force = -1;
	roll(9);
	return 0;
}

static void end(struct kunit *test)
{
	int i;

	for (i = 0; i < SITES; i++)
		drop_site(i);
}

static u32 identity(const struct nf_edge_table *table, u32 place)
{
	if (place < table->n_document)
		return place;
	return ROWS + table->row[place].id[5] - 'a';
}

static void put_in_force(int next)
{
	const struct nf_edge_site *old = in_force < 0 ? NULL : site[in_force];

	nf_edge_nodes_lock();
	if (old != site[next])
		nf_edge_site_inherit(site[next], old);
	nf_edge_nodes_unlock();
	in_force = next;
}

/* A policy ends the counts of rows that it does not have. */
static void want_rows_of(const struct nf_edge_table *table)
{
	bool there[ROWS + ROW_NAMES] = {};
	u32 i;

	for (i = 0; i < table->n; i++)
		there[identity(table, i)] = true;
	for (i = 0; i < ARRAY_SIZE(wanted); i++)
		if (!there[i])
			wanted[i] = 0;
}

/* A packet of one row on the node of a site, in force or not any more. */
static void hit(int on, u32 place)
{
	const struct nf_edge_table *table = site[on]->table;
	struct nf_edge_masks masks = { .table = table };
	const struct nf_edge_table *now = site[in_force]->table;
	u32 which = identity(table, place), i;

	run_on_cpu(dice());
	nf_edge_hit(&masks, site[on]->node[0]->cpu, BIT_ULL(place),
		    NF_EDGE_TO_EDGE, 1, false);
	wanted_service[table->row[place].service]++;
	for (i = 0; i < now->n; i++)
		if (identity(now, i) == which)
			wanted[which]++;
}

static void expect_counts(struct kunit *test)
{
	const struct nf_edge_table *table = site[in_force]->table;
	const struct nf_edge_node *node = site[in_force]->node[0];
	struct nf_edge_counts counts;
	u32 i;

	nf_edge_nodes_lock();
	nf_edge_node_sum(node, &sum);
	for (i = 0; i < table->n; i++) {
		counts = sum.row[i];
		nf_edge_counts_sub(&counts, &node->ledger->base.row[i]);
		KUNIT_ASSERT_EQ(test, counts.packets[NF_EDGE_TO_EDGE],
				wanted[identity(table, i)]);
		KUNIT_ASSERT_EQ(test, counts.bytes[NF_EDGE_TO_EDGE],
				wanted[identity(table, i)]);
	}
	for (i = 0; i < NF_EDGE_SERVICES; i++) {
		counts = sum.service[i];
		nf_edge_counts_sub(&counts, &node->ledger->base.service[i]);
		KUNIT_ASSERT_EQ(test, counts.packets[NF_EDGE_TO_EDGE],
				wanted_service[i]);
	}
	nf_edge_nodes_unlock();
}

static void reset(void)
{
	struct nf_edge_node *node = site[in_force]->node[0];

	nf_edge_nodes_lock();
	nf_edge_node_sum(node, &node->ledger->base);
	nf_edge_nodes_unlock();
	memset(wanted, 0, sizeof(wanted));
	memset(wanted_service, 0, sizeof(wanted_service));
}

#define FIRST	NF_EDGE_PROFILE_LYNC2013_SCALED_PUBLIC

static void counts_go_on_where_the_rows_do(struct kunit *test)
{
	site[0] = make_site(test, FIRST, "abc", "edge1");
	put_in_force(0);
	hit(0, 4);
	hit(0, ROWS);
	hit(0, ROWS + 1);
	hit(0, ROWS + 2);
	expect_counts(test);

	/* Another order, one less, one more. */
	site[1] = make_site(test, FIRST, "cda", "edge1");
	want_rows_of(site[1]->table);
	put_in_force(1);
	expect_counts(test);
	KUNIT_ASSERT_EQ(test, wanted[ROWS], 1);
	KUNIT_ASSERT_EQ(test, wanted[ROWS + 1], 0);

	/* Packets that are still under way, on a row that left, too. */
	hit(0, ROWS);
	hit(0, ROWS + 1);
	hit(1, ROWS + 1);
	expect_counts(test);
	drop_site(0);
	expect_counts(test);
}

static void a_row_that_comes_back_counts_from_zero(struct kunit *test)
{
	site[0] = make_site(test, FIRST, "ab", "edge1");
	put_in_force(0);
	hit(0, ROWS + 1);
	site[1] = make_site(test, FIRST, "a", "edge1");
	want_rows_of(site[1]->table);
	put_in_force(1);
	hit(0, ROWS + 1);
	site[2] = make_site(test, FIRST, "ab", "edge1");
	put_in_force(2);
	expect_counts(test);
	hit(2, ROWS + 1);
	/* It left, and cannot come back by an old packet. */
	run_on_cpu(1);
	expect_counts(test);
	drop_site(0);
	drop_site(1);
	expect_counts(test);
}

/* As when a row of the site's own names nodes, and this one no more. */
static void a_row_that_leaves_the_node_counts_from_zero(struct kunit *test)
{
	site[0] = make_site(test, FIRST, "ab", "edge1");
	put_in_force(0);
	hit(0, ROWS);
	hit(0, ROWS + 1);
	site[1] = make_site(test, FIRST, "ab", "edge1");
	site[1]->node[0]->rows &= ~BIT_ULL(ROWS + 1);
	put_in_force(1);
	wanted[ROWS + 1] = 0;
	expect_counts(test);
	hit(1, ROWS);
	expect_counts(test);
	site[2] = make_site(test, FIRST, "ba", "edge1");
	put_in_force(2);
	expect_counts(test);
	hit(2, ROWS);
	expect_counts(test);
	drop_site(0);
	drop_site(1);
	expect_counts(test);
	KUNIT_ASSERT_EQ(test, wanted[ROWS], 2);
	KUNIT_ASSERT_EQ(test, wanted[ROWS + 1], 1);
}

static void a_policy_of_before_can_be_put_back(struct kunit *test)
{
	int round;

	site[0] = make_site(test, FIRST, "ab", "edge1");
	site[1] = make_site(test, FIRST, "ca", "edge1");
	put_in_force(0);
	for (round = 0; round < 5; round++) {
		hit(0, ROWS);
		hit(0, ROWS + 1);
		hit(0, 7);
		if (round)
			hit(1, ROWS + 1);
		expect_counts(test);
		want_rows_of(site[1]->table);
		put_in_force(1);
		hit(0, ROWS);
		hit(1, ROWS);
		expect_counts(test);
		reset();
		hit(1, ROWS + 1);
		expect_counts(test);
		want_rows_of(site[0]->table);
		put_in_force(0);
		expect_counts(test);
	}
	drop_site(1);
	expect_counts(test);
}

static struct nf_edge_rest rest;

/* Another site in force, from which one can return to the site before. */
static void leave_for(int next)
{
	nf_edge_nodes_lock();
	nf_edge_site_keep(site[in_force], &rest);
	nf_edge_site_inherit(site[next], site[in_force]);
	nf_edge_nodes_unlock();
	in_force = next;
}

static void return_to(int before)
{
	nf_edge_nodes_lock();
	nf_edge_site_return(site[before], site[in_force], &rest);
	nf_edge_nodes_unlock();
	in_force = before;
}

/* Rows that were away are where they were, and packets under way count. */
static void a_site_that_returns_counts_on(struct kunit *test)
{
	int round;

	site[2] = make_site(test, FIRST, "abc", "edge1");
	put_in_force(2);
	hit(2, ROWS);
	hit(2, ROWS + 1);
	hit(2, ROWS + 2);
	site[0] = make_site(test, FIRST, "abc", "edge1");
	put_in_force(0);
	site[1] = make_site(test, FIRST, "dca", "edge1");
	for (round = 0; round < 5; round++) {
		hit(0, ROWS);
		hit(0, ROWS + 1);
		/* Packets of a policy two changes ago are not under way. */
		if (!round)
			hit(2, ROWS + 1);
		expect_counts(test);
		if (round == 3)
			reset();
		leave_for(1);
		hit(1, ROWS);
		hit(1, ROWS + 1);
		hit(1, ROWS + 2);
		hit(0, ROWS + 2);
		hit(0, ROWS + 1);
		/* The row is not in force, and is counted all the same. */
		wanted[ROWS + 1]++;
		wanted[ROWS + 3] = 0;
		return_to(0);
		expect_counts(test);
	}
	KUNIT_ASSERT_EQ(test, wanted[ROWS + 1], 3);
	KUNIT_ASSERT_TRUE(test, sum.row[ROWS + 1].last_hit > 0);
	drop_site(1);
	drop_site(2);
	expect_counts(test);
	hit(0, ROWS + 1);
	expect_counts(test);
}

/* Counters that the other site did not take over stay where they are. */
static void a_site_returns_from_other_nodes(struct kunit *test)
{
	int other;

	site[0] = make_site(test, FIRST, "a", "edge1");
	site[1] = make_site(test, FIRST, "a", "edge2");
	site[2] = make_site(test, NF_EDGE_PROFILE_LYNC2013_SINGLE_PUBLIC, "a",
			    "edge1");
	put_in_force(0);
	for (other = 1; other <= 2; other++) {
		hit(0, 3);
		hit(0, ROWS);
		leave_for(other);
		return_to(0);
		expect_counts(test);
	}
	KUNIT_ASSERT_EQ(test, wanted[3], 2);
}

static void another_profile_starts_from_zero(struct kunit *test)
{
	struct nf_edge_counts *row = sum.row;
	u32 i;

	site[0] = make_site(test, FIRST, "a", "edge1");
	site[1] = make_site(test, NF_EDGE_PROFILE_LYNC2013_SINGLE_PUBLIC, "a",
			    "edge1");
	put_in_force(0);
	for (i = 0; i < ROWS + 1; i++)
		hit(0, i);
	put_in_force(1);
	memset(wanted, 0, sizeof(wanted));
	memset(wanted_service, 0, sizeof(wanted_service));
	expect_counts(test);
	hit(1, 3);
	expect_counts(test);
	/* Back again, from zero too, the last hit included. */
	put_in_force(0);
	memset(wanted, 0, sizeof(wanted));
	memset(wanted_service, 0, sizeof(wanted_service));
	expect_counts(test);
	for (i = 0; i < ROWS + 1; i++)
		KUNIT_ASSERT_EQ(test, row[i].last_hit, 0);
	hit(0, 3);
	expect_counts(test);
	KUNIT_ASSERT_TRUE(test, row[3].last_hit > 0);
}

static void a_node_that_was_away_starts_from_zero(struct kunit *test)
{
	site[0] = make_site(test, FIRST, "a", "edge1");
	site[1] = make_site(test, FIRST, "a", "edge2");
	site[2] = make_site(test, FIRST, "b", "edge1");
	put_in_force(0);
	hit(0, ROWS);
	put_in_force(1);
	memset(wanted, 0, sizeof(wanted));
	memset(wanted_service, 0, sizeof(wanted_service));
	expect_counts(test);
	put_in_force(2);
	expect_counts(test);
	hit(2, ROWS);
	/* The first site again, whose node has a past that is not this one's. */
	want_rows_of(site[0]->table);
	put_in_force(0);
	expect_counts(test);
	hit(0, ROWS);
	expect_counts(test);
}

/* Random policies, packets on all that are left, resets, and some put back. */
static void nothing_is_lost_or_told_twice(struct kunit *test)
{
	static const char *const kinds[] = {
		"", "a", "ab", "ba", "cab", "fedcba", "fb", "e", "abcdef",
	};
	u32 round, n, i;

	for (round = 0; round < 2000; round++) {
		u32 next = dice() % SITES;

		if (in_force < 0 || (next != (u32)in_force && dice() % 2)) {
			if (!site[next] || dice() % 2) {
				drop_site(next);
				site[next] = make_site(test, FIRST,
						       kinds[dice() % ARRAY_SIZE(kinds)],
						       "edge1");
			}
			want_rows_of(site[next]->table);
			put_in_force(next);
		}
		for (n = dice() % 10; n; n--) {
			i = dice() % SITES;
			/*
			 * A row that came back does not count what is under way
			 * from before it left: that is of the site in force.
			 */
			if (site[i] && site[i]->node[0]->used)
				hit(i, i == (u32)in_force ?
				    dice() % site[i]->table->n : dice() % ROWS);
		}
		if (dice() % 8 == 0)
			reset();
		next = dice() % SITES;
		if (next != (u32)in_force && dice() % 4 == 0)
			drop_site(next);
		expect_counts(test);
		cond_resched();
	}
}

static struct kunit_case cases[] = {
	KUNIT_CASE(counts_go_on_where_the_rows_do),
	KUNIT_CASE(a_row_that_comes_back_counts_from_zero),
	KUNIT_CASE(a_row_that_leaves_the_node_counts_from_zero),
	KUNIT_CASE(a_policy_of_before_can_be_put_back),
	KUNIT_CASE(a_site_that_returns_counts_on),
	KUNIT_CASE(a_site_returns_from_other_nodes),
	KUNIT_CASE(another_profile_starts_from_zero),
	KUNIT_CASE(a_node_that_was_away_starts_from_zero),
	KUNIT_CASE(nothing_is_lost_or_told_twice),
	{}
};

static struct kunit_suite suite = {
	.name = "nf_edge_node",
	.init = start,
	.exit = end,
	.test_cases = cases,
};

kunit_test_suite(suite);
