/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Rates, for people and for machines.
 */
#ifndef PRINT_RATES_H
#define PRINT_RATES_H

#include <jansson.h>

#include "rates/live.h"

char *rates_number(double rate);
char *rates_short(double rate);
const char *rates_heading(enum measure measure);
void rates_print(const struct live *live, enum rates_by by);
json_t *rates_json(const struct live *live, enum rates_by by);

#endif /* PRINT_RATES_H */
