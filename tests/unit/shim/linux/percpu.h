/* SPDX-License-Identifier: GPL-2.0-only */
/* Per-CPU memory, one CPU after the other.  A test selects its CPU. */
#ifndef SHIM_LINUX_PERCPU_H
#define SHIM_LINUX_PERCPU_H

#include <linux/slab.h>
#include <linux/types.h>

#define SHIM_CPUS	3
#define SHIM_STRIDE	16384UL

extern unsigned int shim_cpu;

#define per_cpu_ptr(p, cpu)						\
	((__typeof__(p))((unsigned long)(p) + (cpu) * SHIM_STRIDE))

#define alloc_percpu_gfp(type, gfp)					\
	((type *)(sizeof(type) <= SHIM_STRIDE ?				\
		  kvcalloc(SHIM_CPUS, SHIM_STRIDE, gfp) : NULL))
#define alloc_percpu(type)	alloc_percpu_gfp(type, GFP_KERNEL)
#define free_percpu(p)		kvfree(p)

#define for_each_possible_cpu(cpu)					\
	for ((cpu) = 0; (cpu) < SHIM_CPUS; (cpu)++)

#define this_cpu_add(field, n)		(*per_cpu_ptr(&(field), shim_cpu) += (n))
#define this_cpu_inc(field)		this_cpu_add(field, 1)
#define this_cpu_write(field, n)	(*per_cpu_ptr(&(field), shim_cpu) = (n))

#endif
