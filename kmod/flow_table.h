/* SPDX-License-Identifier: GPL-2.0-only */
/* The compiled-in table. */
#ifndef _NF_EDGE_FLOW_TABLE_H
#define _NF_EDGE_FLOW_TABLE_H

#include "table.h"

enum {
	NF_EDGE_ROWS = 0
#define ROW(...) + 1
#define GUARD(...)
#include <nf_edge/profiles/lync2013-scaled-public.def>
#undef GUARD
#undef ROW
};

extern const struct nf_edge_row nf_edge_rows[NF_EDGE_ROWS];

/* Written by nf_edge_flow_table_init() alone. */
extern struct nf_edge_table nf_edge_flow_table;

int nf_edge_flow_table_init(void);
void nf_edge_flow_table_exit(void);

#endif
