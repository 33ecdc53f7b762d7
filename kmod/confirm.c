// SPDX-License-Identifier: GPL-2.0-only
/*
 * Changes that are taken back unless they are confirmed in time.  The policy
 * before a change is kept, ready to be published, so that little can fail when
 * the change is taken back.  The time runs in the kernel, by a clock that counts
 * while the machine is suspended and that nobody can set.
 */

#include <linux/hrtimer.h>
#include <linux/math64.h>
#include <linux/mm.h>
#include <linux/slab.h>

#include "confirm.h"
#include "netns.h"
#include "node.h"
#include "publish.h"
#include "snapshot.h"

/**
 * nf_edge_pending_create - prepare the way back from a change
 * @old: the policy in force, or NULL
 * @next: the policy of the change
 *
 * Context: may sleep; the namespace's mutex is held.
 * Return: what nf_edge_confirm_wait() takes, or NULL without memory.
 */
struct nf_edge_pending *
nf_edge_pending_create(const struct nf_edge_snapshot *old,
		       const struct nf_edge_snapshot *next)
{
	struct nf_edge_pending *pending;

	pending = kzalloc(sizeof(*pending), GFP_KERNEL_ACCOUNT);
	if (!pending || !old)
		return pending;
	pending->generation = old->generation;
	pending->back = nf_edge_snapshot_create(old->site, &old->switches,
						&old->loaded);
	if (old->site != next->site)
		pending->rest = kvcalloc(old->site->n_nodes,
					 sizeof(*pending->rest),
					 GFP_KERNEL_ACCOUNT);
	if (!pending->back || (old->site != next->site && !pending->rest)) {
		nf_edge_pending_free(pending);
		return NULL;
	}
	return pending;
}

/**
 * nf_edge_pending_free - forget the way back from a change
 * @pending: from nf_edge_pending_create(), or NULL
 *
 * Context: may sleep.
 */
void nf_edge_pending_free(struct nf_edge_pending *pending)
{
	if (!pending)
		return;
	if (pending->back)
		nf_edge_snapshot_put(pending->back);
	kvfree(pending->rest);
	kfree(pending);
}

static enum hrtimer_restart time_is_up(struct hrtimer *timer)
{
	struct nf_edge_net *en = container_of(timer, struct nf_edge_net,
					      confirm_timer);

	schedule_work(&en->confirm_work);
	return HRTIMER_NORESTART;
}

/**
 * nf_edge_confirm_init - begin without a change that waits
 * @en: the namespace
 * @expire: takes the change back when its time is up
 *
 * Context: process context.
 */
void nf_edge_confirm_init(struct nf_edge_net *en, work_func_t expire)
{
	spin_lock_init(&en->pending_lock);
	hrtimer_setup(&en->confirm_timer, time_is_up, CLOCK_BOOTTIME,
		      HRTIMER_MODE_ABS);
	INIT_WORK(&en->confirm_work, expire);
}

/**
 * nf_edge_confirm_exit - wait until nothing takes a change back any more
 * @en: the namespace, which ends, after nf_edge_confirm_end()
 *
 * Context: may sleep; @en->mutex is not held.
 */
void nf_edge_confirm_exit(struct nf_edge_net *en)
{
	hrtimer_cancel(&en->confirm_timer);
	cancel_work_sync(&en->confirm_work);
}

/**
 * nf_edge_confirm_wait - let a change wait for its confirmation
 * @en: the namespace, whose change was just published; no other change waits
 * @pending: the way back, owned by the namespace from here on
 * @seconds: how long
 *
 * Context: @en->mutex is held.
 */
void nf_edge_confirm_wait(struct nf_edge_net *en,
			  struct nf_edge_pending *pending, u32 seconds)
{
	pending->deadline = ktime_add(ktime_get_boottime(),
				      ktime_set(seconds, 0));
	spin_lock(&en->pending_lock);
	en->pending = pending;
	spin_unlock(&en->pending_lock);
	hrtimer_start(&en->confirm_timer, pending->deadline, HRTIMER_MODE_ABS);
}

/**
 * nf_edge_confirm_end - let no change wait any more
 * @en: the namespace
 *
 * Context: may sleep; @en->mutex is held.
 */
void nf_edge_confirm_end(struct nf_edge_net *en)
{
	struct nf_edge_pending *pending = en->pending;

	/* A callback that runs finds nothing that waits. */
	hrtimer_try_to_cancel(&en->confirm_timer);
	spin_lock(&en->pending_lock);
	en->pending = NULL;
	spin_unlock(&en->pending_lock);
	nf_edge_pending_free(pending);
}

/**
 * nf_edge_confirm_left - how long a change may still be confirmed
 * @en: the namespace, in which a change waits
 *
 * Context: @en->mutex or @en->pending_lock is held.
 * Return: seconds, rounded up; 0 when the change is about to be taken back.
 */
u32 nf_edge_confirm_left(const struct nf_edge_net *en)
{
	s64 left = ktime_to_ns(ktime_sub(en->pending->deadline,
					 ktime_get_boottime()));

	return left > 0 ? div_u64(left + NSEC_PER_SEC - 1, NSEC_PER_SEC) : 0;
}

/**
 * nf_edge_confirm_rollback - take back the change that waits
 * @en: the namespace, in which a change waits
 *
 * Context: may sleep; @en->mutex is held; takes RTNL.
 * Return: 0, or -ENOMEM with the change still in force, and still waiting.
 */
int nf_edge_confirm_rollback(struct nf_edge_net *en)
{
	struct nf_edge_pending *pending = en->pending;
	int err = 0;

	if (pending->back)
		err = nf_edge_publish_back(en, pending->back, pending->rest);
	else
		nf_edge_unpublish(en);
	if (err)
		return err;
	/* The policy is the namespace's now. */
	spin_lock(&en->pending_lock);
	pending->back = NULL;
	spin_unlock(&en->pending_lock);
	nf_edge_confirm_end(en);
	return 0;
}

/**
 * nf_edge_confirm_retry - try again soon to take the change back
 * @en: the namespace, in which a change waits
 *
 * Context: @en->mutex is held.
 */
void nf_edge_confirm_retry(struct nf_edge_net *en)
{
	hrtimer_start(&en->confirm_timer,
		      ktime_add(ktime_get_boottime(), ktime_set(1, 0)),
		      HRTIMER_MODE_ABS);
}
