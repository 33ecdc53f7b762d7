// SPDX-License-Identifier: GPL-2.0-only
/*
 * Standard output: kept back until a verb is done, so that a failure prints
 * nothing there; tables, JSON, colours.
 */
#include <errno.h>
#include <libsmartcols.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/fail.h"
#include "base/foreign.h"
#include "base/memory.h"
#include "base/nearest.h"
#include "output/output.h"
#include "policy/rows.h"

/* What verbs print to. */
FILE *nf_edge_out;

static char *kept;
static size_t kept_size;

/**
 * nf_edge_output_begin - keep back what is printed from now on
 */
void nf_edge_output_begin(void)
{
	nf_edge_out = open_memstream(&kept, &kept_size);
	if (!nf_edge_out)
		nf_edge_out_of_memory();
}

/**
 * nf_edge_output_flush - print what was kept back
 * @outcome: what the verb is to exit with
 *
 * Return: @outcome, or SYSTEM when it cannot be printed.
 */
enum outcome nf_edge_output_flush(enum outcome outcome)
{
	fflush(nf_edge_out);
	if (fwrite(kept, 1, kept_size, stdout) != kept_size ||
	    fflush(stdout))
		outcome = nf_edge_fail(SYSTEM, "cannot write to standard output: %s",
				       strerror(errno));
	nf_edge_output_end();
	nf_edge_output_begin();
	return outcome;
}

/**
 * nf_edge_output_end - forget what was not printed
 */
void nf_edge_output_end(void)
{
	fclose(nf_edge_out);
	free(kept);
}

/* On a terminal that can show them, unless NO_COLOR is set. */
static bool colours(void)
{
	const char *term = getenv("TERM"), *no = getenv("NO_COLOR");

	return isatty(STDOUT_FILENO) && !(no && *no) && term &&
	       strcmp(term, "dumb") != 0;
}

/**
 * nf_edge_colour - switch to a colour
 * @sequence: RED, GREEN, YELLOW, BOLD or PLAIN
 *
 * Return: what to print: @sequence, or nothing.
 */
const char *nf_edge_colour(const char *sequence)
{
	return colours() ? sequence : "";
}

/**
 * nf_edge_put - print text that somebody else wrote
 * @text: the text
 */
void nf_edge_put(const char *text)
{
	char *shown = nf_edge_shown(text);

	fputs(shown, nf_edge_out);
	free(shown);
}

/**
 * nf_edge_written - a name in a text that a program takes back
 * @name: the name
 *
 * Return: a new string: the name as it is, or fit for a terminal on one.
 */
char *nf_edge_written(const char *name)
{
	return isatty(STDOUT_FILENO) ? nf_edge_shown(name) :
				       nf_edge_strdup(name);
}

/**
 * nf_edge_warn - print what needs somebody's attention, as one line
 * @format: a sentence
 */
void nf_edge_warn(const char *format, ...)
{
	char *sentence;
	va_list args;

	fprintf(nf_edge_out, "  %sWARNING%s    ", nf_edge_colour(YELLOW),
		nf_edge_colour(PLAIN));
	va_start(args, format);
	sentence = nf_edge_vformat(format, args);
	va_end(args);
	nf_edge_put(sentence);
	free(sentence);
	fputc('\n', nf_edge_out);
}

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

/**
 * nf_edge_json_name - a name as JSON can hold it
 * @name: the name; that of a device may be anything but UTF-8
 *
 * Return: a new string, the name itself if it can be.  If not, as
 * nf_edge_shown() says; no interface that is bound has a backslash.
 */
char *nf_edge_json_name(const char *name)
{
	json_t *json = json_string(name);

	if (!json)
		return nf_edge_shown(name);
	json_decref(json);
	return nf_edge_strdup(name);
}

/**
 * nf_edge_json_text - a text that somebody else wrote
 * @text: the text
 *
 * Return: a new string, as nf_edge_json_name() says.
 */
json_t *nf_edge_json_text(const char *text)
{
	char *name = nf_edge_json_name(text);
	json_t *json = json_string(name);

	free(name);
	return json;
}

/**
 * nf_edge_json_word - the word of a value
 * @vocabulary: its enumeration
 * @value: the value
 *
 * Return: a new string.
 */
json_t *nf_edge_json_word(const struct vocabulary *vocabulary, uint32_t value)
{
	return json_string(nf_edge_word(vocabulary, value));
}

/**
 * nf_edge_json_words - the words of a set of values
 * @vocabulary: their enumeration
 * @mask: a bit a value
 *
 * Return: a new array of strings.
 */
json_t *nf_edge_json_words(const struct vocabulary *vocabulary, uint32_t mask)
{
	json_t *array = json_array();
	unsigned int i;

	for (i = 0; i < vocabulary->count; i++)
		if (mask & (1U << i))
			json_array_append_new(array, nf_edge_json_word(vocabulary, i));
	return array;
}

/**
 * nf_edge_json_rows - the names of some rows
 * @rows: a bit a row
 *
 * Return: a new array of strings.
 */
json_t *nf_edge_json_rows(uint64_t rows)
{
	json_t *array = json_array();
	unsigned int i;

	for (i = 0; i < NF_EDGE_ROW_COUNT; i++)
		if (rows & (1ULL << i))
			json_array_append_new(array,
					      json_string(nf_edge_rows[i].id));
	return array;
}

/**
 * nf_edge_json_print - print JSON, and forget it
 * @object: what to print
 * @flags: JSON_INDENT(2) for people, JSON_COMPACT for one line
 */
void nf_edge_json_print(json_t *object, size_t flags)
{
	json_dumpf(object, nf_edge_out, flags | JSON_ENSURE_ASCII);
	fputc('\n', nf_edge_out);
	json_decref(object);
}
