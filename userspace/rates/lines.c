// SPDX-License-Identifier: GPL-2.0-only
/*
 * Lines of rates: by row, node, service or reason; sorted and filtered.
 */
#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/foreign.h"
#include "base/join.h"
#include "base/memory.h"
#include "base/nearest.h"
#include "rates/lines.h"

static const char *const by_words[BY_COUNT] = {
	[BY_ROWS] = "rows",
	[BY_NODES] = "nodes",
	[BY_SERVICES] = "services",
	[BY_REASONS] = "reasons",
};

const struct vocabulary rates_by_words = { "view", by_words, BY_COUNT };

static const struct measures permitted = {
	.of = { MEASURE_CONNECTIONS, MEASURE_PACKETS, MEASURE_BYTES,
		MEASURE_DENIED },
	.count = 4,
	.chief = MEASURE_PACKETS,
};

static const struct measures refused = {
	.of = { MEASURE_REFUSED, MEASURE_DROPPED, MEASURE_REFUSED_BYTES },
	.count = 3,
	.chief = MEASURE_REFUSED,
};

/**
 * measures_of - list the measures of lines
 * @by: what the lines are of
 *
 * Return: the measures.
 */
const struct measures *measures_of(enum rates_by by)
{
	return by == BY_REASONS ? &refused : &permitted;
}

/* @about is taken over. */
static struct rate_line *add_line(struct rate_lines *lines, const char *name,
				  char *about)
{
	struct rate_line *line;

	lines->line = xgrow(lines->line, &lines->capacity, lines->count,
			    sizeof(*lines->line));
	line = &lines->line[lines->count];
	*line = (struct rate_line){ .about = about, .place = lines->count };
	snprintf(line->name, sizeof(line->name), "%s", name);
	lines->count++;
	return line;
}

static char *about_row(const struct row *row)
{
	char *ports = row_ports(row), *note = foreign_shown(row->note), *about;

	about = xformat("%s %s %s %s%s%s",
			names_word(&names_services, row->service),
			names_word(&names_directions, row->direction),
			row_protocols(row), ports, *note ? ": " : "", note);
	free(note);
	free(ports);
	return about;
}

/* Rows that no node has are left out. */
static void make_rows(struct rate_lines *lines, const struct rates *rates,
		      const struct row_table *table)
{
	struct counts sum;
	size_t i, n;

	for (i = 0; i < table->count; i++) {
		sum = (struct counts){ 0 };
		for (n = 0; n < rates->node_count; n++)
			rates_add(&sum, &rates->nodes[n].rows[i]);
		if (sum.known)
			add_line(lines, table->row[i].id,
				 about_row(&table->row[i]))->counts = sum;
	}
}

static char *about_node(const struct policy *policy, const char *name)
{
	const struct node *node = node_find(policy, name);
	const struct binding *binding;
	char text[INET6_ADDRSTRLEN];
	struct join list;

	join_begin(&list, ", ");
	if (node)
		node_for_each_binding(node, binding)
			join_add(&list, "%s %s",
				 names_word(&names_services, binding->service),
				 ip_format(&binding->ip, text));
	return join_end(&list);
}

static void make_nodes(struct rate_lines *lines, const struct rates *rates,
		       const struct policy *policy)
{
	struct rate_line *line;
	unsigned int i;
	size_t n;

	for (n = 0; n < rates->node_count; n++) {
		const struct node_counts *node = &rates->nodes[n];

		line = add_line(lines, node->node,
				about_node(policy, node->node));
		for (i = 0; i < SERVICE_COUNT; i++)
			rates_add(&line->counts, &node->services[i]);
	}
}

/* The nodes that have a service. */
static char *about_service(const struct rates *rates, unsigned int service)
{
	struct join list;
	char *nodes, *about;
	size_t n;

	join_begin(&list, ", ");
	for (n = 0; n < rates->node_count; n++)
		if (rates->nodes[n].services[service].known)
			join_add(&list, "%s", rates->nodes[n].node);
	nodes = join_end(&list);
	about = xformat("of %s", nodes);
	free(nodes);
	return about;
}

static void make_services(struct rate_lines *lines, const struct rates *rates)
{
	struct counts sum;
	unsigned int i;
	size_t n;

	for (i = 0; i < SERVICE_COUNT; i++) {
		sum = (struct counts){ 0 };
		for (n = 0; n < rates->node_count; n++)
			rates_add(&sum, &rates->nodes[n].services[i]);
		if (sum.known)
			add_line(lines, service_words[i],
				 about_service(rates, i))->counts = sum;
	}
}

