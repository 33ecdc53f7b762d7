// SPDX-License-Identifier: GPL-2.0-only
/*
 * Connections as the kernel tells them: sockets, their tuples in connection
 * tracking, and the whole table of it.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <libnetfilter_conntrack/libnetfilter_conntrack.h>
#include <libnetfilter_conntrack/libnetfilter_conntrack_tcp.h>
#include <linux/inet_diag.h>
#include <linux/netfilter/nfnetlink.h>
#include <linux/netfilter/nfnetlink_conntrack.h>
#include <linux/sock_diag.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <netlink/errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/macros.h"
#include "netlink/attribute.h"
#include "system/connections.h"
#include "system/sockets.h"
#include "verbs/kernel.h"

#define CT_GET	(NFNL_SUBSYS_CTNETLINK << 8 | IPCTNL_MSG_CT_GET)
#define CT_NEW	(NFNL_SUBSYS_CTNETLINK << 8 | IPCTNL_MSG_CT_NEW)

static int begin(void **state)
{
	kernel_begin();
	return 0;
}

static int end(void **state)
{
	kernel_end();
	return 0;
}

static void expect_ip(const struct ip *ip, const char *wanted)
{
	char text[INET6_ADDRSTRLEN];
	struct ip whole;

	assert_string_equal(ip_format(ip, text), wanted);
	assert_true(ip_parse(wanted, &whole));
	assert_memory_equal(ip, &whole, sizeof(whole));
}

/* --- sockets */

/* An address as sock_diag has it, in a socket of a family. */
static void put_socket_ip(__be32 *to, uint8_t family, const char *text)
{
	assert_int_equal(inet_pton(family, text, to), 1);
}

static void has_socket(uint8_t family, uint8_t is, const char *local,
		       uint16_t port, const char *peer, uint16_t peer_port,
		       uint32_t inode)
{
	struct inet_diag_msg diag = {
		.idiag_family = family, .idiag_state = is,
		.id = {
			.idiag_sport = htons(port),
			.idiag_dport = htons(peer_port),
			.idiag_if = inode + 100,
		},
		.idiag_inode = inode,
	};

	put_socket_ip(diag.id.idiag_src, family, local);
	put_socket_ip(diag.id.idiag_dst, family, peer);
	kernel_tells(SOCK_DIAG_BY_FAMILY, SOCK_DIAG_BY_FAMILY, &diag,
		     sizeof(diag));
}

static void connections_to_listening_ports_are_read(void **state)
{
	struct connections alive;

	has_socket(AF_INET, TCP_LISTEN, "0.0.0.0", 22, "0.0.0.0", 0, 1);
	has_socket(AF_INET, TCP_LISTEN, "0.0.0.0", 17, "0.0.0.0", 0, 1);
	has_socket(AF_INET, TCP_LISTEN, "0.0.0.0", 65535, "0.0.0.0", 0, 2);
	has_socket(AF_INET, TCP_ESTABLISHED, "192.0.2.1", 22, "198.51.100.7",
		   50000, 3);
	/* Connections that this host has opened, and one that is not open. */
	has_socket(AF_INET, TCP_ESTABLISHED, "192.0.2.1", 23, "198.51.100.7",
		   22, 4);
	has_socket(AF_INET, TCP_ESTABLISHED, "192.0.2.1", 30, "198.51.100.7",
		   22, 5);
	has_socket(AF_INET, TCP_FIN_WAIT1, "192.0.2.1", 22, "198.51.100.8",
		   50001, 6);
	has_socket(AF_INET6, TCP_ESTABLISHED, "2001:db8::1", 22, "2001:db8:7::9",
		   50002, 7);
	/* IPv4 by a socket of both families, and what only begins so. */
	has_socket(AF_INET6, TCP_ESTABLISHED, "::ffff:192.0.2.2", 65535,
		   "::ffff:198.51.100.9", 50003, 8);
	has_socket(AF_INET6, TCP_ESTABLISHED, "0:0:0:0:0:1:c000:202", 22,
		   "::fffe:c633:6409", 50004, 9);
	assert_true(connections_read(&alive));
	assert_int_equal(alive.count, 4);
	expect_ip(&alive.items[0].local, "192.0.2.1");
	expect_ip(&alive.items[0].peer, "198.51.100.7");
	assert_int_equal(alive.items[0].local_port, 22);
	assert_int_equal(alive.items[0].peer_port, 50000);
	assert_int_equal(alive.items[0].ifindex, 103);
	assert_int_equal(alive.items[0].inode, 3);
	expect_ip(&alive.items[1].local, "2001:db8::1");
	expect_ip(&alive.items[1].peer, "2001:db8:7::9");
	expect_ip(&alive.items[2].local, "192.0.2.2");
	expect_ip(&alive.items[2].peer, "198.51.100.9");
	assert_int_equal(alive.items[2].local_port, 65535);
	expect_ip(&alive.items[3].local, "::1:c000:202");
	expect_ip(&alive.items[3].peer, "::fffe:c633:6409");
	connections_free(&alive);
	assert_int_equal(alive.count, 0);
}

