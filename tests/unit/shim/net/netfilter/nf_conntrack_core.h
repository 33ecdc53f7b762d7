/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef SHIM_NF_CONNTRACK_CORE_H
#define SHIM_NF_CONNTRACK_CORE_H

#include <net/netfilter/nf_conntrack.h>

/* Conntrack with at most one connection, and a switch for nf_nat. */
extern struct nf_conn *shim_connection;

bool nf_ct_get_tuplepr(const struct sk_buff *skb, unsigned int offset,
		       u16 family, struct net *net,
		       struct nf_conntrack_tuple *tuple);
struct nf_conntrack_tuple_hash *
nf_conntrack_find_get(struct net *net, const void *zone,
		      const struct nf_conntrack_tuple *tuple);

#define nf_ct_tuplehash_to_ctrack(hash)	((void)(hash), shim_connection)
#define nf_ct_put(ct)			((void)(ct))

#endif
