/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Errors of a configuration that no single value shows.
 */
#ifndef VALIDATE_H
#define VALIDATE_H

#include "config/config.h"

void nf_edge_config_validate(struct config *config);

#endif /* VALIDATE_H */
