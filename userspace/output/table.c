// SPDX-License-Identifier: GPL-2.0-only
/*
 * Tables: texts in columns, which are cut or left out where a terminal is too
 * narrow.
 */
#include <limits.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/fail.h"
#include "base/foreign.h"
#include "base/join.h"
#include "base/memory.h"
#include "base/nearest.h"
#include "output/stdout.h"
#include "output/table.h"
#include "output/wrap.h"

/* Cells between two columns. */
#define GAP	1

/* Narrower texts are neither cut nor shortened. */
#define SHORTEST	12U

/**
 * struct shown - a column that is shown
 * @column: its place among all columns of the table
 * @natural: cells of its longest text
 * @least: cells of its longest part that cannot be cut
 * @limit: cells of a line, where texts are cut
 * @wanted: the user named the column
 * @left_out: the terminal is too narrow for the column
 */
struct shown {
	size_t column;
	size_t natural;
	size_t least;
	size_t limit;
	bool wanted;
	bool left_out;
};

/**
 * struct table - a table that is being filled
 * @columns: the columns that it can have
 * @verb: the verb that shows it, empty when users choose no columns
 * @shown: the columns that are shown, in this order
 * @shown_count: number of shown columns
 * @lines: the lines, each a text or NULL by place among the shown columns; the
 *	last one is being filled
 * @line_count: number of lines
 * @line_room: room for lines
 * @width: cells of a line of the terminal, or 0
 */
struct table {
	const struct columns *columns;
	const char *verb;
	struct shown *shown;
	size_t shown_count;
	char ***lines;
	size_t line_count;
	size_t line_room;
	size_t width;
};

static struct shown *find_shown(const struct table *table, size_t column)
{
	size_t i;

	for (i = 0; i < table->shown_count; i++)
		if (table->shown[i].column == column)
			return &table->shown[i];
	return NULL;
}

