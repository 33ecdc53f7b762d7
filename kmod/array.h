/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _NF_EDGE_ARRAY_H
#define _NF_EDGE_ARRAY_H

#include <linux/mm.h>
#include <linux/overflow.h>
#include <linux/slab.h>
#include <linux/vmalloc.h>

/* From here on kmalloc() would round up to a power of two, far from it perhaps. */
#define NF_EDGE_ARRAY_LARGE	65536

/**
 * nf_edge_array - memory for an array that may be large and stays for long
 * @n: entries
 * @size: of one
 *
 * Context: may sleep.
 * Return: the array, not zeroed, for kvfree(); or NULL.
 */
static inline void *nf_edge_array(size_t n, size_t size)
{
	size_t bytes = array_size(n, size);

	return bytes < NF_EDGE_ARRAY_LARGE ?
	       kvmalloc(bytes, GFP_KERNEL_ACCOUNT) :
	       __vmalloc(bytes, GFP_KERNEL_ACCOUNT);
}

#endif
