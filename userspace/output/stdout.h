/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Standard output: kept back until a verb is done, so that a failure prints
 * nothing there.
 */
#ifndef OUTPUT_STDOUT_H
#define OUTPUT_STDOUT_H

#include <stdio.h>

#include "base/outcome.h"

extern FILE *out;

void out_begin(void);
enum outcome out_flush(enum outcome outcome);
void out_end(void);

void out_put(const char *text);
char *out_written(const char *name);

#endif /* OUTPUT_STDOUT_H */
