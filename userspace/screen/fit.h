/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Text of a given width.
 */
#ifndef SCREEN_FIT_H
#define SCREEN_FIT_H

#include <stdbool.h>
#include <stddef.h>

size_t fit_width(const char *text);
char *fit_text(const char *text, size_t width, bool unicode);
size_t fit_words(const char *text, size_t width);

#endif /* SCREEN_FIT_H */
