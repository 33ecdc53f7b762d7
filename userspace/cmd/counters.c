// SPDX-License-Identifier: GPL-2.0-only
/*
 * edgectl counters: hits by row, totals by node and service, drops by
 * reason.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/fail.h"
#include "base/memory.h"
#include "base/moment.h"
#include "base/nearest.h"
#include "cmd/options.h"
#include "cmd/verbs.h"
#include "netlink/counters.h"
#include "netlink/view.h"
#include "output/json.h"
#include "output/stdout.h"
#include "output/table.h"

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
		.number = true,
	},
	[COL_BYTES_TO] = { .name = "BYTES-TO", .help = "their bytes", .number = true },
	[COL_PACKETS_FROM] = {
		.name = "PACKETS-FROM",
		.help = "packets permitted from the Edge",
		.number = true,
	},
	[COL_BYTES_FROM] = { .name = "BYTES-FROM", .help = "their bytes", .number = true },
	[COL_DENIED] = {
		.name = "DENIED",
		.help = "packets that the row nearly permitted",
		.number = true,
	},
	[COL_LAST_HIT] = {
		.name = "LAST-HIT",
		.help = "when it permitted the last one, local time and zone",
	},
	[COL_SERVICE] = { .name = "SERVICE", .help = "Edge end of the row", .hidden = true },
	[COL_DIRECTION] = { .name = "DIRECTION", .help = "in or out", .hidden = true },
	[COL_PROTOCOL] = { .name = "PROTOCOL", .help = "tcp or udp", .hidden = true },
	[COL_PORTS] = {
		.name = "PORTS",
		.help = "destination ports",
		.hidden = true, .number = true,
	},
	[COL_NOTE] = { .name = "NOTE", .help = "what passes there", .hidden = true },
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

static const struct columns rows_table = { row_columns, COLUMNS };

/* What the table of totals shows of them. */
#define TOTALS	"NODE,SERVICE,CONNECTIONS,PACKETS-TO,BYTES-TO,PACKETS-FROM," \
		"BYTES-FROM,DENIED,LAST-HIT"

static const struct columns drops_table = { drop_columns, DROP_COLUMNS };

/**
 * struct wanted - what is asked for
 * @node: one node, or NULL for all
 * @zone: one zone, or -1 for all
 * @nonzero: leave out what counted nothing
 * @reset: count on from zero
 * @json: print JSON
 * @columns: columns of the table of rows, or NULL
 * @moments: how to print times
 */
struct wanted {
	const char *node;
	int zone;
	bool nonzero;
	bool reset;
	bool json;
	const char *columns;
	enum moment_style moments;
};

/**
 * struct report - what there is
 * @view: the policy in force
 * @nodes: the counters of each node asked for
 * @node_count: how many
 * @drops: drops by reason
 * @has_drops: whether they were asked for
 */
struct report {
	struct view view;
	struct node_counts *nodes;
	size_t node_count;
	struct drop_counts drops[REASON_COUNT];
	bool has_drops;
};

static void print_help(void)
{
	fputs("usage: edgectl counters [--node NODE] [--zone ZONE] [--nonzero] [--reset]\n"
	      "                        [--utc | --ages] [--json] [-o COL,...]\n"
	      "\n"
	      "Hits by row, totals by node and service, drops by reason.\n"
	      "\n"
	      "  --node NODE           one node only, and no drops\n"
	      "  --zone ZONE           rows of one zone only, no totals and no drops\n"
	      "  --nonzero             leave out what counted nothing\n"
	      "  --reset               count on from zero in what is printed\n"
	      "  --utc                 times in UTC, not in local time\n"
	      "  --ages                how long ago, not when\n"
	      "  --json                print one JSON object\n"
	      "  -o, --output COL,...  print the rows only, with these columns;\n"
	      "                        +COL,... adds to the usual ones\n"
	      "  -h, --help            print this\n"
	      "\n"
	      "Columns of rows:\n", nf_edge_out);
	nf_edge_table_help(&rows_table);
}

