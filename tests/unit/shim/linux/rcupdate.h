/* SPDX-License-Identifier: GPL-2.0-only */
/* There is one thread: what waits for a grace period need not. */
#ifndef SHIM_LINUX_RCUPDATE_H
#define SHIM_LINUX_RCUPDATE_H

#include <linux/types.h>

struct rcu_head { void *unused; };

#define rcu_read_lock()				((void)0)
#define rcu_read_unlock()			((void)0)
#define rcu_barrier()				((void)0)
#define rcu_access_pointer(p)			(p)
#define rcu_dereference(p)			(p)
#define rcu_dereference_protected(p, held)	(p)
#define rcu_assign_pointer(p, value)		((p) = (value))
#define rcu_replace_pointer(p, value, held)				\
	({ __typeof__(p) old = (p); (p) = (value); old; })
#define lockdep_is_held(lock)			true

#endif
