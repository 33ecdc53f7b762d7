// SPDX-License-Identifier: GPL-2.0-only
/* Hooks: the fast path judges and counts as the slow path does. */

#include <kunit/test.h>

#include "../fuzz/hooks.h"
#include "words.h"

#define ROUNDS	2000

static int start(struct kunit *test)
{
	static bool started;

	if (started)
		return 0;
	started = true;
	return hooks_init();
}

static void random_packets_have_one_verdict_by_either_path(struct kunit *test)
{
	static u8 octets[5000];
	struct hooks_tally tally = {};
	unsigned int round, i;

	roll(11);
	for (round = 0; round < ROUNDS; round++) {
		struct input in = { octets, sizeof(octets) };

		for (i = 0; i < sizeof(octets); i++)
			octets[i] = dice();
		hooks_run(&in, &tally);
	}
	/* Each path has had its packets. */
	KUNIT_ASSERT_TRUE(test, tally.packets > 100000);
	KUNIT_ASSERT_TRUE(test, tally.fast > 6000);
	KUNIT_ASSERT_TRUE(test, tally.counted[0] > 1000);
	KUNIT_ASSERT_TRUE(test, tally.counted[1] > 1100);
	KUNIT_ASSERT_TRUE(test, tally.connections > 10000);
	KUNIT_ASSERT_TRUE(test, tally.told > 5000);
	KUNIT_ASSERT_TRUE(test, tally.errors > 1000);
	KUNIT_ASSERT_TRUE(test, tally.shown > 300);
	KUNIT_ASSERT_TRUE(test, tally.first_fast > 200);
	KUNIT_ASSERT_TRUE(test, tally.first[NF_EDGE_REASON_SPOOFED] > 1000);
	KUNIT_ASSERT_TRUE(test, tally.first[NF_EDGE_REASON_NO_ROW] > 1000);
	for (i = 0; i < NF_EDGE_REASONS; i++) {
		KUNIT_ASSERT_TRUE(test, tally.dropped[i][0] > 20);
		KUNIT_ASSERT_TRUE(test, tally.dropped[i][1] > 5);
	}
}

static struct kunit_case cases[] = {
	KUNIT_CASE(random_packets_have_one_verdict_by_either_path),
	{}
};

static struct kunit_suite suite = {
	.name = "nf_edge_hooks",
	.init = start,
	.test_cases = cases,
};

kunit_test_suite(suite);
