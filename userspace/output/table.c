// SPDX-License-Identifier: GPL-2.0-only
/*
 * Tables, by libsmartcols.
 */
#include <libsmartcols.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "base/fail.h"
#include "base/foreign.h"
#include "base/memory.h"
#include "base/nearest.h"
#include "output/stdout.h"
#include "output/table.h"

/* Cells between two columns. */
#define GAP	1

/**
 * struct shown - a column that is shown
 * @column: its place among all columns of the table
 * @natural: cells of its longest text
 * @least: cells of its longest part that cannot be cut
 * @limit: cells of a line, where texts are cut
 */
struct shown {
	size_t column;
	size_t natural;
	size_t least;
	size_t limit;
};

/**
 * struct table - a table that is being filled
 * @columns: the columns that it can have
 * @shown: the columns that are shown, in this order
 * @shown_count: number of shown columns
 * @scols: the table of libsmartcols
 * @line: the line that is being filled
 */
struct table {
	const struct columns *columns;
	struct shown *shown;
	size_t shown_count;
	struct libscols_table *scols;
	struct libscols_line *line;
};

/* Whether a text may be cut here: the comma of a list goes, that of a sentence
 * stays.
 */
static bool is_break(const char *at)
{
	return *at == ' ' || (*at == ',' && at[1] != ' ');
}

/* Count the characters of some octets of UTF-8. */
static size_t cells(const char *text, size_t octets)
{
	size_t count = 0, i;

	for (i = 0; i < octets; i++)
		count += ((unsigned char)text[i] & 0xc0) != 0x80;
	return count;
}

/* The octets of a text that go on a line of so many cells; one part at least. */
static size_t line_of(const char *text, size_t limit)
{
	size_t line = 0, i;

	for (i = 0; text[i]; i++) {
		if (!is_break(&text[i]))
			continue;
		if (line && cells(text, i) > limit)
			return line;
		line = i;
	}
	return line && cells(text, i) > limit ? line : i;
}

/* Cells of the longest line of a text. */
static size_t longest_line(const char *text, size_t limit)
{
	size_t longest = 0, line, count;

	while (*text) {
		line = line_of(text, limit);
		count = cells(text, line);
		longest = count > longest ? count : longest;
		text += line + !!text[line];
	}
	return longest;
}

/* For libsmartcols: cells of the longest line. */
static size_t chunk_size(const struct libscols_column *column, const char *text,
			 void *limit)
{
	(void)column;
	return text ? longest_line(text, *(const size_t *)limit) : 0;
}

/* For libsmartcols: end the first line, and find the next. */
static char *next_chunk(const struct libscols_column *column, char *text,
			void *limit)
{
	size_t line;

	(void)column;
	line = text ? line_of(text, *(const size_t *)limit) : 0;
	if (!line || !text[line])
		return NULL;
	text[line] = '\0';
	return text + line + 1;
}

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
		table->shown[table->shown_count++] = (struct shown){
			.column = i,
			.natural = strlen(column->name),
			.least = strlen(column->name),
		};
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

static void put_cell(struct table *table, size_t place, char *text)
{
	struct shown *shown = &table->shown[place];
	size_t natural = longest_line(text, SIZE_MAX);
	size_t least = longest_line(text, 0);

	if (natural > shown->natural)
		shown->natural = natural;
	if (least > shown->least)
		shown->least = least;
	if (scols_line_refer_data(table->line, place, text))
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
		if (table->shown[i].column == column)
			put_cell(table, i, foreign_shown(text));
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

/* The widest column whose texts can be cut further, or NULL. */
static struct shown *widest(const struct table *table)
{
	struct shown *found = NULL;
	size_t i;

	for (i = 0; i < table->shown_count; i++) {
		struct shown *shown = &table->shown[i];

		if (table->columns->items[shown->column].wraps &&
		    shown->limit > shown->least &&
		    (!found || shown->limit > found->limit))
			found = shown;
	}
	return found;
}

/* Cells that a column takes when its texts are cut at a limit. */
static size_t cut_width(struct table *table, size_t place, size_t limit)
{
	size_t widest = strlen(table->columns->items[table->shown[place].column].name);
	size_t count = scols_table_get_nlines(table->scols), i, cut;

	for (i = 0; i < count; i++) {
		struct libscols_line *line = scols_table_get_line(table->scols, i);
		struct libscols_cell *cell = scols_line_get_cell(line, place);
		const char *text = scols_cell_get_data(cell);

		cut = text ? longest_line(text, limit) : 0;
		widest = cut > widest ? cut : widest;
	}
	return widest;
}

/**
 * table_fit - cut long texts into lines, so that a table has a width
 * @table: the table, with all of its lines
 * @width: cells of a line
 *
 * Texts are cut at commas and spaces only, in columns that wrap.  So a table may
 * be wider all the same.
 */
void table_fit(struct table *table, size_t width)
{
	struct shown *shown;
	size_t total = 0, i;

	for (i = 0; i < table->shown_count; i++) {
		table->shown[i].limit = table->shown[i].natural;
		total += table->shown[i].natural + (i ? GAP : 0);
	}
	while (total > width && (shown = widest(table))) {
		total -= shown->limit;
		shown->limit = cut_width(table, (size_t)(shown - table->shown),
					 shown->limit - 1);
		total += shown->limit;
	}

	for (i = 0; i < table->shown_count; i++) {
		struct libscols_column *column =
			scols_table_get_column(table->scols, i);

		shown = &table->shown[i];
		if (shown->limit < shown->natural &&
		    (scols_column_set_flags(column, SCOLS_FL_WRAP) ||
		     scols_column_set_wrapfunc(column, chunk_size, next_chunk,
					       &shown->limit)))
			out_of_memory();
	}
}

/* Cells of a line of the terminal, or 0 when standard output is none. */
static size_t terminal_width(void)
{
	struct winsize size;

	return isatty(STDOUT_FILENO) &&
	       !ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) ? size.ws_col : 0;
}

/**
 * table_print - print a table
 * @table: the table
 *
 * On a terminal that is too narrow, long texts are cut into lines.
 */
void table_print(struct table *table)
{
	size_t width = terminal_width();

	if (width)
		table_fit(table, width);
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
