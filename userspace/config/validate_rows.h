/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Errors of rows of the site's own that no single value shows.
 */
#ifndef CONFIG_VALIDATE_ROWS_H
#define CONFIG_VALIDATE_ROWS_H

#include "config/config.h"

void config_validate_rows(struct config *config);

#endif /* CONFIG_VALIDATE_ROWS_H */
