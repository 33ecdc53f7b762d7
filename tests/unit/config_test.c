// SPDX-License-Identifier: GPL-2.0-only
/*
 * Parser of edge.conf: values, errors with their lines, and warnings.
 */
#include <netinet/in.h>

#include "policy/profiles.h"
#include "reading.h"

static void a_whole_configuration_is_read(void **state)
{
	const struct policy *policy = &config.policy;

	read_text("mode     = audit                  # or enforce\n"
		  "zones    = { external, internal }\n"
		  "features = { remote-access, av } // two\n"
		  "ping     = { internal }\n"
		  "expose-cls-ports = true\n"
		  "/* three\n   lines\n */\n"
		  "interface wan0 { sides = { external } }\n"
		  "interface lan0 { sides = { internal, edge } }\n"
		  "node edge1 {\n"
		  "    access   = { 192.0.2.10, 2001:db8::10 }\n"
		  "    internal = { \"10.0.0.10\" }\n"
		  "}\n"
		  "peers internal-networks { prefixes = { 10.0.0.0/8 } }\n"
		  "peers frontend { }\n");
	errors(0);
	assert_int_equal(policy->mode, NF_EDGE_MODE_AUDIT);
	assert_int_equal(policy->zones, 3);
	assert_int_equal(policy->features,
			 1U << NF_EDGE_FEATURE_REMOTE_ACCESS |
			 1U << NF_EDGE_FEATURE_AV);
	assert_int_equal(policy->ping, 1U << NF_EDGE_SIDE_INTERNAL);
	assert_true(policy->expose_cls_ports);
	assert_int_equal(policy->interface_count, 2);
	assert_int_equal(policy->interfaces[1].sides,
			 1U << NF_EDGE_SIDE_INTERNAL | 1U << NF_EDGE_SIDE_EDGE);
	assert_int_equal(policy->node_count, 1);
	assert_int_equal(policy->nodes[0].count, 3);
	assert_int_equal(policy->nodes[0].bindings[2].line, 13);
	assert_true(policy->sets[NF_EDGE_PEER_SET_INTERNAL_NETWORKS].bound);
	assert_true(policy->sets[NF_EDGE_PEER_SET_FRONTEND].bound);
	assert_false(policy->sets[NF_EDGE_PEER_SET_CMS].bound);
	assert_int_equal(config.feature_lines[NF_EDGE_FEATURE_AV], 3);
}

static void empty_lists_are_lists(void **state)
{
	read_text("mode = enforce\nzones = { }\nfeatures = {}\nping = {}\n" NODE);
	errors(0);
	assert_int_equal(config.policy.zones, 0);
}

static void what_is_required_is_missed(void **state)
{
	read_text("");
	error(1, "mode", "is missing");
	error(1, "zones", "is missing");
	error(1, "features", "is missing");
	error(1, "node", "is missing");
	errors(4);
}

static void every_error_of_a_file_is_found(void **state)
{
	read_text("mode = enfroce\n"
		  "zones = { external, exteral }\n"
		  "features = { remote-access av }\n"
		  "interfce wan0 { sides = { external } }\n"
		  "interface lan0 { sides = { internl } }\n"
		  "node edge1 {\n"
		  "    access = { 192.0.2.0/24, 192.0.2.300 }\n"
		  "    acess = { 192.0.2.1 }\n"
		  "}\n"
		  "peers frontnd { prefixes = { 10.0.0.1/8 } }\n"
		  "ping = { edge }\n"
		  "expose-cls-ports = perhaps\n");
	error(1, "enfroce", "the nearest is enforce");
	error(2, "exteral", "unknown zone; the nearest is external");
	error(3, "av", "comma");
	error(4, "interfce", "unknown section; the nearest is interface");
	error(5, "internl", "unknown side; the nearest is internal");
	error(7, "192.0.2.0/24", "is a prefix");
	error(7, "192.0.2.300", "has a number above 255");
	error(8, "acess", "unknown key; the nearest is access");
	error(10, "frontnd", "neither a row nor ping-peers uses it; the nearest is frontend");
	error(10, "10.0.0.1/8", "write 10.0.0.0/8");
	error(11, "edge", "no row");
	error(12, "perhaps", "neither true nor false");
	errors(12);
}

