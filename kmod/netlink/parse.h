/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _NF_EDGE_PARSE_H
#define _NF_EDGE_PARSE_H

#include <net/genetlink.h>

#include "snapshot.h"

/* parse_peers.c */
int nf_edge_parse_host(u64 hi, u64 lo, bool ipv6, u8 len,
		       const struct nlattr *attr,
		       struct netlink_ext_ack *extack);
int nf_edge_parse_peers(struct genl_info *info, struct nf_edge_prefixes *p,
			u32 *bound_sets);

/* parse.c */
int nf_edge_parse_switches(struct genl_info *info,
			   struct nf_edge_switches *switches);
struct nf_edge_site *nf_edge_parse_site(struct genl_info *info,
					const struct nf_edge_site *old,
					struct nf_edge_prefixes *prefixes,
					u32 bound_sets);

/* Each attribute of a message that has the given type. */
#define nf_edge_for_each_attr(attr, info, type, rem)			\
	nla_for_each_attr(attr, genlmsg_data((info)->genlhdr),		\
			  genlmsg_len((info)->genlhdr), rem)		\
		if (nla_type(attr) == (type))

#endif
