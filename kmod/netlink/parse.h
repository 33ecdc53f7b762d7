/* SPDX-License-Identifier: GPL-2.0-only */
/* Parser of a load. */
#ifndef _NF_EDGE_PARSE_H
#define _NF_EDGE_PARSE_H

#include <net/genetlink.h>

struct nf_edge_prefixes;
struct nf_edge_site;

struct nf_edge_site *nf_edge_parse_site(struct genl_info *info,
					const struct nf_edge_site *old,
					struct nf_edge_prefixes *prefixes,
					u32 bound_sets);

#endif
