/* SPDX-License-Identifier: GPL-2.0-only */
/* Types and macros of the kernel, in user space, for parts of the module. */
#ifndef SHIM_LINUX_TYPES_H
#define SHIM_LINUX_TYPES_H

#include_next <linux/types.h>
#include <assert.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef uint8_t u8;
typedef int8_t s8;
typedef uint16_t u16;
typedef uint32_t u32;
typedef uint64_t u64;
typedef int32_t s32;
typedef int64_t s64;
typedef int gfp_t;

#define __force
#define __percpu
#undef __packed
#define __packed	__attribute__((packed))
#define __aligned(n)	__attribute__((aligned(n)))
#undef __always_inline
#define __always_inline	inline __attribute__((always_inline))
#define __rcu
#define noinline	__attribute__((noinline))
#define notrace
#define likely(x)	__builtin_expect(!!(x), 1)
#define unlikely(x)	__builtin_expect(!!(x), 0)
#define OPTIMIZER_HIDE_VAR(v)	asm("" : "=r" (v) : "0" (v))
#define barrier()	asm volatile("" : : : "memory")
#define READ_ONCE(x)	(*(const volatile __typeof__(x) *)&(x))
#define data_race(x)	(x)
#define WRITE_ONCE(x, n)	(*(volatile __typeof__(x) *)&(x) = (n))
#define ALIGN(n, to)	(((n) + (to) - 1) & ~((__typeof__(n))(to) - 1))
#define swap(a, b)							\
	do {								\
		__typeof__(a) was = (a);				\
									\
		(a) = (b);						\
		(b) = was;						\
	} while (0)
#define ARRAY_SIZE(a)	(sizeof(a) / sizeof((a)[0]))

#endif
