/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The connections that a change cuts, for people and for machines.
 */
#ifndef PRINT_IMPACT_H
#define PRINT_IMPACT_H

#include <jansson.h>
#include <stdbool.h>

#include "netlink/impact.h"

void impact_print(const struct impact *impact, bool would, bool list);
json_t *impact_json(const struct impact *impact, bool list);

#endif /* PRINT_IMPACT_H */
