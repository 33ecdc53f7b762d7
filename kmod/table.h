/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _NF_EDGE_TABLE_H
#define _NF_EDGE_TABLE_H

#include <linux/types.h>
#include <uapi/linux/nf_edge.h>

#include "port_map.h"
#include "row.h"

#define NF_EDGE_SERVICES	(NF_EDGE_SERVICE_INTERNAL + 1)

/**
 * struct nf_edge_port_guard - ports that wide rows reach by accident
 * @port_low: first port, host order
 * @port_high: last port, host order
 * @l4proto: IPPROTO_TCP or IPPROTO_UDP, or 0 for no guard
 *
 * The guard concerns inbound rows of the external side.
 */
struct nf_edge_port_guard {
	u16 port_low;
	u16 port_high;
	u8 l4proto;
};

/**
 * struct nf_edge_table - the rows of a policy, laid out for packets
 * @row: the rows
 * @n: number of rows, at most NF_EDGE_TABLE_ROWS
 * @in: mask of inbound rows
 * @out: mask of outbound rows
 * @of_service: masks of rows, by enum nf_edge_service
 * @before: by row, the rows before that row which have the same service
 * @guard: the guarded ports
 * @guarded: mask of rows that @guard concerns
 * @port_map: from a protocol and a port to rows
 *
 * Immutable once built.  Policies point to their table.
 */
struct nf_edge_table {
	const struct nf_edge_row *row;
	u32 n;
	u64 in;
	u64 out;
	u64 of_service[NF_EDGE_SERVICES];
	u64 before[NF_EDGE_TABLE_ROWS];
	struct nf_edge_port_guard guard;
	u64 guarded;
	struct nf_edge_port_map port_map;
};

int nf_edge_table_build(struct nf_edge_table *table,
			const struct nf_edge_row *row, u32 n,
			const struct nf_edge_port_guard *guard);
void nf_edge_table_free(struct nf_edge_table *table);

#endif
