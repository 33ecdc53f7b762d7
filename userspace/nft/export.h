/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The policy in force as an nftables ruleset.
 */
#ifndef NFT_EXPORT_H
#define NFT_EXPORT_H

#include "netlink/view.h"

void export_print(struct view *view);

#endif /* NFT_EXPORT_H */
