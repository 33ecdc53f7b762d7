/* SPDX-License-Identifier: GPL-2.0-only */
#include_next <linux/netlink.h>

struct netlink_ext_ack;

#ifndef NL_SET_ERR_MSG
#define NL_SET_ERR_MSG(extack, text)	((void)(extack))
#endif
