/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Reading of a configuration file.
 */
#ifndef CONFIG_READ_H
#define CONFIG_READ_H

#include "config/config.h"

void config_read(struct config *config, const char *file);
void config_read_as(struct config *config, const char *file, const char *place);

#endif /* CONFIG_READ_H */
