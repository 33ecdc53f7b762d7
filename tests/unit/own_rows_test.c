// SPDX-License-Identifier: GPL-2.0-only
/* Packets of tables with moved ports, dead rows, and rows of the site's own. */

#include <kunit/test.h>
#include <linux/in.h>
#include <linux/minmax.h>

#include "words.h"

#define F(feature)	BIT(NF_EDGE_FEATURE_##feature)
#define Z(zone)		BIT(NF_EDGE_ZONE_##zone)
#define SET(set)	BIT(NF_EDGE_PEER_SET_##set)
#define SIDE(side)	BIT(NF_EDGE_SIDE_##side)
#define ALL_FEATURES	0x3ff
#define ALL_ZONES	0x3f

#define OUTSIDE		"198.51.100.7"
#define BALANCER	"198.51.100.10"
#define ACCESS		"131.107.155.10"
#define AV		"131.107.155.30"
#define AV2		"131.107.155.31"
#define INTERNAL	"172.25.33.10"
#define ADMIN		"192.168.10.70"
#define INSIDE		"192.168.10.5"
#define TIME		"192.168.10.1"
#define FRONTEND	"192.168.10.90"

#define WAN		SIDE(EXTERNAL), NF_EDGE_GUARD_EXTERNAL
#define LAN		SIDE(INTERNAL), NF_EDGE_GUARD_INTERNAL
#define DMZ		SIDE(EDGE), 0

#define TCP		IPPROTO_TCP
#define UDP		IPPROTO_UDP
#define ECHO		IPPROTO_ICMP

/* Sets of the site's own. */
enum { ADMINS = 31, BALANCERS = 30, CLOCKS = 29, WSUS = 28 };

static struct nf_edge_table table;
static struct nf_edge_addr_index addresses;
static bool is_indexed;

static struct nf_edge_row *add_row(const char *id, u8 service, u8 direction,
				   u32 sets)
{
	struct nf_edge_row *row = &table.row[table.n++];

	*row = (struct nf_edge_row){
		.id = id, .role = "", .application = "", .note = "",
		.zone = NF_EDGE_ZONE_SITE, .service = service,
		.direction = direction, .peer_sets = sets,
		.any_when_unbound = !sets, .nodes = NF_EDGE_ALL_NODES,
		.feature = NF_EDGE_FEATURE_NONE,
		.side = service == NF_EDGE_SERVICE_INTERNAL ?
			NF_EDGE_SIDE_INTERNAL : NF_EDGE_SIDE_EXTERNAL,
	};
	return row;
}

static void add_ports(struct nf_edge_row *row, u8 l4proto, u16 low, u16 high)
{
	row->ports[row->n_ports++] =
		(struct nf_edge_ports){ low, high, l4proto };
}

/* The rows that the examples are asked about. */
static void add_site_rows(void)
{
	struct nf_edge_row *row;

	row = add_row("site/rdp", NF_EDGE_SERVICE_INTERNAL,
		      NF_EDGE_DIRECTION_IN, BIT(ADMINS));
	add_ports(row, TCP, 3389, 3389);
	row = add_row("site/ntp", NF_EDGE_SERVICE_INTERNAL,
		      NF_EDGE_DIRECTION_OUT, BIT(CLOCKS));
	add_ports(row, UDP, 123, 123);
	row = add_row("site/wsus", NF_EDGE_SERVICE_INTERNAL,
		      NF_EDGE_DIRECTION_OUT, BIT(WSUS));
	add_ports(row, TCP, 8530, 8531);
	row = add_row("site/update", NF_EDGE_SERVICE_ACCESS,
		      NF_EDGE_DIRECTION_OUT, 0);
	add_ports(row, TCP, 443, 443);
	row = add_row("site/probe", NF_EDGE_SERVICE_AV, NF_EDGE_DIRECTION_IN,
		      BIT(BALANCERS));
	add_ports(row, TCP, 443, 443);
	add_ports(row, UDP, 3478, 3478);
	row->nodes = BIT(1);
}

