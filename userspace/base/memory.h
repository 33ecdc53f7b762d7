/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Memory that is there, or ends the program.
 */
#ifndef BASE_MEMORY_H
#define BASE_MEMORY_H

#include <stdarg.h>
#include <stddef.h>

#include "base/macros.h"

void nf_edge_out_of_memory(void) __noreturn;
void *nf_edge_alloc(size_t size);
void *nf_edge_grow(void *array, size_t *capacity, size_t count, size_t size);
char *nf_edge_strdup(const char *text);
char *nf_edge_format(const char *format, ...)
	__printf(1, 2);
char *nf_edge_vformat(const char *format, va_list args)
	__printf(1, 0);

#endif /* BASE_MEMORY_H */
