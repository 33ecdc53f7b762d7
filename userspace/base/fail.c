// SPDX-License-Identifier: GPL-2.0-only
/*
 * Complaints on standard error, and the exit code that goes with each. A line
 * with "warning:" is a warning, any other one an error.
 */
#include <stdbool.h>
#include <stdlib.h>

#include "base/fail.h"
#include "base/foreign.h"
#include "base/memory.h"

static void __printf(3, 0)
complain(const char *kind, bool name_odd, const char *format, va_list args)
{
	char *sentence = xvformat(format, args);
	char *shown = foreign_shown(sentence);
	char *odd = name_odd ? foreign_odd(sentence) : NULL;

	/* Show an empty word at the begin of the sentence as "". */
	fprintf(stderr, "edgectl: %s%s%s%s%s", kind,
		*sentence == ':' ? "\"\"" : "", shown, odd ? "; " : "",
		odd ? odd : "");
	free(odd);
	free(shown);
	free(sentence);
}

/**
 * fail_with - say on standard error why a verb ends
 * @code: the exit code
 * @format: one sentence, without the newline
 *
 * Return: @code.
 */
enum outcome fail_with(enum outcome code, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	complain("", false, format, args);
	va_end(args);
	fputc('\n', stderr);
	return code;
}

/**
 * fail_warn - warn on standard error, and go on
 * @format: one sentence, without the newline
 */
void fail_warn(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	complain("warning: ", false, format, args);
	va_end(args);
	fputc('\n', stderr);
}

/**
 * fail_usage - say on standard error what is wrong with the command line
 * @verb: whose help to point to
 * @format: one sentence, without the newline
 *
 * A character that is taken for another is named behind the sentence, whose own
 * words have none.
 *
 * Return: USAGE.
 */
enum outcome fail_usage(const char *verb, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	complain("", true, format, args);
	va_end(args);
	fprintf(stderr, "; see edgectl %s%s--help\n", verb, *verb ? " " : "");
	return USAGE;
}
