/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Words of a sentence.
 */
#ifndef BASE_WORDS_H
#define BASE_WORDS_H

#include <stdint.h>

const char *words_plural(uintmax_t count, const char *one, const char *many);

#endif /* BASE_WORDS_H */
