// SPDX-License-Identifier: GPL-2.0-only
/*
 * Counters, for people and for machines.
 */
#include <string.h>
#include <time.h>

#include "base/memory.h"
#include "output/json.h"
#include "output/stdout.h"
#include "print/counters.h"

enum {
	COL_NODE, COL_ROW, COL_CONNECTIONS, COL_PACKETS_TO, COL_BYTES_TO,
	COL_PACKETS_FROM, COL_BYTES_FROM, COL_DENIED, COL_LAST_HIT,
	COL_SERVICE, COL_DIRECTION, COL_PROTOCOL, COL_PORTS, COL_NOTE, COLUMNS
};

static const struct column row_columns[COLUMNS] = {
	[COL_NODE] = { .name = "NODE", .help = "the node that owns the Edge end" },
	[COL_ROW] = { .name = "ROW", .help = "name of the row" },
	[COL_CONNECTIONS] = {
		.name = "CONNECTIONS",
		.help = "connections permitted",
		.number = true,
	},
	[COL_PACKETS_TO] = {
		.name = "PACKETS-TO",
		.help = "packets permitted toward the Edge",
		.number = true, .spare = 4,
	},
	[COL_BYTES_TO] = {
		.name = "BYTES-TO",
		.help = "their bytes",
		.number = true, .spare = 2,
	},
	[COL_PACKETS_FROM] = {
		.name = "PACKETS-FROM",
		.help = "packets permitted from the Edge",
		.number = true, .spare = 3,
	},
	[COL_BYTES_FROM] = {
		.name = "BYTES-FROM",
		.help = "their bytes",
		.number = true, .spare = 1,
	},
	[COL_DENIED] = {
		.name = "DENIED",
		.help = "packets that the row nearly permitted",
		.number = true,
	},
	[COL_LAST_HIT] = {
		.name = "LAST-HIT",
		.help = "when it permitted the last one, local time and zone",
		.wraps = true,
	},
	[COL_SERVICE] = { .name = "SERVICE", .help = "Edge end of the row", .hidden = true },
	[COL_DIRECTION] = { .name = "DIRECTION", .help = "in or out", .hidden = true },
	[COL_PROTOCOL] = { .name = "PROTOCOL", .help = "tcp, udp or both", .hidden = true },
	[COL_PORTS] = {
		.name = "PORTS",
		.help = "destination ports",
		.hidden = true, .number = true, .wraps = true,
	},
	[COL_NOTE] = {
		.name = "NOTE",
		.help = "what passes there",
		.hidden = true, .wraps = true,
	},
};

enum {
	DROP_REASON, DROP_PACKETS, DROP_BYTES, DROP_WOULD_BE_PACKETS,
	DROP_WOULD_BE_BYTES, DROP_COLUMNS
};

static const struct column drop_columns[DROP_COLUMNS] = {
	[DROP_REASON] = { .name = "DROPS" },
	[DROP_PACKETS] = { .name = "PACKETS", .number = true },
	[DROP_BYTES] = { .name = "BYTES", .number = true },
	[DROP_WOULD_BE_PACKETS] = { .name = "WOULD-BE-PACKETS", .number = true },
	[DROP_WOULD_BE_BYTES] = { .name = "WOULD-BE-BYTES", .number = true },
};

const struct columns columns_of_counters = { row_columns, COLUMNS };

/* Columns of the table of totals. */
#define TOTALS	"NODE,SERVICE,CONNECTIONS,PACKETS-TO,BYTES-TO,PACKETS-FROM," \
		"BYTES-FROM,DENIED,LAST-HIT"

static const struct columns drops_table = { drop_columns, DROP_COLUMNS };

static bool is_zero(const struct counts *counts)
{
	return !(counts->connections | counts->packets_to_edge |
		 counts->bytes_to_edge | counts->packets_from_edge |
		 counts->bytes_from_edge | counts->denied);
}

static bool is_shown(const struct counters_style *style,
		     const struct counts *counts)
{
	return counts->known && !(style->nonzero && is_zero(counts));
}

