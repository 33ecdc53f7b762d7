// SPDX-License-Identifier: GPL-2.0-only
/*
 * Words of a sentence.
 */
#include "base/words.h"

/**
 * words_plural - the form of a word behind a number
 * @count: the number
 * @one: its form for one
 * @many: its form for any other number
 *
 * Return: @one or @many.
 */
const char *words_plural(uintmax_t count, const char *one, const char *many)
{
	return count == 1 ? one : many;
}
