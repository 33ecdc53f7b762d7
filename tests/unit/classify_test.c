// SPDX-License-Identifier: GPL-2.0-only
/* Verdicts of packets in the reference configuration. */

#include <kunit/test.h>
#include <linux/in.h>

#include "words.h"

#define F(feature)	BIT(NF_EDGE_FEATURE_##feature)
#define ALL_FEATURES	(BIT(NF_EDGE_FEATURE_LIVE_MESSENGER + 1) - 1)
#define Z(zone)		BIT(NF_EDGE_ZONE_##zone)
#define ALL_ZONES	(BIT(NF_EDGE_ZONE_XMPP + 1) - 1)
#define NO_PIC		(ALL_ZONES & ~Z(PIC))
#define SET(set)	BIT(NF_EDGE_PEER_SET_##set)
#define SIDE(side)	BIT(NF_EDGE_SIDE_##side)

#define OUTSIDE		"198.51.100.7"
#define ACCESS		"131.107.155.10"
#define ACCESS2		"131.107.155.11"
#define AV		"131.107.155.30"
#define AV2		"131.107.155.31"
#define INTERNAL	"172.25.33.10"
#define UNBOUND		"131.107.155.99"
#define INSIDE		"192.168.10.5"
#define FRONTEND	"192.168.10.90"

/* Interfaces of the reference configuration, as arrival and guards. */
#define WAN		SIDE(EXTERNAL), NF_EDGE_GUARD_EXTERNAL
#define LAN		SIDE(INTERNAL), NF_EDGE_GUARD_INTERNAL
#define DMZ		SIDE(EDGE), 0
#define LOCAL		NF_EDGE_LOCAL_HOST, 0

static struct nf_edge_addr_index reference;
static u32 reference_bound = SET(INTERNAL_NETWORKS) | SET(FRONTEND);

static int build(struct nf_edge_addr_index *index, u32 bound)
{
	const struct nf_edge_sets sets = { .bound = bound, .ping_any = true };
	struct nf_edge_prefix prefix[] = {
		read_prefix("192.168.10.0/24",
			    NF_EDGE_PEER_SET_INTERNAL_NETWORKS),
		read_prefix("192.168.10.90", NF_EDGE_PEER_SET_FRONTEND),
		read_prefix("192.168.10.91", NF_EDGE_PEER_SET_FRONTEND),
	};
	struct nf_edge_address address[] = {
		edge_address(ACCESS, NF_EDGE_SERVICE_ACCESS, 1),
		edge_address("131.107.155.20", NF_EDGE_SERVICE_WEBCONF, 1),
		edge_address(AV, NF_EDGE_SERVICE_AV, 1),
		edge_address(INTERNAL, NF_EDGE_SERVICE_INTERNAL, 1),
		edge_address(ACCESS2, NF_EDGE_SERVICE_ACCESS, 2),
		edge_address("131.107.155.21", NF_EDGE_SERVICE_WEBCONF, 2),
		edge_address(AV2, NF_EDGE_SERVICE_AV, 2),
		edge_address("172.25.33.11", NF_EDGE_SERVICE_INTERNAL, 2),
	};

	memset(index, 0, sizeof(*index));
	sort_edge_addresses(address, ARRAY_SIZE(address));
	return nf_edge_addr_index_build(index, &flow_table, address,
					ARRAY_SIZE(address),
					prefix, ARRAY_SIZE(prefix), &sets);
}

static int start(struct kunit *test)
{
	return start_flow_table() ?: build(&reference, reference_bound);
}

static void end(struct kunit *test)
{
	nf_edge_addr_index_free(&reference);
	end_flow_table();
}

static void write_rows(char *text, size_t size, u64 rows)
{
	int i;

	text[0] = '\0';
	for (i = 0; i < ROWS; i++)
		if (rows & BIT_ULL(i))
			snprintf(text + strlen(text), size - strlen(text), " %s",
				 flow_table.row[i].id);
}

