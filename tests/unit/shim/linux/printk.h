/* SPDX-License-Identifier: GPL-2.0-only */
/* Tests print for themselves. */
#include <stdio.h>

#define pr_warn_once(...)		((void)0)
#define pr_warn_ratelimited(...)	((void)(0 && printf(__VA_ARGS__)))
#define pr_notice(...)			((void)(0 && printf(__VA_ARGS__)))
