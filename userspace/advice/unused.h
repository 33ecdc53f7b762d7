/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Advice about rows that were not hit.
 */
#ifndef ADVICE_UNUSED_H
#define ADVICE_UNUSED_H

#include "advice/advice.h"

void advice_unused(struct advice_list *list, const struct advice_facts *facts);

#endif /* ADVICE_UNUSED_H */
