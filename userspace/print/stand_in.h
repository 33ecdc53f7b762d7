/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The ruleset that nftables holds in place of nf_edge.
 */
#ifndef PRINT_STAND_IN_H
#define PRINT_STAND_IN_H

#include <jansson.h>

#include "system/stand_in.h"

char *stand_in_text(const struct stand_in *stand_in);
json_t *stand_in_json(const struct stand_in *stand_in);

#endif /* PRINT_STAND_IN_H */
