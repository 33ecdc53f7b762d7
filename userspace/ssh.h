/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The SSH session that the tool is run from.
 */
#ifndef SSH_H
#define SSH_H

#include <stdbool.h>

#include "query.h"

bool nf_edge_ssh_query(struct query *query);

#endif /* SSH_H */
