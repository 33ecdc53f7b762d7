// SPDX-License-Identifier: GPL-2.0-only
/*
 * upgrade-module where a step fails: what holds the policy then, and what is
 * said.  A made-up kernel takes modules, made-up nftables takes rulesets.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <errno.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "verbs/site.h"
#include "base/macros.h"
#include "base/memory.h"
#include "netlink/attribute.h"
#include "system/module_file.h"
#include "system/module_kernel.h"
#include "system/ruleset.h"

/* What happened, a letter each: R ruleset, D its end, F flush, O module out, I
 * module in, L load, C counters added.
 */
static char steps[64];
static int out_error, in_error, holders;
static const char *ruleset_fault;
static bool moves;
static size_t seen;

static void step(char letter)
{
	size_t length = strlen(steps);

	assert_true(length + 1 < sizeof(steps));
	steps[length] = letter;
	steps[length + 1] = '\0';
}

/* Requests up to now, which the made-up module has answered. */
static void note_requests(void)
{
	static const struct {
		uint8_t command;
		char letter;
	} noted[] = {
		{ NF_EDGE_CMD_FLUSH, 'F' }, { NF_EDGE_CMD_LOAD, 'L' },
		{ NF_EDGE_CMD_COUNTERS_ADD, 'C' },
		{ NF_EDGE_CMD_DROPS_ADD, 'C' },
	};
	size_t i;

	for (; seen < module.n; seen++)
		for (i = 0; i < ARRAY_SIZE(noted); i++)
			if (module.requests[seen].command == noted[i].command)
				step(noted[i].letter);
}

char *__wrap_ruleset_run(const char *text, bool dry);

char *__wrap_ruleset_run(const char *text, bool dry)
{
	note_requests();
	assert_false(dry);
	if (!strncmp(text, "delete ", 7)) {
		assert_string_equal(text, "delete table inet nf_edge_upgrade\n");
		step('D');
		return NULL;
	}
	assert_non_null(strstr(text, "\ntable inet nf_edge_upgrade {\n"));
	if (ruleset_fault)
		return xstrdup(ruleset_fault);
	step('R');
	if (moves)
		module.view.generation++;
	return NULL;
}

int __wrap_module_references(const char *name);

int __wrap_module_references(const char *name)
{
	assert_string_equal(name, "nf_edge");
	return holders;
}

int __wrap_module_remove(const char *name);

int __wrap_module_remove(const char *name)
{
	note_requests();
	assert_string_equal(name, "nf_edge");
	step('O');
	return out_error;
}

int __wrap_module_insert(const char *path);

int __wrap_module_insert(const char *path)
{
	assert_string_equal(path, "/modules/nf_edge.ko");
	step('I');
	return in_error;
}

void __wrap_module_file_read(struct module_file *file, const char *release);

void __wrap_module_file_read(struct module_file *file, const char *release)
{
	*file = (struct module_file){
		.path = xstrdup("/modules/nf_edge.ko"),
		.version = xstrdup("9.9.9"),
	};
}

bool __wrap_module_needs_signature(void);

bool __wrap_module_needs_signature(void)
{
	return false;
}

void __wrap_folding_keep(void);

void __wrap_folding_keep(void)
{
}

static int start(void **state)
{
	if (begin_site(state))
		return -1;
	steps[0] = '\0';
	seen = 0;
	out_error = 0;
	in_error = 0;
	holders = 1;
	ruleset_fault = NULL;
	moves = false;
	return 0;
}

static void expect(enum outcome wanted, const char *happened)
{
	assert_int_equal(run_verb(cmd_upgrade_module, "upgrade-module", NULL),
			 wanted);
	note_requests();
	assert_string_equal(steps, happened);
}

static void a_good_exchange_takes_each_step_in_its_turn(void **state)
{
	size_t nodes = policy->node_count;
	char wanted[64];

	snprintf(wanted, sizeof(wanted), "RFOIL%.*sCD", (int)nodes,
		 "CCCCCCCCCCCCCCCC");
	expect(DONE, wanted);
	assert_string_equal(complained, "");
	assert_non_null(strstr(printed, " exchanged for "));
}

