// SPDX-License-Identifier: GPL-2.0-only
/*
 * diff of the policy in force: which of the two it is, and what it cannot do.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <errno.h>
#include <jansson.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "policy/table.h"
#include "verbs/site.h"

static char name[] = "/tmp/diff.XXXXXX";

/* What is in force, as a configuration. */
static void write_running(void)
{
	FILE *file;

	GOOD(show, "show", "config");
	file = fopen(name, "w");
	assert_non_null(file);
	fputs(printed, file);
	assert_int_equal(fclose(file), 0);
}

static void what_is_in_force_is_the_first_one(void **state)
{
	json_t *object;

	write_running();
	GOOD(diff, "diff", name);
	says(" decides the same as the policy in force\n");
	GOOD(diff, "diff", "--running", name);
	says("the policy in force decides the same as /tmp/");

	/* The switch of the running policy is no part of the file. */
	policy->mode = NF_EDGE_MODE_ENFORCE;
	assert_int_equal(RUN(diff, "diff", name), REFUSED);
	says("mode: audit, was enforce: nothing is dropped any more\n");
	assert_int_equal(RUN(diff, "diff", "--running", name), REFUSED);
	says("mode: enforce, was audit: all that the policy refuses is dropped from now on\n");

	policy->mode = NF_EDGE_MODE_AUDIT;
	add(NF_EDGE_PEER_SET_CRL, "203.0.113.0/24");
	assert_int_equal(RUN(diff, "diff", "--json", name), REFUSED);
	object = json();
	expect_text(object, "before", NULL);
	expect_text(object, "after", name);
	expect_bool(object, "same", false);
	assert_int_equal(json_array_size(json_object_get(object, "opened")), 0);
	assert_int_equal(json_array_size(json_object_get(object, "closed")), 1);
	expect_words(json_array_get(json_object_get(object, "closed"), 0),
		     "rows", "external/2");
	expect_words(json_array_get(json_object_get(object, "closed"), 0),
		     "peers", "203.0.113.0/24");
	json_decref(object);
	assert_int_equal(RUN(diff, "diff", "--running", name), REFUSED);
	says("opens:  out tcp 80, edge1 131.107.155.10, by external/2\n        to 203.0.113.0/24\n");
}

static void addresses_are_governed_or_not(void **state)
{
	write_running();
	give(&policy->nodes[1], NF_EDGE_SERVICE_ACCESS, "131.107.155.20");
	give(&policy->nodes[1], NF_EDGE_SERVICE_ACCESS, "2001:db8::20");
	assert_int_equal(RUN(diff, "diff", name), REFUSED);
	says("governed no more, open to everybody: 131.107.155.20\n");
	says("governed no more, open to everybody: 2001:db8::20\n");
	is_silent_of("governed now");
	assert_int_equal(RUN(diff, "diff", "--running", name), REFUSED);
	says("governed now: 131.107.155.20\n");
	says("governed now: 2001:db8::20\n");
	is_silent_of("governed no more");
}

/* An address of two services is one end of a flow. */
static void an_address_of_two_services_is_named_once(void **state)
{
	give(&policy->nodes[0], NF_EDGE_SERVICE_WEBCONF, "131.107.155.10");
	write_running();
	add(NF_EDGE_PEER_SET_CRL, "203.0.113.0/24");
	assert_int_equal(RUN(diff, "diff", "--running", name), REFUSED);
	says("opens:  out tcp 80, edge1 131.107.155.10, by external/2\n        to 203.0.113.0/24\n");
}

static void flows_of_both_protocols_are_compared(void **state)
{
	write_running();
	policy_turn_off(policy, "external/3", 0);
	policy_turn_off(policy, "external/4", 0);
	set_rows();
	assert_int_equal(RUN(diff, "diff", "--running", name), REFUSED);
	says("closes: out tcp 53, edge1 131.107.155.10, by external/3\n");
	says("closes: out udp 53, edge1 131.107.155.10, by external/4\n");
}

static void expect_notes(const char *leaves, const char *comes)
{
	policy_table(&module.view.table, policy);
	set_rows();
	assert_int_equal(RUN(diff, "diff", "--running", name), REFUSED);
	is_silent_of("site/probe");
	if (leaves)
		says(leaves);
	else
		is_silent_of("leaves");
	if (comes)
		says(comes);
	else
		is_silent_of("comes");
}

