/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The ruleset for a boot without the module.
 */
#ifndef CMD_FALLBACK_H
#define CMD_FALLBACK_H

#include "policy/policy.h"

char *fallback_file(void);
void fallback_keep(const struct policy *policy);

#endif /* CMD_FALLBACK_H */
