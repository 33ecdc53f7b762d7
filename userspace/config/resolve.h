/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Look-ups of the words of a configuration that depend on other parts of it.
 */
#ifndef CONFIG_RESOLVE_H
#define CONFIG_RESOLVE_H

#include "config/config.h"

void config_resolve(struct config *config);

#endif /* CONFIG_RESOLVE_H */
