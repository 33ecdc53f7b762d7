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
#define alloc_workqueue(...)						\
	((struct workqueue_struct *)kzalloc(sizeof(int), GFP_KERNEL))
#define destroy_workqueue(wq)		kfree(wq)

void shim_queue(struct rcu_work *rwork);

#endif
