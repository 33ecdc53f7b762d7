/* SPDX-License-Identifier: GPL-2.0-only */
/* Hook after source NAT. */
#ifndef _NF_EDGE_NAT_H
#define _NF_EDGE_NAT_H

struct nf_edge_net;

void nf_edge_nat_hooks_init(struct nf_edge_net *en);
int nf_edge_nat_follow(struct nf_edge_net *en);
void nf_edge_nat_unfollow(struct nf_edge_net *en);

int nf_edge_nat_init(void);
void nf_edge_nat_exit(void);

#endif
