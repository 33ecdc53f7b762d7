/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A ruleset on trial or in force, by nftables' own library.
 */
#ifndef SYSTEM_RULESET_H
#define SYSTEM_RULESET_H

#include <stdbool.h>

char *ruleset_check(const char *file);
char *ruleset_run(const char *text, bool dry);

#endif /* SYSTEM_RULESET_H */