/* A verdict in words: "accept external/5 pic/3", "peer internal/4". */
static const char *in_words(const struct nf_edge_judgement *j)
{
	static const char * const reason[] = {
		"spoofed", "isolation", "untracked", "no-row", "invalid",
		"cls-guard", "interface", "peer", "disabled", "several",
	};
	static char text[1000];
	char rows[900];

	switch (j->verdict) {
	case NF_EDGE_VERDICT_NOT_GOVERNED:
		return "not-governed";
	case NF_EDGE_VERDICT_ACCEPT:
		write_rows(rows, sizeof(rows), j->rows);
		snprintf(text, sizeof(text), "accept%s", rows);
		break;
	default:
		write_rows(rows, sizeof(rows), j->near);
		snprintf(text, sizeof(text), "%s%s", reason[j->reason], rows);
		break;
	}
	return text;
}

struct example {
	u32 zones;
	u32 features;
	const char *source;
	const char *destination;
	u16 dport;
	u8 l4proto;
	u8 arrival;
	u8 guards;
	const char *verdict;
};

static struct nf_edge_packet packet_of(const struct nf_edge_addr_index *index,
				       const struct example *e)
{
	struct address source = read_address(e->source);
	struct address destination = read_address(e->destination);
	struct nf_edge_packet p = {
		.kind = NF_EDGE_KIND_ROWS,
		.dport = e->dport,
		.header_sport = 40000,
		.header_dport = e->dport,
		.l4proto = e->l4proto,
		.arrival = e->arrival,
		.guards = e->guards,
		.first_direction = true,
	};

	p.source = look_up(index, &source);
	p.destination = look_up(index, &destination);
	p.header_source = p.source;
	p.header_destination = p.destination;
	return p;
}

static const char *judge_with(const struct example *e, u8 ping, bool expose,
			      const struct nf_edge_packet *p)
{
	struct nf_edge_switches switches = {
		.zones = e->zones, .features = e->features,
	};
	struct nf_edge_judgement j = {};
	struct nf_edge_masks masks;

	nf_edge_make_masks(&masks, &flow_table, &switches, ping, expose);
	nf_edge_judge(&masks, p, &j);
	return in_words(&j);
}

#define TCP	IPPROTO_TCP
#define UDP	IPPROTO_UDP

