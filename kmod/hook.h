/* SPDX-License-Identifier: GPL-2.0-only */
/* Hooks that judge packets. */
#ifndef _NF_EDGE_HOOK_H
#define _NF_EDGE_HOOK_H

struct nf_edge_net;

void nf_edge_hooks_init(struct nf_edge_net *en);

#endif
