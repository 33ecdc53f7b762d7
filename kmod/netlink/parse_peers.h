/* SPDX-License-Identifier: GPL-2.0-only */
/* Parser of peer sets. */
#ifndef _NF_EDGE_PARSE_PEERS_H
#define _NF_EDGE_PARSE_PEERS_H

#include <net/genetlink.h>

#include "prefixes.h"

int nf_edge_parse_prefix(const u8 *entry, bool ipv6, struct nf_edge_prefix *p,
			 struct netlink_ext_ack *extack);
int nf_edge_parse_peers(struct genl_info *info, struct nf_edge_prefixes *p,
			u32 *bound_sets);

#endif