/* Show a column, once more unless only now the user names it. */
static bool show_column(struct table *table, const char *name, bool wanted)
{
	const struct column *column;
	struct shown *usual;
	size_t i;

	for (i = 0; i < table->columns->count; i++) {
		column = &table->columns->items[i];
		if (!nearest_same_letters(column->name, name))
			continue;
		usual = find_shown(table, i);
		if (wanted && usual && !usual->wanted) {
			usual->wanted = true;
			return true;
		}
		table->shown = reallocarray(table->shown,
					    table->shown_count + 1,
					    sizeof(*table->shown));
		if (!table->shown)
			out_of_memory();
		table->shown[table->shown_count++] = (struct shown){
			.column = i,
			.natural = strlen(column->name),
			.least = strlen(column->name),
			.limit = SIZE_MAX,
			.wanted = wanted,
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
	table->verb = verb;
	if (!wanted || *wanted == '+')
		for (i = 0; i < columns->count; i++)
			if (!columns->items[i].hidden)
				show_column(table, columns->items[i].name,
					    false);
	if (!wanted)
		return table;

	copy = xstrdup(wanted + (*wanted == '+'));
	rest = copy;
	while ((name = strsep(&rest, ","))) {
		if (show_column(table, name, *verb))
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
	table->lines = xgrow(table->lines, &table->line_room, table->line_count,
			     sizeof(*table->lines));
	table->lines[table->line_count++] =
		xalloc(table->shown_count * sizeof(**table->lines));
}

static void put_cell(struct table *table, size_t place, char *text)
{
	struct shown *shown = &table->shown[place];
	size_t natural = wrap_cells(text, strlen(text)), least = natural;

	if (strpbrk(text, " ,"))
		least = wrap_longest(text, SHORTEST);
	if (natural > shown->natural)
		shown->natural = natural;
	if (least > shown->least)
		shown->least = least;
	table->lines[table->line_count - 1][place] = text;
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
 * table_number - fill a cell of the last line with a number
 * @table: the table
 * @column: place of the column among all columns of the table
 * @number: the number
 */
void table_number(struct table *table, size_t column, uintmax_t number)
{
	char text[24], *digit = text + sizeof(text) - 1;
	size_t i;

	*digit = '\0';
	do {
		*--digit = (char)('0' + number % 10);
		number /= 10;
	} while (number);
	for (i = 0; i < table->shown_count; i++)
		if (table->shown[i].column == column)
			put_cell(table, i, xstrdup(digit));
}

/**
 * table_shows - tell whether a table shows a column
 * @table: the table
 * @column: place of the column among all columns of the table
 *
 * Return: true if it does.
 */
bool table_shows(const struct table *table, size_t column)
{
	return find_shown(table, column);
}

/**
 * table_empty - tell whether a table has no line
 * @table: the table
 *
 * Return: true without a line.
 */
bool table_empty(const struct table *table)
{
	return !table->line_count;
}

static const struct column *column_of(const struct table *table,
				      const struct shown *shown)
{
	return &table->columns->items[shown->column];
}

/* The widest column whose texts can be cut further, or NULL. */
static struct shown *widest(const struct table *table)
{
	struct shown *found = NULL;
	size_t i;

	for (i = 0; i < table->shown_count; i++) {
		struct shown *shown = &table->shown[i];

		if (!shown->left_out && column_of(table, shown)->wraps &&
		    shown->limit > shown->least &&
		    (!found || shown->limit > found->limit))
			found = shown;
	}
	return found;
}

/* The widest column whose texts can be shortened further, or NULL. */
static struct shown *longest(const struct table *table)
{
	struct shown *found = NULL;
	size_t i;

	for (i = 0; i < table->shown_count; i++) {
		struct shown *shown = &table->shown[i];
		const struct column *column = column_of(table, shown);

		if (!shown->left_out && column->shortens &&
		    shown->limit > SHORTEST &&
		    shown->limit > strlen(column->name) &&
		    (!found || shown->limit > found->limit))
			found = shown;
	}
	return found;
}

/* The column that is the first to give way to others, or NULL. */
static struct shown *least_important(const struct table *table)
{
	unsigned int rank, first = UINT_MAX;
	struct shown *found = NULL;
	size_t i;

	for (i = 0; i < table->shown_count; i++) {
		struct shown *shown = &table->shown[i];

		rank = column_of(table, shown)->spare;
		if (!rank || rank >= first || shown->wanted || shown->left_out)
			continue;
		first = rank;
		found = shown;
	}
	return found;
}

/* Cells that a column takes when its texts are cut at a limit. */
static size_t cut_width(const struct table *table, size_t place, size_t limit)
{
	size_t widest = strlen(column_of(table, &table->shown[place])->name);
	size_t i, cut;

	for (i = 0; i < table->line_count; i++) {
		const char *text = table->lines[i][place];

		cut = text ? wrap_longest(text, limit) : 0;
		widest = cut > widest ? cut : widest;
	}
	return widest;
}

/* Cut texts at commas and blanks.  Return: cells of a line of the table. */
static size_t cut_columns(struct table *table, size_t width)
{
	struct shown *shown;
	size_t total = 0, i;

	for (i = 0; i < table->shown_count; i++) {
		shown = &table->shown[i];
		shown->limit = shown->natural;
		if (!shown->left_out)
			total += shown->natural + (total ? GAP : 0);
	}
	while (total > width && (shown = widest(table))) {
		total -= shown->limit;
		shown->limit = cut_width(table, (size_t)(shown - table->shown),
					 shown->limit - 1);
		total += shown->limit;
	}
	return total;
}

/* Whether texts of a column are cut or shortened: to the left then, as all text. */
static bool is_cut(const struct shown *shown)
{
	return shown->limit < shown->natural;
}

/* Put the texts of a column on lines. */
static void cut_texts(struct table *table, size_t place)
{
	const struct shown *shown = &table->shown[place];
	const struct column *column = column_of(table, shown);
	size_t i;

	for (i = 0; i < table->line_count; i++) {
		char *text = table->lines[i][place];

		if (!text)
			continue;
		table->lines[i][place] =
			wrap_text(text, column->wraps ? shown->limit : SIZE_MAX,
				  column->shortens ? shown->limit : SIZE_MAX);
		free(text);
	}
}

/**
 * table_fit - have a table fit a width
 * @table: the table, with all of its lines
 * @width: cells of a line
 *
 * Texts are cut at commas and blanks, in columns that wrap.  Where this does not
 * do, columns of less importance are left out, but for those that the user
 * named; then texts of columns that can be shortened are.  So a table may be
 * wider all the same: words are never broken, and headings are shown whole.
 */
void table_fit(struct table *table, size_t width)
{
	struct shown *shown;
	size_t total, i;

	table->width = width;
	while ((total = cut_columns(table, width)) > width &&
	       (shown = least_important(table)))
		shown->left_out = true;
	while (total > width && (shown = longest(table))) {
		shown->limit--;
		total--;
	}
	for (i = 0; i < table->shown_count; i++)
		if (!table->shown[i].left_out && is_cut(&table->shown[i]))
			cut_texts(table, i);
}

static void put_blanks(size_t count)
{
	while (count--)
		putc_unlocked(' ', out);
}

/*
 * Print the first line of the texts of a line, and step over them.
 *
 * Return: whether there are more lines.
 */
static bool print_line(const struct table *table, const char **texts)
{
	size_t i, octets, width, blanks, after = 0;
	bool more = false;

	for (i = 0; i < table->shown_count; i++) {
		const struct shown *shown = &table->shown[i];

		if (shown->left_out)
			continue;
		width = is_cut(shown) ? shown->limit : shown->natural;
		put_blanks(after);
		after = width + GAP;
		if (!texts[i] || !*texts[i])
			continue;
		octets = strcspn(texts[i], "\n");
		blanks = width - wrap_cells(texts[i], octets);
		after = GAP;
		if (column_of(table, shown)->number && !is_cut(shown))
			put_blanks(blanks);
		else
			after += blanks;
		fwrite_unlocked(texts[i], 1, octets, out);
		texts[i] += octets + !!texts[i][octets];
		more = more || *texts[i];
	}
	putc_unlocked('\n', out);
	return more;
}

static void print_lines(struct table *table)
{
	const char **texts = xalloc(table->shown_count * sizeof(*texts));
	size_t i;

	for (i = 0; i < table->shown_count; i++)
		texts[i] = column_of(table, &table->shown[i])->name;
	if (table->line_count)
		print_line(table, texts);
	for (i = 0; i < table->line_count; i++) {
		memcpy(texts, table->lines[i],
		       table->shown_count * sizeof(*texts));
		while (print_line(table, texts))
			;
	}
	free(texts);
}

/* Name the columns that a terminal is too narrow for. */
static void print_left_out(const struct table *table)
{
	size_t i, count = 0;
	struct join list;
	struct wrap wrap;
	char *names;

	join_begin(&list, ", ");
	for (i = 0; i < table->shown_count; i++) {
		if (!table->shown[i].left_out)
			continue;
		join_add(&list, "%s", column_of(table, &table->shown[i])->name);
		count++;
	}
	names = join_end(&list);
	wrap_begin(&wrap);
	if (count && *table->verb)
		fprintf(out, "(too narrow for %s; option -o shows %s)\n", names,
			count == 1 ? "it" : "them");
	else if (count)
		fprintf(out, "(too narrow for %s)\n", names);
	wrap_end(&wrap, table->width, 1);
	free(names);
}

/**
 * table_print - print a table
 * @table: the table
 *
 * The table is made to fit a terminal.  Elsewhere each line of a table is one
 * line, whole.
 */
void table_print(struct table *table)
{
	size_t width = wrap_width();

	if (width)
		table_fit(table, width);
	print_lines(table);
	print_left_out(table);
}

/**
 * table_free - forget a table
 * @table: the table
 */
void table_free(struct table *table)
{
	size_t i, place;

	for (i = 0; i < table->line_count; i++) {
		for (place = 0; place < table->shown_count; place++)
			free(table->lines[i][place]);
		free(table->lines[i]);
	}
	free(table->lines);
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
