// SPDX-License-Identifier: GPL-2.0-only
/*
 * Configurations with another profile, moved ports, rows that are off, rows of
 * the site's own and ping-peers: what is read from them, and every error, each
 * beside a twin that is accepted.
 */
#include <netinet/in.h>

#include "policy/table.h"
#include "reading.h"

#define ROW(keys)	TOP NODE "row r { " keys " }\n"
#define OUT		"service = access  out = { tcp/443 }  "
#define LAN		"node n { internal = { 10.0.0.10 } }\n" \
			"interface lan0 { sides = { internal } }\n"
#define INSIDE_ROW(keys)	TOP LAN "row r { service = internal " keys " }\n"

static void accepted(const char *text)
{
	read_text(text);
	errors(0);
}

static void a_whole_site_is_read(void **state)
{
	const struct policy *policy = &config.policy;
	const struct site_row *row;

	accepted("profile = sfb2019\nmode = enforce\n"
		 "zones = { external, internal, site }\nfeatures = { av }\n"
		 "node edge1 { av = { 192.0.2.10 } }\n"
		 "node edge2 { av = { 192.0.2.11 } }\n"
		 "ports { access-client = 5061  turn-tcp = 443 }\n"
		 "rows-off = { external/9, site/probe }\n"
		 "row probe {\n"
		 "    service = av\n"
		 "    in      = { tcp/443, udp/3478-3480 }\n"
		 "    peers   = { monitor, balancer, frontend }\n"
		 "    nodes   = { edge2 }\n"
		 "    note    = \"from the balancer\"\n"
		 "}\n"
		 "row update { service = access out = tcp/443 peers = any }\n"
		 "row all { service = av in = { udp/1 } peers = { any } exposed = yes }\n"
		 "peers balancer { prefixes = { 198.51.100.10 } }\n"
		 "ping = { internal }\nping-peers = { monitor, admins }\n");
	assert_int_equal(policy->profile, NF_EDGE_PROFILE_SFB2019);
	assert_true(policy->zones & 1U << NF_EDGE_ZONE_SITE);
	assert_true(policy->ports[PORT_ACCESS_CLIENT].moved);
	assert_int_equal(policy->ports[PORT_ACCESS_CLIENT].low, 5061);
	/* The documented port itself may be written. */
	assert_false(policy->ports[PORT_TURN_TCP].moved);
	assert_int_equal(policy->off_count, 2);
	assert_true(policy_is_off(policy, "site/probe"));
	assert_int_equal(policy->row_count, 3);

	row = &policy->rows[0];
	assert_string_equal(row->id, "site/probe");
	assert_int_equal(row->service, NF_EDGE_SERVICE_AV);
	assert_int_equal(row->direction, NF_EDGE_DIRECTION_IN);
	assert_int_equal(row->port_count, 2);
	assert_int_equal(row->ports[1].protocol, IPPROTO_UDP);
	assert_int_equal(row->ports[1].low, 3478);
	assert_int_equal(row->ports[1].high, 3480);
	/* Sets of the site's own have numbers in the order of names. */
	assert_int_equal(row->sets, 1U << 30 | 1U << 29 |
			 1U << NF_EDGE_PEER_SET_FRONTEND);
	assert_false(row->any);
	assert_int_equal(row->node_count, 1);
	assert_true(site_row_of_node(row, "edge2"));
	assert_false(site_row_of_node(row, "edge1"));
	assert_string_equal(row->note, "from the balancer");
	assert_int_equal(row->line, 9);
	assert_int_equal(row->peers_line, 12);

	assert_string_equal(policy->sets[31].own, "admins");
	assert_string_equal(policy->sets[30].own, "balancer");
	assert_string_equal(policy->sets[29].own, "monitor");
	assert_true(policy->sets[30].bound);
	assert_false(policy->sets[29].bound);
	assert_true(policy->narrows_ping);
	assert_int_equal(policy->ping_peers, 1U << 31 | 1U << 29);
	assert_true(policy->rows[1].any);
	assert_true(policy->rows[2].exposed);
}

