// SPDX-License-Identifier: GPL-2.0-only
/*
 * Advice, as text and as JSON.
 */
#include <stdlib.h>
#include <string.h>

#include "base/macros.h"
#include "base/memory.h"
#include "base/moment.h"
#include "base/words.h"
#include "output/json.h"
#include "output/paragraph.h"
#include "output/stdout.h"
#include "print/advice.h"
#include "print/usage.h"

static void print_line(const char *begin, const char *text)
{
	if (text)
		paragraph_print(begin, text);
}

/* Each line of a text is a paragraph. */
static void print_lines(const char *begin, const char *text)
{
	char *rest = text ? xstrdup(text) : NULL, *left = rest, *line;

	while ((line = strsep(&left, "\n"))) {
		paragraph_print(begin, line);
		begin = "             ";
	}
	free(rest);
}

static void print_still(const struct row_table *table, uint64_t rows)
{
	char *ids, *text;

	if (!rows)
		return;
	ids = rows_ids(table, rows, ", ");
	text = xformat("%s %s ports of it all the same", ids,
		       rows & (rows - 1) ? "permit" : "permits");
	print_line("    still    ", text);
	free(text);
	free(ids);
}

/* A zone or a feature tells its rows; a row has its own name. */
static void print_item(const struct advice *item, const struct row_table *table)
{
	char *ids = rows_ids(table, item->rows, ", ");

	fputc('\n', out);
	paragraph_print("  ", item->subject);
	if (item->named)
		print_line("    rows     ", ids);
	print_line("    seen     ", item->evidence);
	print_line("    rare     ", item->rare);
	print_line("    now      ", item->now);
	print_lines("    for good ", item->lasting);
	print_line("    breaks   ", item->breaks);
	print_still(table, item->still);
	free(ids);
}

static void print_young(const struct advice_list *list,
			const struct advice_facts *facts)
{
	char *ids;

	if (!list->young)
		return;
	ids = rows_ids(&facts->report->view.table, list->young, ", ");
	fprintf(out, "\nToo young to say, watched for less than %u %s:\n",
		facts->days, words_plural(facts->days, "day", "days"));
	paragraph_print("  ", ids);
	free(ids);
}

/**
 * advice_print - print advice for people
 * @list: the advice
 * @facts: the facts that it was made of
 */
void advice_print(const struct advice_list *list,
		  const struct advice_facts *facts)
{
	const struct row_table *table = &facts->report->view.table;
	size_t i;

	usage_print_watch(facts);
	if (!list->count)
		fputs("There is nothing to advise.\n", out);
	for (i = 0; i < list->count; i++)
		print_item(&list->items[i], table);
	print_young(list, facts);
}

static json_t *text_or_null(const char *text)
{
	return text ? out_json_text(text) : json_null();
}

static json_t *item_json(const struct advice *item,
			 const struct row_table *table)
{
	json_t *object;

	object = json_pack("{s:s, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o}",
			   "kind", advice_words[item->kind],
			   "subject", out_json_text(item->subject),
			   "rows", out_json_rows(table, item->rows),
			   "evidence", text_or_null(item->evidence),
			   "now", text_or_null(item->now),
			   "lasting", text_or_null(item->lasting),
			   "breaks", text_or_null(item->breaks),
			   "still_permitted_by",
			   out_json_rows(table, item->still),
			   "rare", text_or_null(item->rare));
	return object;
}

/**
 * advice_items_json - make advice into JSON
 * @list: the advice
 * @table: the rows that the advice is about
 *
 * Return: a new array.
 */
json_t *advice_items_json(const struct advice_list *list,
			  const struct row_table *table)
{
	json_t *array = json_array();
	size_t i;

	for (i = 0; i < list->count; i++)
		json_array_append_new(array, item_json(&list->items[i], table));
	return array;
}

/**
 * advice_json - make the answer of advise into JSON
 * @list: the advice
 * @facts: the facts that it was made of
 *
 * Return: a new object.
 */
json_t *advice_json(const struct advice_list *list,
		    const struct advice_facts *facts)
{
	const struct row_table *table = &facts->report->view.table;
	json_t *object = usage_json(facts);

	json_object_set_new(object, "advice", advice_items_json(list, table));
	json_object_set_new(object, "young",
			    out_json_rows(table, list->young));
	return object;
}
