/* SPDX-License-Identifier: GPL-2.0-only */
/* Changes that are taken back unless they are confirmed in time. */
#ifndef _NF_EDGE_CONFIRM_H
#define _NF_EDGE_CONFIRM_H

#include <linux/ktime.h>
#include <linux/types.h>
#include <linux/workqueue.h>

struct nf_edge_net;
struct nf_edge_rest;
struct nf_edge_snapshot;

/**
 * struct nf_edge_pending - a change that waits for its confirmation
 * @back: the policy before the change, ready to be published; NULL when nothing
 *	was governed
 * @rest: counts that the policy since may not show, one element a node of
 *	@back; NULL when the site is the same
 * @generation: generation of the policy before
 * @deadline: when the change is taken back, by CLOCK_BOOTTIME
 */
struct nf_edge_pending {
	struct nf_edge_snapshot *back;
	struct nf_edge_rest *rest;
	u32 generation;
	ktime_t deadline;
};

struct nf_edge_pending *
nf_edge_pending_create(const struct nf_edge_snapshot *old,
		       const struct nf_edge_snapshot *next);
void nf_edge_pending_free(struct nf_edge_pending *pending);

void nf_edge_confirm_init(struct nf_edge_net *en, work_func_t expire);
void nf_edge_confirm_exit(struct nf_edge_net *en);
void nf_edge_confirm_wait(struct nf_edge_net *en,
			  struct nf_edge_pending *pending, u32 seconds);
void nf_edge_confirm_end(struct nf_edge_net *en);
void nf_edge_confirm_retry(struct nf_edge_net *en);
u32 nf_edge_confirm_left(const struct nf_edge_net *en);
int nf_edge_confirm_rollback(struct nf_edge_net *en);

#endif
