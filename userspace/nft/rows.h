/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The chains of a family that judge connections.
 */
#ifndef NFT_ROWS_H
#define NFT_ROWS_H

#include "nft/nft.h"

void nft_print_rows(const struct nft *nft);

#endif /* NFT_ROWS_H */
