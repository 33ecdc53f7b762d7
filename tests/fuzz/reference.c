// SPDX-License-Identifier: GPL-2.0-only
/*
 * The policy, read slowly and plainly.
 */
#include <stddef.h>
#include <string.h>
#include <uapi/linux/nf_edge.h>

#include "reference.h"

#define PEER(set)	(1U << NF_EDGE_PEER_SET_##set)
#define NF_EDGE_FEATURE_NONE REF_NO_FEATURE
#define PEERS_ANY	true
#define PEERS_NOBODY	false

#define ROW(_id, _zone, _service, _direction, _role, _application,	\
	    _protocol, _low, _high, _sets, _unbound, _feature, _note)	\
	{								\
		.zone = NF_EDGE_ZONE_##_zone,				\
		.service = NF_EDGE_SERVICE_##_service,			\
		.direction = NF_EDGE_DIRECTION_##_direction,		\
		.documented = { REF_##_protocol, _low, _high },		\
		.sets = _sets,						\
		.any_when_unbound = PEERS_##_unbound,			\
		.feature = NF_EDGE_FEATURE_##_feature,			\
	},
/* The guard is known by property. */
#define GUARD(...)

static const struct ref_row lync2013_scaled_public[] = {
#include <nf_edge/profiles/lync2013-scaled-public.def>
};

static const struct ref_row lync2013_scaled_nat[] = {
#include <nf_edge/profiles/lync2013-scaled-nat.def>
};

static const struct ref_row lync2013_single_public[] = {
#include <nf_edge/profiles/lync2013-single-public.def>
};

static const struct ref_row lync2013_single_nat[] = {
#include <nf_edge/profiles/lync2013-single-nat.def>
};

static const struct ref_row sfb2015[] = {
#include <nf_edge/profiles/sfb2015.def>
};

static const struct ref_row sfb2019[] = {
#include <nf_edge/profiles/sfb2019.def>
};

#define TABLE(_rows) { _rows, sizeof(_rows) / sizeof(_rows[0]) }

/* By enum nf_edge_profile. */
static const struct {
	const struct ref_row *row;
	int n;
} profiles[] = {
	TABLE(lync2013_scaled_public), TABLE(lync2013_scaled_nat),
	TABLE(lync2013_single_public), TABLE(lync2013_single_nat),
	TABLE(sfb2015), TABLE(sfb2019),
};

void ref_use_profile(struct ref_site *site, int profile)
{
	int i;

	site->profile = profile;
	site->n_rows = profiles[profile].n;
	for (i = 0; i < site->n_rows; i++) {
		site->row[i] = profiles[profile].row[i];
		site->row[i].range[0] = site->row[i].documented;
		site->row[i].n_ranges = 1;
		site->row[i].nodes = REF_ALL_NODES;
	}
}

void ref_move(struct ref_site *site, int service,
	      const struct ref_range *documented, int low, int high)
{
	int i;

	for (i = 0; i < site->n_rows; i++) {
		struct ref_row *row = &site->row[i];

		if (row->service != service ||
		    row->direction != NF_EDGE_DIRECTION_IN ||
		    row->documented.protocol != documented->protocol ||
		    row->documented.low != documented->low ||
		    row->documented.high != documented->high)
			continue;
		row->range[0].low = low;
		row->range[0].high = high;
	}
}

bool ref_add_row(struct ref_site *site, const struct ref_row *row)
{
	if (site->n_rows == REF_ROWS)
		return false;
	site->row[site->n_rows] = *row;
	site->row[site->n_rows++].documented = (struct ref_range){ 0 };
	return true;
}

static int side_of(const struct ref_row *row)
{
	return row->service == NF_EDGE_SERVICE_INTERNAL ?
	       NF_EDGE_SIDE_INTERNAL : NF_EDGE_SIDE_EXTERNAL;
}

static bool has_port(const struct ref_row *row, enum ref_protocol protocol,
		     int port)
{
	int i;

	for (i = 0; i < row->n_ranges; i++)
		if (row->range[i].protocol == protocol &&
		    row->range[i].low <= port && port <= row->range[i].high)
			return true;
	return false;
}

bool ref_same(const struct ref_address *a, const struct ref_address *b)
{
	return a->ipv6 == b->ipv6 &&
	       !memcmp(a->octet, b->octet, a->ipv6 ? 16 : 4);
}

bool ref_contains(const struct ref_prefix *prefix,
		  const struct ref_address *address)
{
	int bit;

	if (prefix->first.ipv6 != address->ipv6)
		return false;
	for (bit = 0; bit < prefix->length; bit++) {
		int differs = prefix->first.octet[bit / 8] ^
			      address->octet[bit / 8];

		if (differs & 0x80 >> bit % 8)
			return false;
	}
	return true;
}

uint32_t ref_services(const struct ref_site *site,
		      const struct ref_address *address)
{
	uint32_t services = 0;
	int i;

	for (i = 0; i < site->n_bindings; i++)
		if (ref_same(&site->binding[i].address, address))
			services |= 1U << site->binding[i].service;
	return services;
}

static bool is_edge(const struct ref_site *site, const struct ref_address *a)
{
	return ref_services(site, a);
}

static bool is_internal(const struct ref_site *site,
			const struct ref_address *a)
{
	return ref_services(site, a) & 1U << NF_EDGE_SERVICE_INTERNAL;
}

static bool is_outward(const struct ref_site *site,
		       const struct ref_address *a)
{
	return is_edge(site, a) && !is_internal(site, a);
}

/* An address of access, webconf or av is never in the internal networks. */
static bool in_sets(const struct ref_site *site, uint32_t sets,
		    const struct ref_address *a)
{
	int i;

	if (is_outward(site, a))
		sets &= ~PEER(INTERNAL_NETWORKS);
	for (i = 0; i < site->n_prefixes; i++)
		if ((sets & 1U << site->prefix[i].set) &&
		    ref_contains(&site->prefix[i], a))
			return true;
	return false;
}

static bool inside(const struct ref_site *site, const struct ref_address *a)
{
	return in_sets(site, PEER(INTERNAL_NETWORKS), a);
}

/* IPv4-mapped, loopback or unspecified. */
bool ref_unusable(const struct ref_address *a)
{
	static const uint8_t mapped[12] = { [10] = 0xff, 0xff }, zeros[16];

	if (!a->ipv6)
		return a->octet[0] == 127 || !memcmp(a->octet, zeros, 4);
	return !memcmp(a->octet, mapped, 12) ||
	       (!memcmp(a->octet, zeros, 15) && a->octet[15] <= 1);
}

/* Those, multicast and broadcast. */
bool ref_unusable_source(const struct ref_address *a)
{
	if (ref_unusable(a))
		return true;
	if (a->ipv6)
		return a->octet[0] == 0xff;
	return a->octet[0] >> 4 == 0xe || !memcmp(a->octet, "\xff\xff\xff\xff", 4);
}

/* Whether the edge address @end has the row in a direction. */
static bool has_row(const struct ref_site *site, const struct ref_row *row,
		    int direction, const struct ref_address *end)
{
	int i;

	if (row->direction != direction)
		return false;
	for (i = 0; i < site->n_bindings; i++)
		if (ref_same(&site->binding[i].address, end) &&
		    site->binding[i].service == row->service &&
		    (row->nodes & 1U << site->binding[i].node))
			return true;
	return false;
}

static bool is_live(const struct ref_site *site, int i)
{
	const struct ref_row *row = &site->row[i];

	return !(site->rows_off & 1ULL << i) &&
	       (site->zones & 1U << row->zone) &&
	       (row->feature == REF_NO_FEATURE ||
		(site->features & 1U << row->feature));
}

static bool is_peer(const struct ref_site *site, const struct ref_row *row,
		    const struct ref_address *a)
{
	if (row->sets & site->bound)
		return in_sets(site, row->sets & site->bound, a);
	if (!row->any_when_unbound)
		return false;
	if (side_of(row) == NF_EDGE_SIDE_EXTERNAL)
		return !inside(site, a) && !is_internal(site, a);
	if (site->bound & PEER(INTERNAL_NETWORKS))
		return inside(site, a);
	return !is_outward(site, a);
}

static struct ref_verdict dropped(int reason)
{
	return (struct ref_verdict){
		.verdict = NF_EDGE_VERDICT_DROP, .reason = reason,
	};
}

static bool is_spoofed(const struct ref_site *site,
		       const struct ref_packet *p)
{
	if (p->bound_to == NF_EDGE_SIDE_EXTERNAL &&
	    (is_edge(site, &p->source) || inside(site, &p->source)))
		return true;
	if (p->bound_to == NF_EDGE_SIDE_INTERNAL && is_outward(site, &p->source))
		return true;
	if (is_edge(site, &p->destination) && ref_unusable_source(&p->source))
		return true;
	return is_edge(site, &p->source) && ref_unusable(&p->destination);
}

/* Whether a row, dead or alive, of an edge end names a port. */
static bool end_names(const struct ref_site *site,
		      const struct ref_address *end, int direction,
		      enum ref_protocol protocol, uint16_t port)
{
	int i;

	for (i = 0; i < site->n_rows; i++)
		if (has_port(&site->row[i], protocol, port) &&
		    has_row(site, &site->row[i], direction, end))
			return true;
	return false;
}

static bool is_named(const struct ref_site *site, const struct ref_packet *p)
{
	const struct ref_address *to = &p->destination, *from = &p->source;

	return end_names(site, to, NF_EDGE_DIRECTION_IN, p->protocol, p->dport) ||
	       end_names(site, from, NF_EDGE_DIRECTION_OUT, p->protocol, p->dport) ||
	       end_names(site, to, NF_EDGE_DIRECTION_OUT, p->protocol, p->sport) ||
	       end_names(site, from, NF_EDGE_DIRECTION_IN, p->protocol, p->sport);
}

/* Sides are asked of the first direction only, and not of errors. */
static bool suits(const struct ref_site *site, int side, int direction,
		  const struct ref_packet *p)
{
	bool holds_edge = p->held & 1U << NF_EDGE_SIDE_EDGE;

	if (!p->first || p->error || p->local)
		return true;
	if (direction == NF_EDGE_DIRECTION_OUT)
		return holds_edge;
	return (p->held & 1U << side) ||
	       (holds_edge && is_edge(site, &p->from));
}

static bool echo_passes_end(const struct ref_site *site,
			    const struct ref_packet *p,
			    const struct ref_address *end, int direction)
{
	int side = is_internal(site, end) ? NF_EDGE_SIDE_INTERNAL :
					    NF_EDGE_SIDE_EXTERNAL;

	return !is_edge(site, end) ||
	       ((site->ping & 1U << side) && suits(site, side, direction, p));
}

/* Whether @other may ping or be pinged by @end, if that is an edge address. */
static bool echo_suits_peer(const struct ref_site *site,
			    const struct ref_address *end,
			    const struct ref_address *other)
{
	return !is_edge(site, end) || !site->narrow_ping ||
	       in_sets(site, site->ping_peers, other);
}

static struct ref_verdict judge_echo(const struct ref_site *site,
				     const struct ref_packet *p)
{
	if (!echo_passes_end(site, p, &p->to, NF_EDGE_DIRECTION_IN) ||
	    !echo_passes_end(site, p, &p->from, NF_EDGE_DIRECTION_OUT))
		return dropped(NF_EDGE_REASON_NO_ROW);
	if (!echo_suits_peer(site, &p->to, &p->from) ||
	    !echo_suits_peer(site, &p->from, &p->to))
		return dropped(NF_EDGE_REASON_PEER);
	return (struct ref_verdict){ .verdict = NF_EDGE_VERDICT_ACCEPT };
}

/* The logging ports are guarded on inward rows of the external side. */
static bool is_guarded(const struct ref_site *site, const struct ref_row *row,
		       const struct ref_packet *p)
{
	return !site->expose_cls_ports &&
	       row->direction == NF_EDGE_DIRECTION_IN &&
	       side_of(row) == NF_EDGE_SIDE_EXTERNAL &&
	       p->protocol == REF_TCP && p->port >= 50001 && p->port <= 50003;
}

/* The rows that permit one end; near rows of each reason if there are none. */
static uint64_t judge_end(const struct ref_site *site,
			  const struct ref_packet *p, int direction,
			  uint64_t *near)
{
	const struct ref_address *end = direction == NF_EDGE_DIRECTION_IN ?
					&p->to : &p->from;
	const struct ref_address *peer = direction == NF_EDGE_DIRECTION_IN ?
					 &p->from : &p->to;
	uint64_t of_reason[NF_EDGE_REASON_SEVERAL + 1] = { 0 }, rows = 0;
	int i;

	for (i = 0; i < site->n_rows; i++) {
		const struct ref_row *row = &site->row[i];
		int failed = 0, reason = 0;

		if (!has_port(row, p->protocol, p->port) ||
		    !has_row(site, row, direction, end))
			continue;
		of_reason[NF_EDGE_REASON_SEVERAL] |= 1ULL << i;
		if (!suits(site, side_of(row), direction, p)) {
			failed++;
			reason = NF_EDGE_REASON_INTERFACE;
		}
		if (!is_peer(site, row, peer)) {
			failed++;
			reason = NF_EDGE_REASON_PEER;
		}
		if (!is_live(site, i)) {
			failed++;
			reason = NF_EDGE_REASON_DISABLED;
		}
		if (!failed && is_guarded(site, row, p)) {
			failed++;
			reason = NF_EDGE_REASON_CLS_GUARD;
		}
		if (!failed)
			rows |= 1ULL << i;
		else if (failed == 1)
			of_reason[reason] |= 1ULL << i;
	}
	for (i = 0; !rows && i <= NF_EDGE_REASON_SEVERAL; i++)
		near[i] |= of_reason[i];
	return rows;
}

static struct ref_verdict judge_rows(const struct ref_site *site,
				     const struct ref_packet *p)
{
	static const int order[] = {
		NF_EDGE_REASON_CLS_GUARD, NF_EDGE_REASON_INTERFACE,
		NF_EDGE_REASON_PEER, NF_EDGE_REASON_DISABLED,
		NF_EDGE_REASON_SEVERAL,
	};
	uint64_t near[NF_EDGE_REASON_SEVERAL + 1] = { 0 }, in = 0, out = 0;
	struct ref_verdict v = { .verdict = NF_EDGE_VERDICT_ACCEPT };
	unsigned int i;

	if (is_edge(site, &p->to))
		in = judge_end(site, p, NF_EDGE_DIRECTION_IN, near);
	if (is_edge(site, &p->from))
		out = judge_end(site, p, NF_EDGE_DIRECTION_OUT, near);
	v.rows = in | out;
	if ((in || !is_edge(site, &p->to)) && (out || !is_edge(site, &p->from)))
		return v;
	for (i = 0; i < sizeof(order) / sizeof(order[0]); i++) {
		v = dropped(order[i]);
		v.near = near[order[i]];
		if (v.near)
			return v;
	}
	return dropped(NF_EDGE_REASON_NO_ROW);
}

struct ref_verdict ref_judge(const struct ref_site *site,
			     const struct ref_packet *p)
{
	bool has_connection = p->state == REF_CONNECTION;
	bool in_header = is_edge(site, &p->source) ||
			 is_edge(site, &p->destination);
	bool in_connection = has_connection && (is_edge(site, &p->from) ||
						is_edge(site, &p->to));
	bool in_nat = p->translated && is_edge(site, &p->nat);

	if (is_spoofed(site, p))
		return dropped(NF_EDGE_REASON_SPOOFED);
	if (p->bound_to == NF_EDGE_SIDE_EXTERNAL &&
	    is_internal(site, &p->destination) && (p->first || !has_connection))
		return dropped(NF_EDGE_REASON_ISOLATION);
	if (!in_header && !in_connection && !in_nat)
		return (struct ref_verdict){
			.verdict = NF_EDGE_VERDICT_NOT_GOVERNED,
		};
	if (p->state == REF_UNTRACKED)
		return dropped(NF_EDGE_REASON_UNTRACKED);
	if (!has_connection && p->has_ports && !is_named(site, p))
		return dropped(NF_EDGE_REASON_NO_ROW);
	if (p->state == REF_INVALID)
		return dropped(NF_EDGE_REASON_INVALID);
	if (!in_connection)
		return dropped(NF_EDGE_REASON_NO_ROW);
	if (p->redirect && in_header)
		return dropped(NF_EDGE_REASON_NO_ROW);
	if (p->protocol == REF_ECHO)
		return judge_echo(site, p);
	if (p->protocol == REF_OTHER)
		return dropped(NF_EDGE_REASON_NO_ROW);
	return judge_rows(site, p);
}
