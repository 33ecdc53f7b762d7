/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The named sets of a family.
 */
#ifndef NFT_SETS_H
#define NFT_SETS_H

#include "nft/nft.h"

void nft_print_sets(const struct nft *nft);

#endif /* NFT_SETS_H */
