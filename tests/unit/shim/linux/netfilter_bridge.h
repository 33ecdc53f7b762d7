/* SPDX-License-Identifier: GPL-2.0-only */
#include <linux/skbuff.h>

#define IS_ENABLED(option)	(option)
#define CONFIG_BRIDGE_NETFILTER	1

struct nf_bridge_info {
	bool in_prerouting;
};

#define nf_bridge_info_exists(skb)	((skb)->nf_bridge != NULL)
#define nf_bridge_info_get(skb)		((skb)->nf_bridge)
