// SPDX-License-Identifier: GPL-2.0-only
/*
 * Verdict of a packet, from the classes of its addresses and the masks of the
 * policy.  Pure functions: no locks, no allocation, no skb.  User space builds
 * this file too.
 */

#include <linux/string.h>

#include "judge.h"

/* Select inbound rows for an edge destination, outbound for an edge source. */
static u64 edge_ends(const struct nf_edge_table *table,
		     const struct nf_edge_class *source,
		     const struct nf_edge_class *destination)
{
	return (destination->services ? table->in : 0) |
	       (source->services ? table->out : 0);
}

/* Take the directions in which @rows has a row out of @ends. */
static u64 unsatisfied_ends(const struct nf_edge_table *table, u64 ends,
			    u64 rows)
{
	if (rows & table->in)
		ends &= ~table->in;
	if (rows & table->out)
		ends &= ~table->out;
	return ends;
}

static void drop(struct nf_edge_judgement *j, enum nf_edge_reason reason,
		 u64 near)
{
	j->verdict = NF_EDGE_VERDICT_DROP;
	j->reason = reason;
	j->near = near;
	j->rows = 0;
}

/* Replies and ICMP errors may arrive anywhere: rows tell where requests do. */
static u8 arrival_of(const struct nf_edge_packet *p)
{
	return p->first_direction && !p->error ? p->arrival : NF_EDGE_ANYWHERE;
}

static u64 suiting_rows(const struct nf_edge_masks *masks,
			const struct nf_edge_packet *p)
{
	return masks->arrival[!!p->source->services][arrival_of(p)];
}

/*
 * Find the reason for a drop, and the near rows: rows that fail one test only,
 * of arrival, peer or live.  The masks keep these tests apart for this.  A near
 * row belongs to an edge end that has no row in @rows.
 */
static void find_drop_reason(const struct nf_edge_masks *masks,
			     const struct nf_edge_packet *p, u64 rows,
			     struct nf_edge_judgement *j)
{
	const struct nf_edge_table *table = masks->table;
	u64 by_port = nf_edge_rows_by_port(&table->port_map, p->l4proto,
					   p->dport);
	u64 ends = unsatisfied_ends(table, edge_ends(table, p->source,
						     p->destination), rows);
	u64 suits = suiting_rows(masks, p);
	u64 source = p->source->as_source;
	u64 destination = p->destination->as_destination;
	u64 live = masks->live;
	u64 near;

	near = by_port & source & destination & live & ~suits & ends;
	if (near)
		return drop(j, NF_EDGE_REASON_INTERFACE, near);

	near = by_port & live & suits & ends &
	       ((table->in & destination & ~source) |
		(table->out & source & ~destination));
	if (near)
		return drop(j, NF_EDGE_REASON_PEER, near);

	near = by_port & source & destination & suits & ~live & ends;
	if (near)
		return drop(j, NF_EDGE_REASON_DISABLED, near);

	near = by_port & ends & (p->destination->own_in | p->source->own_out);
	if (near)
		return drop(j, NF_EDGE_REASON_SEVERAL, near);

	drop(j, NF_EDGE_REASON_NO_ROW, 0);
}

static void judge_rows(const struct nf_edge_masks *masks,
		       const struct nf_edge_packet *p,
		       struct nf_edge_judgement *j)
{
	u64 rows = nf_edge_rows_by_port(&masks->table->port_map, p->l4proto,
					p->dport);

	rows = nf_edge_permitting(masks, rows, p->source, p->destination,
				  arrival_of(p), p->source->services);
	if (nf_edge_logging_port(masks, rows, cpu_to_be16(p->dport)) &&
	    p->l4proto == masks->table->guard.l4proto) {
		u64 guarded = rows & masks->guarded;

		rows &= ~guarded;
		if (!(rows & masks->table->in))
			return drop(j, NF_EDGE_REASON_CLS_GUARD, guarded);
	}

	if (nf_edge_unsatisfied(masks->table, p->source, p->destination, rows))
		return find_drop_reason(masks, p, rows, j);

	j->verdict = NF_EDGE_VERDICT_ACCEPT;
	j->rows = rows;
}

