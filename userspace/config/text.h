/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Text files: a configuration, or a file of prefixes.
 */
#ifndef CONFIG_TEXT_H
#define CONFIG_TEXT_H

#include <stdbool.h>
#include <stddef.h>

/* Name of standard input. */
#define STANDARD_INPUT	"-"

/**
 * struct text - a file
 * @buffer: its octets, then a NUL; spaces instead of byte order marks
 * @length: number of octets
 * @is_stream: it stands in no folder: standard input, a pipe, a device
 */
struct text {
	char *buffer;
	size_t length;
	bool is_stream;
};

bool text_read(struct text *text, const char *file, unsigned int *line,
	       char **why);
void text_free(struct text *text);

#endif /* CONFIG_TEXT_H */
