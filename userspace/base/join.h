/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A list in one string.
 */
#ifndef BASE_JOIN_H
#define BASE_JOIN_H

#include <stddef.h>

#include "base/macros.h"

/**
 * struct join - a list that is being written
 * @separator: text between two items
 * @count: items so far
 * @stream: the stream that the list is written to
 * @text: the list
 * @size: its octets
 */
struct join {
	const char *separator;
	size_t count;
	FILE *stream;
	char *text;
	size_t size;
};

void join_begin(struct join *join, const char *separator);
void join_add(struct join *join, const char *format, ...)
	__printf(2, 3);
char *join_end(struct join *join);

#endif /* BASE_JOIN_H */
