// SPDX-License-Identifier: GPL-2.0-only
/*
 * Edge addresses are few, and each packet is looked up among them: they are in a
 * hash table without collisions.
 */

#include <linux/bits.h>
#include <linux/errno.h>
#include <linux/hash.h>
#include <linux/log2.h>
#include <linux/mm.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <asm/byteorder.h>

#include "edge_slots.h"

/* Slots and seeds to try until no two addresses want the same slot. */
#define SLOT_BITS_MAX	16
#define SEEDS		256

static u16 *slot_of(const struct nf_edge_slots *slots,
		    const struct nf_edge_address *a)
{
	u32 addr = (__force u32)cpu_to_be32(a->hi >> 32);
	u64 lo = (__force u64)cpu_to_be64(a->lo);
	struct nf_edge_slot_ipv4 *slot_ipv4;

	if (a->ipv6) {
		struct nf_edge_slot_ipv6 *slot =
			&slots->ipv6[nf_edge_hash_ipv6(slots, a->hi, lo)];

		if (!slot->class) {
			slot->hi = a->hi;
			slot->lo = lo;
		}
		return &slot->class;
	}

	slot_ipv4 = &slots->ipv4[nf_edge_hash_ipv4(slots, addr)];
	if (!slot_ipv4->class)
		slot_ipv4->addr = addr;
	return &slot_ipv4->class;
}

/* Fills the slots, or leaves them empty and returns false. */
static bool fill(const struct nf_edge_slots *slots,
		 const struct nf_edge_address *address, u32 n, u16 number)
{
	u32 i;

	for (i = 0; i < n; i++) {
		u16 *class;

		if (i && nf_edge_same_address(&address[i - 1], &address[i]))
			continue;
		class = slot_of(slots, &address[i]);
		if (*class)
			break;
		*class = number++;
	}
	if (i == n)
		return true;
	while (i--)
		*slot_of(slots, &address[i]) = 0;
	return false;
}

/**
 * nf_edge_slots_build - hash the edge addresses of one family
 * @slots: zeroed; nf_edge_slots_free() frees what was built, also on error
 * @ipv6: the family
 * @address: the edge addresses, ascending; one that serves several services
 *	stands once for each
 * @n: number of entries in @address
 * @number: class of the first address; the others follow
 *
 * Context: may sleep.
 * Return: 0 or -ENOMEM.
 */
int nf_edge_slots_build(struct nf_edge_slots *slots, bool ipv6,
			const struct nf_edge_address *address, u32 n,
			u16 number)
{
	int bits = n ? ilog2(roundup_pow_of_two(4 * n)) : 1, i;
	u64 seed = GOLDEN_RATIO_64;

	for (; bits <= SLOT_BITS_MAX; bits++) {
		kvfree(slots->ipv4);
		slots->ipv4 = kvcalloc(BIT(bits), ipv6 ? sizeof(*slots->ipv6) :
				       sizeof(*slots->ipv4),
				       GFP_KERNEL_ACCOUNT);
		if (!slots->ipv4)
			return -ENOMEM;
		slots->shift = (ipv6 ? 64 : 32) - bits;
		for (i = 0; i < SEEDS; i++) {
			seed *= GOLDEN_RATIO_64;
			slots->seed = seed;
			/* Odd and even: a pair may differ in two high bits. */
			slots->seed_hi = seed * seed << (i & 1);
			if (fill(slots, address, n, number))
				return 0;
		}
		cond_resched();
	}
	/* Too many: all slots are empty. */
	slots->seed = 0;
	return 0;
}

/**
 * nf_edge_slots_free - free a hash
 * @slots: built, or half built, or zeroed
 */
void nf_edge_slots_free(struct nf_edge_slots *slots)
{
	kvfree(slots->ipv4);
}