static void errors_stand_in_the_order_of_lines(void **state)
{
	size_t i;

	read_text("ping = { edge }\nzones = { a }\nfeatures = { b }\nmode = c\n");
	for (i = 1; i < config.errors.count; i++)
		assert_true(config.errors.items[i - 1].line <=
			    config.errors.items[i].line);
}

static void repetitions_are_errors(void **state)
{
	one_error(TOP NODE "mode = audit\n", 5, "mode", "line 1 has it");
	one_error(TOP NODE NODE, 5, "edge1", "a second section node");
	one_error(TOP NODE "interface a { sides = { edge } }\n"
		  "interface a { sides = { edge } }\n", 6, "a", "a second");
	one_error(TOP NODE "peers cms { }\npeers cms { }\n", 6, "cms",
		  "a second");
	one_error(TOP "node e { access = { 192.0.2.1 } access = { 192.0.2.2 } }\n",
		  4, "access", "is given again");
	one_error(TOP "node e { access = { 192.0.2.1, 192.0.2.1 } }\n", 4,
		  "192.0.2.1", "twice for access");
}

static void what_is_not_closed_is_an_error(void **state)
{
	one_error(TOP NODE "ping = { internal\n", 5, "ping", "not closed");
	one_error(TOP "node edge1 {\n access = { 192.0.2.1 }\n", 4, "edge1",
		  "not closed");
	one_error(TOP "node edge1 { access = { 192.0.2.1 }\n"
		  "interface a { sides = { edge } }\n", 4, "edge1",
		  "not closed");
	one_error(TOP NODE "ping = { internal\nexpose-cls-ports = false\n", 5,
		  "ping", "not closed");
	one_error(TOP NODE "/* no end\n", 5, "/* no end\\n", "*/");
	one_error(TOP NODE "ping = \"internal\n", 5, "\"internal",
		  "quote");
	one_error(TOP NODE "}\n", 5, "}", "does not belong here");
}

static void lines_are_counted_behind_comments(void **state)
{
	one_error(TOP "/* three\n   lines\n */\n" NODE "pong = { }\n", 8, "pong",
		  "unknown key");
	one_error(TOP "# one\n// two\n/* three */ /* four\n\n */\n" NODE "pong = { }\n",
		  10, "pong", "unknown key");
	one_error(TOP NODE "ping = { /* in a list\n*/ internl }\n", 6, "internl",
		  "unknown side");
	one_error(TOP NODE "peers cms { # }\n prefixes = {\n 10.0.0.0/33 } }\n", 7,
		  "10.0.0.0/33", "no such prefix length");
}

static void what_other_files_may_hold_is_refused(void **state)
{
	setenv("NF_EDGE_SIDE", "internal", 1);
	one_error(TOP NODE "ping = ${NF_EDGE_SIDE}\n", 5, "${NF_EDGE_SIDE}",
		  "environment");
	one_error(TOP NODE "ping = \"${NF_EDGE_SIDE}\"\n", 5,
		  "${NF_EDGE_SIDE}", "environment");
	one_error(TOP NODE "ping += { internal }\n", 5, "ping", "one list");
	one_error(TOP NODE "ping = { internal* }\n", 5, "*", "list");
	one_error(TOP NODE "node|access = x\n", 5, "node|access", "unknown");
}

static void a_nul_is_refused(void **state)
{
	static const char text[] = TOP "\n\0" NODE;

	config_free(&config);
	write_bytes("edge.conf", text, sizeof(text) - 1);
	config_read(&config, path);
	error(5, path, "NUL");
	errors(1);
}

static void a_directory_and_no_file_are_refused(void **state)
{
	config_free(&config);
	config_read(&config, folder);
	error(0, folder, "is a directory");
	config_free(&config);
	config_read(&config, "/nonexistent/edge.conf");
	error(0, "/nonexistent/edge.conf", "No such file");
}

