/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Differences of two policies that open and close nothing.
 */
#ifndef PRINT_FLOW_NOTES_H
#define PRINT_FLOW_NOTES_H

#include <jansson.h>

#include "policy/flows.h"

json_t *flow_notes(const struct flow_diff *diff);

#endif /* PRINT_FLOW_NOTES_H */
