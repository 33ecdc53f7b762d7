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
 * @columns: its columns
 * @shown: which of them are shown, in this order
 * @shown_count: how many
 * @lines: the cells of each line, all columns
 * @line_count: how many lines
 * @line_capacity: how many there is room for
 */
struct table {
	const struct columns *columns;
	size_t *shown;
	size_t shown_count;
	char ***lines;
	size_t line_count;
	size_t line_capacity;
};

static bool show_column(struct table *table, const char *name)
{
	size_t i;

	for (i = 0; i < table->columns->count; i++) {
		if (!nf_edge_same_letters(table->columns->items[i].name, name))
			continue;
		table->shown = reallocarray(table->shown,
					    table->shown_count + 1,
					    sizeof(*table->shown));
		if (!table->shown)
			nf_edge_out_of_memory();
		table->shown[table->shown_count++] = i;
		return true;
	}
	return false;
}

static void complain_column(const struct table *table, const char *verb,
			    const char *name)
{
	size_t count = table->columns->count, i;
	const char **names = nf_edge_alloc(count * sizeof(*names));
	char *advice;

	for (i = 0; i < count; i++)
		names[i] = table->columns->items[i].name;
	advice = nf_edge_advice("column", names, count, name);
	nf_edge_usage(verb, "%s: unknown column; %s", name, advice);
	free(advice);
	free(names);
}

/**
 * nf_edge_table_new - begin a table
 * @columns: its columns
 * @verb: the verb that shows it, for complaints
 * @wanted: names of columns, with commas between; a + first adds them to the
 *	usual ones; NULL for those
 *
 * Return: the table, or NULL after a complaint about an unknown column.
 */
struct table *nf_edge_table_new(const struct columns *columns,
				const char *verb, const char *wanted)
{
	struct table *table = nf_edge_alloc(sizeof(*table));
	char *copy, *rest, *name;
	size_t i;

	table->columns = columns;
	if (!wanted || *wanted == '+')
		for (i = 0; i < columns->count; i++)
			if (!columns->items[i].hidden)
				show_column(table, columns->items[i].name);
	if (!wanted)
		return table;

	copy = nf_edge_strdup(wanted + (*wanted == '+'));
	rest = copy;
	while ((name = strsep(&rest, ","))) {
		if (show_column(table, name))
			continue;
		complain_column(table, verb, name);
		nf_edge_table_free(table);
		table = NULL;
		break;
	}
	free(copy);
	return table;
}

/**
 * nf_edge_table_line - add a line
 * @table: the table
 *
 * Return: its cells, a new string for each column to be put there; a NULL is
 * an empty cell.
 */
char **nf_edge_table_line(struct table *table)
{
	char **line = nf_edge_alloc(table->columns->count * sizeof(*line));

	table->lines = nf_edge_grow(table->lines, &table->line_capacity,
				    table->line_count, sizeof(*table->lines));
	table->lines[table->line_count++] = line;
	return line;
}

/**
 * nf_edge_table_empty - whether a table has no line
 * @table: the table
 *
 * Return: true when it has none.
 */
bool nf_edge_table_empty(const struct table *table)
{
	return !table->line_count;
}

/**
 * nf_edge_table_print - print a table
 * @table: the table
 */
void nf_edge_table_print(struct table *table)
{
	struct libscols_table *scols = scols_new_table();
	size_t i, j;

	if (!scols)
		nf_edge_out_of_memory();
	scols_table_set_stream(scols, nf_edge_out);
	for (i = 0; i < table->shown_count; i++) {
		const struct column *column =
			&table->columns->items[table->shown[i]];

		scols_table_new_column(scols, column->name, 0,
				       column->number ? SCOLS_FL_RIGHT : 0);
	}
	for (j = 0; j < table->line_count; j++) {
		struct libscols_line *line = scols_table_new_line(scols, NULL);

		for (i = 0; i < table->shown_count; i++) {
			const char *cell = table->lines[j][table->shown[i]];
			char *shown = nf_edge_shown(cell ? : "");

			scols_line_set_data(line, i, shown);
			free(shown);
		}
	}
	scols_print_table(scols);
	scols_unref_table(scols);
}

/**
 * nf_edge_table_free - forget a table
 * @table: the table
 */
void nf_edge_table_free(struct table *table)
{
	size_t i, j;

	for (j = 0; j < table->line_count; j++) {
		for (i = 0; i < table->columns->count; i++)
			free(table->lines[j][i]);
		free(table->lines[j]);
	}
	free(table->lines);
	free(table->shown);
	free(table);
}

/**
 * nf_edge_table_help - list the columns of a table
 * @columns: the columns
 */
void nf_edge_table_help(const struct columns *columns)
{
	size_t i;

	for (i = 0; i < columns->count; i++)
		fprintf(nf_edge_out, "  %-18s %s\n", columns->items[i].name,
			columns->items[i].help);
}
