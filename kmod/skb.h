/* SPDX-License-Identifier: GPL-2.0-only */
/* Packet accessors that fast path and slow path share. */
#ifndef _NF_EDGE_SKB_H
#define _NF_EDGE_SKB_H

#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/skbuff.h>
#include <net/ipv6.h>
#include <net/netfilter/nf_conntrack.h>

#include "addr_index.h"
#include "ifmap.h"

/*
 * Check whether a packet is exempt from the policy.  Looped-back copies of
 * multicast and broadcast packets are exempt on every device.
 */
static inline bool nf_edge_exempt(const struct sk_buff *skb,
				  const struct net_device *dev)
{
	return nf_edge_never_governed(dev) || skb->pkt_type == PACKET_LOOPBACK;
}

/* Return the source address.  In IP hooks skb->data is the network header. */
static __always_inline const void *nf_edge_source(const struct sk_buff *skb,
						  bool ipv4)
{
	return skb->data + (ipv4 ? offsetof(struct iphdr, saddr) :
				   offsetof(struct ipv6hdr, saddr));
}

/* Return the destination address, as nf_edge_source() does the source. */
static __always_inline const void *
nf_edge_destination(const struct sk_buff *skb, bool ipv4)
{
	return skb->data + (ipv4 ? offsetof(struct iphdr, daddr) :
				   offsetof(struct ipv6hdr, daddr));
}

/*
 * Compare a packet's own addresses with its connection's original tuple.  They
 * differ in translated packets and in ICMP errors.  @original is false for a
 * packet in reply direction.
 */
static __always_inline bool
nf_edge_header_is_tuple(const struct sk_buff *skb, bool ipv4,
			const struct nf_conntrack_tuple *t, bool original)
{
	const void *from = nf_edge_source(skb, ipv4);
	const void *to = nf_edge_destination(skb, ipv4);

	if (!original)
		swap(from, to);
	if (ipv4)
		return *(const __be32 *)from == t->src.u3.ip &&
		       *(const __be32 *)to == t->dst.u3.ip;
	return nf_edge_same_ipv6(from, &t->src.u3) &&
	       nf_edge_same_ipv6(to, &t->dst.u3);
}

#endif
