/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef SHIM_LINUX_SPINLOCK_H
#define SHIM_LINUX_SPINLOCK_H

#include <assert.h>
#include <stdbool.h>

typedef struct { bool locked; } spinlock_t;

#define spin_lock_init(l)	((l)->locked = false)
#define spin_lock(l)		(assert(!(l)->locked), (l)->locked = true)
#define spin_unlock(l)		(assert((l)->locked), (l)->locked = false)

#endif
