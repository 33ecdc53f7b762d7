// SPDX-License-Identifier: GPL-2.0-only
/*
 * Memory that is there, or ends the program.
 */
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/outcome.h"

/**
 * nf_edge_out_of_memory - say so, and end the program
 */
void nf_edge_out_of_memory(void)
{
	fputs("edgectl: out of memory\n", stderr);
	exit(SYSTEM);
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