static void a_copy_has_the_lists_and_the_name_of_its_place(void **state)
{
	static const char list[] = "10.0.0.0/8\n10.0.0.1/8\n";
	static const char text[] = TOP NODE
		"peers cms { file = partners.list }\nping = { exteral }\n";
	char copy[] = "/tmp/copy.XXXXXX";
	int fd = mkstemp(copy);

	assert_int_equal(write(fd, text, sizeof(text) - 1), sizeof(text) - 1);
	close(fd);
	write_bytes("partners.list", list, strlen(list));
	snprintf(path, sizeof(path), "%s/edge.conf", folder);
	config_free(&config);
	config_read_as(&config, copy, path);
	error(6, "exteral", "unknown side");
	assert_string_equal(config.errors.items[0].file, path);
	error(2, "10.0.0.1/8", "host bits");
	errors(2);
	/* The twin looks beside the copy. */
	config_free(&config);
	config_read(&config, copy);
	error(5, "partners.list", "the path tried is /tmp/partners.list");
	unlink(copy);
	/* A copy that is gone is no fault of its place. */
	config_free(&config);
	config_read_as(&config, copy, path);
	error(0, copy, "No such file");
	assert_string_equal(config.errors.items[0].file, copy);
}

static void names_are_checked(void **state)
{
	one_error(TOP "node \"a b\" { access = { 192.0.2.1 } }\n", 4, "a b",
		  "no node can be called so");
	one_error(TOP "node a23456789012345678901234567890123 { access = { 192.0.2.1 } }\n",
		  4, "a23456789012345678901234567890123", "1 to 31");
	one_error(TOP "node { access = { 192.0.2.1 } }\n", 4, "node",
		  "has no name");
	one_error(TOP NODE "interface a2345678901234567 { sides = { edge } }\n",
		  5, "a2345678901234567", "1 to 15");
	one_error(TOP NODE "interface lo { sides = { edge } }\n", 5, "lo",
		  "never governed");
	one_error(TOP NODE "interface a { }\n", 5, "a", "has no side");
	one_error(TOP NODE "interface . { sides = { edge } }\n", 5, ".",
		  "no interface can be called so");
	one_error(TOP NODE "interface .. { sides = { edge } }\n", 5, "..",
		  "no interface can be called so");
	one_error(TOP NODE "interface a/b { sides = { edge } }\n", 5, "a/b",
		  "no interface can be called so");
	read_text(TOP NODE "interface ... { sides = { edge } }\n");
	errors(0);
}

static void long_words_are_cut_in_messages(void **state)
{
	char text[5000];

	memset(text, 'x', sizeof(text));
	memcpy(text, "mode = ", 7);
	text[sizeof(text) - 1] = '\0';
	read_text(text);
	assert_true(strlen(config.errors.items[0].word) < 100);
}

static void addresses_that_no_edge_has_are_refused(void **state)
{
	static const char *const unfit[][2] = {
		{ "0.0.0.0", "unspecified" }, { "127.0.0.1", "loopback" },
		{ "169.254.1.1", "link-local" }, { "224.0.0.1", "multicast" },
		{ "255.255.255.255", "broadcast" },
		{ "::", "unspecified" }, { "::1", "loopback" },
		{ "::ffff:192.0.2.1", "IPv4-mapped" },
		{ "fe80::1", "link-local" }, { "ff02::1", "multicast" },
	};
	char text[256];
	size_t i;

	for (i = 0; i < ARRAY_SIZE(unfit); i++) {
		snprintf(text, sizeof(text),
			 TOP "node e { access = { %s } }\n", unfit[i][0]);
		one_error(text, 4, unfit[i][0], unfit[i][1]);
		snprintf(text, sizeof(text),
			 TOP NODE "peers cms { prefixes = { %s } }\n",
			 unfit[i][0]);
		one_error(text, 5, unfit[i][0], unfit[i][1]);
	}
}

static void addresses_belong_to_one_node(void **state)
{
	one_error(TOP NODE "node edge2 { av = { 192.0.2.10 } }\n", 5,
		  "192.0.2.10", "belongs to node edge1");
	read_text(TOP "node e { access = { 192.0.2.1 } av = { 192.0.2.1 } }\n");
	errors(0);
	one_error(TOP INSIDE
		  "node e { access = { 192.0.2.1 } internal = { 192.0.2.1 } }\n",
		  5, "192.0.2.1", "is of access already");
}

static void a_byte_order_mark_is_no_word(void **state)
{
	read_text("\xef\xbb\xbf" TOP NODE);
	errors(0);
	write_bytes("partners.list", "\xef\xbb\xbf" "10.0.0.0/8\n", 14);
	read_text(TOP NODE "peers crl { file = partners.list }\n");
	errors(0);
}

