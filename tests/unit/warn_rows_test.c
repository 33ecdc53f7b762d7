// SPDX-License-Identifier: GPL-2.0-only
/*
 * Warnings of other profiles, moved ports, rows of the site's own and
 * ping-peers, each beside a twin that is silent.
 */
#include "reading.h"

#define HEAD	"mode = enforce\nzones = { external, internal, site }\n" \
		"features = { remote-access, av, federation }\n"
#define NODES	"node edge1 { access = { 192.0.2.10 }  av = { 192.0.2.30 }  internal = { 10.0.0.10 } }\n" \
		"node edge2 { access = { 192.0.2.11 }  av = { 192.0.2.31 } }\n"
#define LAN	"interface lan0 { sides = { internal } }\n"
#define SITE	HEAD NODES LAN		/* six lines */
#define NETS	"peers internal-networks { prefixes = { 192.168.0.0/16 } }\n"
#define PEERS(name, prefix)	"peers " name " { prefixes = { " prefix " } }\n"

#define ALREADY		"permits nothing that"

static void a_row_that_is_permitted_already_is_warned_of(void **state)
{
	static const char probe[] = SITE NETS
		"row r { service = av in = { tcp/443, udp/3478 } peers = { b } }\n"
		PEERS("b", "198.51.100.10");

	warning(probe, 8, "r",
		"permits nothing that external/14, external/15 do not permit already");
	/* One port more, another direction, service or protocol. */
	no_warning(SITE NETS "row r { service = av in = { tcp/443-444 } peers = { b } }\n"
		   PEERS("b", "198.51.100.10"), "r", ALREADY);
	no_warning(SITE NETS "row r { service = access out = { tcp/443 } peers = { b } }\n"
		   PEERS("b", "198.51.100.10"), "r", ALREADY);
	no_warning(SITE NETS "row r { service = av in = { udp/443 } peers = { b } }\n"
		   PEERS("b", "198.51.100.10"), "r", ALREADY);
	/* The inside is no part of External Any. */
	no_warning(SITE NETS "row r { service = av in = { tcp/443 } peers = { b } }\n"
		   PEERS("b", "192.168.1.1"), "r", ALREADY);
	no_warning(SITE NETS "row r { service = av in = { tcp/443 } peers = { b } }\n"
		   PEERS("b", "192.0.0.0/8"), "r", ALREADY);
	/* The outside is no part of Internal Any. */
	warning(SITE NETS "row r { service = internal in = { tcp/4443 } peers = { b } }\n"
		PEERS("b", "192.168.1.1"), 8, "r", "internal/8 does not permit");
	no_warning(SITE NETS "row r { service = internal in = { tcp/4443 } peers = { b } }\n"
		   PEERS("b", "198.51.100.10"), "r", ALREADY);
	/* A row that is off permits nothing. */
	no_warning(SITE NETS "row r { service = av in = { tcp/443 } peers = { b } }\n"
		   PEERS("b", "198.51.100.10") "rows-off = { external/15 }\n",
		   "r", ALREADY);
	/* A moved row permits another port. */
	no_warning(SITE NETS "row r { service = av in = { tcp/443 } peers = { b } }\n"
		   PEERS("b", "198.51.100.10") "ports { turn-tcp = 444 }\n",
		   "r", ALREADY);
}

#define WIDER		"to more peers than"

static void a_row_that_widens_another_is_warned_of(void **state)
{
	warning(SITE NETS PEERS("cms", "192.168.1.0/24")
		"row r { service = internal in = { tcp/4443 } peers = { b } }\n"
		PEERS("b", "192.168.2.1"), 9, "r",
		"opens ports of internal/8 to more peers than cms");
	warning(SITE NETS PEERS("cms", "192.168.1.0/24")
		"row r { service = internal in = { tcp/1-5000 } peers = { any } }\n",
		9, "r", WIDER);
	/* A part of what the set holds, in two ways. */
	no_warning(SITE NETS PEERS("cms", "192.168.1.0/24")
		   "row r { service = internal in = { tcp/4443 } peers = { b } }\n"
		   PEERS("b", "192.168.1.1"), "r", WIDER);
	no_warning(SITE NETS PEERS("cms", "192.168.1.0/24")
		   "row r { service = internal in = { tcp/4443 } peers = { cms } }\n",
		   "r", WIDER);
	/* No set narrows it. */
	no_warning(SITE NETS
		   "row r { service = internal in = { tcp/4443 } peers = { b } }\n"
		   PEERS("b", "192.168.2.1"), "r", WIDER);
	no_warning(SITE NETS PEERS("cms", "192.168.1.0/24")
		   "row r { service = internal in = { tcp/4444 } peers = { any } }\n",
		   "r", WIDER);
}

