/* SPDX-License-Identifier: GPL-2.0-only */
#include <string.h>
#include <linux/bitops.h>

static inline void bitmap_fill(unsigned long *bits, unsigned int n)
{
	memset(bits, 0xff, n / 8);
}
