// SPDX-License-Identifier: GPL-2.0-only
/*
 * A list in one string, by open_memstream().
 */
#include "base/join.h"
#include "base/memory.h"

/**
 * join_begin - begin a list
 * @join: the list; join_end() it
 * @separator: text between two items
 */
void join_begin(struct join *join, const char *separator)
{
	*join = (struct join){ .separator = separator };
	join->stream = open_memstream(&join->text, &join->size);
	if (!join->stream)
		out_of_memory();
}

/**
 * join_add - add an item
 * @join: the list
 * @format: the item, as printf
 */
void join_add(struct join *join, const char *format, ...)
{
	va_list args;

	if (join->count++)
		fputs(join->separator, join->stream);
	va_start(args, format);
	vfprintf(join->stream, format, args);
	va_end(args);
}

/**
 * join_end - end a list
 * @join: the list
 *
 * Return: a new string, empty without an item.
 */
char *join_end(struct join *join)
{
	if (fclose(join->stream))
		out_of_memory();
	return join->text;
}
