/* SPDX-License-Identifier: GPL-2.0-only */
/* Mutexes that another thread, played by the test, may hold. */
#ifndef FAMILY_LINUX_MUTEX_H
#define FAMILY_LINUX_MUTEX_H

#include <assert.h>
#include <stdbool.h>
#include <stddef.h>

struct mutex { bool locked; };

/* Called before a mutex is taken, as its holder until then, and after it is given back. */
extern void (*shim_before_lock)(struct mutex *m);
extern void (*shim_after_unlock)(struct mutex *m);

static inline void mutex_init(struct mutex *m)
{
	m->locked = false;
}

static inline void mutex_lock(struct mutex *m)
{
	if (shim_before_lock)
		shim_before_lock(m);
	assert(!m->locked);
	m->locked = true;
}

static inline void mutex_unlock(struct mutex *m)
{
	assert(m->locked);
	m->locked = false;
	if (shim_after_unlock)
		shim_after_unlock(m);
}

#define lockdep_assert_held(m)	assert((m)->locked)

#define DEFINE_MUTEX(m)	struct mutex m

#endif
