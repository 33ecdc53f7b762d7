/* SPDX-License-Identifier: GPL-2.0-only */
/* Address index: look up the class of an address. */
#ifndef _NF_EDGE_ADDR_INDEX_H
#define _NF_EDGE_ADDR_INDEX_H

#include <linux/string.h>
#include <linux/types.h>
#include <linux/unaligned.h>
#include <asm/byteorder.h>

#ifndef __LITTLE_ENDIAN
#error "nf_edge reads addresses as little-endian machines do"
#endif

#include "class.h"
#include "prefixes.h"
#include "ranges.h"

/* A bucket with one range is the offset of the class of the range's number. */
static_assert(sizeof(struct nf_edge_class) == BIT(NF_EDGE_RANGE_COUNT));

/* Binary logarithm of the slots that edge addresses are hashed to. */
#define NF_EDGE_SLOT_BITS	12
/* Odd multipliers of the hash. */
#define NF_EDGE_MULTIPLIER	0x61c88647U
#define NF_EDGE_MULTIPLIER_NET	0x4f1bbcddU

/* Number of cells, each of addresses that agree in some 12 bits. */
#define NF_EDGE_CELLS		4096
/* Marks of a cell: guarded prefixes touch the cell; its ranges are in lines. */
#define NF_EDGE_CELL_GUARDED	0x80
#define NF_EDGE_CELL_LINES	0x01

/**
 * struct nf_edge_address - one address of one service of one node
 * @hi: upper half of the address, as in struct nf_edge_prefix
 * @lo: lower half of the address, as in struct nf_edge_prefix
 * @ipv6: the family
 * @service: enum nf_edge_service
 * @node: number of the node
 */
struct nf_edge_address {
	u64 hi;
	u64 lo;
	bool ipv6;
	u8 service;
	u8 node;
};

/* Compare addresses alone: service and node may differ. */
static inline bool nf_edge_same_address(const struct nf_edge_address *a,
					const struct nf_edge_address *b)
{
	return a->hi == b->hi && a->lo == b->lo && a->ipv6 == b->ipv6;
}

/**
 * struct nf_edge_addr_index - from an address to its class
 * @class: classes by number; number 0 has no address
 * @n_edge: number of edge addresses, each counted once; their classes come
 *	after number 0
 * @all_ipv4: ranges of all addresses of IPv4, with class numbers
 * @all_ipv6: ranges of all addresses of IPv6, with class numbers
 * @edge_ipv4: by the hash of an address of IPv4, the class number of the first
 *	edge address in the slot, or 0
 * @edge_ipv6: the same for IPv6
 * @cell_ipv4: marks of each cell of IPv4
 * @cell_ipv6: marks of each cell of IPv6; of guarded prefixes, those shorter
 *	than 48 bits, or with the first 16 bits 0
 * @folded_ipv6: marks of each folded cell of IPv6, by other guarded prefixes
 *
 * Guarded prefixes are edge addresses, internal-networks and martians.  The
 * arrays are here and not behind pointers: a packet reads four of them.
 */
struct nf_edge_addr_index {
	struct nf_edge_class *class;
	u32 n_edge;
	struct nf_edge_ranges all_ipv4;
	struct nf_edge_ranges all_ipv6;
	u16 edge_ipv4[BIT(NF_EDGE_SLOT_BITS)];
	u16 edge_ipv6[BIT(NF_EDGE_SLOT_BITS)];
	u8 cell_ipv4[NF_EDGE_CELLS];
	u8 cell_ipv6[NF_EDGE_CELLS];
	u8 folded_ipv6[NF_EDGE_CELLS];
};

int nf_edge_addr_index_build(struct nf_edge_addr_index *index,
			     const struct nf_edge_table *table,
			     const struct nf_edge_address *address, u32 n,
			     const struct nf_edge_prefix *prefix, u32 n_prefix,
			     const struct nf_edge_sets *policy);
void nf_edge_addr_index_free(struct nf_edge_addr_index *index);

/*
 * Compare two addresses of IPv6.  Branches take fewer registers than the
 * arithmetic of ipv6_addr_equal().
 */
static __always_inline bool nf_edge_same_ipv6(const void *a, const void *b)
{
	return get_unaligned((const u64 *)a) == get_unaligned((const u64 *)b) &&
	       get_unaligned((const u64 *)(a + 8)) ==
	       get_unaligned((const u64 *)(b + 8));
}

/*
 * Return the slot of a word: an address of IPv4, or the sum of words of an
 * address of IPv6.  In words that little-endian machines read, the high bits
 * are the last octets, in which edge addresses differ most.
 */
static __always_inline u32 nf_edge_slot_ipv4(u32 word)
{
	return word * NF_EDGE_MULTIPLIER >> (32 - NF_EDGE_SLOT_BITS);
}

/*
 * Return the slot of an address of IPv6 in network order.  The first word is
 * the same for all addresses of a site.
 */
