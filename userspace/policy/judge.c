// SPDX-License-Identifier: GPL-2.0-only
/*
 * Judge of a policy that need not be in force: the first packet of a connection
 * gets the answer that the module's explain would give.  Interfaces are known by
 * name alone; the devices of this host say nothing.
 *
 * The order of the verdict is that of kmod/judge.c.
 */
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>

#include "base/macros.h"
#include "base/memory.h"
#include "policy/judge.h"
#include "policy/special_ranges.h"
#include "policy/table.h"

#define BIT(n)			(1U << (n))

#define INTERNAL_SERVICE	BIT(NF_EDGE_SERVICE_INTERNAL)
#define EXTERNAL_SERVICES	(BIT(NF_EDGE_SERVICE_ACCESS) |	\
				 BIT(NF_EDGE_SERVICE_WEBCONF) |	\
				 BIT(NF_EDGE_SERVICE_AV))
#define INTERNAL_NETWORKS	BIT(NF_EDGE_PEER_SET_INTERNAL_NETWORKS)
#define ALL_SIDES		(BIT(SIDE_COUNT) - 1)

/**
 * struct holder - an Edge address
 * @ip: the address
 * @services: its services, a bit an enum nf_edge_service
 * @node: number of its node
 */
struct holder {
	struct ip ip;
	uint32_t services;
	unsigned int node;
};

/**
 * struct end - one end of a packet
 * @ip: its address
 * @services: services of an Edge address, a bit each; 0 for another address
 * @node: number of the node of an Edge address
 * @asked: sets that were looked up, a bit a set
 * @sets: sets among @asked that contain the address
 */
struct end {
	const struct ip *ip;
	uint32_t services;
	unsigned int node;
	uint32_t asked;
	uint32_t sets;
};

/**
 * struct packet - a question under judgement
 * @judge: the policy
 * @query: the question
 * @source: one end
 * @destination: the other end
 * @local: the local host sends the packet
 * @sides: sides of the interface of arrival
 * @guards: the one side of an interface that is bound to no other, a bit
 * @own: rows of the Edge ends that have the port
 * @peers: rows among @own whose peer is the other end
 * @suits: rows among @own that the arrival suits
 */
struct packet {
	const struct judge *judge;
	const struct query *query;
	struct end source;
	struct end destination;
	bool local;
	uint32_t sides;
	uint32_t guards;
	uint64_t own;
	uint64_t peers;
	uint64_t suits;
};

static int compare_holders(const void *a, const void *b)
{
	return memcmp(&((const struct holder *)a)->ip,
		      &((const struct holder *)b)->ip, sizeof(struct ip));
}

static void add_holders(struct judge *judge)
{
	const struct policy *policy = judge->policy;
	const struct binding *binding;
	const struct node *node;
	size_t count = 0, i, n = 0;

	policy_for_each_binding(policy, node, binding)
		count++;
	judge->holders = xalloc((count + 1) * sizeof(*judge->holders));
	policy_for_each_binding(policy, node, binding)
		judge->holders[n++] = (struct holder){
			.ip = binding->ip,
			.services = BIT(binding->service),
			.node = (unsigned int)(node - policy->nodes),
		};
	qsort(judge->holders, n, sizeof(*judge->holders), compare_holders);
	/* An address of several services has one holder. */
	for (i = 0, count = 0; i < n; i++) {
		if (count && !compare_holders(&judge->holders[count - 1],
					      &judge->holders[i]))
			judge->holders[count - 1].services |=
				judge->holders[i].services;
		else
			judge->holders[count++] = judge->holders[i];
	}
	judge->holder_count = count;
}

static uint64_t nodes_of(const struct policy *policy, const struct row *row)
{
	const struct site_row *own = site_row_find(policy, row->id);
	uint64_t nodes = 0;
	size_t i;

	if (!own)
		return ~0ULL;
	for (i = 0; i < policy->node_count; i++)
		if (site_row_of_node(own, policy->nodes[i].name))
			nodes |= 1ULL << i;
	return nodes;
}

/**
 * judge_begin - lay a policy out for questions
 * @judge: filled in; judge_end() it
 * @policy: the policy of a configuration without errors, which has to outlive
 *	@judge
 */
