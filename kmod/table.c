// SPDX-License-Identifier: GPL-2.0-only
/*
 * The rows of a policy, laid out for packets: masks by direction and service,
 * and a map of ports.
 */

#include <linux/bits.h>
#include <linux/errno.h>
#include <linux/string.h>

#include "table.h"

static bool is_guarded(const struct nf_edge_row *row,
		       const struct nf_edge_port_guard *guard)
{
	return row->direction == NF_EDGE_DIRECTION_IN &&
	       row->side == NF_EDGE_SIDE_EXTERNAL &&
	       row->l4proto == guard->l4proto &&
	       row->port_low <= guard->port_high &&
	       row->port_high >= guard->port_low;
}

/**
 * nf_edge_table_build - lay rows out
 * @table: where the table goes
 * @row: the rows, which the table points to
 * @n: number of rows
 * @guard: the guarded ports
 *
 * Context: may sleep.
 * Return: 0, -E2BIG for more than NF_EDGE_TABLE_ROWS rows, or -ENOMEM;
 * nf_edge_table_free() frees what was built either way.
 */
int nf_edge_table_build(struct nf_edge_table *table,
			const struct nf_edge_row *row, u32 n,
			const struct nf_edge_port_guard *guard)
{
	u32 i;

	memset(table, 0, sizeof(*table));
	if (n > NF_EDGE_TABLE_ROWS)
		return -E2BIG;
	table->row = row;
	table->n = n;
	table->guard = *guard;
	for (i = 0; i < n; i++) {
		table->before[i] = table->of_service[row[i].service];
		table->of_service[row[i].service] |= BIT_ULL(i);
		if (row[i].direction == NF_EDGE_DIRECTION_IN)
			table->in |= BIT_ULL(i);
		else
			table->out |= BIT_ULL(i);
		if (is_guarded(&row[i], guard))
			table->guarded |= BIT_ULL(i);
	}
	return nf_edge_port_map_build(&table->port_map, row, n);
}

/**
 * nf_edge_table_free - free what a table holds; not its rows
 * @table: a table, built or half built
 */
void nf_edge_table_free(struct nf_edge_table *table)
{
	nf_edge_port_map_free(&table->port_map);
}
