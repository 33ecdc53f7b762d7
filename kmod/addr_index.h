/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _NF_EDGE_ADDR_INDEX_H
#define _NF_EDGE_ADDR_INDEX_H

#include <linux/hash.h>
#include <linux/types.h>
#include <linux/unaligned.h>
#include <asm/byteorder.h>

#include "classify.h"
#include "prefixes.h"

/**
 * struct nf_edge_address - one address of one service of one node
 * @hi: as in struct nf_edge_prefix
 * @lo: likewise
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

/* A slot of a hash table of edge addresses; class 0 marks an empty one. */
struct nf_edge_slot_ipv4 {
	__be32 addr;
	u16 class;
};

struct nf_edge_slot_ipv6 {
	u64 hi;
	u64 lo;
	u16 class;
};

/* Address ranges of one family: range i goes from start[i] to start[i + 1]. */
struct nf_edge_ranges_ipv4 {
	u32 *start;
	u16 *class;
	u32 n;
};

struct nf_edge_u128 {
	u64 hi;
	u64 lo;
};

struct nf_edge_ranges_ipv6 {
	struct nf_edge_u128 *start;
	u16 *class;
	u32 n;
};

/**
 * struct nf_edge_addr_index - from an address to its class
 * @class: all classes; number 0 is nobody's
 * @edge_ipv4: the edge addresses, open addressing, at most half full
 * @edge_ipv6: likewise
 * @bits_ipv4: the table has 1 << bits slots
 * @bits_ipv6: likewise
 * @peer_ipv4: every other address
 * @peer_ipv6: likewise
 * @n_edge: different edge addresses
 */
struct nf_edge_addr_index {
	struct nf_edge_class *class;
	struct nf_edge_slot_ipv4 *edge_ipv4;
	struct nf_edge_slot_ipv6 *edge_ipv6;
	u8 bits_ipv4;
	u8 bits_ipv6;
	struct nf_edge_ranges_ipv4 peer_ipv4;
	struct nf_edge_ranges_ipv6 peer_ipv6;
	u32 n_edge;
};

int nf_edge_addr_index_build(struct nf_edge_addr_index *index,
			     const struct nf_edge_address *address, u32 n,
			     const struct nf_edge_prefix *prefix, u32 n_prefix,
			     u32 bound_sets);
void nf_edge_addr_index_free(struct nf_edge_addr_index *index);

static inline u32 nf_edge_hash_ipv4(__be32 addr, u8 bits)
{
	return hash_32((__force u32)addr, bits);
}

static inline u32 nf_edge_hash_ipv6(u64 hi, u64 lo, u8 bits)
{
	return hash_64(hi ^ hash_64(lo, 64), bits);
}

/**
 * nf_edge_edge_ipv4 - the class of an address, if it is an edge address
 * @index: the index
 * @addr: the address
 *
 * Return: the class, or NULL when no node binds the address.
 */
static inline const struct nf_edge_class *
nf_edge_edge_ipv4(const struct nf_edge_addr_index *index, __be32 addr)
{
	u32 i = nf_edge_hash_ipv4(addr, index->bits_ipv4);

	while (index->edge_ipv4[i].class) {
		if (index->edge_ipv4[i].addr == addr)
			return &index->class[index->edge_ipv4[i].class];
		i = (i + 1) & ((1U << index->bits_ipv4) - 1);
	}
	return NULL;
}

/**
 * nf_edge_edge_ipv6 - the class of an address, if it is an edge address
 * @index: the index
 * @addr: 16 octets in network order
 *
 * Return: the class, or NULL when no node binds the address.
 */
static inline const struct nf_edge_class *
nf_edge_edge_ipv6(const struct nf_edge_addr_index *index, const void *addr)
{
	u64 hi = get_unaligned_be64(addr), lo = get_unaligned_be64(addr + 8);
	u32 i = nf_edge_hash_ipv6(hi, lo, index->bits_ipv6);

	while (index->edge_ipv6[i].class) {
		if (index->edge_ipv6[i].lo == lo &&
		    index->edge_ipv6[i].hi == hi)
			return &index->class[index->edge_ipv6[i].class];
		i = (i + 1) & ((1U << index->bits_ipv6) - 1);
	}
	return NULL;
}

/* The last range that starts at @key or before; range 0 starts at zero. */
static inline u32 nf_edge_range_ipv4(const struct nf_edge_ranges_ipv4 *r,
				     u32 key)
{
	u32 at = 0, n = r->n;

	while (n > 1) {
		u32 half = n / 2;

		if (r->start[at + half] <= key)
			at += half;
		n -= half;
	}
	return at;
}

static inline u32 nf_edge_range_ipv6(const struct nf_edge_ranges_ipv6 *r,
				     u64 hi, u64 lo)
{
	u32 at = 0, n = r->n;

	while (n > 1) {
		u32 half = n / 2;
		const struct nf_edge_u128 *s = &r->start[at + half];

		if (s->hi < hi || (s->hi == hi && s->lo <= lo))
			at += half;
		n -= half;
	}
	return at;
}

/**
 * nf_edge_peer_ipv4 - the class of an address that is no edge address
 * @index: the index
 * @addr: the address
 */
static inline const struct nf_edge_class *
nf_edge_peer_ipv4(const struct nf_edge_addr_index *index, __be32 addr)
{
	u32 i = nf_edge_range_ipv4(&index->peer_ipv4, be32_to_cpu(addr));

	return &index->class[index->peer_ipv4.class[i]];
}

/**
 * nf_edge_peer_ipv6 - the class of an address that is no edge address
 * @index: the index
 * @addr: 16 octets in network order
 */
static inline const struct nf_edge_class *
nf_edge_peer_ipv6(const struct nf_edge_addr_index *index, const void *addr)
{
	u32 i = nf_edge_range_ipv6(&index->peer_ipv6, get_unaligned_be64(addr),
				   get_unaligned_be64(addr + 8));

	return &index->class[index->peer_ipv6.class[i]];
}

/**
 * nf_edge_edge_class - the class of an address, if it is an edge address
 * @index: the index
 * @ipv4: the family
 * @addr: the address in network order
 *
 * Return: the class, or NULL when no node binds the address.
 */
static __always_inline const struct nf_edge_class *
nf_edge_edge_class(const struct nf_edge_addr_index *index, bool ipv4,
		   const void *addr)
{
	return ipv4 ? nf_edge_edge_ipv4(index, *(const __be32 *)addr) :
		      nf_edge_edge_ipv6(index, addr);
}

/* The same for an address that is none. */
static __always_inline const struct nf_edge_class *
nf_edge_peer_class(const struct nf_edge_addr_index *index, bool ipv4,
		   const void *addr)
{
	return ipv4 ? nf_edge_peer_ipv4(index, *(const __be32 *)addr) :
		      nf_edge_peer_ipv6(index, addr);
}

/* The same for any address. */
static __always_inline const struct nf_edge_class *
nf_edge_class_of(const struct nf_edge_addr_index *index, bool ipv4,
		 const void *addr)
{
	return nf_edge_edge_class(index, ipv4, addr) ?:
	       nf_edge_peer_class(index, ipv4, addr);
}

#endif
