/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Standard output: kept back until a verb is done, so that a failure prints
 * nothing there.
 */
#ifndef OUTPUT_STDOUT_H
#define OUTPUT_STDOUT_H

#include <stdio.h>

#include "base/outcome.h"

extern FILE *nf_edge_out;

void nf_edge_output_begin(void);
enum outcome nf_edge_output_flush(enum outcome outcome);
void nf_edge_output_end(void);

void nf_edge_put(const char *text);
char *nf_edge_written(const char *name);

#endif /* OUTPUT_STDOUT_H */
