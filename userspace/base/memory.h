/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Memory.  A failed allocation ends the program.
 */
#ifndef BASE_MEMORY_H
#define BASE_MEMORY_H

#include <stdarg.h>
#include <stddef.h>

#include "base/macros.h"

void out_of_memory(void) __noreturn;
void *xalloc(size_t size);
void *xgrow(void *array, size_t *capacity, size_t count, size_t size);
char *xstrdup(const char *text);
char *xformat(const char *format, ...)
	__printf(1, 2);
char *xvformat(const char *format, va_list args)
	__printf(1, 0);

#endif /* BASE_MEMORY_H */
