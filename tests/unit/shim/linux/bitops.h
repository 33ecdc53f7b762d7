/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef SHIM_LINUX_BITOPS_H
#define SHIM_LINUX_BITOPS_H

#include <linux/bits.h>
#include <linux/types.h>

#define BITS_TO_LONGS(n)	(((n) + 63) / 64)

static inline bool test_bit(unsigned long nr, const unsigned long *addr)
{
	return addr[nr / 64] >> nr % 64 & 1;
}

static inline void __set_bit(unsigned long nr, unsigned long *addr)
{
	addr[nr / 64] |= BIT(nr % 64);
}

#define __ffs(n)		__builtin_ctzl(n)
#define __ffs64(n)		__builtin_ctzll(n)

static inline int fls64(u64 n)
{
	return n ? 64 - __builtin_clzl(n) : 0;
}

#endif
