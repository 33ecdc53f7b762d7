// SPDX-License-Identifier: GPL-2.0-only
/*
 * All advice, from facts.
 */
#include "advice/make.h"
#include "advice/narrow.h"
#include "advice/peers.h"
#include "advice/unused.h"

/**
 * advice_make - make all advice
 * @list: filled in; advice_free() it
 * @facts: the policy in force and what is known of its use
 */
void advice_make(struct advice_list *list, const struct advice_facts *facts)
{
	*list = (struct advice_list){ 0 };
	advice_refused(list, facts);
	advice_unused(list, facts);
	advice_narrow(list, facts);
	advice_sets(list, facts);
	advice_warnings(list, facts);
}