void judge_begin(struct judge *judge, const struct policy *policy)
{
	size_t i;

	*judge = (struct judge){
		.policy = policy, .bound = policy_bound(policy),
		.unbound_sides = ALL_SIDES,
	};
	policy_table(&judge->table, policy);
	for (i = 0; i < judge->table.count; i++) {
		const struct row *row = &judge->table.row[i];

		if (policy_row_live(&judge->table, policy, i))
			judge->live |= 1ULL << i;
		if (!policy->expose_cls_ports &&
		    row_guarded(row, &judge->table.guard))
			judge->guarded |= 1ULL << i;
		judge->nodes[i] = nodes_of(policy, row);
	}
	for (i = 0; i < policy->interface_count; i++)
		judge->unbound_sides &= ~policy->interfaces[i].sides;
	add_holders(judge);
}

/**
 * judge_end - forget a policy that was laid out
 * @judge: the policy
 */
void judge_end(struct judge *judge)
{
	free(judge->holders);
	*judge = (struct judge){ 0 };
}

static struct end find_end(const struct judge *judge, const struct ip *ip)
{
	const struct holder key = { .ip = *ip }, *holder;

	holder = bsearch(&key, judge->holders, judge->holder_count, sizeof(key),
			 compare_holders);
	return (struct end){
		.ip = ip,
		.services = holder ? holder->services : 0,
		.node = holder ? holder->node : 0,
	};
}

/* Find the sets among @wanted, which are bound, that contain an end. */
static uint32_t sets_of(const struct judge *judge, struct end *end,
			uint32_t wanted)
{
	uint32_t left = wanted & ~end->asked;
	unsigned int i;

	/* External services are outside, whatever prefix contains them. */
	if (end->services & EXTERNAL_SERVICES)
		left &= ~INTERNAL_NETWORKS;
	for (i = 0; i < SETS_MAX; i++)
		if (left & BIT(i) &&
		    peer_set_contains(&judge->policy->sets[i], end->ip))
			end->sets |= BIT(i);
	end->asked |= wanted;
	return end->sets & wanted;
}

static bool is_inside(const struct judge *judge, struct end *end)
{
	return sets_of(judge, end, judge->bound & INTERNAL_NETWORKS);
}

/* Tell whether an end is a peer of a row. */
static bool is_peer(const struct judge *judge, const struct row *row,
		    struct end *end)
{
	uint32_t bound = row->peer_sets & judge->bound;

	if (bound)
		return sets_of(judge, end, bound);
	if (!row->any_when_unbound)
		return false;
	if (row_side(row) == NF_EDGE_SIDE_EXTERNAL)
		return !is_inside(judge, end) &&
		       !(end->services & INTERNAL_SERVICE);
	if (judge->bound & INTERNAL_NETWORKS)
		return is_inside(judge, end);
	return !(end->services & EXTERNAL_SERVICES);
}

static bool is_special(const struct ip *ip, enum special_use use)
{
	struct ip network;
	size_t i;

	for (i = 0; i < special_range_count; i++) {
		if (special_ranges[i].use != use ||
		    special_ranges[i].family != ip->family)
			continue;
		network = *ip;
		ip_mask(&network, special_ranges[i].length);
		if (!memcmp(network.bytes, special_ranges[i].bytes,
			    sizeof(network.bytes)))
			return true;
	}
	return false;
}

static bool is_spoofed(struct packet *p)
{
	bool outward = p->source.services & EXTERNAL_SERVICES;

	if (p->guards & BIT(NF_EDGE_SIDE_EXTERNAL) &&
	    (p->source.services || is_inside(p->judge, &p->source)))
		return true;
	if (p->guards & BIT(NF_EDGE_SIDE_INTERNAL) && outward)
		return true;
	if (p->destination.services &&
	    (is_special(p->source.ip, SPECIAL_MARTIAN) ||
	     is_special(p->source.ip, SPECIAL_MARTIAN_SOURCE)))
		return true;
	return p->source.services &&
	       is_special(p->destination.ip, SPECIAL_MARTIAN);
}

