/* SPDX-License-Identifier: GPL-2.0-only */
#include <string.h>
#include <linux/if_ether.h>
#include <linux/skbuff.h>

#define ether_addr_equal(a, b)	(!memcmp(a, b, ETH_ALEN))
