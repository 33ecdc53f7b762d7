/* SPDX-License-Identifier: GPL-2.0-only */
/* Static keys: counters. */
#ifndef SHIM_LINUX_JUMP_LABEL_H
#define SHIM_LINUX_JUMP_LABEL_H

#define DECLARE_STATIC_KEY_FALSE(key)	extern int key
#define DEFINE_STATIC_KEY_FALSE(key)	int key
#define static_branch_unlikely(key)	(*(key) > 0)
#define static_branch_inc(key)		(++*(key))
#define static_branch_dec(key)		(--*(key))

#endif
