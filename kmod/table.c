// SPDX-License-Identifier: GPL-2.0-only
/*
 * The rows of a policy, laid out for packets: masks by direction and service,
 * and a map of ports.
 */

#include <linux/bits.h>
#include <linux/mm.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "profiles.h"
#include "table.h"

/**
 * nf_edge_table_start - begin a table with the rows and sets of a profile
 * @table: where the table goes; not laid out yet
 * @profile: enum nf_edge_profile
 */
void nf_edge_table_start(struct nf_edge_table *table, u8 profile)
{
	const struct nf_edge_profile_rows *p = &nf_edge_profiles[profile];
	u32 i;

	memset(table, 0, sizeof(*table));
	table->profile = profile;
	table->guard = p->guard;
	table->n = p->n;
	table->n_document = p->n;
	memcpy(table->row, p->row, p->n * sizeof(*p->row));
	table->sets = BIT(NF_EDGE_PEER_SET_INTERNAL_NETWORKS);
	for (i = 0; i < p->n; i++) {
		table->zones |= BIT(p->row[i].zone);
		if (p->row[i].feature != NF_EDGE_FEATURE_NONE)
			table->features |= BIT(p->row[i].feature);
		table->sets |= p->row[i].peer_sets;
	}
	for (i = 0; i < NF_EDGE_DOCUMENT_SETS; i++)
		if (table->sets & BIT(i))
			strscpy(table->set_name[i], nf_edge_document_sets[i],
				sizeof(table->set_name[i]));
}

static bool is_guarded(const struct nf_edge_row *row,
		       const struct nf_edge_port_guard *guard)
{
	u32 i;

	if (row->direction != NF_EDGE_DIRECTION_IN ||
	    row->side != NF_EDGE_SIDE_EXTERNAL)
		return false;
	for (i = 0; i < row->n_ports; i++)
		if (row->ports[i].l4proto == guard->l4proto &&
		    row->ports[i].low <= guard->high &&
		    row->ports[i].high >= guard->low)
			return true;
	return false;
}

/**
 * nf_edge_table_lay_out - make the masks and the port map of a table
 * @table: a table that has its rows and its guard
 *
 * Context: may sleep.
 * Return: 0 or -ENOMEM; nf_edge_table_free() frees what was built either way.
 */
int nf_edge_table_lay_out(struct nf_edge_table *table)
{
	u32 i;

	for (i = 0; i < table->n; i++) {
		const struct nf_edge_row *row = &table->row[i];

		table->before[i] = table->of_service[row->service];
		table->of_service[row->service] |= BIT_ULL(i);
		if (row->direction == NF_EDGE_DIRECTION_IN)
			table->in |= BIT_ULL(i);
		else
			table->out |= BIT_ULL(i);
		if (is_guarded(row, &table->guard))
			table->guarded |= BIT_ULL(i);
	}
	return nf_edge_port_map_build(&table->port_map, table->row, table->n);
}

/**
 * nf_edge_table_free - free what a table holds
 * @table: a table, laid out or half laid out or not at all
 */
void nf_edge_table_free(struct nf_edge_table *table)
{
	nf_edge_port_map_free(&table->port_map);
	kvfree(table->text);
}

/**
 * nf_edge_table_rows_of - the rows that a node has
 * @table: the table
 * @node: number of the node
 *
 * Return: mask of the rows, of whatever service.
 */
u64 nf_edge_table_rows_of(const struct nf_edge_table *table, u8 node)
{
	u64 rows = 0;
	u32 i;

	for (i = 0; i < table->n; i++)
		if (table->row[i].nodes & BIT_ULL(node))
			rows |= BIT_ULL(i);
	return rows;
}

/* Whether counters of one row go on as those of the other. */
static bool same_row(const struct nf_edge_row *a, const struct nf_edge_row *b)
{
	return a->service == b->service && a->direction == b->direction &&
	       !strcmp(a->id, b->id);
}

static bool rows_equal(const struct nf_edge_row *a,
		       const struct nf_edge_row *b)
{
	u32 i;

	if (!same_row(a, b) || a->nodes != b->nodes ||
	    a->peer_sets != b->peer_sets || a->n_ports != b->n_ports ||
	    a->any_when_unbound != b->any_when_unbound ||
	    a->exposed != b->exposed || strcmp(a->note, b->note))
		return false;
	for (i = 0; i < a->n_ports; i++)
		if (a->ports[i].low != b->ports[i].low ||
		    a->ports[i].high != b->ports[i].high ||
		    a->ports[i].l4proto != b->ports[i].l4proto)
			return false;
	return true;
}

/**
 * nf_edge_table_equal - whether two tables say the same
 * @a: a table
 * @b: another, for nodes of the same numbers
 */
bool nf_edge_table_equal(const struct nf_edge_table *a,
			 const struct nf_edge_table *b)
{
	u32 i;

	if (a->profile != b->profile || a->n != b->n || a->sets != b->sets ||
	    a->own_sets != b->own_sets)
		return false;
	for (i = 0; i < NF_EDGE_TABLE_SETS; i++)
		if (strcmp(a->set_name[i], b->set_name[i]))
			return false;
	for (i = 0; i < a->n; i++)
		if (!rows_equal(&a->row[i], &b->row[i]))
			return false;
	return true;
}

/**
 * nf_edge_table_places - where the rows of one table stand in another
 * @of: the one
 * @in: the other, of the same profile
 * @place: filled in, by place in @of: the place in @in of the row with the same
 *	id, service and direction, or NF_EDGE_NO_PLACE
 */
void nf_edge_table_places(const struct nf_edge_table *of,
			  const struct nf_edge_table *in, u8 *place)
{
	u32 i, j;

	for (i = 0; i < of->n_document; i++)
		place[i] = i;
	for (; i < of->n; i++) {
		place[i] = NF_EDGE_NO_PLACE;
		for (j = in->n_document; j < in->n; j++)
			if (same_row(&of->row[i], &in->row[j]))
				place[i] = j;
	}
}

/**
 * nf_edge_table_same_places - whether each place has the same row in two tables
 * @a: a table
 * @b: another
 */
bool nf_edge_table_same_places(const struct nf_edge_table *a,
			       const struct nf_edge_table *b)
{
	u32 i;

	if (a->profile != b->profile || a->n != b->n)
		return false;
	for (i = 0; i < a->n; i++)
		if (!same_row(&a->row[i], &b->row[i]))
			return false;
	return true;
}
