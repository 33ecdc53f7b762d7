// SPDX-License-Identifier: GPL-2.0-only
/*
 * Metrics of rows, services and drops.  Zeros are printed: the first hit of a
 * series that begins with it would be no rise.
 */
#include <stdlib.h>

#include "base/memory.h"
#include "print/metrics.h"

/**
 * struct counted - a metric of rows, and of services
 * @kind: the kind
 * @row_name: name of the metric of rows
 * @row_help: its help
 * @service_name: name of the metric of services
 * @service_help: its help
 * @value: place of the value in struct counts
 * @from: place of the other value, of packets from the Edge; 0 without one
 */
struct counted {
	enum metric_kind kind;
	const char *row_name;
	const char *row_help;
	const char *service_name;
	const char *service_help;
	size_t value;
	size_t from;
};

#define AT(member)	offsetof(struct counts, member)

static const struct counted counted[] = {
	{
		METRIC_COUNTER,
		"nf_edge_row_connections_total",
		"Connections that the row permitted.",
		"nf_edge_service_connections_total",
		"Connections of the service that were permitted.",
		AT(connections), 0,
	}, {
		METRIC_COUNTER,
		"nf_edge_row_packets_total",
		"Packets that the row permitted.",
		"nf_edge_service_packets_total",
		"Packets of the service that were permitted.",
		AT(packets_to_edge), AT(packets_from_edge),
	}, {
		METRIC_COUNTER,
		"nf_edge_row_bytes_total",
		"Bytes of the packets that the row permitted.",
		"nf_edge_service_bytes_total",
		"Bytes of the packets of the service that were permitted.",
		AT(bytes_to_edge), AT(bytes_from_edge),
	}, {
		METRIC_COUNTER,
		"nf_edge_row_denied_packets_total",
		"Packets that the row nearly permitted.",
		"nf_edge_service_denied_packets_total",
		"Packets that rows of the service nearly permitted.",
		AT(denied), 0,
	}, {
		METRIC_GAUGE,
		"nf_edge_row_last_hit_timestamp_seconds",
		"Time of the last packet that the row permitted. 0: there was none.",
		"nf_edge_service_last_hit_timestamp_seconds",
		"Time of the last packet of the service that was permitted. 0: there was none.",
		AT(last_hit), 0,
	},
};

static uint64_t value_at(const struct counts *counts, size_t place)
{
	return *(const uint64_t *)((const char *)counts + place);
}

/* Two samples, one a direction, of packets and bytes; else one. */
static void put_row(struct exposition *exposition, const struct counted *what,
		    const char *node, const struct row *row,
		    const struct counts *counts)
{
	const char *zone = names_word(&names_zones, row->zone);

	if (!what->from) {
		exposition_sample(exposition, value_at(counts, what->value),
				  "node", node, "row", row->id, "zone", zone,
				  LABELS_END);
		return;
	}
	exposition_sample(exposition, value_at(counts, what->value),
			  "node", node, "row", row->id, "zone", zone,
			  "direction", "to_edge", LABELS_END);
	exposition_sample(exposition, value_at(counts, what->from),
			  "node", node, "row", row->id, "zone", zone,
			  "direction", "from_edge", LABELS_END);
}

static void put_service(struct exposition *exposition,
			const struct counted *what, const char *node,
			const char *service, const struct counts *counts)
{
	if (!what->from) {
		exposition_sample(exposition, value_at(counts, what->value),
				  "node", node, "service", service, LABELS_END);
		return;
	}
	exposition_sample(exposition, value_at(counts, what->value),
			  "node", node, "service", service,
			  "direction", "to_edge", LABELS_END);
	exposition_sample(exposition, value_at(counts, what->from),
			  "node", node, "service", service,
			  "direction", "from_edge", LABELS_END);
}

static void put_rows(struct exposition *exposition, const struct counted *what,
		     const struct node_counts *node)
{
	size_t i;

	for (i = 0; i < node->table->count; i++)
		if (node->rows[i].known)
			put_row(exposition, what, node->node,
				&node->table->row[i], &node->rows[i]);
}

static void put_services(struct exposition *exposition,
			 const struct counted *what,
			 const struct node_counts *node)
{
	unsigned int i;

	for (i = 0; i < SERVICE_COUNT; i++)
		if (node->services[i].known)
			put_service(exposition, what, node->node,
				    service_words[i], &node->services[i]);
}

