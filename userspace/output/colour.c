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

/* Tell whether standard output is a terminal with colours, without NO_COLOR. */
static bool colours(void)
{
	const char *term = getenv("TERM"), *no = getenv("NO_COLOR");

	return isatty(STDOUT_FILENO) && !(no && *no) && term &&
	       strcmp(term, "dumb") != 0;
}

/**
 * colour_code - switch to a colour
 * @sequence: RED, GREEN, YELLOW, BOLD or PLAIN
 *
 * Return: @sequence, or an empty string.
 */
const char *colour_code(const char *sequence)
{
	return colours() ? sequence : "";
}

/**
 * colour_warn - print a warning, as one line
 * @format: a sentence
 */
void colour_warn(const char *format, ...)
{
	char *sentence;
	va_list args;

	fprintf(out, "  %sWARNING%s    ", colour_code(YELLOW),
		colour_code(PLAIN));
	va_start(args, format);
	sentence = xvformat(format, args);
	va_end(args);
	out_put(sentence);
	free(sentence);
	fputc('\n', out);
}
