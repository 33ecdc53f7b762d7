// SPDX-License-Identifier: GPL-2.0-only
/*
 * Parts that sections of the page share: tables, numbers, moments.
 */
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "print/page.h"

/* Digits between two commas. */
#define GROUP		3U

/**
 * page_table - begin a table, up to its first line
 * @html: the page
 * @caption: one sentence about the table
 * @columns: the columns
 * @count: number of columns
 *
 * On a narrow screen the table scrolls by itself, also by the keyboard.
 */
void page_table(struct html *html, const char *caption,
		const struct page_column *columns, size_t count)
{
	size_t i;

	html_open(html, "div");
	html_set(html, "class", "wide");
	html_set(html, "role", "region");
	html_set(html, "aria-label", "%s", caption);
	html_set(html, "tabindex", "0");
	html_open(html, "table");
	html_leaf(html, "caption", "%s", caption);
	html_open(html, "thead");
	html_open(html, "tr");
	for (i = 0; i < count; i++) {
		html_open(html, "th");
		html_set(html, "scope", "col");
		if (columns[i].number)
			html_set(html, "class", "number");
		html_text(html, "%s", columns[i].name);
		html_close(html);
	}
	html_close(html);
	html_close(html);
	html_open(html, "tbody");
}

/**
 * page_table_end - end a table
 * @html: the page
 */
void page_table_end(struct html *html)
{
	html_close(html);
	html_close(html);
	html_close(html);
}

/**
 * page_grouped - a number in full, with a comma before each three digits
 * @value: the number
 *
 * Return: a new string.
 */
char *page_grouped(uint64_t value)
{
	char *digits = xformat("%ju", (uintmax_t)value), *text, *to;
	size_t left = strlen(digits);
	const char *from;

	text = xalloc(left + left / GROUP + 1);
	for (from = digits, to = text; left; left--) {
		if (from != digits && left % GROUP == 0)
			*to++ = ',';
		*to++ = *from++;
	}
	free(digits);
	return text;
}

/**
 * page_bytes - a number of bytes in short
 * @bytes: the number
 *
 * Return: a new string, as "912 B" or "4.2 MB".
 */
char *page_bytes(uint64_t bytes)
{
	static const char units[] = "kMGTPE";
	const char *unit = units;
	double value = (double)bytes / 1000;

	if (bytes < 1000)
		return xformat("%u B", (unsigned int)bytes);
	for (; value >= 999.95 && unit[1]; unit++)
		value /= 1000;
	return xformat("%.1f %cB", value, *unit);
}

/**
 * page_number - write a cell with a number in full
 * @html: the page, in a line of a table
 * @value: the number
 */
void page_number(struct html *html, uint64_t value)
{
	char *text = page_grouped(value);

	html_open(html, "td");
	html_set(html, "class", value ? "number" : "number zero");
	html_text(html, "%s", text);
	html_close(html);
	free(text);
}

/**
 * page_moment - write a moment
 * @html: the page
 * @page: tells how to print it
 * @moment: seconds since 1970, or 0 for never
 */
void page_moment(struct html *html, const struct page *page, uint64_t moment)
{
	char *text = moment_text(moment, page->time, page->moments);
	char *utc = moment_text(moment, page->time, MOMENT_UTC);

	if (moment) {
		html_open(html, "time");
		html_set(html, "datetime", "%s", utc);
		html_text(html, "%s", text);
		html_close(html);
	} else {
		html_text(html, "never");
	}
	free(utc);
	free(text);
}

static void put_last_hit(struct html *html, const struct page *page,
			 uint64_t last_hit)
{
	char *age = moment_text(last_hit, page->time, MOMENT_AGE);

	html_open(html, "td");
	html_set(html, "class", last_hit ? "moment" : "moment zero");
	page_moment(html, page, last_hit);
	html_close(html);
	html_open(html, "td");
	html_set(html, "class", last_hit ? "number" : "number zero");
	html_text(html, "%s", age);
	html_close(html);
	free(age);
}

/**
 * page_counts - write the cells of counters: those of PAGE_COUNTS_COLUMNS
 * @html: the page, in a line of a table
 * @page: the facts
 * @counts: the counters
 */
void page_counts(struct html *html, const struct page *page,
		 const struct counts *counts)
{
	page_number(html, counts->connections);
	page_number(html, counts->packets_to_edge);
	page_number(html, counts->packets_from_edge);
	page_number(html, counts->bytes_to_edge);
	page_number(html, counts->bytes_from_edge);
	page_number(html, counts->denied);
	put_last_hit(html, page, counts->last_hit);
}

/**
 * page_is_zero - tell whether counters have counted nothing ever
 * @counts: the counters
 *
 * Return: true when all are zero, the last hit among them.
 */
bool page_is_zero(const struct counts *counts)
{
	return !(counts->connections | counts->packets_to_edge |
		 counts->bytes_to_edge | counts->packets_from_edge |
		 counts->bytes_from_edge | counts->denied | counts->last_hit);
}
