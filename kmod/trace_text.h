/* SPDX-License-Identifier: GPL-2.0-only */
/* Fields of tracepoints that are filled from a policy. */
#ifndef _NF_EDGE_TRACE_TEXT_H
#define _NF_EDGE_TRACE_TEXT_H

#include <linux/netfilter.h>
#include <linux/types.h>

struct nf_edge_event;
struct nf_edge_snapshot;

/* Room for the names of rows: more than two overlap in few packets. */
#define NF_EDGE_TRACE_ROWS	80

void nf_edge_trace_address(u8 *field, const struct nf_edge_event *event,
			   const union nf_inet_addr *address);
void nf_edge_trace_node(char *field, const struct nf_edge_snapshot *snapshot,
			u8 services, u8 node);
void nf_edge_trace_rows(char *field, const struct nf_edge_snapshot *snapshot,
			u64 rows);

#endif
