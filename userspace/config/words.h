/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Words of a configuration that are looked up when all of it was read.
 */
#ifndef CONFIG_WORDS_H
#define CONFIG_WORDS_H

#include <stddef.h>

/* A word, and its line. */
struct word {
	char *text;
	unsigned int line;
};

/**
 * struct words - a list of words
 * @items: the words, in the order of the file
 * @count: number of words
 * @capacity: number of words that there is room for
 */
struct words {
	struct word *items;
	size_t count;
	size_t capacity;
};

void words_add(struct words *words, const char *text, unsigned int line);
void words_free(struct words *words);

#endif /* CONFIG_WORDS_H */
