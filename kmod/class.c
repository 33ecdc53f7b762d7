// SPDX-License-Identifier: GPL-2.0-only
/*
 * Classes of addresses and masks of rows, made once for each policy.  Pure
 * functions: no locks, no allocation, no skb.  User space builds this file too.
 */

#include <linux/in.h>
#include <linux/string.h>

#include "class.h"
#include "table.h"

/**
 * nf_edge_live_rows - find the rows that are on, with their zone and feature
 * @table: the rows
 * @switches: zones, features and single rows
 *
 * A row without a feature needs its zone only.
 *
 * Context: any.
 * Return: a mask of rows.
 */
u64 nf_edge_live_rows(const struct nf_edge_table *table,
		      const struct nf_edge_switches *switches)
{
	u64 live = 0;
	u32 i;

	for (i = 0; i < table->n; i++) {
		const struct nf_edge_row *row = &table->row[i];

		if ((switches->zones & BIT(row->zone)) &&
		    (row->feature == NF_EDGE_FEATURE_NONE ||
		     (switches->features & BIT(row->feature))))
			live |= BIT_ULL(i);
	}
	return live & ~switches->rows_off;
}

/* Check whether a row permits packets that arrive on a set of sides. */
static bool row_suits(const struct nf_edge_row *row, int arrival,
		      bool from_edge)
{
	if (arrival == NF_EDGE_LOCAL_HOST)
		return true;
	if (row->direction == NF_EDGE_DIRECTION_OUT)
		return arrival & BIT(NF_EDGE_SIDE_EDGE);
	return (arrival & BIT(row->side)) ||
	       (from_edge && (arrival & BIT(NF_EDGE_SIDE_EDGE)));
}

/**
 * nf_edge_make_masks - make the masks of a policy
 * @masks: the masks, filled in
 * @table: the rows
 * @switches: zones, features and single rows
 * @ping: mask of enum nf_edge_side, the sides that take part in echo
 * @expose_cls_ports: rows may permit the table's guarded ports
 *
 * Context: any.
 */
void nf_edge_make_masks(struct nf_edge_masks *masks,
			const struct nf_edge_table *table,
			const struct nf_edge_switches *switches, u8 ping,
			bool expose_cls_ports)
{
	int arrival;
	u32 i;

	memset(masks, 0, sizeof(*masks));
	masks->table = table;
	masks->live = nf_edge_live_rows(table, switches);
	if (!expose_cls_ports)
		masks->guarded = table->guarded;
	masks->ping = ping;
	for (i = 0; i < table->n; i++) {
		const struct nf_edge_row *row = &table->row[i];

		for (arrival = 0; arrival < NF_EDGE_ARRIVALS; arrival++) {
			if (row_suits(row, arrival, false))
				masks->arrival[0][arrival] |= BIT_ULL(i);
			if (row_suits(row, arrival, true))
				masks->arrival[1][arrival] |= BIT_ULL(i);
		}
	}
	masks->arrival[0][NF_EDGE_ANYWHERE] = ~0ULL;
	masks->arrival[1][NF_EDGE_ANYWHERE] = ~0ULL;
	for (arrival = 0; arrival <= NF_EDGE_ANYWHERE; arrival++)
		for (i = 0; i < 2; i++)
			masks->permitting[i][arrival] =
				masks->arrival[i][arrival] & masks->live;
}

/* Check whether an address in @sets with @services is a peer of the row. */
static bool row_has_peer(const struct nf_edge_row *row, u32 bound_sets,
			 u32 sets, u8 services)
{
	bool inside = sets & BIT(NF_EDGE_PEER_SET_INTERNAL_NETWORKS);

	if (row->peer_sets & bound_sets)
		return row->peer_sets & bound_sets & sets;
	if (!row->any_when_unbound)
		return false;
	if (row->side == NF_EDGE_SIDE_EXTERNAL)
		return !inside && !(services & NF_EDGE_INTERNAL_SERVICE);
	if (bound_sets & BIT(NF_EDGE_PEER_SET_INTERNAL_NETWORKS))
		return inside;
	return !(services & NF_EDGE_EXTERNAL_SERVICES);
}

/**
 * nf_edge_make_class - make the class of addresses that are alike
 * @class: the class, filled in
 * @table: the rows
 * @policy: sets that are bound, and sets that take part in echo
 * @sets: mask of enum nf_edge_peer_set, the sets with a prefix that contains
 *	the address
 * @services: mask of enum nf_edge_service that the address is bound to
 * @node: number of the node that binds the address
 * @flags: mask of enum nf_edge_class_flags, without NF_EDGE_INSIDE
 *
 * Context: any.
 */
void nf_edge_make_class(struct nf_edge_class *class,
			const struct nf_edge_table *table,
			const struct nf_edge_sets *policy, u32 sets,
			u8 services, u8 node, u8 flags)
{
	u32 i;

	/* External services are outside, whatever prefix contains them. */
	if (services & NF_EDGE_EXTERNAL_SERVICES)
		sets &= ~BIT(NF_EDGE_PEER_SET_INTERNAL_NETWORKS);

	memset(class, 0, sizeof(*class));
	class->services = services;
	class->node = node;
	class->flags = flags;
	if (sets & BIT(NF_EDGE_PEER_SET_INTERNAL_NETWORKS))
		class->flags |= NF_EDGE_INSIDE;
	if (policy->ping_any || (sets & policy->bound & policy->ping))
		class->flags |= NF_EDGE_PING_PEER;
	class->spoofed_on = NF_EDGE_GUARD_EXEMPT | NF_EDGE_GUARD_BRIDGE;
	if (services || (class->flags & NF_EDGE_INSIDE))
		class->spoofed_on |= NF_EDGE_GUARD_EXTERNAL;
	if (services & NF_EDGE_EXTERNAL_SERVICES)
		class->spoofed_on |= NF_EDGE_GUARD_INTERNAL;

	for (i = 0; i < table->n; i++) {
		const struct nf_edge_row *row = &table->row[i];
		u64 peer = row_has_peer(row, policy->bound, sets, services) ?
			   BIT_ULL(i) : 0;
		u64 own = (services & BIT(row->service)) &&
			  (row->nodes & BIT_ULL(node)) ? BIT_ULL(i) : 0;

		if (row->direction == NF_EDGE_DIRECTION_IN) {
			class->own_in |= own;
			class->as_source |= peer;
			class->as_destination |= own;
		} else {
			class->own_out |= own;
			class->as_source |= own;
			class->as_destination |= peer;
		}
	}

	/* A martian source has no row. */
	if (flags)
		class->as_source = 0;
	if (flags & NF_EDGE_MARTIAN)
		class->as_destination = 0;
}
