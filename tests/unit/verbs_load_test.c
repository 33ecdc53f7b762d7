// SPDX-License-Identifier: GPL-2.0-only
/* check and load: all of a file reaches the module, each refusal has its line. */
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
#include <sys/mman.h>
#include <unistd.h>

#include <cmocka.h>

#include "verbs/site.h"
#include "base/macros.h"

/* As userspace/netlink/load.c has them: prefixes in a load, octets of one attribute. */
#define INLINE_PREFIXES	1024
#define CHUNK_PREFIXES	(60000 / 8)

#define SITE								\
	"mode = enforce\n"						\
	"zones = { external, pic }\n"					\
	"features = { remote-access, av }\n"				\
	"ping = { external, internal }\n"				\
	"expose-cls-ports = true\n"					\
	"interface wan0 { sides = { external } }\n"			\
	"interface lan0 { sides = { internal, edge } }\n"		\
	"node edge1 {\n"						\
	"  access = { 131.107.155.10, 2001:db8::10 }\n"			\
	"  internal = { 172.25.33.10 }\n"				\
	"}\n"								\
	"node edge2 { av = { 131.107.155.31 } }\n"			\
	"peers frontend { }\n"
#define PEERS								\
	"peers crl { prefixes = { 192.0.2.0/24, 2001:db8:7::/48 } }\n"

static char path[32];
static int file = -1;

static void write_file(const char *text)
{
	if (file >= 0)
		close(file);
	file = memfd_create("edge.conf", MFD_CLOEXEC);
	assert_true(file >= 0);
	assert_int_equal(pwrite(file, text, strlen(text), 0), strlen(text));
	snprintf(path, sizeof(path), "/proc/self/fd/%d", file);
}

static int close_file(void **state)
{
	if (file >= 0)
		close(file);
	file = -1;
	return end_site(state);
}

#define FILE_TEST(name)							\
	cmocka_unit_test_setup_teardown(name, begin_site, close_file)

/* The numbered attribute of a type among those of a message or a nest. */
static struct nlattr *nth(struct nlattr *start, int left, int type, size_t n)
{
	struct nlattr *attr;

	for (attr = start; nla_ok(attr, left); attr = nla_next(attr, &left))
		if (nla_type(attr) == type && !n--)
			return attr;
	return NULL;
}

static struct nlattr *nth_of(struct nlmsghdr *message, int type, size_t n)
{
	return nth(nlmsg_attrdata(message, GENL_HDRLEN),
		   nlmsg_attrlen(message, GENL_HDRLEN), type, n);
}

static struct nlattr *nth_in(struct nlattr *nest, int type, size_t n)
{
	return nth(nla_data(nest), nla_len(nest), type, n);
}

static uint32_t u32_of(struct nlmsghdr *message, int type)
{
	struct nlattr *attr = nth_of(message, type, 0);

	assert_non_null(attr);
	assert_null(nth_of(message, type, 1));
	return nla_get_u32(attr);
}

static void expect_interface(struct nlmsghdr *load, size_t i, const char *name,
			     uint32_t sides)
{
	struct nlattr *nest = nth_of(load, NF_EDGE_A_POLICY_INTERFACE, i);

	assert_string_equal(nla_get_string(nth_in(nest, NF_EDGE_A_INTERFACE_NAME,
						  0)), name);
	assert_int_equal(nla_get_u32(nth_in(nest, NF_EDGE_A_INTERFACE_SIDES, 0)),
			 sides);
}

static void expect_address(struct nlattr *node, size_t i, uint32_t service,
			   const char *text)
{
	struct nlattr *nest = nth_in(node, NF_EDGE_A_NODE_ADDRESS, i);
	struct ip wanted = ip(text);
	bool ipv4 = wanted.family == AF_INET;
	struct nlattr *address = nth_in(nest, ipv4 ? NF_EDGE_A_ADDRESS_IPV4 :
					NF_EDGE_A_ADDRESS_IPV6, 0);

	assert_int_equal(nla_get_u32(nth_in(nest, NF_EDGE_A_ADDRESS_SERVICE, 0)),
			 service);
	assert_int_equal(nla_len(address), ipv4 ? 4 : 16);
	assert_memory_equal(nla_data(address), wanted.bytes, ipv4 ? 4 : 16);
	assert_null(nth_in(nest, ipv4 ? NF_EDGE_A_ADDRESS_IPV6 :
			   NF_EDGE_A_ADDRESS_IPV4, 0));
}

