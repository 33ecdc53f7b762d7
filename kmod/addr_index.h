/* SPDX-License-Identifier: GPL-2.0-only */
/* Address index: look up the class of an address. */
#ifndef _NF_EDGE_ADDR_INDEX_H
#define _NF_EDGE_ADDR_INDEX_H

#include <linux/bitops.h>
#include <linux/string.h>
#include <linux/types.h>
#include <linux/unaligned.h>
#include <asm/byteorder.h>

#ifndef __LITTLE_ENDIAN
#error "nf_edge reads addresses as little-endian machines do"
#endif

#include "class.h"
#include "edge_slots.h"
#include "prefixes.h"
#include "ranges.h"

/* Number of blocks, each of addresses with the same 16 bits, or folded 48. */
#define NF_EDGE_BLOCKS		65536

/**
 * struct nf_edge_addr_index - from an address to its class
 * @class: classes by number; number 0 has no address, and leads to the slow
 *	path
 * @edge_ipv4: perfect hash of the edge addresses of IPv4
 * @edge_ipv6: perfect hash of the edge addresses of IPv6
 * @all_ipv4: ranges of all addresses of IPv4, with class numbers
 * @all_ipv6: ranges of all addresses of IPv6, with class numbers
 * @maybe_guarded_ipv4: bitmap of guarded prefixes, by the first 16 bits
 * @maybe_guarded_ipv6: bitmap of guarded prefixes shorter than 48 bits, by the
 *	first 16 bits
 * @folded_ipv6: bitmap of other guarded prefixes, by the fold of the first
 *	48 bits
 * @n_edge: number of edge addresses, each counted once
 *
 * Guarded prefixes are edge addresses, internal-networks and martians.
 */
struct nf_edge_addr_index {
	struct nf_edge_class *class;
	struct nf_edge_slots edge_ipv4;
	struct nf_edge_slots edge_ipv6;
	struct nf_edge_ranges all_ipv4;
	struct nf_edge_ranges all_ipv6;
	unsigned long *maybe_guarded_ipv4;
	unsigned long *maybe_guarded_ipv6;
	unsigned long *folded_ipv6;
	u32 n_edge;
};

int nf_edge_addr_index_build(struct nf_edge_addr_index *index,
			     const struct nf_edge_table *table,
			     const struct nf_edge_address *address, u32 n,
			     const struct nf_edge_prefix *prefix, u32 n_prefix,
			     const struct nf_edge_sets *policy);
void nf_edge_addr_index_free(struct nf_edge_addr_index *index);

/* Fold the first 48 bits of an IPv6 address, in packet order, to 16 bits. */
static __always_inline u16 nf_edge_fold(u64 hi)
{
	return hi ^ hi >> 16 ^ hi >> 32;
}

/**
 * nf_edge_edge_number - look up the class number of an edge address
 * @index: the index
 * @ipv4: the family
 * @addr: the address in network order
 *
 * Context: any; @index is pinned by the caller.
 * Return: the number; negative for other addresses.  The unspecified address
 * may find an empty slot: 0 then, which leads to the slow path.  If the edge
 * addresses are too many to hash, no number is found: then
 * nf_edge_maybe_guarded() is true for all addresses.
 */
static __always_inline int
nf_edge_edge_number(const struct nf_edge_addr_index *index, bool ipv4,
		    const void *addr)
{
	int class = -1;

	if (ipv4) {
		const struct nf_edge_slots *slots = &index->edge_ipv4;
		const struct nf_edge_slot_ipv4 *slot;
		u32 addr4;

		memcpy(&addr4, addr, sizeof(addr4));
		slot = &slots->ipv4[nf_edge_hash_ipv4(slots, addr4)];
		if (slot->addr == addr4)
			class = slot->class;
	} else {
		const struct nf_edge_slots *slots = &index->edge_ipv6;
		const struct nf_edge_slot_ipv6 *slot;
		u64 hi, lo;

		hi = get_unaligned_be64(addr);
		memcpy(&lo, addr + sizeof(hi), sizeof(lo));
		slot = &slots->ipv6[nf_edge_hash_ipv6(slots, hi, lo)];
		if (slot->lo == lo && slot->hi == hi)
			class = slot->class;
	}
	return class;
}

/**
 * nf_edge_class_of - look up the class of any address
 * @index: the index
 * @ipv4: the family
 * @addr: the address in network order
 *
 * Context: any; @index is pinned by the caller.
 * Return: the class, never NULL.
 */
static __always_inline const struct nf_edge_class *
nf_edge_class_of(const struct nf_edge_addr_index *index, bool ipv4,
		 const void *addr)
{
	u16 class = ipv4 ?
		nf_edge_ranges_find(&index->all_ipv4, true, be32_to_cpup(addr),
				    0) :
		nf_edge_ranges_find(&index->all_ipv6, false,
				    get_unaligned_be64(addr),
				    get_unaligned_be64(addr + 8));

	return &index->class[class];
}

/**
 * nf_edge_bucket - look up the bucket of an address
 * @index: the index
 * @ipv4: the family
 * @addr: the address in network order
 *
 * Context: any; @index is pinned by the caller.
 * Return: the bucket.  If nf_edge_ranges_is_value() is true for the bucket,
 * nf_edge_bucket_class() is the class; otherwise call nf_edge_class_of().
 */
static __always_inline u32
nf_edge_bucket(const struct nf_edge_addr_index *index, bool ipv4,
	       const void *addr)
{
	return ipv4 ?
	       nf_edge_ranges_bucket(&index->all_ipv4, be32_to_cpup(addr)) :
	       nf_edge_ranges_bucket(&index->all_ipv6,
				     get_unaligned_be64(addr));
}

/* Return the class of a bucket that holds a value. */
static __always_inline const struct nf_edge_class *
nf_edge_bucket_class(const struct nf_edge_addr_index *index, u32 bucket)
{
	return &index->class[bucket >> NF_EDGE_RANGE_COUNT];
}

/**
 * nf_edge_maybe_guarded - check whether a packet from an address may be spoofed
 * @index: the index
 * @ipv4: the family
 * @addr: the address in network order
 *
 * Context: any; @index is pinned by the caller.
 * Return: false only for an address that is neither an edge address, nor in
 * internal-networks, nor martian.  True says nothing: other addresses may share
 * the bit.
 */
static __always_inline bool
nf_edge_maybe_guarded(const struct nf_edge_addr_index *index, bool ipv4,
		      const void *addr)
{
	u64 hi;
	u16 block;

	if (ipv4) {
		memcpy(&block, addr, sizeof(block));
		return test_bit(block, index->maybe_guarded_ipv4);
	}
	memcpy(&hi, addr, sizeof(hi));
	return test_bit((u16)hi, index->maybe_guarded_ipv6) ||
	       test_bit(nf_edge_fold(hi), index->folded_ipv6);
}

#endif
