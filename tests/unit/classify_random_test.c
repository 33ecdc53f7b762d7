// SPDX-License-Identifier: GPL-2.0-only
/*
 * Verdicts of random packets and policies: the masks judge as a second
 * implementation does, which reads rows one by one.
 */

#include <kunit/test.h>

#include "words.h"

#define SET(set)	BIT(NF_EDGE_PEER_SET_##set)
#define SIDE(side)	BIT(NF_EDGE_SIDE_##side)

struct host {
	u8 services;
	u32 sets;
};

struct policy {
	u32 zones;
	u32 features;
	u32 bound;
	bool expose;
};

static bool is_peer(const struct policy *policy, const struct nf_edge_row *row,
		    const struct host *h)
{
	bool outward = h->services & NF_EDGE_EXTERNAL_SERVICES;
	bool inside = !outward && (h->sets & SET(INTERNAL_NETWORKS));

	if (row->peer_sets & policy->bound)
		return h->sets & row->peer_sets & policy->bound;
	if (!row->any_when_unbound)
		return false;
	if (row->side == NF_EDGE_SIDE_EXTERNAL)
		return !inside && !(h->services & NF_EDGE_INTERNAL_SERVICE);
	return policy->bound & SET(INTERNAL_NETWORKS) ? inside : !outward;
}

/*
 * Judges one end. Returns the rows that permit it, and adds to @near the near
 * rows of each reason.
 */
static u64 judge_end(const struct policy *policy, const struct host *edge,
		     const struct host *peer, bool is_destination,
		     const struct nf_edge_packet *p, u64 *near)
{
	u64 rows = 0, at_end[NF_EDGE_REASON_SEVERAL + 1] = {};
	int i;

	for (i = 0; i < ROWS; i++) {
		const struct nf_edge_row *row = &flow_table.row[i];
		bool is_in = row->direction == NF_EDGE_DIRECTION_IN;
		int failed = 0, reason = 0;

		if (!(edge->services & BIT(row->service)) ||
		    is_in != is_destination || row->ports[0].l4proto != p->l4proto ||
		    p->dport < row->ports[0].low ||
		    p->dport > row->ports[0].high)
			continue;
		at_end[NF_EDGE_REASON_SEVERAL] |= BIT_ULL(i);

		if (p->first_direction && p->arrival != NF_EDGE_LOCAL_HOST &&
		    !(is_in && (p->arrival & BIT(row->side))) &&
		    !((p->arrival & SIDE(EDGE)) &&
		      (!is_in || peer->services))) {
			failed++;
			reason = NF_EDGE_REASON_INTERFACE;
		}
		if (!is_peer(policy, row, peer)) {
			failed++;
			reason = NF_EDGE_REASON_PEER;
		}
		if (!(policy->zones & BIT(row->zone)) ||
		    (row->feature != NF_EDGE_FEATURE_NONE &&
		     !(policy->features & BIT(row->feature)))) {
			failed++;
			reason = NF_EDGE_REASON_DISABLED;
		}
		if (!failed && is_in && row->side == NF_EDGE_SIDE_EXTERNAL &&
		    row->ports[0].l4proto == IPPROTO_TCP && !policy->expose &&
		    p->dport >= 50001 && p->dport <= 50003) {
			failed++;
			reason = NF_EDGE_REASON_CLS_GUARD;
		}
		if (!failed)
			rows |= BIT_ULL(i);
		if (failed == 1)
			at_end[reason] |= BIT_ULL(i);
	}
	for (i = 0; !rows && i <= NF_EDGE_REASON_SEVERAL; i++)
		near[i] |= at_end[i];
	return rows;
}

static struct nf_edge_judgement judge_plainly(const struct policy *policy,
					      const struct host *source,
					      const struct host *destination,
					      const struct nf_edge_packet *p)
{
	static const u8 order[] = {
		NF_EDGE_REASON_CLS_GUARD, NF_EDGE_REASON_INTERFACE,
		NF_EDGE_REASON_PEER, NF_EDGE_REASON_DISABLED,
		NF_EDGE_REASON_SEVERAL,
	};
	struct nf_edge_judgement j = { .verdict = NF_EDGE_VERDICT_ACCEPT };
	u64 near[NF_EDGE_REASON_SEVERAL + 1] = {}, rows;
	unsigned int i;

	if (!source->services && !destination->services) {
		j.verdict = NF_EDGE_VERDICT_NOT_GOVERNED;
		return j;
	}
	if (destination->services) {
		rows = judge_end(policy, destination, source, true, p, near);
		j.rows |= rows;
		if (!rows)
			j.verdict = NF_EDGE_VERDICT_DROP;
	}
	if (source->services) {
		rows = judge_end(policy, source, destination, false, p, near);
		j.rows |= rows;
		if (!rows)
			j.verdict = NF_EDGE_VERDICT_DROP;
	}
	if (j.verdict == NF_EDGE_VERDICT_ACCEPT)
		return j;
	j.rows = 0;
	j.reason = NF_EDGE_REASON_NO_ROW;
	for (i = 0; i < ARRAY_SIZE(order); i++)
		if (near[order[i]]) {
			j.reason = order[i];
			j.near = near[order[i]];
			break;
		}
	return j;
}

