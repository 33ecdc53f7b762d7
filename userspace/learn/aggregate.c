// SPDX-License-Identifier: GPL-2.0-only
/*
 * Addresses that were seen, as few prefixes.  While there is room, each address
 * is a prefix of its own.  Then the two nearest prefixes become one, which holds
 * no third: three prefixes below one node of a tree of bits have two below one
 * of its children.  Nothing is allocated.
 */
#include <string.h>

#include "learn/aggregate.h"

static unsigned int widest(const struct ip *ip)
{
	return ip->family == AF_INET ? AGGREGATE_IPV4 : AGGREGATE_IPV6;
}

/* Number of leading bits that two addresses have in common. */
static unsigned int common_bits(const struct ip *a, const struct ip *b)
{
	unsigned int bits = 0, i;

	for (i = 0; i < sizeof(a->bytes) && a->bytes[i] == b->bytes[i]; i++)
		bits += 8;
	for (; bits < ip_bits(a) && i < sizeof(a->bytes); bits++)
		if ((a->bytes[i] ^ b->bytes[i]) & (0x80U >> bits % 8))
			break;
	return bits < ip_bits(a) ? bits : ip_bits(a);
}

static bool is_in(const struct ip *ip, unsigned int length,
		  const struct seen_prefix *prefix)
{
	return length >= prefix->length &&
	       common_bits(ip, &prefix->ip) >= prefix->length;
}

static void take_out(struct aggregate *aggregate, size_t at)
{
	struct seen_prefix *prefix = &aggregate->prefixes[at];

	aggregate->count--;
	memmove(prefix, prefix + 1, (aggregate->count - at) * sizeof(*prefix));
}

static size_t put_in(struct aggregate *aggregate,
		     const struct seen_prefix *added)
{
	struct seen_prefix *prefix = aggregate->prefixes;
	size_t at = 0;

	while (at < aggregate->count &&
	       memcmp(prefix[at].ip.bytes, added->ip.bytes,
		      sizeof(added->ip.bytes)) < 0)
		at++;
	memmove(&prefix[at + 1], &prefix[at],
		(aggregate->count - at) * sizeof(*prefix));
	prefix[at] = *added;
	aggregate->count++;
	return at;
}

/* Put the two nearest prefixes together. */
static bool join_nearest(struct aggregate *aggregate)
{
	struct seen_prefix *prefix = aggregate->prefixes;
	unsigned int best = 0, bits;
	size_t i, at = 0;

	for (i = 0; i + 1 < aggregate->count; i++) {
		bits = common_bits(&prefix[i].ip, &prefix[i + 1].ip);
		if (bits > best) {
			best = bits;
			at = i;
		}
	}
	if (best < widest(&prefix->ip))
		return false;
	prefix[at].length = best;
	prefix[at].count += prefix[at + 1].count;
	ip_mask(&prefix[at].ip, best);
	take_out(aggregate, at + 1);
	return true;
}

/**
 * aggregate_add - add an address or a prefix
 * @aggregate: addresses of the same family, or none
 * @ip: the address, or the first one of the prefix
 * @length: length of the prefix, of an address all its bits
 * @count: how often it was seen
 *
 * Return: false when there is no room for it.
 */
bool aggregate_add(struct aggregate *aggregate, const struct ip *ip,
		   unsigned int length, uint64_t count)
{
	struct seen_prefix added = { *ip, length, count };
	size_t i = 0, at;

	for (i = 0; i < aggregate->count; i++) {
		if (!is_in(ip, length, &aggregate->prefixes[i]))
			continue;
		aggregate->prefixes[i].count += count;
		return true;
	}
	for (i = 0; i < aggregate->count;) {
		if (!is_in(&aggregate->prefixes[i].ip,
			   aggregate->prefixes[i].length, &added)) {
			i++;
			continue;
		}
		added.count += aggregate->prefixes[i].count;
		take_out(aggregate, i);
	}
	at = put_in(aggregate, &added);
	if (aggregate->count <= AGGREGATE_MAX || join_nearest(aggregate))
		return true;
	take_out(aggregate, at);
	aggregate->others += count;
	return false;
}

/**
 * aggregate_holds - tell whether an aggregate holds an address or a prefix
 * @aggregate: addresses of the same family, or none
 * @ip: the address, or the first one of the prefix
 * @length: length of the prefix, of an address all its bits
 *
 * Return: true when it does.
 */
bool aggregate_holds(const struct aggregate *aggregate, const struct ip *ip,
		     unsigned int length)
{
	size_t i;

	for (i = 0; i < aggregate->count; i++)
		if (is_in(ip, length, &aggregate->prefixes[i]))
			return true;
	return false;
}
