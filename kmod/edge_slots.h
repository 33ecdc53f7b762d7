/* SPDX-License-Identifier: GPL-2.0-only */
/* The edge addresses, in a perfect hash: one slot to look at for any address. */
#ifndef _NF_EDGE_EDGE_SLOTS_H
#define _NF_EDGE_EDGE_SLOTS_H

#include <linux/types.h>

/**
 * struct nf_edge_address - one address of one service of one node
 * @hi: as in struct nf_edge_prefix
 * @lo: as in struct nf_edge_prefix
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

/*
 * A slot of a hash table of edge addresses, as they stand in a packet.  An
 * empty slot has class 0 and some address.
 */
struct nf_edge_slot_ipv4 {
	u32 addr;
	u16 class;
};

struct nf_edge_slot_ipv6 {
	u64 hi;
	u64 lo;
	u16 class;
};

/**
 * struct nf_edge_slots - the edge addresses of one family, hashed
 * @ipv4: slots, no two addresses of which want the same; class 0 is empty
 * @ipv6: slots of IPv6, under the same rules
 * @seed: what makes this so; 0 if the addresses are too many for that
 * @seed_hi: the multiplier of an IPv6 address's first half
 * @shift: of a hash, the bits that do not count
 */
struct nf_edge_slots {
	union {
		struct nf_edge_slot_ipv4 *ipv4;
		struct nf_edge_slot_ipv6 *ipv6;
	};
	u64 seed;
	u64 seed_hi;
	u8 shift;
};

static inline bool nf_edge_same_address(const struct nf_edge_address *a,
					const struct nf_edge_address *b)
{
	return a->hi == b->hi && a->lo == b->lo && a->ipv6 == b->ipv6;
}

int nf_edge_slots_build(struct nf_edge_slots *slots, bool ipv6,
			const struct nf_edge_address *address, u32 n,
			u16 number);
void nf_edge_slots_free(struct nf_edge_slots *slots);

static __always_inline u32 nf_edge_hash_ipv4(const struct nf_edge_slots *slots,
					     u32 addr)
{
	return (addr * (u32)slots->seed) >> slots->shift;
}

/*
 * Each half has a multiplier of its own: no two addresses collide under every
 * seed.  High bits of a factor reach high bits of the product only, which they
 * permute.  The last octet, in which addresses differ most, is read into those
 * of the second half; the first octet, in which they differ least, into those
 * of the first half.
 */
static __always_inline u64 nf_edge_hash_ipv6(const struct nf_edge_slots *slots,
					     u64 hi, u64 lo)
{
	return (hi * slots->seed_hi + lo * slots->seed) >> slots->shift;
}

#endif
