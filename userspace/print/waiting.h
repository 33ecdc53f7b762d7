/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A change that waits for its confirmation, for people and for machines.
 */
#ifndef PRINT_WAITING_H
#define PRINT_WAITING_H

#include <jansson.h>

#include "netlink/view.h"

char *waiting_text(const struct waiting *waiting);
char *waiting_refusal(const struct waiting *waiting);
json_t *waiting_json(const struct waiting *waiting);

#endif /* PRINT_WAITING_H */