static __always_inline u32 nf_edge_slot_ipv6(const void *addr)
{
	const u32 *word = addr;

	return nf_edge_slot_ipv4(get_unaligned(word + 1) *
				 NF_EDGE_MULTIPLIER_NET +
				 get_unaligned(word + 2) +
				 get_unaligned(word + 3));
}

/*
 * Return the cell of bits in network order, by the first octet and half of the
 * second.
 */
static __always_inline u32 nf_edge_cell(u32 bits)
{
	return bits % NF_EDGE_CELLS;
}

/**
 * nf_edge_find_edge - look up the class of an edge address
 * @index: the index
 * @ipv4: the family
 * @addr: the address in network order
 * @found: receives the class
 *
 * Context: any; @index is pinned by the caller.
 * Return: false for other addresses.
 */
static __always_inline bool
nf_edge_find_edge(const struct nf_edge_addr_index *index, bool ipv4,
		  const void *addr, const struct nf_edge_class **found)
{
	const struct nf_edge_class *class;
	u32 addr4 = 0, number;

	if (ipv4) {
		memcpy(&addr4, addr, sizeof(addr4));
		number = index->edge_ipv4[nf_edge_slot_ipv4(addr4)];
	} else {
		number = index->edge_ipv6[nf_edge_slot_ipv6(addr)];
	}
	if (!number)
		return false;
	do {
		class = &index->class[number];
		if (likely(ipv4 ? class->ipv4 == addr4 :
				  nf_edge_same_ipv6(class->ipv6, addr))) {
			*found = class;
			return true;
		}
		number = class->next;
	} while (number);
	return false;
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
	       nf_edge_ranges_bucket(&index->all_ipv4, true,
				     be32_to_cpup(addr)) :
	       nf_edge_ranges_bucket(&index->all_ipv6, false,
				     get_unaligned_be64(addr));
}

/**
 * nf_edge_class_near - look up the class of an address by a short way
 * @index: the index
 * @ipv4: the family
 * @addr: the address in network order
 *
 * Context: any; @index is pinned by the caller.
 * Return: the class, or NULL for addresses that nf_edge_class_of() alone finds.
 */
static __always_inline const struct nf_edge_class *
nf_edge_class_near(const struct nf_edge_addr_index *index, bool ipv4,
		   const void *addr)
{
	u16 class;

	if (!(ipv4 ?
	      nf_edge_ranges_find_near(&index->all_ipv4, true,
				       be32_to_cpup(addr), 0, &class) :
	      nf_edge_ranges_find_near(&index->all_ipv6, false,
				       get_unaligned_be64(addr),
				       get_unaligned_be64(addr + 8), &class)))
		return NULL;
	return &index->class[class];
}

/*
 * Return the class of a bucket that holds a value.  An edge address is never
 * alone in a bucket: such a class is none of an edge address.
 */
static __always_inline const struct nf_edge_class *
nf_edge_bucket_class(const struct nf_edge_addr_index *index, u32 bucket)
{
	return (const void *)index->class + bucket;
}

/**
 * nf_edge_cell_marks - look up the marks of an address
 * @index: the index
 * @ipv4: the family
 * @addr: the address in network order
 *
 * Context: any; @index is pinned by the caller.
 * Return: marks of the address's cells: negative for NF_EDGE_CELL_GUARDED, so
 * that the compiler needs no test.
 */
static __always_inline s8
nf_edge_cell_marks(const struct nf_edge_addr_index *index, bool ipv4,
		   const void *addr)
{
	const u16 *bits = addr;
	u32 addr4;

	if (ipv4) {
		/* Read the address as nf_edge_find_edge() does: once for both. */
		memcpy(&addr4, addr, sizeof(addr4));
		return index->cell_ipv4[nf_edge_cell(addr4)];
	}
	return index->cell_ipv6[nf_edge_cell(get_unaligned(bits))] |
	       index->folded_ipv6[nf_edge_cell(get_unaligned(bits + 1) ^
					       get_unaligned(bits + 2))];
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
 * the cell.
 */
static __always_inline bool
nf_edge_maybe_guarded(const struct nf_edge_addr_index *index, bool ipv4,
		      const void *addr)
{
	return nf_edge_cell_marks(index, ipv4, addr) < 0;
}

/**
 * nf_edge_prefetch - have the ranges around an address come from memory
 * @index: the index
 * @ipv4: the family
 * @addr: the address in network order
 *
 * Context: any; @index is pinned by the caller.
 */
static __always_inline void
nf_edge_prefetch(const struct nf_edge_addr_index *index, bool ipv4,
		 const void *addr)
{
	if (ipv4)
		nf_edge_ranges_prefetch(&index->all_ipv4, true,
					be32_to_cpup(addr));
	else
		nf_edge_ranges_prefetch(&index->all_ipv6, false,
					get_unaligned_be64(addr));
}

#endif
