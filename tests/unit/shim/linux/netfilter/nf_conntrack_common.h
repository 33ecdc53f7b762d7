/* SPDX-License-Identifier: GPL-2.0-only */
#include_next <linux/netfilter/nf_conntrack_common.h>

#define NFCT_INFOMASK	7UL
#define NFCT_PTRMASK	~(NFCT_INFOMASK)