static void a_file_without_these_keys_has_none_of_them(void **state)
{
	accepted(TOP NODE);
	assert_int_equal(config.policy.profile,
			 NF_EDGE_PROFILE_LYNC2013_SCALED_PUBLIC);
	assert_false(config.policy.narrows_ping);
	assert_int_equal(config.policy.row_count, 0);
	assert_int_equal(config.table.count, 37);
	accepted(TOP NODE "ping-peers = { }\nrows-off = { }\nports { }\n");
	assert_true(config.policy.narrows_ping);
	assert_int_equal(config.policy.ping_peers, 0);
}

static void the_table_is_at_the_ports_in_force(void **state)
{
	const struct row *row = config.table.row;
	int i;

	accepted(TOP NODE "ports { access-client = 5061  media = 40000-40999  turn-udp = 3479 }\n"
		 "row r { service = av in = { tcp/1, udp/2-3 } peers = { crl } }\n"
		 "rows-off = { external/5 }\n");
	assert_int_equal(config.table.count, 38);
	i = rows_find(&config.table, "external/5");
	assert_int_equal(row[i].port_low, 5061);
	assert_int_equal(row[i].documented_low, 443);
	assert_false(policy_row_live(&config.table, &config.policy, (size_t)i));
	i = rows_find(&config.table, "external/11");
	assert_int_equal(row[i].ports[0].low, 40000);
	assert_int_equal(row[i].port_high, 40999);
	i = rows_find(&config.table, "external/12");
	assert_int_equal(row[i].port_low, 40000);
	/* Rows out of the Edge name the partner's port. */
	i = rows_find(&config.table, "external/10");
	assert_int_equal(row[i].port_low, 50000);
	i = rows_find(&config.table, "external/14");
	assert_int_equal(row[i].port_low, 3479);
	i = rows_find(&config.table, "external/13");
	assert_int_equal(row[i].port_low, 3478);
	i = rows_find(&config.table, "site/r");
	assert_int_equal(row[i].port_count, 2);
	assert_int_equal(row[i].peer_sets, 1U << NF_EDGE_PEER_SET_CRL);
	assert_false(row[i].any_when_unbound);
}

static void two_keys_may_change_places(void **state)
{
	accepted(TOP NODE "ports { access-client = 5061  access-federation = 443 }\n");
	assert_int_equal(config.table.row[rows_find(&config.table, "external/5")].port_low,
			 5061);
	assert_int_equal(config.table.row[rows_find(&config.table, "external/6")].port_low,
			 443);
}

static void profiles_are_known_by_name(void **state)
{
	accepted("profile = lync2013-scaled-nat\n" TOP NODE);
	assert_int_equal(config.table.count, 38);
	accepted("profile = sfbse\n" TOP NODE);
	assert_int_equal(config.policy.profile, NF_EDGE_PROFILE_SFB2019);
	one_error("profile = sfb2018\n" TOP NODE, 1, "sfb2018",
		  "unknown profile; the nearest is sfb2015");
	/* Only the profile is wrong, not what depends on it. */
	one_error("profile = x\nmode = enforce\nzones = { pic }\n"
		  "features = { ocs2007 }\n" NODE
		  "peers pic-partners { }\nports { media = 1-2 }\n"
		  "rows-off = { external/12 }\n", 1, "x", "unknown profile");
}