static bool drop_is_shown(const struct counters_style *style,
			  const struct drop_counts *drop)
{
	return !style->nonzero || drop->packets || drop->bytes ||
	       drop->would_be_packets || drop->would_be_bytes;
}

static bool row_is_shown(const struct counters_style *style,
			 const struct row *row, const struct counts *counts)
{
	return is_shown(style, counts) &&
	       (!style->row || !strcmp(style->row, row->id));
}

/* Print a table that has lines, with an empty line before the second. */
static void print_table(struct table *table)
{
	if (table_empty(table))
		return;
	if (ftell(out) > 0)
		fputc('\n', out);
	table_print(table);
}

static void fill_counts(struct table *table,
			const struct counters_style *style,
			const struct counts *counts, uint64_t now)
{
	table_number(table, COL_CONNECTIONS, counts->connections);
	table_number(table, COL_PACKETS_TO, counts->packets_to_edge);
	table_number(table, COL_BYTES_TO, counts->bytes_to_edge);
	table_number(table, COL_PACKETS_FROM, counts->packets_from_edge);
	table_number(table, COL_BYTES_FROM, counts->bytes_from_edge);
	table_number(table, COL_DENIED, counts->denied);
	table_take(table, COL_LAST_HIT,
		   moment_text(counts->last_hit, now, style->moments));
}

static void fill_row(struct table *table, const struct counters_style *style,
		     const char *node, const struct row *row,
		     const struct counts *counts, uint64_t now)
{
	table_line(table);
	table_put(table, COL_NODE, node);
	table_put(table, COL_ROW, row->id);
	fill_counts(table, style, counts, now);
	table_put(table, COL_SERVICE,
		  names_word(&names_services, row->service));
	table_put(table, COL_DIRECTION,
		  names_word(&names_directions, row->direction));
	table_put(table, COL_PROTOCOL, row_protocols(row));
	if (table_shows(table, COL_PORTS))
		table_take(table, COL_PORTS, row_ports(row));
	table_put(table, COL_NOTE, row->note);
}

static void print_rows(const struct counters_style *style,
		       const struct report *report, struct table *table)
{
	uint64_t now = (uint64_t)time(NULL);
	size_t n, i;

	for (n = 0; n < report->node_count; n++)
		for (i = 0; i < report->view.table.count; i++)
			if (row_is_shown(style, &report->view.table.row[i],
					 &report->nodes[n].rows[i]))
				fill_row(table, style,
					 report->nodes[n].node,
					 &report->view.table.row[i],
					 &report->nodes[n].rows[i], now);
	print_table(table);
}

static void print_totals(const struct counters_style *style,
			 const struct report *report)
{
	struct table *table = table_new(&columns_of_counters, "", TOTALS);
	uint64_t now = (uint64_t)time(NULL);
	unsigned int i;
	size_t n;

	for (n = 0; n < report->node_count; n++) {
		for (i = 0; i < SERVICE_COUNT; i++) {
			const struct counts *counts =
				&report->nodes[n].services[i];

			if (!is_shown(style, counts))
				continue;
			table_line(table);
			table_put(table, COL_NODE, report->nodes[n].node);
			table_put(table, COL_SERVICE,
				  names_word(&names_services, i));
			fill_counts(table, style, counts, now);
		}
	}
	print_table(table);
	table_free(table);
}

static void print_drops(const struct counters_style *style,
			const struct report *report)
{
	struct table *table = table_new(&drops_table, "", NULL);
	unsigned int i;

	for (i = 0; i < REASON_COUNT; i++) {
		const struct drop_counts *drop = &report->drops[i];

		if (!drop_is_shown(style, drop))
			continue;
		table_line(table);
		table_put(table, DROP_REASON, names_word(&names_reasons, i));
		table_number(table, DROP_PACKETS, drop->packets);
		table_number(table, DROP_BYTES, drop->bytes);
		table_number(table, DROP_WOULD_BE_PACKETS,
			     drop->would_be_packets);
		table_number(table, DROP_WOULD_BE_BYTES, drop->would_be_bytes);
	}
	print_table(table);
	table_free(table);
}

