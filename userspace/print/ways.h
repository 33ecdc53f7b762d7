/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Ways round the policy, for people and for machines.
 */
#ifndef PRINT_WAYS_H
#define PRINT_WAYS_H

#include <jansson.h>

#include "system/ways.h"

void ways_print(const struct ways *ways);
json_t *ways_json(const struct ways *ways);

#endif /* PRINT_WAYS_H */