static void sockets_of_tcp_that_listen_or_are_open_are_asked_for(void **state)
{
	const struct inet_diag_req_v2 *asked;
	struct connections alive;

	assert_true(connections_read(&alive));
	assert_int_equal(kernel_times(SOCK_DIAG_BY_FAMILY), 2);
	asked = nlmsg_data(kernel_asked(SOCK_DIAG_BY_FAMILY));
	assert_int_equal(asked->sdiag_family, AF_INET6);
	assert_int_equal(asked->sdiag_protocol, IPPROTO_TCP);
	assert_int_equal(asked->idiag_states,
			 1U << TCP_ESTABLISHED | 1U << TCP_LISTEN);
	connections_free(&alive);
}

static void sockets_that_the_kernel_does_not_tell_are_unknown(void **state)
{
	struct connections alive;

	kernel_fails(SOCK_DIAG_BY_FAMILY, -NLE_OPNOTSUPP, 1);
	assert_false(connections_read(&alive));
	connections_free(&alive);
	kernel_is_deaf();
	assert_false(connections_read(&alive));
	connections_free(&alive);
}

static void messages_that_are_no_sockets_are_let_alone(void **state)
{
	struct inet_diag_msg diag = {
		.idiag_family = AF_INET, .idiag_state = TCP_ESTABLISHED,
	};
	struct connections alive;

	has_socket(AF_INET, TCP_LISTEN, "0.0.0.0", 0, "0.0.0.0", 0, 1);
	kernel_tells(SOCK_DIAG_BY_FAMILY, SOCK_DIAG_BY_FAMILY + 1, &diag,
		     sizeof(diag));
	kernel_tells(SOCK_DIAG_BY_FAMILY, SOCK_DIAG_BY_FAMILY, &diag,
		     sizeof(diag) - 4);
	assert_true(connections_read(&alive));
	assert_int_equal(alive.count, 0);
	connections_free(&alive);
}

/* --- the tuple of a connection */

static struct connection connection(const char *local, const char *peer)
{
	struct connection one = { .local_port = 22, .peer_port = 50000 };

	assert_true(ip_parse(local, &one.local) && ip_parse(peer, &one.peer));
	return one;
}

static void put_ip(struct nl_msg *msg, const char *text, int ipv4, int ipv6)
{
	struct ip ip;

	assert_true(ip_parse(text, &ip));
	nla_put(msg, ip.family == AF_INET ? ipv4 : ipv6,
		ip.family == AF_INET ? 4 : 16, ip.bytes);
}

/* NULL leaves an address out. */
static void is_tracked(int type, int which, const char *source, uint16_t port,
		       const char *destination, uint16_t to)
{
	struct nfgenmsg head = { .nfgen_family = AF_INET };
	struct nl_msg *msg = kernel_tells(CT_GET, type, &head, sizeof(head));
	struct nlattr *tuple = attr_nest(msg, which), *nest;

	nest = attr_nest(msg, CTA_TUPLE_IP);
	if (source)
		put_ip(msg, source, CTA_IP_V4_SRC, CTA_IP_V6_SRC);
	if (destination)
		put_ip(msg, destination, CTA_IP_V4_DST, CTA_IP_V6_DST);
	nla_nest_end(msg, nest);
	nest = attr_nest(msg, CTA_TUPLE_PROTO);
	nla_put_u16(msg, CTA_PROTO_SRC_PORT, htons(port));
	nla_put_u16(msg, CTA_PROTO_DST_PORT, htons(to));
	nla_nest_end(msg, nest);
	nla_nest_end(msg, tuple);
}