static struct host random_host(void)
{
	static const u8 services[] = {
		0, 0, 0, BIT(NF_EDGE_SERVICE_ACCESS),
		BIT(NF_EDGE_SERVICE_WEBCONF), BIT(NF_EDGE_SERVICE_AV),
		BIT(NF_EDGE_SERVICE_INTERNAL), NF_EDGE_EXTERNAL_SERVICES,
		BIT(NF_EDGE_SERVICE_ACCESS) | BIT(NF_EDGE_SERVICE_AV),
	};

	return (struct host){
		.services = services[dice() % ARRAY_SIZE(services)],
		.sets = dice() & dice(),
	};
}

static void random_packets_are_judged_as_row_by_row(struct kunit *test)
{
	u32 seen[NF_EDGE_REASON_SEVERAL + 1] = {}, accepted = 0;
	int round;

	roll(3);
	for (round = 0; round < 400000; round++) {
		const struct nf_edge_row *row =
			&flow_table.row[dice() % ROWS];
		struct policy policy = {
			.zones = dice() | dice(), .features = dice() | dice(),
			.bound = dice() & dice(), .expose = dice() % 4 == 0,
		};
		struct nf_edge_switches switches = {
			.zones = policy.zones, .features = policy.features,
		};
		struct host source = random_host(), destination = random_host();
		struct nf_edge_sets sets = { .bound = policy.bound };
		struct nf_edge_class from, to;
		struct nf_edge_masks masks;
		struct nf_edge_judgement got = {}, wanted;
		struct nf_edge_packet p = {
			.kind = NF_EDGE_KIND_ROWS,
			.source = &from, .destination = &to,
			.header_source = &from, .header_destination = &to,
			.l4proto = row->ports[0].l4proto,
			.arrival = dice() % NF_EDGE_ARRIVALS,
			.first_direction = dice() % 4,
		};

		p.dport = row->ports[0].low + dice() %
			  (row->ports[0].high - row->ports[0].low + 1) +
			  (dice() % 16 == 0) - (dice() % 16 == 0);
		if (dice() % 8 == 0)
			p.dport = 50000 + dice() % 5;
		p.header_dport = p.dport;
		source.sets &= policy.bound;
		destination.sets &= policy.bound;

		nf_edge_make_masks(&masks, &flow_table, &switches, 0,
				   policy.expose);
		nf_edge_make_class(&from, &flow_table, &sets,
				   source.sets, source.services, 0, 0);
		nf_edge_make_class(&to, &flow_table, &sets,
				   destination.sets, destination.services, 0, 0);
		nf_edge_judge(&masks, &p, &got);
		cond_resched();
		wanted = judge_plainly(&policy, &source, &destination, &p);
		KUNIT_ASSERT_EQ(test, got.verdict, wanted.verdict);
		if (wanted.verdict == NF_EDGE_VERDICT_ACCEPT) {
			KUNIT_ASSERT_EQ(test, got.rows, wanted.rows);
			accepted++;
		} else if (wanted.verdict == NF_EDGE_VERDICT_DROP) {
			KUNIT_ASSERT_EQ(test, got.reason, wanted.reason);
			KUNIT_ASSERT_EQ(test, got.near, wanted.near);
			seen[wanted.reason]++;
		}
	}
	KUNIT_ASSERT_TRUE(test, accepted > 1000);
	KUNIT_ASSERT_TRUE(test, seen[NF_EDGE_REASON_CLS_GUARD] > 100);
	KUNIT_ASSERT_TRUE(test, seen[NF_EDGE_REASON_INTERFACE] > 1000);
	KUNIT_ASSERT_TRUE(test, seen[NF_EDGE_REASON_PEER] > 1000);
	KUNIT_ASSERT_TRUE(test, seen[NF_EDGE_REASON_DISABLED] > 1000);
	KUNIT_ASSERT_TRUE(test, seen[NF_EDGE_REASON_SEVERAL] > 1000);
	KUNIT_ASSERT_TRUE(test, seen[NF_EDGE_REASON_NO_ROW] > 1000);
}

static int lay_out_table(struct kunit *test)
{
	return start_flow_table();
}

static void free_table(struct kunit *test)
{
	end_flow_table();
}

static struct kunit_case cases[] = {
	KUNIT_CASE(random_packets_are_judged_as_row_by_row),
	{}
};

static struct kunit_suite suite = {
	.name = "nf_edge_classify_random",
	.init = lay_out_table,
	.exit = free_table,
	.test_cases = cases,
};

kunit_test_suite(suite);