/* Prefixes of a set in a request, of one family. */
static size_t prefixes_in(struct nlmsghdr *message, uint32_t set, int type,
			  int size)
{
	struct nlattr *nest, *list;
	size_t i, n = 0;

	for (i = 0; (nest = nth_of(message, NF_EDGE_A_POLICY_PEERS, i)); i++) {
		if (nla_get_u32(nth_in(nest, NF_EDGE_A_PEERS_SET, 0)) != set)
			continue;
		list = nth_in(nest, type, 0);
		if (!list)
			continue;
		assert_int_equal(nla_len(list) % size, 0);
		n += (size_t)(nla_len(list) / size);
	}
	return n;
}

/* The prefixes of the set crl of one family, in order, and no other. */
static void expect_prefixes(struct nlmsghdr *message, const char *prefix, ...)
{
	bool ipv4 = !strchr(prefix, ':');
	int type = ipv4 ? NF_EDGE_A_PEERS_PREFIXES_IPV4 :
			  NF_EDGE_A_PEERS_PREFIXES_IPV6;
	size_t size = ipv4 ? 8 : 20, count = 0, i;
	struct nlattr *nest, *list = NULL;
	uint8_t wanted[20];
	unsigned int length;
	struct ip address;
	va_list prefixes;

	for (i = 0; (nest = nth_of(message, NF_EDGE_A_POLICY_PEERS, i)); i++)
		if (nla_get_u32(nth_in(nest, NF_EDGE_A_PEERS_SET, 0)) ==
		    NF_EDGE_PEER_SET_CRL && nth_in(nest, type, 0))
			list = nth_in(nest, type, 0);
	assert_non_null(list);
	va_start(prefixes, prefix);
	for (; prefix; prefix = va_arg(prefixes, const char *)) {
		memset(wanted, 0, sizeof(wanted));
		assert_null(prefix_parse(prefix, &address, &length));
		memcpy(wanted, address.bytes, ipv4 ? 4 : 16);
		wanted[ipv4 ? 4 : 16] = (uint8_t)length;
		assert_true((size_t)nla_len(list) >= (count + 1) * size);
		assert_memory_equal((uint8_t *)nla_data(list) + count++ * size,
				    wanted, size);
	}
	va_end(prefixes);
	assert_int_equal(nla_len(list), count * size);
}

static bool binds(struct nlmsghdr *message, uint32_t set)
{
	struct nlattr *nest;
	size_t i;

	for (i = 0; (nest = nth_of(message, NF_EDGE_A_POLICY_PEERS, i)); i++)
		if (nla_get_u32(nth_in(nest, NF_EDGE_A_PEERS_SET, 0)) == set)
			return true;
	return false;
}