static void an_original_tuple_is_seen_from_here(void **state)
{
	struct connection one = connection("192.0.2.1", "198.51.100.7"), before;

	/* A second message is none of the answer. */
	is_tracked(CT_NEW, CTA_TUPLE_ORIG, "198.51.100.7", 40000, "203.0.113.5",
		   2222);
	is_tracked(CT_NEW, CTA_TUPLE_ORIG, "198.51.100.8", 40001, "203.0.113.6",
		   2223);
	assert_int_equal(connection_original(&one, &before), ORIGINAL_FOUND);
	expect_ip(&before.peer, "198.51.100.7");
	assert_int_equal(before.peer_port, 40000);
	expect_ip(&before.local, "203.0.113.5");
	assert_int_equal(before.local_port, 2222);
}

static void an_original_tuple_of_ipv6_is_read_too(void **state)
{
	struct connection one = connection("2001:db8::1", "2001:db8:7::9");
	struct connection before;

	is_tracked(CT_NEW, CTA_TUPLE_ORIG, "2001:db8:7::9", 40000,
		   "2001:db8::5", 2222);
	assert_int_equal(connection_original(&one, &before), ORIGINAL_FOUND);
	expect_ip(&before.peer, "2001:db8:7::9");
	expect_ip(&before.local, "2001:db8::5");
}

static void expect_asked(const struct nlattr *tuple, const char *local,
			 const char *peer)
{
	bool ipv4 = !strchr(local, ':');
	struct nlattr *ip[CTA_IP_MAX + 1], *proto[CTA_PROTO_MAX + 1];
	struct nlattr *parts[CTA_TUPLE_MAX + 1];
	struct ip wanted;

	nla_parse_nested(parts, CTA_TUPLE_MAX, (struct nlattr *)tuple, NULL);
	nla_parse_nested(ip, CTA_IP_MAX, parts[CTA_TUPLE_IP], NULL);
	nla_parse_nested(proto, CTA_PROTO_MAX, parts[CTA_TUPLE_PROTO], NULL);
	ip_parse(local, &wanted);
	assert_memory_equal(nla_data(ip[ipv4 ? CTA_IP_V4_SRC : CTA_IP_V6_SRC]),
			    wanted.bytes, ipv4 ? 4 : 16);
	ip_parse(peer, &wanted);
	assert_memory_equal(nla_data(ip[ipv4 ? CTA_IP_V4_DST : CTA_IP_V6_DST]),
			    wanted.bytes, ipv4 ? 4 : 16);
	assert_null(ip[ipv4 ? CTA_IP_V6_SRC : CTA_IP_V4_SRC]);
	assert_int_equal(attr_u8(proto[CTA_PROTO_NUM]), IPPROTO_TCP);
	assert_int_equal(attr_u16(proto[CTA_PROTO_SRC_PORT]), htons(22));
	assert_int_equal(attr_u16(proto[CTA_PROTO_DST_PORT]), htons(50000));
}

/* Connection tracking is asked for packets from here to the peer. */
static void replies_are_asked_for(void **state)
{
	static const char *const ends[][2] = {
		{ "192.0.2.1", "198.51.100.7" },
		{ "2001:db8::1", "2001:db8:7::9" },
	};
	struct connection one, before;
	const struct nfgenmsg *head;
	struct nlmsghdr *asked;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(ends); i++) {
		one = connection(ends[i][0], ends[i][1]);
		assert_int_equal(connection_original(&one, &before),
				 ORIGINAL_UNKNOWN);
		asked = kernel_asked(CT_GET);
		head = nlmsg_data(asked);
		assert_int_equal(head->nfgen_family, i ? AF_INET6 : AF_INET);
		expect_asked(nlmsg_find_attr(asked, sizeof(*head),
					     CTA_TUPLE_REPLY),
			     ends[i][0], ends[i][1]);
	}
}

