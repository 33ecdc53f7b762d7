/* SPDX-License-Identifier: GPL-2.0-only */
/* Workqueues that run work at once, or after a grace period. */
#ifndef SHIM_LINUX_WORKQUEUE_H
#define SHIM_LINUX_WORKQUEUE_H

#include <linux/slab.h>
#include <linux/types.h>

struct work_struct { void (*run)(struct work_struct *work); };
struct rcu_work { struct work_struct work; struct rcu_work *next; };
struct workqueue_struct { int unused; };

#define WQ_UNBOUND	0
#define container_of(p, type, member)					\
	((type *)((char *)(p) - offsetof(type, member)))
#define to_rcu_work(w)			container_of(w, struct rcu_work, work)
#define INIT_RCU_WORK(rwork, function)	((rwork)->work.run = (function))
#define queue_rcu_work(wq, rwork)	shim_queue(rwork)
typedef void (*work_func_t)(struct work_struct *work);

#define INIT_WORK(work, function)	((work)->run = (function))
#define schedule_work(work)		((work)->run(work))
#define cancel_work_sync(work)		((void)(work))

/* Work that a test runs when its time has come: @delay jiffies from now. */
struct delayed_work { struct work_struct work; unsigned long delay; bool waits; };

#define to_delayed_work(w)		container_of(w, struct delayed_work, work)
#define INIT_DELAYED_WORK(dwork, function)				\
	(*(dwork) = (struct delayed_work){ .work.run = (function) })
#define schedule_delayed_work(dwork, after)				\
	((dwork)->delay = (after), (dwork)->waits = true)
#define cancel_delayed_work_sync(dwork)	((dwork)->waits = false)

#define alloc_workqueue(...)						\
	((struct workqueue_struct *)kzalloc(sizeof(int), GFP_KERNEL))
#define destroy_workqueue(wq)		kfree(wq)

void shim_queue(struct rcu_work *rwork);

#endif
