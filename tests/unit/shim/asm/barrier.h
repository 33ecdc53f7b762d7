/* SPDX-License-Identifier: GPL-2.0-only */
/* One thread sees its own writes. */
#define smp_load_acquire(p)		READ_ONCE(*(p))
#define smp_store_release(p, value)	WRITE_ONCE(*(p), value)