static void administration_from_outside_is_warned_of(void **state)
{
	static const unsigned int ports[] = { 22, 135, 445, 3389, 5985, 5986 };
	char text[600], sentence[100];
	size_t i;

	for (i = 0; i < sizeof(ports) / sizeof(*ports); i++) {
		snprintf(sentence, sizeof(sentence),
			 "opens port %u of access to the outside", ports[i]);
		snprintf(text, sizeof(text), SITE "row r { service = access in = { tcp/%u } peers = { b } }\n",
			 ports[i]);
		warning(text, 7, "r", sentence);
		snprintf(text, sizeof(text), SITE "row r { service = access in = { tcp/%u-%u } peers = { b } }\n",
			 ports[i] - 1, ports[i] + 1);
		warning(text, 7, "r", "to the outside");
		snprintf(text, sizeof(text), SITE "row r { service = internal in = { tcp/%u } peers = { b } }\n",
			 ports[i]);
		no_warning(text, "r", "to the outside");
		snprintf(text, sizeof(text), SITE "row r { service = access out = { tcp/%u } peers = { b } }\n",
			 ports[i]);
		no_warning(text, "r", "to the outside");
	}
	no_warning(SITE "row r { service = access in = { tcp/23 } peers = { b } }\n",
		   "r", "to the outside");
}

static void wide_ranges_are_warned_of(void **state)
{
	warning(SITE "row r { service = internal in = { tcp/1, udp/5000-6000 } peers = { b } }\n",
		7, "udp/5000-6000", "is a range of 1001 ports");
	no_warning(SITE "row r { service = internal in = { udp/5000-5999 } peers = { b } }\n",
		   "udp/5000-5999", "is a range");
}

static void zone_site_and_rows_belong_together(void **state)
{
	warning("mode = enforce\nzones = { external }\nfeatures = { av }\n"
		"node n { av = { 192.0.2.1 } }\n"
		"row r { service = av out = { udp/123 } peers = { b } }\n",
		2, "site", "no row of the site's own is live; add it to zones");
	warning(SITE, 2, "site", "there is no row of the site's own");
	no_warning(SITE "row r { service = av out = { udp/123 } peers = { b } }\n",
		   "site", "row");
	warning(SITE "row r { service = av out = { udp/123 } peers = { b } }\n"
		"rows-off = { site/r }\n", 2, "site", "no row of this zone is live");
}

#define NOBODY		"no row lets administrators in"
#define CLOCK		"no row lets the clock be set"
#define RDP(port, more)	"row rdp { service = internal in = { " port " } peers = { b } " more "}\n"

static void administration_is_missed_at_nodes_with_an_inside(void **state)
{
	static const char *const ports[] = {
		"tcp/22", "tcp/3389", "tcp/5985", "tcp/5986", "tcp/3000-3400",
	};
	char text[800];
	size_t i;

	warning(SITE, 4, "edge1", NOBODY);
	no_warning(SITE, "edge2", NOBODY);
	for (i = 0; i < sizeof(ports) / sizeof(*ports); i++) {
		snprintf(text, sizeof(text), SITE "row rdp { service = internal in = { %s } peers = { b } }\n",
			 ports[i]);
		no_warning(text, "edge1", NOBODY);
	}
	warning(SITE RDP("tcp/445", ""), 4, "edge1", NOBODY);
	warning(SITE RDP("udp/3389", ""), 4, "edge1", NOBODY);
	warning(SITE "row rdp { service = internal out = { tcp/3389 } peers = { b } }\n",
		4, "edge1", NOBODY);
	warning(SITE RDP("tcp/22", "nodes = { edge2 } "), 4, "edge1", NOBODY);
	no_warning(SITE RDP("tcp/22", "nodes = { edge1 } "), "edge1", NOBODY);
	warning(SITE RDP("tcp/22", "") "rows-off = { site/rdp }\n", 4, "edge1",
		NOBODY);
}

static void the_clock_is_missed_at_nodes_with_an_inside(void **state)
{
	warning(SITE, 4, "edge1", CLOCK);
	no_warning(SITE, "edge2", CLOCK);
	no_warning(SITE "row ntp { service = internal out = { udp/123 } peers = { b } }\n",
		   "edge1", CLOCK);
	no_warning(SITE "row ntp { service = access out = { udp/100-200 } peers = { any } }\n",
		   "edge1", CLOCK);
	/* The node has no address of webconf. */
	warning(SITE "row ntp { service = webconf out = { udp/123 } peers = { any } }\n",
		4, "edge1", CLOCK);
	warning(SITE "row ntp { service = internal in = { udp/123 } peers = { b } }\n",
		4, "edge1", CLOCK);
	warning(SITE "row ntp { service = internal out = { tcp/123 } peers = { b } }\n",
		4, "edge1", CLOCK);
}

