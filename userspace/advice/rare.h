/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Rows that are hit rarely by their nature.
 */
#ifndef ADVICE_RARE_H
#define ADVICE_RARE_H

#include "policy/rows.h"

const char *rare_reason(const struct row *row);

#endif /* ADVICE_RARE_H */
