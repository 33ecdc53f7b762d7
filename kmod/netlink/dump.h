/* SPDX-License-Identifier: GPL-2.0-only */
/* Dumps of the policy in force, and what their handlers share. */
#ifndef _NF_EDGE_DUMP_H
#define _NF_EDGE_DUMP_H

#include <linux/build_bug.h>
#include <linux/netlink.h>

struct nf_edge_snapshot;

/* Octets that every message of a dump has room for. */
#define NF_EDGE_DUMP_ROOM	12288

/**
 * struct nf_edge_dump - state of a dump
 * @snapshot: the policy, which is pinned, or NULL
 * @generation: number of the policy
 * @at: number of the next row, node or set
 * @prefix: index of the next prefix of the site
 * @put: prefixes of the set that are in a message
 */
struct nf_edge_dump {
	struct nf_edge_snapshot *snapshot;
	u32 generation;
	u32 at;
	u32 prefix;
	u32 put;
};

/* Return the state of a dump that nf_edge_nl_pin() has begun. */
static inline struct nf_edge_dump *nf_edge_dump_of(struct netlink_callback *cb)
{
	BUILD_BUG_ON(sizeof(struct nf_edge_dump) > sizeof(cb->ctx));
	return (struct nf_edge_dump *)cb->ctx;
}

void *nf_edge_dump_put(struct sk_buff *skb, struct netlink_callback *cb,
		       u8 cmd);

#endif