static json_t *counts_json(const char *node, const char *key,
			   const char *value, const struct counts *counts)
{
	return json_pack("{s:o, s:o, s:I, s:I, s:I, s:I, s:I, s:I, s:o}",
			 "node", out_json_text(node), key, out_json_text(value),
			 "connections", (json_int_t)counts->connections,
			 "packets_to_edge", (json_int_t)counts->packets_to_edge,
			 "bytes_to_edge", (json_int_t)counts->bytes_to_edge,
			 "packets_from_edge",
			 (json_int_t)counts->packets_from_edge,
			 "bytes_from_edge", (json_int_t)counts->bytes_from_edge,
			 "denied", (json_int_t)counts->denied,
			 "last_hit", counts->last_hit ?
			 json_integer((json_int_t)counts->last_hit) :
			 json_null());
}

static json_t *row_json(const struct node_counts *counts, unsigned int row)
{
	return counts_json(counts->node, "row", counts->table->row[row].id,
			   &counts->rows[row]);
}

static json_t *service_json(const struct node_counts *counts,
			    unsigned int service)
{
	return counts_json(counts->node, "service",
			   names_word(&names_services, service),
			   &counts->services[service]);
}

static void add_node_json(const struct counters_style *style,
			  const struct node_counts *counts, json_t *rows,
			  json_t *services)
{
	unsigned int i;

	for (i = 0; i < counts->table->count; i++)
		if (row_is_shown(style, &counts->table->row[i],
				 &counts->rows[i]))
			json_array_append_new(rows, row_json(counts, i));
	for (i = 0; i < SERVICE_COUNT && !style->row; i++)
		if (is_shown(style, &counts->services[i]))
			json_array_append_new(services, service_json(counts, i));
}

static json_t *drop_json(const struct report *report, unsigned int reason)
{
	const struct drop_counts *drop = &report->drops[reason];

	return json_pack("{s:s, s:I, s:I, s:I, s:I}",
			 "reason", names_word(&names_reasons, reason),
			 "packets", (json_int_t)drop->packets,
			 "bytes", (json_int_t)drop->bytes,
			 "would_be_packets", (json_int_t)drop->would_be_packets,
			 "would_be_bytes", (json_int_t)drop->would_be_bytes);
}

/**
 * counters_print - print counters for people
 * @report: the counters
 * @style: how to print them
 * @table: an empty table of columns_of_counters, for the rows
 */
void counters_print(const struct report *report,
		    const struct counters_style *style,
		    struct table *table)
{
	print_rows(style, report, table);
	if (style->totals)
		print_totals(style, report);
	if (style->drops && report->has_drops)
		print_drops(style, report);
	if (!style->since)
		return;
	if (ftell(out) > 0)
		fputc('\n', out);
	since_print(style->since, report);
}

/**
 * counters_object - make counters into one JSON object
 * @report: the counters
 * @style: how to print them
 *
 * Return: a new object.
 */
json_t *counters_object(const struct report *report,
			const struct counters_style *style)
{
	json_t *rows = json_array(), *services = json_array();
	json_t *drops = json_array();
	unsigned int i;
	size_t n;

	for (n = 0; n < report->node_count; n++)
		add_node_json(style, &report->nodes[n], rows, services);
	for (i = 0; report->has_drops && !style->row && i < REASON_COUNT; i++)
		if (drop_is_shown(style, &report->drops[i]))
			json_array_append_new(drops, drop_json(report, i));

	return json_pack("{s:i, s:I, s:I, s:s, s:o, s:o, s:o, s:o}", SCHEMA,
			 "time", (json_int_t)time(NULL),
			 "generation", (json_int_t)report->view.generation,
			 "profile", names_word(&names_profiles,
					       report->view.policy.profile),
			 "since", style->since ? since_json(style->since) :
						 json_null(),
			 "rows", rows, "services", services, "drops", drops);
}
