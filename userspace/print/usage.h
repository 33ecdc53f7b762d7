/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Usage of rows, as a table and as JSON.
 */
#ifndef PRINT_USAGE_H
#define PRINT_USAGE_H

#include <jansson.h>

#include "advice/advice.h"
#include "output/table.h"

extern const struct columns columns_of_usage;

void usage_print_watch(const struct advice_facts *facts);
void usage_print(const struct advice_facts *facts, struct table *table);
json_t *usage_json(const struct advice_facts *facts);

#endif /* PRINT_USAGE_H */
