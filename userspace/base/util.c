// SPDX-License-Identifier: GPL-2.0-only
/*
 * Complaints, and memory that is there or ends the program.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/edgectl.h"
#include "base/foreign.h"

/**
 * nf_edge_out_of_memory - say so, and end the program
 */
void nf_edge_out_of_memory(void)
{
	fputs("edgectl: out of memory\n", stderr);
	exit(SYSTEM);
}

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
 * @code: what the program is to exit with
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

/**
 * nf_edge_alloc - zeroed memory
 * @size: octets, zero among them
 *
 * Return: never NULL.
 */
void *nf_edge_alloc(size_t size)
{
	void *memory = calloc(1, size ? size : 1);

	if (!memory)
		nf_edge_out_of_memory();
	return memory;
}

/**
 * nf_edge_grow - make room for one more element at the end of an array
 * @array: the array, or NULL
 * @capacity: elements that it has room for
 * @count: elements that it holds
 * @size: octets an element
 *
 * Return: the array, which may have moved.
 */
void *nf_edge_grow(void *array, size_t *capacity, size_t count, size_t size)
{
	if (count < *capacity)
		return array;

	*capacity = *capacity ? *capacity * 2 : 8;
	array = reallocarray(array, *capacity, size);
	if (!array)
		nf_edge_out_of_memory();
	return array;
}

/**
 * nf_edge_strdup - a copy of a string
 * @text: the string
 *
 * Return: never NULL.
 */
char *nf_edge_strdup(const char *text)
{
	char *copy = strdup(text);

	if (!copy)
		nf_edge_out_of_memory();
	return copy;
}

/**
 * nf_edge_plural - the form of a word behind a number
 * @count: the number
 * @one: its form for one
 * @many: its form for any other number
 *
 * Return: @one or @many.
 */
const char *nf_edge_plural(uintmax_t count, const char *one, const char *many)
{
	return count == 1 ? one : many;
}

/**
 * nf_edge_vformat - print into a new string
 * @format: as vprintf
 * @args: as vprintf
 *
 * Return: never NULL.
 */
char *nf_edge_vformat(const char *format, va_list args)
{
	char *text;

	if (vasprintf(&text, format, args) < 0)
		nf_edge_out_of_memory();
	return text;
}

/**
 * nf_edge_format - print into a new string
 * @format: as printf
 *
 * Return: never NULL.
 */
char *nf_edge_format(const char *format, ...)
{
	va_list args;
	char *text;

	va_start(args, format);
	text = nf_edge_vformat(format, args);
	va_end(args);
	return text;
}