static bool is_isolated(const struct packet *p)
{
	return p->guards & BIT(NF_EDGE_SIDE_EXTERNAL) &&
	       p->destination.services & INTERNAL_SERVICE;
}

/* Tell whether a row permits packets of this arrival. */
static bool suits(const struct packet *p, const struct row *row)
{
	if (p->local)
		return true;
	if (row->direction == NF_EDGE_DIRECTION_OUT)
		return p->sides & BIT(NF_EDGE_SIDE_EDGE);
	return p->sides & BIT(row_side(row)) ||
	       (p->source.services && p->sides & BIT(NF_EDGE_SIDE_EDGE));
}

static void find_arrival(struct packet *p)
{
	const struct interface *interface =
		interface_find(p->judge->policy, p->query->in);

	p->local = !*p->query->in;
	if (p->local)
		return;
	p->sides = interface ? interface->sides : p->judge->unbound_sides;
	if (interface && (p->sides == BIT(NF_EDGE_SIDE_EXTERNAL) ||
			  p->sides == BIT(NF_EDGE_SIDE_INTERNAL)))
		p->guards = p->sides;
}

/* The ends of a row: the Edge end first, then its peer. */
static struct end *edge_end(struct packet *p, const struct row *row)
{
	return row->direction == NF_EDGE_DIRECTION_IN ? &p->destination :
							&p->source;
}

static struct end *peer_end(struct packet *p, const struct row *row)
{
	return row->direction == NF_EDGE_DIRECTION_IN ? &p->source :
							&p->destination;
}

/* Find the rows of the Edge ends that have the port, and how each fits. */
static void fit_rows(struct packet *p)
{
	const struct judge *judge = p->judge;
	const struct port_range port = {
		p->query->protocol, p->query->port, p->query->port,
	};
	size_t i;

	for (i = 0; i < judge->table.count; i++) {
		const struct row *row = &judge->table.row[i];
		const struct end *end = edge_end(p, row);

		if (!(end->services & BIT(row->service)) ||
		    !(judge->nodes[i] & 1ULL << end->node) ||
		    !row_has_ports(row, &port))
			continue;
		p->own |= 1ULL << i;
		if (is_peer(judge, row, peer_end(p, row)))
			p->peers |= 1ULL << i;
		if (suits(p, row))
			p->suits |= 1ULL << i;
	}
}

static uint64_t rows_of_direction(const struct judge *judge, uint8_t direction)
{
	uint64_t rows = 0;
	size_t i;

	for (i = 0; i < judge->table.count; i++)
		if (judge->table.row[i].direction == direction)
			rows |= 1ULL << i;
	return rows;
}

static void drop(const struct judge *judge, struct verdict *verdict,
		 enum nf_edge_reason reason, uint64_t near)
{
	verdict->verdict = NF_EDGE_VERDICT_DROP;
	verdict->reason = (int)reason;
	rows_name(&judge->table, near, &verdict->near);
}

/* The reason is the first test that some row of an unsatisfied end fails alone. */
static void find_reason(const struct packet *p, uint64_t ends,
			struct verdict *verdict)
{
	const struct judge *judge = p->judge;
	uint64_t own = p->own & ends, live = judge->live;
	const struct {
		enum nf_edge_reason reason;
		uint64_t near;
	} tests[] = {
		{ NF_EDGE_REASON_INTERFACE, own & p->peers & live & ~p->suits },
		{ NF_EDGE_REASON_PEER, own & ~p->peers & live & p->suits },
		{ NF_EDGE_REASON_DISABLED, own & p->peers & ~live & p->suits },
		{ NF_EDGE_REASON_SEVERAL, own },
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(tests); i++)
		if (tests[i].near)
			return drop(judge, verdict, tests[i].reason,
				    tests[i].near);
	drop(judge, verdict, NF_EDGE_REASON_NO_ROW, 0);
}

