// SPDX-License-Identifier: GPL-2.0-only
/*
 * The device that packets of a device arrive on.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "edgectl.h"
#include "links.h"

enum { VRF = 1, BRIDGE, BOND, RING, WAN, LAN, LEFT, RIGHT, PLAIN, LONELY };

static struct link devices[] = {
	{ .name = "plain", .ifindex = PLAIN },
	{ .name = "wan0", .ifindex = WAN, .above = BOND },
	{ .name = "bond0", .ifindex = BOND, .above = BRIDGE },
	{ .name = "br0", .ifindex = BRIDGE, .above = VRF, .is_in_vrf = true },
	{ .name = "vrf0", .ifindex = VRF, .is_vrf = true },
	{ .name = "lan0", .ifindex = LAN, .above = VRF, .is_in_vrf = true },
	{ .name = "left", .ifindex = LEFT },
	{ .name = "right", .ifindex = RIGHT },
	{ .name = "hsr0", .ifindex = RING, .ring = { LEFT, RIGHT } },
	{ .name = "orphan", .ifindex = LONELY, .above = 99 },
};

static const struct links all = { .items = devices,
				  .count = ARRAY_SIZE(devices) };

static void is_on(const char *name, const char *wanted)
{
	const struct link *master = nf_edge_link_master(&all, name);

	if (!wanted)
		assert_null(master);
	else
		assert_string_equal(master->name, wanted);
}

static void packets_arrive_on_the_uppermost_master(void **state)
{
	is_on("wan0", "br0");
	is_on("bond0", "br0");
	is_on("left", "hsr0");
	is_on("right", "hsr0");
}

static void a_vrf_is_no_master(void **state)
{
	is_on("lan0", NULL);
	is_on("br0", NULL);
	is_on("vrf0", NULL);
}

static void other_devices_have_none(void **state)
{
	is_on("plain", NULL);
	is_on("hsr0", NULL);
	is_on("orphan", NULL);
	is_on("absent", NULL);
	is_on("", NULL);
}

/* Devices may change while the kernel lists them. */
static void a_circle_ends(void **state)
{
	static struct link circle[] = {
		{ .name = "a", .ifindex = 1, .above = 2 },
		{ .name = "b", .ifindex = 2, .above = 1 },
	};
	const struct links links = { .items = circle, .count = 2 };

	assert_non_null(nf_edge_link_master(&links, "a"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(packets_arrive_on_the_uppermost_master),
		cmocka_unit_test(a_vrf_is_no_master),
		cmocka_unit_test(other_devices_have_none),
		cmocka_unit_test(a_circle_ends),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
