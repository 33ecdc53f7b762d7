/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Advice about rows that hold for any peer.
 */
#ifndef ADVICE_NARROW_H
#define ADVICE_NARROW_H

#include "advice/advice.h"

void advice_narrow(struct advice_list *list, const struct advice_facts *facts);

#endif /* ADVICE_NARROW_H */
