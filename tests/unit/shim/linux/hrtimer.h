/* SPDX-License-Identifier: GPL-2.0-only */
/* Timers that a test lets run out: it moves the clock, and calls the function. */
#ifndef SHIM_LINUX_HRTIMER_H
#define SHIM_LINUX_HRTIMER_H

#include <stdbool.h>
#include <time.h>
#include <linux/ktime.h>

enum hrtimer_mode { HRTIMER_MODE_ABS };
enum hrtimer_restart { HRTIMER_NORESTART };

struct hrtimer {
	enum hrtimer_restart (*function)(struct hrtimer *timer);
	ktime_t at;
	bool runs;
};

static inline void hrtimer_setup(struct hrtimer *timer,
				 enum hrtimer_restart (*function)(struct hrtimer *),
				 clockid_t clock, enum hrtimer_mode mode)
{
	*timer = (struct hrtimer){ .function = function };
}

static inline void hrtimer_start(struct hrtimer *timer, ktime_t at,
				 enum hrtimer_mode mode)
{
	timer->at = at;
	timer->runs = true;
}

static inline int hrtimer_try_to_cancel(struct hrtimer *timer)
{
	bool ran = timer->runs;

	timer->runs = false;
	return ran;
}

#define hrtimer_cancel(timer)	hrtimer_try_to_cancel(timer)

#endif
