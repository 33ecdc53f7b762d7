/* SPDX-License-Identifier: GPL-2.0-only */
struct netlink_ext_ack;

#define NL_SET_ERR_MSG(extack, text)	((void)(extack))
