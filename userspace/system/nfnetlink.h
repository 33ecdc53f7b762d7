/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Lists of netfilter's own netlink families.
 */
#ifndef SYSTEM_NFNETLINK_H
#define SYSTEM_NFNETLINK_H

#include <netlink/netlink.h>
#include <stdint.h>

int nfnetlink_dump(struct nl_sock *socket, int type, uint32_t ct_status);

#endif /* SYSTEM_NFNETLINK_H */