/* Move the ports of the rows that have the documented ones. */
static void move_ports(u8 service, u8 l4proto, u16 documented, u16 port)
{
	u32 i;

	for (i = 0; i < table.n_document; i++) {
		struct nf_edge_row *row = &table.row[i];

		if (row->service == service &&
		    row->direction == NF_EDGE_DIRECTION_IN &&
		    row->documented.l4proto == l4proto &&
		    row->documented.low == documented) {
			row->ports[0].low = port;
			row->ports[0].high = port;
		}
	}
}

static void forget_site(void)
{
	if (is_indexed)
		nf_edge_addr_index_free(&addresses);
	nf_edge_table_free(&table);
	memset(&addresses, 0, sizeof(addresses));
	memset(&table, 0, sizeof(table));
	is_indexed = false;
}

/* The reference configuration, with this table. */
static int build_index(const struct nf_edge_sets *sets)
{
	struct nf_edge_prefix prefix[] = {
		read_prefix("192.168.10.0/24",
			    NF_EDGE_PEER_SET_INTERNAL_NETWORKS),
		read_prefix("192.168.10.90", NF_EDGE_PEER_SET_FRONTEND),
		read_prefix("192.168.10.91", NF_EDGE_PEER_SET_FRONTEND),
		read_prefix("192.168.10.64/28", ADMINS),
		read_prefix("192.168.10.1", CLOCKS),
		read_prefix(BALANCER, BALANCERS),
	};
	struct nf_edge_address address[] = {
		edge_address(ACCESS, NF_EDGE_SERVICE_ACCESS, 1),
		edge_address("131.107.155.20", NF_EDGE_SERVICE_WEBCONF, 1),
		edge_address(AV, NF_EDGE_SERVICE_AV, 1),
		edge_address(INTERNAL, NF_EDGE_SERVICE_INTERNAL, 1),
		edge_address("131.107.155.11", NF_EDGE_SERVICE_ACCESS, 2),
		edge_address(AV2, NF_EDGE_SERVICE_AV, 2),
		edge_address("172.25.33.11", NF_EDGE_SERVICE_INTERNAL, 2),
	};

	sort(prefix, ARRAY_SIZE(prefix), sizeof(*prefix), nf_edge_prefix_cmp,
	     NULL);
	sort_edge_addresses(address, ARRAY_SIZE(address));
	is_indexed = true;
	return nf_edge_addr_index_build(&addresses, &table, address,
					ARRAY_SIZE(address), prefix,
					ARRAY_SIZE(prefix), sets);
}

static const struct nf_edge_sets usual = {
	.bound = SET(INTERNAL_NETWORKS) | SET(FRONTEND) | BIT(ADMINS) |
		 BIT(CLOCKS) | BIT(BALANCERS),
	.ping_any = true,
};

static void lay_out(struct kunit *test, const struct nf_edge_sets *sets)
{
	KUNIT_ASSERT_EQ(test, nf_edge_table_lay_out(&table), 0);
	KUNIT_ASSERT_EQ(test, build_index(sets), 0);
}

static void begin_site(u8 profile)
{
	forget_site();
	nf_edge_table_start(&table, profile);
	add_site_rows();
}

static u64 row_of(const char *id)
{
	u32 i;

	for (i = 0; i < table.n; i++)
		if (!strcmp(table.row[i].id, id))
			return BIT_ULL(i);
	return 0;
}

static void write_rows(char *text, size_t size, u64 rows)
{
	u32 i;

	text[0] = '\0';
	for (i = 0; i < table.n; i++)
		if (rows & BIT_ULL(i))
			snprintf(text + strlen(text), size - strlen(text),
				 " %s", table.row[i].id);
}

