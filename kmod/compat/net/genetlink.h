/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _NF_EDGE_COMPAT_NET_GENETLINK_H
#define _NF_EDGE_COMPAT_NET_GENETLINK_H

#include_next <net/genetlink.h>

/*
 * Use whole operations on kernels without split operations.  Each operation of
 * the family is either a do or a dump, so both mean the same.
 */
#ifndef NF_EDGE_HAVE_GENL_SPLIT_OPS
#define genl_split_ops	genl_ops
#define split_ops	ops
#define n_split_ops	n_ops
#endif

#ifndef GENL_MCAST_CAP_NET_ADMIN
#define GENL_MCAST_CAP_NET_ADMIN	GENL_UNS_ADMIN_PERM
#endif

#endif
