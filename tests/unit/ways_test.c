// SPDX-License-Identifier: GPL-2.0-only
/*
 * Ways round the policy, read from a /proc of the test's own: features that the
 * test kernels lack.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/memory.h"
#include "verbs/kernel.h"
#include "system/ways.h"

static char *conntrackd_conf;
static struct policy policy;
static struct ways ways;

static void add_device(const char *name, bool bears_edges)
{
	struct device *device;

	ways.devices = xgrow(ways.devices, &ways.device_capacity,
			     ways.device_count, sizeof(*device));
	device = &ways.devices[ways.device_count++];
	*device = (struct device){
		.is_bound = true, .bears_edges = bears_edges,
	};
	snprintf(device->name, sizeof(device->name), "%s", name);
}

static int begin(void **state)
{
	static const char *const addresses[] = {
		"131.107.155.10", "2001:db8:155::10",
	};
	struct node *node = node_add(&policy, "edge1");
	struct ip ip;
	size_t i;

	kernel_begin();
	ways_procfs = procfs;
	conntrackd_conf = xformat("%s/conntrackd.conf", procfs);
	ways_conntrackd_conf = conntrackd_conf;
	for (i = 0; i < ARRAY_SIZE(addresses); i++) {
		assert_true(ip_parse(addresses[i], &ip));
		node_bind(node, NF_EDGE_SERVICE_ACCESS, &ip, 1);
	}
	ways = (struct ways){ .policy = &policy };
	add_device("wan0", false);
	add_device("dmz0", true);
	write_proc("sys/net/ipv4/ip_forward", "1\n");
	return 0;
}

static int end(void **state)
{
	ways_free(&ways);
	policy_free(&policy);
	kernel_end();
	free(conntrackd_conf);
	return 0;
}

/* The only way that is found, if any. */
static void one_way(const char *kind, const char *where, const char *sentence)
{
	ways_of_proc(&ways);
	assert_int_equal(ways.count, 1);
	assert_string_equal(ways.items[0].kind, kind);
	assert_string_equal(ways.items[0].where, where);
	if (!strstr(ways.items[0].text, sentence))
		fail_msg("%s: %s", sentence, ways.items[0].text);
}

static void no_way(void)
{
	ways_of_proc(&ways);
	if (ways.count)
		fail_msg("%s: %s", ways.items[0].where, ways.items[0].text);
}

static void a_host_without_any_feature_has_no_way(void **state)
{
	no_way();
}

static void an_absent_procfs_is_said(void **state)
{
	remove_procfs();
	one_way("unseen", procfs, "cannot be read");
}

#define HEAD	"IP Virtual Server version 1.2.1 (size=4096)\n"		\
		"Prot LocalAddress:Port Scheduler Flags\n"		\
		"  -> RemoteAddress:Port Forward Weight ActiveConn InActConn\n"

static void an_ipvs_service_with_an_edge_behind_is_a_way(void **state)
{
	write_proc("net/ip_vs", HEAD
		   "TCP  C0000201:01BB rr \n"
		   "  -> 0A000001:01BB      Masq    1      0          0\n"
		   "  -> 836B9B0A:01BB      Masq    1      0          0\n");
	one_way("ipvs", "IPVS TCP 192.0.2.1", "the Edge address 131.107.155.10");
}

static void an_ipvs_service_of_ipv6_is_one_too(void **state)
{
	write_proc("net/ip_vs", HEAD
		   "UDP  [2001:0db8:0002:0000:0000:0000:0000:0001]:00A1 rr\n"
		   "  -> [2001:0db8:0155:0000:0000:0000:0000:0010]:00A1      Masq    1      0          0\n");
	one_way("ipvs", "IPVS UDP 2001:db8:2::1",
		"the Edge address 2001:db8:155::10");
}

static void an_ipvs_service_by_mark_is_one_too(void **state)
{
	write_proc("net/ip_vs", HEAD
		   "FWM  00000007 rr\n"
		   "  -> 836B9B0A:0000      Route   1      0          0\n");
	one_way("ipvs", "IPVS FWM 00000007", "131.107.155.10");
}

static void an_ipvs_service_of_others_is_none(void **state)
{
	write_proc("net/ip_vs", HEAD
		   "TCP  836B9B0A:01BB rr \n"
		   "  -> 0A000001:01BB      Masq    1      0          0\n"
		   "  -> nonsense\n  ->\n[\n");
	no_way();
}

static void jool_is_a_way_and_its_library_is_none(void **state)
{
	write_proc("modules",
		   "jool_common 430080 0 - Live 0x0\nnf_edge 90112 0 - Live 0x0\n");
	no_way();
	write_proc("modules",
		   "jool_common 430080 1 jool, Live 0x0\njool 20480 0 - Live 0x0\n");
	one_way("nat64", "jool", "keep the Edge addresses out");
}

static void mpls_is_a_way_where_a_device_takes_it(void **state)
{
	write_proc("sys/net/mpls/conf/wan0/input", "0\n");
	write_proc("sys/net/mpls/conf/other0/input", "1\n");
	no_way();
	write_proc("sys/net/mpls/conf/wan0/input", "1\n");
	one_way("mpls", "wan0", "net.mpls.conf.wan0.input = 0");
}

static void segment_routing_needs_both_settings(void **state)
{
	write_proc("sys/net/ipv6/conf/all/seg6_enabled", "1\n");
	write_proc("sys/net/ipv6/conf/wan0/seg6_enabled", "0\n");
	write_proc("sys/net/ipv6/conf/dmz0/seg6_enabled", "0\n");
	no_way();
	write_proc("sys/net/ipv6/conf/wan0/seg6_enabled", "1\n");
	one_way("segment-routing", "wan0", "net.ipv6.conf.all.seg6_enabled = 0");
}

