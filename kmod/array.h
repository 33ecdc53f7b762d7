/* SPDX-License-Identifier: GPL-2.0-only */
/* Memory for large arrays. */
#ifndef _NF_EDGE_ARRAY_H
#define _NF_EDGE_ARRAY_H

#include <linux/mm.h>
#include <linux/overflow.h>
#include <linux/slab.h>
#include <linux/vmalloc.h>

/* kmalloc() rounds sizes up to a power of two, and may waste half of this. */
#define NF_EDGE_ARRAY_LARGE	65536

/**
 * nf_edge_array - allocate an array that may be large and lives long
 * @n: number of entries
 * @size: size of an entry in octets
 *
 * Context: may sleep.
 * Return: the array, not zeroed, for kvfree(); or NULL without memory.
 */
static inline void *nf_edge_array(size_t n, size_t size)
{
	size_t bytes = array_size(n, size);

	return bytes < NF_EDGE_ARRAY_LARGE ?
	       kvmalloc(bytes, GFP_KERNEL_ACCOUNT) :
	       __vmalloc(bytes, GFP_KERNEL_ACCOUNT);
}

#endif
