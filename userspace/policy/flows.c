// SPDX-License-Identifier: GPL-2.0-only
/*
 * Flows that two policies permit differently: at each Edge address of both, for
 * each direction, protocol and range of ports, the peers of all rows together.
 * The names of rows and sets, and how they are cut, make no difference.
 */
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>

#include "base/macros.h"
#include "base/memory.h"
#include "policy/flows.h"
#include "policy/table.h"

/* Borders of ports: of each range of each row, and of the guard. */
#define BORDERS_MAX	(2 * 2 * ROWS_MAX * NF_EDGE_MAX_PORTS + 2)

/* --- Edge addresses */

static const struct node *holder(const struct policy *policy,
				 const struct ip *ip, uint32_t *services)
{
	const struct binding *binding;
	const struct node *node, *found = NULL;

	*services = 0;
	policy_for_each_binding(policy, node, binding) {
		if (!ip_equal(&binding->ip, ip))
			continue;
		found = node;
		*services |= 1U << binding->service;
	}
	return found;
}

/* The live rows of an address in one direction. */
static uint64_t rows_at(const struct flow_diff *diff, unsigned int which,
			const struct flow_end *end, unsigned int direction)
{
	const struct policy *policy = diff->policy[which];
	const struct row_table *table = &diff->tables[which];
	uint64_t rows = 0;
	size_t i;

	for (i = 0; i < table->count; i++) {
		const struct row *row = &table->row[i];
		const struct site_row *own = site_row_find(policy, row->id);

		if (row->direction == direction &&
		    end->services[which] & (1U << row->service) &&
		    policy_row_live(table, policy, i) &&
		    (!own || site_row_of_node(own, end->node[which]->name)))
			rows |= 1ULL << i;
	}
	return rows;
}

static bool may_ping(const struct policy *policy, uint32_t services)
{
	unsigned int side = services & (1U << NF_EDGE_SERVICE_INTERNAL) ?
			    NF_EDGE_SIDE_INTERNAL : NF_EDGE_SIDE_EXTERNAL;

	return policy->ping & (1U << side);
}

static bool same_group(const struct flow_group *a, const struct flow_group *b)
{
	return a->family == b->family &&
	       !memcmp(a->rows, b->rows, sizeof(a->rows)) &&
	       !memcmp(a->ping, b->ping, sizeof(a->ping));
}

static struct flow_group *find_group(struct flow_diff *diff,
				     const struct flow_group *wanted)
{
	size_t i;

	for (i = 0; i < diff->group_count; i++)
		if (same_group(&diff->groups[i], wanted))
			return &diff->groups[i];
	diff->groups = xgrow(diff->groups, &diff->group_capacity,
			     diff->group_count, sizeof(*diff->groups));
	diff->groups[diff->group_count] = *wanted;
	return &diff->groups[diff->group_count++];
}

static void add_end(struct flow_diff *diff, const struct flow_end *end)
{
	struct flow_group wanted = { .family = ip_family(&end->ip) }, *group;
	unsigned int which, direction;

	for (which = 0; which < POLICY_COUNT; which++) {
		for (direction = 0; direction < DIRECTION_COUNT; direction++)
			wanted.rows[which][direction] =
				rows_at(diff, which, end, direction);
		wanted.ping[which] = may_ping(diff->policy[which],
					      end->services[which]);
	}
	group = find_group(diff, &wanted);
	group->ends = xgrow(group->ends, &group->capacity, group->count,
			    sizeof(*group->ends));
	group->ends[group->count++] = *end;
}

static bool is_first_binding(const struct policy *policy,
			     const struct binding *wanted)
{
	const struct binding *binding;
	const struct node *node;

	policy_for_each_binding(policy, node, binding)
		if (ip_equal(&binding->ip, &wanted->ip))
			return binding == wanted;
	return true;
}

/* Walk over the addresses of one policy, in groups or as bound by it alone. */
static void read_ends(struct flow_diff *diff, unsigned int which)
{
	const struct policy *policy = diff->policy[which];
	const struct binding *binding;
	const struct node *node;

	policy_for_each_binding(policy, node, binding) {
		struct flow_end end = { .ip = binding->ip };
		unsigned int family = ip_family(&end.ip), i;

		if (!is_first_binding(policy, binding))
			continue;
		for (i = 0; i < POLICY_COUNT; i++)
			end.node[i] = holder(diff->policy[i], &end.ip,
					     &end.services[i]);
		if (!end.node[!which])
			spans_add(&diff->bound[which][family],
				  span_number(&end.ip), span_number(&end.ip));
		else if (which == AFTER)
			add_end(diff, &end);
	}
}

