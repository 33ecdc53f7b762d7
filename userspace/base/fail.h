/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Complaints on standard error, and the exit code that goes with each.
 */
#ifndef BASE_FAIL_H
#define BASE_FAIL_H

#include "base/macros.h"
#include "base/outcome.h"

enum outcome fail_with(enum outcome code, const char *format, ...)
	__printf(2, 3);
void fail_warn(const char *format, ...)
	__printf(1, 2);
enum outcome fail_usage(const char *verb, const char *format, ...)
	__printf(2, 3);

#endif /* BASE_FAIL_H */