/* Counters of a row go with its service and its direction. */
static void counters_that_begin_anew_are_noted(void **state)
{
	static const char leaves[] = "counters: row site/watch leaves\n";
	static const char comes[] = "counters: row site/watch comes\n";
	struct site_row *own = add_own_row("probe", NF_EDGE_SERVICE_ACCESS,
					   NF_EDGE_DIRECTION_OUT, 0);

	add_ports(own, IPPROTO_TCP, 8443, 8443);
	own = add_own_row("watch", NF_EDGE_SERVICE_ACCESS,
			  NF_EDGE_DIRECTION_OUT, 0);
	add_ports(own, IPPROTO_TCP, 9443, 9443);
	policy_table(&module.view.table, policy);
	set_rows();
	write_running();
	policy->mode = NF_EDGE_MODE_ENFORCE;
	expect_notes(NULL, NULL);
	own->service = NF_EDGE_SERVICE_AV;
	expect_notes(leaves, comes);
	own->service = NF_EDGE_SERVICE_ACCESS;
	own->direction = NF_EDGE_DIRECTION_IN;
	own->exposed = true;
	expect_notes(leaves, comes);
	policy->row_count = 1;
	expect_notes(leaves, NULL);
	policy->row_count = 2;
}

static void bind_side_of(const char *interface, uint32_t sides)
{
	struct interface *one = interface_find(policy, interface);

	assert_non_null(one);
	one->sides = sides;
}

static void bind_side(uint32_t sides)
{
	bind_side_of("lan0", sides);
}

/* Sides without a change of the guard, and with one. */
static void sides_of_an_interface_are_compared(void **state)
{
	const uint32_t inside = 1U << NF_EDGE_SIDE_INTERNAL;

	bind_side(inside | 1U << NF_EDGE_SIDE_EDGE);
	write_running();
	bind_side(inside | 1U << NF_EDGE_SIDE_EXTERNAL);
	assert_int_equal(RUN(diff, "diff", "--running", name), REFUSED);
	says(", 2 interfaces differ\n"
	     "arrival: lan0 holds external internal, held internal edge\n"
	     "arrival: any other interface holds edge, held no side\n");
	bind_side(inside);
	assert_int_equal(RUN(diff, "diff", "--running", name), REFUSED);
	says("arrival: lan0 holds internal, held internal edge; guard against spoofed sources: internal\n");
	assert_int_equal(RUN(diff, "diff", name), REFUSED);
	says("arrival: lan0 holds internal edge, held internal; guard against spoofed sources: none\n");
	bind_side(inside | 1U << NF_EDGE_SIDE_EDGE);
	GOOD(diff, "diff", name);
	is_silent_of("arrival");
	bind_side_of("wan0", 1U << NF_EDGE_SIDE_EXTERNAL | 1U << NF_EDGE_SIDE_EDGE);
	assert_int_equal(RUN(diff, "diff", "--running", name), REFUSED);
	says(", 1 interfaces differ\n"
	     "arrival: wan0 holds external edge, held external; guard against spoofed sources: none\n");
	bind_side_of("wan0", 1U << NF_EDGE_SIDE_EXTERNAL);
	strcpy(interface_find(policy, "wan0")->name, "wan1");
	assert_int_equal(RUN(diff, "diff", "--running", name), REFUSED);
	says(", 2 interfaces differ\n"
	     "arrival: wan1 holds external, held no side; guard against spoofed sources: external\n"
	     "arrival: wan0 holds no side, held external; guard against spoofed sources: none\n");
	strcpy(interface_find(policy, "wan1")->name, "wan0");
}

/* An interface that is bound to each side was on each before. */
static void an_interface_of_all_sides_stays_so(void **state)
{
	bind_side(1U << NF_EDGE_SIDE_INTERNAL | 1U << NF_EDGE_SIDE_EDGE |
		  1U << NF_EDGE_SIDE_EXTERNAL);
	policy->interfaces[0] = policy->interfaces[1];
	policy->interface_count = 0;
	add(NF_EDGE_PEER_SET_INTERNAL_NETWORKS, "10.0.0.0/8");
	write_running();
	policy->interface_count = 1;
	assert_int_equal(RUN(diff, "diff", "--running", name), REFUSED);
	says(", 1 interfaces differ\n"
	     "arrival: any other interface holds no side, held external internal edge\n");
	is_silent_of("arrival: lan0");
}

