/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Warnings about a configuration without errors.
 */
#ifndef WARN_H
#define WARN_H

#include "config/config.h"

void nf_edge_config_warn(struct config *config);

#endif /* WARN_H */
