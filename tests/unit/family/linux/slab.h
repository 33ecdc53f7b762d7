/* SPDX-License-Identifier: GPL-2.0-only */
/* Parts of the kernel that handlers of the family use. */
#ifndef FAMILY_LINUX_SLAB_H
#define FAMILY_LINUX_SLAB_H

#include_next <linux/slab.h>
#include <errno.h>
#include <linux/minmax.h>
#include <linux/types.h>
#include <linux/unaligned.h>
#include <netinet/in.h>

#define kcalloc(n, size, gfp)	kvcalloc(n, size, gfp)
#define BUILD_BUG_ON(condition)	assert(!(condition))
#define ERR_PTR(error)		((void *)(long)(error))
#define PTR_ERR(p)		((int)(long)(p))
#define PTR_ERR_OR_ZERO(p)	(IS_ERR(p) ? PTR_ERR(p) : 0)
#define IS_ERR(p)		((unsigned long)(p) >= (unsigned long)-4095)
#define be32_to_cpu		__be32_to_cpu

static inline void *memchr_inv(const void *p, int octet, size_t size)
{
	const u8 *at = p;

	for (; size; size--, at++)
		if (*at != octet)
			return (void *)at;
	return NULL;
}

static inline u32 get_unaligned_be32(const void *p)
{
	__be32 value;

	memcpy(&value, p, sizeof(value));
	return __be32_to_cpu(value);
}

#endif
