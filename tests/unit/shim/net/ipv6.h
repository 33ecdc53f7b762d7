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

#define IPV6_ADDR_LOOPBACK	0x0010U
#define IPV6_ADDR_LINKLOCAL	0x0020U

/* As much of an address's type as the hooks ask for. */
static inline unsigned int ipv6_addr_type(const struct in6_addr *a)
{
	static const u8 loopback[16] = { [15] = 1 };
	const u8 *octet = (const u8 *)a;

	if (!memcmp(octet, loopback, sizeof(loopback)))
		return IPV6_ADDR_LOOPBACK;
	return (octet[0] == 0xfe && (octet[1] & 0xc0) == 0x80) ||
	       (octet[0] == 0xff && (octet[1] & 0x0f) == 2) ?
	       IPV6_ADDR_LINKLOCAL : 0;
}

int ipv6_skip_exthdr(const struct sk_buff *skb, int start, u8 *nexthdrp,
		     __be16 *frag_offp);

#endif
