/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Many questions to the classifier, one a line.
 */
#ifndef CMD_EXPLAIN_BATCH_H
#define CMD_EXPLAIN_BATCH_H

#include "base/outcome.h"
#include "netlink/client.h"

enum outcome explain_batch(struct client *client);

#endif /* CMD_EXPLAIN_BATCH_H */
