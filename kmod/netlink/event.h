/* SPDX-License-Identifier: GPL-2.0-only */
/* Messages to listeners. */
#ifndef _NF_EDGE_NETLINK_EVENT_H
#define _NF_EDGE_NETLINK_EVENT_H

#include <linux/list.h>

#include "event_record.h"
#include "netlink/filter.h"

struct nf_edge_net;
struct nf_edge_snapshot;
struct sk_buff;

/**
 * struct nf_edge_listener - a socket that listens
 * @list: entry of nf_edge_net.listeners
 * @portid: port of the socket
 * @rate: events a second that the socket asked for
 * @filter: what it asked for
 * @msg: the message that is being filled, or NULL
 * @header: its header
 * @filled: events in @msg, by kind
 * @base: what was lost before the socket listened, by kind
 * @socket_full: events that its buffer had no room for, by kind
 * @told: what the socket was told of losses, by kind
 *
 * All members are under the namespace's events_mutex.
 */
struct nf_edge_listener {
	struct list_head list;
	u32 portid;
	u32 rate;
	struct nf_edge_filter filter;
	struct sk_buff *msg;
	void *header;
	u32 filled[NF_EDGE_KINDS];
	struct nf_edge_lost base[NF_EDGE_KINDS];
	u64 socket_full[NF_EDGE_KINDS];
	struct nf_edge_lost told[NF_EDGE_KINDS];
};

void nf_edge_listener_send(struct nf_edge_net *en,
			   struct nf_edge_listener *listener,
			   const struct nf_edge_snapshot *snapshot,
			   const struct nf_edge_event *event);
void nf_edge_listener_flush(struct nf_edge_net *en,
			    struct nf_edge_listener *listener,
			    const struct nf_edge_lost *lost);
void nf_edge_listener_end(struct nf_edge_net *en,
			  struct nf_edge_listener *listener);

#endif
