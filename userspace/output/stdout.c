// SPDX-License-Identifier: GPL-2.0-only
/*
 * Standard output: kept back until a verb is done, so that a failure prints
 * nothing there.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/fail.h"
#include "base/foreign.h"
#include "base/memory.h"
#include "output/stdout.h"

/* The stream that verbs print to. */
FILE *out;

static char *kept;
static size_t kept_size;

/**
 * out_begin - keep back the output from now on
 */
void out_begin(void)
{
	out = open_memstream(&kept, &kept_size);
	if (!out)
		out_of_memory();
}

/**
 * out_flush - print the output that was kept back
 * @outcome: the exit code of the verb
 *
 * Return: @outcome, or SYSTEM when nothing can be printed.
 */
enum outcome out_flush(enum outcome outcome)
{
	fflush(out);
	if (fwrite(kept, 1, kept_size, stdout) != kept_size ||
	    fflush(stdout))
		outcome = fail_with(SYSTEM, "cannot write to standard output: %s",
				    strerror(errno));
	out_end();
	out_begin();
	return outcome;
}

/**
 * out_end - forget output that was not printed
 */
void out_end(void)
{
	fclose(out);
	free(kept);
}

/**
 * out_put - print text that somebody else wrote
 * @text: the text
 */
void out_put(const char *text)
{
	char *shown = foreign_shown(text);

	fputs(shown, out);
	free(shown);
}

/**
 * out_written - a name in a text that a program takes back
 * @name: the name
 *
 * Return: a new string: the name as it is, or fit for a terminal on one.
 */
char *out_written(const char *name)
{
	return isatty(STDOUT_FILENO) ? foreign_shown(name) :
				       xstrdup(name);
}
