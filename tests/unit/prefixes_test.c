// SPDX-License-Identifier: GPL-2.0-only
/* Collection of peer prefixes: chunks become one sorted array. */

#include <kunit/test.h>

#include "words.h"

static struct nf_edge_prefix *chunk_of(struct kunit *test,
					const struct nf_edge_prefix *from, u32 n)
{
	struct nf_edge_prefix *chunk = kvmalloc_array(n, sizeof(*chunk),
						      GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, chunk);
	memcpy(chunk, from, n * sizeof(*chunk));
	return chunk;
}

static void host_bits_are_what_the_length_leaves(struct kunit *test)
{
	int len, bit;

	for (len = 0; len <= 128; len++) {
		u64 hi = 0, lo = 0;

		for (bit = len; bit < 128; bit++) {
			if (bit < 64)
				hi |= 1ULL << (63 - bit);
			else
				lo |= 1ULL << (127 - bit);
		}
		KUNIT_ASSERT_EQ(test, nf_edge_host_bits_hi(len), hi);
		KUNIT_ASSERT_EQ(test, nf_edge_host_bits_lo(len), lo);
	}
}

static void a_prefix_comes_after_those_that_contain_it(struct kunit *test)
{
	static const char * const ordered[] = {
		"0.0.0.0/1", "10.0.0.0/8", "10.0.0.0/9", "10.0.0.0",
		"10.0.0.1", "10.128.0.0/9", "255.255.255.255",
		"::/1", "::1", "2001:db8::/32", "2001:db8::/33", "2001:db8::1",
		"2001:db8:8000::/33", "ffff::/16",
	};
	unsigned int i, j;

	for (i = 0; i < ARRAY_SIZE(ordered); i++)
		for (j = 0; j < ARRAY_SIZE(ordered); j++) {
			struct nf_edge_prefix a = read_prefix(ordered[i], 3);
			struct nf_edge_prefix b = read_prefix(ordered[j], 3);
			int order = nf_edge_prefix_cmp(&a, &b);

			KUNIT_ASSERT_EQ(test, order < 0, i < j);
			KUNIT_ASSERT_EQ(test, order > 0, i > j);
			b.set = 4;
			if (i == j)
				KUNIT_ASSERT_TRUE(test, nf_edge_prefix_cmp(&a, &b) < 0);
		}
}

static void nothing_added_is_no_run(struct kunit *test)
{
	struct nf_edge_prefixes p = {};

	KUNIT_ASSERT_EQ(test, nf_edge_prefixes_finish(&p), 0);
	KUNIT_ASSERT_EQ(test, p.n_runs, 0);
	nf_edge_prefixes_free(&p);
}

static void random_chunk(struct nf_edge_prefix *at, u32 n)
{
	u32 i;

	for (i = 0; i < n; i++) {
		at[i] = (struct nf_edge_prefix){
			/* few enough to meet again */
			.hi = (u64)(dice() % 512) << 32,
			.ipv6 = dice() % 2,
			.len = 20 + dice() % 3,
			.set = dice() % 3,
		};
	}
}

static void chunks_become_one_sorted_run_without_repetitions(struct kunit *test)
{
	static struct nf_edge_prefix all[40000];
	int round;

	roll(1);
	for (round = 0; round < 200; round++) {
		struct nf_edge_prefixes p = {};
		u32 n = 0, i, kept;
		int chunks = 1 + dice() % 40;

		while (chunks--) {
			u32 size = 1 + dice() % (dice() % 4 ? 5 : 900);

			random_chunk(all + n, size);
			KUNIT_ASSERT_EQ(test, nf_edge_prefixes_add(
				&p, chunk_of(test, all + n, size), size), 0);
			n += size;
			for (i = 1; i < p.n_runs; i++)
				KUNIT_ASSERT_TRUE(test, p.run[i - 1].n >= 2 * p.run[i].n);
		}
		KUNIT_ASSERT_EQ(test, nf_edge_prefixes_finish(&p), 0);

		sort(all, n, sizeof(*all), nf_edge_prefix_cmp, NULL);
		for (i = 1, kept = 1; i < n; i++)
			if (nf_edge_prefix_cmp(&all[kept - 1], &all[i]))
				all[kept++] = all[i];
		KUNIT_ASSERT_EQ(test, p.n_runs, 1);
		KUNIT_ASSERT_EQ(test, p.total, kept);
		KUNIT_ASSERT_EQ(test, p.run[0].n, kept);
		for (i = 0; i < kept; i++)
			KUNIT_ASSERT_EQ(test, nf_edge_prefix_cmp(&p.run[0].at[i],
							    &all[i]), 0);
		nf_edge_prefixes_free(&p);
		KUNIT_ASSERT_EQ(test, p.total, 0);
	}
}

static int add_eight_chunks(struct kunit *test, struct nf_edge_prefixes *p, int allocations,
			    bool *failed)
{
	struct nf_edge_prefix some[8];
	int i, err = 0;

	for (i = 0; i < 8 && !err; i++) {
		struct nf_edge_prefix *chunk;

		random_chunk(some, ARRAY_SIZE(some));
		chunk = chunk_of(test, some, ARRAY_SIZE(some));
		set_allocations_left(allocations);
		err = nf_edge_prefixes_add(p, chunk, ARRAY_SIZE(some));
		allocations = allocations_left();
		set_allocations_left(-1);
	}
	set_allocations_left(allocations);
	if (!err)
		err = nf_edge_prefixes_finish(p);
	*failed = allocations_left() < 0;
	set_allocations_left(-1);
	return err;
}

static void a_failed_merge_leaves_all_to_be_freed(struct kunit *test)
{
	int allocations, err;
	bool failed = true;

	for (allocations = 0; failed; allocations++) {
		struct nf_edge_prefixes p = {};

		KUNIT_ASSERT_TRUE(test, allocations < 200);
		err = add_eight_chunks(test, &p, allocations, &failed);
		KUNIT_ASSERT_TRUE(test, !err || (failed && err == -ENOMEM));
		nf_edge_prefixes_free(&p);
	}
	KUNIT_ASSERT_TRUE(test, allocations > 3);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(host_bits_are_what_the_length_leaves),
	KUNIT_CASE(a_prefix_comes_after_those_that_contain_it),
	KUNIT_CASE(nothing_added_is_no_run),
	KUNIT_CASE(chunks_become_one_sorted_run_without_repetitions),
	KUNIT_CASE(a_failed_merge_leaves_all_to_be_freed),
	{}
};

static struct kunit_suite suite = {
	.name = "nf_edge_prefixes",
	.test_cases = cases,
};

kunit_test_suite(suite);