/* A verdict in words: "accept external/15 site/probe", "peer site/rdp". */
static const char *in_words(const struct nf_edge_judgement *j)
{
	static const char *const reason[] = {
		"spoofed", "isolation", "untracked", "no-row", "invalid",
		"cls-guard", "interface", "peer", "disabled", "several",
	};
	static char text[1000];
	static char rows[900];

	if (j->verdict == NF_EDGE_VERDICT_NOT_GOVERNED)
		return "not-governed";
	write_rows(rows, sizeof(rows), j->verdict == NF_EDGE_VERDICT_ACCEPT ?
		   j->rows : j->near);
	snprintf(text, sizeof(text), "%s%s",
		 j->verdict == NF_EDGE_VERDICT_ACCEPT ? "accept" :
							reason[j->reason], rows);
	return text;
}

struct example {
	const char *source;
	const char *destination;
	u16 dport;
	u8 l4proto;
	u8 arrival;
	u8 guards;
	const char *verdict;
	u64 rows_off;
	u32 zones_off;
	u32 features_off;
	u8 ping;
};

static void expect(struct kunit *test, const struct example *e)
{
	struct address source = read_address(e->source);
	struct address destination = read_address(e->destination);
	struct nf_edge_switches switches = {
		.rows_off = e->rows_off, .zones = ALL_ZONES & ~e->zones_off,
		.features = ALL_FEATURES & ~e->features_off,
	};
	static struct nf_edge_masks masks;
	struct nf_edge_judgement j = {};
	struct nf_edge_packet p = {
		.kind = e->l4proto == ECHO ? NF_EDGE_KIND_ECHO :
					     NF_EDGE_KIND_ROWS,
		.dport = e->dport, .l4proto = e->l4proto,
		.arrival = e->arrival, .guards = e->guards,
		.first_direction = true,
	};

	nf_edge_make_masks(&masks, &table, &switches, e->ping, false);
	p.source = look_up(&addresses, &source);
	p.destination = look_up(&addresses, &destination);
	p.header_source = p.source;
	p.header_destination = p.destination;
	nf_edge_judge(&masks, &p, &j);
	KUNIT_ASSERT_STREQ(test, in_words(&j), e->verdict);
}

static void expect_all(struct kunit *test, const struct example *e, u32 n)
{
	u32 i;

	for (i = 0; i < n; i++)
		expect(test, &e[i]);
}

static int start(struct kunit *test)
{
	forget_site();
	return 0;
}

static void end(struct kunit *test)
{
	forget_site();
}

static void rows_of_the_site_s_own_are_rows(struct kunit *test)
{
	struct example examples[] = {
		{ ADMIN, INTERNAL, 3389, TCP, LAN, "accept site/rdp" },
		{ INSIDE, INTERNAL, 3389, TCP, LAN, "peer site/rdp" },
		{ ADMIN, INTERNAL, 3389, TCP, LAN, "disabled site/rdp",
		  .zones_off = Z(SITE) },
		{ ADMIN, INTERNAL, 3389, TCP, WAN, "spoofed" },
		{ OUTSIDE, INTERNAL, 3389, TCP, WAN, "isolation" },
		{ ADMIN, ACCESS, 3389, TCP, LAN, "no-row" },
		{ ADMIN, INTERNAL, 3389, TCP, DMZ, "interface site/rdp" },
		{ INSIDE, INTERNAL, 3389, TCP, DMZ, "several site/rdp" },
		{ ADMIN, INTERNAL, 3389, UDP, LAN, "no-row" },
		{ INTERNAL, TIME, 123, UDP, DMZ, "accept site/ntp" },
		{ INTERNAL, INSIDE, 123, UDP, DMZ, "peer site/ntp" },
		/* An unbound set contains nobody. */
		{ INTERNAL, INSIDE, 8530, TCP, DMZ, "peer site/wsus" },
		{ INTERNAL, INSIDE, 8532, TCP, DMZ, "no-row" },
		{ ACCESS, OUTSIDE, 443, TCP, DMZ, "accept site/update" },
		{ ACCESS, INSIDE, 443, TCP, DMZ, "peer site/update" },
		{ AV, OUTSIDE, 443, TCP, DMZ, "accept external/16" },
		{ BALANCER, AV, 443, TCP, WAN, "accept external/15 site/probe" },
		{ BALANCER, AV, 3478, UDP, WAN, "accept external/14 site/probe" },
		/* The row is not there at a node that has none. */
		{ BALANCER, AV2, 443, TCP, WAN, "accept external/15" },
		{ BALANCER, AV, 3478, UDP, WAN, "accept site/probe",
		  .features_off = F(AV), .zones_off = Z(PIC) },
		{ BALANCER, AV2, 3478, UDP, WAN, "disabled external/14",
		  .features_off = F(AV), .zones_off = Z(PIC) },
		{ OUTSIDE, AV2, 3478, UDP, LAN, "several external/14 pic/6",
		  .features_off = F(AV), .zones_off = Z(PIC) },
	};

	begin_site(NF_EDGE_PROFILE_LYNC2013_SCALED_PUBLIC);
	lay_out(test, &usual);
	expect_all(test, examples, ARRAY_SIZE(examples));
}

