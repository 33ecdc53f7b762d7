/* SPDX-License-Identifier: GPL-2.0-only */
/* Rings of events, one a CPU, and when there are any. */
#ifndef _NF_EDGE_RINGS_H
#define _NF_EDGE_RINGS_H

#include <linux/jump_label.h>
#include <linux/types.h>
#include <uapi/linux/nf_edge.h>

#include "event_record.h"
#include "netns.h"

struct nf_edge_snapshot;

/**
 * struct nf_edge_bucket - tokens of one kind of events on one CPU
 * @since: jiffies of the last refill
 * @credit: tokens, in parts of a token: HZ of them
 */
struct nf_edge_bucket {
	unsigned long since;
	u32 credit;
};

/**
 * struct nf_edge_ring - events of one CPU that wait to be sent
 * @head: number of events written; by the CPU, with interrupts off
 * @tail: number of events read; under nf_edge_net.events_mutex
 * @bucket: by kind
 * @suppressed: events beyond the rate, by kind
 * @full: events for which there was no place, by kind
 * @event: the events, by their number
 */
struct nf_edge_ring {
	u32 head;
	u32 tail;
	struct nf_edge_bucket bucket[NF_EDGE_KINDS];
	u64 suppressed[NF_EDGE_KINDS];
	u64 full[NF_EDGE_KINDS];
	struct nf_edge_event event[NF_EDGE_RING_SIZE];
};

/**
 * struct nf_edge_events - events of a namespace, while a socket listens
 * @wanted: mask of the kinds that a socket asked for
 * @rate: events a second, of a CPU and kind
 * @since: generation of the first policy whose events are told
 * @ring: by CPU
 */
struct nf_edge_events {
	u32 wanted;
	u32 rate;
	u32 since;
	struct nf_edge_ring *ring[];
};

DECLARE_STATIC_KEY_FALSE(nf_edge_events_key);

void nf_edge_events_init(struct nf_edge_net *en, nf_edge_drain_fn drain);
int nf_edge_events_start(struct nf_edge_net *en);
struct nf_edge_events *nf_edge_events_stop(struct nf_edge_net *en);
void nf_edge_events_free(struct nf_edge_events *events);
int nf_edge_tracing_start(void);
void nf_edge_tracing_stop(void);
void nf_edge_tracing_ready(bool ready);
void nf_edge_events_follow(struct nf_edge_net *en,
			   const struct nf_edge_snapshot *old);

#endif