static void first_packets_of_the_reference_configuration(struct kunit *test)
{
	static const struct example examples[] = {
		{ ALL_ZONES, F(REMOTE_ACCESS), OUTSIDE, ACCESS, 443, TCP, WAN,
		  "accept external/5 pic/3" },
		{ NO_PIC, F(REMOTE_ACCESS), OUTSIDE, ACCESS, 443, TCP, WAN,
		  "accept external/5" },
		{ NO_PIC, F(REMOTE_ACCESS), OUTSIDE, ACCESS, 443, TCP, LAN,
		  "interface external/5" },
		{ ALL_ZONES, ALL_FEATURES, OUTSIDE, ACCESS, 3389, TCP, WAN,
		  "no-row" },
		{ ALL_ZONES, 0, ACCESS, OUTSIDE, 53, UDP, DMZ,
		  "accept external/4" },
		{ ALL_ZONES, ALL_FEATURES, ACCESS, OUTSIDE, 443, TCP, DMZ,
		  "no-row" },
		{ NO_PIC, F(REMOTE_ACCESS), INSIDE, ACCESS, 443, TCP, LAN,
		  "several external/5 pic/3" },
		{ ALL_ZONES, F(FEDERATION_AV), AV, OUTSIDE, 55000, TCP, DMZ,
		  "accept external/9" },
		{ ALL_ZONES, ALL_FEATURES & ~F(OCS2007), OUTSIDE, AV, 55000,
		  UDP, WAN, "disabled external/12" },
		{ ALL_ZONES, F(OCS2007), OUTSIDE, AV, 50002, TCP, WAN,
		  "cls-guard external/11" },
		{ ALL_ZONES, F(OCS2007), OUTSIDE, AV, 50004, TCP, WAN,
		  "accept external/11" },
		{ ALL_ZONES, F(AV), AV, AV2, 3478, UDP, DMZ,
		  "accept external/13 external/14" },
		{ ALL_ZONES, F(REMOTE_ACCESS), ACCESS, ACCESS2, 443, TCP, DMZ,
		  "no-row" },
		{ ALL_ZONES, F(OCS2007) | F(FEDERATION_AV), AV, AV2, 50001, TCP,
		  DMZ, "cls-guard external/11" },
		{ ALL_ZONES, F(FEDERATION_AV), AV, AV2, 55000, TCP, DMZ,
		  "disabled external/11" },
		{ NO_PIC, F(REMOTE_ACCESS), UNBOUND, ACCESS, 443, TCP, DMZ,
		  "interface external/5" },
		{ ALL_ZONES, F(WEB_CONFERENCING), FRONTEND, INTERNAL, 8057, TCP,
		  LAN, "accept internal/4" },
		{ ALL_ZONES, F(WEB_CONFERENCING), INSIDE, INTERNAL, 8057, TCP,
		  LAN, "peer internal/4" },
		{ ALL_ZONES, ALL_FEATURES, INTERNAL, FRONTEND, 443, TCP, DMZ,
		  "no-row" },
		{ ALL_ZONES, ALL_FEATURES, INTERNAL, OUTSIDE, 443, TCP, WAN,
		  "spoofed" },
		{ ALL_ZONES, ALL_FEATURES, FRONTEND, ACCESS, 443, TCP, WAN,
		  "spoofed" },
		{ ALL_ZONES, ALL_FEATURES, INSIDE, UNBOUND, 443, TCP, WAN,
		  "spoofed" },
		{ ALL_ZONES, ALL_FEATURES, AV, OUTSIDE, 443, TCP, LAN,
		  "spoofed" },
		{ ALL_ZONES, ALL_FEATURES, INTERNAL, FRONTEND, 5061, TCP, LAN,
		  "interface internal/3" },
		{ ALL_ZONES, ALL_FEATURES, OUTSIDE, INTERNAL, 4443, TCP, WAN,
		  "isolation" },
		{ ALL_ZONES, ALL_FEATURES, OUTSIDE, UNBOUND, 443, TCP, WAN,
		  "not-governed" },
		{ ALL_ZONES, ALL_FEATURES, "127.0.0.1", ACCESS, 443, TCP, DMZ,
		  "spoofed" },
		{ ALL_ZONES, ALL_FEATURES, "224.0.0.1", ACCESS, 443, TCP, LOCAL,
		  "spoofed" },
		{ ALL_ZONES, ALL_FEATURES, AV, "0.0.0.0", 443, TCP, LOCAL,
		  "spoofed" },
		{ ALL_ZONES, F(AV), AV, "224.0.0.1", 3478, UDP, LOCAL,
		  "accept external/13" },
		{ ALL_ZONES, ALL_FEATURES, "127.0.0.1", UNBOUND, 443, TCP, WAN,
		  "not-governed" },
		{ Z(EXTERNAL) | Z(PIC), F(PIC), OUTSIDE, ACCESS, 5061, TCP, WAN,
		  "peer pic/1" },
	};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(examples); i++) {
		struct nf_edge_packet p = packet_of(&reference, &examples[i]);

		KUNIT_ASSERT_STREQ(test, judge_with(&examples[i], 0, false, &p),
				    examples[i].verdict);
	}
}

static void the_arrival_is_asked_of_the_first_direction_only(struct kunit *test)
{
	struct example e = { ALL_ZONES, F(REMOTE_ACCESS), OUTSIDE, ACCESS, 443,
			     TCP, SIDE(INTERNAL), 0, NULL };
	struct nf_edge_packet p = packet_of(&reference, &e);

	KUNIT_ASSERT_STREQ(test, judge_with(&e, 0, false, &p),
			    "interface external/5 pic/3");
	p.first_direction = false;
	KUNIT_ASSERT_STREQ(test, judge_with(&e, 0, false, &p),
			    "accept external/5 pic/3");
	p.first_direction = true;
	p.error = true;
	KUNIT_ASSERT_STREQ(test, judge_with(&e, 0, false, &p),
			    "accept external/5 pic/3");
}

