/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _NF_EDGE_COMPAT_NET_NF_CONNTRACK_H
#define _NF_EDGE_COMPAT_NET_NF_CONNTRACK_H

#include_next <net/netfilter/nf_conntrack.h>

#ifndef NF_EDGE_HAVE_NF_CONNTRACK_COUNT
static inline u32 nf_conntrack_count(const struct net *net)
{
	return atomic_read(&net->ct.count);
}
#endif

static inline u32 nf_edge_conntrack_max(const struct net *net)
{
#ifdef NF_EDGE_HAVE_NF_CONNTRACK_MAX_OF_NET
	return nf_conntrack_max(net);
#else
	return nf_conntrack_max;
#endif
}

#endif
