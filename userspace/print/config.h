/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A policy as a configuration that load takes back.
 */
#ifndef PRINT_CONFIG_H
#define PRINT_CONFIG_H

#include <jansson.h>

#include "netlink/view.h"

char *config_text(const struct policy *policy, size_t *length);
void config_print_policy(const struct policy *policy);
void config_print(const struct view *view, bool json);
json_t *config_rows_off_json(const struct policy *policy);

#endif /* PRINT_CONFIG_H */
