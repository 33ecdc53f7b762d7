/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The compiled-in policy, as words of rows: bit n of a word is row n of the
 * table.  What is computed here from constants is a constant.
 */
#ifndef _NF_EDGE_FLOW_TABLE_H
#define _NF_EDGE_FLOW_TABLE_H

#include <linux/bits.h>
#include <linux/build_bug.h>
#include <linux/in.h>
#include <linux/types.h>
#include <uapi/linux/nf_edge.h>

#include "row.h"

/*
 * Each row stands on a line of its own, so the line names its enumerator, and
 * the enumerator's value is its place in the table.
 */
#define __NF_EDGE_ROW_AT(line)	NF_EDGE_ROW_AT_##line
#define _NF_EDGE_ROW_AT(line)	__NF_EDGE_ROW_AT(line)
#define NF_EDGE_ROW_HERE	_NF_EDGE_ROW_AT(__LINE__)

enum {
#define ROW(...)	NF_EDGE_ROW_HERE,
#include <nf_edge/flow_table.def>
#undef ROW
	NF_EDGE_ROWS
};

static_assert(NF_EDGE_ROWS <= 64);

extern const struct nf_edge_row nf_edge_rows[NF_EDGE_ROWS];

static __always_inline u64 nf_edge_rows_of_direction(int wanted)
{
	return
#define ROW(id, zone, service, direction, ...)				\
		(NF_EDGE_DIRECTION_##direction == wanted ?		\
		 BIT_ULL(NF_EDGE_ROW_HERE) : 0) |
#include <nf_edge/flow_table.def>
#undef ROW
		0;
}

#define NF_EDGE_ROWS_IN		nf_edge_rows_of_direction(NF_EDGE_DIRECTION_IN)
#define NF_EDGE_ROWS_OUT	nf_edge_rows_of_direction(NF_EDGE_DIRECTION_OUT)

static __always_inline u64 nf_edge_rows_of_service(int wanted)
{
	return
#define ROW(id, zone, service, ...)					\
		(NF_EDGE_SERVICE_##service == wanted ?			\
		 BIT_ULL(NF_EDGE_ROW_HERE) : 0) |
#include <nf_edge/flow_table.def>
#undef ROW
		0;
}

/* By row: the rows before that row which have the same service. */
extern u64 nf_edge_rows_before[NF_EDGE_ROWS];

int nf_edge_flow_table_init(void);

#endif
