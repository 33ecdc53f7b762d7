/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The configuration of the next boot, compared with the policy in force.
 */
#ifndef CMD_NEXT_BOOT_H
#define CMD_NEXT_BOOT_H

#include <stdbool.h>

#include "netlink/client.h"
#include "netlink/view.h"

bool next_boot_is_governed(void);
bool next_boot_loads(struct view *view, const char *file);
char *next_boot_fault(struct client *client);

#endif /* CMD_NEXT_BOOT_H */
