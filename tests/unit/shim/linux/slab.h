/* SPDX-License-Identifier: GPL-2.0-only */
/* Allocations that a test can have fail. */
#ifndef SHIM_LINUX_SLAB_H
#define SHIM_LINUX_SLAB_H

#include <stdlib.h>
#include <string.h>

#define struct_size(p, member, n)					\
	(sizeof(*(p)) + (n) * sizeof((p)->member[0]))

#define GFP_KERNEL		0
#define GFP_KERNEL_ACCOUNT	1

/* Flags of the last kvzalloc(), which tell the account of the memory. */
extern int shim_kvzalloc_gfp;

/* Number of allocations before one fails; none fails if negative. */
extern long shim_allocations_left;

static inline void *kvcalloc(size_t n, size_t size, int gfp)
{
	(void)gfp;
	if (shim_allocations_left >= 0 && shim_allocations_left-- == 0)
		return NULL;
	return calloc(n, size);
}

/* Not zeroed, and never mistaken for it. */
static inline void *kvmalloc_array(size_t n, size_t size, int gfp)
{
	void *p = kvcalloc(n, size, gfp);

	return p ? memset(p, 0xa5, n * size) : NULL;
}

static inline void *kmalloc_array(size_t n, size_t size, int gfp)
{
	return kvmalloc_array(n, size, gfp);
}

static inline void *kvmalloc(size_t size, int gfp)
{
	return kvmalloc_array(1, size, gfp);
}

static inline void *__vmalloc(size_t size, int gfp)
{
	return kvmalloc_array(1, size, gfp);
}

static inline void *kmalloc(size_t size, int gfp)
{
	return kvmalloc(size, gfp);
}

static inline void *kzalloc(size_t size, int gfp)
{
	return kvcalloc(1, size, gfp);
}

static inline void *kvzalloc(size_t size, int gfp)
{
	shim_kvzalloc_gfp = gfp;
	return kvcalloc(1, size, gfp);
}

static inline void *kvzalloc_node(size_t size, int gfp, int node)
{
	return kvzalloc(size, gfp);
}

static inline void kfree(const void *p)
{
	free((void *)p);
}

static inline void kvfree(const void *p)
{
	free((void *)p);
}

#endif
