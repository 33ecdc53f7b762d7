/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef SHIM_LINUX_UNALIGNED_H
#define SHIM_LINUX_UNALIGNED_H

#include <linux/types.h>
#include <asm/byteorder.h>
#include <string.h>

#define get_unaligned(p) __extension__ ({				\
	const struct {							\
		typeof(*(p)) value;					\
	} __attribute__((packed)) *unaligned = (const void *)(p);	\
									\
	unaligned->value;						\
})

static inline u64 get_unaligned_be64(const void *p)
{
	__be64 value;

	memcpy(&value, p, sizeof(value));
	return __be64_to_cpu(value);
}

#endif
