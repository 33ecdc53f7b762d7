/* SPDX-License-Identifier: GPL-2.0-only */
/* Addresses and prefixes as people write them. */
#ifndef UNIT_WORDS_H
#define UNIT_WORDS_H

#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../../kmod/addr_index.h"

struct address {
	bool ipv6;
	u8 octets[16] __aligned(8);
};

static inline struct address read_address(const char *text)
{
	struct address a = { .ipv6 = strchr(text, ':') };

	assert(inet_pton(a.ipv6 ? AF_INET6 : AF_INET, text, a.octets) == 1);
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
	p.len = slash ? atoi(slash) : a.ipv6 ? 128 : 32;
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

static int edge_address_cmp(const void *a, const void *b)
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
	qsort(address, n, sizeof(*address), edge_address_cmp);
}

/* What a packet's address is looked up as. */
static inline const struct nf_edge_class *
look_up(const struct nf_edge_addr_index *index, const struct address *a)
{
	return nf_edge_class_of(index, !a->ipv6, a->octets);
}

#endif
