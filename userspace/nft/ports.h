/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Ranges of ports for rules: none meets another one of its protocol.
 */
#ifndef NFT_PORTS_H
#define NFT_PORTS_H

#include "policy/rows.h"

/**
 * struct nft_ports - ranges of ports
 * @range: the ranges; a guard may cut one in two
 * @count: number of ranges
 */
struct nft_ports {
	struct port_range range[ROWS_MAX * NF_EDGE_MAX_PORTS + 1];
	size_t count;
};

void nft_ports_add(struct nft_ports *ports, const struct row *row);
void nft_ports_merge(struct nft_ports *ports);
void nft_ports_cut(struct nft_ports *ports, const struct port_guard *guard);
bool nft_ports_equal(const struct nft_ports *a, const struct nft_ports *b);
const char *nft_protocol(const struct port_range *range);
char *nft_range(const struct port_range *range);

#endif /* NFT_PORTS_H */
