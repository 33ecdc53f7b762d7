/* SPDX-License-Identifier: GPL-2.0-only */
/* Jiffies of user space: a hundred in a second. */
#include <linux/timekeeping.h>

#define HZ			100
#define jiffies			(ktime_get_real_ns() / 10000000)
#define get_jiffies_64()	jiffies
#define jiffies64_to_nsecs(j)	((j) * 10000000)
#define nsecs_to_jiffies(n)	((n) / 10000000)