static void rpl_is_segment_routing(void **state)
{
	write_proc("sys/net/ipv6/conf/all/rpl_seg_enabled", "1\n");
	write_proc("sys/net/ipv6/conf/wan0/rpl_seg_enabled", "1\n");
	one_way("segment-routing", "wan0", "rpl_seg_enabled = 0");
}

static void write_advertised(const char *device, const char *flags)
{
	char *line = xformat("20010db80155000000000000000000fe 02 40 00 %s %8s\n",
			     flags, device);

	write_proc("sys/net/ipv6/conf/dmz0/accept_ra", "1\n");
	write_proc("sys/net/ipv6/conf/dmz0/autoconf", "1\n");
	write_proc("sys/net/ipv6/conf/dmz0/forwarding", "0\n");
	write_proc("net/if_inet6", line);
	free(line);
}

static void an_address_made_of_an_advertisement_is_a_way(void **state)
{
	write_advertised("dmz0", "00");
	one_way("advertisements", "dmz0", "a router advertises a prefix here");
}

static void an_address_set_by_hand_is_none(void **state)
{
	write_advertised("dmz0", "80");
	no_way();
}

static void an_advertisement_outside_is_none(void **state)
{
	write_advertised("wan0", "00");
	no_way();
}

static void a_host_that_forwards_makes_no_address(void **state)
{
	write_advertised("dmz0", "00");
	write_proc("sys/net/ipv6/conf/dmz0/forwarding", "1\n");
	no_way();
	write_proc("sys/net/ipv6/conf/dmz0/accept_ra", "2\n");
	one_way("advertisements", "dmz0", "a router advertises a prefix here");
}

/* Where the host forwards, the kernel itself is one of the group. */
static void a_program_that_advertises_is_a_way(void **state)
{
	static const char kernel[] =
		"2    wan0            ff020000000000000000000000000002     2 0000000C 0\n"
		"3    dmz0            ff020000000000000000000000000001     3 0000000C 0\n"
		"3    dmz0            ff020000000000000000000000000002     1 0000000C 0\n";

	write_proc("sys/net/ipv6/conf/dmz0/forwarding", "1\n");
	write_proc("net/igmp6", kernel);
	no_way();
	write_proc("sys/net/ipv6/conf/dmz0/forwarding", "0\n");
	one_way("advertisements", "dmz0", "a program of this host advertises");
}

static void one_family_is_looked_at_for_that_family(void **state)
{
	policy.nodes[0].count = 1;	/* IPv4 alone */
	write_advertised("dmz0", "00");
	write_proc("sys/net/ipv6/conf/all/seg6_enabled", "1\n");
	write_proc("sys/net/ipv6/conf/wan0/seg6_enabled", "1\n");
	no_way();
	write_proc("sys/net/ipv4/conf/all/accept_source_route", "1\n");
	write_proc("sys/net/ipv4/conf/wan0/accept_source_route", "1\n");
	one_way("source-route", "wan0", "accept_source_route = 0");
}

#define LOOSE	"sys/net/netfilter/nf_conntrack_tcp_loose"
#define EVENTS	"sys/net/netfilter/nf_conntrack_events"

static void a_lone_host_may_pick_up_connections(void **state)
{
	write_proc(LOOSE, "1\n");
	write_proc(EVENTS, "2\n");
	no_way();
	write_proc("conntrackd.conf",
		   "# Sync {\nGeneral {\n\tSyncX on\n}\nStats {\n\tLogFile on\n}\n");
	no_way();
}

static void a_pair_may_not_pick_up_connections(void **state)
{
	write_proc("conntrackd.conf", "General {\n}\n  Sync{\n\tMode FTFW {\n");
	write_proc(LOOSE, "0\n");
	write_proc(EVENTS, "1\n");
	no_way();
	write_proc(LOOSE, "1\n");
	one_way("tcp-loose", "nf_conntrack_tcp_loose",
		"nf_conntrack_tcp_loose = 0");
}

static void a_pair_has_to_tell_all_connections(void **state)
{
	write_proc("conntrackd.conf", "Sync {\n");
	no_way();	/* a kernel without the setting */
	write_proc(EVENTS, "2\n");
	one_way("events", "nf_conntrack_events", "nf_conntrack_events = 1");
}

static void a_pair_that_tells_no_connection_is_warned(void **state)
{
	write_proc("conntrackd.conf", "Sync {\n");
	write_proc(EVENTS, "0\n");
	one_way("events", "nf_conntrack_events", "nf_conntrack_events = 1");
}

#define TEST(name)	cmocka_unit_test_setup_teardown(name, begin, end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_host_without_any_feature_has_no_way),
		TEST(an_absent_procfs_is_said),
		TEST(an_ipvs_service_with_an_edge_behind_is_a_way),
		TEST(an_ipvs_service_of_ipv6_is_one_too),
		TEST(an_ipvs_service_by_mark_is_one_too),
		TEST(an_ipvs_service_of_others_is_none),
		TEST(jool_is_a_way_and_its_library_is_none),
		TEST(mpls_is_a_way_where_a_device_takes_it),
		TEST(segment_routing_needs_both_settings),
		TEST(rpl_is_segment_routing),
		TEST(an_address_made_of_an_advertisement_is_a_way),
		TEST(an_address_set_by_hand_is_none),
		TEST(an_advertisement_outside_is_none),
		TEST(a_host_that_forwards_makes_no_address),
		TEST(a_program_that_advertises_is_a_way),
		TEST(one_family_is_looked_at_for_that_family),
		TEST(a_lone_host_may_pick_up_connections),
		TEST(a_pair_may_not_pick_up_connections),
		TEST(a_pair_has_to_tell_all_connections),
		TEST(a_pair_that_tells_no_connection_is_warned),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
