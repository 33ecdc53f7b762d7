/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Flowtables, and connections that they took, for people and for machines.
 */
#ifndef PRINT_OFFLOAD_H
#define PRINT_OFFLOAD_H

#include <jansson.h>

#include "system/flowtables.h"

char *offload_table_text(const struct flowtable *table);
char *offload_tables_text(const struct offload *offload, const char *separator);
char *offload_text(const struct offload *offload);
json_t *offload_tables_json(const struct offload *offload);
json_t *offload_connections_json(const struct offload *offload);

#endif /* PRINT_OFFLOAD_H */
