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
 * @outcome: the exit code of the verb
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
