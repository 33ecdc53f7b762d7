/* SPDX-License-Identifier: GPL-2.0-only */
/* Put policies in force and out of force. */
#ifndef _NF_EDGE_PUBLISH_H
#define _NF_EDGE_PUBLISH_H

#include <linux/types.h>

struct netlink_ext_ack;
struct nf_edge_net;
struct nf_edge_rest;
struct nf_edge_snapshot;

int nf_edge_resolve(struct nf_edge_net *en, struct nf_edge_snapshot *snapshot);
int nf_edge_publish(struct nf_edge_net *en, struct nf_edge_snapshot *snapshot,
		    struct nf_edge_rest *keep, struct netlink_ext_ack *extack);
int nf_edge_publish_back(struct nf_edge_net *en,
			 struct nf_edge_snapshot *snapshot,
			 const struct nf_edge_rest *rest);
bool nf_edge_unpublish(struct nf_edge_net *en);

#endif
