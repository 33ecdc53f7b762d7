/* SPDX-License-Identifier: GPL-2.0-only */
/* Check of addresses of hosts. */
#ifndef _NF_EDGE_PARSE_HOST_H
#define _NF_EDGE_PARSE_HOST_H

#include <net/netlink.h>

int nf_edge_parse_host(u64 hi, u64 lo, bool ipv6, u8 len,
		       const struct nlattr *attr,
		       struct netlink_ext_ack *extack);

#endif