static void without_a_tuple_nothing_was_translated(void **state)
{
	struct connection one = connection("192.0.2.1", "198.51.100.7"), before;

	kernel_fails(CT_GET, -NLE_OBJ_NOTFOUND, 1);
	assert_int_equal(connection_original(&one, &before), ORIGINAL_NONE);
	kernel_fails(CT_GET, -NLE_PERM, 1);
	assert_int_equal(connection_original(&one, &before), ORIGINAL_UNKNOWN);
	kernel_is_deaf();
	kernel_fails(CT_GET, -NLE_OBJ_NOTFOUND, 1);
	assert_int_equal(connection_original(&one, &before), ORIGINAL_UNKNOWN);
	assert_int_equal(kernel_times(CT_GET), 2);
}

static void an_answer_without_both_ends_is_none(void **state)
{
	struct connection one = connection("192.0.2.1", "198.51.100.7"), before;
	struct nfgenmsg head = { .nfgen_family = AF_INET };
	struct nl_msg *msg;

	is_tracked(CT_NEW + 1, CTA_TUPLE_ORIG, "198.51.100.7", 1, "192.0.2.1", 2);
	is_tracked(CT_NEW, CTA_TUPLE_REPLY, "198.51.100.7", 1, "192.0.2.1", 2);
	is_tracked(CT_NEW, CTA_TUPLE_ORIG, NULL, 1, "192.0.2.1", 2);
	is_tracked(CT_NEW, CTA_TUPLE_ORIG, "198.51.100.7", 1, NULL, 2);
	kernel_tells(CT_GET, CT_NEW, &head, sizeof(head));
	msg = kernel_tells(CT_GET, CT_NEW, &head, sizeof(head));
	nla_nest_end(msg, attr_nest(msg, CTA_TUPLE_ORIG));
	assert_int_equal(connection_original(&one, &before), ORIGINAL_UNKNOWN);
	is_tracked(CT_NEW, CTA_TUPLE_ORIG, "198.51.100.9", 1, "192.0.2.1", 2);
	assert_int_equal(connection_original(&one, &before), ORIGINAL_FOUND);
	expect_ip(&before.peer, "198.51.100.9");
}

/* --- the table of connection tracking */

#define ENTRIES_MAX	16

static struct nf_conntrack *entries[ENTRIES_MAX];
static size_t entry_count;
static int (*take_entry)(enum nf_conntrack_msg_type type,
			 struct nf_conntrack *ct, void *arg);
static void *taker;

/* The table cannot be opened, or not read for this address family. */
static bool is_closed;
static uint32_t hidden;
static int handles;

struct nfct_handle *__wrap_nfct_open(uint8_t subsystem, unsigned int groups);
int __wrap_nfct_callback_register(struct nfct_handle *handle,
				  enum nf_conntrack_msg_type type,
				  int (*call)(enum nf_conntrack_msg_type type,
					      struct nf_conntrack *ct,
					      void *arg),
				  void *arg);
int __wrap_nfct_query(struct nfct_handle *handle, enum nf_conntrack_query query,
		      const void *data);
int __wrap_nfct_close(struct nfct_handle *handle);

struct nfct_handle *__wrap_nfct_open(uint8_t subsystem, unsigned int groups)
{
	assert_int_equal(groups, 0);
	if (!is_closed)
		handles++;
	/* Nobody looks into the handle. */
	return is_closed ? NULL : (struct nfct_handle *)&entry_count;
}

int __wrap_nfct_callback_register(struct nfct_handle *handle,
				  enum nf_conntrack_msg_type type,
				  int (*call)(enum nf_conntrack_msg_type type,
					      struct nf_conntrack *ct,
					      void *arg),
				  void *arg)
{
	take_entry = call;
	taker = arg;
	return 0;
}

