/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A fold: a reading of the counters, added to the usage.
 */
#ifndef USAGE_FOLD_H
#define USAGE_FOLD_H

#include "netlink/report.h"
#include "usage/usage.h"

/**
 * struct fold_moment - when counters were read
 * @time: seconds since 1970
 * @uptime: seconds since the start of the kernel, with those asleep
 * @boot: the kernel's id of this start
 */
struct fold_moment {
	uint64_t time;
	uint64_t uptime;
	char boot[40];
};

void fold_now(struct fold_moment *moment);
void fold(struct usage *usage, const struct report *report,
	  const struct fold_moment *moment);
void fold_nothing(struct usage *usage, const struct fold_moment *moment);

#endif /* USAGE_FOLD_H */
