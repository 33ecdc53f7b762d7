/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Findings of a configuration for machines.
 */
#ifndef PRINT_FINDINGS_H
#define PRINT_FINDINGS_H

#include "config/findings.h"

json_t *findings_json(const struct findings *findings, bool all);

#endif /* PRINT_FINDINGS_H */