static void replies_meet_the_guards_too(struct kunit *test)
{
	struct example e = { ALL_ZONES, F(REMOTE_ACCESS), OUTSIDE, ACCESS, 443,
			     TCP, WAN, NULL };
	struct nf_edge_packet p = packet_of(&reference, &e);
	const struct nf_edge_class *source = p.header_source;

	p.first_direction = false;
	p.header_source = p.header_destination;
	p.header_destination = source;
	KUNIT_ASSERT_STREQ(test, judge_with(&e, 0, false, &p), "spoofed");
	p.guards = NF_EDGE_GUARD_INTERNAL;
	KUNIT_ASSERT_STREQ(test, judge_with(&e, 0, false, &p), "spoofed");
	p.guards = 0;
	KUNIT_ASSERT_STREQ(test, judge_with(&e, 0, false, &p),
			    "accept external/5 pic/3");
}

static void isolation_spares_replies(struct kunit *test)
{
	struct example e = { ALL_ZONES, ALL_FEATURES, OUTSIDE, INTERNAL, 443,
			     TCP, WAN, NULL };
	struct nf_edge_packet p = packet_of(&reference, &e);

	KUNIT_ASSERT_STREQ(test, judge_with(&e, 0, false, &p), "isolation");
	p.first_direction = false;
	KUNIT_ASSERT_STREQ(test, judge_with(&e, 0, false, &p), "peer internal/7");
}

static void packets_of_no_connection(struct kunit *test)
{
	static const struct {
		const char *source;
		const char *destination;
		u16 sport;
		u16 dport;
		u8 l4proto;
		const char *verdict;
	} examples[] = {
		{ OUTSIDE, ACCESS, 40000, 443, TCP, "invalid" },
		{ OUTSIDE, ACCESS, 40000, 3389, TCP, "no-row" },
		{ OUTSIDE, ACCESS, 40000, 443, UDP, "no-row" },
		{ OUTSIDE, ACCESS, 40000, 53, UDP, "no-row" },
		{ OUTSIDE, ACCESS, 53, 40000, UDP, "invalid" },
		{ ACCESS, OUTSIDE, 443, 40000, TCP, "invalid" },
		{ ACCESS, OUTSIDE, 40000, 53, UDP, "invalid" },
		{ ACCESS, OUTSIDE, 444, 40000, TCP, "no-row" },
		{ ACCESS, ACCESS2, 40000, 443, TCP, "invalid" },
		{ OUTSIDE, UNBOUND, 40000, 3389, TCP, "not-governed" },
	};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(examples); i++) {
		/* Dead rows name a header too. */
		struct example e = { 0, 0, examples[i].source,
				     examples[i].destination, examples[i].dport,
				     examples[i].l4proto, DMZ, NULL };
		struct nf_edge_packet p = packet_of(&reference, &e);

		p.header_sport = examples[i].sport;
		p.kind = NF_EDGE_KIND_NONE;
		p.unverified = true;
		KUNIT_ASSERT_STREQ(test, judge_with(&e, 0, false, &p),
				    examples[i].verdict);
		if (!strcmp(examples[i].verdict, "not-governed"))
			continue;
		p.kind = NF_EDGE_KIND_UNTRACKED;
		KUNIT_ASSERT_STREQ(test, judge_with(&e, 0, false, &p), "untracked");
		/* of an unknown protocol, or without ports to read */
		p.kind = NF_EDGE_KIND_NONE;
		p.unverified = false;
		KUNIT_ASSERT_STREQ(test, judge_with(&e, 0, false, &p), "invalid");
	}
}

