/* SPDX-License-Identifier: GPL-2.0-only */
/* Tests print for themselves. */
#define pr_warn_once(...)	((void)0)