static void a_load_holds_all_of_the_file(void **state)
{
	struct nlmsghdr *load;
	struct nlattr *node;
	size_t i;

	write_file(SITE PEERS);
	GOOD(load, "load", path);
	for (i = 0; i < 2; i++) {
		load = request_of(NF_EDGE_CMD_LOAD, i);
		assert_int_equal(u32_of(load, NF_EDGE_A_POLICY_MODE),
				 NF_EDGE_MODE_ENFORCE);
		assert_int_equal(u32_of(load, NF_EDGE_A_POLICY_ZONES),
				 1U << NF_EDGE_ZONE_EXTERNAL |
				 1U << NF_EDGE_ZONE_PIC);
		assert_int_equal(u32_of(load, NF_EDGE_A_POLICY_FEATURES),
				 1U << NF_EDGE_FEATURE_REMOTE_ACCESS |
				 1U << NF_EDGE_FEATURE_AV);
		assert_int_equal(u32_of(load, NF_EDGE_A_POLICY_PING),
				 1U << NF_EDGE_SIDE_EXTERNAL |
				 1U << NF_EDGE_SIDE_INTERNAL);
		assert_non_null(nth_of(load, NF_EDGE_A_POLICY_EXPOSE_CLS_PORTS,
				       0));
		expect_interface(load, 0, "wan0", 1U << NF_EDGE_SIDE_EXTERNAL);
		expect_interface(load, 1, "lan0", 1U << NF_EDGE_SIDE_INTERNAL |
						  1U << NF_EDGE_SIDE_EDGE);
		assert_null(nth_of(load, NF_EDGE_A_POLICY_INTERFACE, 2));
		node = nth_of(load, NF_EDGE_A_POLICY_NODE, 0);
		assert_string_equal(nla_get_string(nth_in(node,
						NF_EDGE_A_NODE_NAME, 0)), "edge1");
		expect_address(node, 0, NF_EDGE_SERVICE_ACCESS, "131.107.155.10");
		expect_address(node, 1, NF_EDGE_SERVICE_ACCESS, "2001:db8::10");
		expect_address(node, 2, NF_EDGE_SERVICE_INTERNAL, "172.25.33.10");
		node = nth_of(load, NF_EDGE_A_POLICY_NODE, 1);
		expect_address(node, 0, NF_EDGE_SERVICE_AV, "131.107.155.31");
		expect_prefixes(load, "192.0.2.0/24", NULL);
		expect_prefixes(load, "2001:db8:7::/48", NULL);
		assert_true(binds(load, NF_EDGE_PEER_SET_FRONTEND));
		assert_false(binds(load, NF_EDGE_PEER_SET_DNS));
		/* First it is tried, then it goes into force. */
		assert_int_equal(!nth_of(load, NF_EDGE_A_POLICY_DRY_RUN, 0), i);
		assert_int_equal(!nth_of(load, NF_EDGE_A_POLICY_GENERATION, 0),
				 !i);
	}
	assert_int_equal(u32_of(load, NF_EDGE_A_POLICY_GENERATION), 41);
	assert_null(request_of(NF_EDGE_CMD_LOAD, 2));
	assert_null(request_of(NF_EDGE_CMD_BEGIN, 0));
	says("5 addresses governed now, mode enforce, generation 41\n");
	says("  mode: enforce, was audit\n");
	says("  zones: removed internal federation xmpp\n");
	says("  node edge1: av removed 2001:db8::30 131.107.155.30\n");
	says("  peers crl: 1 prefix removed\n");

	GOOD(check, "check", path);
	assert_non_null(nth_of(request_of(NF_EDGE_CMD_LOAD, 0),
			       NF_EDGE_A_POLICY_DRY_RUN, 0));
	assert_null(request_of(NF_EDGE_CMD_LOAD, 1));
}

/* A key of ports, and the rows that it moves. */
struct moved {
	const char *key;
	uint32_t service;
	bool tcp, udp;
	uint16_t low, high;
};

static uint16_t u16_in(struct nlattr *nest, int type)
{
	struct nlattr *attr = nth_in(nest, type, 0);

	assert_non_null(attr);
	return nla_get_u16(attr);
}

static void expect_move(struct nlmsghdr *load, size_t n, const struct moved *moved,
			uint8_t protocol)
{
	struct nlattr *port = nth_of(load, NF_EDGE_A_POLICY_PORT, n);

	assert_non_null(port);
	assert_int_equal(nla_get_u32(nth_in(port, NF_EDGE_A_PORT_SERVICE, 0)), moved->service);
	assert_int_equal(nla_get_u8(nth_in(port, NF_EDGE_A_PORT_PROTOCOL, 0)), protocol);
	assert_int_equal(u16_in(port, NF_EDGE_A_PORT_DOCUMENTED_LOW), moved->low);
	assert_int_equal(u16_in(port, NF_EDGE_A_PORT_DOCUMENTED_HIGH), moved->high);
	assert_int_equal(u16_in(port, NF_EDGE_A_PORT_LOW), 20001);
	assert_int_equal(u16_in(port, NF_EDGE_A_PORT_HIGH),
			 moved->low == moved->high ? 20001 : 20999);
}

