/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Text that others wrote: names of files, of devices, words of a
 * configuration, sentences of the kernel.
 */
#ifndef BASE_FOREIGN_H
#define BASE_FOREIGN_H

#include <stddef.h>

char *foreign_shown(const char *text);
char *foreign_short(const char *word);
char *foreign_shown_word(const char *word);
char *foreign_odd(const char *text);
char *foreign_plain(const char *text);
const char *foreign_skip_mark(const char *text);
const char *foreign_encoding(const char *text, size_t length);

#endif /* BASE_FOREIGN_H */