static void words_are_those_of_the_profile(void **state)
{
	static const char head[] = "profile = sfb2019\nmode = enforce\n";
	char text[500];

	snprintf(text, sizeof(text), "%szones = { pic }\nfeatures = { }\n" NODE,
		 head);
	one_error(text, 3, "pic",
		  "unknown zone in profile sfb2019; there are external, internal, site");
	snprintf(text, sizeof(text), "%szones = { site }\nfeatures = { federation-av }\n" NODE,
		 head);
	one_error(text, 4, "federation-av",
		  "unknown feature in profile sfb2019; the nearest is federation");
	snprintf(text, sizeof(text), "%szones = { }\nfeatures = { }\n" NODE
		 "peers pic-partners { }\n", head);
	one_error(text, 6, "pic-partners",
		  "unknown peer set in profile sfb2019, and neither a row nor ping-peers uses it; ");
	/* A row makes any name that of a set of the site's own. */
	snprintf(text, sizeof(text), "%szones = { site }\nfeatures = { }\n" NODE
		 "peers pic-partners { }\n"
		 "row r { " OUT "peers = { pic-partners } }\n", head);
	accepted(text);
	assert_string_equal(config.policy.sets[31].own, "pic-partners");
	assert_true(config.policy.sets[31].bound);
	snprintf(text, sizeof(text), "%szones = { }\nfeatures = { }\n" NODE
		 "peers internal-networks { prefixes = { 10.0.0.0/8 } }\n", head);
	accepted(text);
}

static void ports_are_checked(void **state)
{
	one_error(TOP NODE "ports { turn-tcp = 0 }\n", 5, "0", "no port 0");
	one_error(TOP NODE "ports { turn-tcp = 65536 }\n", 5, "65536",
		  "no such port; ports are 1 to 65535");
	one_error(TOP NODE "ports { turn-tcp = 99999999999999999999 }\n", 5,
		  "99999999999999999999", "no such port");
	one_error(TOP NODE "ports { turn-tcp = https }\n", 5, "https",
		  "has no port");
	one_error(TOP NODE "ports { turn-tcp = 1-2 }\n", 5, "1-2",
		  "turn-tcp takes one port, and only media a range");
	one_error(TOP NODE "ports { media = 2-1 }\n", 5, "2-1", "write 1-2");
	one_error(TOP NODE "ports { media = 1- }\n", 5, "1-", "has no port");
	one_error(TOP NODE "ports { turn-tpc = 1 }\n", 5, "turn-tpc",
		  "unknown key; the nearest is turn-tcp");
	one_error(TOP NODE "ports { turn-tcp = 1 turn-tcp = 2 }\n", 5,
		  "turn-tcp", "given again");
	one_error(TOP NODE "ports { }\nports { }\n", 6, "ports", "given again");
	one_error("profile = sfb2015\n" TOP NODE "ports { media = 1-2 }\n", 6,
		  "media", "moves no row in profile sfb2015; leave it out");
	accepted(TOP NODE "ports { media = 1-65535  turn-tcp = 65535  turn-udp = 1 }\n");
	accepted("profile = sfb2015\n" TOP NODE "ports { turn-udp = 3479 }\n");
}

static void rows_that_are_off_are_checked(void **state)
{
	one_error(TOP NODE "rows-off = { external/55 }\n", 5, "external/55",
		  "unknown row; the nearest is external/5");
	one_error(TOP NODE "rows-off = { external/5, external/5 }\n", 5,
		  "external/5", "is given twice");
	one_error(TOP NODE "rows-off = { site/r }\n", 5, "site/r",
		  "unknown row");
	/* The name of a row without its zone. */
	one_error(ROW(OUT "peers = { any }") "rows-off = { r }\n", 6, "r",
		  "unknown row; write site/r");
	one_error(ROW(OUT "peers = { any }") "rows-off = { 5 }\n", 6, "5",
		  "none is near");
	one_error("profile = sfb2019\n" TOP NODE "rows-off = { external/1 }\n",
		  6, "external/1", "unknown row in profile sfb2019");
	accepted(ROW(OUT "peers = { any }") "rows-off = { site/r, external/16 }\n");
}

static void a_row_has_one_direction(void **state)
{
	one_error(ROW("service = access peers = { crl }"), 5, "r",
		  "neither in nor out");
	one_error(ROW("service = access in = { tcp/1 } out = { tcp/1 } peers = { crl }"),
		  5, "r", "both in and out");
	one_error(ROW("service = access in = { } peers = { crl }"), 5, "r",
		  "has no port; write in = { tcp/3389 }");
	accepted(ROW("service = access in = { tcp/1 } peers = { crl }"));
	accepted(ROW("service = access out = { tcp/1 } peers = { crl }"));
}

