/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _NF_EDGE_TABLE_H
#define _NF_EDGE_TABLE_H

#include <linux/types.h>
#include <uapi/linux/nf_edge.h>

#include "port_map.h"
#include "row.h"

#define NF_EDGE_SERVICES	(NF_EDGE_SERVICE_MAX + 1)

/* Where a row that a table does not have stands in that table. */
#define NF_EDGE_NO_PLACE	0xff

/**
 * struct nf_edge_row_text - what a row of the site's own points to
 * @id: site, a slash and the name
 * @note: may be empty
 */
struct nf_edge_row_text {
	char id[NF_EDGE_ROW_ID_MAX + 1];
	char note[NF_EDGE_NOTE_MAX + 1];
};

/**
 * struct nf_edge_table - the rows of a policy, laid out for packets
 * @n: number of rows, at most NF_EDGE_TABLE_ROWS
 * @n_document: number of rows of the profile, which come first
 * @in: mask of inbound rows
 * @out: mask of outbound rows
 * @of_service: masks of rows, by enum nf_edge_service
 * @before: by row, the rows before that row which have the same service
 * @guard: the guarded ports
 * @guarded: mask of rows that @guard concerns
 * @port_map: from a protocol and a port to rows
 * @profile: enum nf_edge_profile
 * @zones: mask of enum nf_edge_zone that rows of the profile have
 * @features: mask of enum nf_edge_feature that rows have
 * @sets: mask of the peer sets that the table knows: those of the profile,
 *	internal-networks, and the site's own
 * @own_sets: mask of the site's own among @sets
 * @set_name: names of @sets
 * @text: by row of the site's own, its strings
 * @row: the rows
 *
 * Immutable once laid out.  Policies point to the table of their site.
 */
struct nf_edge_table {
	u32 n;
	u32 n_document;
	u64 in;
	u64 out;
	u64 of_service[NF_EDGE_SERVICES];
	u64 before[NF_EDGE_TABLE_ROWS];
	struct nf_edge_port_guard guard;
	u64 guarded;
	struct nf_edge_port_map port_map;
	u8 profile;
	u32 zones;
	u32 features;
	u32 sets;
	u32 own_sets;
	char set_name[NF_EDGE_TABLE_SETS][NF_EDGE_SET_NAME_MAX + 1];
	struct nf_edge_row_text *text;
	struct nf_edge_row row[NF_EDGE_TABLE_ROWS];
};

void nf_edge_table_start(struct nf_edge_table *table, u8 profile);
int nf_edge_table_lay_out(struct nf_edge_table *table);
void nf_edge_table_free(struct nf_edge_table *table);
u64 nf_edge_table_rows_of(const struct nf_edge_table *table, u8 node);

bool nf_edge_table_equal(const struct nf_edge_table *a,
			 const struct nf_edge_table *b);
void nf_edge_table_places(const struct nf_edge_table *of,
			  const struct nf_edge_table *in, u8 *place);
bool nf_edge_table_same_places(const struct nf_edge_table *a,
			       const struct nf_edge_table *b);

#endif
