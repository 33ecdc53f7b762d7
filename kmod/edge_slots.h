/* SPDX-License-Identifier: GPL-2.0-only */
/* Perfect hash of edge addresses: a look-up reads one slot. */
#ifndef _NF_EDGE_EDGE_SLOTS_H
#define _NF_EDGE_EDGE_SLOTS_H

#include <linux/types.h>

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

/*
 * Hash slots of edge addresses.  Octets are in the order of a packet, but for
 * the upper half of an IPv6 address.  An empty slot has class 0, and a look-up
 * of the address 0 may find that class.
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
 * @ipv4: slots of IPv4
 * @ipv6: slots of IPv6
 * @seed: multiplier without collisions; 0 if the addresses are too many
 * @seed_hi: multiplier of the upper half of an IPv6 address
 * @shift: number of low bits of the product that the hash drops
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

/* Compare addresses alone: service and node may differ. */
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
 * Multiply each half by a seed of its own, so that no two addresses collide
 * under every seed.  High bits of a half only permute the high bits of its
 * product.  @lo is in packet order: its high bits are the last octet, in which
 * addresses differ most.  @hi is in host order: its high bits are the first
 * octet, in which addresses differ least.
 */
static __always_inline u64 nf_edge_hash_ipv6(const struct nf_edge_slots *slots,
					     u64 hi, u64 lo)
{
	return (hi * slots->seed_hi + lo * slots->seed) >> slots->shift;
}

#endif