/* Return rows of @services on the sides that take part in echo. */
static u64 ping_rows(const struct nf_edge_masks *masks, u8 services)
{
	u64 internal = masks->table->of_service[NF_EDGE_SERVICE_INTERNAL];
	u64 rows = 0;

	if ((services & NF_EDGE_INTERNAL_SERVICE) &&
	    (masks->ping & BIT(NF_EDGE_SIDE_INTERNAL)))
		rows |= internal;
	if ((services & NF_EDGE_EXTERNAL_SERVICES) &&
	    (masks->ping & BIT(NF_EDGE_SIDE_EXTERNAL)))
		rows |= ~internal;
	return rows;
}

/* Check whether @other takes part in echo with @end, if that is an edge end. */
static bool may_ping(const struct nf_edge_class *end,
		     const struct nf_edge_class *other)
{
	return !end->services || (other->flags & NF_EDGE_PING_PEER);
}

/* Permit echo where a row of each edge end suits the arrival; count no row. */
static void judge_echo(const struct nf_edge_masks *masks,
		       const struct nf_edge_packet *p,
		       struct nf_edge_judgement *j)
{
	u64 suits = suiting_rows(masks, p);

	if ((p->destination->services &&
	     !(ping_rows(masks, p->destination->services) & suits &
	       masks->table->in)) ||
	    (p->source->services &&
	     !(ping_rows(masks, p->source->services) & suits &
	       masks->table->out)))
		return drop(j, NF_EDGE_REASON_NO_ROW, 0);
	if (!may_ping(p->destination, p->source) ||
	    !may_ping(p->source, p->destination))
		return drop(j, NF_EDGE_REASON_PEER, 0);

	j->verdict = NF_EDGE_VERDICT_ACCEPT;
	j->rows = 0;
}

/**
 * nf_edge_judge - judge one packet
 * @masks: masks of the policy
 * @p: the packet
 * @j: receives the verdict and the members that belong to the verdict
 *
 * Packets that are never governed are the caller's task: loopback, looped-back
 * copies, VRF devices and neighbour discovery.
 *
 * Context: any; @p and @masks are pinned by the caller.
 */
void nf_edge_judge(const struct nf_edge_masks *masks,
		   const struct nf_edge_packet *p,
		   struct nf_edge_judgement *j)
{
	const struct nf_edge_class *from = p->header_source;
	const struct nf_edge_class *to = p->header_destination;

	if (unlikely(nf_edge_spoofed(from, to, p->guards)))
		return drop(j, NF_EDGE_REASON_SPOOFED, 0);
	if (unlikely(nf_edge_isolated(to, p->guards) && p->first_direction))
		return drop(j, NF_EDGE_REASON_ISOLATION, 0);

	if (!p->source->services && !p->destination->services) {
		if (!from->services && !to->services && !p->nat_to_edge) {
			j->verdict = NF_EDGE_VERDICT_NOT_GOVERNED;
			return;
		}
		/* NAT hides an edge address that the original tuple lacks. */
		return drop(j, NF_EDGE_REASON_NO_ROW, 0);
	}

	if (unlikely(p->kind == NF_EDGE_KIND_UNTRACKED))
		return drop(j, NF_EDGE_REASON_UNTRACKED, 0);
	if (unlikely(p->unverified) && (from->services || to->services) &&
	    !nf_edge_ports_listed(masks->table, from, to, p->l4proto,
				  p->header_sport, p->header_dport))
		return drop(j, NF_EDGE_REASON_NO_ROW, 0);

	if (unlikely(p->redirect) && (from->services || to->services))
		return drop(j, NF_EDGE_REASON_NO_ROW, 0);

	switch (p->kind) {
	case NF_EDGE_KIND_ROWS:
		return judge_rows(masks, p, j);
	case NF_EDGE_KIND_ECHO:
		return judge_echo(masks, p, j);
	case NF_EDGE_KIND_NONE:
		return drop(j, NF_EDGE_REASON_INVALID, 0);
	default:
		return drop(j, NF_EDGE_REASON_NO_ROW, 0);
	}
}
