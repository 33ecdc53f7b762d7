/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The traces of a change: history and journal.
 */
#ifndef CMD_TRACE_H
#define CMD_TRACE_H

#include "base/macros.h"
#include "cmd/apply.h"
#include "netlink/change.h"

void trace_load(const struct apply *apply, uint32_t confirm);
char *trace_last(void);
uint32_t trace_settled(const struct settled *settled, bool confirmed);
void trace_change(const char *format, ...)
	__printf(1, 2);

#endif /* CMD_TRACE_H */
