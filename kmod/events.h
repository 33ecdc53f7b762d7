/* SPDX-License-Identifier: GPL-2.0-only */
/* Events: refused packets and permitted connections are told to who asked. */
#ifndef _NF_EDGE_EVENTS_H
#define _NF_EDGE_EVENTS_H

#include <linux/netfilter.h>
#include <linux/types.h>

#include "judge.h"
#include "rings.h"
#include "snapshot.h"

struct sk_buff;

void nf_edge_tell_refused(const struct nf_edge_snapshot *snapshot,
			  const struct sk_buff *skb,
			  const struct nf_hook_state *state,
			  const struct nf_edge_packet *packet,
			  const struct nf_edge_judgement *judgement,
			  bool would_be);
void nf_edge_tell_permitted(const struct nf_edge_snapshot *snapshot,
			    const struct sk_buff *skb,
			    const struct nf_hook_state *state,
			    const struct nf_edge_packet *packet, u64 rows);

#endif
