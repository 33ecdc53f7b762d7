/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The policy as an nftables ruleset.
 */
#ifndef NFT_NFT_H
#define NFT_NFT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/macros.h"
#include "netlink/view.h"

/* The services of the external side, and those of the internal side. */
enum {
	NFT_OUTWARD = 1U << NF_EDGE_SERVICE_ACCESS |
		      1U << NF_EDGE_SERVICE_WEBCONF |
		      1U << NF_EDGE_SERVICE_AV,
	NFT_INTERNAL = 1U << NF_EDGE_SERVICE_INTERNAL,
};

/* The peer set internal-networks. */
enum {
	NFT_INSIDE = 1U << NF_EDGE_PEER_SET_INTERNAL_NETWORKS,
};

/* The set of addresses that may ping. */
#define NFT_PING_PEERS	"ping-peers"

/**
 * struct nft - what a family's part of the ruleset is made from
 * @view: the policy
 * @table: rows of the policy
 * @bound: bound peer sets of the policy
 * @family: IPV4 or IPV6
 * @services: those with an address of the family
 * @end: by place in the table, the set of Edge addresses that have the row;
 *	empty when no address of the family has the row
 */
struct nft {
	const struct view *view;
	const struct row_table *table;
	uint32_t bound;
	unsigned int family;
	uint32_t services;
	char end[ROWS_MAX][ROW_ID_MAX + sizeof("_ipv4")];
};

void nft_begin(struct nft *nft, const struct view *view, unsigned int family);
const char *nft_family(const struct nft *nft);
const char *nft_ip(const struct nft *nft);
const char *nft_icmp(const struct nft *nft);
char *nft_never(const struct nft *nft);
char *nft_never_source(const struct nft *nft);
char *nft_set_name(const struct nft *nft, const char *word);
const struct site_row *nft_narrowed(const struct nft *nft, size_t row);
uint32_t nft_peer_sets(const struct nft *nft, const struct row *row);
char *nft_peers_name(const struct nft *nft, uint32_t sets);
bool nft_permits(const struct nft *nft, size_t row);
char *nft_comment(const char *format, ...)
	__printf(1, 2);

#endif /* NFT_NFT_H */