/* --- flows of a group */

static bool row_has_port(const struct row *row, uint8_t protocol, uint32_t port)
{
	const struct port_range range = { protocol, (uint16_t)port,
					  (uint16_t)port };

	return row_has_ports(row, &range);
}

static bool is_guarded(const struct policy *policy,
		       const struct row_table *table, const struct row *row,
		       uint8_t protocol, uint32_t port)
{
	const struct port_guard *guard = &table->guard;

	return !policy->expose_cls_ports && protocol == guard->protocol &&
	       port >= guard->port_low && port <= guard->port_high &&
	       row_guarded(row, guard);
}

/* Leave the rows that permit a port: a mask, out of the mask @rows. */
static uint64_t rows_of_port(const struct flow_diff *diff, unsigned int which,
			     uint64_t rows, uint8_t protocol, uint32_t port)
{
	const struct row_table *table = &diff->tables[which];
	uint64_t found = 0;
	size_t i;

	for (i = 0; i < table->count; i++)
		if (rows & (1ULL << i) &&
		    row_has_port(&table->row[i], protocol, port) &&
		    !is_guarded(diff->policy[which], table, &table->row[i],
				protocol, port))
			found |= 1ULL << i;
	return found;
}

static bool spans_meet(const struct spans *a, const struct spans *b)
{
	size_t i = 0, j = 0;

	while (i < a->count && j < b->count) {
		if (a->items[i].high < b->items[j].low)
			i++;
		else if (b->items[j].high < a->items[i].low)
			j++;
		else
			return true;
	}
	return false;
}

/* Leave the rows that have one of the peers: a mask, out of the mask @rows. */
static uint64_t rows_of_peers(struct flow_diff *diff, unsigned int which,
			      unsigned int family, uint64_t rows,
			      const struct spans *peers)
{
	uint64_t found = 0;
	size_t i;

	for (i = 0; i < diff->tables[which].count; i++) {
		uint64_t row = rows & (1ULL << i);
		struct peer_key key;

		if (!row)
			continue;
		key = peers_key(diff->policy[which], &diff->tables[which], row);
		if (spans_meet(peers_of(diff->cache, which, family, key),
			       peers))
			found |= row;
	}
	return found;
}

static void add_flow(struct flow_diff *diff, const struct flow *flow)
{
	diff->flows = xgrow(diff->flows, &diff->flow_capacity, diff->flow_count,
			    sizeof(*diff->flows));
	diff->flows[diff->flow_count++] = *flow;
}

/* Note the peers that one policy has at some ports, and the other has not. */
static void compare_peers(struct flow_diff *diff, struct flow flow,
			  const uint64_t rows[POLICY_COUNT])
{
	unsigned int family = diff->groups[flow.group].family, which;
	struct peer_key key[POLICY_COUNT];

	for (which = 0; which < POLICY_COUNT; which++)
		key[which] = peers_key(diff->policy[which],
				       &diff->tables[which], rows[which]);
	for (which = 0; which < POLICY_COUNT; which++) {
		flow.peers = peers_beyond(diff->cache, family, which,
					  key[which], key[!which]);
		if (!flow.peers->count)
			continue;
		flow.opens = which == AFTER;
		flow.rows = rows_of_peers(diff, which, family, rows[which],
					  flow.peers);
		add_flow(diff, &flow);
	}
}

static int compare_ports(const void *a, const void *b)
{
	const uint32_t *one = a, *other = b;

	return *one < *other ? -1 : *one > *other;
}

