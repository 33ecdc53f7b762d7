// SPDX-License-Identifier: GPL-2.0-only
/*
 * Perfect hash of edge addresses: a look-up reads one slot, because no two
 * addresses share one.
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

/* Table sizes and seeds to try until no two addresses hash to one slot. */
#define SLOT_BITS_MAX	16
#define SEEDS		256

/*
 * Find the slot of an address, and store the address in a free slot.  Return
 * the slot's class.
 */
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

/* Fill the slots.  If two addresses collide, empty them and return false. */
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
 * @slots: the hash, zeroed
 * @ipv6: the family
 * @address: the edge addresses, ascending; an address of several services has
 *	an entry for each
 * @n: number of entries in @address
 * @number: class number of the first address; the next address has the next
 *
 * Context: may sleep.
 * Return: 0 or -ENOMEM.  After an error, nf_edge_slots_free() frees the parts.
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
			/*
			 * Try odd and even multipliers: two addresses may
			 * differ in the highest bit of both halves alone.
			 */
			slots->seed_hi = seed * seed << (i & 1);
			if (fill(slots, address, n, number))
				return 0;
		}
		cond_resched();
	}
	/* Give up: the addresses are too many, and all slots are empty. */
	slots->seed = 0;
	return 0;
}

/**
 * nf_edge_slots_free - free a hash
 * @slots: the hash: built, half built or zeroed
 *
 * Context: may sleep.
 */
void nf_edge_slots_free(struct nf_edge_slots *slots)
{
	kvfree(slots->ipv4);
}