static void translated_packets(struct kunit *test)
{
	struct example dialled = { ALL_ZONES, ALL_FEATURES, OUTSIDE, ACCESS, 443,
				   TCP, DMZ, NULL };
	struct example elsewhere = { ALL_ZONES, ALL_FEATURES, OUTSIDE, UNBOUND,
				     443, TCP, DMZ, NULL };
	struct nf_edge_packet p = packet_of(&reference, &dialled);
	struct nf_edge_packet q = packet_of(&reference, &elsewhere);

	/* a reply from a host that nobody binds, of a connection to one */
	p.first_direction = false;
	p.header_source = q.destination;
	p.header_destination = q.source;
	p.header_sport = 8443;
	p.header_dport = 40000;
	KUNIT_ASSERT_STREQ(test, judge_with(&dialled, 0, false, &p),
			    "accept external/5 pic/3");

	/* NAT leads the first packet to an edge address, or elsewhere */
	KUNIT_ASSERT_STREQ(test, judge_with(&elsewhere, 0, false, &q),
			    "not-governed");
	q.nat_to_edge = true;
	KUNIT_ASSERT_STREQ(test, judge_with(&elsewhere, 0, false, &q), "no-row");

	/* an edge address in the header alone */
	q.nat_to_edge = false;
	q.first_direction = false;
	q.header_source = p.destination;
	q.header_sport = 443;
	q.header_dport = 40000;
	KUNIT_ASSERT_STREQ(test, judge_with(&elsewhere, 0, false, &q), "no-row");
}

static void echo_asks_for_its_side(struct kunit *test)
{
	static const struct {
		u8 ping;
		const char *source;
		const char *destination;
		u8 arrival;
		const char *verdict;
	} examples[] = {
		{ 0, OUTSIDE, ACCESS, SIDE(EXTERNAL), "no-row" },
		{ SIDE(EXTERNAL), OUTSIDE, ACCESS, SIDE(EXTERNAL), "accept" },
		{ SIDE(INTERNAL), OUTSIDE, ACCESS, SIDE(EXTERNAL), "no-row" },
		{ SIDE(EXTERNAL), OUTSIDE, ACCESS, SIDE(INTERNAL), "no-row" },
		{ SIDE(EXTERNAL), OUTSIDE, ACCESS, SIDE(EDGE), "no-row" },
		{ SIDE(EXTERNAL), OUTSIDE, ACCESS, NF_EDGE_LOCAL_HOST, "accept" },
		{ SIDE(INTERNAL), INSIDE, INTERNAL, SIDE(INTERNAL), "accept" },
		{ SIDE(EXTERNAL), ACCESS, OUTSIDE, SIDE(EDGE), "accept" },
		{ SIDE(EXTERNAL), ACCESS, OUTSIDE, SIDE(EXTERNAL), "no-row" },
		{ SIDE(EXTERNAL), ACCESS, ACCESS2, SIDE(EDGE), "accept" },
		{ SIDE(EXTERNAL), ACCESS, INTERNAL, SIDE(EDGE), "no-row" },
		{ SIDE(EXTERNAL) | SIDE(INTERNAL), ACCESS, INTERNAL, SIDE(EDGE),
		  "accept" },
		{ SIDE(EXTERNAL), OUTSIDE, UNBOUND, SIDE(EDGE), "not-governed" },
	};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(examples); i++) {
		struct example e = { 0, 0, examples[i].source,
				     examples[i].destination, 0, IPPROTO_ICMP,
				     examples[i].arrival, 0, NULL };
		struct nf_edge_packet p = packet_of(&reference, &e);

		p.kind = NF_EDGE_KIND_ECHO;
		KUNIT_ASSERT_STREQ(test, judge_with(&e, examples[i].ping, false, &p),
				    examples[i].verdict);
	}
}

static void redirects_and_other_protocols_are_refused(struct kunit *test)
{
	struct example e = { ALL_ZONES, ALL_FEATURES, OUTSIDE, ACCESS, 443, TCP,
			     WAN, NULL };
	struct nf_edge_packet p = packet_of(&reference, &e);

	p.error = true;
	p.redirect = true;
	KUNIT_ASSERT_STREQ(test, judge_with(&e, 0, false, &p), "no-row");
	p.error = false;
	p.redirect = false;
	p.kind = NF_EDGE_KIND_OTHER;
	KUNIT_ASSERT_STREQ(test, judge_with(&e, 0, false, &p), "no-row");
}