int __wrap_nfct_query(struct nfct_handle *handle, enum nf_conntrack_query query,
		      const void *data)
{
	const uint32_t *family = data;
	size_t i;

	assert_int_equal(query, NFCT_Q_DUMP);
	if (hidden == *family) {
		errno = EPERM;
		return -1;
	}
	for (i = 0; i < entry_count; i++)
		if (nfct_get_attr_u8(entries[i], ATTR_ORIG_L3PROTO) == *family)
			take_entry(NFCT_T_UPDATE, entries[i], taker);
	return 0;
}

int __wrap_nfct_close(struct nfct_handle *handle)
{
	handles--;
	return 0;
}

static int end_table(void **state)
{
	while (entry_count)
		nfct_destroy(entries[--entry_count]);
	is_closed = false;
	hidden = 0;
	assert_int_equal(handles, 0);
	return end(state);
}

/* Original and reply, by destination NAT. */
static struct nf_conntrack *has_entry(uint8_t family, uint8_t protocol)
{
	static const enum nf_conntrack_attr attributes[2][4] = {
		{ ATTR_ORIG_IPV4_SRC, ATTR_ORIG_IPV4_DST, ATTR_REPL_IPV4_SRC,
		  ATTR_REPL_IPV4_DST },
		{ ATTR_ORIG_IPV6_SRC, ATTR_ORIG_IPV6_DST, ATTR_REPL_IPV6_SRC,
		  ATTR_REPL_IPV6_DST },
	};
	static const char *const texts[2][4] = {
		{ "198.51.100.7", "203.0.113.5", "192.0.2.1", "198.51.100.8" },
		{ "2001:db8:7::9", "2001:db8::5", "2001:db8::1", "2001:db8:7::8" },
	};
	unsigned int is_ipv6 = family == AF_INET6, i;
	struct nf_conntrack *ct = nfct_new();
	struct ip ip;

	assert_true(entry_count < ENTRIES_MAX);
	entries[entry_count++] = ct;
	nfct_set_attr_u8(ct, ATTR_ORIG_L3PROTO, family);
	nfct_set_attr_u8(ct, ATTR_ORIG_L4PROTO, protocol);
	for (i = 0; i < 4; i++) {
		assert_true(ip_parse(texts[is_ipv6][i], &ip));
		nfct_set_attr(ct, attributes[is_ipv6][i], ip.bytes);
	}
	nfct_set_attr_u16(ct, ATTR_ORIG_PORT_SRC, htons(40000));
	nfct_set_attr_u16(ct, ATTR_ORIG_PORT_DST, htons(5061));
	return ct;
}

static void entries_are_read_whole(void **state)
{
	struct tracked_list list;
	struct nf_conntrack *ct;

	has_entry(AF_INET6, IPPROTO_UDP);
	ct = has_entry(AF_INET, IPPROTO_TCP);
	nfct_set_attr_u8(ct, ATTR_TCP_STATE, TCP_CONNTRACK_ESTABLISHED);
	assert_int_equal(tracked_read(&list), 0);
	assert_int_equal(list.count, 2);
	assert_int_equal(list.items[0].protocol, IPPROTO_TCP);
	expect_ip(&list.items[0].source, "198.51.100.7");
	expect_ip(&list.items[0].destination, "203.0.113.5");
	expect_ip(&list.items[0].reply_source, "192.0.2.1");
	expect_ip(&list.items[0].reply_destination, "198.51.100.8");
	assert_int_equal(list.items[0].source_port, 40000);
	assert_int_equal(list.items[0].destination_port, 5061);
	assert_int_equal(list.items[1].protocol, IPPROTO_UDP);
	expect_ip(&list.items[1].source, "2001:db8:7::9");
	expect_ip(&list.items[1].destination, "2001:db8::5");
	expect_ip(&list.items[1].reply_source, "2001:db8::1");
	expect_ip(&list.items[1].reply_destination, "2001:db8:7::8");
	tracked_free(&list);
	assert_int_equal(list.count, 0);
}

