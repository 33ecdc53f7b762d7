/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Keys of sections ports and row.
 */
#ifndef CONFIG_ROW_KEYS_H
#define CONFIG_ROW_KEYS_H

#include "config/config.h"
#include "config/key.h"

extern const struct key ports_keys[];
extern const struct key row_keys[];

void *open_ports(struct config *config, const struct section *section);
void *open_row(struct config *config, const struct section *section);
void close_row(struct config *config, const struct section *section);

#endif /* CONFIG_ROW_KEYS_H */
