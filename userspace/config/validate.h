/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Errors of a configuration that no single value shows.
 */
#ifndef CONFIG_VALIDATE_H
#define CONFIG_VALIDATE_H

#include "config/config.h"

void config_validate(struct config *config);

#endif /* CONFIG_VALIDATE_H */