/* Neither does it name a header there. */
static void a_row_names_headers_of_its_nodes_alone(struct kunit *test)
{
	struct address edge1 = read_address(AV), edge2 = read_address(AV2);
	struct address outside = read_address(OUTSIDE);
	struct nf_edge_row *row;

	begin_site(NF_EDGE_PROFILE_LYNC2013_SCALED_PUBLIC);
	row = add_row("site/odd", NF_EDGE_SERVICE_AV, NF_EDGE_DIRECTION_IN,
		      BIT(BALANCERS));
	add_ports(row, TCP, 999, 999);
	row->nodes = BIT(1);
	lay_out(test, &usual);
	KUNIT_ASSERT_TRUE(test, nf_edge_ports_listed(&table,
			  look_up(&addresses, &outside), look_up(&addresses, &edge1),
			  TCP, 40000, 999));
	KUNIT_ASSERT_TRUE(test, !nf_edge_ports_listed(&table,
			  look_up(&addresses, &outside), look_up(&addresses, &edge2),
			  TCP, 40000, 999));
	KUNIT_ASSERT_TRUE(test, nf_edge_ports_listed(&table,
			  look_up(&addresses, &edge1), look_up(&addresses, &outside),
			  TCP, 999, 40000));
	KUNIT_ASSERT_TRUE(test, !nf_edge_ports_listed(&table,
			  look_up(&addresses, &edge2), look_up(&addresses, &outside),
			  TCP, 999, 40000));
}

static void moved_ports_are_the_ports(struct kunit *test)
{
	struct example moved[] = {
		{ OUTSIDE, ACCESS, 443, TCP, WAN, "no-row", .zones_off = Z(PIC) },
		{ OUTSIDE, ACCESS, 5061, TCP, WAN,
		  "accept external/5 external/6", .zones_off = Z(PIC) },
		/* The partner's port does not move. */
		{ ACCESS, OUTSIDE, 5061, TCP, DMZ,
		  "accept external/7 federation/1", .zones_off = Z(PIC) },
		{ AV, AV2, 3479, UDP, DMZ, "no-row" },
		{ OUTSIDE, AV, 3479, UDP, WAN, "accept external/14" },
		{ OUTSIDE, AV, 3478, UDP, WAN, "no-row" },
		{ BALANCER, AV, 3478, UDP, WAN, "accept site/probe" },
	};

	begin_site(NF_EDGE_PROFILE_LYNC2013_SCALED_PUBLIC);
	move_ports(NF_EDGE_SERVICE_ACCESS, TCP, 443, 5061);
	move_ports(NF_EDGE_SERVICE_AV, UDP, 3478, 3479);
	lay_out(test, &usual);
	/* A row that names nodes is named at those alone. */
	moved[5].destination = AV2;
	expect_all(test, moved, ARRAY_SIZE(moved));
}

