/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The device of the default route.
 */
#ifndef SYSTEM_DEFAULT_ROUTE_H
#define SYSTEM_DEFAULT_ROUTE_H

#include <net/if.h>
#include <stdbool.h>

bool default_route_device(char name[static IF_NAMESIZE]);

#endif /* SYSTEM_DEFAULT_ROUTE_H */
