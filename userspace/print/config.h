/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A policy as a configuration that load takes back.
 */
#ifndef PRINT_CONFIG_H
#define PRINT_CONFIG_H

#include "netlink/view.h"

void config_print(const struct view *view, bool json);

#endif /* PRINT_CONFIG_H */
