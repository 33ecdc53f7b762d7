/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Configurations of the history.
 */
#ifndef CONFIG_STORED_H
#define CONFIG_STORED_H

#include <stdbool.h>

#include "config/config.h"

bool stored_find(struct config *config, const char *word);
void stored_check(struct config *config);

#endif /* CONFIG_STORED_H */