static void a_row_has_a_service_and_peers(void **state)
{
	one_error(ROW("out = { tcp/1 } peers = { crl }"), 5, "r",
		  "has no service");
	one_error(ROW("service = acess out = { tcp/1 } peers = { crl }"), 5,
		  "acess", "unknown service; the nearest is access");
	one_error(ROW("service = access out = { tcp/1 }"), 5, "r",
		  "has no peers");
	one_error(ROW(OUT "peers = { }"), 5, "r", "its peers are empty");
	one_error(ROW(OUT "peers = { any, crl }"), 5, "any",
		  "stands beside another word");
	one_error(ROW(OUT "peers = { crl, crl }"), 5, "crl", "given twice");
	one_error(ROW(OUT "peers = { Partners }"), 5, "Partners",
		  "no set can be called so");
	one_error(ROW(OUT "peers = { a2345678901234567890123456789012 }"), 5,
		  "a2345678901234567890123456789012", "1 to 31 of a-z 0-9 -");
	one_error(ROW(OUT "peers = { crl } peer = { dns }"), 5, "peer",
		  "unknown key; the nearest is peers");
	accepted(ROW(OUT "peers = { any }"));
	accepted(ROW(OUT "peers = { crl, a234567890123456789012345678901 }"));
}

static void names_of_rows_are_checked(void **state)
{
	one_error(TOP NODE "row RDP { " OUT "peers = { any } }\n", 5, "RDP",
		  "no row can be called so; a name has 1 to 31 of a-z 0-9 -");
	one_error(TOP NODE "row a2345678901234567890123456789012 { " OUT "peers = { any } }\n",
		  5, "a2345678901234567890123456789012", "1 to 31");
	one_error(TOP NODE "row { " OUT "peers = { any } }\n", 5, "row",
		  "has no name");
	one_error(ROW(OUT "peers = { any }") "row r { " OUT "peers = { any } }\n",
		  6, "r", "a second section row; line 5 has the first");
	accepted(TOP NODE "row a234567890123456789012345678901 { " OUT "peers = { any } }\n");
	accepted(TOP NODE "row 1- { " OUT "peers = { any } }\n");
}

static void ports_of_rows_are_checked(void **state)
{
	static const struct {
		const char *word;
		const char *sentence;
	} wrong[] = {
		{ "443", "has no protocol; write tcp/3389" },
		{ "tpc/1", "unknown protocol; the nearest is tcp" },
		{ "sctp/1", "unknown protocol" },
		{ "TCP/1", "the nearest is tcp" },
		{ "/1", "unknown protocol; there are tcp, udp" },
		{ "tcp/", "has no port" },
		{ "tcp/0", "there is no port 0" },
		{ "tcp/0-5", "there is no port 0" },
		{ "tcp/65536", "there is no such port" },
		{ "tcp/1-65536", "there is no such port" },
		{ "tcp/9-8", "write 8-9" },
		{ "tcp/-8", "has no port" },
		{ "tcp/8-", "has no port" },
		{ "tcp/1-2-3", "has no port" },
		{ "tcp/1x", "has no port" },
	};
	char text[500];
	size_t i;

	for (i = 0; i < sizeof(wrong) / sizeof(*wrong); i++) {
		snprintf(text, sizeof(text), TOP NODE
			 "row r { service = access out = { %s } peers = { any } }\n",
			 wrong[i].word);
		one_error(text, 5, wrong[i].word, wrong[i].sentence);
	}
	accepted(ROW("service = access out = { tcp/1, udp/65535, tcp/1-65535, tcp/007 } peers = { any }"));
}