/* A port that is moved is sent for each protocol that its rows have. */
static void moved_ports_are_sent_as_the_rows_have_them(void **state)
{
	static const struct moved keys[] = {
		{ "access-client", NF_EDGE_SERVICE_ACCESS, true, false, 443, 443 },
		{ "access-federation", NF_EDGE_SERVICE_ACCESS, true, false, 5061, 5061 },
		{ "webconf-client", NF_EDGE_SERVICE_WEBCONF, true, false, 443, 443 },
		{ "turn-tcp", NF_EDGE_SERVICE_AV, true, false, 443, 443 },
		{ "turn-udp", NF_EDGE_SERVICE_AV, false, true, 3478, 3478 },
		{ "media", NF_EDGE_SERVICE_AV, true, true, 50000, 59999 },
		{ "internal-sip", NF_EDGE_SERVICE_INTERNAL, true, false, 5061, 5061 },
		{ "internal-psom", NF_EDGE_SERVICE_INTERNAL, true, false, 8057, 8057 },
		{ "internal-mras", NF_EDGE_SERVICE_INTERNAL, true, false, 5062, 5062 },
		{ "internal-turn-tcp", NF_EDGE_SERVICE_INTERNAL, true, false, 443, 443 },
		{ "internal-turn-udp", NF_EDGE_SERVICE_INTERNAL, false, true, 3478, 3478 },
	};
	struct nlmsghdr *load;
	char text[1024];
	size_t i, n;

	for (i = 0; i < ARRAY_SIZE(keys); i++) {
		snprintf(text, sizeof(text), "%sports { %s = %s }\n", SITE PEERS, keys[i].key,
			 keys[i].low == keys[i].high ? "20001" : "20001-20999");
		write_file(text);
		forget_requests();
		GOOD(load, "load", path);
		load = request_of(NF_EDGE_CMD_LOAD, 0);
		n = 0;
		if (keys[i].tcp)
			expect_move(load, n++, &keys[i], IPPROTO_TCP);
		if (keys[i].udp)
			expect_move(load, n++, &keys[i], IPPROTO_UDP);
		assert_null(nth_of(load, NF_EDGE_A_POLICY_PORT, n));
	}
}

static void the_prefixes_of_a_set_are_sent_as_they_are(void **state)
{
	struct nlmsghdr *load;

	write_file(SITE "peers crl { prefixes = { 192.0.2.0/24, 10.0.0.0/8,"
		   " 203.0.113.9, 2001:db8:7::/48, 2001:db8:6::1, ::/0 } }\n");
	GOOD(load, "load", path);
	load = request_of(NF_EDGE_CMD_LOAD, 1);
	expect_prefixes(load, "10.0.0.0/8", "192.0.2.0/24", "203.0.113.9/32",
			NULL);
	expect_prefixes(load, "::/0", "2001:db8:6::1/128", "2001:db8:7::/48",
			NULL);
}

/* Another module's policy is neither tried nor replaced. */
static void a_module_of_another_release_is_asked_nothing(void **state)
{
	const char *line;

	write_file(SITE PEERS);
	module.family_version = 9;
	assert_int_equal(RUN(load, "load", path), SYSTEM);
	complains("the module speaks version 9");
	line = strstr(complained, "edgectl:");
	assert_null(strstr(line + 1, "edgectl:"));
	assert_null(request_of(NF_EDGE_CMD_LOAD, 0));
	assert_int_equal(RUN(check, "check", path), SYSTEM);
	assert_null(request_of(NF_EDGE_CMD_LOAD, 0));
}

/* Two connections, which the policy in force passes. */
static void open_connections(struct tracked table[2], struct verdict *now)
{
	size_t i;

	for (i = 0; i < 2; i++)
		table[i] = (struct tracked){
			.protocol = IPPROTO_TCP, .source = ip("198.51.100.7"),
			.destination = ip("131.107.155.10"),
			.reply_source = ip("131.107.155.10"),
			.reply_destination = ip("198.51.100.7"),
			.source_port = (uint16_t)(40000 + i),
			.destination_port = 443,
		};
	connections = (struct tracked_list){ .items = table, .count = 2 };
	*now = (struct verdict){
		.verdict = NF_EDGE_VERDICT_ACCEPT, .reason = -1,
		.rows = ids("external/5"), .mode = NF_EDGE_MODE_ENFORCE,
	};
	module.now = now;
	module.tried = (struct verdict){
		.verdict = NF_EDGE_VERDICT_DROP,
		.reason = NF_EDGE_REASON_DISABLED, .near = ids("external/5"),
		.mode = NF_EDGE_MODE_ENFORCE,
	};
}