static void a_byte_order_mark_stands_wherever_a_file_begins(void **state)
{
	static const char list[] =
		"\ufeff10.1.0.0/16\n\ufeff# joined\n\ufeff\ufeff10.2.0.0/16\n";

	read_text("\ufeffmode = enforce\nzones = { external }\n"
		  "\ufefffeatures = { }\n\ufeff" NODE);
	errors(0);
	write_bytes("partners.list", list, strlen(list));
	read_text(TOP NODE "peers cms { file = partners.list }\n");
	errors(0);
	assert_int_equal(peer_set_count(&config.policy.sets[NF_EDGE_PEER_SET_CMS]),
			 2);
	/* Anywhere else the mark is a part of a word, and is named. */
	one_error(TOP NODE "ping = { inter\ufeffnal }\n", 5,
		  "inter\\ufeffnal", "U+FEFF in it is a byte order mark");
}

static void another_encoding(const char *text, size_t length,
			     unsigned int line, const char *sentence)
{
	config_free(&config);
	write_bytes("edge.conf", text, length);
	config_read(&config, path);
	error(line, path, sentence);
	errors(1);

	write_bytes("partners.list", text, length);
	read_text(TOP NODE "peers cms { file = partners.list }\n");
	error(line, "partners.list", sentence);
	errors(1);
}

static void other_encodings_are_named(void **state)
{
#define ENCODED(text)	text, sizeof(text) - 1
	another_encoding(ENCODED("\xff\xfem\0o\0"), 1,
			 "is UTF-16; save it as UTF-8");
	another_encoding(ENCODED("\xfe\xff\0m\0o"), 1, "is UTF-16");
	another_encoding(ENCODED("m\0o\0d\0e\0"), 1, "is UTF-16");
	another_encoding(ENCODED("\0m\0o\0d\0e"), 1, "is UTF-16");
	another_encoding(ENCODED("\xff\xfe\0\0m\0\0\0"), 1, "is UTF-32");
	another_encoding(ENCODED("\0\0\xfe\xff\0\0\0m"), 1, "is UTF-32");
	another_encoding(ENCODED("m\0\0\0o\0\0\0"), 1, "is UTF-32");
	another_encoding(ENCODED("\0\0\0m\0\0\0o"), 1, "is UTF-32");
	another_encoding(ENCODED("# one\n\xff\xfe" "1\0.\0"), 2,
			 "goes on in UTF-16 here; save each file as UTF-8");
	another_encoding(ENCODED("# one\n1\0.\0"), 2, "goes on in UTF-16");
	another_encoding(ENCODED("# one\ntwo\0"), 2, "NUL");
}

static void names_that_the_kernel_refuses(void **state)
{
	static const char *const names[][2] = {
		{ "a$b", "a$b" }, { "a\\b", "a\\b" },
		{ "'a\"b'", "a\"b" }, { "\"a'b\"", "a'b" },
		{ "\"a\\\\b\"", "a\\b" },
	};
	char text[256];
	size_t i;

	for (i = 0; i < ARRAY_SIZE(names); i++) {
		snprintf(text, sizeof(text), TOP NODE
			 "interface %s { sides = { internal } }\n",
			 names[i][0]);
		one_error(text, 5, names[i][1], "cannot be bound: rename it");
	}
}

static void escapes_stand_for_characters(void **state)
{
	static const char *const good[] = {
		"\"\\145dge1\"", "\"\\x65dge1\"", "\"edge\\61\"", "\"e\\dge1\"",
		"\"edge\\x31\"", "'edge1'",
	};
	static const char *const bad[] = {
		"edge\\0", "edge\\x0", "edge\\8", "edge\\18",
		"edge\\400", "edge\\0061",
	};
	char text[256];
	size_t i;

	for (i = 0; i < ARRAY_SIZE(good); i++) {
		snprintf(text, sizeof(text),
			 TOP "node %s { access = { 192.0.2.1 } }\n", good[i]);
		read_text(text);
		errors(0);
		assert_string_equal(config.policy.nodes[0].name, "edge1");
	}
	for (i = 0; i < ARRAY_SIZE(bad); i++) {
		snprintf(text, sizeof(text),
			 TOP "node \"%s\" { access = { 192.0.2.1 } }\n", bad[i]);
		read_text(text);
		error(4, bad[i], "no character has this number");
	}
}

