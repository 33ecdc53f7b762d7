/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef SHIM_LINUX_MUTEX_H
#define SHIM_LINUX_MUTEX_H

#include <assert.h>
#include <stdbool.h>

struct mutex { bool locked; };

#define mutex_init(m)	((m)->locked = false)
#define mutex_lock(m)	(assert(!(m)->locked), (m)->locked = true)
#define mutex_unlock(m)	(assert((m)->locked), (m)->locked = false)

#define DEFINE_MUTEX(m)	struct mutex m

#endif
