// SPDX-License-Identifier: GPL-2.0-only
/*
 * Complaints on standard error, and the exit code that goes with each.
 */
#include <stdbool.h>
#include <stdlib.h>

#include "base/fail.h"
#include "base/foreign.h"
#include "base/memory.h"

static void __printf(2, 0)
complain(bool name_odd, const char *format, va_list args)
{
	char *sentence = nf_edge_vformat(format, args);
	char *shown = nf_edge_shown(sentence);
	char *odd = name_odd ? nf_edge_odd(sentence) : NULL;

	/* An empty word at its begin is shown as one. */
	fprintf(stderr, "edgectl: %s%s%s%s", *sentence == ':' ? "\"\"" : "",
		shown, odd ? "; " : "", odd ? odd : "");
	free(odd);
	free(shown);
	free(sentence);
}

/**
 * nf_edge_fail - say on standard error why a verb ends
 * @code: the exit code
 * @format: one sentence, without the newline
 *
 * Return: @code.
 */
enum outcome nf_edge_fail(enum outcome code, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	complain(false, format, args);
	va_end(args);
	fputc('\n', stderr);
	return code;
}

/**
 * nf_edge_usage - say on standard error what is wrong with the command line
 * @verb: whose help to point to
 * @format: one sentence, without the newline
 *
 * A character that is taken for another is named behind the sentence, whose own
 * words have none.
 *
 * Return: USAGE.
 */
enum outcome nf_edge_usage(const char *verb, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	complain(true, format, args);
	va_end(args);
	fprintf(stderr, "; see edgectl %s%s--help\n", verb, *verb ? " " : "");
	return USAGE;
}
