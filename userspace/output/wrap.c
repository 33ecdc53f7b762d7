// SPDX-License-Identifier: GPL-2.0-only
/*
 * Text in lines of a width.  Lines end at blanks, and behind the commas of
 * lists, so words stay whole.
 */
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>
#include <wchar.h>

#include "base/memory.h"
#include "output/stdout.h"
#include "output/wrap.h"

/* Stands for the middle of a word that was shortened. */
#define MARK		"..."
#define MARK_CELLS	3

/* Width of a terminal that does not tell its own, as a serial line. */
#define USUAL_WIDTH	80

#define ESCAPE		'\033'

/* Octets of a sequence that switches a colour, or 0 of other text. */
static size_t colour_octets(const char *text)
{
	size_t octets;

	if (text[0] != ESCAPE || text[1] != '[')
		return 0;
	octets = strcspn(text, "m");
	return octets + !!text[octets];
}

/* Cells of the character that an octet begins; the octets after it take none. */
static size_t octet_cells(const char *octet)
{
	mbstate_t state = { 0 };
	wchar_t c;

	if ((*octet & 0xc0) == 0x80)
		return 0;
	if (*octet & 0x80 &&
	    mbrtowc(&c, octet, MB_LEN_MAX, &state) <= MB_LEN_MAX && wcwidth(c) >= 0)
		return (size_t)wcwidth(c);
	return 1;
}

/**
 * wrap_cells - count the cells that text takes on a terminal
 * @text: text in UTF-8; sequences of colours take no cell
 * @octets: how much of the text
 *
 * Return: the number of cells.
 */
size_t wrap_cells(const char *text, size_t octets)
{
	size_t count = 0, i = 0, colour;

	while (i < octets) {
		colour = colour_octets(text + i);
		count += colour ? 0 : octet_cells(text + i);
		i += colour ? : 1;
	}
	return count;
}

/* Octets before a place where a line may end, or 0: the comma of a list stays
 * on the line, and a comma of a sentence has a blank behind.
 */
static size_t break_at(const char *text, size_t i)
{
	if (text[i] == ' ')
		return i;
	if (text[i] == ',' && text[i + 1] && text[i + 1] != ' ')
		return i + 1;
	return 0;
}

/**
 * wrap_line - find the end of the first line
 * @text: the text
 * @limit: cells of a line
 *
 * Return: octets of the first line.  A word longer than a line is a line.
 */
size_t wrap_line(const char *text, size_t limit)
{
	size_t line = 0, end, i;

	for (i = 0; text[i]; i++) {
		end = break_at(text, i);
		if (!end)
			continue;
		if (line && wrap_cells(text, end) > limit)
			return line;
		line = end;
	}
	return line && wrap_cells(text, i) > limit ? line : i;
}

/**
 * wrap_next - go to the line behind the first
 * @text: the text
 * @line: octets of its first line
 *
 * Return: the rest of the text, without the blank between.
 */
const char *wrap_next(const char *text, size_t line)
{
	return text + line + (text[line] == ' ');
}

/**
 * wrap_longest - find the longest line of a text
 * @text: the text
 * @limit: cells of a line
 *
 * Return: cells of the longest line, which is more than @limit when a word is.
 */
size_t wrap_longest(const char *text, size_t limit)
{
	size_t longest = 0, line, count;

	while (*text) {
		line = wrap_line(text, limit);
		count = wrap_cells(text, line);
		longest = count > longest ? count : longest;
		text = wrap_next(text, line);
	}
	return longest;
}

/* Octets of the first characters of a text. */
static size_t octets_of(const char *text, size_t characters)
{
	size_t i = 0;

	while (text[i] && wrap_cells(text, i + 1) <= characters)
		i++;
	return i;
}

/* Print a line.  The middle of a line that is too long gives way to the mark. */
static void put_line(FILE *to, const char *text, size_t octets, size_t limit)
{
	size_t count = wrap_cells(text, octets), head, begin, end;

	if (count <= limit || limit <= MARK_CELLS) {
		fprintf(to, "%.*s", (int)octets, text);
		return;
	}
	head = (limit - MARK_CELLS + 1) / 2;
	begin = octets_of(text, head);
	end = octets_of(text, count - (limit - MARK_CELLS - head));
	fprintf(to, "%.*s" MARK "%.*s", (int)begin, text,
		(int)(octets - end), text + end);
}

/**
 * wrap_text - put text on lines
 * @text: the text
 * @limit: cells of a line
 * @most: cells of a line that is shortened otherwise, to both of its ends with
 *	a mark between; SIZE_MAX shortens none
 *
 * Return: a new string, with the lines' ends in it.
 */
char *wrap_text(const char *text, size_t limit, size_t most)
{
	char *lines = NULL;
	size_t size, line;
	FILE *to = open_memstream(&lines, &size);

	if (!to)
		out_of_memory();
	while (*text) {
		line = wrap_line(text, limit);
		put_line(to, text, line, most);
		text = wrap_next(text, line);
		if (*text)
			fputc('\n', to);
	}
	if (fclose(to))
		out_of_memory();
	return lines;
}

/**
 * wrap_width - find the width of the terminal
 *
 * Return: cells of a line, or 0 when standard output is no terminal.
 */
size_t wrap_width(void)
{
	struct winsize size = { 0 };

	if (!isatty(STDOUT_FILENO))
		return 0;
	if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) || !size.ws_col)
		return USUAL_WIDTH;
	return size.ws_col;
}

/**
 * wrap_begin - collect the lines that are printed from now on
 * @wrap: holds them
 */
void wrap_begin(struct wrap *wrap)
{
	wrap->before = out;
	wrap->text = NULL;
	out = open_memstream(&wrap->text, &wrap->size);
	if (!out)
		out_of_memory();
}

static void print_line(const char *text, size_t width, size_t indent)
{
	size_t line = wrap_line(text, width);

	fprintf(out, "%.*s\n", (int)line, text);
	for (text = wrap_next(text, line); *text; text = wrap_next(text, line)) {
		line = wrap_line(text, width - indent);
		fprintf(out, "%*s%.*s\n", (int)indent, "", (int)line, text);
	}
}

/**
 * wrap_end - print the lines that were collected
 * @wrap: holds them
 * @width: cells of a line of the terminal; 0 leaves the lines as they are
 * @indent: blanks before what goes on another line
 */
void wrap_end(struct wrap *wrap, size_t width, size_t indent)
{
	char *line, *rest;

	if (fclose(out))
		out_of_memory();
	out = wrap->before;
	if (width <= indent)
		fputs(wrap->text, out);
	for (rest = wrap->text; width > indent && (line = strsep(&rest, "\n")); )
		if (rest || *line)
			print_line(line, width, indent);
	free(wrap->text);
}