static void a_load_tells_which_connections_it_cuts(void **state)
{
	struct tracked table[2];
	struct verdict now;
	json_t *object;

	write_file(SITE PEERS);
	open_connections(table, &now);
	GOOD(check, "check", "--list", path);
	says("2 of 2 connections would be cut:\n"
	     "  tcp 198.51.100.7:40000 -> 131.107.155.10:443, by external/5: disabled (external/5)\n");
	GOOD(load, "load", "--json", path);
	object = json();
	expect_int(json_object_get(object, "impact"), "judged", 2);
	expect_int(json_object_get(object, "impact"), "cut", 2);
	json_decref(object);
	assert_int_equal(RUN(load, "load", "--fail-if-cut", "1", path), REFUSED);
	complains("2 of 2 connections would be cut, and --fail-if-cut allows 1; nothing was changed");
	/* Each load that was sent was a dry run. */
	assert_non_null(attr_of(request_of(NF_EDGE_CMD_LOAD, 0),
				NF_EDGE_A_POLICY_DRY_RUN));
	assert_true(!request_of(NF_EDGE_CMD_LOAD, 1) ||
		    attr_of(request_of(NF_EDGE_CMD_LOAD, 1),
			    NF_EDGE_A_POLICY_DRY_RUN));
	GOOD(load, "load", "--fail-if-cut", "2", path);
	says("2 of 2 connections are cut");
	module.tried = now;
	GOOD(load, "load", "--fail-if-cut", "0", path);
	is_silent_of("connections are cut");
}

/* A load without a change waits for no confirmation. */
static void a_load_without_a_change_is_not_to_be_confirmed(void **state)
{
	struct nlmsghdr *load;
	size_t i;

	write_file(SITE PEERS);
	module.changed = false;
	GOOD(load, "load", "--confirm", "60", path);
	says("nothing changed: ");
	for (i = 0; (load = request_of(NF_EDGE_CMD_LOAD, i)); i++)
		assert_null(attr_of(load, NF_EDGE_A_POLICY_CONFIRM_TIMEOUT));
	assert_true(i > 0);
}

/* Four loads at once are judged by the kernel, and no more. */
static void a_load_that_cannot_be_judged_is_made(void **state)
{
	struct tracked table[2];
	struct verdict now;

	write_file(SITE PEERS);
	open_connections(table, &now);
	module.refused = NF_EDGE_CMD_BEGIN;
	module.error = EBUSY;
	module.sentence = "four at once";
	GOOD(load, "load", path);
	says("unknown how many connections are cut: four at once");
	assert_int_equal(RUN(load, "load", "--fail-if-cut", "9", path), SYSTEM);
	complains("nobody knows which connections would be cut: four at once");
}

/* Without a module nobody knows what a load would cut. */
static void without_a_module_the_impact_is_unknown(void **state)
{
	json_t *object;

	write_file(SITE PEERS);
	module.is_absent = true;
	GOOD(check, "check", path);
	says("nf_edge is not loaded: modprobe nf_edge");
	GOOD(check, "check", "--json", path);
	object = json();
	expect_bool(object, "kernel_asked", false);
	expect_text(json_object_get(object, "impact"), "unknown",
		    "nf_edge is not loaded: modprobe nf_edge");
	json_decref(object);
	assert_int_equal(RUN(check, "check", "--fail-if-cut", "9", path),
			 SYSTEM);
	complains("nobody knows which connections would be cut: nf_edge is not loaded");
	assert_int_equal(RUN(load, "load", path), SYSTEM);
	complains("nf_edge is not loaded: modprobe nf_edge");
}

/* A copy of a file is checked as if it were at its place. */
static void a_copy_is_checked_at_the_place_that_it_gets(void **state)
{
	static const char *const places[] = { "", "folder/", "-", "history:1", "/tmp" };
	size_t i;

	write_file(SITE PEERS);
	for (i = 0; i < ARRAY_SIZE(places); i++) {
		assert_int_equal(RUN(check, "check", "--as", places[i], path),
				 USAGE);
		complains("is no name of a file; write the whole path that FILE is to have");
	}
	assert_int_equal(RUN(check, "check", "--as", "/nowhere/edge.conf"), USAGE);
	complains("--as /nowhere/edge.conf: write FILE too, the copy to read");
	assert_int_equal(RUN(check, "check", "--as", "/nowhere/edge.conf",
			     "history:1"), USAGE);
	complains("history:1: an entry of the history names no list; leave --as out");
	GOOD(check, "check", "--as", "/nowhere/edge.conf", path);
	write_file(SITE "peers crl { file = crl.list }\n");
	assert_int_equal(RUN(check, "check", "--as", "/nowhere/edge.conf", path),
			 REFUSED);
	complains("/nowhere/crl.list");
}

