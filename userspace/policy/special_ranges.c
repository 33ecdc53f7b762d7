// SPDX-License-Identifier: GPL-2.0-only
/*
 * Address ranges that are closed to the nodes and peers of a policy.
 */
#include <sys/socket.h>

#include "base/macros.h"
#include "policy/special_ranges.h"

#define OCTET(half, n)	(uint8_t)((half) >> (56 - 8 * (n)) & 0xff)
#define OCTETS(half)						\
	OCTET(half, 0), OCTET(half, 1), OCTET(half, 2),		\
	OCTET(half, 3), OCTET(half, 4), OCTET(half, 5),		\
	OCTET(half, 6), OCTET(half, 7)

const struct special_range special_ranges[] = {
#define SPECIAL_RANGE(use, version, high, low, length, text, word)	\
	{ SPECIAL_##use,						\
	  (version) == 6 ? AF_INET6 : AF_INET,				\
	  { OCTETS((uint64_t)(high)), OCTETS((uint64_t)(low)) },	\
	  length, text, word },
#include <nf_edge/special_ranges.def>
#undef SPECIAL_RANGE
};

const size_t special_range_count = ARRAY_SIZE(special_ranges);
