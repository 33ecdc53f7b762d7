// SPDX-License-Identifier: GPL-2.0-only
/* Peer prefixes that arrive in chunks come out as one sorted array. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <linux/slab.h>

#include "words.h"

static struct nf_edge_prefix *chunk_of(const struct nf_edge_prefix *from, u32 n)
{
	struct nf_edge_prefix *chunk = kvmalloc_array(n, sizeof(*chunk),
						      GFP_KERNEL);

	assert_non_null(chunk);
	memcpy(chunk, from, n * sizeof(*chunk));
	return chunk;
}

static void host_bits_are_what_the_length_leaves(void **state)
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
		assert_int_equal(nf_edge_host_bits_hi(len), hi);
		assert_int_equal(nf_edge_host_bits_lo(len), lo);
	}
}

static void a_prefix_comes_after_those_that_contain_it(void **state)
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

			assert_int_equal(order < 0, i < j);
			assert_int_equal(order > 0, i > j);
			b.set = 4;
			if (i == j)
				assert_true(nf_edge_prefix_cmp(&a, &b) < 0);
		}
}

static void nothing_added_is_no_run(void **state)
{
	struct nf_edge_prefixes p = {};

	assert_int_equal(nf_edge_prefixes_finish(&p), 0);
	assert_int_equal(p.n_runs, 0);
	nf_edge_prefixes_free(&p);
}

static void random_chunk(struct nf_edge_prefix *at, u32 n)
{
	u32 i;

	for (i = 0; i < n; i++) {
		at[i] = (struct nf_edge_prefix){
			/* few enough to meet again */
			.hi = (u64)(rand() % 512) << 32,
			.ipv6 = rand() % 2,
			.len = 20 + rand() % 3,
			.set = rand() % 3,
		};
	}
}

static void chunks_become_one_sorted_run_without_repetitions(void **state)
{
	static struct nf_edge_prefix all[40000];
	int round;

	srand(1);
	for (round = 0; round < 200; round++) {
		struct nf_edge_prefixes p = {};
		u32 n = 0, i, kept;
		int chunks = 1 + rand() % 40;

		while (chunks--) {
			u32 size = 1 + rand() % (rand() % 4 ? 5 : 900);

			random_chunk(all + n, size);
			assert_int_equal(nf_edge_prefixes_add(
				&p, chunk_of(all + n, size), size), 0);
			n += size;
			for (i = 1; i < p.n_runs; i++)
				assert_true(p.run[i - 1].n >= 2 * p.run[i].n);
		}
		assert_int_equal(nf_edge_prefixes_finish(&p), 0);

		qsort(all, n, sizeof(*all), nf_edge_prefix_cmp);
		for (i = 1, kept = 1; i < n; i++)
			if (nf_edge_prefix_cmp(&all[kept - 1], &all[i]))
				all[kept++] = all[i];
		assert_int_equal(p.n_runs, 1);
		assert_int_equal(p.total, kept);
		assert_int_equal(p.run[0].n, kept);
		for (i = 0; i < kept; i++)
			assert_int_equal(nf_edge_prefix_cmp(&p.run[0].at[i],
							    &all[i]), 0);
		nf_edge_prefixes_free(&p);
		assert_int_equal(p.total, 0);
	}
}

static int add_eight_chunks(struct nf_edge_prefixes *p, int allocations)
{
	struct nf_edge_prefix some[8];
	int i, err = 0;

	for (i = 0; i < 8 && !err; i++) {
		struct nf_edge_prefix *chunk;

		random_chunk(some, ARRAY_SIZE(some));
		chunk = chunk_of(some, ARRAY_SIZE(some));
		shim_allocations_left = allocations;
		err = nf_edge_prefixes_add(p, chunk, ARRAY_SIZE(some));
		allocations = shim_allocations_left;
		shim_allocations_left = -1;
	}
	shim_allocations_left = allocations;
	if (!err)
		err = nf_edge_prefixes_finish(p);
	shim_allocations_left = -1;
	return err;
}

static void a_failed_merge_leaves_all_to_be_freed(void **state)
{
	int allocations, err = -ENOMEM;

	for (allocations = 0; err; allocations++) {
		struct nf_edge_prefixes p = {};

		assert_true(allocations < 20);
		err = add_eight_chunks(&p, allocations);
		assert_true(err == 0 || err == -ENOMEM);
		nf_edge_prefixes_free(&p);
	}
	assert_true(allocations > 3);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(host_bits_are_what_the_length_leaves),
		cmocka_unit_test(a_prefix_comes_after_those_that_contain_it),
		cmocka_unit_test(nothing_added_is_no_run),
		cmocka_unit_test(chunks_become_one_sorted_run_without_repetitions),
		cmocka_unit_test(a_failed_merge_leaves_all_to_be_freed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
