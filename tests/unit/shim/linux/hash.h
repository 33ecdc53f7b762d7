/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef SHIM_LINUX_HASH_H
#define SHIM_LINUX_HASH_H

#include <linux/types.h>

/* Any good spread does: the tests depend on no order of slots. */
static inline u32 hash_32(u32 val, unsigned int bits)
{
	return (val * 0x9e3779b1U) >> (32 - bits);
}

static inline u64 hash_64(u64 val, unsigned int bits)
{
	return (val * 0x9e3779b97f4a7c15ULL) >> (64 - bits);
}

#endif