static void ports_and_rows_are_counted(void **state)
{
	char text[8000], *end;
	int i, rows;

	for (i = 16; i <= 17; i++) {
		int port;

		end = text + sprintf(text, TOP NODE "row r { service = access peers = { any } out = { tcp/1");
		for (port = 2; port <= i; port++)
			end += sprintf(end, ", tcp/%d", port);
		sprintf(end, " } }\n");
		if (i == 16)
			accepted(text);
		else
			one_error(text, 5, "tcp/17", "is one port too many; a row has 16");
	}
	/* The default profile has 37 rows. */
	for (rows = 27; rows <= 29; rows++) {
		end = text + sprintf(text, TOP NODE);
		for (i = 1; i <= rows; i++)
			end += sprintf(end, "row r%d { " OUT "peers = { any } }\n", i);
		if (rows == 27)
			accepted(text);
		else
			one_error(text, 32, "r28", "is one row too many; there can be 64, and profile lync2013-scaled-public has 37");
	}
	assert_true(config.table.count <= 64);
}

static void sets_are_counted(void **state)
{
	char text[2000], *end;
	int sets, i;

	/* The default profile has 13 sets. */
	for (sets = 19; sets <= 20; sets++) {
		end = text + sprintf(text, TOP NODE "row r { " OUT "peers = { crl");
		for (i = 1; i <= sets; i++)
			end += sprintf(end, ", s%02d", i);
		sprintf(end, " } }\n");
		if (sets == 19)
			accepted(text);
		else
			one_error(text, 5, "s20", "is one peer set too many; there can be 32, and the profile has 13");
	}
}

static void nodes_of_rows_are_checked(void **state)
{
	one_error(ROW(OUT "peers = { any } nodes = { }"), 5, "r",
		  "its nodes are empty");
	one_error(ROW(OUT "peers = { any } nodes = { edge2 }"), 5, "edge2",
		  "unknown node; the nearest is edge1");
	one_error(ROW(OUT "peers = { any } nodes = { edge1, edge1 }"), 5,
		  "edge1", "given twice");
	accepted(ROW(OUT "peers = { any } nodes = { edge1 }"));
	/* A node may stand behind the row. */
	accepted(TOP "row r { " OUT "peers = { any } nodes = { edge1 } }\n" NODE);
}

#define IN	"service = av  in = { tcp/1 }  "

static void what_opens_much_says_so(void **state)
{
	one_error(ROW(IN "peers = { any }"), 5, "r",
		  "lets everybody outside in to av; name a set, or write exposed = true");
	one_error(ROW(IN "peers = { wide }") "peers wide { prefixes = { 8.0.0.0/7 } }\n",
		  5, "r", "lets in wide to av");
	one_error(ROW(IN "peers = { wide }") "peers wide { prefixes = { 2000::/15 } }\n",
		  5, "r", "prefix shorter than /8 (IPv4) or /16 (IPv6)");
	one_error(ROW(IN "peers = { any } exposed = false"), 5, "r",
		  "lets everybody outside in");
	accepted(ROW(IN "peers = { any } exposed = true"));
	accepted(ROW(IN "peers = { wide } exposed = true")
		 "peers wide { prefixes = { 8.0.0.0/7 } }\n");
	accepted(ROW(IN "peers = { near }")
		 "peers near { prefixes = { 8.0.0.0/8, 2001::/16 } }\n");
}

static void what_opens_little_does_not_say_so(void **state)
{
	static const char unneeded[] = "is not needed";

	one_error(ROW(OUT "peers = { any } exposed = true"), 5, "exposed",
		  unneeded);
	one_error(ROW(IN "peers = { near } exposed = true"), 5, "exposed",
		  unneeded);
	one_error(INSIDE_ROW("in = { tcp/1 } peers = { near } exposed = true"),
		  6, "exposed", unneeded);
	one_error(ROW(OUT "peers = { any } exposed = perhaps"), 5, "perhaps",
		  "neither true nor false");
	accepted(ROW(OUT "peers = { any } exposed = false"));
}

static void everybody_inside_is_somebody(void **state)
{
	one_error(INSIDE_ROW("in = { tcp/1 } peers = { any }"), 6, "r",
		  "internal-networks is not bound; bind it, or name a set");
	accepted(INSIDE_ROW("in = { tcp/1 } peers = { any }") INSIDE);
	accepted(INSIDE_ROW("out = { tcp/1 } peers = { any }"));
}

