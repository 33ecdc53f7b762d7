// SPDX-License-Identifier: GPL-2.0-only
/*
 * The page's advice, as edgectl advise gives it.
 */
#include <stdlib.h>

#include "print/page.h"

static const struct page_column columns[] = {
	{ "About", false }, { "Seen", false }, { "Until the next load", false },
	{ "For good", false }, { "Breaks", false },
};

static void put_cell(struct html *html, const char *text)
{
	html_leaf(html, "td", "%s", text ? text : "");
}

static void put_code(struct html *html, const char *text)
{
	html_open(html, "td");
	if (text)
		html_leaf(html, "code", "%s", text);
	html_close(html);
}

/* The subject, and below it the rows that it does not name. */
static void put_subject(struct html *html, const struct advice *item,
			const struct row_table *table)
{
	char *ids = rows_ids(table, item->rows, ", ");

	html_open(html, "th");
	html_set(html, "scope", "row");
	html_set(html, "class", "row");
	html_text(html, "%s", item->subject);
	if (item->named)
		html_leaf(html, "small", "%s", ids);
	html_close(html);
	free(ids);
}

static void put_item(struct html *html, const struct advice *item,
		     const struct row_table *table)
{
	html_open(html, "tr");
	put_subject(html, item, table);
	html_open(html, "td");
	html_text(html, "%s", item->evidence);
	if (item->rare)
		html_text(html, "; %s", item->rare);
	html_close(html);
	put_code(html, item->now);
	put_code(html, item->lasting);
	put_cell(html, item->breaks);
	html_close(html);
}

static void put_young(struct html *html, const struct page *page)
{
	char *ids = rows_ids(&page->report.view.table, page->advice.young, ", ");

	if (*ids)
		html_leaf(html, "p",
			  "Watched for less than %u days, so that nothing can be said: %s.",
			  ADVICE_DAYS, ids);
	free(ids);
}

/**
 * page_advice - write the advice
 * @html: the page
 * @page: the facts
 */
void page_advice(struct html *html, const struct page *page)
{
	const struct advice_list *list = &page->advice;
	size_t i;

	if (page->no_usage) {
		html_leaf(html, "p", "The usage of rows cannot be read: %s",
			  page->no_usage);
		return;
	}
	if (!list->count)
		html_leaf(html, "p", "None.");
	else
		page_table(html, "Advice", columns, ARRAY_SIZE(columns));
	for (i = 0; i < list->count; i++)
		put_item(html, &list->items[i], &page->report.view.table);
	if (list->count)
		page_table_end(html);
	put_young(html, page);
}
