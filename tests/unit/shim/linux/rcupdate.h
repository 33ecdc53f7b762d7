/* SPDX-License-Identifier: GPL-2.0-only */
/* RCU with one thread: a grace period ends when the thread is no reader. */
#ifndef SHIM_LINUX_RCUPDATE_H
#define SHIM_LINUX_RCUPDATE_H

#include <linux/slab.h>
#include <linux/types.h>

struct rcu_head { void *unused; };

void rcu_read_lock(void);
void rcu_read_unlock(void);

#define kvfree_rcu(p, member)			kvfree(p)
#define rcu_barrier()				((void)0)
#define synchronize_rcu()			((void)0)
#define rcu_access_pointer(p)			(p)
#define rcu_dereference(p)			(p)
#define rcu_dereference_protected(p, held)	(p)
#define rcu_assign_pointer(p, value)		((p) = (value))
#define RCU_INIT_POINTER(p, value)		((p) = (value))
#define rcu_replace_pointer(p, value, held)				\
	({ __typeof__(p) old = (p); (p) = (value); old; })
#define lockdep_is_held(lock)			true

#endif
