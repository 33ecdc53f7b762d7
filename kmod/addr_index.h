/* SPDX-License-Identifier: GPL-2.0-only */
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

/* Blocks of addresses: by 16 bits, and by a fold of 48. */
#define NF_EDGE_BLOCKS		65536

/**
 * struct nf_edge_addr_index - from an address to its class
 * @class: all classes; number 0 is of no address, and leads to the slow path
 * @edge_ipv4: the edge addresses of IPv4
 * @edge_ipv6: the edge addresses of IPv6
 * @all_ipv4: every address of IPv4
 * @all_ipv6: every address of IPv6
 * @maybe_guarded_ipv4: a bit for the first 16 bits of each address that a guard
 *	may ask about: edge addresses, internal-networks, and those with a flag
 * @maybe_guarded_ipv6: a bit for the first 16 bits of each prefix that a guard
 *	may ask about and that is shorter than 48 bits
 * @folded_ipv6: a bit for each other address that a guard may ask about, by the
 *	fold of the first 48 bits
 * @n_edge: different edge addresses
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
			     u32 bound_sets);
void nf_edge_addr_index_free(struct nf_edge_addr_index *index);

/* Blocks are numbered by the octets as they stand in the packet. */
static __always_inline u16 nf_edge_fold(u64 hi)
{
	return hi ^ hi >> 16 ^ hi >> 32;
}

/**
 * nf_edge_edge_number - the number of the class of an edge address
 * @index: the index
 * @ipv4: the family
 * @addr: the address in network order
 *
 * Return: negative when no node binds the address; 0, which leads to the slow
 * path, for an address that an empty slot holds by chance.  Where the addresses
 * were too many to hash the number says nothing, and every address is marked.
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
 * nf_edge_class_of - the class of any address
 * @index: the index
 * @ipv4: the family
 * @addr: the address in network order
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
 * nf_edge_bucket - what an index says at once of an address
 * @index: the index
 * @ipv4: the family
 * @addr: the address in network order
 *
 * Return: if nf_edge_ranges_is_value(), nf_edge_bucket_class() is its class;
 * else nf_edge_class_of() has to be asked.
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

static __always_inline const struct nf_edge_class *
nf_edge_bucket_class(const struct nf_edge_addr_index *index, u32 bucket)
{
	return &index->class[bucket >> NF_EDGE_RANGE_COUNT];
}

/**
 * nf_edge_maybe_guarded - whether a guard may ask about an address
 * @index: the index
 * @ipv4: the family
 * @addr: the address in network order
 *
 * Return: false only if it is no edge address, not in internal-networks and
 * has no flag.
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
