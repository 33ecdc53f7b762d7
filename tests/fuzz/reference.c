// SPDX-License-Identifier: GPL-2.0-only
/*
 * The policy, read slowly and plainly.
 */
#include <stddef.h>
#include <string.h>
#include <uapi/linux/nf_edge.h>

#include "reference.h"

#define PEER(set)	(1U << NF_EDGE_PEER_SET_##set)
#define NO_FEATURE	-1
#define NF_EDGE_FEATURE_NONE NO_FEATURE
#define PEERS_ANY	true
#define PEERS_NOBODY	false

static const struct row {
	const char *id;
	int zone;
	int service;
	int direction;
	enum ref_protocol protocol;
	int low;
	int high;
	uint32_t sets;
	bool any_when_unbound;
	int feature;
} table[] = {
#define ROW(_id, _zone, _service, _direction, _role, _application,	\
	    _protocol, _low, _high, _sets, _unbound, _feature, _note)	\
	{								\
		_id, NF_EDGE_ZONE_##_zone, NF_EDGE_SERVICE_##_service,	\
		NF_EDGE_DIRECTION_##_direction, REF_##_protocol, _low,	\
		_high, _sets, PEERS_##_unbound,				\
		NF_EDGE_FEATURE_##_feature				\
	},
#include <nf_edge/profiles/lync2013-scaled-public.def>
};

#define ROWS	(int)(sizeof(table) / sizeof(table[0]))

static int side_of(const struct row *row)
{
	return row->service == NF_EDGE_SERVICE_INTERNAL ?
	       NF_EDGE_SIDE_INTERNAL : NF_EDGE_SIDE_EXTERNAL;
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

static bool in_sets(const struct ref_site *site, uint32_t sets,
		    const struct ref_address *a)
{
	int i;

	for (i = 0; i < site->n_prefixes; i++)
		if ((sets & 1U << site->prefix[i].set) &&
		    ref_contains(&site->prefix[i], a))
			return true;
	return false;
}

static bool inside(const struct ref_site *site, const struct ref_address *a)
{
	return !is_outward(site, a) &&
	       in_sets(site, PEER(INTERNAL_NETWORKS), a);
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

static bool is_live(const struct ref_site *site, const struct row *row)
{
	return (site->zones & 1U << row->zone) &&
	       (row->feature == NO_FEATURE ||
		(site->features & 1U << row->feature));
}

static bool is_peer(const struct ref_site *site, const struct row *row,
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

/* Whether a row, dead or alive, of one of the services names a port. */
static bool table_names(uint32_t services, int direction,
			enum ref_protocol protocol, uint16_t port)
{
	int i;

	for (i = 0; i < ROWS; i++)
		if ((services & 1U << table[i].service) &&
		    table[i].direction == direction &&
		    table[i].protocol == protocol &&
		    table[i].low <= port && port <= table[i].high)
			return true;
	return false;
}

static bool is_named(const struct ref_site *site, const struct ref_packet *p)
{
	uint32_t to = ref_services(site, &p->destination);
	uint32_t from = ref_services(site, &p->source);

	return table_names(to, NF_EDGE_DIRECTION_IN, p->protocol, p->dport) ||
	       table_names(from, NF_EDGE_DIRECTION_OUT, p->protocol, p->dport) ||
	       table_names(to, NF_EDGE_DIRECTION_OUT, p->protocol, p->sport) ||
	       table_names(from, NF_EDGE_DIRECTION_IN, p->protocol, p->sport);
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

static struct ref_verdict judge_echo(const struct ref_site *site,
				     const struct ref_packet *p)
{
	if (!echo_passes_end(site, p, &p->to, NF_EDGE_DIRECTION_IN) ||
	    !echo_passes_end(site, p, &p->from, NF_EDGE_DIRECTION_OUT))
		return dropped(NF_EDGE_REASON_NO_ROW);
	return (struct ref_verdict){ .verdict = NF_EDGE_VERDICT_ACCEPT };
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

	for (i = 0; i < ROWS; i++) {
		const struct row *row = &table[i];
		int failed = 0, reason = 0;

		if (row->direction != direction ||
		    !(ref_services(site, end) & 1U << row->service) ||
		    row->protocol != p->protocol || p->port < row->low ||
		    p->port > row->high)
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
		if (!is_live(site, row)) {
			failed++;
			reason = NF_EDGE_REASON_DISABLED;
		}
		if (!failed && !strcmp(row->id, "external/11") &&
		    !site->expose_cls_ports && p->port >= 50001 &&
		    p->port <= 50003) {
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
