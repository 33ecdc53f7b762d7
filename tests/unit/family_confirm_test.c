// SPDX-License-Identifier: GPL-2.0-only
/* Changes that wait for their confirmation: confirmed, taken back, too late. */

#include "family/site.h"

/* A load in mode audit that waits. */
static int load_waiting(u32 seconds)
{
	struct sk_buff *skb = load_request(NF_EDGE_MODE_AUDIT, ALL_ZONES,
					   ALL_FEATURES);

	nla_put_u32(skb, NF_EDGE_A_POLICY_CONFIRM_TIMEOUT, seconds);
	return ask(skb);
}

static int switch_waiting(u32 mode, u32 seconds)
{
	struct sk_buff *skb = request(NF_EDGE_CMD_SWITCH);

	nla_put_u32(skb, NF_EDGE_A_SWITCH_MODE, mode);
	nla_put_u32(skb, NF_EDGE_A_SWITCH_CONFIRM_TIMEOUT, seconds);
	return ask(skb);
}

static u32 mode(void)
{
	return en->snapshot->switches.mode;
}

/* Move the clock, and let the timer run out if its time has come. */
static void pass(s64 ns)
{
	shim_boottime += ns;
	if (!en->confirm_timer.runs || en->confirm_timer.at > shim_boottime)
		return;
	en->confirm_timer.runs = false;
	en->confirm_timer.function(&en->confirm_timer);
}

static void expect_left(struct kunit *test, s64 left, s64 back)
{
	KUNIT_ASSERT_EQ(test, ask_for(NF_EDGE_CMD_STATUS_GET), 0);
	expect_number(test, NF_EDGE_A_POLICY_CONFIRM_LEFT, left);
	expect_number(test, NF_EDGE_A_POLICY_CONFIRM_BACK, back);
}

static void nobody_confirms(struct kunit *test)
{
	load_all(test);
	KUNIT_ASSERT_EQ(test, load_waiting(10), 0);
	KUNIT_ASSERT_EQ(test, mode(), NF_EDGE_MODE_AUDIT);
	expect_left(test, 10, 1);
	pass(1);
	expect_left(test, 10, 1);
	pass(9 * NSEC_PER_SEC - 1);
	expect_left(test, 1, 1);
	pass(NSEC_PER_SEC - 1);
	expect_left(test, 1, 1);
	KUNIT_ASSERT_EQ(test, mode(), NF_EDGE_MODE_AUDIT);
	pass(1);
	KUNIT_ASSERT_EQ(test, mode(), NF_EDGE_MODE_ENFORCE);
	KUNIT_ASSERT_EQ(test, en->generation, 3);
	KUNIT_ASSERT_EQ(test, en->snapshot->generation, 3);
	KUNIT_ASSERT_EQ(test, event.change, NF_EDGE_CHANGE_EXPIRE);
	KUNIT_ASSERT_EQ(test, event.generation, 3);
	expect_left(test, -1, -1);
	expect_one_reference_each(test);
	expect_refusal(test, ask_for(NF_EDGE_CMD_CONFIRM), -ENOENT,
		       "no change waits for its confirmation");
}

static void a_confirmation_ends_the_wait(struct kunit *test)
{
	load_all(test);
	KUNIT_ASSERT_EQ(test, load_waiting(10), 0);
	pass(10 * NSEC_PER_SEC - 1);
	KUNIT_ASSERT_EQ(test, ask_for(NF_EDGE_CMD_CONFIRM), 0);
	expect_number(test, NF_EDGE_A_POLICY_GENERATION, 2);
	expect_number(test, NF_EDGE_A_POLICY_MODE, NF_EDGE_MODE_AUDIT);
	expect_number(test, NF_EDGE_A_POLICY_GOVERNED, 3);
	KUNIT_ASSERT_EQ(test, event.change, NF_EDGE_CHANGE_CONFIRM);
	KUNIT_ASSERT_TRUE(test, !en->confirm_timer.runs);
	pass(NSEC_PER_SEC);
	KUNIT_ASSERT_EQ(test, mode(), NF_EDGE_MODE_AUDIT);
	KUNIT_ASSERT_EQ(test, en->generation, 2);
	expect_one_reference_each(test);
	KUNIT_ASSERT_EQ(test, ask_for(NF_EDGE_CMD_ROLLBACK), -ENOENT);
}

static int confirm(u32 generation)
{
	struct sk_buff *skb = request(NF_EDGE_CMD_CONFIRM);

	nla_put_u32(skb, NF_EDGE_A_POLICY_GENERATION, generation);
	return ask(skb);
}