static void make_reasons(struct rate_lines *lines, const struct rates *rates)
{
	unsigned int i;

	for (i = 0; i < REASON_COUNT; i++)
		add_line(lines, reason_words[i],
			 xstrdup(reason_sentences[i]))->drop = rates->drops[i];
}

/**
 * rate_lines_make - make rates into lines
 * @lines: filled in; rate_lines_free() them
 * @by: what the lines are of
 * @rates: what was counted
 * @now: the later reading of @rates
 */
void rate_lines_make(struct rate_lines *lines, enum rates_by by,
		     const struct rates *rates, const struct reading *now)
{
	*lines = (struct rate_lines){ .by = by };
	switch (by) {
	case BY_ROWS:
		make_rows(lines, rates, &now->report.view.table);
		break;
	case BY_NODES:
		make_nodes(lines, rates, &now->report.view.policy);
		break;
	case BY_SERVICES:
		make_services(lines, rates);
		break;
	default:
		make_reasons(lines, rates);
		break;
	}
}

/**
 * rate_lines_free - forget lines
 * @lines: the lines
 */
void rate_lines_free(struct rate_lines *lines)
{
	size_t i;

	for (i = 0; i < lines->count; i++)
		free(lines->line[i].about);
	free(lines->line);
	*lines = (struct rate_lines){ .by = lines->by };
}

/**
 * rate_line_count - a number of a line
 * @line: the line
 * @measure: which number
 *
 * Return: what was counted between the two readings.
 */
uint64_t rate_line_count(const struct rate_line *line, enum measure measure)
{
	const struct counts *counts = &line->counts;
	const struct drop_counts *drop = &line->drop;

	switch (measure) {
	case MEASURE_CONNECTIONS:
		return counts->connections;
	case MEASURE_PACKETS:
		return counts->packets_to_edge + counts->packets_from_edge;
	case MEASURE_BYTES:
		return counts->bytes_to_edge + counts->bytes_from_edge;
	case MEASURE_DENIED:
		return counts->denied;
	case MEASURE_REFUSED:
		return drop->packets + drop->would_be_packets;
	case MEASURE_DROPPED:
		return drop->packets;
	case MEASURE_REFUSED_BYTES:
		return drop->bytes + drop->would_be_bytes;
	default:
		return 0;
	}
}

static int compare(const void *a, const void *b, void *arg)
{
	const struct rate_line *x = *(const struct rate_line *const *)a;
	const struct rate_line *y = *(const struct rate_line *const *)b;
	const struct rate_order *order = arg;
	int sign = order->reverse ? -1 : 1;
	uint64_t m = rate_line_count(x, order->sorted);
	uint64_t n = rate_line_count(y, order->sorted);

	if (m != n)
		return m > n ? -sign : sign;
	if (order->sorted != MEASURES) {
		if (x->recent[order->sorted] != y->recent[order->sorted])
			return x->recent[order->sorted] >
			       y->recent[order->sorted] ? -sign : sign;
		/* Equal lines keep their order, in reverse too. */
		sign = 1;
	}
	return x->place < y->place ? -sign : sign;
}

/* Whether a text holds another, whatever the case of ASCII letters. */
static bool holds(const char *text, const char *part)
{
	size_t length = strlen(part);
	char *piece;
	bool same;

	for (; strlen(text) >= length; text++) {
		piece = strndup(text, length);
		if (!piece)
			out_of_memory();
		same = nearest_same_letters(piece, part);
		free(piece);
		if (same)
			return true;
	}
	return false;
}

/**
 * rate_lines_order - choose and sort lines
 * @lines: the lines
 * @order: how to sort them
 * @filter: a text that a line has in its name or its description; empty for all
 * @count: set to the number of lines
 *
 * Return: a new array of pointers into @lines.
 */
const struct rate_line **rate_lines_order(const struct rate_lines *lines,
					  const struct rate_order *order,
					  const char *filter, size_t *count)
{
	const struct rate_line **chosen;
	struct rate_order by = *order;
	size_t i;

	chosen = xalloc((lines->count + 1) * sizeof(*chosen));
	*count = 0;
	for (i = 0; i < lines->count; i++)
		if (holds(lines->line[i].name, filter) ||
		    holds(lines->line[i].about, filter))
			chosen[(*count)++] = &lines->line[i];
	qsort_r(chosen, *count, sizeof(*chosen), compare, &by);
	return chosen;
}
