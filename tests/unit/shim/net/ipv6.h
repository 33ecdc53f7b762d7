/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef SHIM_NET_IPV6_H
#define SHIM_NET_IPV6_H

#include <netinet/in.h>
#include <linux/ipv6.h>
#include <linux/skbuff.h>
#include <asm/byteorder.h>

#define NEXTHDR_FRAGMENT	44
#define NEXTHDR_AUTH		51
#define NEXTHDR_NONE		59

static inline struct ipv6hdr *ipv6_hdr(const struct sk_buff *skb)
{
	return (struct ipv6hdr *)skb->data;
}

static inline bool ipv6_addr_equal(const struct in6_addr *a,
				   const struct in6_addr *b)
{
	return !memcmp(a, b, sizeof(*a));
}

int ipv6_skip_exthdr(const struct sk_buff *skb, int start, u8 *nexthdrp,
		     __be16 *frag_offp);

#endif