/* An interface that is bound to the sides that it held as any other has a guard. */
static void a_guard_alone_is_a_difference(void **state)
{
	add(NF_EDGE_PEER_SET_INTERNAL_NETWORKS, "10.0.0.0/8");
	bind_side_of("wan0", 1U << NF_EDGE_SIDE_EXTERNAL | 1U << NF_EDGE_SIDE_EDGE);
	bind_side(1U << NF_EDGE_SIDE_INTERNAL);
	policy->interface_count = 1;
	write_running();
	policy->interface_count = 2;
	assert_int_equal(RUN(diff, "diff", "--running", name), REFUSED);
	says(", 2 interfaces differ\n"
	     "arrival: lan0 holds internal, held internal; guard against spoofed sources: internal\n"
	     "arrival: any other interface holds no side, held internal\n");
}

/* Sources of the inside are refused where an interface is of the external side alone. */
static void guarded_sources_are_compared(void **state)
{
	write_running();
	add(NF_EDGE_PEER_SET_INTERNAL_NETWORKS, "10.0.0.0/8");
	add(NF_EDGE_PEER_SET_INTERNAL_NETWORKS, "2001:db8:a::/48");
	assert_int_equal(RUN(diff, "diff", "--running", name), REFUSED);
	says("guard: refused from the external side now: 10.0.0.0/8\n"
	     "guard: refused from the external side now: 2001:db8:a::/48\n");
	assert_int_equal(RUN(diff, "diff", name), REFUSED);
	says("guard: refused from the external side no more: 10.0.0.0/8\n"
	     "guard: refused from the external side no more: 2001:db8:a::/48\n");
	bind_side_of("wan0", 1U << NF_EDGE_SIDE_EXTERNAL | 1U << NF_EDGE_SIDE_EDGE);
	write_running();
	add(NF_EDGE_PEER_SET_INTERNAL_NETWORKS, "172.16.0.0/12");
	RUN(diff, "diff", "--running", name);
	is_silent_of("guard:");
}

static void what_cannot_be_compared_is_no_difference(void **state)
{
	write_running();
	module.refused = NF_EDGE_CMD_STATUS_GET;
	module.error = EIO;
	module.times = 1;
	module.spared = 1;
	assert_int_equal(RUN(diff, "diff", name), SYSTEM);
	assert_string_equal(printed, "");
	module.view.loaded = false;
	assert_int_equal(RUN(diff, "diff", name), SYSTEM);
	complains("no policy is loaded");
	assert_int_equal(RUN(diff, "diff", "/nonexistent", name), SYSTEM);
	complains("/nonexistent: 1 error");
	assert_int_equal(RUN(diff, "diff", name, "/nonexistent"), SYSTEM);
	assert_string_equal(printed, "");
	GOOD(diff, "diff", name, name);
	assert_int_equal(module.n, 0);
}

static int begin(void **state)
{
	int fd;

	strcpy(name, "/tmp/diff.XXXXXX");
	fd = mkstemp(name);
	if (fd < 0)
		return -1;
	close(fd);
	return begin_site(state);
}

static int end(void **state)
{
	unlink(name);
	return end_site(state);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test_setup_teardown(what_is_in_force_is_the_first_one,
					begin, end),
	cmocka_unit_test_setup_teardown(addresses_are_governed_or_not,
					begin, end),
	cmocka_unit_test_setup_teardown(an_address_of_two_services_is_named_once,
					begin, end),
	cmocka_unit_test_setup_teardown(flows_of_both_protocols_are_compared,
					begin, end),
	cmocka_unit_test_setup_teardown(counters_that_begin_anew_are_noted,
					begin, end),
	cmocka_unit_test_setup_teardown(an_interface_of_all_sides_stays_so,
					begin, end),
	cmocka_unit_test_setup_teardown(sides_of_an_interface_are_compared,
					begin, end),
	cmocka_unit_test_setup_teardown(a_guard_alone_is_a_difference,
					begin, end),
	cmocka_unit_test_setup_teardown(guarded_sources_are_compared,
					begin, end),
	cmocka_unit_test_setup_teardown(what_cannot_be_compared_is_no_difference,
					begin, end),
};

int main(void)
{
	return cmocka_run_group_tests(tests, NULL, NULL);
}