static void a_set_without_its_section_is_warned_of(void **state)
{
	warning(SITE "row r { service = av out = { udp/1 } peers = { admins } }\n",
		7, "admins", "no peers section binds it");
	warning(SITE "ping = { internal }\nping-peers = { admins }\n", 8,
		"admins", "no peers section binds it");
	warning(SITE "row r { service = av out = { udp/1 } peers = { frontends } }\n",
		7, "frontends", "or the documented set frontend");
	no_warning(SITE "row r { service = av out = { udp/1 } peers = { admins } }\n"
		   "peers admins { may-be-empty = true }\n", "admins", "binds");
	no_warning(SITE "row r { service = av out = { udp/1 } peers = { frontend } }\n",
		   "frontend", "binds");
}

#define LOGGING		"comes to the Centralized Logging ports"

static void a_key_that_comes_to_the_logging_ports_is_warned_of(void **state)
{
	warning(SITE "ports { turn-tcp = 50001 }\n", 7, "turn-tcp", LOGGING);
	warning(SITE "ports { access-client = 50003 }\n", 7, "access-client",
		LOGGING);
	warning(SITE "ports { media = 50003-50999 }\n", 7, "media", LOGGING);
	warning(SITE "ports { turn-tcp = 50002 }\nexpose-cls-ports = true\n", 7,
		"turn-tcp", LOGGING);
	no_warning(SITE "ports { turn-tcp = 50000 }\n", "turn-tcp", LOGGING);
	no_warning(SITE "ports { turn-tcp = 50004 }\n", "turn-tcp", LOGGING);
	no_warning(SITE "ports { turn-udp = 50002 }\n", "turn-udp", LOGGING);
	no_warning(SITE "ports { internal-sip = 50002 }\n", "internal-sip",
		   LOGGING);
	no_warning(SITE "ports { media = 50000-59999 }\n", "media", LOGGING);
}

#define TOGETHER	"open together"

static void rows_that_come_to_one_port_are_warned_of(void **state)
{
	static const char shared[] =
		"mode = enforce\nzones = { external }\n"
		"features = { remote-access, av, federation, web-conferencing }\n"
		"node n { access = { 192.0.2.1 } webconf = { 192.0.2.1 } av = { 192.0.2.1 } }\n";
	char text[600];

	warning(SITE "ports { access-client = 5061 }\n", 7, "access-client",
		"external/5, external/6 open together");
	/* Those that are dead open with none. */
	no_warning(SITE "ports { access-client = 5061 }\nrows-off = { external/6 }\n",
		   "access-client", TOGETHER);
	no_warning(SITE "ports { access-client = 5061  access-federation = 443 }\n",
		   "access-client", TOGETHER);
	no_warning(SITE "ports { access-client = 5062 }\n", "access-client",
		   TOGETHER);
	snprintf(text, sizeof(text), "%sports { webconf-client = 443  access-client = 444  turn-tcp = 444 }\n",
		 shared);
	warning(text, 5, "turn-tcp", "external/5, external/15 open together");
	/* The way of Microsoft's single address. */
	snprintf(text, sizeof(text), "%sports { access-client = 5061  webconf-client = 444 }\n",
		 shared);
	warning(text, 5, "access-client", "external/5, external/6");
	no_warning(text, "webconf-client", TOGETHER);
	/* Services of one address, none of whose ports is moved, or one is not. */
	warning(shared, 4, "192.0.2.1",
		"keep one port: external/5, external/8, external/15 open together");
	snprintf(text, sizeof(text), "%sports { access-client = 5061 }\n",
		 shared);
	warning(text, 4, "192.0.2.1", "external/8, external/15 open together");
	snprintf(text, sizeof(text), "%sports { access-client = 5061  webconf-client = 444 }\n",
		 shared);
	no_warning(text, "192.0.2.1", TOGETHER);
	snprintf(text, sizeof(text), "%srows-off = { external/8, external/15 }\n",
		 shared);
	no_warning(text, "192.0.2.1", TOGETHER);
	no_warning(SITE, "192.0.2.10", TOGETHER);
	/* Two addresses. */
	no_warning(SITE "ports { access-client = 444  turn-tcp = 444 }\n",
		   "turn-tcp", TOGETHER);
}

