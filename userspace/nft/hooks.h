/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The chains at the hooks.
 */
#ifndef NFT_HOOKS_H
#define NFT_HOOKS_H

#include "netlink/view.h"

void nft_print_hooks(const struct view *view);

#endif /* NFT_HOOKS_H */