static void types_of_icmp_are_read_in_place_of_ports(void **state)
{
	struct tracked_list list;
	struct nf_conntrack *ct;

	ct = has_entry(AF_INET, IPPROTO_ICMP);
	nfct_set_attr_u8(ct, ATTR_ICMP_TYPE, 13);
	ct = has_entry(AF_INET6, IPPROTO_ICMPV6);
	nfct_set_attr_u8(ct, ATTR_ICMP_TYPE, 128);
	assert_int_equal(tracked_read(&list), 0);
	assert_int_equal(list.count, 2);
	assert_int_equal(list.items[0].icmp_type, 13);
	assert_int_equal(list.items[0].source_port, 0);
	assert_int_equal(list.items[0].destination_port, 0);
	assert_int_equal(list.items[1].icmp_type, 128);
	tracked_free(&list);
}

static void only_open_connections_are_read(void **state)
{
	static const uint8_t shut[] = {
		TCP_CONNTRACK_NONE, TCP_CONNTRACK_SYN_SENT,
		TCP_CONNTRACK_SYN_SENT2, TCP_CONNTRACK_TIME_WAIT,
		TCP_CONNTRACK_CLOSE,
	};
	static const uint8_t open[] = {
		TCP_CONNTRACK_SYN_RECV, TCP_CONNTRACK_ESTABLISHED,
		TCP_CONNTRACK_FIN_WAIT, TCP_CONNTRACK_CLOSE_WAIT,
		TCP_CONNTRACK_LAST_ACK,
	};
	struct tracked_list list;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(shut); i++)
		nfct_set_attr_u8(has_entry(AF_INET, IPPROTO_TCP),
				 ATTR_TCP_STATE, shut[i]);
	assert_int_equal(tracked_read(&list), 0);
	assert_int_equal(list.count, 0);
	tracked_free(&list);
	for (i = 0; i < ARRAY_SIZE(open); i++)
		nfct_set_attr_u8(has_entry(AF_INET, IPPROTO_TCP),
				 ATTR_TCP_STATE, open[i]);
	assert_int_equal(tracked_read(&list), 0);
	assert_int_equal(list.count, ARRAY_SIZE(open));
	tracked_free(&list);
}

static void an_entry_without_an_address_is_left_out(void **state)
{
	static const enum nf_conntrack_attr addresses[] = {
		ATTR_ORIG_IPV4_SRC, ATTR_ORIG_IPV4_DST, ATTR_REPL_IPV4_SRC,
		ATTR_REPL_IPV4_DST,
	};
	struct tracked_list list;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(addresses); i++)
		nfct_attr_unset(has_entry(AF_INET, IPPROTO_UDP), addresses[i]);
	assert_int_equal(tracked_read(&list), 0);
	assert_int_equal(list.count, 0);
	tracked_free(&list);
}

/* A table that is told in part is not known. */
static void a_table_that_is_not_told_is_an_error(void **state)
{
	struct tracked_list list;

	has_entry(AF_INET, IPPROTO_UDP);
	hidden = AF_INET6;
	assert_int_equal(tracked_read(&list), -EPERM);
	assert_int_equal(list.count, 0);
	assert_null(list.items);
	hidden = AF_INET;
	assert_int_equal(tracked_read(&list), -EPERM);
	is_closed = true;
	assert_int_equal(tracked_read(&list), -EIO);
}

#define TEST(name)	cmocka_unit_test_setup_teardown(name, begin, end)

#define TABLE_TEST(name)						\
	cmocka_unit_test_setup_teardown(name, begin, end_table)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(connections_to_listening_ports_are_read),
		TEST(sockets_of_tcp_that_listen_or_are_open_are_asked_for),
		TEST(sockets_that_the_kernel_does_not_tell_are_unknown),
		TEST(messages_that_are_no_sockets_are_let_alone),
		TEST(an_original_tuple_is_seen_from_here),
		TEST(an_original_tuple_of_ipv6_is_read_too),
		TEST(replies_are_asked_for),
		TEST(without_a_tuple_nothing_was_translated),
		TEST(an_answer_without_both_ends_is_none),
		TABLE_TEST(entries_are_read_whole),
		TABLE_TEST(types_of_icmp_are_read_in_place_of_ports),
		TABLE_TEST(only_open_connections_are_read),
		TABLE_TEST(an_entry_without_an_address_is_left_out),
		TABLE_TEST(a_table_that_is_not_told_is_an_error),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
