// SPDX-License-Identifier: GPL-2.0-only
/*
 * Tracepoints: define them, and fill the fields that come from a policy.
 */

#include <linux/bitops.h>
#include <linux/string.h>
#include <net/ipv6.h>

#include "event_record.h"
#include "node.h"
#include "snapshot.h"
#include "table.h"
#include "trace_text.h"

#define CREATE_TRACE_POINTS
#include "trace.h"

/**
 * nf_edge_trace_address - fill in an address
 * @field: 16 octets
 * @event: the event
 * @address: one of its addresses
 *
 * An address of IPv4 is filled in as ::ffff:0:0/96 maps it.
 *
 * Context: any.
 */
void nf_edge_trace_address(u8 *field, const struct nf_edge_event *event,
			   const union nf_inet_addr *address)
{
	struct in6_addr mapped;

	if (event->flags & NF_EDGE_EVENT_IPV4)
		ipv6_addr_set_v4mapped(address->ip, &mapped);
	else
		mapped = address->in6;
	memcpy(field, &mapped, sizeof(mapped));
}

/**
 * nf_edge_trace_node - fill in the name of the node that an address is of
 * @field: NF_EDGE_NODE_NAME_MAX + 1 octets
 * @snapshot: the policy
 * @services: services of the address; 0 for an empty name
 * @node: number of the node
 *
 * Context: any.
 */
void nf_edge_trace_node(char *field, const struct nf_edge_snapshot *snapshot,
			u8 services, u8 node)
{
	strscpy(field, services ? snapshot->nodes[node]->name : "",
		NF_EDGE_NODE_NAME_MAX + 1);
}

/**
 * nf_edge_trace_rows - fill in the names of rows, with commas between
 * @field: NF_EDGE_TRACE_ROWS octets
 * @snapshot: the policy
 * @rows: mask of the rows
 *
 * "..." stands for the rows whose names have no room.
 *
 * Context: any.
 */
void nf_edge_trace_rows(char *field, const struct nf_edge_snapshot *snapshot,
			u64 rows)
{
	const size_t room = NF_EDGE_TRACE_ROWS - sizeof(",...");
	const char *id;
	size_t n = 0;

	field[0] = '\0';
	for (; rows; rows &= rows - 1) {
		id = snapshot->site->table->row[__ffs64(rows)].id;
		if (n + strlen(id) + 1 > room) {
			strscpy(field + n, n ? ",..." : "...",
				NF_EDGE_TRACE_ROWS - n);
			return;
		}
		n += scnprintf(field + n, room - n, "%s%s", n ? "," : "", id);
	}
}
