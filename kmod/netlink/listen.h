/* SPDX-License-Identifier: GPL-2.0-only */
/* Sockets that listen to events. */
#ifndef _NF_EDGE_LISTEN_H
#define _NF_EDGE_LISTEN_H

#include <linux/types.h>

struct nf_edge_lost;
struct nf_edge_net;

void nf_edge_listeners_start(struct nf_edge_net *en);
void nf_edge_listeners_end(struct nf_edge_net *en);
u32 nf_edge_listeners_lost(struct nf_edge_net *en, struct nf_edge_lost *lost);

int nf_edge_listeners_init(void);
void nf_edge_listeners_exit(void);

#endif