/* The ports at which some row begins, or has ended: the number of them. */
static size_t port_borders(const struct flow_diff *diff, uint8_t protocol,
			   const struct flow_group *group,
			   unsigned int direction, uint32_t *borders)
{
	const struct port_guard *guard = &diff->tables[BEFORE].guard;
	unsigned int which;
	size_t count = 0, i, j;

	borders[count++] = guard->port_low;
	borders[count++] = guard->port_high + 1U;
	for (which = 0; which < POLICY_COUNT; which++) {
		const struct row_table *table = &diff->tables[which];

		for (i = 0; i < table->count; i++) {
			const struct row *row = &table->row[i];

			if (!(group->rows[which][direction] & (1ULL << i)))
				continue;
			for (j = 0; j < row->port_count; j++) {
				if (row->ports[j].protocol != protocol)
					continue;
				borders[count++] = row->ports[j].low;
				borders[count++] = row->ports[j].high + 1U;
			}
		}
	}
	qsort(borders, count, sizeof(*borders), compare_ports);
	return count;
}

/* Compare a protocol in one direction, by ranges of ports with the same rows. */
static void compare_protocol(struct flow_diff *diff, size_t place,
			     unsigned int direction, uint8_t protocol)
{
	struct flow flow = { .direction = (uint8_t)direction,
			     .protocol = protocol, .group = place };
	uint32_t *borders = xalloc(BORDERS_MAX * sizeof(*borders));
	uint64_t rows[POLICY_COUNT] = { 0 }, last[POLICY_COUNT] = { 0 };
	unsigned int which;
	size_t count, i;

	count = port_borders(diff, protocol, &diff->groups[place], direction,
			     borders);
	for (i = 0; i + 1 < count; i++) {
		if (borders[i] == borders[i + 1])
			continue;
		for (which = 0; which < POLICY_COUNT; which++)
			rows[which] = rows_of_port(diff, which,
						   diff->groups[place].rows[which][direction],
						   protocol, borders[i]);
		if (memcmp(rows, last, sizeof(rows)) != 0) {
			compare_peers(diff, flow, last);
			memcpy(last, rows, sizeof(rows));
			flow.low = (uint16_t)borders[i];
		}
		flow.high = (uint16_t)(borders[i + 1] - 1);
	}
	compare_peers(diff, flow, last);
	free(borders);
}

/* Echo requests have no rows, and the peers of ping-peers. */
static struct peer_key ping_key(const struct policy *policy, bool may)
{
	struct peer_key key = { 0 };

	if (may && policy->narrows_ping)
		key.sets = policy->ping_peers & policy_bound(policy);
	else if (may)
		key.any = ANY_ADDRESS;
	return key;
}

static void compare_ping(struct flow_diff *diff, size_t place,
			 unsigned int direction)
{
	const struct flow_group *group = &diff->groups[place];
	struct flow flow = { .direction = (uint8_t)direction,
			     .protocol = IPPROTO_ICMP, .group = place };
	struct peer_key key[POLICY_COUNT];
	unsigned int which;

	for (which = 0; which < POLICY_COUNT; which++)
		key[which] = ping_key(diff->policy[which], group->ping[which]);
	for (which = 0; which < POLICY_COUNT; which++) {
		flow.opens = which == AFTER;
		flow.peers = peers_beyond(diff->cache, group->family, which,
					  key[which], key[!which]);
		if (flow.peers->count)
			add_flow(diff, &flow);
	}
}

static void compare_group(struct flow_diff *diff, size_t place)
{
	unsigned int direction;

	for (direction = 0; direction < DIRECTION_COUNT; direction++) {
		compare_protocol(diff, place, direction, IPPROTO_TCP);
		compare_protocol(diff, place, direction, IPPROTO_UDP);
		compare_ping(diff, place, direction);
	}
}

/* --- interfaces */

#define for_each_interface(policy, one)					\
	for ((one) = (policy)->interfaces;				\
	     (one) && (one) < (policy)->interfaces +			\
			      (policy)->interface_count;		\
	     (one)++)

/* Sides that an interface holds; of NULL, those of each that is bound to none. */
static uint32_t sides_held(const struct policy *policy, const char *name)
{
	const struct interface *interface = name ? interface_find(policy, name) :
						   NULL;
	const struct interface *one;
	uint32_t bound = 0;

	if (interface)
		return interface->sides;
	for_each_interface(policy, one)
		bound |= one->sides;
	return ((1U << SIDE_COUNT) - 1) & ~bound;
}

static uint32_t guard_of(const struct policy *policy, const char *name)
{
	const struct interface *interface = name ? interface_find(policy, name) :
						   NULL;
	uint32_t sides = interface ? interface->sides : 0;

	return sides == 1U << NF_EDGE_SIDE_EXTERNAL ||
	       sides == 1U << NF_EDGE_SIDE_INTERNAL ? sides : 0;
}