/* Not the change before, which is over, nor what a switch made of the change. */
static void a_confirmation_is_of_one_generation(struct kunit *test)
{
	static const char other[] =
		"another generation waits for its confirmation; nothing was changed, look at that one first";
	static const u32 wrong[] = { 0, 1, 2, 3, 5, 0xffffffff };
	size_t i;

	load_all(test);
	KUNIT_ASSERT_EQ(test, load_waiting(10), 0);
	pass(10 * NSEC_PER_SEC);
	expect_refusal(test, confirm(2), -ENOENT,
		       "no change waits for its confirmation");
	KUNIT_ASSERT_EQ(test, load_waiting(10), 0);
	for (i = 0; i < ARRAY_SIZE(wrong); i++) {
		expect_refusal(test, confirm(wrong[i]), -ESTALE, other);
		expect_left(test, 10, 3);
		KUNIT_ASSERT_EQ(test, en->generation, 4);
		KUNIT_ASSERT_EQ(test, event.change, NF_EDGE_CHANGE_LOAD);
	}
	KUNIT_ASSERT_EQ(test, switch_to(NF_EDGE_A_SWITCH_ZONES_OFF,
					BIT(NF_EDGE_ZONE_PIC)), 0);
	expect_refusal(test, confirm(4), -ESTALE, other);
	KUNIT_ASSERT_EQ(test, confirm(5), 0);
	expect_number(test, NF_EDGE_A_POLICY_GENERATION, 5);
	KUNIT_ASSERT_EQ(test, event.change, NF_EDGE_CHANGE_CONFIRM);
	pass(10 * NSEC_PER_SEC);
	KUNIT_ASSERT_EQ(test, mode(), NF_EDGE_MODE_AUDIT);
	KUNIT_ASSERT_EQ(test, en->generation, 5);

	/* A refusal keeps nothing: the time runs on. */
	KUNIT_ASSERT_EQ(test, switch_waiting(NF_EDGE_MODE_ENFORCE, 10), 0);
	expect_refusal(test, confirm(5), -ESTALE, other);
	pass(10 * NSEC_PER_SEC);
	KUNIT_ASSERT_EQ(test, mode(), NF_EDGE_MODE_AUDIT);
	expect_one_reference_each(test);
}

/* The timer had run out, and the confirmation had the mutex first. */
static void a_work_that_is_late_finds_nothing(struct kunit *test)
{
	load_all(test);
	KUNIT_ASSERT_EQ(test, load_waiting(10), 0);
	shim_boottime += 11 * NSEC_PER_SEC;
	KUNIT_ASSERT_EQ(test, ask_for(NF_EDGE_CMD_CONFIRM), 0);
	en->confirm_work.run(&en->confirm_work);
	KUNIT_ASSERT_EQ(test, mode(), NF_EDGE_MODE_AUDIT);
	KUNIT_ASSERT_EQ(test, event.change, NF_EDGE_CHANGE_CONFIRM);

	/* Nor does the work take back the next change, whose time is not up. */
	KUNIT_ASSERT_EQ(test, switch_waiting(NF_EDGE_MODE_ENFORCE, 10), 0);
	en->confirm_work.run(&en->confirm_work);
	KUNIT_ASSERT_EQ(test, mode(), NF_EDGE_MODE_ENFORCE);
	KUNIT_ASSERT_NOT_NULL(test, en->pending);
	pass(10 * NSEC_PER_SEC);
	KUNIT_ASSERT_EQ(test, mode(), NF_EDGE_MODE_AUDIT);
}

static void a_rollback_is_at_once(struct kunit *test)
{
	load_all(test);
	KUNIT_ASSERT_EQ(test, load_waiting(10), 0);
	KUNIT_ASSERT_EQ(test, ask_for(NF_EDGE_CMD_ROLLBACK), 0);
	expect_number(test, NF_EDGE_A_POLICY_GENERATION, 3);
	expect_number(test, NF_EDGE_A_POLICY_CONFIRM_BACK, 1);
	expect_number(test, NF_EDGE_A_POLICY_MODE, NF_EDGE_MODE_ENFORCE);
	expect_number(test, NF_EDGE_A_POLICY_GOVERNED, 3);
	KUNIT_ASSERT_EQ(test, mode(), NF_EDGE_MODE_ENFORCE);
	KUNIT_ASSERT_EQ(test, event.change, NF_EDGE_CHANGE_ROLLBACK);
	KUNIT_ASSERT_NULL(test, en->pending);
	KUNIT_ASSERT_TRUE(test, !en->confirm_timer.runs);
	expect_one_reference_each(test);
}

