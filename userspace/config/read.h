/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Reading of a configuration file.
 */
#ifndef READ_H
#define READ_H

#include "config/config.h"

void nf_edge_config_read(struct config *config, const char *file);

#endif /* READ_H */
