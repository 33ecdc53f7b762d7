/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Folds, as verbs make them.
 */
#ifndef CMD_FOLDING_H
#define CMD_FOLDING_H

#include "base/outcome.h"

enum outcome folding_make(const char **nothing);
void folding_keep(void);

#endif /* CMD_FOLDING_H */
