/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Warnings of moved ports, and of rows of the site's own.
 */
#ifndef CONFIG_WARN_ROWS_H
#define CONFIG_WARN_ROWS_H

#include "config/config.h"

void config_warn_rows(struct config *config);

#endif /* CONFIG_WARN_ROWS_H */