static void flowtables_are_warned_of(void **state)
{
#define TAKES	": inet fast ft (wan0, dmz0): is an nft flowtable; what it takes goes past the policy"
	write_file(SITE PEERS);
	GOOD(check, "check", path);
	assert_null(strstr(complained, "is an nft flowtable"));
	add_flowtable("ft");
	GOOD(check, "check", path);
	complains(TAKES);
	GOOD(load, "load", path);
	complains(TAKES);
	assert_int_equal(RUN(check, "check", "--strict", path), REFUSED);
}

static void a_load_prints_its_json(void **state)
{
	json_t *object;

	write_file(SITE PEERS);
	GOOD(load, "load", "--json", path);
	object = json();
	expect_bool(object, "kernel_asked", true);
	expect_bool(object, "changed", true);
	expect_int(object, "generation", 41);
	expect_int(object, "governed", 5);
	expect_text(object, "mode", "enforce");
	expect_int(object, "offloaded_connections", 0);
	expect_words(object, "errors", "");
	assert_true(json_array_size(json_object_get(object, "changes")) > 4);
	json_decref(object);
	module.changed = false;
	GOOD(load, "load", path);
	says("nothing changed: ");
	GOOD(flush, "flush", "--json");
	object = json();
	expect_int(object, "governed", 5);
	expect_int(object, "generation", 41);
	json_decref(object);
}

/* A list of so many prefixes, and how they are sent. */
static void many(size_t count, size_t messages)
{
	char *text = NULL;
	size_t size, i, sent = 0;
	FILE *stream = open_memstream(&text, &size);
	struct nlmsghdr *load;

	fputs(SITE "peers dns { prefixes = { 2001:db8:53::/48", stream);
	for (i = 1; i < count; i++)
		fprintf(stream, ", 10.%zu.%zu.0/24", i >> 8, i & 255);
	fputs(" } }\n", stream);
	fclose(stream);
	write_file(text);
	free(text);
	GOOD(load, "load", path);
	assert_int_equal(!!request_of(NF_EDGE_CMD_BEGIN, 0), !!messages);
	for (i = 0; i < messages; i++) {
		struct nlmsghdr *part = request_of(NF_EDGE_CMD_PEERS_ADD, i);

		assert_non_null(part);
		sent += prefixes_in(part, NF_EDGE_PEER_SET_DNS,
				    NF_EDGE_A_PEERS_PREFIXES_IPV4, 8) +
			prefixes_in(part, NF_EDGE_PEER_SET_DNS,
				    NF_EDGE_A_PEERS_PREFIXES_IPV6, 20);
	}
	assert_null(request_of(NF_EDGE_CMD_PEERS_ADD, messages));
	load = request_of(NF_EDGE_CMD_LOAD, 1);
	sent += prefixes_in(load, NF_EDGE_PEER_SET_DNS,
			    NF_EDGE_A_PEERS_PREFIXES_IPV4, 8) +
		prefixes_in(load, NF_EDGE_PEER_SET_DNS,
			    NF_EDGE_A_PEERS_PREFIXES_IPV6, 20);
	assert_int_equal(sent, count);
	assert_true(binds(load, NF_EDGE_PEER_SET_DNS));
	assert_true(binds(load, NF_EDGE_PEER_SET_FRONTEND));
}

static void many_prefixes_go_ahead_in_a_transaction(void **state)
{
	many(INLINE_PREFIXES, 0);
	many(INLINE_PREFIXES + 1, 2);
	many(CHUNK_PREFIXES + 1, 2);
	many(CHUNK_PREFIXES + 2, 3);
}

static void a_load_waits_for_those_of_others(void **state)
{
	module.refused = NF_EDGE_CMD_BEGIN;
	module.error = EBUSY;
	module.times = 3;
	many(INLINE_PREFIXES + 1, 2);
	assert_non_null(request_of(NF_EDGE_CMD_BEGIN, 3));
	/* Another error is told at once. */
	module.refused = NF_EDGE_CMD_BEGIN;
	module.error = ENOMEM;
	module.times = 1;
	assert_int_equal(RUN(load, "load", path), SYSTEM);
	complains("Cannot allocate memory");
}

