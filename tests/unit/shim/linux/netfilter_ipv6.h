/* SPDX-License-Identifier: GPL-2.0-only */
#include_next <linux/netfilter_ipv6.h>

/* The host has every address that ends in 1. */
#define nf_ipv6_chk_addr(net, address, dev, strict)			\
	(((const u8 *)(address))[15] == 1)
