/* SPDX-License-Identifier: GPL-2.0-only */
/* Packets as the hooks read them: a linear part, and the rest behind it. */
#ifndef SHIM_LINUX_SKBUFF_H
#define SHIM_LINUX_SKBUFF_H

#include <string.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <linux/netdevice.h>
#include <linux/types.h>

struct dst_entry { struct net_device *dev; };

/* @paged: what follows the linear part; @mac: the frame's header, if any. */
struct sk_buff {
	unsigned char *data;
	const unsigned char *paged;
	unsigned int len;
	unsigned int data_len;
	struct net_device *dev;
	int skb_iif;
	u8 pkt_type;
	unsigned long _nfct;
	struct dst_entry *dst;
	struct ethhdr *mac;
	struct nf_bridge_info *nf_bridge;
};

#define eth_hdr(skb)			((skb)->mac)
#define skb_mac_header_was_set(skb)	((skb)->mac != NULL)

static inline unsigned int skb_headlen(const struct sk_buff *skb)
{
	return skb->len - skb->data_len;
}

static inline int skb_network_offset(const struct sk_buff *skb)
{
	return 0;
}

static inline struct dst_entry *skb_dst(const struct sk_buff *skb)
{
	return skb->dst;
}

static inline unsigned long skb_get_nfct(const struct sk_buff *skb)
{
	return skb->_nfct;
}

/* Returns a pointer into the linear part, a copy, or NULL past the end. */
static inline void *skb_header_pointer(const struct sk_buff *skb, int offset,
				       int len, void *buffer)
{
	int linear = skb_headlen(skb), i;

	if (offset < 0 || (unsigned int)(offset + len) > skb->len)
		return NULL;
	if (offset + len <= linear)
		return skb->data + offset;
	for (i = 0; i < len; i++)
		((u8 *)buffer)[i] = offset + i < linear ?
				    skb->data[offset + i] :
				    skb->paged[offset + i - linear];
	return buffer;
}

#endif