static void something_must_be_internal(void **state)
{
	one_error(TOP "node e { internal = { 10.0.0.1 } }\n", 4, "10.0.0.1",
		  "nothing says what is internal");
	one_error(TOP "node e { internal = { 10.0.0.1 } }\ninterface = a\n", 5,
		  "interface", "is a section, not a key");
	one_error(TOP "node e { internal = { 10.0.0.1 } }\n"
		  "peers internal-network { prefixes = { 10.0.0.0/8 } }\n", 5,
		  "internal-network", "unknown peer set");
	read_text(TOP "node e { internal = { 10.0.0.1 } }\n"
		  "interface a { sides = { edgy } }\nnode = f\n");
	error(5, "edgy", "unknown side");
	error(6, "node", "is a section, not a key");
	errors(2);
	read_text(TOP "node e { internal = { 10.0.0.1 } }\nnode = f\n");
	error(4, "10.0.0.1", "nothing says what is internal");
	error(5, "node", "is a section, not a key");
	errors(2);
	read_text(TOP INSIDE "node e { internal = { 10.0.0.1 } }\n");
	errors(0);
	read_text(TOP "interface a { sides = { internal } }\n"
		  "node e { internal = { 10.0.0.1 } }\n");
	errors(0);
}

static void limits_are_kept(void **state)
{
	char *text = NULL;
	size_t size = 0;
	FILE *stream;
	int i;

	stream = open_memstream(&text, &size);
	fputs(TOP, stream);
	for (i = 0; i < 70; i++)
		fprintf(stream, "node n%d { access = { 192.0.2.%d } }\n", i, i + 1);
	for (i = 0; i < 260; i++)
		fprintf(stream, "interface i%d { sides = { edge } }\n", i);
	fclose(stream);
	read_text(text);
	free(text);
	error(68, "n64", "one node too many");
	error(74 + 256, "i256", "one interface too many");
	errors(2);

	stream = open_memstream(&text, &size);
	fputs(TOP "node e { access = {\n", stream);
	for (i = 1; i <= 20; i++)
		fprintf(stream, "%s192.0.2.%d\n", i > 1 ? "," : "", i);
	fputs("} }\n", stream);
	fclose(stream);
	one_error(text, 21, "192.0.2.17", "one address too many");
	free(text);
}

static void prefixes_come_from_a_file(void **state)
{
	const struct peer_set *set =
		&config.policy.sets[NF_EDGE_PEER_SET_CMS];
	static const char list[] =
		"# partners\n\n10.1.0.0/16   # one\r\n 2001:db8::/32\n10.1.0.0/16\n10.2.0.1";
	struct ip ip;

	write_bytes("partners.list", list, strlen(list));
	read_text(TOP NODE
		  "peers cms { prefixes = { 10.3.0.0/16 } file = \"partners.list\" }\n");
	errors(0);
	assert_int_equal(set->prefixes[IPV4].count, 3);
	assert_int_equal(set->prefixes[IPV6].count, 1);
	assert_true(ip_parse("10.1.2.3", &ip));
	assert_true(peer_set_contains(set, &ip));
	assert_true(ip_parse("10.2.0.2", &ip));
	assert_false(peer_set_contains(set, &ip));
	assert_true(ip_parse("2001:db8:1::1", &ip));
	assert_true(peer_set_contains(set, &ip));
}

static void errors_name_the_list_and_its_line(void **state)
{
	const struct finding *found;
	char *text = NULL;
	size_t size = 0;
	FILE *stream;
	int i;

	stream = open_memstream(&text, &size);
	for (i = 0; i < 70000; i++)
		fprintf(stream, "10.%d.%d.%d\n", i >> 16, i >> 8 & 255, i & 255);
	fputs("10.0.0.0/33\n10.0.0.1 10.0.0.2\n", stream);
	fclose(stream);
	write_bytes("partners.list", text, size);
	free(text);
	read_text(TOP NODE "peers cms { file = \"partners.list\" }\n");
	found = find(&config.errors, 70001, "10.0.0.0/33", "0 to 32");
	assert_non_null(strstr(found->file, "partners.list"));
	error(70002, "10.0.0.1", "one prefix a line");
	errors(2);
	one_error(TOP NODE "peers cms { file = \"none.list\" }\n", 5,
		  "none.list", "No such file");
}

