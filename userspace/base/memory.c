// SPDX-License-Identifier: GPL-2.0-only
/*
 * Memory.  A failed allocation ends the program.
 */
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/outcome.h"

/**
 * out_of_memory - say that memory ran out, and end the program
 */
void out_of_memory(void)
{
	fputs("edgectl: out of memory\n", stderr);
	exit(SYSTEM);
}

/**
 * xalloc - zeroed memory
 * @size: octets, zero among them
 *
 * Return: never NULL.
 */
void *xalloc(size_t size)
{
	void *memory = calloc(1, size ? size : 1);

	if (!memory)
		out_of_memory();
	return memory;
}

/**
 * xgrow - make room for one more element at the end of an array
 * @array: the array, or NULL
 * @capacity: room for elements
 * @count: elements in the array
 * @size: octets an element
 *
 * Return: the array, which may have moved.
 */
void *xgrow(void *array, size_t *capacity, size_t count, size_t size)
{
	if (count < *capacity)
		return array;

	*capacity = *capacity ? *capacity * 2 : 8;
	array = reallocarray(array, *capacity, size);
	if (!array)
		out_of_memory();
	return array;
}

/**
 * xstrdup - a copy of a string
 * @text: the string
 *
 * Return: never NULL.
 */
char *xstrdup(const char *text)
{
	char *copy = strdup(text);

	if (!copy)
		out_of_memory();
	return copy;
}

/**
 * xvformat - print into a new string
 * @format: as vprintf
 * @args: as vprintf
 *
 * Return: never NULL.
 */
char *xvformat(const char *format, va_list args)
{
	char *text;

	if (vasprintf(&text, format, args) < 0)
		out_of_memory();
	return text;
}

/**
 * xformat - print into a new string
 * @format: as printf
 *
 * Return: never NULL.
 */
char *xformat(const char *format, ...)
{
	va_list args;
	char *text;

	va_start(args, format);
	text = xvformat(format, args);
	va_end(args);
	return text;
}
