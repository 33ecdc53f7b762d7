/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Advice, as text and as JSON.
 */
#ifndef PRINT_ADVICE_H
#define PRINT_ADVICE_H

#include <jansson.h>

#include "advice/advice.h"

void advice_print(const struct advice_list *list,
		  const struct advice_facts *facts);
json_t *advice_items_json(const struct advice_list *list,
			  const struct row_table *table);
json_t *advice_json(const struct advice_list *list,
		    const struct advice_facts *facts);

#endif /* PRINT_ADVICE_H */
