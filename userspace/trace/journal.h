/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The journal of this host.
 */
#ifndef TRACE_JOURNAL_H
#define TRACE_JOURNAL_H

#include "base/macros.h"

void journal_write(const char *format, ...)
	__printf(1, 2);

#endif /* TRACE_JOURNAL_H */
