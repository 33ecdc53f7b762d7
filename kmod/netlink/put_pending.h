/* SPDX-License-Identifier: GPL-2.0-only */
/* The change that waits for its confirmation, in messages. */
#ifndef _NF_EDGE_PUT_PENDING_H
#define _NF_EDGE_PUT_PENDING_H

struct nf_edge_net;
struct sk_buff;

int nf_edge_nl_put_pending(struct nf_edge_net *en, struct sk_buff *msg);

#endif
