/* SPDX-License-Identifier: GPL-2.0-only */
#include <linux/skbuff.h>

#define nf_bridge_info_exists(skb)	((skb)->bridged)