static void single_rows_are_off(struct kunit *test)
{
	struct example examples[] = {
		{ AV, OUTSIDE, 55000, UDP, DMZ, "disabled external/10" },
		{ AV, OUTSIDE, 55000, TCP, DMZ, "accept external/9" },
		{ ADMIN, INTERNAL, 3389, TCP, LAN, "disabled site/rdp" },
		{ INSIDE, INTERNAL, 3389, TCP, LAN, "several site/rdp" },
	};
	u32 i;

	begin_site(NF_EDGE_PROFILE_LYNC2013_SCALED_PUBLIC);
	lay_out(test, &usual);
	for (i = 0; i < ARRAY_SIZE(examples); i++) {
		examples[i].rows_off = row_of("external/10") |
				       row_of("site/rdp");
		examples[i].zones_off = Z(PIC);
		expect(test, &examples[i]);
	}
}

static void another_profile_has_other_rows(struct kunit *test)
{
	struct example examples[] = {
		{ OUTSIDE, AV, 55000, UDP, WAN, "no-row" },
		{ AV, OUTSIDE, 55000, UDP, DMZ, "accept external/10" },
		{ OUTSIDE, AV, 50002, TCP, WAN, "cls-guard external/13" },
		{ ADMIN, INTERNAL, 3389, TCP, LAN, "accept site/rdp" },
	};
	struct nf_edge_sets no_frontend = usual;

	begin_site(NF_EDGE_PROFILE_SFB2019);
	move_ports(NF_EDGE_SERVICE_AV, TCP, 443, 50002);
	lay_out(test, &usual);
	expect_all(test, examples, ARRAY_SIZE(examples));

	begin_site(NF_EDGE_PROFILE_SFB2019);
	no_frontend.bound &= ~SET(FRONTEND);
	lay_out(test, &no_frontend);
	expect(test, &(struct example){ FRONTEND, INTERNAL, 5061, TCP, LAN,
					"peer internal/2" });
}

/* A row with guarded ports of two protocols: the guard is of one. */
static void the_guard_stands_on_the_ports_of_its_protocol(struct kunit *test)
{
	struct example examples[] = {
		{ BALANCER, AV, 50002, TCP, WAN, "cls-guard site/logs" },
		{ BALANCER, AV, 50002, UDP, WAN, "accept site/logs" },
		{ BALANCER, AV, 50005, TCP, WAN, "accept site/logs" },
		{ BALANCER, AV, 50004, TCP, WAN, "no-row" },
		{ AV, BALANCER, 50002, TCP, DMZ, "accept external/9" },
		/* The guard is of the external side. */
		{ ADMIN, INTERNAL, 50002, TCP, LAN, "accept site/inside" },
	};
	struct nf_edge_row *row;

	begin_site(NF_EDGE_PROFILE_SFB2019);
	row = add_row("site/logs", NF_EDGE_SERVICE_AV, NF_EDGE_DIRECTION_IN,
		      BIT(BALANCERS));
	add_ports(row, TCP, 50005, 50005);
	add_ports(row, TCP, 50002, 50002);
	add_ports(row, UDP, 50002, 50002);
	row = add_row("site/inside", NF_EDGE_SERVICE_INTERNAL,
		      NF_EDGE_DIRECTION_IN, BIT(ADMINS));
	add_ports(row, TCP, 50002, 50002);
	lay_out(test, &usual);
	examples[5].features_off = F(CLS);
	expect_all(test, examples, ARRAY_SIZE(examples));
}