/* The policy is loaded with its switches, and with what they have switched. */
static void switches_stay_switches(void **state)
{
	struct nlmsghdr *load;

	module.view.loaded_zones = policy->zones ^ 1U;
	module.view.loaded_mode = !policy->mode;
	run_verb(cmd_upgrade_module, "upgrade-module", NULL);
	load = request_of(NF_EDGE_CMD_LOAD, 0);
	assert_int_equal(attr_u32(attr_of(load, NF_EDGE_A_POLICY_ZONES)),
			 policy->zones);
	assert_int_equal(attr_u32(attr_of(load, NF_EDGE_A_POLICY_LOADED_ZONES)),
			 module.view.loaded_zones);
	assert_int_equal(attr_u32(attr_of(load, NF_EDGE_A_POLICY_MODE)),
			 policy->mode);
	assert_int_equal(attr_u32(attr_of(load, NF_EDGE_A_POLICY_LOADED_MODE)),
			 module.view.loaded_mode);
}

/* The switches are part of the load, and the second request says no more of them. */
static void a_module_that_knows_no_switches_takes_the_policy_without(void **state)
{
	struct nlmsghdr *load;

	module.version = "0.0.9";
	module.view.loaded_zones = policy->zones ^ 1U;
	module.refused = NF_EDGE_CMD_LOAD;
	module.error = EINVAL;
	module.sentence = "Unknown attribute type";
	module.times = 1;
	assert_int_equal(run_verb(cmd_upgrade_module, "upgrade-module", NULL), DONE);
	complains("version 0.0.9, does not know part of this request of edgectl ");
	complains("; the policy has them as if they were loaded\n");
	load = request_of(NF_EDGE_CMD_LOAD, 0);
	assert_non_null(attr_of(load, NF_EDGE_A_POLICY_LOADED_ZONES));
	load = request_of(NF_EDGE_CMD_LOAD, 1);
	assert_int_equal(attr_u32(attr_of(load, NF_EDGE_A_POLICY_ZONES)),
			 policy->zones);
	assert_null(attr_of(load, NF_EDGE_A_POLICY_LOADED_ZONES));
	assert_null(attr_of(load, NF_EDGE_A_POLICY_LOADED_MODE));
	assert_null(request_of(NF_EDGE_CMD_LOAD, 2));
}

/* What it refuses for another reason is no question of switches. */
static void a_refused_policy_with_switches_is_loaded_once(void **state)
{
	module.version = "0.0.9";
	module.view.loaded_zones = policy->zones ^ 1U;
	module.refused = NF_EDGE_CMD_LOAD;
	module.error = EINVAL;
	module.sentence = "two nodes have this address";
	module.times = 1;
	expect(SYSTEM, "RFOIL");
	complains("it does not take the policy: two nodes have this address");
}

/* Which an older module takes too. */
static void a_policy_without_switches_says_nothing_of_them(void **state)
{
	module.view.loaded_mode = policy->mode;
	module.view.loaded_zones = policy->zones;
	module.view.loaded_features = policy->features;
	run_verb(cmd_upgrade_module, "upgrade-module", NULL);
	assert_null(attr_of(request_of(NF_EDGE_CMD_LOAD, 0),
			    NF_EDGE_A_POLICY_LOADED_MODE));
}

static void nothing_is_touched_without_a_ruleset(void **state)
{
	ruleset_fault = "nftables refuses it (no such thing)";
	expect(SYSTEM, "");
	complains("no ruleset can hold the policy meanwhile: nftables refuses it (no such thing); nothing was changed\n");
}

static void another_change_comes_first(void **state)
{
	moves = true;
	expect(REFUSED, "RD");
	complains("the policy changed meanwhile; nothing was changed, try again\n");
}

static void counters_that_cannot_be_read_end_it(void **state)
{
	module.refused = NF_EDGE_CMD_COUNTERS_DUMP;
	module.error = ENOMEM;
	expect(SYSTEM, "RD");
}

static void a_flush_that_fails_ends_it(void **state)
{
	module.refused = NF_EDGE_CMD_FLUSH;
	module.error = ENOMEM;
	expect(SYSTEM, "RFD");
}