static void the_logging_ports_open_only_when_told(struct kunit *test)
{
	int port;

	for (port = 50000; port <= 50004; port++) {
		struct example e = { ALL_ZONES, F(OCS2007), OUTSIDE, AV, port,
				     TCP, SIDE(EXTERNAL), 0, NULL };
		struct nf_edge_packet p = packet_of(&reference, &e);
		bool guarded = port >= 50001 && port <= 50003;

		KUNIT_ASSERT_STREQ(test, judge_with(&e, 0, false, &p),
				    guarded ? "cls-guard external/11" :
					      "accept external/11");
		KUNIT_ASSERT_STREQ(test, judge_with(&e, 0, true, &p),
				    "accept external/11");
		/* Until all else holds, it is a row like any other. */
		p.arrival = SIDE(INTERNAL);
		KUNIT_ASSERT_STREQ(test, judge_with(&e, 0, false, &p),
				    "interface external/11");
		e.features = 0;
		KUNIT_ASSERT_STREQ(test, judge_with(&e, 0, false, &p),
				    "several external/11");
		e.l4proto = UDP;
		e.features = F(OCS2007);
		p = packet_of(&reference, &e);
		KUNIT_ASSERT_STREQ(test, judge_with(&e, 0, false, &p),
				    "accept external/12");
	}
}

static void rows_by_port_are_the_table_s(struct kunit *test)
{
	const struct nf_edge_port_map *map = &flow_table.port_map;
	u32 port;
	int i;

	for (port = 0; port < 65536; port++) {
		u64 tcp = 0, udp = 0;

		for (i = 0; i < ROWS; i++) {
			const struct nf_edge_row *row = &flow_table.row[i];

			if (port < row->ports[0].low ||
			    port > row->ports[0].high)
				continue;
			if (row->ports[0].l4proto == IPPROTO_TCP)
				tcp |= BIT_ULL(i);
			else
				udp |= BIT_ULL(i);
		}
		KUNIT_ASSERT_EQ(test, nf_edge_rows_by_port(map, IPPROTO_TCP, port), tcp);
		KUNIT_ASSERT_EQ(test, nf_edge_rows_by_port(map, IPPROTO_UDP, port), udp);
		KUNIT_ASSERT_EQ(test, nf_edge_rows_by_port(map, IPPROTO_UDPLITE, port), 0);
	}
}

/* Row n of a full table: each upper octet of a port names another row. */
static void make_row(struct nf_edge_row *row, u32 n)
{
	*row = (struct nf_edge_row){
		.id = "more/1",
		.ports = { { 256 * n + n, 256 * n + n, n % 3 ? TCP : UDP } },
		.n_ports = 1, .nodes = NF_EDGE_ALL_NODES, .service = n % 4,
		.direction = n & 4 ? NF_EDGE_DIRECTION_OUT : NF_EDGE_DIRECTION_IN,
		.side = n % 4 == NF_EDGE_SERVICE_INTERNAL ?
			NF_EDGE_SIDE_INTERNAL : NF_EDGE_SIDE_EXTERNAL,
		.feature = NF_EDGE_FEATURE_NONE, .any_when_unbound = true,
	};
}

static void expect_laid_out(struct kunit *test, const struct nf_edge_table *table)
{
	u64 of_service[NF_EDGE_SERVICES] = {}, in = 0, out = 0;
	u32 i;

	for (i = 0; i < table->n; i++) {
		const struct nf_edge_row *row = &table->row[i];

		KUNIT_ASSERT_EQ(test, table->before[i], of_service[row->service]);
		of_service[row->service] |= BIT_ULL(i);
		if (row->direction == NF_EDGE_DIRECTION_IN)
			in |= BIT_ULL(i);
		else
			out |= BIT_ULL(i);
		KUNIT_ASSERT_EQ(test, nf_edge_rows_by_port(&table->port_map,
							   row->ports[0].l4proto,
							   row->ports[0].low),
				BIT_ULL(i));
	}
	KUNIT_ASSERT_EQ(test, table->in, in);
	KUNIT_ASSERT_EQ(test, table->out, out);
	KUNIT_ASSERT_EQ(test, memcmp(table->of_service, of_service,
				     sizeof(of_service)), 0);
}