static void rows_left(struct packet *p, struct verdict *verdict)
{
	const struct judge *judge = p->judge;
	const struct port_guard *guard = &judge->table.guard;
	uint64_t in = rows_of_direction(judge, NF_EDGE_DIRECTION_IN);
	uint64_t rows, guarded, ends = 0;

	fit_rows(p);
	rows = p->own & p->peers & p->suits & judge->live;
	guarded = rows & judge->guarded;
	if (guarded && p->query->protocol == guard->protocol &&
	    p->query->port >= guard->port_low &&
	    p->query->port <= guard->port_high) {
		rows &= ~guarded;
		if (!(rows & in))
			return drop(judge, verdict, NF_EDGE_REASON_CLS_GUARD,
				    guarded);
	}

	if (p->destination.services && !(rows & in))
		ends |= in;
	if (p->source.services && !(rows & ~in))
		ends |= ~in;
	if (ends)
		return find_reason(p, ends, verdict);
	verdict->verdict = NF_EDGE_VERDICT_ACCEPT;
	rows_name(&judge->table, rows, &verdict->rows);
}

/* Tell whether echo passes at an Edge end, as toward a row of its side. */
static bool end_takes_echo(const struct packet *p, const struct end *end,
			   uint8_t direction)
{
	const struct judge *judge = p->judge;
	uint8_t side = end->services & INTERNAL_SERVICE ?
		       NF_EDGE_SIDE_INTERNAL : NF_EDGE_SIDE_EXTERNAL;
	size_t i;

	if (!(judge->policy->ping & BIT(side)))
		return false;
	for (i = 0; i < judge->table.count; i++) {
		const struct row *row = &judge->table.row[i];

		if (row->direction == direction && row_side(row) == side &&
		    suits(p, row))
			return true;
	}
	return false;
}

/* Tell whether an end may ping the other end, or be pinged by it. */
static bool pings(const struct judge *judge, struct end *end)
{
	return !judge->policy->narrows_ping ||
	       sets_of(judge, end, judge->bound & judge->policy->ping_peers);
}

static void judge_echo(struct packet *p, struct verdict *verdict)
{
	const struct judge *judge = p->judge;
	bool to = p->destination.services, from = p->source.services;

	if ((to && !end_takes_echo(p, &p->destination,
				   NF_EDGE_DIRECTION_IN)) ||
	    (from && !end_takes_echo(p, &p->source, NF_EDGE_DIRECTION_OUT)))
		drop(judge, verdict, NF_EDGE_REASON_NO_ROW, 0);
	else if ((to && !pings(judge, &p->source)) ||
		 (from && !pings(judge, &p->destination)))
		drop(judge, verdict, NF_EDGE_REASON_PEER, 0);
	else
		verdict->verdict = NF_EDGE_VERDICT_ACCEPT;
}

static void name_node(const struct judge *judge, const struct end *end,
		      char *name, size_t size)
{
	if (end->services)
		snprintf(name, size, "%s",
			 judge->policy->nodes[end->node].name);
}

/**
 * judge_ask - judge the first packet of a connection
 * @judge: the policy
 * @query: the packet
 * @verdict: filled in; its generation is 0
 */
void judge_ask(const struct judge *judge, const struct query *query,
	       struct verdict *verdict)
{
	struct packet p = { .judge = judge, .query = query };

	*verdict = (struct verdict){
		.verdict = NF_EDGE_VERDICT_NOT_GOVERNED, .reason = -1,
		.mode = (int)judge->policy->mode,
		.profile = (int)judge->policy->profile,
	};
	if (!strcmp(query->in, "lo"))
		return;
	p.source = find_end(judge, &query->source);
	p.destination = find_end(judge, &query->destination);
	find_arrival(&p);
	name_node(judge, &p.source, verdict->source_node,
		  sizeof(verdict->source_node));
	name_node(judge, &p.destination, verdict->destination_node,
		  sizeof(verdict->destination_node));

	if (is_spoofed(&p))
		drop(judge, verdict, NF_EDGE_REASON_SPOOFED, 0);
	else if (is_isolated(&p))
		drop(judge, verdict, NF_EDGE_REASON_ISOLATION, 0);
	else if (!p.source.services && !p.destination.services)
		return;
	else if (query->protocol == IPPROTO_TCP ||
		 query->protocol == IPPROTO_UDP)
		rows_left(&p, verdict);
	else
		judge_echo(&p, verdict);
}
