/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Rows, nodes and peer sets as tables, or in JSON.
 */
#ifndef PRINT_TABLES_H
#define PRINT_TABLES_H

#include "netlink/view.h"
#include "output/table.h"

extern const struct columns columns_of_rows;
extern const struct columns columns_of_nodes;
extern const struct columns columns_of_peers;

void tables_rows(const struct view *view, bool json, struct table *table);
void tables_nodes(const struct view *view, bool json, struct table *table);
void tables_peers(const struct view *view, bool json, struct table *table);
char *tables_set(const struct view *view, const char *name, bool json,
		 struct table *table);

char *tables_row_live(const struct view *view, size_t i);
char *tables_row_peers(const struct view *view, size_t i);

#endif /* PRINT_TABLES_H */