static bool is_zero(const struct counts *counts)
{
	return !(counts->connections | counts->packets_to_edge |
		 counts->bytes_to_edge | counts->packets_from_edge |
		 counts->bytes_from_edge | counts->denied);
}

static bool is_shown(const struct wanted *wanted, const struct counts *counts)
{
	return counts->known && !(wanted->nonzero && is_zero(counts));
}

static bool drop_is_shown(const struct wanted *wanted,
			  const struct drop_counts *drop)
{
	return !wanted->nonzero || drop->packets || drop->bytes ||
	       drop->would_be_packets || drop->would_be_bytes;
}

/* -EAGAIN when the policy changed in between.  What was reset is printed all
 * the same: it is read only once.
 */
static int read_nodes(struct client *client, const struct wanted *wanted,
		      struct report *report)
{
	const struct policy *policy = &report->view.policy;
	size_t i;
	int error;

	report->nodes = nf_edge_alloc(policy->node_count *
				      sizeof(*report->nodes));
	for (i = 0; i < policy->node_count; i++) {
		struct node_counts *counts =
			&report->nodes[report->node_count];

		if (wanted->node && strcmp(policy->nodes[i].name, wanted->node))
			continue;
		error = nf_edge_counters_read(client, policy->nodes[i].name,
					      wanted->zone, wanted->reset,
					      counts);
		if (error == -ENOENT && wanted->reset)
			continue;
		if (error)
			return error == -ENOENT ? -EAGAIN : error;
		if (counts->generation != report->view.generation &&
		    !wanted->reset)
			return -EAGAIN;
		report->node_count++;
	}
	return 0;
}

static void free_report(struct report *report)
{
	nf_edge_view_free(&report->view);
	free(report->nodes);
	memset(report, 0, sizeof(*report));
}

static enum outcome check_node(const struct policy *policy, const char *name)
{
	const char *names[NF_EDGE_MAX_NODES];
	enum outcome outcome;
	char *advice;
	size_t i;

	if (!name || nf_edge_node_find(policy, name))
		return DONE;
	if (!policy->node_count)
		return nf_edge_fail(REFUSED, "%s: unknown node; no policy is loaded",
				    name);
	for (i = 0; i < policy->node_count && i < NF_EDGE_MAX_NODES; i++)
		names[i] = policy->nodes[i].name;
	advice = nf_edge_advice("node", names, i, name);
	outcome = nf_edge_fail(REFUSED, "%s: unknown node; %s", name, advice);
	free(advice);
	return outcome;
}

static enum outcome read_report(struct client *client,
				const struct wanted *wanted,
				struct report *report)
{
	enum outcome outcome;
	int attempt, error = 0;

	for (attempt = 0; attempt < VIEW_ATTEMPTS; attempt++) {
		outcome = nf_edge_view_read(client, &report->view, VIEW_NODES);
		if (outcome != DONE)
			return outcome;
		outcome = check_node(&report->view.policy, wanted->node);
		if (outcome != DONE)
			return outcome;
		error = read_nodes(client, wanted, report);
		if (error != -EAGAIN)
			break;
		free_report(report);
	}
	if (error == -EAGAIN)
		return nf_edge_view_restless();

	report->has_drops = !wanted->node && wanted->zone < 0;
	if (!error && report->has_drops)
		error = nf_edge_drops_read(client, wanted->reset,
					   report->drops);
	return error ? nf_edge_client_fail(client, "cannot read the counters") :
		       DONE;
}

/* Tables that hold something, with an empty line between two. */
static void print_table(struct table *table)
{
	if (nf_edge_table_empty(table))
		return;
	if (ftell(nf_edge_out) > 0)
		fputc('\n', nf_edge_out);
	nf_edge_table_print(table);
}

static char *number(uintmax_t value)
{
	return nf_edge_format("%ju", value);
}

static void fill_counts(char **cells, const struct wanted *wanted,
			const struct counts *counts)
{
	cells[COL_CONNECTIONS] = number(counts->connections);
	cells[COL_PACKETS_TO] = number(counts->packets_to_edge);
	cells[COL_BYTES_TO] = number(counts->bytes_to_edge);
	cells[COL_PACKETS_FROM] = number(counts->packets_from_edge);
	cells[COL_BYTES_FROM] = number(counts->bytes_from_edge);
	cells[COL_DENIED] = number(counts->denied);
	cells[COL_LAST_HIT] = nf_edge_moment(counts->last_hit,
					     (uint64_t)time(NULL),
					     wanted->moments);
}

