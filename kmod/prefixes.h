/* SPDX-License-Identifier: GPL-2.0-only */
/* Prefixes of peer sets, and how they are sorted. */
#ifndef _NF_EDGE_PREFIXES_H
#define _NF_EDGE_PREFIXES_H

#include <linux/types.h>

/**
 * struct nf_edge_prefix - one prefix of a peer set
 * @hi: upper half of the address, host order; an IPv4 address is in the upper
 *	32 bits of @hi
 * @lo: lower half of the address, host order; 0 in IPv4
 * @ipv6: the family
 * @len: prefix length
 * @set: enum nf_edge_peer_set
 */
struct nf_edge_prefix {
	u64 hi;
	u64 lo;
	bool ipv6;
	u8 len;
	u8 set;
} __packed __aligned(4);	/* small: a site may have a million */

#define NF_EDGE_PREFIX_RUNS	32

/**
 * struct nf_edge_prefixes - a collection that becomes one sorted array
 * @run: sorted arrays, each at least twice as long as the next
 * @n_runs: number of runs
 * @total: number of prefixes in all runs
 */
struct nf_edge_prefixes {
	struct {
		struct nf_edge_prefix *at;
		u32 n;
	} run[NF_EDGE_PREFIX_RUNS];
	unsigned int n_runs;
	u32 total;
};

int nf_edge_prefix_cmp(const void *a, const void *b);
u64 nf_edge_host_bits_hi(u8 len);
u64 nf_edge_host_bits_lo(u8 len);
int nf_edge_prefixes_add(struct nf_edge_prefixes *p,
			 struct nf_edge_prefix *chunk, u32 n);
int nf_edge_prefixes_finish(struct nf_edge_prefixes *p);
void nf_edge_prefixes_free(struct nf_edge_prefixes *p);

#endif
