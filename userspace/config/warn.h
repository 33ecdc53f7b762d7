/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Warnings about a configuration without errors.
 */
#ifndef CONFIG_WARN_H
#define CONFIG_WARN_H

#include "config/config.h"

void config_warn(struct config *config);

#endif /* CONFIG_WARN_H */
