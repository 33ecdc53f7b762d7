/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The SSH session that the tool is run from.
 */
#ifndef SSH_H
#define SSH_H

#include <stdbool.h>

#include "edgectl.h"
#include "query.h"

bool nf_edge_ssh_query(struct query *query);
enum outcome nf_edge_ssh_check(const struct query *session,
			       const struct verdict *verdict,
			       const char *what);

#endif /* SSH_H */