static void a_policy_that_keeps_changing_ends_a_load(void **state)
{
	write_file(SITE PEERS);
	module.late = 1000000;
	assert_int_equal(RUN(load, "load", path), SYSTEM);
	complains("the policy changes faster than it can be read; try again\n");
	assert_string_equal(printed, "");
}

static void a_refusal_names_the_line_of_its_attribute(void **state)
{
	static const struct {
		const char *place;
		size_t size;
		unsigned int line;
		const char *word;
	} places[] = {
		{ "wan0", 4, 6, "wan0" }, { "lan0", 4, 7, "lan0" },
		{ "edge1", 5, 8, "edge1" }, { "edge2", 5, 12, "edge2" },
		{ "\x83\x6b\x9b\x0a", 4, 9, "131.107.155.10" },
		{ "\xac\x19\x21\x0a", 4, 10, "172.25.33.10" },
		{ "\x83\x6b\x9b\x1f", 4, 12, "131.107.155.31" },
		{ NULL, 0, 1, NULL },
	};
	char said[128];
	size_t i;

	write_file(SITE PEERS);
	module.refused = NF_EDGE_CMD_LOAD;
	module.error = EINVAL;
	module.sentence = "is not liked";
	for (i = 0; i < ARRAY_SIZE(places); i++) {
		const char *word = places[i].word ? places[i].word : path;

		module.place = places[i].place;
		assert_int_equal(RUN(load, "load", path), REFUSED);
		snprintf(said, sizeof(said), "%s:%u: %s: is not liked\n", path,
			 places[i].line, word);
		complains(said);
		complains("1 error, nothing was changed");
		assert_null(request_of(NF_EDGE_CMD_LOAD, 1));
	}
	/* The nest that holds the name begins at the mark itself. */
	module.around = NLA_HDRLEN;
	for (i = 0; i < 4; i++) {
		module.place = places[i].place;
		assert_int_equal(RUN(load, "load", path), REFUSED);
		snprintf(said, sizeof(said), "%s:%u: %s: is not liked\n", path,
			 places[i].line, places[i].word);
		complains(said);
	}
	module.around = 0;
	module.error = ENOMEM;
	assert_int_equal(RUN(load, "load", path), SYSTEM);
	module.refused = NF_EDGE_CMD_BEGIN;
	GOOD(load, "load", path);
}

/* Between the look at the policy and the try, another load comes. */
static void a_load_tells_the_changes_to_what_is_in_force(void **state)
{
	struct nlmsghdr *load;

	write_file(SITE PEERS);
	module.late = 1;
	GOOD(load, "load", path);
	load = request_of(NF_EDGE_CMD_LOAD, 2);
	assert_non_null(load);
	assert_null(nth_of(load, NF_EDGE_A_POLICY_DRY_RUN, 0));
	assert_int_equal(u32_of(load, NF_EDGE_A_POLICY_GENERATION), 42);
	assert_null(request_of(NF_EDGE_CMD_LOAD, 3));
	says("  mode: enforce, was audit\n");
}

/* A node with addresses of all services, so many of the one. */
static enum outcome check_addresses(unsigned int one, unsigned int n)
{
	char *text = NULL;
	size_t size;
	FILE *stream = open_memstream(&text, &size);
	unsigned int service, i;

	fputs("mode = audit\nzones = { }\nfeatures = { }\n"
	      "interface lan0 { sides = { internal } }\nnode edge1 {\n", stream);
	for (service = 0; service < SERVICE_COUNT; service++) {
		fprintf(stream, "  %s = {", names_word(&names_services,
						       service));
		for (i = 0; i < (service == one ? n : NF_EDGE_MAX_ADDRESSES); i++)
			fprintf(stream, "%s 10.%u.0.%u", i ? "," : "", service,
				i + 1);
		fputs(" }\n", stream);
	}
	fputs("}\n", stream);
	fclose(stream);
	write_file(text);
	free(text);
	return RUN(check, "check", path);
}

