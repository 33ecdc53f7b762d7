// SPDX-License-Identifier: GPL-2.0-only
/* Counters: sums by row and service over all CPUs have each packet. */

#include <kunit/test.h>
#include <linux/timekeeping.h>

#include "../../kmod/counters.h"
#include "../../kmod/drops.h"
#include "../../kmod/node.h"
#include "../../kmod/snapshot.h"
#include "words.h"

#define NODES	3

static struct nf_edge_node *nodes[NODES];
static struct nf_edge_snapshot policy = {
	.masks = { .table = &flow_table },
	.nodes = nodes,
};
static struct nf_edge_counters sum, wanted[NODES];

static int start(struct kunit *test)
{
	int i, err = start_flow_table();

	for (i = 0; !err && i < NODES; i++) {
		nodes[i] = nf_edge_node_create("edge", &flow_table);
		err = nodes[i] ? 0 : -ENOMEM;
	}
	memset(wanted, 0, sizeof(wanted));
	roll(5);
	return err;
}

static void end(struct kunit *test)
{
	int i;

	for (i = 0; i < NODES; i++)
		nf_edge_node_put(nodes[i]);
	end_flow_table();
}

static u64 random_rows(void)
{
	u64 rows = ((u64)dice() << 31 | dice()) & ((u64)dice() << 31 | dice());

	return (rows | BIT_ULL(dice() % ROWS)) &
	       (BIT_ULL(ROWS) - 1);
}

static void expect_counts(struct kunit *test, const struct nf_edge_counts *got,
			  const struct nf_edge_counts *expected)
{
	int i;

	for (i = 0; i < 2; i++) {
		KUNIT_ASSERT_EQ(test, got->packets[i], expected->packets[i]);
		KUNIT_ASSERT_EQ(test, got->bytes[i], expected->bytes[i]);
	}
	KUNIT_ASSERT_EQ(test, got->connections, expected->connections);
	KUNIT_ASSERT_EQ(test, got->denied, expected->denied);
}

static void expect_all(struct kunit *test)
{
	int node, i;

	for (node = 0; node < NODES; node++) {
		nf_edge_node_sum(nodes[node], &sum);
		for (i = 0; i < ROWS; i++)
			expect_counts(test, &sum.row[i], &wanted[node].row[i]);
		for (i = 0; i < NF_EDGE_SERVICES; i++)
			expect_counts(test, &sum.service[i],
				      &wanted[node].service[i]);
	}
}

static void a_new_node_has_counted_nothing(struct kunit *test)
{
	expect_all(test);
	KUNIT_ASSERT_EQ(test, sum.row[0].last_hit, 0);
	KUNIT_ASSERT_STREQ(test, nodes[0]->name, "edge");
}

/* One end of a packet, counted row by row; a service once. */
static void want_packet(struct nf_edge_counters *at, u64 rows,
			enum nf_edge_direction direction, int toward, u32 len)
{
	u32 services = 0;
	int i;

	for (i = 0; i < ROWS; i++) {
		const struct nf_edge_row *row = &flow_table.row[i];
		struct nf_edge_counts *service = &at->service[row->service];

		if (!(rows >> i & 1) || row->direction != direction)
			continue;
		at->row[i].packets[toward]++;
		at->row[i].bytes[toward] += len;
		if (services & BIT(row->service))
			continue;
		services |= BIT(row->service);
		service->packets[toward]++;
		service->bytes[toward] += len;
	}
}

/* A connection, or a denied packet: a service of a node once for both ends. */
static void want_once(u64 rows, int source, int destination, bool denied)
{
	u32 services[NODES] = {};
	int i;

	for (i = 0; i < ROWS; i++) {
		const struct nf_edge_row *row = &flow_table.row[i];
		int node = row->direction == NF_EDGE_DIRECTION_IN ?
			   destination : source;
		struct nf_edge_counts *counts[2] = {
			&wanted[node].row[i],
			&wanted[node].service[row->service],
		};
		int j, n = 2;

		if (!(rows >> i & 1))
			continue;
		if (services[node] & BIT(row->service))
			n = 1;
		services[node] |= BIT(row->service);
		for (j = 0; j < n; j++) {
			counts[j]->connections += !denied;
			counts[j]->denied += denied;
		}
	}
}

