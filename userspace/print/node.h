/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A node and its addresses, in JSON.
 */
#ifndef PRINT_NODE_H
#define PRINT_NODE_H

#include <jansson.h>

#include "policy/policy.h"

json_t *node_json(const struct node *node);

#endif /* PRINT_NODE_H */
