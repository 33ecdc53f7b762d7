// SPDX-License-Identifier: GPL-2.0-only
/*
 * Tables of the page: rows, refusals, near misses, nodes.
 */
#include <stdlib.h>
#include <string.h>

#include "print/page.h"
#include "print/tables.h"
#include "rates/rates.h"

static const struct page_column row_columns[] = {
	{ "Row", false }, { "Opens", false }, { "Peers", false },
	{ "State", false }, PAGE_COUNTS_COLUMNS,
};

static const struct page_column node_columns[] = {
	{ "Node", false }, { "Service", false }, PAGE_COUNTS_COLUMNS,
};

static const struct page_column node_row_columns[] = {
	{ "Node", false }, { "Row", false }, PAGE_COUNTS_COLUMNS,
};

static const struct page_column drop_columns[] = {
	{ "Reason", false }, { "Meaning", false },
	{ "Packets dropped", true }, { "Bytes dropped", true },
	{ "Packets would-be", true }, { "Bytes would-be", true },
};

static const struct page_column near_columns[] = {
	{ "Row", false }, { "Node", false }, { "Opens", false },
	{ "Peers", false }, { "State", false }, { "Packets denied", true },
};

static void put_cell(struct html *html, const char *text)
{
	html_leaf(html, "td", "%s", text);
}

static void put_heading(struct html *html, const char *text)
{
	html_open(html, "th");
	html_set(html, "scope", "row");
	html_text(html, "%s", text);
	html_close(html);
}

/* As in "in access tcp 443". */
static void put_opens(struct html *html, const struct row *row)
{
	char *ports = row_ports(row);

	html_open(html, "td");
	html_set(html, "class", "opens");
	html_text(html, "%s %s %s %s",
		  names_word(&names_directions, row->direction),
		  names_word(&names_services, row->service),
		  row_protocols(row), ports);
	html_close(html);
	free(ports);
}

static void put_peers(struct html *html, const struct view *view, size_t i)
{
	char *peers = tables_row_peers(view, i);

	put_cell(html, peers);
	free(peers);
}

static void put_state(struct html *html, const struct view *view, size_t i)
{
	char *live = tables_row_live(view, i);
	const char *why = strchr(live, ':');

	html_open(html, "td");
	if (view->states[i].live) {
		html_text(html, "live");
	} else {
		html_set(html, "class", "off");
		html_text(html, "off%s", why ? why : "");
	}
	html_close(html);
	free(live);
}

/* The id, and below it the purpose of the row. */
static void put_row_name(struct html *html, const struct row *row)
{
	html_open(html, "th");
	html_set(html, "scope", "row");
	html_set(html, "class", "row");
	html_text(html, "%s", row->id);
	if (*row->note)
		html_leaf(html, "small", "%s", row->note);
	html_close(html);
}

static void put_row(struct html *html, const struct page *page, size_t i)
{
	const struct report *report = &page->report;
	struct counts sum = { 0 };
	size_t n;

	for (n = 0; n < report->node_count; n++)
		rates_add(&sum, &report->nodes[n].rows[i]);
	html_open(html, "tr");
	if (page_is_zero(&sum))
		html_set(html, "class", "unused");
	put_row_name(html, &report->view.table.row[i]);
	put_opens(html, &report->view.table.row[i]);
	put_peers(html, &report->view, i);
	put_state(html, &report->view, i);
	page_counts(html, page, &sum);
	html_close(html);
}

/**
 * page_rows - write the rows and their counters, all nodes together
 * @html: the page
 * @page: the facts
 */
void page_rows(struct html *html, const struct page *page)
{
	size_t i;

	page_table(html, "Rows", row_columns, ARRAY_SIZE(row_columns));
	for (i = 0; i < page->report.view.table.count; i++)
		put_row(html, page, i);
	page_table_end(html);
}

/**
 * page_refused - write the refused packets by reason
 * @html: the page
 * @page: the facts
 */
void page_refused(struct html *html, const struct page *page)
{
	unsigned int i;

	page_table(html, "Refused packets by reason", drop_columns,
		   ARRAY_SIZE(drop_columns));
	for (i = 0; i < REASON_COUNT; i++) {
		const struct drop_counts *drop = &page->report.drops[i];

		html_open(html, "tr");
		if (!(drop->packets | drop->would_be_packets))
			html_set(html, "class", "unused");
		put_heading(html, reason_words[i]);
		put_cell(html, reason_sentences[i]);
		page_number(html, drop->packets);
		page_number(html, drop->bytes);
		page_number(html, drop->would_be_packets);
		page_number(html, drop->would_be_bytes);
		html_close(html);
	}
	page_table_end(html);
}

static void put_near(struct html *html, const struct page *page, size_t n,
		     size_t i)
{
	const struct node_counts *node = &page->report.nodes[n];

	html_open(html, "tr");
	put_row_name(html, &page->report.view.table.row[i]);
	put_cell(html, node->node);
	put_opens(html, &page->report.view.table.row[i]);
	put_peers(html, &page->report.view, i);
	put_state(html, &page->report.view, i);
	page_number(html, node->rows[i].denied);
	html_close(html);
}

/**
 * page_near - write the rows that refused packets have nearly passed by
 * @html: the page
 * @page: the facts
 */
void page_near(struct html *html, const struct page *page)
{
	const struct report *report = &page->report;
	size_t count = 0, i, n;

	for (i = 0; i < report->view.table.count; i++) {
		for (n = 0; n < report->node_count; n++) {
			if (!report->nodes[n].rows[i].denied)
				continue;
			if (!count++)
				page_table(html, "Near misses by row and node",
					   near_columns,
					   ARRAY_SIZE(near_columns));
			put_near(html, page, n, i);
		}
	}
	if (count)
		page_table_end(html);
	else
		html_leaf(html, "p", "None.");
}

static void put_services(struct html *html, const struct page *page,
			 const struct node_counts *node)
{
	unsigned int i;

	for (i = 0; i < SERVICE_COUNT; i++) {
		if (!node->services[i].known)
			continue;
		html_open(html, "tr");
		put_heading(html, node->node);
		put_cell(html, service_words[i]);
		page_counts(html, page, &node->services[i]);
		html_close(html);
	}
}

static void put_node_rows(struct html *html, const struct page *page,
			  const struct node_counts *node)
{
	size_t i;

	for (i = 0; i < node->table->count; i++) {
		if (!node->rows[i].known || page_is_zero(&node->rows[i]))
			continue;
		html_open(html, "tr");
		put_heading(html, node->node);
		put_cell(html, node->table->row[i].id);
		page_counts(html, page, &node->rows[i]);
		html_close(html);
	}
}

/**
 * page_nodes - write totals by node and service; of several nodes the rows, too
 * @html: the page
 * @page: the facts
 */
void page_nodes(struct html *html, const struct page *page)
{
	const struct report *report = &page->report;
	size_t n;

	page_table(html, "Totals by node and service", node_columns,
		   ARRAY_SIZE(node_columns));
	for (n = 0; n < report->node_count; n++)
		put_services(html, page, &report->nodes[n]);
	page_table_end(html);

	if (report->node_count == 1)
		return;
	html_leaf(html, "p", "Rows of a node that are not listed have counted nothing there.");
	page_table(html, "Rows by node", node_row_columns,
		   ARRAY_SIZE(node_row_columns));
	for (n = 0; n < report->node_count; n++)
		put_node_rows(html, page, &report->nodes[n]);
	page_table_end(html);
}