static void permitted_packets_count_on_rows_and_once_on_services(struct kunit *test)
{
	int round;

	for (round = 0; round < 20000; round++) {
		struct nf_edge_class source = { .node = dice() % NODES };
		struct nf_edge_class destination = { .node = dice() % NODES };
		struct nf_edge_packet packet = {
			.source = &source, .destination = &destination,
			.first_direction = dice() % 2,
		};
		bool new = packet.first_direction && dice() % 2;
		bool first = packet.first_direction;
		u32 len = 20 + dice() % 65516;
		u64 rows = random_rows();

		run_on_cpu(dice());
		nf_edge_count_permitted(&policy, &packet, rows, new, len);
		want_packet(&wanted[destination.node], rows,
			    NF_EDGE_DIRECTION_IN,
			    first ? NF_EDGE_TO_EDGE : NF_EDGE_FROM_EDGE, len);
		want_packet(&wanted[source.node], rows, NF_EDGE_DIRECTION_OUT,
			    first ? NF_EDGE_FROM_EDGE : NF_EDGE_TO_EDGE, len);
		if (new)
			want_once(rows, source.node, destination.node, false);
	}
	expect_all(test);
}

static void refused_packets_count_on_their_reason_and_near_rows(struct kunit *test)
{
	struct nf_edge_drops __percpu *drops = alloc_percpu(struct nf_edge_drops);
	static struct nf_edge_drops drops_wanted, drops_sum;
	int round;

	KUNIT_ASSERT_TRUE(test, drops != NULL);
	policy.drops = drops;
	memset(&drops_wanted, 0, sizeof(drops_wanted));
	for (round = 0; round < 20000; round++) {
		struct nf_edge_class source = { .node = dice() % NODES };
		struct nf_edge_class destination = { .node = dice() % NODES };
		struct nf_edge_packet packet = {
			.source = &source, .destination = &destination,
			.error = dice() % 4 == 0,
		};
		struct nf_edge_judgement judgement = {
			.verdict = NF_EDGE_VERDICT_DROP,
			.reason = dice() % NF_EDGE_REASONS,
			.near = random_rows(),
		};
		struct nf_edge_drop *drop = &drops_wanted.reason[judgement.reason];
		bool would_be = dice() % 2;
		u32 len = dice() % 1500;

		run_on_cpu(dice());
		nf_edge_count_refused(&policy, &packet, &judgement, would_be,
				      len);
		drop->packets[would_be]++;
		drop->bytes[would_be] += len;
		/* As the hook does of a connection that is offloaded. */
		if (would_be) {
			this_cpu_inc(drops->offloaded);
			drops_wanted.offloaded++;
		}
		if ((BIT(judgement.reason) & NF_EDGE_REASONS_DENYING) &&
		    !packet.error)
			want_once(judgement.near, source.node,
				  destination.node, true);
	}
	expect_all(test);
	nf_edge_drops_sum(drops, &drops_sum);
	free_percpu(drops);
	KUNIT_ASSERT_EQ(test, memcmp(&drops_sum, &drops_wanted,
				     sizeof(drops_sum)), 0);
}

static void a_hit_is_as_late_as_the_clock_says(struct kunit *test)
{
	struct nf_edge_class end = {};
	struct nf_edge_packet packet = {
		.source = &end, .destination = &end, .first_direction = true,
	};
	u64 before = ktime_get_real_ns() / NSEC_PER_SEC;
	const struct nf_edge_row *row = &flow_table.row[4];

	nf_edge_count_permitted(&policy, &packet, BIT_ULL(4), true, 100);
	nf_edge_node_sum(nodes[0], &sum);
	/* to a jiffy, which may be of the second before */
	KUNIT_ASSERT_TRUE(test, sum.row[4].last_hit + 1 >= before);
	KUNIT_ASSERT_TRUE(test, sum.row[4].last_hit <=
				ktime_get_real_ns() / NSEC_PER_SEC);
	KUNIT_ASSERT_EQ(test, sum.service[row->service].last_hit,
			sum.row[4].last_hit);
	KUNIT_ASSERT_EQ(test, sum.row[5].last_hit, 0);
}

/* Seconds between two hits, far more than reading them takes. */
#define EARLIER		60

