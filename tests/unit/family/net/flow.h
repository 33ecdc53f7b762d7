/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef FAMILY_NET_FLOW_H
#define FAMILY_NET_FLOW_H

#include <linux/in.h>
#include <linux/types.h>

struct flowi {
	union {
		struct { __be32 daddr; } ip4;
		struct { struct in6_addr daddr; } ip6;
	} u;
};

#endif