static void features_that_need_others_are_warned_of(void **state)
{
#define WITH(zones, features)						\
	"mode = audit\nzones = { " zones " }\nfeatures = { " features " }\n" NODE
	warning(WITH("external", "av"), 3, "av", "no SIP");
	warning(WITH("external", "web-conferencing"), 3, "web-conferencing",
		"no SIP");
	no_warning(WITH("external", "av, remote-access"), "av", "no SIP");
	warning(WITH("external", "av, federation"), 3, "av", "federation-av");
	no_warning(WITH("external", "av, federation, federation-av"), "av",
		   "federation-av");
	warning(WITH("external", "federation-av, av"), 3, "federation-av",
		"both federation and av");
	warning(WITH("external", "federation-av, federation"), 3,
		"federation-av", "both federation and av");
	warning(WITH("external", "ocs2007"), 3, "ocs2007", "federation-av");
	warning(WITH("pic", "live-messenger, av"), 3, "live-messenger",
		"both pic and av");
	warning(WITH("external", "xmpp"), 3, "xmpp", "zone xmpp");
	warning(WITH("federation", "federation"), 3, "federation",
		"zone external");
	warning(WITH("external, xmpp", ""), 2, "xmpp", "no row");
	no_warning(WITH("external, xmpp", ""), "external", "no row");
}

static void wide_rows_are_warned_of(void **state)
{
	warning(TOP NODE, 2, "dns", "external/3, external/4 hold for Any");
	no_warning(TOP NODE "peers dns { prefixes = { 192.0.2.53 } }\n", "dns",
		   "Any");
	warning(WITH("external, pic", "federation, pic")
		"peers pic-partners { prefixes = { 198.51.100.0/24 } }\n", 5,
		"pic-partners", "pic/1, pic/2: external/6, external/7 permit");
	no_warning(WITH("external, pic", "federation, pic")
		   "peers pic-partners { prefixes = { 198.51.100.0/24 } }\n"
		   "peers federation-partners { prefixes = { 198.51.100.0/24 } }\n",
		   "pic-partners", "narrows nothing");
	/* A set narrows its own rows alone, and those that are live. */
	no_warning(WITH("external, pic", "federation, pic")
		   "peers dns { prefixes = { 192.0.2.53 } }\n", "dns",
		   "narrows nothing");
	no_warning(WITH("external, pic", "federation")
		   "peers pic-partners { prefixes = { 198.51.100.0/24 } }\n",
		   "pic-partners", "narrows nothing");
	warning(TOP NODE, 1, "internal-networks", "not bound");
	no_warning(TOP NODE INSIDE, "internal-networks", "not bound");
}

static void incomplete_sets_are_warned_of(void **state)
{
	warning(WITH("internal", "av")
		"peers frontend { prefixes = { 10.0.0.90 } }\n", 5, "frontend",
		"without director and sba: internal/2, internal/3, internal/5");
	warning(WITH("internal", "")
		"peers director { prefixes = { 10.0.0.80 } }\n", 5, "director",
		"without frontend");
	warning(TOP NODE "peers cms { }\n", 5, "cms", "empty");
	warning(TOP "node e { access = { 192.0.2.1, 2001:db8::1 } }\n" INSIDE,
		5, "internal-networks", "no IPv6 prefix");
	no_warning(TOP NODE INSIDE, "internal-networks", "no IPv6 prefix");
	warning(TOP "node e { access = { 10.0.0.1 } }\n" INSIDE, 4, "10.0.0.1",
		"inside internal-networks");
}

static void interfaces_are_warned_of(void **state)
{
	warning(TOP NODE "interface nosuch0 { sides = { external, internal } }\n",
		5, "nosuch0", "no guard");
	warning(TOP NODE "interface nosuch0 { sides = { external } }\n", 5,
		"nosuch0", "no device");
	warning(TOP NODE "node edge2 { access = { 192.0.2.11 } }\n", 5,
		"edge2", "no interface has side edge");
	no_warning(TOP NODE "node edge2 { access = { 192.0.2.11 } }\n"
		   "interface nosuch0 { sides = { edge } }\n", "edge2", "edge");
	warning(TOP NODE "expose-cls-ports = yes\n", 5, "expose-cls-ports",
		"50001-50003");
}

/* Warn of a text, whose policy is to have other rows. */
static void warn_with(const char *text, const struct row_table *table)
{
	read_text(text);
	errors(0);
	findings_free(&config.warnings);
	config.table = *table;
	config_warn(&config);
}

