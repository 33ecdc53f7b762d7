/* SPDX-License-Identifier: GPL-2.0-only */
/* Requests about changes that wait for their confirmation. */
#ifndef _NF_EDGE_PENDING_H
#define _NF_EDGE_PENDING_H

#include <linux/types.h>
#include <linux/workqueue.h>

struct netlink_ext_ack;
struct nf_edge_net;
struct nf_edge_snapshot;
struct nlattr;

void nf_edge_nl_expire(struct work_struct *work);
int nf_edge_nl_check_timeout(const struct nlattr *timeout,
			     struct netlink_ext_ack *extack);
int nf_edge_nl_refuse_pending(const struct nf_edge_net *en,
			      struct netlink_ext_ack *extack);
int nf_edge_nl_publish(struct nf_edge_net *en,
		       struct nf_edge_snapshot *snapshot,
		       const struct nlattr *timeout,
		       struct netlink_ext_ack *extack);

#endif
