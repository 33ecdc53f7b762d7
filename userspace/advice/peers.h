/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Advice about peer sets as they are, and about a configuration.
 */
#ifndef ADVICE_PEERS_H
#define ADVICE_PEERS_H

#include "advice/advice.h"

void advice_refused(struct advice_list *list, const struct advice_facts *facts);
void advice_sets(struct advice_list *list, const struct advice_facts *facts);
void advice_warnings(struct advice_list *list,
		     const struct advice_facts *facts);

#endif /* ADVICE_PEERS_H */
