/* SPDX-License-Identifier: GPL-2.0-only */
/* Checks of RCU pointers: the lock that protects a pointer must be held. */
#ifndef FAMILY_LINUX_RCUPDATE_H
#define FAMILY_LINUX_RCUPDATE_H

#include <assert.h>
#include_next <linux/rcupdate.h>

#undef lockdep_is_held
#define lockdep_is_held(m)	((m)->locked)
#undef rcu_dereference_protected
#define rcu_dereference_protected(p, held)				\
	({ assert(held); (p); })
#undef rcu_replace_pointer
#define rcu_replace_pointer(p, value, held)				\
	({ __typeof__(p) old = (p); assert(held); (p) = (value); old; })

#endif
