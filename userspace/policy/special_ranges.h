/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Address ranges that are closed to the nodes and peers of a policy.
 */
#ifndef POLICY_SPECIAL_RANGES_H
#define POLICY_SPECIAL_RANGES_H

#include <stddef.h>
#include <stdint.h>

/**
 * enum special_use - the use of a range in packets from or to an Edge address
 * @SPECIAL_MARTIAN: neither source nor destination
 * @SPECIAL_MARTIAN_SOURCE: no source
 * @SPECIAL_LINK_LOCAL: both
 */
enum special_use {
	SPECIAL_MARTIAN,
	SPECIAL_MARTIAN_SOURCE,
	SPECIAL_LINK_LOCAL,
};

/**
 * struct special_range - a line of special_ranges.def
 * @use: the use in packets
 * @family: AF_INET or AF_INET6
 * @bytes: the first address, as in struct ip
 * @length: length of the prefix
 * @text: the range in the grammar of nftables
 * @word: the kind of the range
 */
struct special_range {
	enum special_use use;
	int family;
	uint8_t bytes[16];
	unsigned int length;
	const char *text;
	const char *word;
};

extern const struct special_range special_ranges[];
extern const size_t special_range_count;

#endif /* POLICY_SPECIAL_RANGES_H */
