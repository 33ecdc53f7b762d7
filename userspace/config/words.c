// SPDX-License-Identifier: GPL-2.0-only
/*
 * Words of a configuration that are looked up when all of it was read.
 */
#include <stdlib.h>

#include "base/memory.h"
#include "config/words.h"

/**
 * words_add - add a word to a list
 * @words: the list
 * @text: the word
 * @line: its line
 */
void words_add(struct words *words, const char *text, unsigned int line)
{
	words->items = xgrow(words->items, &words->capacity, words->count,
			     sizeof(*words->items));
	words->items[words->count++] = (struct word){
		.text = xstrdup(text), .line = line,
	};
}

/**
 * words_free - forget a list
 * @words: the list
 */
void words_free(struct words *words)
{
	size_t i;

	for (i = 0; i < words->count; i++)
		free(words->items[i].text);
	free(words->items);
	*words = (struct words){ 0 };
}
