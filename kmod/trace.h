/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Tracepoints: refused packets and permitted connections, for perf, bpftrace
 * and tracefs.  They see every namespace and have no limit of their own.
 */
#undef TRACE_SYSTEM
#define TRACE_SYSTEM nf_edge

#if !defined(_NF_EDGE_TRACE_H) || defined(TRACE_HEADER_MULTI_READ)
#define _NF_EDGE_TRACE_H

#include <linux/tracepoint.h>
#include <net/net_namespace.h>
#include <uapi/linux/nf_edge.h>

#include "event_record.h"
#include "rings.h"
#include "trace_text.h"

/* By number and name: perf and trace-cmd do not know the enum. */
#define nf_edge_reasons(one)			\
	one(SPOOFED, "spoofed")			\
	one(ISOLATION, "isolation")		\
	one(UNTRACKED, "untracked")		\
	one(NO_ROW, "no-row")			\
	one(INVALID, "invalid")			\
	one(CLS_GUARD, "cls-guard")		\
	one(INTERFACE, "interface")		\
	one(PEER, "peer")			\
	one(DISABLED, "disabled")		\
	one(SEVERAL, "several")

#define nf_edge_reason_number(name, text)	\
	TRACE_DEFINE_ENUM(NF_EDGE_REASON_##name);
#define nf_edge_reason_text(name, text)	{ NF_EDGE_REASON_##name, text },

nf_edge_reasons(nf_edge_reason_number)
TRACE_DEFINE_ENUM(NF_EDGE_REASON_MAX);

DECLARE_EVENT_CLASS(nf_edge_event,
	TP_PROTO(const struct net *net, const struct nf_edge_snapshot *snapshot,
		 const struct nf_edge_event *event),
	TP_ARGS(net, snapshot, event),

	TP_STRUCT__entry(
		__field(u32, netns)
		__field(u32, generation)
		__field(u32, reason)
		__field(u32, ifindex)
		__field(u32, length)
		__field(u16, sport)
		__field(u16, dport)
		__field(u8, protocol)
		__field(u8, icmp_type)
		__field(u8, icmp_code)
		__field(u8, tcp_flags)
		__field(bool, would_be)
		__field(bool, reply)
		__field(bool, error)
		__array(u8, source, 16)
		__array(u8, destination, 16)
		__array(char, source_node, NF_EDGE_NODE_NAME_MAX + 1)
		__array(char, destination_node, NF_EDGE_NODE_NAME_MAX + 1)
		__array(char, rows, NF_EDGE_TRACE_ROWS)
	),

	TP_fast_assign(
		__entry->netns = net->ns.inum;
		__entry->generation = event->generation;
		__entry->reason = event->kind;
		__entry->ifindex = event->ifindex;
		__entry->length = event->len;
		__entry->sport = event->sport;
		__entry->dport = event->dport;
		__entry->protocol = event->l4proto;
		__entry->icmp_type = event->icmp_type;
		__entry->icmp_code = event->icmp_code;
		__entry->tcp_flags = event->tcp_flags;
		__entry->would_be = event->flags & NF_EDGE_EVENT_WOULD_BE;
		__entry->reply = event->flags & NF_EDGE_EVENT_REPLY;
		__entry->error = event->flags & NF_EDGE_EVENT_ERROR;
		nf_edge_trace_address(__entry->source, event, &event->source);
		nf_edge_trace_address(__entry->destination, event,
				      &event->destination);
		nf_edge_trace_node(__entry->source_node, snapshot,
				   event->source_services, event->source_node);
		nf_edge_trace_node(__entry->destination_node, snapshot,
				   event->destination_services,
				   event->destination_node);
		nf_edge_trace_rows(__entry->rows, snapshot, event->rows);
	),

	TP_printk("reason=%s%s rows=%s netns=%u generation=%u ifindex=%u protocol=%u source=[%pI6c]:%u source_node=%s destination=[%pI6c]:%u destination_node=%s length=%u icmp=%u/%u tcp_flags=0x%02x%s%s",
		  __print_symbolic(__entry->reason,
				   nf_edge_reasons(nf_edge_reason_text)
				   { NF_EDGE_REASON_MAX + 1, "none" }),
		  __entry->would_be ? " would_be" : "", __entry->rows,
		  __entry->netns, __entry->generation, __entry->ifindex,
		  __entry->protocol, __entry->source, __entry->sport,
		  __entry->source_node, __entry->destination, __entry->dport,
		  __entry->destination_node, __entry->length,
		  __entry->icmp_type, __entry->icmp_code, __entry->tcp_flags,
		  __entry->reply ? " reply" : "",
		  __entry->error ? " error" : "")
);

DEFINE_EVENT_FN(nf_edge_event, nf_edge_refused,
	TP_PROTO(const struct net *net, const struct nf_edge_snapshot *snapshot,
		 const struct nf_edge_event *event),
	TP_ARGS(net, snapshot, event),
	nf_edge_tracing_start, nf_edge_tracing_stop
);

DEFINE_EVENT_FN(nf_edge_event, nf_edge_permitted,
	TP_PROTO(const struct net *net, const struct nf_edge_snapshot *snapshot,
		 const struct nf_edge_event *event),
	TP_ARGS(net, snapshot, event),
	nf_edge_tracing_start, nf_edge_tracing_stop
);

#endif

#undef TRACE_INCLUDE_PATH
#define TRACE_INCLUDE_PATH .
#undef TRACE_INCLUDE_FILE
#define TRACE_INCLUDE_FILE trace
#include <trace/define_trace.h>