static void echo_may_ask_for_the_other_address(struct kunit *test)
{
	struct nf_edge_sets sets = {
		.bound = usual.bound, .ping = BIT(CLOCKS) | BIT(WSUS),
	};
	struct example examples[] = {
		{ TIME, INTERNAL, 0, ECHO, LAN, "accept", .ping = SIDE(INTERNAL) },
		{ ADMIN, INTERNAL, 0, ECHO, LAN, "peer", .ping = SIDE(INTERNAL) },
		{ INTERNAL, TIME, 0, ECHO, DMZ, "accept", .ping = SIDE(INTERNAL) },
		{ INTERNAL, ADMIN, 0, ECHO, DMZ, "peer", .ping = SIDE(INTERNAL) },
		/* What else fails comes first. */
		{ ADMIN, INTERNAL, 0, ECHO, LAN, "no-row" },
		{ ADMIN, INTERNAL, 0, ECHO, DMZ, "no-row", .ping = SIDE(INTERNAL) },
		/* Node to node, both ends ask. */
		{ AV, AV2, 0, ECHO, DMZ, "peer", .ping = SIDE(EXTERNAL) },
	};

	begin_site(NF_EDGE_PROFILE_LYNC2013_SCALED_PUBLIC);
	lay_out(test, &sets);
	expect_all(test, examples, ARRAY_SIZE(examples));
	/* A set of nobody refuses all. */
	sets.ping = 0;
	begin_site(NF_EDGE_PROFILE_LYNC2013_SCALED_PUBLIC);
	lay_out(test, &sets);
	examples[0].verdict = "peer";
	expect(test, &examples[0]);
	/* Left out, it asks nothing. */
	begin_site(NF_EDGE_PROFILE_LYNC2013_SCALED_PUBLIC);
	lay_out(test, &usual);
	examples[1].verdict = "accept";
	examples[6].verdict = "accept";
	expect(test, &examples[1]);
	expect(test, &examples[6]);
}

/* Random rows, each with its most ports: the map says what the rows say. */
static void rows_by_port_are_those_of_random_rows(struct kunit *test)
{
	static const u8 protocols[] = { TCP, UDP };
	u32 i, j, port, which, round;

	roll(3);
	for (round = 0; round < 3; round++) {
		forget_site();
		nf_edge_table_start(&table, NF_EDGE_PROFILE_SFB2019);
		while (table.n < NF_EDGE_TABLE_ROWS) {
			struct nf_edge_row *row =
				add_row("site/any", dice() % 4, dice() % 2, 0);

			for (j = dice() % NF_EDGE_MAX_PORTS + 1; j; j--) {
				u32 low = dice() % 65536;
				u32 high = low + (dice() % 3 ? dice() % 3 :
						  dice() % 2000);

				if (dice() % 8 == 0)
					low &= ~0xffU;
				add_ports(row, protocols[dice() % 2], low,
					  min(high, 65535U));
			}
		}
		KUNIT_ASSERT_EQ(test, nf_edge_table_lay_out(&table), 0);
		for (port = 0; port < 65536; port++) {
			for (which = 0; which < 2; which++) {
				u64 wanted = 0;

				for (i = 0; i < table.n; i++) {
					const struct nf_edge_row *row =
						&table.row[i];

					for (j = 0; j < row->n_ports; j++)
						if (row->ports[j].l4proto ==
						    protocols[which] &&
						    port >= row->ports[j].low &&
						    port <= row->ports[j].high)
							wanted |= BIT_ULL(i);
				}
				KUNIT_ASSERT_EQ(test, nf_edge_rows_by_port(
						&table.port_map,
						protocols[which], port), wanted);
			}
			cond_resched();
		}
	}
}

