/* SPDX-License-Identifier: GPL-2.0-only */
/* The clock since boot, which stands still until a test moves it. */
#ifndef SHIM_LINUX_KTIME_H
#define SHIM_LINUX_KTIME_H

#include <linux/types.h>

typedef s64 ktime_t;

extern s64 shim_boottime;

#define NSEC_PER_SEC		1000000000L
#define ktime_set(s, ns)	((ktime_t)((s) * NSEC_PER_SEC + (ns)))
#define ktime_add(a, b)		((a) + (b))
#define ktime_sub(a, b)		((a) - (b))
#define ktime_to_ns(t)		(t)
#define ktime_get_boottime()	((ktime_t)shim_boottime)

#endif