static void put_refused(struct exposition *exposition, unsigned int reason,
			uint64_t dropped, uint64_t would_be)
{
	exposition_sample(exposition, dropped, "reason", reason_words[reason],
			  "verdict", "dropped", LABELS_END);
	exposition_sample(exposition, would_be, "reason", reason_words[reason],
			  "verdict", "would_be", LABELS_END);
}

static void put_drops(struct exposition *exposition, const struct report *report)
{
	unsigned int i;

	exposition_family(exposition, "nf_edge_refused_packets_total",
			  METRIC_COUNTER,
			  "Packets that were dropped, or would be in mode enforce, by reason.");
	for (i = 0; i < REASON_COUNT; i++)
		put_refused(exposition, i, report->drops[i].packets,
			    report->drops[i].would_be_packets);
	exposition_family(exposition, "nf_edge_refused_bytes_total",
			  METRIC_COUNTER,
			  "Bytes of the packets that were dropped, or would be in mode enforce, by reason.");
	for (i = 0; i < REASON_COUNT; i++)
		put_refused(exposition, i, report->drops[i].bytes,
			    report->drops[i].would_be_bytes);
}

/**
 * metrics_counters - print the counters of a report
 * @exposition: the metrics
 * @report: the counters of all nodes and zones, and the drops
 */
void metrics_counters(struct exposition *exposition,
		      const struct report *report)
{
	size_t i, n;

	for (i = 0; i < ARRAY_SIZE(counted) && report->node_count; i++) {
		exposition_family(exposition, counted[i].row_name,
				  counted[i].kind, counted[i].row_help);
		for (n = 0; n < report->node_count; n++)
			put_rows(exposition, &counted[i], &report->nodes[n]);
		exposition_family(exposition, counted[i].service_name,
				  counted[i].kind, counted[i].service_help);
		for (n = 0; n < report->node_count; n++)
			put_services(exposition, &counted[i],
				     &report->nodes[n]);
	}
	put_drops(exposition, report);
	exposition_family(exposition, "nf_edge_offloaded_packets_total",
			  METRIC_COUNTER,
			  "Governed packets that were seen although their connection is offloaded.");
	exposition_sample(exposition, report->view.offloaded, LABELS_END);
}

/**
 * metrics_events - print how many listen to events, and what they have lost
 * @exposition: the metrics
 * @view: the policy in force
 */
void metrics_events(struct exposition *exposition, const struct view *view)
{
	exposition_family(exposition, "nf_edge_event_listeners", METRIC_GAUGE,
			  "Sockets that listen to events of packets.");
	exposition_sample(exposition, view->listeners, LABELS_END);
	exposition_family(exposition, "nf_edge_events_lost_total",
			  METRIC_COUNTER,
			  "Events that listeners have lost: beyond the rate, for want of room in the module, or in a socket.");
	exposition_sample(exposition, view->lost.suppressed, "where", "rate",
			  LABELS_END);
	exposition_sample(exposition, view->lost.ring_full, "where", "ring",
			  LABELS_END);
	exposition_sample(exposition, view->lost.socket_full,
			  "where", "socket", LABELS_END);
}

static void put_info(struct exposition *exposition, const struct row *row)
{
	char *ports = row_ports(row);

	exposition_sample(exposition, 1, "row", row->id,
			  "zone", names_word(&names_zones, row->zone),
			  "service", names_word(&names_services, row->service),
			  "opens", names_word(&names_directions,
					      row->direction),
			  "protocol", row_protocols(row), "ports", ports,
			  "feature", row->feature == NF_EDGE_FEATURE_NONE ? "" :
			  names_word(&names_features, (uint32_t)row->feature),
			  "note", row->note, LABELS_END);
	free(ports);
}

/**
 * metrics_rows - print what the rows are, and whether they are live
 * @exposition: the metrics
 * @view: the policy in force, with its rows
 */
void metrics_rows(struct exposition *exposition, const struct view *view)
{
	size_t i;

	exposition_family(exposition, "nf_edge_row_info", METRIC_INFO,
			  "What the row is for, as edgectl show rows has it.");
	for (i = 0; i < view->table.count; i++)
		put_info(exposition, &view->table.row[i]);
	exposition_family(exposition, "nf_edge_row_live", METRIC_GAUGE,
			  "Whether the row, its zone and its feature are on.");
	for (i = 0; i < view->table.count; i++)
		exposition_sample(exposition, view->states[i].live,
				  "row", view->table.row[i].id,
				  "zone", names_word(&names_zones,
						     view->table.row[i].zone),
				  LABELS_END);
}