static void fill_row(char **cells, const struct wanted *wanted,
		     const char *node, const struct row *row,
		     const struct counts *counts)
{
	cells[COL_NODE] = nf_edge_strdup(node);
	cells[COL_ROW] = nf_edge_strdup(row->id);
	fill_counts(cells, wanted, counts);
	cells[COL_SERVICE] = nf_edge_strdup(nf_edge_word(&nf_edge_services,
							 row->service));
	cells[COL_DIRECTION] =
		nf_edge_strdup(nf_edge_word(&nf_edge_directions,
					    row->direction));
	cells[COL_PROTOCOL] = nf_edge_strdup(nf_edge_row_protocol(row));
	cells[COL_PORTS] = nf_edge_row_ports(row);
	cells[COL_NOTE] = nf_edge_strdup(row->note);
}

static void print_rows(const struct wanted *wanted,
		       const struct report *report, struct table *table)
{
	size_t n, i;

	for (n = 0; n < report->node_count; n++)
		for (i = 0; i < NF_EDGE_ROW_COUNT; i++)
			if (is_shown(wanted, &report->nodes[n].rows[i]))
				fill_row(nf_edge_table_line(table), wanted,
					 report->nodes[n].node,
					 &nf_edge_rows[i],
					 &report->nodes[n].rows[i]);
	print_table(table);
}

static void print_totals(const struct wanted *wanted,
			 const struct report *report)
{
	struct table *table = nf_edge_table_new(&rows_table, "", TOTALS);
	unsigned int i;
	char **cells;
	size_t n;

	for (n = 0; n < report->node_count; n++) {
		for (i = 0; i < SERVICE_COUNT; i++) {
			const struct counts *counts =
				&report->nodes[n].services[i];

			if (!is_shown(wanted, counts))
				continue;
			cells = nf_edge_table_line(table);
			cells[COL_NODE] =
				nf_edge_strdup(report->nodes[n].node);
			cells[COL_SERVICE] =
				nf_edge_strdup(nf_edge_word(&nf_edge_services,
							    i));
			fill_counts(cells, wanted, counts);
		}
	}
	print_table(table);
	nf_edge_table_free(table);
}

static void print_drops(const struct wanted *wanted,
			const struct report *report)
{
	struct table *table = nf_edge_table_new(&drops_table, "", NULL);
	unsigned int i;
	char **cells;

	for (i = 0; i < REASON_COUNT; i++) {
		const struct drop_counts *drop = &report->drops[i];

		if (!drop_is_shown(wanted, drop))
			continue;
		cells = nf_edge_table_line(table);
		cells[DROP_REASON] =
			nf_edge_strdup(nf_edge_word(&nf_edge_reasons, i));
		cells[DROP_PACKETS] = number(drop->packets);
		cells[DROP_BYTES] = number(drop->bytes);
		cells[DROP_WOULD_BE_PACKETS] = number(drop->would_be_packets);
		cells[DROP_WOULD_BE_BYTES] = number(drop->would_be_bytes);
	}
	print_table(table);
	nf_edge_table_free(table);
}

