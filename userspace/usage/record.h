/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The usage as the text of its file.
 */
#ifndef USAGE_RECORD_H
#define USAGE_RECORD_H

#include <stdbool.h>
#include <stddef.h>

#include "usage/usage.h"

char *record_text(const struct usage *usage);
char *record_read(struct usage *usage, const char *text, size_t length);

#endif /* USAGE_RECORD_H */