static void sets_that_nothing_uses_are_unknown(void **state)
{
	one_error(TOP NODE "peers admins { }\n", 5, "admins",
		  "unknown peer set, and neither a row nor ping-peers uses it; ");
	one_error(ROW(OUT "peers = { admin }") "peers admins { }\n", 6,
		  "admins", "the nearest is admin");
	one_error(TOP NODE "peers any { }\n", 5, "any", "means everybody");
	accepted(ROW(OUT "peers = { admins }") "peers admins { }\n");
	accepted(TOP NODE "peers admins { }\nping-peers = { admins }\n");
}

static void those_who_may_ping_are_sets(void **state)
{
	one_error(TOP NODE "ping-peers = { any }\n", 5, "any",
		  "leave ping-peers out to let anybody ping");
	one_error(TOP NODE "ping-peers = { dns, dns }\n", 5, "dns",
		  "given twice");
	one_error(TOP NODE "ping-peers = { Monitor }\n", 5, "Monitor",
		  "no set can be called so");
	accepted(TOP NODE "ping-peers = { dns, monitor, internal-networks }\n");
}

static void notes_are_one_short_line(void **state)
{
	char text[500], note[129];

	memset(note, 'x', sizeof(note));
	note[128] = '\0';
	snprintf(text, sizeof(text), ROW(OUT "peers = { any } note = %s"), note);
	read_text(text);
	errors(1);
	assert_non_null(strstr(config.errors.items[0].message,
			       "is 128 octets long; a note has 127 at most"));
	note[127] = '\0';
	snprintf(text, sizeof(text), ROW(OUT "peers = { any } note = %s"), note);
	accepted(text);
	assert_string_equal(config.policy.rows[0].note, note);
	read_text(ROW(OUT "peers = { any } note = \"two\\nlines\""));
	assert_int_equal(config.errors.count, 1);
	accepted(ROW(OUT "peers = { any } note = \"a \\\"b\\\" \\\\ \303\244\""));
	assert_string_equal(config.policy.rows[0].note, "a \"b\" \\ \303\244");
}

static void an_error_of_a_row_is_told_once(void **state)
{
	one_error(ROW("service = access out = { x } peers = { any }"), 5, "x",
		  "has no protocol");
	one_error(ROW("service = av in = { tcp/1 } peers = { Any }"), 5, "Any",
		  "no set can be called so");
	/* The error of a row is not that of the section before. */
	read_text(TOP NODE "interface i { }\nrow r { " OUT "peers = { any } x = 1 }\n");
	error(5, "i", "has no side");
	error(6, "x", "unknown key");
	errors(2);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_whole_site_is_read),
		cmocka_unit_test(a_file_without_these_keys_has_none_of_them),
		cmocka_unit_test(the_table_is_at_the_ports_in_force),
		cmocka_unit_test(two_keys_may_change_places),
		cmocka_unit_test(profiles_are_known_by_name),
		cmocka_unit_test(words_are_those_of_the_profile),
		cmocka_unit_test(ports_are_checked),
		cmocka_unit_test(rows_that_are_off_are_checked),
		cmocka_unit_test(a_row_has_one_direction),
		cmocka_unit_test(a_row_has_a_service_and_peers),
		cmocka_unit_test(names_of_rows_are_checked),
		cmocka_unit_test(ports_of_rows_are_checked),
		cmocka_unit_test(ports_and_rows_are_counted),
		cmocka_unit_test(sets_are_counted),
		cmocka_unit_test(nodes_of_rows_are_checked),
		cmocka_unit_test(what_opens_much_says_so),
		cmocka_unit_test(what_opens_little_does_not_say_so),
		cmocka_unit_test(everybody_inside_is_somebody),
		cmocka_unit_test(sets_that_nothing_uses_are_unknown),
		cmocka_unit_test(those_who_may_ping_are_sets),
		cmocka_unit_test(notes_are_one_short_line),
		cmocka_unit_test(an_error_of_a_row_is_told_once),
	};

	return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
