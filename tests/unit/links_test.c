// SPDX-License-Identifier: GPL-2.0-only
/*
 * Masters of devices: find the device that packets arrive on.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/macros.h"
#include "system/links.h"

enum { VRF = 1, BRIDGE, BOND, RING, WAN, LAN, LEFT, RIGHT, PLAIN, LONELY, NAMED };

static char *others[] = { "uplink", "provider-of-the-city" };

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
	{ .name = "enp0s31f6", .ifindex = NAMED, .others = others,
	  .other_count = 2 },
	{ .name = "orphan", .ifindex = LONELY, .above = 99 },
};

static const struct links all = { .items = devices,
				  .count = ARRAY_SIZE(devices) };

static void is_on(const char *name, const char *wanted)
{
	const struct link *master = link_master(&all, name);

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

	assert_non_null(link_master(&links, "a"));
}

static void absent(const char *name, const char *sentence)
{
	char *got = device_absent(&all, name);

	if (!got || strcmp(got, sentence) != 0)
		fail_msg("%s: %s", name, got ? got : "nothing");
	free(got);
}

#define NEAREST(name)	"no device has this name now; the nearest is " name

static void a_name_of_no_device_is_explained(void **state)
{
	assert_null(device_absent(&all, "wan0"));
	absent("wan1", NEAREST("wan0"));
	absent("WAN0", NEAREST("wan0"));
	absent("\u201cwan0\u201d", NEAREST("wan0"));
	absent("wan0\u00a0", NEAREST("wan0"));
	absent("wan0\u200b", NEAREST("wan0"));
	absent("w\u0430n0", NEAREST("wan0"));
	absent("wan0 ", NEAREST("wan0"));
	absent("'wan0'", NEAREST("wan0"));
	absent("wan0@if5", NEAREST("wan0"));
	absent("lo", "no device has this name now; check the spelling");
	absent("ppp0", "no device has this name now; check the spelling");
}

static void an_alternative_name_leads_to_the_first_one(void **state)
{
	absent("uplink", "is another name of enp0s31f6; write enp0s31f6");
	absent("provider-of-the-city", "is another name of enp0s31f6; write enp0s31f6");
	assert_null(device_absent(&all, "enp0s31f6"));
}

static void a_wild_card_is_none(void **state)
{
#define NO_WILD(sign)	"no device has this name now; " sign " is no wild card, name each"
	absent("ppp+", NO_WILD("+"));
	absent("eth*", NO_WILD("*"));
	absent("eth%", NO_WILD("%"));
}

/* A list on the heap; AddressSanitizer tells what stays behind. */
static void all_of_a_list_is_freed(void **state)
{
	struct links links = { .items = calloc(2, sizeof(*links.items)),
			       .count = 2 };
	size_t i, j;

	for (i = 0; i < links.count; i++) {
		links.items[i].others = calloc(2, sizeof(char *));
		links.items[i].other_count = 2;
		for (j = 0; j < 2; j++)
			links.items[i].others[j] = strdup("uplink");
	}
	links_free(&links);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(packets_arrive_on_the_uppermost_master),
		cmocka_unit_test(a_vrf_is_no_master),
		cmocka_unit_test(other_devices_have_none),
		cmocka_unit_test(a_circle_ends),
		cmocka_unit_test(a_name_of_no_device_is_explained),
		cmocka_unit_test(an_alternative_name_leads_to_the_first_one),
		cmocka_unit_test(a_wild_card_is_none),
		cmocka_unit_test(all_of_a_list_is_freed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
