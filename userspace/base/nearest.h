/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Advice about a word that is not known.
 */
#ifndef BASE_NEAREST_H
#define BASE_NEAREST_H

#include <stdbool.h>
#include <stddef.h>

bool nearest_same_letters(const char *a, const char *b);
const char *nearest_word(const char *const *words, size_t count,
			 const char *word);
char *nearest_advice(const char *kind, const char *const *words, size_t count,
		     const char *word);

#endif /* BASE_NEAREST_H */
