// SPDX-License-Identifier: GPL-2.0-only
/*
 * Colours of a terminal.
 */
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/memory.h"
#include "output/colour.h"
#include "output/stdout.h"

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
