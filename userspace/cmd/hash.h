/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * edgectl show hash, and the hashes of the policy in force.
 */
#ifndef CMD_HASH_H
#define CMD_HASH_H

#include <stdbool.h>

#include "base/outcome.h"
#include "netlink/view.h"
#include "policy/hash.h"

void hashes_as_loaded(struct policy_hashes *hashes, const struct view *view);
enum outcome show_hash(const char *file, bool json);

#endif /* CMD_HASH_H */