static void compare_arrival(struct flow_diff *diff, const char *name)
{
	struct arrival_change change = { .name = name };
	unsigned int which;

	for (which = 0; which < POLICY_COUNT; which++) {
		change.sides[which] = sides_held(diff->policy[which], name);
		change.guard[which] = guard_of(diff->policy[which], name);
	}
	if (change.sides[BEFORE] == change.sides[AFTER] &&
	    change.guard[BEFORE] == change.guard[AFTER])
		return;
	diff->arrivals = xgrow(diff->arrivals, &diff->arrival_capacity,
			       diff->arrival_count, sizeof(*diff->arrivals));
	diff->arrivals[diff->arrival_count++] = change;
}

static void compare_arrivals(struct flow_diff *diff)
{
	const struct policy *before = diff->policy[BEFORE];
	const struct policy *after = diff->policy[AFTER];
	const struct interface *one;

	for_each_interface(after, one)
		compare_arrival(diff, one->name);
	for_each_interface(before, one)
		if (!interface_find(after, one->name))
			compare_arrival(diff, one->name);
	compare_arrival(diff, NULL);
}

/* Whether an interface refuses sources of the inside. */
static bool guards_inside(const struct policy *policy)
{
	const struct interface *one;

	for_each_interface(policy, one)
		if (one->sides == 1U << NF_EDGE_SIDE_EXTERNAL)
			return true;
	return false;
}

static void compare_guards(struct flow_diff *diff)
{
	unsigned int family, which;

	if (!guards_inside(diff->policy[BEFORE]) &&
	    !guards_inside(diff->policy[AFTER]))
		return;
	for (family = 0; family < FAMILY_COUNT; family++)
		for (which = 0; which < POLICY_COUNT; which++)
			diff->guarded[which][family] =
				spans_less(peers_inside(diff->cache, which,
							family),
					   peers_inside(diff->cache, !which,
							family));
}

/**
 * flows_compare - compare the decisions of two policies
 * @diff: filled in; flows_free() it
 * @before: the one policy, with its rows, nodes and prefixes
 * @after: the other; both have to outlive @diff
 *
 * Takes time in the number of prefixes, times their logarithm.
 */
void flows_compare(struct flow_diff *diff, const struct policy *before,
		   const struct policy *after)
{
	unsigned int which, family;
	size_t i;

	*diff = (struct flow_diff){ .policy = { before, after } };
	diff->cache = peers_new(before, after);
	for (which = 0; which < POLICY_COUNT; which++)
		policy_table(&diff->tables[which], diff->policy[which]);
	for (which = 0; which < POLICY_COUNT; which++)
		read_ends(diff, which);
	for (which = 0; which < POLICY_COUNT; which++)
		for (family = 0; family < FAMILY_COUNT; family++)
			spans_sort(&diff->bound[which][family]);
	for (i = 0; i < diff->group_count; i++)
		compare_group(diff, i);
	compare_arrivals(diff);
	compare_guards(diff);
}

/**
 * flows_same - tell whether two policies decide the same
 * @diff: their difference
 *
 * Return: true when no packet is judged otherwise.
 */
bool flows_same(const struct flow_diff *diff)
{
	unsigned int which, family;

	for (which = 0; which < POLICY_COUNT; which++)
		for (family = 0; family < FAMILY_COUNT; family++)
			if (diff->bound[which][family].count ||
			    diff->guarded[which][family].count)
				return false;
	return !diff->flow_count && !diff->arrival_count &&
	       diff->policy[BEFORE]->mode == diff->policy[AFTER]->mode;
}

/**
 * flows_free - forget a difference
 * @diff: the difference
 */
void flows_free(struct flow_diff *diff)
{
	unsigned int which, family;
	size_t i;

	for (which = 0; which < POLICY_COUNT; which++) {
		for (family = 0; family < FAMILY_COUNT; family++) {
			spans_free(&diff->bound[which][family]);
			spans_free(&diff->guarded[which][family]);
		}
	}
	for (i = 0; i < diff->group_count; i++)
		free(diff->groups[i].ends);
	free(diff->groups);
	free(diff->flows);
	free(diff->arrivals);
	peers_free(diff->cache);
	*diff = (struct flow_diff){ 0 };
}