static void a_first_load_goes_back_to_nothing(struct kunit *test)
{
	KUNIT_ASSERT_EQ(test, load_waiting(10), 0);
	expect_left(test, 10, -1);
	KUNIT_ASSERT_EQ(test, shim_module_refs, 1);
	pass(10 * NSEC_PER_SEC);
	KUNIT_ASSERT_NULL(test, en->snapshot);
	KUNIT_ASSERT_EQ(test, en->generation, 2);
	KUNIT_ASSERT_EQ(test, shim_module_refs, 0);
	KUNIT_ASSERT_EQ(test, event.change, NF_EDGE_CHANGE_EXPIRE);
	/* Nobody could take the family away before the event. */
	KUNIT_ASSERT_EQ(test, event.held, 1);

	KUNIT_ASSERT_EQ(test, load_waiting(10), 0);
	KUNIT_ASSERT_EQ(test, ask_for(NF_EDGE_CMD_ROLLBACK), 0);
	expect_number(test, NF_EDGE_A_POLICY_GOVERNED, 0);
	expect_number(test, NF_EDGE_A_POLICY_MODE, -1);
	KUNIT_ASSERT_NULL(test, en->snapshot);
}

static void one_change_waits_at_a_time(struct kunit *test)
{
	static const char waits[] =
		"a change waits for its confirmation: confirm it, or roll it back, first";
	struct sk_buff *skb = load_request(NF_EDGE_MODE_ENFORCE, ALL_ZONES, 0);

	load_all(test);
	KUNIT_ASSERT_EQ(test, switch_waiting(NF_EDGE_MODE_AUDIT, 10), 0);
	pass(NSEC_PER_SEC);
	expect_refusal(test, load_waiting(60), -EBUSY, waits);
	expect_refusal(test, switch_waiting(NF_EDGE_MODE_ENFORCE, 60), -EBUSY,
		       waits);
	expect_refusal(test, hand_over(skb), -EBUSY, waits);
	expect_left(test, 9, 1);
	nla_put_flag(skb, NF_EDGE_A_POLICY_DRY_RUN);
	KUNIT_ASSERT_EQ(test, ask(skb), 0);

	/* A plain switch is part of the change. */
	KUNIT_ASSERT_EQ(test, switch_to(NF_EDGE_A_SWITCH_ZONES_OFF,
					BIT(NF_EDGE_ZONE_PIC)), 0);
	expect_left(test, 9, 1);
	pass(9 * NSEC_PER_SEC);
	KUNIT_ASSERT_EQ(test, mode(), NF_EDGE_MODE_ENFORCE);
	KUNIT_ASSERT_EQ(test, en->snapshot->switches.zones, ALL_ZONES);
	KUNIT_ASSERT_EQ(test, en->generation, 4);
}

static void a_flush_ends_both(struct kunit *test)
{
	load_all(test);
	KUNIT_ASSERT_EQ(test, load_waiting(10), 0);
	KUNIT_ASSERT_EQ(test, ask_for(NF_EDGE_CMD_FLUSH), 0);
	KUNIT_ASSERT_NULL(test, en->pending);
	pass(10 * NSEC_PER_SEC);
	KUNIT_ASSERT_NULL(test, en->snapshot);
	KUNIT_ASSERT_EQ(test, event.change, NF_EDGE_CHANGE_FLUSH);
	KUNIT_ASSERT_EQ(test, shim_module_refs, 0);
}

static void nothing_new_waits_for_nothing(struct kunit *test)
{
	struct sk_buff *skb = load_request(NF_EDGE_MODE_ENFORCE, ALL_ZONES,
					   ALL_FEATURES);

	load_all(test);
	nla_put_u32(skb, NF_EDGE_A_POLICY_CONFIRM_TIMEOUT, 10);
	KUNIT_ASSERT_EQ(test, ask(skb), 0);
	expect_number(test, NF_EDGE_A_POLICY_CHANGED, 0);
	KUNIT_ASSERT_EQ(test, switch_waiting(NF_EDGE_MODE_ENFORCE, 10), 0);
	KUNIT_ASSERT_NULL(test, en->pending);
	KUNIT_ASSERT_EQ(test, en->generation, 1);
}

