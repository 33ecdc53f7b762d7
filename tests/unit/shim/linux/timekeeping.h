/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef SHIM_LINUX_TIMEKEEPING_H
#define SHIM_LINUX_TIMEKEEPING_H

#include <time.h>
#include <linux/types.h>

#include <linux/ktime.h>

/* Time of a stopped clock, or 0 while the clock runs. */
extern u64 shim_stopped_clock;

static inline u64 ktime_get_real_ns(void)
{
	struct timespec now;

	if (shim_stopped_clock)
		return shim_stopped_clock;
	clock_gettime(CLOCK_REALTIME, &now);
	return (u64)now.tv_sec * NSEC_PER_SEC + now.tv_nsec;
}

#endif
