// SPDX-License-Identifier: GPL-2.0-only
/*
 * Sort peer prefixes that arrive in chunks.  Each chunk becomes a sorted run,
 * and runs of similar length are merged, so that no step takes long.
 */

#include <linux/errno.h>
#include <linux/mm.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/sort.h>

#include "array.h"
#include "prefixes.h"

/**
 * nf_edge_prefix_cmp - compare two prefixes for sort()
 * @a: a struct nf_edge_prefix
 * @b: another struct nf_edge_prefix
 *
 * Order by family, address, length and set.  A prefix follows all prefixes that
 * contain it.
 *
 * Context: any.
 * Return: negative, 0 or positive, as memcmp() does.
 */
int nf_edge_prefix_cmp(const void *a, const void *b)
{
	const struct nf_edge_prefix *x = a, *y = b;

	if (x->ipv6 != y->ipv6)
		return x->ipv6 ? 1 : -1;
	if (x->hi != y->hi)
		return x->hi > y->hi ? 1 : -1;
	if (x->lo != y->lo)
		return x->lo > y->lo ? 1 : -1;
	if (x->len != y->len)
		return x->len > y->len ? 1 : -1;
	return (int)x->set - (int)y->set;
}

/**
 * nf_edge_host_bits_hi - make the upper half of a host mask
 * @len: prefix length, from 0 to 128
 *
 * Context: any.
 * Return: the host bits in the upper half of an address.
 */
u64 nf_edge_host_bits_hi(u8 len)
{
	return len >= 64 ? 0 : ~0ULL >> len;
}

/**
 * nf_edge_host_bits_lo - make the lower half of a host mask
 * @len: prefix length, from 0 to 128
 *
 * Context: any.
 * Return: the host bits in the lower half of an address.
 */
u64 nf_edge_host_bits_lo(u8 len)
{
	if (len <= 64)
		return ~0ULL;
	return len >= 128 ? 0 : ~0ULL >> (len - 64);
}

static bool is_sorted(const struct nf_edge_prefix *at, u32 n)
{
	u32 i;

	for (i = 1; i < n; i++)
		if (nf_edge_prefix_cmp(&at[i - 1], &at[i]) > 0)
			return false;
	return true;
}

/* Remove duplicates from a sorted array.  Return the number of entries left. */
static u32 unique(struct nf_edge_prefix *at, u32 n)
{
	u32 i, kept = n ? 1 : 0;

	for (i = 1; i < n; i++)
		if (nf_edge_prefix_cmp(&at[kept - 1], &at[i]))
			at[kept++] = at[i];
	return kept;
}

/* Merge the last two runs into one. */
static int merge_last(struct nf_edge_prefixes *p)
{
	struct nf_edge_prefix *a = p->run[p->n_runs - 2].at;
	struct nf_edge_prefix *b = p->run[p->n_runs - 1].at;
	u32 n_a = p->run[p->n_runs - 2].n, n_b = p->run[p->n_runs - 1].n;
	struct nf_edge_prefix *out;
	u32 i = 0, j = 0, n = 0;

	out = nf_edge_array(n_a + n_b, sizeof(*out));
	if (!out)
		return -ENOMEM;
	while (i < n_a || j < n_b) {
		int order = i == n_a ? 1 : j == n_b ? -1 :
			    nf_edge_prefix_cmp(&a[i], &b[j]);

		out[n++] = order <= 0 ? a[i] : b[j];
		i += order <= 0;
		j += order >= 0;
		if (!(n % 4096))
			cond_resched();
	}
	kvfree(a);
	kvfree(b);
	p->total -= n_a + n_b - n;
	p->n_runs--;
	p->run[p->n_runs - 1].at = out;
	p->run[p->n_runs - 1].n = n;
	return 0;
}

/**
 * nf_edge_prefixes_add - add a chunk of prefixes
 * @p: the collection
 * @chunk: an array from kvmalloc(), in any order; @p takes ownership, also when
 *	the call fails
 * @n: number of prefixes in @chunk, at least 1
 *
 * Context: may sleep.
 * Return: 0 or -ENOMEM.
 */
int nf_edge_prefixes_add(struct nf_edge_prefixes *p,
			 struct nf_edge_prefix *chunk, u32 n)
{
	int err;

	if (!is_sorted(chunk, n))
		sort(chunk, n, sizeof(*chunk), nf_edge_prefix_cmp, NULL);
	n = unique(chunk, n);

	p->run[p->n_runs].at = chunk;
	p->run[p->n_runs].n = n;
	p->n_runs++;
	p->total += n;
	while (p->n_runs > 1 &&
	       p->run[p->n_runs - 2].n / 2 < p->run[p->n_runs - 1].n) {
		err = merge_last(p);
		if (err)
			return err;
	}
	return 0;
}

/**
 * nf_edge_prefixes_finish - merge all runs into one
 * @p: the collection; has one run after success, or none if it is empty
 *
 * Context: may sleep.
 * Return: 0 or -ENOMEM.
 */
int nf_edge_prefixes_finish(struct nf_edge_prefixes *p)
{
	while (p->n_runs > 1) {
		int err = merge_last(p);

		if (err)
			return err;
	}
	return 0;
}

/**
 * nf_edge_prefixes_free - free all runs
 * @p: the collection; empty afterwards
 *
 * Context: may sleep.
 */
void nf_edge_prefixes_free(struct nf_edge_prefixes *p)
{
	while (p->n_runs)
		kvfree(p->run[--p->n_runs].at);
	p->total = 0;
}
