/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The table of connection tracking.
 */
#ifndef SYSTEM_CONNECTIONS_H
#define SYSTEM_CONNECTIONS_H

#include "policy/tracked.h"

int tracked_read(struct tracked_list *list);
void tracked_free(struct tracked_list *list);

#endif /* SYSTEM_CONNECTIONS_H */
