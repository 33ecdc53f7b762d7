/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Helpers of tests of the module: addresses and prefixes as text, dice, and
 * allocations that fail.
 */
#ifndef UNIT_WORDS_H
#define UNIT_WORDS_H

#include <linux/bug.h>
#include <linux/inet.h>
#include <linux/kernel.h>
#include <linux/percpu.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/sort.h>
#include <linux/string.h>

#include "../../kmod/addr_index.h"
#include "../../kmod/judge.h"
#include "../../kmod/profiles.h"
#include "../../kmod/table.h"

/* State of the dice: the same throws in every run, on every machine. */
static u32 dice_state;

static inline void roll(u32 seed)
{
	dice_state = seed;
}

static inline u32 dice(void)
{
	dice_state = dice_state * 1664525 + 1013904223;
	return (dice_state >> 8 ^ dice_state << 16) & 0x7fffffff;
}

/* Let @n allocations succeed and the next one fail; none fails if negative. */
static inline void set_allocations_left(int n)
{
#ifdef __KERNEL__
	current->fail_nth = n + 1;
#else
	shim_allocations_left = n;
#endif
}

/* Return the allocations left, negative after the failure. */
static inline int allocations_left(void)
{
#ifdef __KERNEL__
	return (int)current->fail_nth - 1;
#else
	return shim_allocations_left;
#endif
}

/* Select a CPU, in user space. The kernel that runs these tests has one. */
static inline void run_on_cpu(u32 n)
{
#ifndef __KERNEL__
	shim_cpu = n % SHIM_CPUS;
#endif
}

/* Rows of the document's table. */
enum {
	ROWS = 0
#define GUARD(...)
#define ROW(...) + 1
#include <nf_edge/profiles/lync2013-scaled-public.def>
#undef ROW
#undef GUARD
};

/* The document's table. */
static struct nf_edge_table flow_table;

static inline int start_flow_table(void)
{
	nf_edge_table_start(&flow_table, NF_EDGE_PROFILE_LYNC2013_SCALED_PUBLIC);
	return nf_edge_table_lay_out(&flow_table);
}

static inline void end_flow_table(void)
{
	nf_edge_table_free(&flow_table);
}

/* The document's table, for a site to own; NULL without memory. */
static inline struct nf_edge_table *new_table(u8 profile)
{
	struct nf_edge_table *table = kvmalloc(sizeof(*table), GFP_KERNEL);

	if (!table)
		return NULL;
	nf_edge_table_start(table, profile);
	if (!nf_edge_table_lay_out(table))
		return table;
	nf_edge_table_free(table);
	kvfree(table);
	return NULL;
}

/* A table of these rows and no other. */
static inline int build_table(struct nf_edge_table *table,
			      const struct nf_edge_row *row, u32 n,
			      const struct nf_edge_port_guard *guard)
{
	memset(table, 0, sizeof(*table));
	memcpy(table->row, row, n * sizeof(*row));
	table->n = n;
	table->guard = *guard;
	return nf_edge_table_lay_out(table);
}

struct address {
	bool ipv6;
	u8 octets[16] __aligned(8);
};

static inline struct address read_address(const char *text)
{
	struct address a = { .ipv6 = strchr(text, ':') };

	BUG_ON(!(a.ipv6 ? in6_pton(text, -1, a.octets, -1, NULL) :
			  in4_pton(text, -1, a.octets, -1, NULL)));
	return a;
}

static inline u64 address_hi(const struct address *a)
{
	return get_unaligned_be64(a->octets);
}

static inline u64 address_lo(const struct address *a)
{
	return get_unaligned_be64(a->octets + 8);
}

/* "192.168.10.0/24", or an address alone */
static inline struct nf_edge_prefix read_prefix(const char *text, u8 set)
{
	char copy[64];
	char *slash;
	struct address a;
	struct nf_edge_prefix p;

	snprintf(copy, sizeof(copy), "%s", text);
	slash = strchr(copy, '/');
	if (slash)
		*slash++ = '\0';
	a = read_address(copy);
	p.hi = address_hi(&a);
	p.lo = address_lo(&a);
	p.ipv6 = a.ipv6;
	p.len = slash ? simple_strtoul(slash, NULL, 10) : a.ipv6 ? 128 : 32;
	p.set = set;
	return p;
}

static inline struct nf_edge_address edge_address(const char *text, u8 service,
						  u8 node)
{
	struct address a = read_address(text);

	return (struct nf_edge_address){
		.hi = address_hi(&a), .lo = address_lo(&a), .ipv6 = a.ipv6,
		.service = service, .node = node,
	};
}

static inline int edge_address_cmp(const void *a, const void *b)
{
	const struct nf_edge_address *x = a, *y = b;

	if (x->ipv6 != y->ipv6)
		return x->ipv6 - y->ipv6;
	if (x->hi != y->hi)
		return x->hi > y->hi ? 1 : -1;
	if (x->lo != y->lo)
		return x->lo > y->lo ? 1 : -1;
	return x->service - y->service;
}

static inline void sort_edge_addresses(struct nf_edge_address *address, u32 n)
{
	sort(address, n, sizeof(*address), edge_address_cmp, NULL);
}

/* Look up the class of an address, as a packet does. */
static inline const struct nf_edge_class *
look_up(const struct nf_edge_addr_index *index, const struct address *a)
{
	return nf_edge_class_of(index, !a->ipv6, a->octets);
}

#endif
