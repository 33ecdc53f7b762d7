/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef SHIM_NET_IP_H
#define SHIM_NET_IP_H

#include <linux/ip.h>
#include <linux/skbuff.h>
#include <asm/byteorder.h>

#define IP_DF		0x4000
#define IP_MF		0x2000
#define IP_OFFSET	0x1fff

static inline struct iphdr *ip_hdr(const struct sk_buff *skb)
{
	return (struct iphdr *)skb->data;
}

static inline unsigned int ip_hdrlen(const struct sk_buff *skb)
{
	return ip_hdr(skb)->ihl * 4;
}

static inline bool ip_is_fragment(const struct iphdr *ip)
{
	return ip->frag_off & __cpu_to_be16(IP_MF | IP_OFFSET);
}

#endif
