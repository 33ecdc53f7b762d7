/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Complaints on standard error, and the exit code that goes with each.
 */
#ifndef BASE_FAIL_H
#define BASE_FAIL_H

#include "base/macros.h"
#include "base/outcome.h"

enum outcome nf_edge_fail(enum outcome code, const char *format, ...)
	__printf(2, 3);
enum outcome nf_edge_usage(const char *verb, const char *format, ...)
	__printf(2, 3);

#endif /* BASE_FAIL_H */
