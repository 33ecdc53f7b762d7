// SPDX-License-Identifier: GPL-2.0-only
/*
 * Tables, by libsmartcols.
 */
#include <libsmartcols.h>
#include <stdlib.h>
#include <string.h>

#include "base/fail.h"
#include "base/foreign.h"
#include "base/memory.h"
#include "base/nearest.h"
#include "output/stdout.h"
#include "output/table.h"

/**
 * struct table - a table that is being filled
 * @columns: the columns that it can have
 * @shown: the columns that are shown, by place in @columns, in this order
 * @shown_count: number of shown columns
 * @scols: the table of libsmartcols
 * @line: the line that is being filled
 */
struct table {
	const struct columns *columns;
	size_t *shown;
	size_t shown_count;
	struct libscols_table *scols;
	struct libscols_line *line;
};

static bool show_column(struct table *table, const char *name)
{
	const struct column *column;
	size_t i;

	for (i = 0; i < table->columns->count; i++) {
		column = &table->columns->items[i];
		if (!nearest_same_letters(column->name, name))
			continue;
		table->shown = reallocarray(table->shown,
					    table->shown_count + 1,
					    sizeof(*table->shown));
		if (!table->shown ||
		    !scols_table_new_column(table->scols, column->name, 0,
					    column->number ? SCOLS_FL_RIGHT : 0))
			out_of_memory();
		table->shown[table->shown_count++] = i;
		return true;
	}
	return false;
}

static void complain_column(const struct table *table, const char *verb,
			    const char *name)
{
	size_t count = table->columns->count, i;
	const char **names = xalloc(count * sizeof(*names));
	char *advice;

	for (i = 0; i < count; i++)
		names[i] = table->columns->items[i].name;
	advice = nearest_advice("column", names, count, name);
	fail_usage(verb, "%s: unknown column; %s", name, advice);
	free(advice);
	free(names);
}

/**
 * table_new - begin a table
 * @columns: its columns
 * @verb: the verb that shows it, for complaints
 * @wanted: names of columns, with commas between; a + first adds them to the
 *	usual ones; NULL for those
 *
 * Return: the table, or NULL after a complaint about an unknown column.
 */
struct table *table_new(const struct columns *columns,
			const char *verb, const char *wanted)
{
	struct table *table = xalloc(sizeof(*table));
	char *copy, *rest, *name;
	size_t i;

	table->columns = columns;
	table->scols = scols_new_table();
	if (!table->scols)
		out_of_memory();
	if (!wanted || *wanted == '+')
		for (i = 0; i < columns->count; i++)
			if (!columns->items[i].hidden)
				show_column(table, columns->items[i].name);
	if (!wanted)
		return table;

	copy = xstrdup(wanted + (*wanted == '+'));
	rest = copy;
	while ((name = strsep(&rest, ","))) {
		if (show_column(table, name))
			continue;
		complain_column(table, verb, name);
		table_free(table);
		table = NULL;
		break;
	}
	free(copy);
	return table;
}

/**
 * table_line - begin a line
 * @table: the table
 */
void table_line(struct table *table)
{
	table->line = scols_table_new_line(table->scols, NULL);
	if (!table->line)
		out_of_memory();
}

/**
 * table_put - fill a cell of the last line
 * @table: the table
 * @column: place of the column among all columns of the table
 * @text: the text
 */
void table_put(struct table *table, size_t column, const char *text)
{
	size_t i;

	for (i = 0; i < table->shown_count; i++)
		if (table->shown[i] == column &&
		    scols_line_refer_data(table->line, i, foreign_shown(text)))
			out_of_memory();
}

/**
 * table_take - fill a cell of the last line, and free its text
 * @table: the table
 * @column: place of the column among all columns of the table
 * @text: a string that was allocated
 */
void table_take(struct table *table, size_t column, char *text)
{
	table_put(table, column, text);
	free(text);
}

/**
 * table_empty - tell whether a table has no line
 * @table: the table
 *
 * Return: true without a line.
 */
bool table_empty(const struct table *table)
{
	return scols_table_is_empty(table->scols);
}

/**
 * table_print - print a table
 * @table: the table
 */
void table_print(struct table *table)
{
	scols_table_set_stream(table->scols, out);
	scols_print_table(table->scols);
}

/**
 * table_free - forget a table
 * @table: the table
 */
void table_free(struct table *table)
{
	scols_unref_table(table->scols);
	free(table->shown);
	free(table);
}

/**
 * table_help - list the columns of a table
 * @columns: the columns
 */
void table_help(const struct columns *columns)
{
	size_t i;

	for (i = 0; i < columns->count; i++)
		fprintf(out, "  %-18s %s\n", columns->items[i].name,
			columns->items[i].help);
}