static void a_module_that_stays_takes_its_policy_again(void **state)
{
	out_error = -EAGAIN;
	run_verb(cmd_upgrade_module, "upgrade-module", NULL);
	note_requests();
	assert_memory_equal(steps, "RFOLC", 5);
	assert_int_equal(steps[strlen(steps) - 1], 'D');
	complains("the module cannot be taken out: Resource temporarily unavailable; its policy is in force again\n");
}

static void a_module_that_stays_and_refuses_is_said(void **state)
{
	out_error = -EAGAIN;
	module.refused = NF_EDGE_CMD_LOAD;
	module.error = ENOMEM;
	expect(SYSTEM, "RFOL");
	complains("the module cannot be taken out: it does not take the policy: Cannot allocate memory; the ruleset inet nf_edge_upgrade holds the policy until nf_edge does: edgectl load, then nft delete table inet nf_edge_upgrade\n");
}

static void a_module_that_does_not_come_leaves_the_ruleset(void **state)
{
	in_error = -ENOENT;
	expect(SYSTEM, "RFOI");
	complains("/modules/nf_edge.ko: No such file or directory; the ruleset inet nf_edge_upgrade holds the policy until nf_edge does: modprobe nf_edge && edgectl load, then nft delete table inet nf_edge_upgrade\n");
}

static void a_new_module_that_refuses_leaves_the_ruleset(void **state)
{
	module.refused = NF_EDGE_CMD_LOAD;
	module.error = EINVAL;
	module.sentence = "two nodes have this address";
	expect(SYSTEM, "RFOIL");
	complains("/modules/nf_edge.ko: it does not take the policy: two nodes have this address; the ruleset");
}

/* A release that knows no carrying over. */
static void counters_that_are_not_taken_begin_at_zero(void **state)
{
	json_t *object;

	module.version = "0.0.9";
	module.refused = NF_EDGE_CMD_COUNTERS_ADD;
	module.error = EOPNOTSUPP;
	assert_int_equal(run_verb(cmd_upgrade_module, "upgrade-module",
				  "--json", NULL), DONE);
	complains("warning: counters begin at zero: they cannot be carried over: the module in the kernel, version 0.0.9, does not know this operation");
	object = json_loads(printed, 0, NULL);
	assert_true(json_is_false(json_object_get(object, "counters_carried")));
	json_decref(object);
}

static void what_cannot_be_exchanged_is_left_alone(void **state)
{
	module.refused = NF_EDGE_CMD_NODE_GET;
	module.error = EIO;
	expect(SYSTEM, "");
	complains("cannot read the policy: Input/output error");
	module.refused = 0;
	module.view.waiting = (struct waiting){ .waits = true, .left = 60 };
	expect(REFUSED, "");
	module.view.waiting = (struct waiting){ 0 };
	module.view.loaded = false;
	expect(REFUSED, "");
	complains("no policy is in force: ");
	module.view.loaded = true;
	assert_int_equal(run_verb(cmd_upgrade_module, "upgrade-module", "/nonexistent.ko", NULL),
			 REFUSED);
	complains("/nonexistent.ko: is no nf_edge.ko that can be read; nothing was changed");
	note_requests();
	assert_string_equal(steps, "");
}

static void other_holders_keep_the_module(void **state)
{
	holders = 2;
	expect(REFUSED, "");
	holders = 3;
	expect(REFUSED, "");
	complains("2 other holders keep the module in the kernel");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, start, end_site)
		TEST(a_good_exchange_takes_each_step_in_its_turn),
		TEST(switches_stay_switches),
		TEST(a_module_that_knows_no_switches_takes_the_policy_without),
		TEST(a_refused_policy_with_switches_is_loaded_once),
		TEST(a_policy_without_switches_says_nothing_of_them),
		TEST(nothing_is_touched_without_a_ruleset),
		TEST(another_change_comes_first),
		TEST(counters_that_cannot_be_read_end_it),
		TEST(a_flush_that_fails_ends_it),
		TEST(a_module_that_stays_takes_its_policy_again),
		TEST(a_module_that_stays_and_refuses_is_said),
		TEST(a_module_that_does_not_come_leaves_the_ruleset),
		TEST(a_new_module_that_refuses_leaves_the_ruleset),
		TEST(counters_that_are_not_taken_begin_at_zero),
		TEST(what_cannot_be_exchanged_is_left_alone),
		TEST(other_holders_keep_the_module),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