static void limits_are_of_each_service(void **state)
{
	unsigned int service;
	char said[64];

	for (service = 0; service < SERVICE_COUNT; service++) {
		assert_int_equal(check_addresses(service, NF_EDGE_MAX_ADDRESSES),
				 DONE);
		assert_int_equal(check_addresses(service,
						 NF_EDGE_MAX_ADDRESSES + 1),
				 REFUSED);
		snprintf(said, sizeof(said), ":%u: 10.%u.0.17: is one address too many",
			 6 + service, service);
		complains(said);
	}
}

static void an_internal_address_serves_nothing_else(void **state)
{
	static const char *const nodes[] = {
		"internal = { 10.0.0.1 } av = { 10.0.0.1 }",
		"av = { 10.0.0.1 } internal = { 10.0.0.1 }",
	};
	char text[256];
	size_t i;

	for (i = 0; i < ARRAY_SIZE(nodes); i++) {
		snprintf(text, sizeof(text), "mode = audit\nzones = { }\n"
			 "features = { }\ninterface lan0 { sides = { internal } }\n"
			 "node edge1 { %s }\n", nodes[i]);
		write_file(text);
		assert_int_equal(RUN(check, "check", path), REFUSED);
		complains("the internal address serves nothing else");
	}
}

static void a_load_does_not_cut_its_own_session(void **state)
{
	session = (struct query){
		.in = "wan0", .protocol = IPPROTO_TCP, .port = 22,
		.source = ip("198.51.100.7"), .destination = ip("131.107.155.10"),
	};
	module.tried = (struct verdict){
		.verdict = NF_EDGE_VERDICT_DROP,
		.reason = NF_EDGE_REASON_DISABLED, .mode = NF_EDGE_MODE_ENFORCE,
	};
	write_file(SITE PEERS);
	assert_int_equal(RUN(load, "load", path), REFUSED);
	complains("would cut the SSH session that this runs in (131.107.155.10, port 22 on wan0: disabled; from 198.51.100.7)");
	assert_null(request_of(NF_EDGE_CMD_LOAD, 1));
	GOOD(load, "load", "--force", path);
	assert_null(nth_of(request_of(NF_EDGE_CMD_LOAD, 0),
			   NF_EDGE_A_POLICY_QUERY, 0));
	module.tried.verdict = NF_EDGE_VERDICT_ACCEPT;
	GOOD(load, "load", path);
	assert_non_null(nth_of(request_of(NF_EDGE_CMD_LOAD, 0),
			       NF_EDGE_A_POLICY_QUERY, 0));
	assert_null(nth_of(request_of(NF_EDGE_CMD_LOAD, 1),
			   NF_EDGE_A_POLICY_QUERY, 0));
	/* Audit drops nothing. */
	module.tried.verdict = NF_EDGE_VERDICT_DROP;
	write_file("mode = audit\nzones = { }\nfeatures = { }\n"
		   "node edge1 { access = { 131.107.155.10 } }\n");
	GOOD(load, "load", path);
}

static const struct CMUnitTest tests[] = {
	FILE_TEST(a_load_holds_all_of_the_file),
	FILE_TEST(moved_ports_are_sent_as_the_rows_have_them),
	FILE_TEST(the_prefixes_of_a_set_are_sent_as_they_are),
	FILE_TEST(a_module_of_another_release_is_asked_nothing),
	FILE_TEST(a_load_tells_which_connections_it_cuts),
	FILE_TEST(a_load_that_cannot_be_judged_is_made),
	FILE_TEST(a_load_without_a_change_is_not_to_be_confirmed),
	FILE_TEST(without_a_module_the_impact_is_unknown),
	FILE_TEST(a_copy_is_checked_at_the_place_that_it_gets),
	FILE_TEST(flowtables_are_warned_of),
	FILE_TEST(a_load_prints_its_json),
	FILE_TEST(many_prefixes_go_ahead_in_a_transaction),
	FILE_TEST(a_load_waits_for_those_of_others),
	FILE_TEST(a_policy_that_keeps_changing_ends_a_load),
	FILE_TEST(a_refusal_names_the_line_of_its_attribute),
	FILE_TEST(a_load_tells_the_changes_to_what_is_in_force),
	FILE_TEST(limits_are_of_each_service),
	FILE_TEST(an_internal_address_serves_nothing_else),
	FILE_TEST(a_load_does_not_cut_its_own_session),
};

int main(void)
{
	return cmocka_run_group_tests(tests, NULL, NULL);
}