static json_t *counts_json(const char *node, const char *key,
			   const char *value, const struct counts *counts)
{
	return json_pack("{s:o, s:s, s:I, s:I, s:I, s:I, s:I, s:I, s:o}",
			 "node", nf_edge_json_text(node), key, value,
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
	return counts_json(counts->node, "row", nf_edge_rows[row].id,
			   &counts->rows[row]);
}

static json_t *service_json(const struct node_counts *counts,
			    unsigned int service)
{
	return counts_json(counts->node, "service",
			   nf_edge_word(&nf_edge_services, service),
			   &counts->services[service]);
}

static void add_node_json(const struct wanted *wanted,
			  const struct node_counts *counts, json_t *rows,
			  json_t *services)
{
	unsigned int i;

	for (i = 0; i < NF_EDGE_ROW_COUNT; i++)
		if (is_shown(wanted, &counts->rows[i]))
			json_array_append_new(rows, row_json(counts, i));
	for (i = 0; i < SERVICE_COUNT; i++)
		if (is_shown(wanted, &counts->services[i]))
			json_array_append_new(services, service_json(counts, i));
}

static json_t *drop_json(const struct report *report, unsigned int reason)
{
	const struct drop_counts *drop = &report->drops[reason];

	return json_pack("{s:s, s:I, s:I, s:I, s:I}",
			 "reason", nf_edge_word(&nf_edge_reasons, reason),
			 "packets", (json_int_t)drop->packets,
			 "bytes", (json_int_t)drop->bytes,
			 "would_be_packets", (json_int_t)drop->would_be_packets,
			 "would_be_bytes", (json_int_t)drop->would_be_bytes);
}

static void print_json(const struct wanted *wanted,
		       const struct report *report)
{
	json_t *rows = json_array(), *services = json_array();
	json_t *drops = json_array();
	unsigned int i;
	size_t n;

	for (n = 0; n < report->node_count; n++)
		add_node_json(wanted, &report->nodes[n], rows, services);
	for (i = 0; report->has_drops && i < REASON_COUNT; i++)
		if (drop_is_shown(wanted, &report->drops[i]))
			json_array_append_new(drops, drop_json(report, i));

	nf_edge_json_print(json_pack("{s:i, s:I, s:o, s:o, s:o}", SCHEMA,
				     "generation",
				     (json_int_t)report->view.generation,
				     "rows", rows, "services", services,
				     "drops", drops), JSON_INDENT(2));
}

static enum outcome run(const struct wanted *wanted, struct table *table)
{
	struct report report = { 0 };
	enum outcome outcome;
	struct client client;

	outcome = nf_edge_client_connect(&client, NULL);
	if (outcome == DONE)
		outcome = read_report(&client, wanted, &report);
	if (outcome == DONE && wanted->json) {
		print_json(wanted, &report);
	} else if (outcome == DONE) {
		print_rows(wanted, &report, table);
		if (!wanted->columns && wanted->zone < 0)
			print_totals(wanted, &report);
		if (!wanted->columns && report.has_drops)
			print_drops(wanted, &report);
	}
	free_report(&report);
	nf_edge_client_close(&client);
	return outcome;
}

/**
 * nf_edge_cmd_counters - the verb counters
 * @argc: its words, "counters" first
 * @argv: the words
 *
 * Return: what to exit with.
 */
enum outcome nf_edge_cmd_counters(int argc, char **argv)
{
	struct wanted wanted = { .zone = -1 };
	bool utc = false, ages = false;
	const char *zone = NULL;
	const struct option_spec specs[] = {
		{ .name = "node", .value = &wanted.node },
		{ .name = "zone", .value = &zone },
		{ .name = "nonzero", .flag = &wanted.nonzero },
		{ .name = "reset", .flag = &wanted.reset },
		{ .name = "utc", .flag = &utc },
		{ .name = "ages", .flag = &ages },
		{ .name = "json", .flag = &wanted.json },
		{ .name = "output", .letter = 'o', .value = &wanted.columns },
	};
	enum outcome outcome;
	struct table *table;

	if (!nf_edge_options("counters", argc, argv, specs, ARRAY_SIZE(specs), 0,
			     NULL, print_help, &outcome))
		return outcome;
	if (utc && ages)
		return nf_edge_usage("counters", "--utc and --ages exclude each other");
	wanted.moments = utc ? MOMENT_UTC : ages ? MOMENT_AGE : MOMENT_LOCAL;
	if (zone)
		wanted.zone = nf_edge_word_find(&nf_edge_zones, zone);
	if (zone && wanted.zone < 0)
		return nf_edge_usage_word("counters", &nf_edge_zones, zone);

	table = nf_edge_table_new(&rows_table, "counters", wanted.columns);
	if (!table)
		return USAGE;
	outcome = run(&wanted, table);
	nf_edge_table_free(table);
	return outcome;
}