static void no_finding(const char *word, const char *sentence)
{
	size_t i;

	for (i = 0; i < config.warnings.count; i++)
		if (!strcmp(config.warnings.items[i].word, word) &&
		    strstr(config.warnings.items[i].message, sentence))
			fail_msg("%s", config.warnings.items[i].message);
}

static void warnings_go_by_the_rows_of_the_policy(void **state)
{
	static const char exposed[] = TOP NODE "expose-cls-ports = yes\n";
	static const char features[] = "mode = enforce\nzones = { internal }\n"
		"features = { xmpp, federation }\n" NODE;
	struct row_table table = profiles[0];
	int media = rows_find(&table, "external/11");
	int out = rows_find(&table, "xmpp/2");
	int in = rows_find(&table, "external/6");
	int turn = rows_find(&table, "external/15");

	warn_with(exposed, &table);
	find(&config.warnings, 5, "expose-cls-ports",
	     "external/11 opens the Centralized Logging ports 50001-50003 to the outside; leave it out unless partners need them");
	table.row[turn].ports[0].low = 50003;
	table.row[turn].ports[0].high = 50003;
	warn_with(exposed, &table);
	find(&config.warnings, 5, "expose-cls-ports",
	     "external/11, external/15 open the Centralized Logging ports");
	table.row[turn].ports[0].low = 50004;
	table.row[turn].ports[0].high = 50004;
	table.row[media].ports[0].protocol = IPPROTO_UDP;
	warn_with(exposed, &table);
	no_finding("expose-cls-ports", "");
	table.row[media].ports[0].protocol = IPPROTO_TCP;
	table.row[media].direction = NF_EDGE_DIRECTION_OUT;
	warn_with(exposed, &table);
	no_finding("expose-cls-ports", "");

	warn_with(features, &table);
	find(&config.warnings, 3, "xmpp",
	     "without zone xmpp nothing can be sent to XMPP partners");
	find(&config.warnings, 3, "federation",
	     "without zone external no partner can reach the Access Edge");
	table.row[out].zone = NF_EDGE_ZONE_PIC;
	table.row[in].zone = NF_EDGE_ZONE_INTERNAL;
	warn_with(features, &table);
	find(&config.warnings, 3, "xmpp", "without zone pic nothing");
	no_finding("federation", "no partner can reach");
	table.row[out].feature = NF_EDGE_FEATURE_NONE;
	warn_with(features, &table);
	no_finding("xmpp", "nothing can be sent");
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(warnings_go_by_the_rows_of_the_policy),
		cmocka_unit_test(a_whole_configuration_is_read),
		cmocka_unit_test(empty_lists_are_lists),
		cmocka_unit_test(what_is_required_is_missed),
		cmocka_unit_test(every_error_of_a_file_is_found),
		cmocka_unit_test(errors_stand_in_the_order_of_lines),
		cmocka_unit_test(repetitions_are_errors),
		cmocka_unit_test(what_is_not_closed_is_an_error),
		cmocka_unit_test(lines_are_counted_behind_comments),
		cmocka_unit_test(what_other_files_may_hold_is_refused),
		cmocka_unit_test(a_nul_is_refused),
		cmocka_unit_test(a_directory_and_no_file_are_refused),
		cmocka_unit_test(a_copy_has_the_lists_and_the_name_of_its_place),
		cmocka_unit_test(names_are_checked),
		cmocka_unit_test(long_words_are_cut_in_messages),
		cmocka_unit_test(addresses_that_no_edge_has_are_refused),
		cmocka_unit_test(addresses_belong_to_one_node),
		cmocka_unit_test(a_byte_order_mark_is_no_word),
		cmocka_unit_test(a_byte_order_mark_stands_wherever_a_file_begins),
		cmocka_unit_test(other_encodings_are_named),
		cmocka_unit_test(names_that_the_kernel_refuses),
		cmocka_unit_test(escapes_stand_for_characters),
		cmocka_unit_test(something_must_be_internal),
		cmocka_unit_test(limits_are_kept),
		cmocka_unit_test(prefixes_come_from_a_file),
		cmocka_unit_test(errors_name_the_list_and_its_line),
		cmocka_unit_test(features_that_need_others_are_warned_of),
		cmocka_unit_test(wide_rows_are_warned_of),
		cmocka_unit_test(incomplete_sets_are_warned_of),
		cmocka_unit_test(interfaces_are_warned_of),
	};

	return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