/* Every CPU, both ways, a service's first row and its other rows. */
static void the_last_hit_is_the_latest_of_all(struct kunit *test)
{
	const struct nf_edge_row *row = &flow_table.row[4];
	struct nf_edge_counts *service = &sum.service[row->service];
	u64 late, early, now = jiffies;
	int cpu, again, toward;

#define LAST(cpu, again, toward)					\
	(per_cpu_ptr(nodes[0]->cpu, cpu)->row[4][again].last[toward])
	for_each_possible_cpu(cpu)
		for (again = 0; again < 2; again++)
			for (toward = 0; toward < 2; toward++)
				LAST(cpu, again, toward) = now - EARLIER * HZ;
	nf_edge_node_sum(nodes[0], &sum);
	early = sum.row[4].last_hit;
	KUNIT_ASSERT_EQ(test, service->last_hit, early);

	for_each_possible_cpu(cpu) {
		for (again = 0; again < 2; again++) {
			for (toward = 0; toward < 2; toward++) {
				LAST(cpu, again, toward) = now;
				nf_edge_node_sum(nodes[0], &sum);
				LAST(cpu, again, toward) = now - EARLIER * HZ;
				late = sum.row[4].last_hit;
				KUNIT_ASSERT_TRUE(test, late > early + EARLIER / 2);
				KUNIT_ASSERT_TRUE(test, again ?
						  service->last_hit < late :
						  service->last_hit == late);
			}
		}
	}
}

/* Readings at each moment of a jiffy, of hits at each jiffy of a second. */
static void a_last_hit_reads_the_same_each_time(struct kunit *test)
{
	u64 end, first[NF_EDGE_TABLE_ROWS];
	u32 i, k;

	for (k = 0; k < HZ; k += nodes[0]->n) {
		for (i = 0; i < nodes[0]->n; i++)
			per_cpu_ptr(nodes[0]->cpu, 0)->row[i][0].last[0] =
				jiffies - EARLIER * HZ - k - i;
		nf_edge_node_sum(nodes[0], &sum);
		for (i = 0; i < nodes[0]->n; i++)
			first[i] = sum.row[i].last_hit;
		for (end = get_jiffies_64() + 3; get_jiffies_64() < end;) {
			nf_edge_node_sum(nodes[0], &sum);
			for (i = 0; i < nodes[0]->n; i++)
				KUNIT_ASSERT_EQ(test, sum.row[i].last_hit,
						first[i]);
		}
	}
}

static void what_is_counted_since_leaves_the_last_hit(struct kunit *test)
{
	struct nf_edge_counts now = {
		.packets = { 10, 20 }, .bytes = { 1000, 2000 },
		.connections = 7, .denied = 5, .last_hit = 99,
	};
	struct nf_edge_counts then = {
		.packets = { 1, 2 }, .bytes = { 100, 300 },
		.connections = 3, .denied = 4, .last_hit = 50,
	};
	struct nf_edge_counts since = {
		.packets = { 9, 18 }, .bytes = { 900, 1700 },
		.connections = 4, .denied = 1,
	};

	nf_edge_counts_sub(&now, &then);
	expect_counts(test, &now, &since);
	KUNIT_ASSERT_EQ(test, now.last_hit, 99);
}

static void a_node_needs_all_its_memory(struct kunit *test)
{
	struct nf_edge_node *node;
	bool failed = true;
	int left;

	for (left = 0; failed; left++) {
		KUNIT_ASSERT_TRUE(test, left < 200);
		set_allocations_left(left);
		node = nf_edge_node_create("edge", &flow_table);
		failed = allocations_left() < 0;
		set_allocations_left(-1);
		KUNIT_ASSERT_TRUE(test, node || failed);
		if (node)
			nf_edge_node_put(node);
	}
	KUNIT_ASSERT_TRUE(test, left > 1);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(a_new_node_has_counted_nothing),
	KUNIT_CASE(permitted_packets_count_on_rows_and_once_on_services),
	KUNIT_CASE(refused_packets_count_on_their_reason_and_near_rows),
	KUNIT_CASE(a_hit_is_as_late_as_the_clock_says),
	KUNIT_CASE(the_last_hit_is_the_latest_of_all),
	KUNIT_CASE(a_last_hit_reads_the_same_each_time),
	KUNIT_CASE(what_is_counted_since_leaves_the_last_hit),
	KUNIT_CASE(a_node_needs_all_its_memory),
	{}
};

static struct kunit_suite suite = {
	.name = "nf_edge_counters",
	.init = start,
	.exit = end,
	.test_cases = cases,
};

kunit_test_suite(suite);