static void profiles_know_their_zones_features_and_sets(struct kunit *test)
{
	nf_edge_table_start(&table, NF_EDGE_PROFILE_LYNC2013_SCALED_PUBLIC);
	KUNIT_ASSERT_EQ(test, table.zones, 0x1f);
	KUNIT_ASSERT_EQ(test, table.features, 0x3ff);
	KUNIT_ASSERT_EQ(test, table.sets, 0x1fff);
	KUNIT_ASSERT_STREQ(test, table.set_name[NF_EDGE_PEER_SET_SBA], "sba");
	nf_edge_table_start(&table, NF_EDGE_PROFILE_SFB2019);
	KUNIT_ASSERT_EQ(test, table.zones, Z(EXTERNAL) | Z(INTERNAL));
	KUNIT_ASSERT_EQ(test, table.features & (F(XMPP) | F(OCS2007) | F(PIC)), 0);
	KUNIT_ASSERT_EQ(test, table.sets & SET(PIC_PARTNERS), 0);
	KUNIT_ASSERT_STREQ(test, table.set_name[NF_EDGE_PEER_SET_PIC_PARTNERS],
			   "");
	KUNIT_ASSERT_EQ(test, table.n, 23);
	memset(&table, 0, sizeof(table));
}

/* Two tables that are alike, until one thing of one of them differs. */
static void tables_differ_in_whatever_differs(struct kunit *test)
{
	static struct nf_edge_table a, b;
	static struct nf_edge_row was;
	u32 last;

	begin_site(NF_EDGE_PROFILE_SFB2019);
	a = table;
	b = table;
	last = b.n - 1;
#define DIFFERS_BY(change, places)					\
	do {								\
		was = b.row[last];					\
		KUNIT_ASSERT_TRUE(test, nf_edge_table_equal(&a, &b));	\
		change;							\
		KUNIT_ASSERT_TRUE(test, !nf_edge_table_equal(&a, &b));	\
		KUNIT_ASSERT_EQ(test, nf_edge_table_same_places(&a, &b), places); \
		b.row[last] = was;					\
	} while (0)
	DIFFERS_BY(b.row[last].id = "site/other", false);
	DIFFERS_BY(b.row[last].service = NF_EDGE_SERVICE_ACCESS, false);
	DIFFERS_BY(b.row[last].direction = NF_EDGE_DIRECTION_OUT, false);
	DIFFERS_BY(b.row[last].note = "another", true);
	DIFFERS_BY(b.row[last].nodes = BIT(2), true);
	DIFFERS_BY(b.row[last].peer_sets = BIT(ADMINS), true);
	DIFFERS_BY(b.row[last].n_ports = 1, true);
	DIFFERS_BY(b.row[last].ports[1].low--, true);
	DIFFERS_BY(b.row[last].ports[1].high++, true);
	DIFFERS_BY(b.row[last].ports[1].l4proto = TCP, true);
	DIFFERS_BY(b.row[last].any_when_unbound = true, true);
	DIFFERS_BY(b.row[last].exposed = true, true);
	DIFFERS_BY(b.n--, false);
	b.n++;
	DIFFERS_BY(b.profile--, false);
	b.profile++;
	DIFFERS_BY(b.sets ^= BIT(ADMINS), true);
	b.sets ^= BIT(ADMINS);
	DIFFERS_BY(strcpy(b.set_name[ADMINS], "admins"), true);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(rows_of_the_site_s_own_are_rows),
	KUNIT_CASE(a_row_names_headers_of_its_nodes_alone),
	KUNIT_CASE(moved_ports_are_the_ports),
	KUNIT_CASE(single_rows_are_off),
	KUNIT_CASE(another_profile_has_other_rows),
	KUNIT_CASE(the_guard_stands_on_the_ports_of_its_protocol),
	KUNIT_CASE(echo_may_ask_for_the_other_address),
	KUNIT_CASE(rows_by_port_are_those_of_random_rows),
	KUNIT_CASE(profiles_know_their_zones_features_and_sets),
	KUNIT_CASE(tables_differ_in_whatever_differs),
	{}
};

static struct kunit_suite suite = {
	.name = "nf_edge_own_rows",
	.init = start,
	.exit = end,
	.test_cases = cases,
};

kunit_test_suite(suite);