static void times_have_bounds(struct kunit *test)
{
	struct sk_buff *same = load_request(NF_EDGE_MODE_ENFORCE, ALL_ZONES,
					    ALL_FEATURES);

	load_all(test);
	/* Also of requests that change nothing. */
	nla_put_u32(same, NF_EDGE_A_POLICY_CONFIRM_TIMEOUT, 86401);
	expect_refusal(test, hand_over(same), -ERANGE,
		       "a change waits for a day at most");
	nla_put_flag(same, NF_EDGE_A_POLICY_DRY_RUN);
	KUNIT_ASSERT_EQ(test, ask(same), -ERANGE);
	KUNIT_ASSERT_EQ(test, switch_waiting(NF_EDGE_MODE_ENFORCE, 86401), -ERANGE);
	KUNIT_ASSERT_EQ(test, load_waiting(0), -EINVAL);
	KUNIT_ASSERT_EQ(test, load_waiting(86401), -ERANGE);
	KUNIT_ASSERT_EQ(test, switch_waiting(NF_EDGE_MODE_AUDIT, 0), -EINVAL);
	KUNIT_ASSERT_EQ(test, switch_waiting(NF_EDGE_MODE_AUDIT, 86401), -ERANGE);
	KUNIT_ASSERT_EQ(test, load_waiting(86400), 0);
	expect_left(test, 86400, 1);
}

/* Without memory for the interfaces, the change waits on and is tried again. */
static void memory_that_is_short_delays_the_way_back(struct kunit *test)
{
	load_all(test);
	KUNIT_ASSERT_EQ(test, load_waiting(10), 0);
	set_allocations_left(0);
	pass(10 * NSEC_PER_SEC);
	set_allocations_left(-1);
	KUNIT_ASSERT_EQ(test, mode(), NF_EDGE_MODE_AUDIT);
	expect_left(test, 0, 1);
	pass(NSEC_PER_SEC - 1);
	KUNIT_ASSERT_EQ(test, mode(), NF_EDGE_MODE_AUDIT);
	pass(1);
	KUNIT_ASSERT_EQ(test, mode(), NF_EDGE_MODE_ENFORCE);
	KUNIT_ASSERT_NULL(test, en->pending);
}

/* A rollback with so many allocations. */
static int ask_with(int left)
{
	struct sk_buff *skb = request(NF_EDGE_CMD_ROLLBACK);
	int err;

	set_allocations_left(left);
	err = hand_over(skb);
	set_allocations_left(-1);
	nlmsg_free(skb);
	return err;
}

static void a_change_without_memory_is_none(struct kunit *test)
{
	struct sk_buff *skb = load_request(NF_EDGE_MODE_AUDIT, ALL_ZONES,
					   ALL_FEATURES);
	int left;

	put_node(skb, "edge3", "131.107.155.12", "131.107.155.13");
	nla_put_u32(skb, NF_EDGE_A_POLICY_CONFIRM_TIMEOUT, 10);
	load_all(test);
	until_it_has_memory(test, skb, 0);
	KUNIT_ASSERT_NOT_NULL(test, en->pending);
	KUNIT_ASSERT_NOT_NULL(test, en->pending->rest);

	/* The way back has all but the reply and the map of interfaces. */
	for (left = 0; ask_with(left) == -ENOMEM; left++) {
		KUNIT_ASSERT_TRUE(test, left < 10);
		KUNIT_ASSERT_NOT_NULL(test, en->pending);
		KUNIT_ASSERT_EQ(test, en->generation, 2);
	}
	KUNIT_ASSERT_TRUE(test, left > 1);
	KUNIT_ASSERT_NULL(test, en->pending);
	KUNIT_ASSERT_EQ(test, en->generation, 3);
	expect_one_reference_each(test);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(nobody_confirms),
	KUNIT_CASE(a_confirmation_ends_the_wait),
	KUNIT_CASE(a_confirmation_is_of_one_generation),
	KUNIT_CASE(a_work_that_is_late_finds_nothing),
	KUNIT_CASE(a_rollback_is_at_once),
	KUNIT_CASE(a_first_load_goes_back_to_nothing),
	KUNIT_CASE(one_change_waits_at_a_time),
	KUNIT_CASE(a_flush_ends_both),
	KUNIT_CASE(nothing_new_waits_for_nothing),
	KUNIT_CASE(times_have_bounds),
	KUNIT_CASE(memory_that_is_short_delays_the_way_back),
	KUNIT_CASE(a_change_without_memory_is_none),
	{}
};

static struct kunit_suite suite = {
	.name = "nf_edge_family_confirm",
	.init = start,
	.exit = end,
	.test_cases = cases,
};

kunit_test_suite(suite);