static void a_second_table_is_judged_by(struct kunit *test)
{
	static const struct nf_edge_port_guard guard = { 63 * 256, 65535, TCP };
	static struct nf_edge_row row[NF_EDGE_TABLE_ROWS];
	const struct nf_edge_switches switches = { .zones = ALL_ZONES };
	const struct nf_edge_sets no_sets = { .ping_any = true };
	static struct nf_edge_table table;
	struct nf_edge_class inside, outside;
	struct nf_edge_judgement j = {};
	struct nf_edge_packet p = {
		.kind = NF_EDGE_KIND_ROWS, .arrival = SIDE(EXTERNAL),
		.dport = 62 * 257, .l4proto = TCP, .first_direction = true,
		.source = &outside, .header_source = &outside,
		.destination = &inside, .header_destination = &inside,
	};
	struct nf_edge_masks masks;
	u32 i;

	for (i = 0; i < ARRAY_SIZE(row); i++)
		make_row(&row[i], i);
	/* the last two are of the A/V service, and inbound */
	row[62].service = row[63].service = NF_EDGE_SERVICE_AV;
	row[62].direction = row[63].direction = NF_EDGE_DIRECTION_IN;
	row[62].side = row[63].side = NF_EDGE_SIDE_EXTERNAL;
	row[63].ports[0].l4proto = TCP;
	KUNIT_ASSERT_EQ(test, build_table(&table, row, 64, &guard), 0);
	expect_laid_out(test, &table);
	KUNIT_ASSERT_EQ(test, table.guarded, BIT_ULL(63));

	nf_edge_make_masks(&masks, &table, &switches, 0, false);
	nf_edge_make_class(&outside, &table, &no_sets, 0, 0, 0, 0);
	nf_edge_make_class(&inside, &table, &no_sets, 0,
			   BIT(NF_EDGE_SERVICE_AV), 0, 0);
	nf_edge_judge(&masks, &p, &j);
	KUNIT_ASSERT_EQ(test, j.verdict, NF_EDGE_VERDICT_ACCEPT);
	KUNIT_ASSERT_EQ(test, j.rows, BIT_ULL(62));
	p.dport = 63 * 257;
	nf_edge_judge(&masks, &p, &j);
	KUNIT_ASSERT_EQ(test, j.verdict, NF_EDGE_VERDICT_DROP);
	KUNIT_ASSERT_EQ(test, j.reason, NF_EDGE_REASON_CLS_GUARD);
	KUNIT_ASSERT_EQ(test, j.near, BIT_ULL(63));
	nf_edge_table_free(&table);
}

static void a_table_without_memory_leaks_nothing(struct kunit *test)
{
	static struct nf_edge_table table;
	bool failed = true;
	int left, err;

	for (left = 0; failed; left++) {
		KUNIT_ASSERT_TRUE(test, left < 200);
		set_allocations_left(left);
		nf_edge_table_start(&table, NF_EDGE_PROFILE_SFB2019);
		err = nf_edge_table_lay_out(&table);
		failed = allocations_left() < 0;
		set_allocations_left(-1);
		/* the kernel's slabs have a second way */
		KUNIT_ASSERT_TRUE(test, !err || (failed && err == -ENOMEM));
		nf_edge_table_free(&table);
	}
	KUNIT_ASSERT_TRUE(test, left > 5);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(first_packets_of_the_reference_configuration),
	KUNIT_CASE(the_arrival_is_asked_of_the_first_direction_only),
	KUNIT_CASE(replies_meet_the_guards_too),
	KUNIT_CASE(isolation_spares_replies),
	KUNIT_CASE(packets_of_no_connection),
	KUNIT_CASE(translated_packets),
	KUNIT_CASE(echo_asks_for_its_side),
	KUNIT_CASE(redirects_and_other_protocols_are_refused),
	KUNIT_CASE(the_logging_ports_open_only_when_told),
	KUNIT_CASE(rows_by_port_are_the_table_s),
	KUNIT_CASE(a_second_table_is_judged_by),
	KUNIT_CASE(a_table_without_memory_leaks_nothing),
	{}
};

static struct kunit_suite suite = {
	.name = "nf_edge_classify",
	.init = start,
	.exit = end,
	.test_cases = cases,
};

kunit_test_suite(suite);
