/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * All advice, from facts.
 */
#ifndef ADVICE_MAKE_H
#define ADVICE_MAKE_H

#include "advice/advice.h"

void advice_make(struct advice_list *list, const struct advice_facts *facts);

#endif /* ADVICE_MAKE_H */