#define REACH		"none lets a node reach"

static void media_between_nodes_needs_rows_out(void **state)
{
	warning(SITE "ports { turn-udp = 3479 }\n", 7, "turn-udp",
		"none lets a node reach udp/3479 of another");
	warning(SITE "ports { turn-tcp = 444 }\n", 7, "turn-tcp", REACH);
	warning(SITE "ports { media = 40000-40999 }\n", 7, "media",
		"reach udp/40000-40999");
	warning(SITE "ports { media = 40000-40999 }\n", 7, "media",
		"reach tcp/40000-40999");
	no_warning(SITE "ports { turn-udp = 3479 }\n"
		   "row r { service = av out = { udp/3479 } peers = { any } }\n",
		   "turn-udp", REACH);
	no_warning(SITE "ports { access-client = 444 }\n", "access-client",
		   REACH);
	no_warning(SITE "ports { turn-udp = 3478 }\n", "turn-udp", REACH);
	no_warning(HEAD "node n { av = { 192.0.2.1 } }\nports { turn-udp = 3479 }\n",
		   "turn-udp", REACH);
}

static void nodes_without_the_service_are_warned_of(void **state)
{
	warning(SITE "row r { service = internal out = { udp/1 } peers = { b } nodes = { edge2 } }\n",
		7, "r", "none of its nodes has an address of internal");
	no_warning(SITE "row r { service = internal out = { udp/1 } peers = { b } nodes = { edge1, edge2 } }\n",
		   "r", "none of its nodes");
	no_warning(SITE "row r { service = webconf out = { udp/1 } peers = { b } }\n",
		   "r", "none of its nodes");
}

static void ping_peers_need_ping(void **state)
{
	warning(SITE "ping-peers = { dns }\n", 7, "ping-peers",
		"narrows nothing");
	no_warning(SITE "ping-peers = { dns }\nping = { internal }\n",
		   "ping-peers", "narrows nothing");
}

#define SFB	"profile = sfb2019\nmode = enforce\nzones = { external, internal }\n"

static void warnings_are_of_the_rows_of_the_profile(void **state)
{
	static const char tail[] = "interface lan0 { sides = { internal } }\n" NETS
		"node n { access = { 192.0.2.1 } internal = { 10.0.0.1 } }\n";
	char text[800];

	snprintf(text, sizeof(text), SFB "features = { av, federation }\n%s", tail);
	no_warning(text, "av", "federation-av");
	warning(text, 3, "director or frontend",
		"internal/2, internal/3 have no peers, and permit nothing; bind a set");
	warning(text, 3, "cms", "internal/8 has no peers");
	snprintf(text, sizeof(text), SFB "features = { av }\n%s", tail);
	warning(text, 4, "av", "without remote-access or federation; switch");
	snprintf(text, sizeof(text), SFB "features = { av, federation }\n%s"
		 "peers frontend { prefixes = { 192.168.1.1 } }\n", tail);
	no_warning(text, "frontend", "no peers");
	snprintf(text, sizeof(text), SFB "features = { av }\n%s"
		 "expose-cls-ports = true\n", tail);
	no_warning(text, "expose-cls-ports", "Centralized Logging");
	snprintf(text, sizeof(text), SFB "features = { av }\n%s"
		 "expose-cls-ports = true\nports { turn-tcp = 50002 }\n", tail);
	warning(text, 8, "expose-cls-ports", "external/13 opens the Centralized");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_row_that_is_permitted_already_is_warned_of),
		cmocka_unit_test(a_row_that_widens_another_is_warned_of),
		cmocka_unit_test(administration_from_outside_is_warned_of),
		cmocka_unit_test(wide_ranges_are_warned_of),
		cmocka_unit_test(zone_site_and_rows_belong_together),
		cmocka_unit_test(administration_is_missed_at_nodes_with_an_inside),
		cmocka_unit_test(the_clock_is_missed_at_nodes_with_an_inside),
		cmocka_unit_test(a_set_without_its_section_is_warned_of),
		cmocka_unit_test(a_key_that_comes_to_the_logging_ports_is_warned_of),
		cmocka_unit_test(rows_that_come_to_one_port_are_warned_of),
		cmocka_unit_test(media_between_nodes_needs_rows_out),
		cmocka_unit_test(nodes_without_the_service_are_warned_of),
		cmocka_unit_test(ping_peers_need_ping),
		cmocka_unit_test(warnings_are_of_the_rows_of_the_profile),
	};

	return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
